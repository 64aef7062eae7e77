using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Segue.Numerics;

/// <summary>
/// The k rows of a matrix with the largest inner product with a query, exactly: the same rows, scores and order as computing every score
/// and sorting (higher score first, equal scores by lower index), at a small part of the work. Immutable; searches may run on many threads.
/// </summary>
/// <remarks>
/// <para>How: rows are laid out by norm, descending, in panels of 16. Once |x|·|y| of a panel cannot reach the k-th best score, the search ends
/// (Teflioudi et al., LEMP, SIGMOD 2015). Panels before that are scored in int8, 16 rows by 4 queries at a time, and a row is scored in float32
/// only if it could still enter the answer. With x = x̂ + dx and y = ŷ + dy, hats for what the codes stand for,</para>
/// <para>x·y = x̂·ŷ + dx·ŷ + x·dy ≤ x̂·ŷ + |dx||ŷ| + |x||dy|,</para>
/// <para>and x̂·ŷ is exact: whole numbers times two scales. Codes of rows are ±127, of queries 64 ± 63 as unsigned bytes, so that a pair of products
/// stays below 32,768 and AVX2's multiply-add of bytes never saturates. Both sides are first turned by one <see cref="SignedHadamard"/>, which
/// evens out the coordinates (a few large ones would coarsen all the others) and leaves inner products as they are. What is left over for rounding is
/// bounded too: see <see cref="RoundingSlack"/>.</para>
/// <para>Departures from LEMP: no buckets, no choice of algorithm per bucket; 48 queries share each pass over the panels, since the panels come
/// from memory and the queries stay in the first cache.</para>
/// </remarks>
internal sealed partial class TopK
{
    /// <summary>Rows in a panel: two AVX2 registers of int32.</summary>
    internal const int PanelRows = 16;

    /// <summary>Queries that share a kernel call: 8 accumulators, the most that leave room for operands in 16 registers.</summary>
    internal const int GroupQueries = 4;

    /// <summary>Queries that share a pass over the panels. 48 × 128 codes are 6 KB; 24 to 96 measured the same within noise.</summary>
    internal const int BlockQueries = 48;

    private readonly MatrixView _rows;
    private readonly SignedHadamard _turn;

    /// <summary>Lays out the rows. Costs about one pass over them in double; the matrix itself is kept, not copied.</summary>
    /// <param name="rows">Rows to be found, finite.</param>
    /// <param name="threads">Threads to use; 0 for all.</param>
    /// <exception cref="ArgumentException">A value is not finite, or so large that products overflow.</exception>
    public TopK(MatrixView rows, int threads = 0)
    {
        (_rows, _turn) = (rows, new SignedHadamard(rows.Columns));
        Panels = new TopKPanels(rows, _turn, threads);
    }

    public int Rows => _rows.Rows;

    /// <summary>Length of a row and of a query.</summary>
    public int Columns => _rows.Columns;

    internal TopKPanels Panels { get; }

    /// <summary>Queries' exact scores computed since the start, for benchmarks: the first pass is good when these are few.</summary>
    internal long ExactScores => Interlocked.Read(ref _exactScores);

    private long _exactScores;

    /// <summary>Chooses rows that may be found; made once, used for any number of searches of this index.</summary>
    public TopKFilter Filter(Func<int, bool> keep) => new(this, keep);

    /// <summary>The best rows for one query.</summary>
    /// <param name="query">The query, <see cref="Columns"/> long and finite.</param>
    /// <param name="k">How many rows are wanted; the answer is shorter when fewer are left.</param>
    /// <param name="excluded">Rows that must not be found, ascending.</param>
    /// <param name="filter">Rows that may be found; all when null.</param>
    /// <returns>At most k rows, best first.</returns>
    /// <exception cref="ArgumentException">The query has the wrong length or is not finite.</exception>
    public Scored[] Search(ReadOnlySpan<float> query, int k, ReadOnlySpan<int> excluded = default, TopKFilter? filter = null)
    {
        Best best = new(CheckedSize(k, filter));
        double norm = CheckedNorm(query, 0);
        if (PlainIsCheaper(k, norm, filter))
        {
            SearchPlain(query, norm, excluded, filter, best);
        }
        else
        {
            QueryBlock block = new(Panels.Depth);
            block.Add(query, norm, _turn);
            ScanOne(block, query, excluded, filter, best);
        }

        return best.Drain();
    }

