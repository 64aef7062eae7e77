namespace Segue.VectorSearch;

/// <summary>
/// A search from the walk to the answer. Where some rows must not be found (a filter's, and those that were removed: to a search both are one
/// thing), the number of those that may decides:
/// <para>few: scan them, which is exact, and cheaper than a walk with a pool large enough to hold k of them;</para>
/// <para>else: an ordinary walk, whose pool is as much larger as it takes to meet some times k of them by chance. When the inner part of it holds k,
/// they are the nearest there are: whatever else may be found lies farther off;</para>
/// <para>and when it does not, because they lie aside or all around a hole: wider walks, until a scan is cheaper. No filter costs more than about two
/// and a half scans of its rows.</para>
/// <para>Walks that enter allowed rows only and reach through the others (ACORN: Patel et al., SIGMOD 2024) are cheaper in that last case, and were
/// here. Around a hole they go astray, because there no step leads nearer: with the nearest half of 20,000 rows kept out, they found 0.31 of the true
/// ten.</para>
/// </summary>
internal static unsafe class HnswSearch
{
    /// <summary>A walk spends on a candidate of its pool what a scan spends on so many rows (1.2 µs, 39 ns at 384 dimensions).</summary>
    private const int ScanRowsPerCandidate = 30;

    /// <summary>Allowed rows that the pool of an ordinary walk has room for, in k, beside its ef.</summary>
    private const double Room = 3;

    /// <summary>How much of a pool is sure to hold what is nearest; of what lies beyond, some was not met.</summary>
    private const double TrustedShare = 0.7;

    private const int Widening = 4;

    /// <summary>What is compared precisely at the least, beside twice k.</summary>
    private const int Margin = 20;

    public static int Search(HnswGraph graph, HnswWalk walk, Span<Neighbor> nearest, RowSet? allowed, int ef)
    {
        int count = graph.Count, k = nearest.Length;
        SlotFilter filter = new(graph, allowed);
        if (k == 0 || graph.Entry < 0 || filter.Count == 0)
            return 0;
        double share = (double)filter.Count / count;
        long pool = Math.Max(ef, k) + (filter.IsAll ? 0 : (long)Math.Ceiling(Room * k / share));
        for (; filter.IsAll || ScanRowsPerCandidate * pool < filter.Count; pool *= Widening)
        {
            walk.Begin(graph);
            walk.Descend(graph, 0);
            walk.StepDown();
            walk.Spread(graph, 0, (int)Math.Min(pool, count));
            Answered answer = Answer(graph, walk, nearest, filter);
            if (filter.IsAll || (answer.Found == k && answer.FilledAt <= TrustedShare * pool))
                return answer.Found;
        }

        return Scan(graph, walk, nearest, filter);
    }

    private static int Scan(HnswGraph graph, HnswWalk walk, Span<Neighbor> nearest, SlotFilter filter)
    {
        int pool = 2 * PreciseCount(nearest.Length);
        walk.Begin(graph);
        SlotBatch batch = new(graph, walk, pool, stackalloc int[2 * SlotBatch.Size]);
        for (SlotFilter.Slots slots = filter.GetEnumerator(); slots.MoveNext();)
            batch.Add(slots.Current);
        batch.Finish();
        Answered answer = Answer(graph, walk, nearest, filter);
        if (answer.ComparedTo < pool)
            return answer.Found;

        // On the rim of a hole more rows are as near as the codes can tell than the pool holds: then all are compared precisely.
        NearestHeap heap = new(nearest);
        for (SlotFilter.Slots slots = filter.GetEnumerator(); slots.MoveNext();)
            heap.Offer(graph.Row(slots.Current), walk.Query.Precise(graph.Rows, slots.Current));
        return heap.Sort();
    }

    /// <summary>Compares the best of the pool precisely, down to where the codes leave no doubt that the rest is farther off.</summary>
    private static Answered Answer(HnswGraph graph, HnswWalk walk, Span<Neighbor> nearest, SlotFilter filter)
    {
        NearestHeap heap = new(nearest);
        int left = PreciseCount(nearest.Length), filledAt = 0, place = 0;
        float doubt = 0;
        for (; place < walk.Count; place++)
        {
            int slot = walk.Slot(place);
            if (!filter.Contains(slot))
                continue;
            if (left <= 0 && walk.Score(place) < heap.Threshold - doubt)
                break;
            if (heap.Count < nearest.Length)
                filledAt = place + 1;
            heap.Offer(graph.Row(slot), walk.Query.Precise(graph.Rows, slot));
            if (--left == 0)
                doubt = walk.Query.Doubt(graph.Rows, slot);
        }

        return new Answered(heap.Sort(), filledAt, place);
    }

    private static int PreciseCount(int k) => (int)Math.Min((2L * k) + Margin, Array.MaxLength / 4);

    /// <param name="Found">How many were found.</param>
    /// <param name="FilledAt">How much of the pool it took to find so many.</param>
    /// <param name="ComparedTo">How much of the pool was compared precisely.</param>
    private readonly record struct Answered(int Found, int FilledAt, int ComparedTo);

    /// <summary>Slots of a scan: rows are on their way from memory while those before them are compared.</summary>
    private ref struct SlotBatch(HnswGraph graph, HnswWalk walk, int pool, Span<int> memory)
    {
        public const int Size = 16;

        private Span<int> _ready = memory[..Size], _coming = memory[Size..];
        private int _readyCount, _comingCount;

        public void Add(int slot)
        {
            graph.Rows.Prefetch(slot);
            _coming[_comingCount++] = slot;
            if (_comingCount < Size)
                return;
            walk.EnterAll(graph, _ready[.._readyCount], pool);
            Span<int> swap = _ready;
            _ready = _coming;
            _coming = swap;
            (_readyCount, _comingCount) = (Size, 0);
        }

        public readonly void Finish()
        {
            walk.EnterAll(graph, _ready[.._readyCount], pool);
            walk.EnterAll(graph, _coming[.._comingCount], pool);
        }
    }
}
