using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Segue.Numerics;

namespace Segue.VectorSearch;

/// <summary>
/// Exact search: every row is compared with the query. One query reads all rows once, at the speed of memory; many queries share the
/// reading (<see cref="FlatBatch"/>). The rows may lie in a mapped file; nothing is copied.
/// <para>With <see cref="Quantization.Int8"/> a query reads int8 codes instead, a quarter of the memory, and compares the best of them with the
/// float32 rows: the order of what it finds is exact, and a row is missed only when the codes put it behind <c>4k + 32</c> others.</para>
/// </summary>
internal sealed unsafe class FlatIndex : IVectorIndex
{
    /// <summary>The processor's own prefetch stops at the end of each 4 KB page; asked for this far ahead, the next page is there in time.</summary>
    private const int BytesAhead = 4_096, CodesAhead = 12;

    private readonly ConcurrentBag<QuantizedQuery> _queries = [];
    private readonly MatrixView _rows;
    private readonly ReadOnlyMemory<float> _inverseLengths; // 1/‖x‖ a row for cosine, else empty.

    /// <summary>Checks the rows and takes them as they are, without a copy: they must not change any more.</summary>
    /// <param name="rows">One vector a row, finite; not zero when the metric is cosine.</param>
    /// <exception cref="VectorException">A row cannot be indexed; the message names it.</exception>
    public FlatIndex(MatrixView rows, Metric metric, Quantization quantization = Quantization.None)
        : this(rows, metric, VectorChecks.InverseLengths(rows, metric), null)
    {
        if (quantization == Quantization.None)
            return;
        Codes = QuantizedRows.Allocate(rows.Rows, rows.Columns, metric, precision: null);
        for (int row = 0; row < rows.Rows; row++)
            Codes.Set(row, rows.Row(row), metric == Metric.Cosine ? _inverseLengths.Span[row] : 1);
    }

    /// <summary>Takes rows that were checked before, from a file of ours.</summary>
    internal FlatIndex(MatrixView rows, Metric metric, ReadOnlyMemory<float> inverseLengths, QuantizedRows? codes)
    {
        if (rows.Columns == 0)
            throw new ArgumentException("Vectors need at least one dimension.", nameof(rows));
        if (inverseLengths.Length != (metric == Metric.Cosine ? rows.Rows : 0))
            throw new ArgumentException($"{inverseLengths.Length} inverse lengths do not fit {rows.Rows} rows under {metric}.", nameof(inverseLengths));
        (_rows, Metric, _inverseLengths, Codes) = (rows, metric, inverseLengths, codes);
    }

    public int Count => _rows.Rows;

    public int RowLimit => _rows.Rows;

    public int Dimensions => _rows.Columns;

    public Metric Metric { get; }

    public Quantization Quantization => Codes is null ? Quantization.None : Quantization.Int8;

    internal MatrixView Rows => _rows;

    internal QuantizedRows? Codes { get; }

    internal ReadOnlyMemory<float> InverseLengths => _inverseLengths;

    public int Search(ReadOnlySpan<float> query, Span<Neighbor> nearest, RowSet? allowed = null)
    {
        float inverse = VectorChecks.InverseLength(query, Dimensions, Metric, "the query");
        if (Codes is not null && nearest.Length <= Count / 8)
            return SearchCodes(query, inverse, nearest, allowed);
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

    public Neighbor[][] SearchMany(MatrixView queries, int k, RowSet? allowed = null, int threads = 0, CancellationToken cancellation = default) =>
        Codes is null
            ? new FlatBatch(this, queries, k, allowed).Search(threads, cancellation)
            : this.SearchEach(queries, k, allowed, threads, cancellation);

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

    private int SearchCodes(ReadOnlySpan<float> query, float inverse, Span<Neighbor> nearest, RowSet? allowed)
    {
        Codes!.Codes.ThrowIfGone();
        if (!_queries.TryTake(out QuantizedQuery? coded))
            coded = new QuantizedQuery(Dimensions);
        coded.Set(query, Metric == Metric.Cosine ? inverse : 1);
        var rough = new Neighbor[4 * nearest.Length + 32];
        NearestHeap roughHeap = new(rough);
        for (int row = 0; row < Count; row++)
        {
            Codes.Prefetch(row + CodesAhead); // Beyond the last row it does nothing.
            if (allowed is null || allowed.Contains(row))
                roughHeap.Offer(row, coded.Score(Codes, row));
        }

        _queries.Add(coded);
        NearestHeap heap = new(nearest);
        fixed (float* q = query, rows = _rows.Values, inverses = _inverseLengths.Span)
        {
            for (int i = 0; i < roughHeap.Count; i++)
            {
                int row = rough[i].Row;
                float* x = rows + (long)row * Dimensions;
                float score = Metric == Metric.L2 ? L2Kernel.Score(q, x, Dimensions) : DotKernel.Score(q, x, Dimensions);
                heap.Offer(row, Scaled(score, inverse, inverses, row));
            }
        }

        return heap.Sort();
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
                {
                    Prefetch(x, dimensions);
                    heap.Offer(row, Scaled(TKernel.Score(query, x, dimensions), inverse, inverses, row));
                }

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
    private static void Prefetch(float* row, int dimensions)
    {
        if (!Sse.IsSupported)
            return;
        for (int i = 0; i < dimensions; i += 64 / sizeof(float))
            Sse.Prefetch0((byte*)(row + i) + BytesAhead);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Scaled(float score, float inverse, float* inverses, int row) => inverses == null ? score : score * inverse * inverses[row];
}
