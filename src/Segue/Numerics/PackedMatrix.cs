using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Segue.Numerics;

/// <summary>
/// A small matrix P, packed to multiply many rows by: C = A P, at most <see cref="RowsMax"/> rows at a time. P lies in panels of 16 columns, so that
/// the inner kernel (6 rows × 16 columns, twelve accumulators in registers) reads it front to back; at 128 factors a panel is 8 KB and stays in L1.
/// OpenBLAS' AVX2 path is a third slower at this width: its packing costs too much when a matrix is only f wide (the prototype's measurement).
/// </summary>
/// <param name="height">Rows of P.</param>
/// <param name="width">Columns of P, a multiple of <see cref="AlignedMatrix.Lanes"/>.</param>
internal sealed unsafe class PackedMatrix(int height, int width) : IDisposable
{
    public const int RowsMax = 48;

    private const int KernelRows = 6, WideKernelRows = 8;

    private readonly NativeBlock _panels = new(sizeof(float) * (long)height * width);

    public void Dispose() => _panels.Dispose();

    /// <summary>Values of scratch that <see cref="MultiplyInPlace"/> needs.</summary>
    public static int ScratchLength(int width) => (RowsMax + WideKernelRows) * width;

    /// <summary>Columns never set are zero.</summary>
    /// <param name="values">The first values of the column; those below stay what they were.</param>
    public void SetColumn(int column, ReadOnlySpan<float> values)
    {
        float* to = (float*)_panels.Data + ((long)(column / 16) * 16 * height) + (column % 16);
        for (int i = 0; i < values.Length; i++)
            to[i * 16] = values[i];
    }

    /// <summary>A = A P for a square P.</summary>
    /// <param name="step">Values from one row's start to the next.</param>
    /// <param name="scratch"><see cref="ScratchLength"/> values.</param>
    public void MultiplyInPlace(float* a, nint step, int rows, float* scratch)
    {
        for (int i = 0; i < rows; i++)
            Buffer.MemoryCopy(a + (i * step), scratch + ((long)i * height), sizeof(float) * (long)height, sizeof(float) * (long)height);
        Multiply(scratch, height, rows, a, step);
    }

    /// <summary>C = A P; seven rows behind the last of A must be readable, what they hold does not matter.</summary>
    public void Multiply(float* a, nint aStep, int rows, float* c, nint cStep)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            for (int j = 0; j < width; j += 32)
            {
                for (int i = 0; i < rows; i += WideKernelRows)
                    KernelWide(a + (i * aStep), aStep, (float*)_panels.Data + ((long)j * height), c + (i * cStep) + j, cStep, Math.Min(WideKernelRows, rows - i));
            }

