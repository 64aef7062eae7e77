using System.Numerics.Tensors;
using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>
/// Solves one row exactly, in float64, in the eigenbasis of the Gramian, where it is
/// <code>(D + Y' A Y) x = Y' b</code>
/// with D diagonal, Y the n × f factors of the row's interactions, and two weights an interaction. Two ways, the cheaper is taken:
/// (1) primal: build the f × f matrix, n f² / 2 + f³ / 6 multiply-adds; (2) dual (Woodbury): with S = √A, K = Y D⁻¹ Y',  x = D⁻¹ Y' u,  u = S t + e,
/// (I + S K S) t = S⁻¹ b − S K e,
///     where e = b for interactions with no weight in A (their S is 0) and 0 elsewhere: n² f / 2 + n³ / 6. Most rows are short: on Last.fm-2K
///     half of the artists have one listener.
/// Not thread-safe; keep one a thread.
/// </summary>
internal sealed class AlsExactSolver(int factors)
{
    /// <summary>Rows held in float64 at once; long rows go through in blocks of it.</summary>
    private const int BlockRows = 64;

    private readonly double[] _matrix = new double[factors * factors];
    private readonly double[] _rows = new double[Math.Max(BlockRows, factors) * factors];
    private readonly double[] _solution = new double[factors], _inverseRoot = new double[factors];
    private readonly double[] _s = new double[factors], _t = new double[factors], _e = new double[factors];

    /// <param name="y">The fixed side, in the eigenbasis.</param>
    /// <param name="indices">Its rows that this row interacts with.</param>
    /// <param name="a">Weights in the matrix; c − shift.</param>
    /// <param name="b">Weights in the right-hand side; c, or 0 for a dislike.</param>
    /// <param name="d">The diagonal: scaled eigenvalues plus the ridge; positive.</param>
    /// <param name="x">The solution, f long.</param>
    public void Solve<TRows>(TRows y, ReadOnlySpan<int> indices, ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<double> d, Span<float> x)
        where TRows : IRows
    {
        if (indices.Length == 0)
            _solution.AsSpan().Clear();
        else if (indices.Length < factors * 3L / 4 && TensorPrimitives.Min(a) >= 0)
            SolveDual(y, indices, a, b, d);
        else
            SolvePrimal(y, indices, a, b, d);
        TensorPrimitives.ConvertTruncating<double, float>(_solution, x);
    }

    /// <summary>r = A⁻¹ r for any right-hand side: what an explanation needs.</summary>
    public void SolveFor<TRows>(TRows y, ReadOnlySpan<int> indices, ReadOnlySpan<float> a, ReadOnlySpan<double> d, Span<double> r)
        where TRows : IRows
    {
        BuildPrimal(y, indices, a, default, d);
        Cholesky.Solve(_matrix, factors, r);
    }

    private void SolvePrimal<TRows>(TRows y, ReadOnlySpan<int> indices, ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<double> d)
        where TRows : IRows
    {
        BuildPrimal(y, indices, a, b, d);
        Cholesky.Solve(_matrix, factors, _solution);
    }

    /// <summary>The factorized matrix, and the right-hand side in the solution's place when there is a b.</summary>
    private void BuildPrimal<TRows>(TRows y, ReadOnlySpan<int> indices, ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<double> d)
        where TRows : IRows
    {
        Array.Clear(_matrix);
        Array.Clear(_solution);
        for (int i = 0; i < factors; i++)
            _matrix[(i * factors) + i] = d[i];
        for (int from = 0; from < indices.Length; from += BlockRows)
        {
            int n = Math.Min(BlockRows, indices.Length - from);
            Widen(y, indices.Slice(from, n));
            Kernels.AddWeightedGramian(_rows, n, factors, a.Slice(from, n), _matrix);
            for (int j = 0; j < n && !b.IsEmpty; j++)
                TensorPrimitives.MultiplyAdd(_rows.AsSpan(j * factors, factors), b[from + j], _solution, _solution);
        }

        CheckedFactorize(_matrix, factors);
    }

    private void SolveDual<TRows>(TRows y, ReadOnlySpan<int> indices, ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<double> d)
        where TRows : IRows
    {
        // Rows become Y D^-1/2, so that K = rows rows'.
        int n = indices.Length;
        Widen(y, indices);
        for (int k = 0; k < factors; k++)
            _inverseRoot[k] = 1 / Math.Sqrt(d[k]);
        for (int j = 0; j < n; j++)
        {
            Span<double> row = _rows.AsSpan(j * factors, factors);
            TensorPrimitives.Multiply(row, _inverseRoot, row);
            _s[j] = Math.Sqrt(a[j]);
            (_e[j], _t[j]) = a[j] == 0 ? (b[j], 0.0) : (0.0, b[j] / _s[j]);
        }

        for (int j = 0; j < n; j++)
        {
            ReadOnlySpan<double> row = _rows.AsSpan(j * factors, factors);
            for (int i = 0; i <= j; i++)
            {
                double k = TensorPrimitives.Dot(row, _rows.AsSpan(i * factors, factors));
                _matrix[(j * n) + i] = _s[j] * _s[i] * k;
                _t[j] -= _s[j] * k * _e[i];
                if (i < j)
                    _t[i] -= _s[i] * k * _e[j];
            }

            _matrix[(j * n) + j] += 1;
        }

        CheckedFactorize(_matrix, n);
        Cholesky.Solve(_matrix, n, _t.AsSpan(0, n));
        Array.Clear(_solution);
        for (int j = 0; j < n; j++)
            TensorPrimitives.MultiplyAdd(_rows.AsSpan(j * factors, factors), (_s[j] * _t[j]) + _e[j], _solution, _solution);
        TensorPrimitives.Multiply(_solution, _inverseRoot, _solution);
    }

    private void Widen<TRows>(TRows y, ReadOnlySpan<int> indices)
        where TRows : IRows
    {
        for (int j = 0; j < indices.Length; j++)
            TensorPrimitives.ConvertChecked(y.Row(indices[j]), _rows.AsSpan(j * factors, factors));
    }

    private static void CheckedFactorize(Span<double> matrix, int n)
    {
        if (!Cholesky.Factorize(matrix, n))
            throw new SegueException("a row's equations cannot be solved: its weights are too uneven for the regularization; raise it, or use log or rank confidence");
    }
}
