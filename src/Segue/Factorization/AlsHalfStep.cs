using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>What both half-steps use in turn: threads, kernels and their buffers, so that an iteration allocates next to nothing.</summary>
internal sealed class AlsWorkshop : IDisposable
{
    /// <summary>More factors are approached by blocks of them (<see cref="AlsBlockSweep"/>); at 256 both ways take the same time.</summary>
    private const int WholeColumnsMax = 256;

    /// <summary>At 512 and 1,024 factors, 36,000 users: 128 is a tenth faster than 256 at a lower loss, 64 no faster (bench als).</summary>
    private const int BlockColumns = 128;

    public AlsWorkshop(int rowsMax, int rowLengthMax, int factors, int threads)
    {
        Workers = new Workers(threads);
        Stride = AlignedMatrix.PaddedTo(factors);
        Gramian = new Gramian(Stride, Workers);
        Whole = new Lazy<AlsBasis>(() => new AlsBasis(factors, Stride, Workers, Gramian));
        Blocks = factors > WholeColumnsMax ? new AlsBasis(factors, BlockColumns, Workers, Gramian) : null;
        Table = new GatherTable(rowsMax, Stride);
        Gradient = new AlsConjugateGradient[Workers.Count];
        Sweep = new AlsBlockSweep[Blocks is null ? 0 : Workers.Count];
        Exact = new Lazy<AlsExactSolver>[Workers.Count];
        for (int w = 0; w < Workers.Count; w++)
        {
            Gradient[w] = new AlsConjugateGradient(Stride, rowLengthMax);
            Exact[w] = new Lazy<AlsExactSolver>(() => new AlsExactSolver(factors));
            if (Blocks is not null)
                Sweep[w] = new AlsBlockSweep(Blocks, Gradient[w], Stride, Math.Max(rowLengthMax, AlsHalfStep.PieceInteractions));
        }
    }

    public Workers Workers { get; }

    public int Stride { get; }

    public Gramian Gramian { get; }

    /// <summary>All columns as one: where rows are solved to the end, and the model's basis.</summary>
    public Lazy<AlsBasis> Whole { get; }

    /// <summary>Blocks of columns, when there are too many for one.</summary>
    public AlsBasis? Blocks { get; }

    public GatherTable Table { get; }

    public AlsConjugateGradient[] Gradient { get; }

    public AlsBlockSweep[] Sweep { get; }

    public Lazy<AlsExactSolver>[] Exact { get; }

    /// <summary>Seconds spent in each phase so far: for benchmarks.</summary>
    public AlsPhases Phases { get; } = new();

    public void Dispose()
    {
        Workers.Dispose();
        Gramian.Dispose();
        if (Whole.IsValueCreated)
            Whole.Value.Dispose();
        Blocks?.Dispose();
        Table.Dispose();
        foreach (AlsConjugateGradient gradient in Gradient)
            gradient.Dispose();
        foreach (AlsBlockSweep sweep in Sweep)
            sweep.Dispose();
    }
}

/// <summary>Where the time of a training went, in seconds.</summary>
internal sealed class AlsPhases
{
    private long _since = Stopwatch.GetTimestamp();

    public double Gramian { get; set; }

    public double Eigen { get; set; }

    public double Turn { get; set; }

    public double Solve { get; set; }

    /// <summary>Seconds since the last lap.</summary>
    public double Lap()
    {
        double seconds = Stopwatch.GetElapsedTime(_since).TotalSeconds;
        _since = Stopwatch.GetTimestamp();
        return seconds;
    }
}

/// <summary>
/// One half of an iteration: all rows of X with Y fixed. Factors are defined up to a common rotation, so both are turned into the eigenbasis of
/// G = Σ zⱼyⱼyⱼ' first; there each row's system is  diagonal + Σ_S (c − shift) yy',  and neither a ridge nor a scale of one row's own costs anything.
/// Nothing is ever turned back. Rows are shared out by their cost, in an order that is fixed; each is solved by itself, so threads change no byte.
/// </summary>
internal sealed unsafe class AlsHalfStep : IDisposable
{
    /// <summary>Rows of one piece of work: few enough to share out evenly, enough to keep their factors in L2.</summary>
    private const int PieceRows = PackedMatrix.RowsMax;

