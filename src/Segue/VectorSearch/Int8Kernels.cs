using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Segue.VectorSearch;

/// <summary>
/// Dot products of int8 codes, and of float32 queries with 12-bit codes. Rows are padded with zeros to a multiple of <see cref="Lane"/>.
/// Codes run from -127 to 127, so that a pair of products fits the saturating int16 of vpmaddubsw: 2·127·127 = 32,258.
/// </summary>
internal static unsafe class Int8Kernels
{
    public const int Lane = 32;

    /// <summary>a·b of two rows of codes, exact. |a| is given beside a, because one query meets many rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Dot(sbyte* a, byte* absA, sbyte* b, int stride)
    {
        if (!Avx2.IsSupported)
            return DotAnywhere(a, b, stride);

        // vpmaddubsw wants one side unsigned: |a| · (b with the sign of a).
        Vector256<int> s0 = default, s1 = default;
        int i = 0;
        for (; i <= stride - 2 * Lane; i += 2 * Lane)
        {
            Vector256<short> p0 = Avx2.MultiplyAddAdjacent(Vector256.Load(absA + i), Avx2.Sign(Vector256.Load(b + i), Vector256.Load(a + i)));
            Vector256<short> p1 = Avx2.MultiplyAddAdjacent(Vector256.Load(absA + i + Lane), Avx2.Sign(Vector256.Load(b + i + Lane), Vector256.Load(a + i + Lane)));
            s0 += Avx2.MultiplyAddAdjacent(p0, Vector256<short>.One);
            s1 += Avx2.MultiplyAddAdjacent(p1, Vector256<short>.One);
        }

        if (i < stride)
        {
            Vector256<short> p = Avx2.MultiplyAddAdjacent(Vector256.Load(absA + i), Avx2.Sign(Vector256.Load(b + i), Vector256.Load(a + i)));
            s0 += Avx2.MultiplyAddAdjacent(p, Vector256<short>.One);
        }

        return Vector256.Sum(s0 + s1);
    }

    /// <summary>q·x for x = 16·high + low, the low nibbles stored plus 8: the 16 of dimensions 0-15 of a lane below those of 16-31.</summary>
    public static float Dot12(float* query, sbyte* high, byte* low, int stride)
    {
        Vector256<float> s0 = default, s1 = default;
        for (int i = 0; i < stride; i += Lane, low += Lane / 2)
        {
            Vector128<byte> nibbles = Vector128.Load(low);
            Add(Vector128.Load(high + i), nibbles & Vector128.Create((byte)15), query + i, ref s0, ref s1);
            Add(Vector128.Load(high + i + 16), Vector128.ShiftRightLogical(nibbles, 4), query + i + 16, ref s0, ref s1);
        }

        return Vector256.Sum(s0 + s1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector128<sbyte> high, Vector128<byte> low, float* query, ref Vector256<float> s0, ref Vector256<float> s1)
    {
        Vector256<short> code = Widen(high) * 16 + Widen((low - Vector128.Create((byte)8)).AsSByte());
        (Vector256<int> a, Vector256<int> b) = Vector256.Widen(code);
        s0 = Vector256.MultiplyAddEstimate(Vector256.ConvertToSingle(a), Vector256.Load(query), s0);
        s1 = Vector256.MultiplyAddEstimate(Vector256.ConvertToSingle(b), Vector256.Load(query + 8), s1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Widen(Vector128<sbyte> v)
    {
        (Vector128<short> a, Vector128<short> b) = Vector128.Widen(v);
        return Vector256.Create(a, b);
    }

    private static int DotAnywhere(sbyte* a, sbyte* b, int stride)
    {
        Vector128<int> sum = default;
        for (int i = 0; i < stride; i += 16)
        {
            (Vector128<short> a0, Vector128<short> a1) = Vector128.Widen(Vector128.Load(a + i));
            (Vector128<short> b0, Vector128<short> b1) = Vector128.Widen(Vector128.Load(b + i));
            (Vector128<int> p0, Vector128<int> p1) = Vector128.Widen(a0 * b0); // 127·127 fits int16.
            (Vector128<int> p2, Vector128<int> p3) = Vector128.Widen(a1 * b1);
            sum += p0 + p1 + (p2 + p3);
        }

        return Vector128.Sum(sum);
    }
}
