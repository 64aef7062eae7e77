using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Segue.Numerics;

/// <summary>The queries of one pass over the panels: unsigned codes 64 ± 63 and what a bound needs of each, in groups of four.</summary>
internal sealed class QueryBlock
{
    public readonly byte[] Codes;
    public readonly float[] Scale, Error, Norm, Slack, Threshold;
    private readonly double[] _turned;

    public QueryBlock(int depth, int queries = TopK.GroupQueries)
    {
        (Depth, Codes, _turned) = (depth, new byte[queries * depth], new double[depth]);
        (Scale, Error, Norm, Slack, Threshold) = (new float[queries], new float[queries], new float[queries], new float[queries], new float[queries]);
        Array.Fill(Threshold, float.PositiveInfinity); // A place without a query finds nothing.
    }

    public int Depth { get; }

    public int Count { get; private set; }

    public void Clear()
    {
        Count = 0;
        Array.Fill(Threshold, float.PositiveInfinity);
    }

    public void Add(ReadOnlySpan<float> query, double norm, SignedHadamard turn)
    {
        int q = Count++;
        turn.Apply(query, _turned);
        double largest = 0;
        foreach (double v in _turned.AsSpan(0, query.Length))
            largest = Math.Max(largest, Math.Abs(v));
        float scale = (float)(largest / 63);
        double error = 0;
        Span<byte> codes = Codes.AsSpan(q * Depth, Depth);
        for (int k = 0; k < query.Length; k++)
        {
            int code = scale > 0 ? Math.Clamp((int)Math.Round(_turned[k] / scale), -63, 63) : 0;
            error += (_turned[k] - code * (double)scale) * (_turned[k] - code * (double)scale);
            codes[k] = (byte)(code + 64);
        }

        (Scale[q], Error[q], Norm[q]) = (scale, TopKPanels.Up(Math.Sqrt(error)), TopKPanels.Up(norm));
        (Slack[q], Threshold[q]) = (Norm[q] * TopK.RoundingSlack(query.Length), float.NegativeInfinity);
    }
}

internal sealed partial class TopK
{
    /// <summary>Underflow, too, makes sums inexact; a score is never off by more than this for it.</summary>
    internal const float UnderflowSlack = 1e-37f;

    /// <summary>Whether to look at every row: when most would be found anyway, or there are few, or the query has no direction.</summary>
    private bool PlainIsCheaper(int k, double norm, TopKFilter? filter) =>
        norm == 0 || (long)k * 4 >= Rows || Rows <= 4 * PanelRows || filter is { IsNarrow: true };

    /// <summary>Every row that may be found, scored one by one. (The tests' twin is plainer still: it sorts all scores.)</summary>
    private void SearchPlain(ReadOnlySpan<float> query, double norm, ReadOnlySpan<int> excluded, TopKFilter? filter, Best best)
    {
        int next = 0, seen = 0;
        ReadOnlySpan<int> allowed = filter is null ? default : filter.Rows;
        for (int n = 0; n < (filter is null ? Rows : allowed.Length); n++)
        {
            int row = filter is null ? n : allowed[n];
            while (next < excluded.Length && excluded[next] < row)
                next++;
            if (next < excluded.Length && excluded[next] == row)
                continue;
            best.Offer(new Scored(row, norm == 0 ? 0 : Dot(query, _rows.Row(row))));
            seen++;
            if (norm == 0 && best.Threshold == 0)
                break; // All scores are zero: the first k rows are the answer.
        }

        Interlocked.Add(ref _exactScores, seen);
    }

    private void SearchBlock(MatrixView queries, int first, int size, Ragged<int>? excluded, TopKFilter? filter, Best[] best, Scored[][] found)
    {
        QueryBlock block = new(Panels.Depth, BlockQueries);
        int[] number = new int[BlockQueries];
        for (int q = first; q < Math.Min(queries.Rows, first + BlockQueries); q++)
        {
            double norm = CheckedNorm(queries.Row(q), q);
            Best one = new(size);
            if (PlainIsCheaper(size, norm, filter))
            {
                SearchPlain(queries.Row(q), norm, excluded is { } lists ? lists[q] : default, filter, one);
                found[q] = one.Drain();
                continue;
            }

            number[block.Count] = q;
            best[block.Count] = one;
            block.Add(queries.Row(q), norm, _turn);
        }

        Scan(block, queries, number, excluded, filter, best);
        for (int n = 0; n < block.Count; n++)
            found[number[n]] = best[n].Drain();
    }

