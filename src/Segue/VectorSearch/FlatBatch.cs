using Segue.Numerics;

namespace Segue.VectorSearch;

/// <summary>
/// Exact search for many queries at once. One query alone waits for memory: it reads every row and uses it once. Here a group of queries that fits
/// the second cache goes over the rows together, a block of rows that fits the first cache at a time, and inside a block three queries meet each row
/// while it is in a register.
/// <para>Every score is the sum of the same products in the same order as in <see cref="FlatIndex.Search"/>, so the answers are the same to the last
/// bit.</para>
/// </summary>
internal sealed unsafe class FlatBatch
{
    private const int Together = 3;

    /// <summary>A block of rows, beside three queries, in 32 KB; a group of queries in half of a second cache of 512 KB.</summary>
    private const int BlockBytes = 16 << 10, GroupBytes = 256 << 10;

    private readonly FlatIndex _index;
    private readonly MatrixView _queries;
    private readonly RowSet? _allowed;
    private readonly int _k, _blockRows;

    public FlatBatch(FlatIndex index, MatrixView queries, int k, RowSet? allowed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        (_index, _queries, _allowed) = (index, queries, allowed);
        _k = Math.Min(k, allowed is null ? index.Count : Math.Min(index.Count, allowed.Count));
        _blockRows = Math.Clamp(BlockBytes / (sizeof(float) * index.Dimensions), 1, 256);
    }

    public Neighbor[][] Search(int threads, CancellationToken cancellation)
    {
        if (threads <= 0)
            threads = Environment.ProcessorCount;
        int fit = Math.Max(1, GroupBytes / (sizeof(float) * _index.Dimensions)), share = (_queries.Rows + threads - 1) / threads;
        int group = (Math.Min(fit, Math.Max(1, share)) + Together - 1) / Together * Together;
        var answers = new Neighbor[_queries.Rows][];
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Parallel.For(0, (_queries.Rows + group - 1) / group, options, g => SearchGroup(g * group, Math.Min(_queries.Rows, (g + 1) * group), answers, cancellation));
        return answers;
    }

    private void SearchGroup(int first, int end, Neighbor[][] answers, CancellationToken cancellation)
    {
        Group group = new(_index, _queries, first, end, _k, _blockRows);
        for (int start = 0; start < _index.Count; start += _blockRows)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = 0;
            for (int row = start; row < Math.Min(_index.Count, start + _blockRows); row++)
            {
                if (_allowed is null || _allowed.Contains(row))
                    group.Rows[count++] = row;
            }

            if (count == 0)
                continue;
            if (_index.Metric == Metric.L2)
                group.Offer<L2Kernel>(count);
            else
                group.Offer<DotKernel>(count);
        }

        for (int q = first; q < end; q++)
            answers[q] = group.Answer(q - first);
    }

    /// <summary>Queries that go over the rows together, and the best that each has met.</summary>
    private sealed class Group
    {
        private readonly FlatIndex _index;
        private readonly int _count, _k;
        private readonly float[] _queries; // Padded to a multiple of three with zeros, whose scores nobody looks at.
        private readonly float[] _inverses, _scores;
        private readonly Neighbor[] _best;
        private readonly int[] _found;

        public Group(FlatIndex index, MatrixView queries, int first, int end, int k, int blockRows)
        {
            (_index, _count, _k) = (index, end - first, k);
            int padded = (_count + Together - 1) / Together * Together;
            _queries = new float[padded * index.Dimensions];
            (_inverses, _scores, _found) = (new float[_count], new float[Together * blockRows], new int[_count]);
            (_best, Rows) = (new Neighbor[(long)_count * k], new int[blockRows]);
            for (int q = 0; q < _count; q++)
            {
                ReadOnlySpan<float> query = queries.Row(first + q);
                _inverses[q] = VectorChecks.InverseLength(query, index.Dimensions, index.Metric, "the query");
                query.CopyTo(_queries.AsSpan(q * index.Dimensions));
            }
        }

        /// <summary>The rows of the block, as many as <see cref="Offer"/> is told.</summary>
        public int[] Rows { get; }

        public void Offer<TKernel>(int count)
            where TKernel : IFloatKernel
        {
            int dimensions = _index.Dimensions;
            ReadOnlySpan<float> lengths = _index.InverseLengths.Span;
            fixed (float* rows = _index.Rows.Values, queries = _queries, scores = _scores)
            {
                for (int q = 0; q < _count; q += Together)
                {
                    for (int i = 0; i < count; i++)
                        TKernel.ScoreThree(queries + (nint)q * dimensions, rows + (nint)Rows[i] * dimensions, dimensions, scores + i, count);
                    for (int of = q; of < Math.Min(_count, q + Together); of++)
                        Keep(of, new ReadOnlySpan<float>(scores + (of - q) * count, count), lengths);
                }
            }
        }

        public Neighbor[] Answer(int query)
        {
            Span<Neighbor> best = _best.AsSpan(query * _k, _k);
            int found = new NearestHeap(best, _found[query]).Sort();
            return best[..found].ToArray();
        }

        private void Keep(int query, ReadOnlySpan<float> scores, ReadOnlySpan<float> lengths)
        {
            NearestHeap heap = new(_best.AsSpan(query * _k, _k), _found[query]);
            float inverse = _inverses[query];
            for (int i = 0; i < scores.Length; i++)
                heap.Offer(Rows[i], lengths.IsEmpty ? scores[i] : scores[i] * inverse * lengths[Rows[i]]);
            _found[query] = heap.Count;
        }
    }
}
