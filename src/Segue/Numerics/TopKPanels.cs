namespace Segue.Numerics;

/// <summary>
/// The rows of a <see cref="TopK"/> by norm, descending, in panels of 16: for each panel its int8 codes, four columns of sixteen rows at a time, and
/// then what a bound needs of each row. Places count along this order; <see cref="RowOf"/> leads back to rows.
/// </summary>
internal sealed unsafe class TopKPanels
{
    /// <summary>Norms whose product is larger are refused, so that no score or bound overflows float32.</summary>
    public const double ProductMax = 1e37;

    /// <summary>After the codes: 16 int32 (−64 Σ codes) and 3 × 16 float32 (scale, |y − ŷ|, |ŷ|), then the largest |y| and padding to a cache
    /// line.</summary>
    private const int TrailerBytes = 4 * TopK.PanelRows * sizeof(float) + 64;

    private readonly byte[] _memory;
    private readonly byte* _first;
    private readonly int[] _rowOf;

    public TopKPanels(MatrixView rows, SignedHadamard turn, int threads)
    {
        Depth = (rows.Columns + 3) / 4 * 4;
        Count = (rows.Rows + TopK.PanelRows - 1) / TopK.PanelRows;
        Stride = (Depth * TopK.PanelRows + TrailerBytes + 63) / 64 * 64;
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount };
        double[] norms = new double[rows.Rows];
        Parallel.For(0, Count, options, panel =>
        {
            for (int row = panel * TopK.PanelRows; row < Math.Min(rows.Rows, (panel + 1) * TopK.PanelRows); row++)
                norms[row] = -TopK.Norm(rows.Row(row));
        });
        _rowOf = SortedByNorm(norms);
        NormMax = rows.Rows == 0 ? 0 : -norms[0];

        // Pinned and started at a cache line: a code load never crosses one.
        _memory = GC.AllocateArray<byte>(checked(Count * Stride + 64), pinned: true);
        byte* start = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _memory[0]);
        _first = start + ((64 - ((nint)start & 63)) & 63);
        Parallel.For(0, Count, options, () => new double[Depth], (panel, _, turned) =>
        {
            for (int lane = 0; lane < TopK.PanelRows; lane++)
                Encode(panel, lane, rows, norms, turn, turned);
            return turned;
        }, _ => { });
    }

    public int Count { get; }

    /// <summary>Columns, padded to a multiple of four.</summary>
    public int Depth { get; }

    public double NormMax { get; }

    private int Stride { get; }

    public ReadOnlySpan<int> RowOf => _rowOf;

    /// <summary>The codes of a panel: columns 4j .. 4j + 3 of row r are the bytes 64j + 4r ...</summary>
    public byte* Codes(int panel) => _first + (nint)panel * Stride;

    public int* Offsets(int panel) => (int*)(Codes(panel) + Depth * TopK.PanelRows);

    /// <summary>Scales, then errors |y − ŷ|, then norms |ŷ|, sixteen each.</summary>
    public float* Bounds(int panel) => (float*)(Offsets(panel) + TopK.PanelRows);

    /// <summary>The largest norm in a panel, rounded up.</summary>
    public float NormOf(int panel) => Bounds(panel)[3 * TopK.PanelRows];

    public void KeepAlive() => GC.KeepAlive(_memory);

    /// <summary>Rounds up, so that a bound stays one.</summary>
    public static float Up(double value) => (float)(value * (1 + 1e-6)) + float.Epsilon;

    private static int[] SortedByNorm(double[] negativeNorms)
    {
        int[] order = new int[negativeNorms.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
            if (!(-negativeNorms[i] <= ProductMax))
                throw new ArgumentException($"Row {i} has norm {-negativeNorms[i]}: not finite, or its products overflow.", "rows");
        }

        Array.Sort(negativeNorms, order);
        // Sorting is not stable; the order among equal norms has no influence on answers, but builds should be the same every time.
        for (int i = 0, end; i < order.Length; i = end)
        {
            for (end = i + 1; end < order.Length && negativeNorms[end] == negativeNorms[i];)
                end++;
            Array.Sort(order, i, end - i);
        }

        return order;
    }

    private void Encode(int panel, int lane, MatrixView rows, double[] norms, SignedHadamard turn, double[] turned)
    {
        int place = panel * TopK.PanelRows + lane;
        float* bounds = Bounds(panel);
        if (place >= rows.Rows)
        {
            // No row: a bound that is no number is never at or above a threshold, not even above −∞.
            (bounds[lane], bounds[TopK.PanelRows + lane], bounds[2 * TopK.PanelRows + lane]) = (0, float.NaN, 0);
            return;
        }

        turn.Apply(rows.Row(_rowOf[place]), turned);
        double largest = 0;
        foreach (double v in turned.AsSpan(0, rows.Columns))
            largest = Math.Max(largest, Math.Abs(v));
        float scale = (float)(largest / 127);
        double error = 0, norm = 0;
        int sum = 0;
        byte* codes = Codes(panel);
        for (int k = 0; k < rows.Columns; k++)
        {
            int code = scale > 0 ? Math.Clamp((int)Math.Round(turned[k] / scale), -127, 127) : 0;
            double value = code * (double)scale;
            (error, norm, sum) = (error + (turned[k] - value) * (turned[k] - value), norm + value * value, sum + code);
            codes[k / 4 * 64 + lane * 4 + k % 4] = (byte)(sbyte)code;
        }

        Offsets(panel)[lane] = -64 * sum;
        (bounds[lane], bounds[TopK.PanelRows + lane], bounds[2 * TopK.PanelRows + lane]) = (scale, Up(Math.Sqrt(error)), Up(Math.Sqrt(norm)));
        if (lane == 0)
            bounds[3 * TopK.PanelRows] = Up(-norms[place]);
    }
}
