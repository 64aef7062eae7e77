using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>How far a row is solved.</summary>
/// <param name="Steps">Conjugate gradient steps at most.</param>
/// <param name="OverRelaxation">ω: x += ω (x − x₀) at the end.</param>
/// <param name="Tolerance">Stop when a step changes x by less than this, relative to x.</param>
internal readonly record struct AlsEffort(int Steps, float OverRelaxation, float Tolerance)
{
    /// <summary>
    /// Three steps in iterations 1-3, then two, and over-relaxation by a half from the 4th on: at every iteration below the loss of three plain
    /// steps on every set tried, for two steps' time. (Two plain steps fall behind by the 7th; relaxing from the first on hurts the first two.)
    /// </summary>
    public static AlsEffort InIteration(int number) => new(number <= 3 ? 3 : 2, number <= 3 ? 0 : 0.5f, 0);

    /// <summary>Until float32 has no more to give.</summary>
    public static AlsEffort ToConvergence { get; } = new(60, 0, 3e-6f);
}

/// <summary>
/// Solves rows by preconditioned conjugate gradient (Hestenes and Stiefel 1952; for ALS: Takács, Pilászy and Tikk 2011), started from the row's last
/// solution. In the eigenbasis the matrix is  D + Σ aⱼ tⱼtⱼ',  so a step costs a pass over the row's interactions and nothing of size f². The
/// preconditioner is the whole diagonal, D + Σ aⱼ tⱼ² (Jacobi); it comes out of the first pass for little. Hot methods are compiled
/// at full optimization at once: the tiers would take the first twenty iterations of a small set. Not thread-safe; keep one a thread.
/// </summary>
internal sealed unsafe class AlsConjugateGradient : IDisposable
{
    private readonly int _stride;
    private readonly NativeBlock _block;
    private readonly float* _diagonal, _start, _r, _p, _q, _inverse;
    private readonly int* _index;
    private readonly float* _a, _b, _dots, _change;

    public AlsConjugateGradient(int stride, int rowLengthMax)
    {
        int padded = (rowLengthMax + 15) / 8 * 8;
        _stride = stride;
        _block = new NativeBlock(sizeof(float) * ((6L * stride) + (5L * padded)));
        _diagonal = (float*)_block.Data;
        _start = _diagonal + stride;
        _r = _start + stride;
        _p = _r + stride;
        _q = _p + stride;
        _inverse = _q + stride;
        _a = _inverse + stride;
        _b = _a + padded;
        _dots = _b + padded;
        _change = _dots + padded;
        _index = (int*)(_change + padded);
    }

    public void Dispose() => _block.Dispose();

    /// <summary>D = zero · eigenvalues + ridge, of the next row or block.</summary>
    /// <param name="width">Padded like the factors; the padding gets the ridge, so that D is positive everywhere.</param>
    public void SetDiagonal(ReadOnlySpan<double> eigenvalues, int width, float zero, float ridge)
    {
        for (int k = 0; k < eigenvalues.Length; k++)
            _diagonal[k] = (float)(zero * eigenvalues[k]) + ridge;
        new Span<float>(_diagonal + eigenvalues.Length, width - eigenvalues.Length).Fill(ridge);
    }

    /// <summary>Solves a whole row.</summary>
    /// <param name="table">The fixed side; its row <paramref name="zeroRow"/> is zero.</param>
    /// <param name="indices">The row's interactions; at least <paramref name="after"/> more may be read behind them.</param>
    /// <param name="x">In: where to start. Out: the solution.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Solve<TFormat>(byte* table, int zeroRow, int* indices, float* confidence, int n, long after, float shift, float* x, AlsEffort effort)
        where TFormat : struct, IRowFormat
    {
        int padded = (n + 7) / 8 * 8;
        for (int j = 0; j < n; j++)
            (_index[j], _a[j], _b[j]) = (indices[j], confidence[j] - shift, confidence[j]);
        for (int j = n; j < padded; j++)
            (_index[j], _a[j], _b[j]) = (zeroRow, 0, 0);
        const int distance = GatheredRows<TFormat>.Distance;
        int ahead = (int)Math.Clamp(n + after - distance, 0, padded);
        GatheredRows<TFormat> rows = new(table, _stride, _stride, _index, _a, _b, padded, indices + distance, ahead);

        // r = b − A x
        for (int k = 0; k < _stride; k += 8)
        {
            Vector256<float> d = Vector256.Load(_diagonal + k), at = Vector256.Load(x + k);
            (-(d * at)).Store(_r + k);
            d.Store(_inverse + k);
            at.Store(_start + k);
        }

        rows.Residual(x, _dots, _r, _inverse);
        Descend(rows, x, null, effort);
    }