    /// <summary>Interactions that end a piece early; pieces above it (one long row) go first, so that no thread is left with one at the
    /// end.</summary>
    public const int PieceInteractions = 6000;

    private readonly AlsSide _side;
    private readonly float _shift;
    private readonly float[] _fixedWeight;
    private readonly AlignedMatrix _x, _y;
    private readonly AlsWorkshop _shop;
    private readonly (int First, int End)[] _pieces;
    private readonly MemoryHandle _starts, _indices, _confidence;
    private readonly Action<int, int> _turnFixed, _turnSolved, _turnKept, _solveTable, _solveBlocks, _solveFloat, _solveExact;
    private readonly int _firstRow;
    private AlsEffort _effort;
    private AlsBasis _basis;

    /// <param name="side">The rows to solve.</param>
    /// <param name="fixedWeight">z of the fixed side.</param>
    /// <param name="firstRow">Rows before it are turned, but keep what they are.</param>
    public AlsHalfStep(AlsSide side, float[] fixedWeight, float shift, AlignedMatrix x, AlignedMatrix y, AlsWorkshop shop, int firstRow = 0)
    {
        (_side, _fixedWeight, _shift, _x, _y, _shop) = (side, fixedWeight, shift, x, y, shop);
        (_firstRow, _basis) = (firstRow, shop.Blocks ?? shop.Whole.Value);
        _pieces = Pieces(side.Confidence.Starts.Span, firstRow);
        (_starts, _indices, _confidence) = (side.Confidence.Starts.Pin(), side.Confidence.Indices.Pin(), side.Confidence.Values.Pin());
        _turnFixed = TurnFixed;
        _turnSolved = (worker, block) => Turn(_x, _x.Rows, worker, block);
        _turnKept = (worker, block) => Turn(_x, _firstRow, worker, block);
        _solveTable = (worker, piece) => SolveByGradient<Bfloat16Rows>(worker, piece, _shop.Table.Data);
        _solveBlocks = SolveByBlocks;
        _solveFloat = (worker, piece) => SolveByGradient<FloatRows>(worker, piece, (byte*)_y.Data);
        _solveExact = SolveExactly;
    }

    /// <summary>A few steps towards the solution, over the bfloat16 table.</summary>
    /// <param name="whole">All columns at once even when there are blocks of them.</param>
    public void Approach(AlsEffort effort, bool whole, CancellationToken cancel)
    {
        _effort = effort;
        if (_shop.Blocks is { } blocks && !whole)
            TurnAndRun(blocks, _solveBlocks, cancel);
        else
            TurnAndRun(_shop.Whole.Value, _solveTable, cancel);
    }

    /// <summary>To convergence, over the factors themselves.</summary>
    public void Converge(CancellationToken cancel)
    {
        _effort = AlsEffort.ToConvergence;
        TurnAndRun(_shop.Whole.Value, _solveFloat, cancel);
    }

    /// <summary>Exactly, in float64.</summary>
    public void Solve(CancellationToken cancel) => TurnAndRun(_shop.Whole.Value, _solveExact, cancel);

    /// <summary>Turns X and Y into the eigenbasis of Y's weighted Gramian and solves nothing.</summary>
    public void Turn(CancellationToken cancel)
    {
        TurnFixed(_shop.Whole.Value, cancel);
        _shop.Workers.Run((_x.Rows + PieceRows - 1) / PieceRows, _turnSolved, cancel);
    }

    public void Dispose()
    {
        _starts.Dispose();
        _indices.Dispose();
        _confidence.Dispose();
    }

    private void TurnAndRun(AlsBasis basis, Action<int, int> solve, CancellationToken cancel)
    {
        TurnFixed(basis, cancel);
        _shop.Workers.Run((_firstRow + PieceRows - 1) / PieceRows, _turnKept, cancel);
        _shop.Workers.Run(_pieces.Length, solve, cancel);
        _shop.Phases.Solve += _shop.Phases.Lap();
    }

