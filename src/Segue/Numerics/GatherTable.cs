using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Segue.Numerics;

/// <summary>How a row of factors lies in memory, 16 values at a time.</summary>
internal unsafe interface IRowFormat
{
    /// <summary>Bytes of 16 values.</summary>
    static abstract int BlockBytes { get; }

    /// <summary>Values 0..7 and 8..15 of a block.</summary>
    static abstract void Load(byte* block, out Vector256<float> low, out Vector256<float> high);
}

/// <summary>float32, as in a <see cref="NativeMatrix"/>.</summary>
internal readonly unsafe struct FloatRows : IRowFormat
{
    public static int BlockBytes => 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* block, out Vector256<float> low, out Vector256<float> high) =>
        (low, high) = (Vector256.Load((float*)block), Vector256.Load((float*)block + 8));
}

/// <summary>
/// bfloat16 (the upper half of a float32): half the bytes of a gather that is bound by memory, at a change of the loss of 1e-5 relative or less.
/// Each 32-bit word holds values k (low half) and k + 8 (high half) of its block, so that a shift and a mask make two float vectors of one load.
/// </summary>
internal readonly unsafe struct Bfloat16Rows : IRowFormat
{
    public static int BlockBytes => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* block, out Vector256<float> low, out Vector256<float> high)
    {
        Vector256<uint> words = Vector256.Load((uint*)block);
        (low, high) = ((words << 16).AsSingle(), (words & Vector256.Create(0xffff0000u)).AsSingle());
    }
}

/// <summary>The rows of a matrix as bfloat16, for gathering; row n (one behind the last) is zero.</summary>
internal sealed unsafe class GatherTable(int rowsMax, int stride) : IDisposable
{
    private readonly NativeBlock _block = new((rowsMax + (long)NativeMatrix.RowsBeyond) * stride * sizeof(ushort));

    public byte* Data => (byte*)_block.Data;

    public void Dispose() => _block.Dispose();

    public void Store(NativeMatrix y, int first, int rows)
    {
        Vector256<uint> half = Vector256.Create(0x8000u), upper = Vector256.Create(0xffff0000u);
        uint* from = (uint*)y.At(first), to = (uint*)(Data + ((long)first * stride * sizeof(ushort)));
        for (long block = (long)rows * stride / 16; block > 0; block--, from += 16, to += 8)
        {
            // Rounded to nearest. Values at the edge of float32 may become infinite; factors are nowhere near it.
            Vector256<uint> low = (Vector256.Load(from) + half) >> 16, high = (Vector256.Load(from + 8) + half) & upper;
            (low | high).Store(to);
        }
    }

    /// <summary>Makes row n the zero row that pads lists.</summary>
    public void End(int n) => new Span<byte>(Data + ((long)n * stride * sizeof(ushort)), stride * sizeof(ushort)).Clear();
}