    private unsafe void Scan(QueryBlock block, MatrixView queries, int[] number, Ragged<int>? excluded, TopKFilter? filter, Best[] best)
    {
        int groups = (block.Count + GroupQueries - 1) / GroupQueries, active = groups;
        long exact = 0;
        Span<bool> done = stackalloc bool[BlockQueries / GroupQueries];
        ReadOnlySpan<int> rowOf = Panels.RowOf;
        fixed (byte* codes = block.Codes)
        {
            for (int panel = 0; panel < Panels.Count && active > 0; panel++)
            {
                uint open = filter is null ? 0xffff : filter.Open(panel);
                float norm = Panels.NormOf(panel);
                for (int g = 0; g < groups; g++)
                {
                    if (done[g])
                        continue;
                    int q = g * GroupQueries;
                    if ((panel & 7) == 0 && !CanReach(block, q, GroupQueries, norm))
                    {
                        done[g] = true;
                        active--;
                        continue;
                    }

                    if (open == 0)
                        continue;
                    ulong hits = TopKKernels.Group(Panels, panel, block, q, codes + q * block.Depth) & (open * 0x0001_0001_0001_0001UL);
                    for (; hits != 0; hits &= hits - 1)
                    {
                        int bit = BitOperations.TrailingZeroCount(hits), n = q + bit / PanelRows;
                        int row = rowOf[panel * PanelRows + bit % PanelRows];
                        exact++;
                        float score = Dot(queries.Row(number[n]), _rows.Row(row));
                        if (score < block.Threshold[n] || excluded is { } lists && lists[number[n]].BinarySearch(row) >= 0)
                            continue;
                        best[n].Offer(new Scored(row, score));
                        block.Threshold[n] = best[n].Threshold;
                    }
                }
            }
        }

        Interlocked.Add(ref _exactScores, exact);
    }

    private unsafe void ScanOne(QueryBlock block, ReadOnlySpan<float> query, ReadOnlySpan<int> excluded, TopKFilter? filter, Best best)
    {
        long exact = 0;
        ReadOnlySpan<int> rowOf = Panels.RowOf;
        fixed (byte* codes = block.Codes)
        {
            for (int panel = 0; panel < Panels.Count; panel++)
            {
                if ((panel & 7) == 0 && !CanReach(block, 0, 1, Panels.NormOf(panel)))
                    break;
                uint open = filter is null ? 0xffff : filter.Open(panel);
                if (open == 0)
                    continue;
                for (uint hits = TopKKernels.One(Panels, panel, block, codes) & open; hits != 0; hits &= hits - 1)
                {
                    int row = rowOf[panel * PanelRows + BitOperations.TrailingZeroCount(hits)];
                    exact++;
                    float score = Dot(query, _rows.Row(row));
                    if (score < block.Threshold[0] || excluded.BinarySearch(row) >= 0)
                        continue;
                    best.Offer(new Scored(row, score));
                    block.Threshold[0] = best.Threshold;
                }
            }
        }

        Interlocked.Add(ref _exactScores, exact);
    }

    /// <summary>Whether a row of this norm could enter the answer of any of these queries. Equal scores count: the lower index wins.</summary>
    private static bool CanReach(QueryBlock block, int first, int count, float norm)
    {
        for (int q = first; q < first + count; q++)
        {
            if (block.Norm[q] * norm + block.Slack[q] * norm + UnderflowSlack >= block.Threshold[q])
                return true;
        }

        return false;
    }
}

/// <summary>The int8 first pass over one panel: which of its rows might enter which answers.</summary>
internal static unsafe class TopKKernels
{
    /// <summary>Four queries: bit 16q + r is set when row r of the panel may enter the answer of query q.</summary>
    public static ulong Group(TopKPanels panels, int panel, QueryBlock block, int first, byte* codes)
    {
        if (Avx2.IsSupported)
            return GroupAvx2(panels, panel, block, first, codes);
        ulong hits = 0;
        for (int q = 0; q < TopK.GroupQueries; q++)
            hits |= (ulong)Scalar(panels, panel, block, first + q, codes + q * block.Depth) << (TopK.PanelRows * q);
        return hits;
    }

    /// <summary>One query: bit r is set when row r of the panel may enter its answer.</summary>
    public static uint One(TopKPanels panels, int panel, QueryBlock block, byte* codes) =>
        Avx2.IsSupported ? OneAvx2(panels, panel, block, codes) : Scalar(panels, panel, block, 0, codes);

    internal static uint Scalar(TopKPanels panels, int panel, QueryBlock block, int query, byte* x)
    {
        byte* y = panels.Codes(panel);
        int* offsets = panels.Offsets(panel);
        float* bounds = panels.Bounds(panel);
        float least = block.Threshold[query] - Slack(panels, panel, block, query);
        uint hits = 0;
        for (int row = 0; row < TopK.PanelRows; row++)
        {
            int sum = offsets[row];
            for (int k = 0; k < block.Depth; k += 4)
            {
                sbyte* four = (sbyte*)y + k * TopK.PanelRows + row * 4;
                sum += x[k] * four[0] + x[k + 1] * four[1] + x[k + 2] * four[2] + x[k + 3] * four[3];
            }

            float bound = block.Norm[query] * bounds[TopK.PanelRows + row] + block.Error[query] * bounds[2 * TopK.PanelRows + row]
                + block.Scale[query] * bounds[row] * sum;
            hits |= bound >= least ? 1u << row : 0;
        }

        return hits;
    }

