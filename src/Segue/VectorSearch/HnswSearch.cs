using System.Numerics;

namespace Segue.VectorSearch;

/// <summary>
/// A search from the walk to the answer. With a filter, the number of allowed rows, which a <see cref="RowSet"/> knows, decides:
/// <para>few: scan them, which is exact, and cheaper than a walk with a pool large enough to hold k of them;</para>
/// <para>else: an ordinary walk, whose pool is as much larger as it takes to meet twice k allowed rows by chance. When it holds k of them, they are
/// the nearest there are: whatever else is allowed lies farther off than the whole pool;</para>
/// <para>and when it does not, because what is allowed lies far from the query or in pieces: a walk among the allowed rows alone that reaches through
/// the others. It may end in an island; so it starts from a few allowed rows too, gives up when it has cost as much as a scan, and a scan then
/// answers. No filter costs more than about three times the scan of its rows.</para>
/// </summary>
internal static unsafe class HnswSearch
{
    /// <summary>The pool's order is as good as int8: twice k and so many more of it are compared precisely.</summary>
    private const int Margin = 20;

    /// <summary>A walk spends on a candidate of its pool what a scan spends on so many rows (1.2 µs, 39 ns at 384 dimensions).</summary>
    private const int ScanRowsPerCandidate = 30;

    /// <summary>Allowed rows that the pool of an ordinary walk has room for, in k, beside its ef.</summary>
    private const double Room = 2;

    /// <summary>A walk among the allowed sees the graph with holes, and needs a larger pool for the same recall; found by hand.</summary>
    private const int HoleFactor = 2;

    private const int Seeds = 16;

    public static int Search(HnswGraph graph, HnswWalk walk, Span<Neighbor> nearest, RowSet? allowed, int ef)
    {
        int count = graph.Count;
        if (nearest.Length == 0 || graph.Entry < 0 || allowed is { Count: 0 })
            return 0;
        ef = Math.Max(ef, nearest.Length);
        int allowedCount = allowed?.Count ?? count;
        double share = Math.Min(1, (double)Math.Min(allowedCount, count - graph.DeadCount) / count);
        int pool = share is > 0 and < 1 ? (int)Math.Min(count, ef + Math.Ceiling(Room * nearest.Length / share)) : ef;
        walk.Begin(graph);
        if (allowed is not null && allowedCount <= (long)ScanRowsPerCandidate * pool)
        {
            Scan(graph, walk, allowed, nearest.Length);
            return Answer(graph, walk, nearest, allowed);
        }

        walk.Descend(graph, 0);
        walk.StepDown();
        walk.Spread(graph, 0, pool);
        int found = Answer(graph, walk, nearest, allowed);
        if (allowed is null || found == nearest.Length)
            return found;
        SpreadAmong(graph, walk, allowed, nearest.Length, HoleFactor * ef);
        return Answer(graph, walk, nearest, allowed);
    }

    private static void SpreadAmong(HnswGraph graph, HnswWalk walk, RowSet allowed, int k, int pool)
    {
        walk.Begin(graph);
        walk.Descend(graph, 0);
        walk.StepDown();
        Seed(graph, walk, allowed, pool);
        walk.Spread(graph, 0, pool, allowed, allowed.Count);
        if (walk.Compared >= allowed.Count || walk.Count < pool)
        {
            walk.Begin(graph);
            Scan(graph, walk, allowed, k);
        }
    }

    private static void Scan(HnswGraph graph, HnswWalk walk, RowSet allowed, int k)
    {
        const int Batch = 16; // Rows are on their way from memory while those before them are compared.
        ReadOnlySpan<ulong> words = allowed.Words;
        Span<int> ready = stackalloc int[Batch], coming = stackalloc int[Batch];
        int pool = PreciseCount(k), readyCount = 0, comingCount = 0;
        for (int w = 0; w < words.Length; w++)
        {
            for (ulong bits = words[w]; bits != 0; bits &= bits - 1)
            {
                int slot = graph.Slot((w << 6) + BitOperations.TrailingZeroCount(bits));
                if (slot < 0)
                    continue;
                graph.Rows.Prefetch(slot);
                coming[comingCount++] = slot;
                if (comingCount < Batch)
                    continue;
                walk.EnterAll(graph, ready[..readyCount], pool);
                Span<int> swap = ready;
                ready = coming;
                coming = swap;
                (readyCount, comingCount) = (Batch, 0);
            }
        }

        walk.EnterAll(graph, ready[..readyCount], pool);
        walk.EnterAll(graph, coming[..comingCount], pool);
    }

    /// <summary>Allowed rows from all over the set, so that a walk can start where there are some.</summary>
    private static void Seed(HnswGraph graph, HnswWalk walk, RowSet allowed, int ef)
    {
        ReadOnlySpan<ulong> words = allowed.Words;
        for (int s = 0; s < Seeds; s++)
        {
            int start = (int)((long)words.Length * s / Seeds), end = (int)((long)words.Length * (s + 1) / Seeds);
            int filled = words[start..end].IndexOfAnyExcept(0UL);
            int slot = filled < 0 ? -1 : graph.Slot(((start + filled) << 6) + BitOperations.TrailingZeroCount(words[start + filled]));
            if (slot >= 0)
                walk.Enter(graph, slot, ef);
        }
    }

    private static int Answer(HnswGraph graph, HnswWalk walk, Span<Neighbor> nearest, RowSet? allowed)
    {
        NearestHeap heap = new(nearest);
        int left = PreciseCount(nearest.Length);
        for (int i = 0; i < walk.Count && left > 0; i++)
        {
            int slot = walk.Slot(i), row = graph.Row(slot);
            if (graph.IsDead(slot) || allowed?.Contains(row) == false)
                continue;
            heap.Offer(row, walk.Query.Precise(graph.Rows, slot));
            left--;
        }

        return heap.Sort();
    }

    private static int PreciseCount(int k) => (int)Math.Min(2L * k + Margin, Array.MaxLength / 2);
}