    /// <summary>Solves a block of a row's columns, the others as they are.</summary>
    /// <param name="rows">The block's columns of the fixed side.</param>
    /// <param name="errors">In and out: eⱼ = bⱼ − aⱼ tⱼ·x, over all columns.</param>
    /// <param name="pull">What the other blocks add to the gradient of the zeros, times <paramref name="zero"/>.</param>
    /// <param name="x">The block's columns. In: where to start. Out: the solution.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SolveBlock<TFormat>(GatheredRows<TFormat> rows, float* errors, float* pull, float zero, float* x, AlsEffort effort)
        where TFormat : struct, IRowFormat
    {
        Vector256<float> minus = Vector256.Create(-zero);
        for (int k = 0; k < rows.Width; k += 8)
        {
            Vector256<float> d = Vector256.Load(_diagonal + k), at = Vector256.Load(x + k);
            ((minus * Vector256.Load(pull + k)) - (d * at)).Store(_r + k);
            d.Store(_inverse + k);
            at.Store(_start + k);
        }

        rows.AddErrors(errors, _r, _inverse);
        new Span<float>(_change, rows.Count).Clear();
        Descend(rows, x, _change, effort);
        Vector256<float> relaxed = Vector256.Create(-1 - effort.OverRelaxation);
        for (int j = 0; j < rows.Count; j += 8)
            Vector256.MultiplyAddEstimate(relaxed, Vector256.Load(_change + j), Vector256.Load(errors + j)).Store(errors + j);
    }

    /// <summary>From the residual r and the diagonal of A towards the solution.</summary>
    /// <param name="change">Null, or where  aⱼ tⱼ·(x − x₀)  is added up, over-relaxation not counted.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Descend<TFormat>(GatheredRows<TFormat> rows, float* x, float* change, AlsEffort effort)
        where TFormat : struct, IRowFormat
    {
        // M = 1 / diag A,  p = M r
        Vector256<float> sum = default;
        for (int k = 0; k < rows.Width; k += 8)
        {
            Vector256<float> m = Vector256<float>.One / Vector256.Load(_inverse + k), r = Vector256.Load(_r + k), p = m * r;
            m.Store(_inverse + k);
            p.Store(_p + k);
            sum = Vector256.MultiplyAddEstimate(r, p, sum);
        }

        float rho = Vector256.Sum(sum);
        for (int step = 0; step < effort.Steps && rho > 1e-30f; step++)
        {
            rho = Step(rows, x, rho, out float alpha, out float moved, out float length);
            for (int j = 0; change is not null && j < rows.Count; j += 8)
                Vector256.MultiplyAddEstimate(Vector256.Create(alpha), Vector256.Load(_dots + j), Vector256.Load(change + j)).Store(change + j);
            if (moved <= effort.Tolerance * effort.Tolerance * length)
                break;
        }

        if (effort.OverRelaxation == 0)
            return;
        for (int k = 0; k < rows.Width; k += 8)
        {
            Vector256<float> to = Vector256.Load(x + k);
            Vector256.MultiplyAddEstimate(Vector256.Create(effort.OverRelaxation), to - Vector256.Load(_start + k), to).Store(x + k);
        }
    }

    /// <returns>r' M r after the step, or 0 when the direction is none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Step<TFormat>(GatheredRows<TFormat> rows, float* x, float rho, out float alpha, out float change, out float length)
        where TFormat : struct, IRowFormat
    {
        // q = A p
        for (int k = 0; k < rows.Width; k += 8)
            (Vector256.Load(_diagonal + k) * Vector256.Load(_p + k)).Store(_q + k);
        rows.Apply(_p, _dots, _q);
        Vector256<float> curvature = default;
        for (int k = 0; k < rows.Width; k += 8)
            curvature = Vector256.MultiplyAddEstimate(Vector256.Load(_p + k), Vector256.Load(_q + k), curvature);
        float pq = Vector256.Sum(curvature);
        (alpha, change, length) = (rho / pq, 0, 0);
        if (!(pq > 0) || !float.IsFinite(alpha))
            return alpha = 0; // Rounding has left nothing to descend along.

        // x += α p,  r −= α q
        Vector256<float> steps = Vector256.Create(alpha), sum = default, moved = default, squares = default;
        for (int k = 0; k < rows.Width; k += 8)
        {
            Vector256<float> step = steps * Vector256.Load(_p + k), to = Vector256.Load(x + k) + step;
            to.Store(x + k);
            moved = Vector256.MultiplyAddEstimate(step, step, moved);
            squares = Vector256.MultiplyAddEstimate(to, to, squares);
            Vector256<float> r = Vector256.Load(_r + k) - (steps * Vector256.Load(_q + k));
            r.Store(_r + k);
            sum = Vector256.MultiplyAddEstimate(r * Vector256.Load(_inverse + k), r, sum);
        }

        (change, length) = (Vector256.Sum(moved), Vector256.Sum(squares));
        float next = Vector256.Sum(sum);

        // p = M r + β p
        Vector256<float> beta = Vector256.Create(next / rho);
        for (int k = 0; k < rows.Width; k += 8)
            Vector256.MultiplyAddEstimate(beta, Vector256.Load(_p + k), Vector256.Load(_r + k) * Vector256.Load(_inverse + k)).Store(_p + k);
        return next;
    }
}