    private static uint OneAvx2(TopKPanels panels, int panel, QueryBlock block, byte* x)
    {
        sbyte* y = (sbyte*)panels.Codes(panel);
        int* offsets = panels.Offsets(panel);
        Vector256<short> one = Vector256<short>.One;
        Vector256<int> a0 = Vector256.Load(offsets), a1 = Vector256.Load(offsets + 8), b0 = Vector256<int>.Zero, b1 = b0;
        int depth = block.Depth, k = 0;
        // Two chains a register of rows: one alone would wait for its own additions.
        for (; k + 8 <= depth; k += 8, y += 128)
        {
            Vector256<byte> v = Vector256.Create(*(int*)(x + k)).AsByte(), w = Vector256.Create(*(int*)(x + k + 4)).AsByte();
            a0 += Products(v, y, one);
            a1 += Products(v, y + 32, one);
            b0 += Products(w, y + 64, one);
            b1 += Products(w, y + 96, one);
        }

        if (k < depth)
        {
            Vector256<byte> v = Vector256.Create(*(int*)(x + k)).AsByte();
            a0 += Products(v, y, one);
            a1 += Products(v, y + 32, one);
        }

        return Hits(a0 + b0, a1 + b1, panels, panel, block, 0);
    }

    /// <summary>Eight accumulators written out by hand, so that they stay in registers.</summary>
    private static ulong GroupAvx2(TopKPanels panels, int panel, QueryBlock block, int first, byte* x0)
    {
        sbyte* y = (sbyte*)panels.Codes(panel);
        int* offsets = panels.Offsets(panel);
        int depth = block.Depth;
        byte* x1 = x0 + depth, x2 = x1 + depth, x3 = x2 + depth;
        Vector256<short> one = Vector256<short>.One;
        Vector256<int> s00 = Vector256.Load(offsets), s01 = Vector256.Load(offsets + 8);
        Vector256<int> s10 = s00, s11 = s01, s20 = s00, s21 = s01, s30 = s00, s31 = s01;
        for (int k = 0; k < depth; k += 4, y += 64)
        {
            Vector256<sbyte> y0 = Vector256.Load(y), y1 = Vector256.Load(y + 32);
            Vector256<byte> v = Vector256.Create(*(int*)(x0 + k)).AsByte();
            s00 = Avx2.Add(s00, Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(v, y0), one));
            s01 = Avx2.Add(s01, Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(v, y1), one));
            v = Vector256.Create(*(int*)(x1 + k)).AsByte();
            s10 = Avx2.Add(s10, Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(v, y0), one));
            s11 = Avx2.Add(s11, Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(v, y1), one));
            v = Vector256.Create(*(int*)(x2 + k)).AsByte();
            s20 = Avx2.Add(s20, Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(v, y0), one));
            s21 = Avx2.Add(s21, Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(v, y1), one));
            v = Vector256.Create(*(int*)(x3 + k)).AsByte();
            s30 = Avx2.Add(s30, Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(v, y0), one));
            s31 = Avx2.Add(s31, Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(v, y1), one));
        }

        return Hits(s00, s01, panels, panel, block, first)
            | (ulong)Hits(s10, s11, panels, panel, block, first + 1) << 16
            | (ulong)Hits(s20, s21, panels, panel, block, first + 2) << 32
            | (ulong)Hits(s30, s31, panels, panel, block, first + 3) << 48;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Products(Vector256<byte> x, sbyte* y, Vector256<short> one) =>
        Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(x, Vector256.Load(y)), one);

    /// <summary>Which bounds x̂·ŷ + |dx||ŷ| + |x||dy| reach the threshold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hits(Vector256<int> low, Vector256<int> high, TopKPanels panels, int panel, QueryBlock block, int query)
    {
        float* b = panels.Bounds(panel);
        Vector256<float> norm = Vector256.Create(block.Norm[query]), error = Vector256.Create(block.Error[query]), scale = Vector256.Create(block.Scale[query]);
        Vector256<float> least = Vector256.Create(block.Threshold[query] - Slack(panels, panel, block, query));
        Vector256<float> l = norm * Vector256.Load(b + 16) + error * Vector256.Load(b + 32) + scale * Vector256.Load(b) * Vector256.ConvertToSingle(low);
        Vector256<float> h = norm * Vector256.Load(b + 24) + error * Vector256.Load(b + 40) + scale * Vector256.Load(b + 8) * Vector256.ConvertToSingle(high);
        return Vector256.GreaterThanOrEqual(l, least).ExtractMostSignificantBits() | Vector256.GreaterThanOrEqual(h, least).ExtractMostSignificantBits() << 8;
    }

    private static float Slack(TopKPanels panels, int panel, QueryBlock block, int query) => block.Slack[query] * panels.NormOf(panel) + TopK.UnderflowSlack;
}
