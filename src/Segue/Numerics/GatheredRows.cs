using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Segue.Numerics;

/// <summary>
/// A list of a table's rows, tⱼ = T[indexⱼ], and the two passes of a conjugate gradient over it. Rows are read in place, eight at a time: one sweep
/// over the eight for their dot products (eight chains of multiply-adds hide the latency), a second, from L1 now, to add them up.
/// Lists are padded to a multiple of 8 with the zero row.
/// </summary>
/// <param name="table">Row 0 of the table, or of a block of its columns.</param>
/// <param name="stride">Values from one row's start to the next.</param>
/// <param name="width">Values a row, or of it in the block; both are multiples of <see cref="AlignedMatrix.Lanes"/>.</param>
/// <param name="index">Row numbers, padded.</param>
/// <param name="a">Weights in the matrix, padded with 0.</param>
/// <param name="b">Weights in the right-hand side, padded with 0.</param>
/// <param name="count">A multiple of 8.</param>
/// <param name="ahead">Row numbers that are wanted <see cref="Distance"/> later, running on into the lists behind this one; read for prefetching
/// only.</param>
/// <param name="aheadCount">How many of them there are.</param>
internal readonly unsafe partial struct GatheredRows<TFormat>(
    byte* table, int stride, int width, int* index, float* a, float* b, int count, int* ahead, int aheadCount)
    where TFormat : struct, IRowFormat
{
    public const int Group = 8;

    /// <summary>Interactions between the prefetch of a row and its use. Without prefetch an iteration takes nearly twice as long (bench
    /// als).</summary>
    public const int Distance = 32;

    /// <summary>Lists longer than this do not stay in L2 between passes and are fetched ahead in each.</summary>
    private const int LongList = 2048;

    private readonly nint _step = (nint)stride * TFormat.ValueBytes, _rowBytes = (nint)width * TFormat.ValueBytes;

    /// <summary>How many, padding included.</summary>
    public int Count => count;

    /// <summary>Values a row.</summary>
    public int Width => width;

    /// <summary>eⱼ = bⱼ − aⱼ tⱼ·x,  then  r += Σ eⱼtⱼ  and  diagonal += Σ aⱼ tⱼ².</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Residual(float* x, float* e, float* r, float* diagonal)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            ResidualWide(x, e, r, diagonal);
            return;
        }

        for (int j = 0; j < count; j += Group)
        {
            if (j + Group <= aheadCount)
                Prefetch(ahead + j);
            byte* t0 = Row(j), t1 = Row(j + 1), t2 = Row(j + 2), t3 = Row(j + 3), t4 = Row(j + 4), t5 = Row(j + 5), t6 = Row(j + 6), t7 = Row(j + 7);
            (Vector256.Load(b + j) - (Vector256.Load(a + j) * Dots(x, t0, t1, t2, t3, t4, t5, t6, t7))).Store(e + j);
            AddWithSquares(e + j, a + j, r, diagonal, t0, t1, t2, t3, t4, t5, t6, t7);
        }
    }

    /// <summary>The first half of <see cref="Residual"/>: eⱼ = bⱼ − aⱼ tⱼ·x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Errors(float* x, float* e)
    {
        for (int j = 0; j < count; j += Group)
        {
            if (j + Group <= aheadCount)
                Prefetch(ahead + j);
            byte* t0 = Row(j), t1 = Row(j + 1), t2 = Row(j + 2), t3 = Row(j + 3), t4 = Row(j + 4), t5 = Row(j + 5), t6 = Row(j + 6), t7 = Row(j + 7);
            (Vector256.Load(b + j) - (Vector256.Load(a + j) * Dots(x, t0, t1, t2, t3, t4, t5, t6, t7))).Store(e + j);
        }
    }

    /// <summary>The second half of <see cref="Residual"/>: r += Σ eⱼtⱼ  and  diagonal += Σ aⱼ tⱼ².</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddErrors(float* e, float* r, float* diagonal)
    {
        for (int j = 0; j < count; j += Group)
        {
            if (j + Group <= aheadCount)
                Prefetch(ahead + j);
            byte* t0 = Row(j), t1 = Row(j + 1), t2 = Row(j + 2), t3 = Row(j + 3), t4 = Row(j + 4), t5 = Row(j + 5), t6 = Row(j + 6), t7 = Row(j + 7);
            AddWithSquares(e + j, a + j, r, diagonal, t0, t1, t2, t3, t4, t5, t6, t7);
        }
    }

    /// <summary>sⱼ = aⱼ tⱼ·p  and  q += Σ sⱼtⱼ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply(float* p, float* s, float* q)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            ApplyWide(p, s, q);
            return;
        }

        for (int j = 0; j < count; j += Group)
        {
            if (count > LongList && j + Group + Distance <= count)
                Prefetch(index + j + Distance);
            byte* t0 = Row(j), t1 = Row(j + 1), t2 = Row(j + 2), t3 = Row(j + 3), t4 = Row(j + 4), t5 = Row(j + 5), t6 = Row(j + 6), t7 = Row(j + 7);
            (Vector256.Load(a + j) * Dots(p, t0, t1, t2, t3, t4, t5, t6, t7)).Store(s + j);
            Add(s + j, q, t0, t1, t2, t3, t4, t5, t6, t7);
        }
    }

    /// <summary>r += Σ wⱼtⱼ  and  diagonal += Σ aⱼ tⱼ²  over a group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddWithSquares(float* w, float* u, float* r, float* diagonal, byte* t0, byte* t1, byte* t2, byte* t3, byte* t4, byte* t5, byte* t6, byte* t7)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            AddWithSquaresWide(w, u, r, diagonal, t0, t1, t2, t3, t4, t5, t6, t7);
            return;
        }

        Vector256<float> w0 = Vector256.Create(w[0]), w1 = Vector256.Create(w[1]), w2 = Vector256.Create(w[2]), w3 = Vector256.Create(w[3]);
        Vector256<float> w4 = Vector256.Create(w[4]), w5 = Vector256.Create(w[5]), w6 = Vector256.Create(w[6]), w7 = Vector256.Create(w[7]);
        for (nint at = 0; at < _rowBytes; at += 16 * TFormat.ValueBytes, r += 16, diagonal += 16)
        {
            Vector256<float> r0 = Vector256.Load(r), r1 = Vector256.Load(r + 8), d0 = Vector256.Load(diagonal), d1 = Vector256.Load(diagonal + 8);
            AddWithSquare(t0 + at, w0, u[0], ref r0, ref r1, ref d0, ref d1);
            AddWithSquare(t1 + at, w1, u[1], ref r0, ref r1, ref d0, ref d1);
            AddWithSquare(t2 + at, w2, u[2], ref r0, ref r1, ref d0, ref d1);
            AddWithSquare(t3 + at, w3, u[3], ref r0, ref r1, ref d0, ref d1);
            AddWithSquare(t4 + at, w4, u[4], ref r0, ref r1, ref d0, ref d1);
            AddWithSquare(t5 + at, w5, u[5], ref r0, ref r1, ref d0, ref d1);
            AddWithSquare(t6 + at, w6, u[6], ref r0, ref r1, ref d0, ref d1);
            AddWithSquare(t7 + at, w7, u[7], ref r0, ref r1, ref d0, ref d1);
            r0.Store(r);
            r1.Store(r + 8);
            d0.Store(diagonal);
            d1.Store(diagonal + 8);
        }
    }

    /// <summary>q += Σ wⱼtⱼ  over a group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(float* w, float* q, byte* t0, byte* t1, byte* t2, byte* t3, byte* t4, byte* t5, byte* t6, byte* t7)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            AddWide(w, q, t0, t1, t2, t3, t4, t5, t6, t7);
            return;
        }

        Vector256<float> w0 = Vector256.Create(w[0]), w1 = Vector256.Create(w[1]), w2 = Vector256.Create(w[2]), w3 = Vector256.Create(w[3]);
        Vector256<float> w4 = Vector256.Create(w[4]), w5 = Vector256.Create(w[5]), w6 = Vector256.Create(w[6]), w7 = Vector256.Create(w[7]);
        for (nint at = 0; at < _rowBytes; at += 16 * TFormat.ValueBytes, q += 16)
        {
            Vector256<float> q0 = Vector256.Load(q), q1 = Vector256.Load(q + 8);
            Add(t0 + at, w0, ref q0, ref q1);
            Add(t1 + at, w1, ref q0, ref q1);
            Add(t2 + at, w2, ref q0, ref q1);
            Add(t3 + at, w3, ref q0, ref q1);
            Add(t4 + at, w4, ref q0, ref q1);
            Add(t5 + at, w5, ref q0, ref q1);
            Add(t6 + at, w6, ref q0, ref q1);
            Add(t7 + at, w7, ref q0, ref q1);
            q0.Store(q);
            q1.Store(q + 8);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Row(int j) => table + (index[j] * _step);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Prefetch(int* rows)
    {
        if (!Sse.IsSupported)
            return;
        for (int q = 0; q < Group; q++)
        {
            byte* row = table + (rows[q] * _step);
            for (nint at = 0; at < _rowBytes; at += 64)
                Sse.Prefetch0(row + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<float> Dots(float* x, byte* t0, byte* t1, byte* t2, byte* t3, byte* t4, byte* t5, byte* t6, byte* t7)
    {
        if (Vector512.IsHardwareAccelerated)
            return DotsWide(x, t0, t1, t2, t3, t4, t5, t6, t7);
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (nint at = 0; at < _rowBytes; at += 16 * TFormat.ValueBytes, x += 16)
        {
            Vector256<float> x0 = Vector256.Load(x), x1 = Vector256.Load(x + 8);
            Dot(t0 + at, x0, x1, ref s0);
            Dot(t1 + at, x0, x1, ref s1);
            Dot(t2 + at, x0, x1, ref s2);
            Dot(t3 + at, x0, x1, ref s3);
            Dot(t4 + at, x0, x1, ref s4);
            Dot(t5 + at, x0, x1, ref s5);
            Dot(t6 + at, x0, x1, ref s6);
            Dot(t7 + at, x0, x1, ref s7);
        }

        return Sums(s0, s1, s2, s3, s4, s5, s6, s7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Sums(
        Vector256<float> s0, Vector256<float> s1, Vector256<float> s2, Vector256<float> s3,
        Vector256<float> s4, Vector256<float> s5, Vector256<float> s6, Vector256<float> s7)
    {
        if (!Avx.IsSupported)
        {
            return Vector256.Create(
                Vector256.Sum(s0), Vector256.Sum(s1), Vector256.Sum(s2), Vector256.Sum(s3), Vector256.Sum(s4), Vector256.Sum(s5), Vector256.Sum(s6), Vector256.Sum(s7));
        }

        // A tree of pairwise sums: eight sums in nine instructions.
        Vector256<float> low = Avx.HorizontalAdd(Avx.HorizontalAdd(s0, s1), Avx.HorizontalAdd(s2, s3));
        Vector256<float> high = Avx.HorizontalAdd(Avx.HorizontalAdd(s4, s5), Avx.HorizontalAdd(s6, s7));
        return Vector256.Create(low.GetLower() + low.GetUpper(), high.GetLower() + high.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Dot(byte* t, Vector256<float> x0, Vector256<float> x1, ref Vector256<float> s)
    {
        TFormat.Load(t, out Vector256<float> low, out Vector256<float> high);
        s = Vector256.MultiplyAddEstimate(high, x1, Vector256.MultiplyAddEstimate(low, x0, s));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(byte* t, Vector256<float> w, ref Vector256<float> q0, ref Vector256<float> q1)
    {
        TFormat.Load(t, out Vector256<float> low, out Vector256<float> high);
        q0 = Vector256.MultiplyAddEstimate(w, low, q0);
        q1 = Vector256.MultiplyAddEstimate(w, high, q1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddWithSquare(
        byte* t, Vector256<float> w, float u, ref Vector256<float> r0, ref Vector256<float> r1, ref Vector256<float> d0, ref Vector256<float> d1)
    {
        TFormat.Load(t, out Vector256<float> low, out Vector256<float> high);
        Vector256<float> weight = Vector256.Create(u);
        r0 = Vector256.MultiplyAddEstimate(w, low, r0);
        r1 = Vector256.MultiplyAddEstimate(w, high, r1);
        d0 = Vector256.MultiplyAddEstimate(weight * low, low, d0);
        d1 = Vector256.MultiplyAddEstimate(weight * high, high, d1);
    }
}
