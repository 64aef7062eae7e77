using System.Numerics;
using System.Runtime.CompilerServices;
using Segue.Numerics;

namespace Segue.VectorSearch;

/// <summary>
/// Exact search: every row is compared with the query. One query reads all rows once, at the speed of memory; many queries share each block of
/// rows while it is in the cache. The rows may lie in a mapped file; nothing is copied.
/// </summary>
public sealed unsafe class FlatIndex : IVectorIndex
{
    private readonly MatrixView _rows;
    private readonly ReadOnlyMemory<float> _inverseLengths; // 1/‖x‖ a row for cosine, else empty.

    /// <summary>Checks the rows and takes them as they are, without a copy: they must not change any more.</summary>
    /// <param name="rows">One vector a row, finite; not zero when the metric is cosine.</param>
    /// <exception cref="VectorException">A row cannot be indexed; the message names it.</exception>
    public FlatIndex(MatrixView rows, Metric metric)
        : this(rows, metric, VectorChecks.InverseLengths(rows, metric))
    {
    }

    /// <summary>Takes rows that were checked before, from a file of ours.</summary>
    internal FlatIndex(MatrixView rows, Metric metric, ReadOnlyMemory<float> inverseLengths)
    {
        if (rows.Columns == 0)
            throw new ArgumentException("Vectors need at least one dimension.", nameof(rows));
        if (inverseLengths.Length != (metric == Metric.Cosine ? rows.Rows : 0))
            throw new ArgumentException($"{inverseLengths.Length} inverse lengths do not fit {rows.Rows} rows under {metric}.", nameof(inverseLengths));
        (_rows, Metric, _inverseLengths) = (rows, metric, inverseLengths);
    }

    public int Count => _rows.Rows;

    public int RowLimit => _rows.Rows;

    public int Dimensions => _rows.Columns;

    public Metric Metric { get; }

    internal MatrixView Rows => _rows;

    internal ReadOnlyMemory<float> InverseLengths => _inverseLengths;

    public int Search(ReadOnlySpan<float> query, Span<Neighbor> nearest, RowSet? allowed = null)
    {
        float inverse = VectorChecks.InverseLength(query, Dimensions, Metric, "the query");
        NearestHeap heap = new(nearest);
        fixed (float* q = query)
        {
            if (Metric == Metric.L2)
                Scan<L2Kernel>(q, 1, allowed, ref heap);
            else
                Scan<DotKernel>(q, inverse, allowed, ref heap);
        }

        return heap.Sort();
    }

    public Neighbor[][] SearchMany(MatrixView queries, int k, RowSet? allowed = null, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        var answers = new Neighbor[queries.Rows][];
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount, CancellationToken = cancellation };
        Parallel.For(0, queries.Rows, options, i => answers[i] = this.Search(queries.Row(i), k, allowed));
        return answers;
    }

    public void CopyVector(int row, Span<float> vector)
    {
        if ((uint)row >= (uint)Count)
            throw new VectorException($"there is no row {row}; the index holds rows 0 to {Count - 1}");
        _rows.Row(row).CopyTo(vector);
    }

    public void Validate()
    {
        float[] expected = VectorChecks.InverseLengths(_rows, Metric);
        for (int row = 0; row < expected.Length; row++)
        {
            float stored = _inverseLengths.Span[row];
            if (!(Math.Abs(stored - expected[row]) <= 1e-5f * expected[row]))
                throw new VectorException($"row {row}: the stored inverse length is {stored}, but the vector's is {expected[row]}");
        }
    }

    private void Scan<TKernel>(float* query, float inverse, RowSet? allowed, ref NearestHeap heap)
        where TKernel : IFloatKernel
    {
        int dimensions = Dimensions;
        fixed (float* rows = _rows.Values, inverses = _inverseLengths.Span)
        {
            if (allowed is null)
            {
                float* x = rows;
                for (int row = 0; row < Count; row++, x += dimensions)
                    heap.Offer(row, Scaled(TKernel.Score(query, x, dimensions), inverse, inverses, row));
                return;
            }

            ReadOnlySpan<ulong> words = allowed.Words;
            for (int w = 0; w < words.Length; w++)
            {
                for (ulong bits = words[w]; bits != 0; bits &= bits - 1)
                {
                    int row = (w << 6) + BitOperations.TrailingZeroCount(bits);
                    if (row >= Count)
                        return;
                    heap.Offer(row, Scaled(TKernel.Score(query, rows + (long)row * dimensions, dimensions), inverse, inverses, row));
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Scaled(float score, float inverse, float* inverses, int row) => inverses == null ? score : score * inverse * inverses[row];
}