    /// <summary>The best rows for each of many queries.</summary>
    /// <param name="queries">One query a row.</param>
    /// <param name="k">How many rows are wanted for each.</param>
    /// <param name="excluded">For each query, the rows that must not be found, ascending; none when null.</param>
    /// <param name="filter">Rows that may be found by any query; all when null.</param>
    /// <param name="threads">Threads to use; 0 for all. The answer does not depend on it.</param>
    /// <returns>For each query at most k rows, best first.</returns>
    /// <exception cref="ArgumentException">A query has the wrong length or is not finite, or there are not as many lists as queries.</exception>
    public Ragged<Scored> SearchAll(
        MatrixView queries, int k, Ragged<int>? excluded = null, TopKFilter? filter = null, int threads = 0, CancellationToken cancellation = default)
    {
        if (excluded is { } lists && lists.Count != queries.Rows)
            throw new ArgumentException($"{lists.Count} lists of excluded rows for {queries.Rows} queries.", nameof(excluded));
        if (queries.Rows > 0 && queries.Columns != Columns)
            throw new ArgumentException($"Queries are {queries.Columns} long, but rows are {Columns}.", nameof(queries));
        int size = CheckedSize(k, filter);
        Scored[][] found = new Scored[queries.Rows][];
        int blocks = (queries.Rows + BlockQueries - 1) / BlockQueries;
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount, CancellationToken = cancellation };
        Parallel.For(0, blocks, options, () => new Best[BlockQueries], (b, _, best) =>
        {
            SearchBlock(queries, b * BlockQueries, size, excluded, filter, best, found);
            return best;
        }, _ => { });

        int[] starts = new int[queries.Rows + 1];
        for (int q = 0; q < found.Length; q++)
            starts[q + 1] = checked(starts[q] + found[q].Length);
        Scored[] all = new Scored[starts[^1]];
        for (int q = 0; q < found.Length; q++)
            found[q].CopyTo(all, starts[q]);
        return new Ragged<Scored>(starts, all);
    }

    /// <summary>
    /// The score of a row: 16 partial sums over columns 0, 16, 32 ..., 1, 17, 33 ... and so on, then added up pairwise. Multiply and add round one
    /// after the other (no fused operation), so that every machine gives the same bits. Eight columns at a time, the rest in order at the end.
    /// </summary>
    internal static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        ref float a = ref MemoryMarshal.GetReference(x);
        ref float b = ref MemoryMarshal.GetReference(y);
        var even = Vector256<float>.Zero;
        var odd = even;
        int k = 0;
        for (; k + 16 <= x.Length; k += 16)
        {
            even += Load(ref a, k) * Load(ref b, k);
            odd += Load(ref a, k + 8) * Load(ref b, k + 8);
        }

        even += odd;
        var four = Vector256.GetLower(even) + Vector256.GetUpper(even);
        float sum = (four[0] + four[2]) + (four[1] + four[3]);
        for (; k < x.Length; k++)
            sum += Unsafe.Add(ref a, k) * Unsafe.Add(ref b, k);
        return sum;

        static Vector256<float> Load(ref float from, int at) =>
            Vector256.LoadUnsafe(ref from, (nuint)at);
    }

    /// <summary>
    /// What a computed score and a computed bound may be off by in all, as a share of |x||y|. A sum of n products in float32 with additions at most
    /// d deep is off by at most (d + 1)·2⁻²⁴/(1 − ...) of Σ|x_i y_i| ≤ |x||y| (Higham, Accuracy and Stability, 3.1); here d ≤ n/16 + 4 + 15. The
    /// bound itself takes five more roundings. Doubled, to be far on the safe side: 4e-6 at 128 columns, where neighbouring scores differ by 1e-4.
    /// </summary>
    internal static float RoundingSlack(int columns) => 2 * (columns / 16 + 28) / 16777216f;

    private int CheckedSize(int k, TopKFilter? filter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        if (filter is not null && filter.Owner != this)
            throw new ArgumentException("The filter was made for another index.", nameof(filter));
        return Math.Min(k, Rows);
    }

    private double CheckedNorm(ReadOnlySpan<float> query, int number)
    {
        if (query.Length != Columns)
            throw new ArgumentException($"The query is {query.Length} long, but rows are {Columns}.", nameof(query));
        double norm = Norm(query);
        return norm * Math.Max(1, Panels.NormMax) <= TopKPanels.ProductMax
            ? norm
            : throw new ArgumentException($"Query {number} has norm {norm}: not finite, or its products overflow.", nameof(query));
    }

    internal static double Norm(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float v in values)
            sum += (double)v * v;
        return Math.Sqrt(sum);
    }
}
