using System.Runtime.CompilerServices;
using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>
/// Rows of many factors, a block of columns after the other (iALS++: Rendle, Krichene, Zhang and Koren 2021, arXiv 2110.14044): block π of row u
/// solves
/// <code>(zΛ_π + ridge + Σ aⱼ t_jπ t_jπ') x_π = Σ eⱼ t_jπ + (…)x_π − z Σ_σ≠π G_πσ x_σ,   eⱼ = bⱼ − aⱼ tⱼ·x</code>
/// with the other blocks as they are now. Our departures: (1) a block is turned into its own eigenbasis and solved by the conjugate gradient of
/// <see cref="AlsConjugateGradient"/> instead of a Cholesky factorization; (2) the errors eⱼ are made anew for each row and kept up to date by the
/// gradient's own dot products, so that blocks cost no pass over the interactions that whole rows would not, and nothing is stored per interaction;
/// (3) the pull of the other blocks is one product for <see cref="PackedMatrix.RowsMax"/> rows. Not thread-safe; keep one a thread.
/// </summary>
internal sealed unsafe class AlsBlockSweep : IDisposable
{
    private readonly AlsBasis _basis;
    private readonly AlsConjugateGradient _solver;
    private readonly int _stride, _capacity;
    private readonly NativeBlock _block;
    private readonly float* _pull, _a, _errors;
    private readonly int* _index;

    /// <param name="interactionsMax">Of one call.</param>
    public AlsBlockSweep(AlsBasis basis, AlsConjugateGradient solver, int stride, int interactionsMax)
    {
        _capacity = interactionsMax + (GatheredRows<Bfloat16Rows>.Group * PackedMatrix.RowsMax);
        (_basis, _solver, _stride) = (basis, solver, stride);
        _block = new NativeBlock(sizeof(float) * (((long)PackedMatrix.RowsMax * stride) + (3L * (_capacity + 16))));
        _pull = (float*)_block.Data;
        _a = _pull + (PackedMatrix.RowsMax * stride);
        _errors = _a + _capacity + 16;
        _index = (int*)(_errors + _capacity + 16);
    }

    public void Dispose() => _block.Dispose();

    /// <param name="table">The fixed side, in the basis; its row <paramref name="zeroRow"/> is zero.</param>
    /// <param name="starts">Where the interactions of each row begin; one more than there are rows.</param>
    /// <param name="x">The rows, in the basis. In: where to start. Out: the solutions.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Sweep(byte* table, int zeroRow, int* starts, int* indices, float* confidence, float shift, AlsRows rows, float* x, AlsEffort effort)
    {
        int end = 0;
        Span<int> first = stackalloc int[rows.Count + 1];
        for (int u = 0; u < rows.Count; u++)
        {
            first[u] = end;
            for (int j = starts[u]; j < starts[u + 1]; j++, end++)
                (_index[end], _a[end], _errors[end]) = (indices[j], confidence[j] - shift, confidence[j]);
            for (; end % GatheredRows<Bfloat16Rows>.Group != 0; end++)
                (_index[end], _a[end], _errors[end]) = (zeroRow, 0, 0);
        }

        first[rows.Count] = end;
        for (int u = 0; u < rows.Count; u++)
            Gathered(table, _stride, first[u], first[u + 1], end).Errors(x + ((long)u * _stride), _errors + first[u]);
        foreach (AlsBasis.Block block in _basis.Blocks)
        {
            _basis.Couple(block, x, rows.Count, _pull);
            for (int u = 0; u < rows.Count; u++)
            {
                if (first[u] == first[u + 1])
                    continue;
                _solver.SetDiagonal(_basis.Eigenvalues.AsSpan(block.First, block.Columns), block.Width, rows.ZeroWeight[u], rows.Ridge[u]);
                GatheredRows<Bfloat16Rows> gathered = Gathered(table + (block.First * sizeof(ushort)), block.Width, first[u], first[u + 1], end);
                _solver.SolveBlock(gathered, _errors + first[u], _pull + ((long)u * block.Width), rows.ZeroWeight[u], x + ((long)u * _stride) + block.First, effort);
            }
        }
    }

    private GatheredRows<Bfloat16Rows> Gathered(byte* table, int width, int first, int end, int all)
    {
        const int distance = GatheredRows<Bfloat16Rows>.Distance;
        int* ahead = _index + first + distance;
        return new(table, _stride, width, _index + first, _a + first, _errors + first, end - first, ahead, Math.Clamp(all - first - distance, 0, end - first));
    }
}

/// <summary>What is particular to some rows of a side.</summary>
internal readonly ref struct AlsRows(ReadOnlySpan<float> zeroWeight, ReadOnlySpan<float> ridge)
{
    public ReadOnlySpan<float> ZeroWeight { get; } = zeroWeight;

    public ReadOnlySpan<float> Ridge { get; } = ridge;

    public int Count => ZeroWeight.Length;
}