            return;
        }

        for (int j = 0; j < width; j += 16)
        {
            for (int i = 0; i < rows; i += KernelRows)
                Kernel(a + (i * aStep), aStep, (float*)_panels.Data + ((long)j * height), c + (i * cStep) + j, cStep, Math.Min(KernelRows, rows - i));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Kernel(float* a, nint aStep, float* b, float* c, nint cStep, int rows)
    {
        float* a1 = a + aStep, a2 = a1 + aStep, a3 = a2 + aStep, a4 = a3 + aStep, a5 = a4 + aStep;
        Vector256<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default;
        Vector256<float> s30 = default, s31 = default, s40 = default, s41 = default, s50 = default, s51 = default;
        for (nint k = 0; k < height; k++, b += 16)
        {
            Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
            Vector256<float> x = Vector256.Create(a[k]);
            s00 = Vector256.MultiplyAddEstimate(x, b0, s00);
            s01 = Vector256.MultiplyAddEstimate(x, b1, s01);
            x = Vector256.Create(a1[k]);
            s10 = Vector256.MultiplyAddEstimate(x, b0, s10);
            s11 = Vector256.MultiplyAddEstimate(x, b1, s11);
            x = Vector256.Create(a2[k]);
            s20 = Vector256.MultiplyAddEstimate(x, b0, s20);
            s21 = Vector256.MultiplyAddEstimate(x, b1, s21);
            x = Vector256.Create(a3[k]);
            s30 = Vector256.MultiplyAddEstimate(x, b0, s30);
            s31 = Vector256.MultiplyAddEstimate(x, b1, s31);
            x = Vector256.Create(a4[k]);
            s40 = Vector256.MultiplyAddEstimate(x, b0, s40);
            s41 = Vector256.MultiplyAddEstimate(x, b1, s41);
            x = Vector256.Create(a5[k]);
            s50 = Vector256.MultiplyAddEstimate(x, b0, s50);
            s51 = Vector256.MultiplyAddEstimate(x, b1, s51);
        }

        Store(c, s00, s01);
        if (rows > 1)
            Store(c += cStep, s10, s11);
        if (rows > 2)
            Store(c += cStep, s20, s21);
        if (rows > 3)
            Store(c += cStep, s30, s31);
        if (rows > 4)
            Store(c += cStep, s40, s41);
        if (rows > 5)
            Store(c + cStep, s50, s51);
    }

    /// <summary>Eight rows × two panels with registers of 512 bits: sixteen accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void KernelWide(float* a, nint aStep, float* b, float* c, nint cStep, int rows)
    {
        float* a1 = a + aStep, a2 = a1 + aStep, a3 = a2 + aStep, a4 = a3 + aStep, a5 = a4 + aStep, a6 = a5 + aStep, a7 = a6 + aStep;
        float* next = b + ((long)16 * height);
        Vector512<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
        Vector512<float> s40 = default, s41 = default, s50 = default, s51 = default, s60 = default, s61 = default, s70 = default, s71 = default;
        for (nint k = 0; k < height; k++, b += 16, next += 16)
        {
            Vector512<float> b0 = Vector512.Load(b), b1 = Vector512.Load(next);
            Vector512<float> x = Vector512.Create(a[k]);
            s00 = Vector512.MultiplyAddEstimate(x, b0, s00);
            s01 = Vector512.MultiplyAddEstimate(x, b1, s01);
            x = Vector512.Create(a1[k]);
            s10 = Vector512.MultiplyAddEstimate(x, b0, s10);
            s11 = Vector512.MultiplyAddEstimate(x, b1, s11);
            x = Vector512.Create(a2[k]);
            s20 = Vector512.MultiplyAddEstimate(x, b0, s20);
            s21 = Vector512.MultiplyAddEstimate(x, b1, s21);
            x = Vector512.Create(a3[k]);
            s30 = Vector512.MultiplyAddEstimate(x, b0, s30);
            s31 = Vector512.MultiplyAddEstimate(x, b1, s31);
            x = Vector512.Create(a4[k]);
            s40 = Vector512.MultiplyAddEstimate(x, b0, s40);
            s41 = Vector512.MultiplyAddEstimate(x, b1, s41);
            x = Vector512.Create(a5[k]);
            s50 = Vector512.MultiplyAddEstimate(x, b0, s50);
            s51 = Vector512.MultiplyAddEstimate(x, b1, s51);
            x = Vector512.Create(a6[k]);
            s60 = Vector512.MultiplyAddEstimate(x, b0, s60);
            s61 = Vector512.MultiplyAddEstimate(x, b1, s61);
            x = Vector512.Create(a7[k]);
            s70 = Vector512.MultiplyAddEstimate(x, b0, s70);
            s71 = Vector512.MultiplyAddEstimate(x, b1, s71);
        }

        StoreRow(c, s00, s01, rows > 0);
        StoreRow(c += cStep, s10, s11, rows > 1);
        StoreRow(c += cStep, s20, s21, rows > 2);
        StoreRow(c += cStep, s30, s31, rows > 3);
        StoreRow(c += cStep, s40, s41, rows > 4);
        StoreRow(c += cStep, s50, s51, rows > 5);
        StoreRow(c += cStep, s60, s61, rows > 6);
        StoreRow(c += cStep, s70, s71, rows > 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow(float* c, Vector512<float> low, Vector512<float> high, bool wanted)
    {
        if (!wanted)
            return;
        low.Store(c);
        high.Store(c + 16);
    }

    private static void Store(float* c, Vector256<float> low, Vector256<float> high)
    {
        low.Store(c);
        high.Store(c + 8);
    }
}
