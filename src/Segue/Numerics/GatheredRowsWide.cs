using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Segue.Numerics;

/// <summary>The same passes with registers of 512 bits: a third faster where there are any, since half as many instructions unpack and
/// multiply.</summary>
internal readonly unsafe partial struct GatheredRows<TFormat>
{
    /// <summary>A loop of its own: as a branch inside that of <see cref="Residual"/> an iteration takes 5 to 8% longer (bench als, 17.5 M
    /// plays).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ResidualWide(float* x, float* e, float* r, float* diagonal)
    {
        for (int j = 0; j < count; j += Group)
        {
            if (j + Group <= aheadCount)
                Prefetch(ahead + j);
            byte* t0 = Row(j), t1 = Row(j + 1), t2 = Row(j + 2), t3 = Row(j + 3), t4 = Row(j + 4), t5 = Row(j + 5), t6 = Row(j + 6), t7 = Row(j + 7);
            (Vector256.Load(b + j) - (Vector256.Load(a + j) * DotsWide(x, t0, t1, t2, t3, t4, t5, t6, t7))).Store(e + j);
            AddWithSquaresWide(e + j, a + j, r, diagonal, t0, t1, t2, t3, t4, t5, t6, t7);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ApplyWide(float* p, float* s, float* q)
    {
        for (int j = 0; j < count; j += Group)
        {
            if (count > LongList && j + Group + Distance <= count)
                Prefetch(index + j + Distance);
            byte* t0 = Row(j), t1 = Row(j + 1), t2 = Row(j + 2), t3 = Row(j + 3), t4 = Row(j + 4), t5 = Row(j + 5), t6 = Row(j + 6), t7 = Row(j + 7);
            (Vector256.Load(a + j) * DotsWide(p, t0, t1, t2, t3, t4, t5, t6, t7)).Store(s + j);
            AddWide(s + j, q, t0, t1, t2, t3, t4, t5, t6, t7);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddWithSquaresWide(float* w, float* u, float* r, float* diagonal, byte* t0, byte* t1, byte* t2, byte* t3, byte* t4, byte* t5, byte* t6, byte* t7)
    {
        Vector512<float> w0 = Vector512.Create(w[0]), w1 = Vector512.Create(w[1]), w2 = Vector512.Create(w[2]), w3 = Vector512.Create(w[3]);
        Vector512<float> w4 = Vector512.Create(w[4]), w5 = Vector512.Create(w[5]), w6 = Vector512.Create(w[6]), w7 = Vector512.Create(w[7]);
        for (nint at = 0; at < _rowBytes; at += 32 * TFormat.ValueBytes, r += 32, diagonal += 32)
        {
            Vector512<float> r0 = Vector512.Load(r), r1 = Vector512.Load(r + 16), d0 = Vector512.Load(diagonal), d1 = Vector512.Load(diagonal + 16);
            AddWithSquare(t0 + at, w0, u[0], ref r0, ref r1, ref d0, ref d1);
            AddWithSquare(t1 + at, w1, u[1], ref r0, ref r1, ref d0, ref d1);
            AddWithSquare(t2 + at, w2, u[2], ref r0, ref r1, ref d0, ref d1);
            AddWithSquare(t3 + at, w3, u[3], ref r0, ref r1, ref d0, ref d1);
            AddWithSquare(t4 + at, w4, u[4], ref r0, ref r1, ref d0, ref d1);
            AddWithSquare(t5 + at, w5, u[5], ref r0, ref r1, ref d0, ref d1);
            AddWithSquare(t6 + at, w6, u[6], ref r0, ref r1, ref d0, ref d1);
            AddWithSquare(t7 + at, w7, u[7], ref r0, ref r1, ref d0, ref d1);
            r0.Store(r);
            r1.Store(r + 16);
            d0.Store(diagonal);
            d1.Store(diagonal + 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddWide(float* w, float* q, byte* t0, byte* t1, byte* t2, byte* t3, byte* t4, byte* t5, byte* t6, byte* t7)
    {
        Vector512<float> w0 = Vector512.Create(w[0]), w1 = Vector512.Create(w[1]), w2 = Vector512.Create(w[2]), w3 = Vector512.Create(w[3]);
        Vector512<float> w4 = Vector512.Create(w[4]), w5 = Vector512.Create(w[5]), w6 = Vector512.Create(w[6]), w7 = Vector512.Create(w[7]);
        for (nint at = 0; at < _rowBytes; at += 32 * TFormat.ValueBytes, q += 32)
        {
            Vector512<float> q0 = Vector512.Load(q), q1 = Vector512.Load(q + 16);
            Add(t0 + at, w0, ref q0, ref q1);
            Add(t1 + at, w1, ref q0, ref q1);
            Add(t2 + at, w2, ref q0, ref q1);
            Add(t3 + at, w3, ref q0, ref q1);
            Add(t4 + at, w4, ref q0, ref q1);
            Add(t5 + at, w5, ref q0, ref q1);
            Add(t6 + at, w6, ref q0, ref q1);
            Add(t7 + at, w7, ref q0, ref q1);
            q0.Store(q);
            q1.Store(q + 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<float> DotsWide(float* x, byte* t0, byte* t1, byte* t2, byte* t3, byte* t4, byte* t5, byte* t6, byte* t7)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (nint at = 0; at < _rowBytes; at += 32 * TFormat.ValueBytes, x += 32)
        {
            Vector512<float> x0 = Vector512.Load(x), x1 = Vector512.Load(x + 16);
            Dot(t0 + at, x0, x1, ref s0);
            Dot(t1 + at, x0, x1, ref s1);
            Dot(t2 + at, x0, x1, ref s2);
            Dot(t3 + at, x0, x1, ref s3);
            Dot(t4 + at, x0, x1, ref s4);
            Dot(t5 + at, x0, x1, ref s5);
            Dot(t6 + at, x0, x1, ref s6);
            Dot(t7 + at, x0, x1, ref s7);
        }

        return Sums(Fold(s0), Fold(s1), Fold(s2), Fold(s3), Fold(s4), Fold(s5), Fold(s6), Fold(s7));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Fold(Vector512<float> s) => s.GetLower() + s.GetUpper();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Dot(byte* t, Vector512<float> x0, Vector512<float> x1, ref Vector512<float> s)
    {
        TFormat.Load(t, out Vector512<float> low, out Vector512<float> high);
        s = Vector512.MultiplyAddEstimate(high, x1, Vector512.MultiplyAddEstimate(low, x0, s));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(byte* t, Vector512<float> w, ref Vector512<float> q0, ref Vector512<float> q1)
    {
        TFormat.Load(t, out Vector512<float> low, out Vector512<float> high);
        q0 = Vector512.MultiplyAddEstimate(w, low, q0);
        q1 = Vector512.MultiplyAddEstimate(w, high, q1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddWithSquare(
        byte* t, Vector512<float> w, float u, ref Vector512<float> r0, ref Vector512<float> r1, ref Vector512<float> d0, ref Vector512<float> d1)
    {
        TFormat.Load(t, out Vector512<float> low, out Vector512<float> high);
        Vector512<float> weight = Vector512.Create(u);
        r0 = Vector512.MultiplyAddEstimate(w, low, r0);
        r1 = Vector512.MultiplyAddEstimate(w, high, r1);
        d0 = Vector512.MultiplyAddEstimate(weight * low, low, d0);
        d1 = Vector512.MultiplyAddEstimate(weight * high, high, d1);
    }
}