    private void TurnFixed(AlsBasis basis, CancellationToken cancel)
    {
        _basis = basis;
        _basis.Set(_y, _fixedWeight, _shop.Phases, cancel);
        _shop.Workers.Run((_y.Rows + PieceRows - 1) / PieceRows, _turnFixed, cancel);
        _shop.Table.End(_y.Rows);
        _shop.Phases.Turn += _shop.Phases.Lap();
    }

    private void TurnFixed(int worker, int block)
    {
        Turn(_y, _y.Rows, worker, block);
        _shop.Table.Store(_y, block * PieceRows, Math.Min(PieceRows, _y.Rows - (block * PieceRows)));
    }

    private void Turn(AlignedMatrix matrix, int rows, int worker, int block)
    {
        int first = block * PieceRows;
        _basis.Turn(matrix.At(first), Math.Min(PieceRows, rows - first), worker);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SolveByGradient<TFormat>(int worker, int piece, byte* table)
        where TFormat : struct, IRowFormat
    {
        (int first, int end) = _pieces[piece];
        AlsConjugateGradient solver = _shop.Gradient[worker];
        int* starts = (int*)_starts.Pointer, indices = (int*)_indices.Pointer;
        float* confidence = (float*)_confidence.Pointer;
        long nonzeros = starts[_side.Count];

        // The warm start turns into the new basis here, while it is wanted in the cache anyway.
        _basis.Turn(_x.At(first), end - first, worker);
        for (int u = first; u < end; u++)
        {
            int start = starts[u], n = starts[u + 1] - start;
            if (n == 0)
            {
                _x.Row(u).Clear();
                continue;
            }

            solver.SetDiagonal(_basis.Eigenvalues, _shop.Stride, _side.ZeroWeight[u], _side.Ridge[u]);
            solver.Solve<TFormat>(table, _y.Rows, indices + start, confidence + start, n, nonzeros - start - n, _shift, _x.At(u), _effort);
        }
    }

    private void SolveByBlocks(int worker, int piece)
    {
        (int first, int end) = _pieces[piece];
        int* starts = (int*)_starts.Pointer + first;
        _basis.Turn(_x.At(first), end - first, worker);
        for (int u = first; u < end; u++)
        {
            if (_side.Confidence.RowLength(u) == 0)
                _x.Row(u).Clear();
        }

        AlsRows rows = new(_side.ZeroWeight.AsSpan(first..end), _side.Ridge.AsSpan(first..end));
        _shop.Sweep[worker].Sweep(
            _shop.Table.Data, _y.Rows, starts, (int*)_indices.Pointer, (float*)_confidence.Pointer, _shift, rows, _x.At(first), _effort);
    }

    private void SolveExactly(int worker, int piece)
    {
        double[] d = new double[_y.Columns];
        for (int u = _pieces[piece].First; u < _pieces[piece].End; u++)
        {
            for (int k = 0; k < d.Length; k++)
                d[k] = (_side.ZeroWeight[u] * _basis.Eigenvalues[k]) + _side.Ridge[u];
            ReadOnlySpan<float> c = _side.Confidence.RowValues(u);
            float[] a = new float[c.Length];
            for (int j = 0; j < a.Length; j++)
                a[j] = c[j] - _shift;
            _shop.Exact[worker].Value.Solve(_y, _side.Confidence.RowIndices(u), a, c, d, _x.Row(u));
        }
    }

    private static (int First, int End)[] Pieces(ReadOnlySpan<int> starts, int firstRow)
    {
        List<(int First, int End)> large = [], usual = [];
        for (int first = firstRow; first < starts.Length - 1;)
        {
            int end = first + 1;
            while (end < starts.Length - 1 && end - first < PieceRows && starts[end + 1] - starts[first] <= PieceInteractions)
                end++;
            (starts[end] - starts[first] > PieceInteractions ? large : usual).Add((first, end));
            first = end;
        }

        return [.. large, .. usual];
    }
}
