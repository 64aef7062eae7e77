using System.Numerics;

namespace Segue.VectorSearch;

/// <summary>
/// A search from the walk to the answer. With a filter there are three ways, and the number of allowed rows, which a <see cref="RowSet"/> knows, decides:
/// <para>few: scan them, which is exact, and up to about 1,000 rows cheaper than an unfiltered walk;</para>
/// <para>many: an ordinary walk with a pool as much larger as rows are left out;</para>
/// <para>between: a walk among the allowed rows alone that reaches through the others. It may end in an island, when what is allowed lies far from the
/// query or in pieces; so it starts from a few allowed rows too, gives up when it has cost as much as a scan, and a scan then answers. No filter costs more
/// than about twice the scan of its rows.</para>
/// </summary>
internal static unsafe class HnswSearch
{
    /// <summary>The pool's order is as good as int8: twice k and so many more of it are compared precisely.</summary>
    private const int Margin = 20;

    /// <summary>Up to so many rows for each candidate of the pool, a scan beats the walk through a filter in speed or in recall (12,000 rows at ef 48).</summary>
    private const int ScanRowsPerCandidate = 250;

    /// <summary>A walk among the allowed sees the graph with holes, and needs a larger pool for the same recall; found by hand.</summary>
    private const int HoleFactor = 2;

    private const double OrdinaryShare = 0.4;
    private const int Seeds = 16;

    public static int Search(HnswGraph graph, HnswWalk walk, Span<Neighbor> nearest, RowSet? allowed, int ef)
    {
        int count = graph.Count;
        if (nearest.Length == 0 || graph.Entry < 0 || allowed is { Count: 0 })
            return 0;
        ef = Math.Max(ef, nearest.Length);
        int allowedCount = allowed?.Count ?? count;
        double share = Math.Min(1, (double)Math.Min(allowedCount, count - graph.DeadCount) / count);
        walk.Begin(graph);
        if (allowed is not null && allowedCount <= (long)ScanRowsPerCandidate * ef)
        {
            Scan(graph, walk, allowed, nearest.Length);
        }
        else if (allowed is null || share >= OrdinaryShare)
        {
            walk.Descend(graph, 0);
            walk.StepDown();
            walk.Spread(graph, 0, share > 0 ? (int)Math.Min(count, Math.Ceiling(ef / share)) : ef);
        }
        else
        {
            walk.Descend(graph, 0);
            walk.StepDown();
            int pool = HoleFactor * ef;
            Seed(graph, walk, allowed, pool);
            walk.Spread(graph, 0, pool, allowed, allowedCount);
            if (walk.Compared >= allowedCount || walk.Count < pool)
            {
                walk.Begin(graph);
                Scan(graph, walk, allowed, nearest.Length);
            }
        }

        return Answer(graph, walk, nearest, allowed);
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
