using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Segue.Numerics;

/// <summary>How a row of factors lies in memory: blocks of two registers, on machines with registers of 512 bits those.</summary>
internal unsafe interface IRowFormat
{
    /// <summary>Bytes of a value.</summary>
    static abstract int ValueBytes { get; }

    /// <summary>Values 0..7 and 8..15 of a block of 16.</summary>
    static abstract void Load(byte* block, out Vector256<float> low, out Vector256<float> high);

    /// <summary>Values 0..15 and 16..31 of a block of 32.</summary>
    static abstract void Load(byte* block, out Vector512<float> low, out Vector512<float> high);
}

/// <summary>float32, as in a <see cref="AlignedMatrix"/>.</summary>
internal readonly unsafe struct FloatRows : IRowFormat
{
    public static int ValueBytes => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* block, out Vector256<float> low, out Vector256<float> high) =>
        (low, high) = (Vector256.Load((float*)block), Vector256.Load((float*)block + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* block, out Vector512<float> low, out Vector512<float> high) =>
        (low, high) = (Vector512.Load((float*)block), Vector512.Load((float*)block + 16));
}

/// <summary>
/// Sixteen bits a value (bfloat16, the upper half of a float32): half the bytes of a gather that is bound by memory, at a change of the loss of 1e-5
/// relative or less. Each 32-bit word serves as two values: shifted left by 16 it is the one, and as it is the other, whose lower bits are the
/// first one's. They would be an error of up to a unit in the last place, but <see cref="GatherTable"/> rounds the upper half with them in
/// view: the word as a whole is nearest to the value. So one instruction a pair is spent on unpacking instead of two.
/// </summary>
internal readonly unsafe struct Bfloat16Rows : IRowFormat
{
    public static int ValueBytes => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* block, out Vector256<float> low, out Vector256<float> high)
    {
        Vector256<uint> words = Vector256.Load((uint*)block);
        (low, high) = ((words << 16).AsSingle(), words.AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* block, out Vector512<float> low, out Vector512<float> high)
    {
        Vector512<uint> words = Vector512.Load((uint*)block);
        (low, high) = ((words << 16).AsSingle(), words.AsSingle());
    }
}

/// <summary>The rows of a matrix as <see cref="Bfloat16Rows"/>, for gathering; row n (one behind the last) is zero.</summary>
internal sealed unsafe class GatherTable(int rowsMax, int stride) : IDisposable
{
    /// <summary>2⁻⁶⁰, the least value in an upper half: near zero the lower bits could borrow from the sign, or make a denormal, which is
    /// slow.</summary>
    private const uint Least = 0x21800000;

    private readonly NativeBlock _block = new((rowsMax + (long)AlignedMatrix.RowsBeyond) * stride * sizeof(ushort));

    public byte* Data => (byte*)_block.Data;

    public void Dispose() => _block.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Store(AlignedMatrix y, int first, int rows)
    {
        int half = AlignedMatrix.Lanes / 2;
        uint* from = (uint*)y.At(first), to = (uint*)(Data + ((long)first * stride * sizeof(ushort)));
        for (long block = (long)rows * stride / AlignedMatrix.Lanes; block > 0; block--, from += 2 * half, to += half)
        {
            for (int k = 0; k < half; k += 8)
                Pack(Vector256.Load(from + k), Vector256.Load(from + half + k)).Store(to + k);
        }
    }

    /// <summary>Makes row n the zero row that pads lists.</summary>
    public void End(int n) => new Span<byte>(Data + ((long)n * stride * sizeof(ushort)), stride * sizeof(ushort)).Clear();

    /// <summary>Both rounded to nearest. Values at the edge of float32 may become infinite; factors are nowhere near it.</summary>
    private static Vector256<uint> Pack(Vector256<uint> low, Vector256<uint> high)
    {
        Vector256<uint> half = Vector256.Create(0x8000u), least = Vector256.Create(Least);
        Vector256<uint> bits = (low + half) >> 16;
        Vector256<uint> tiny = Vector256.LessThan((high & Vector256.Create(0x7fffffffu)).AsInt32(), least.AsInt32()).AsUInt32();
        Vector256<uint> upper = Vector256.ConditionalSelect(tiny, least, high);
        return ((upper - bits + half) & Vector256.Create(0xffff0000u)) | bits;
    }
}
