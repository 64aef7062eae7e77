using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Segue.Numerics;

/// <summary>
/// A float32 matrix in unmanaged memory for kernels: rows start on 64 bytes (the stride is a multiple of <see cref="Lanes"/>, padded with zeros),
/// there are <see cref="RowsBeyond"/> more rows of zeros behind the last one (blocked kernels may read past the end, and row
/// <c>Rows</c> serves as the zero row), and big ones ask for huge pages: a gather of random rows misses the TLB at every row otherwise.
/// </summary>
internal sealed unsafe class NativeMatrix : IRows, IDisposable
{
    public const int RowsBeyond = 64;

    /// <summary>Values that kernels take at a time: two registers' worth.</summary>
    public static readonly int Lanes = Vector512.IsHardwareAccelerated ? 32 : 16;

    private readonly NativeBlock _block;

    public NativeMatrix(int rows, int columns)
    {
        (Rows, Columns, Stride) = (rows, columns, PaddedTo(columns));
        _block = new NativeBlock(((long)rows + RowsBeyond) * Stride * sizeof(float));
        Data = (float*)_block.Data;
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Values from one row's start to the next.</summary>
    public int Stride { get; }

    public float* Data { get; }

    public static int PaddedTo(int columns) => (columns + Lanes - 1) / Lanes * Lanes;

    public float* At(int row) => Data + ((long)row * Stride);

    /// <summary>A row without its padding.</summary>
    public Span<float> Row(int row) => new(At(row), Columns);

    ReadOnlySpan<float> IRows.Row(int row) => Row(row);

    public static NativeMatrix CopyOf(MatrixView source)
    {
        NativeMatrix copy = new(source.Rows, source.Columns);
        copy.Load(source);
        return copy;
    }

    /// <summary>The values without padding, in memory of their own.</summary>
    public MatrixView Copy()
    {
        float[] values = new float[Rows * Columns];
        for (int r = 0; r < Rows; r++)
            Row(r).CopyTo(values.AsSpan(r * Columns, Columns));
        return new MatrixView(values, Rows, Columns);
    }

    /// <summary>Overwrites the values with those of a matrix of the same shape.</summary>
    public void Load(MatrixView source)
    {
        if (source.Rows != Rows || source.Columns != Columns)
            throw new ArgumentException($"{source.Rows} × {source.Columns} values do not fit {Rows} × {Columns}.", nameof(source));
        for (int r = 0; r < Rows; r++)
            source.Row(r).CopyTo(Row(r));
    }

    /// <summary>Ends this matrix's life as a workspace: closes the gaps of the padding in place and hands the memory to a view, without a copy.</summary>
    public MatrixView IntoView()
    {
        if (Stride != Columns)
        {
            for (int r = 1; r < Rows; r++)
                Row(r).CopyTo(new Span<float>(Data + ((long)r * Columns), Columns)); // Moves down only; CopyTo allows overlap.
        }

        return new MatrixView(new Owner(_block, Rows * Columns).Memory, Rows, Columns);
    }

    public void Dispose() => _block.Dispose();

    private sealed class Owner(NativeBlock block, int length) : MemoryManager<float>
    {
        public override Span<float> GetSpan() => new(block.Data, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new((float*)block.Data + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}

/// <summary>Zeroed unmanaged memory, 64-byte aligned (2 MB when it is big, with huge pages advised where the system knows them).</summary>
internal sealed unsafe partial class NativeBlock : SafeHandle
{
    private const nuint HugePage = 2 << 20;
    private const int AdviseHugePages = 14;

    private readonly long _bytes;

    public NativeBlock(long bytes)
        : base(0, ownsHandle: true)
    {
        bool big = (ulong)bytes >= HugePage;
        nuint size = big ? ((nuint)bytes + HugePage - 1) / HugePage * HugePage : (nuint)Math.Max(64, bytes);
        SetHandle((nint)NativeMemory.AlignedAlloc(size, big ? HugePage : 64));
        if (big && OperatingSystem.IsLinux())
            _ = Advise(Data, size, AdviseHugePages); // Advice: where it is refused, pages are small and nothing else changes.
        NativeMemory.Clear(Data, size);
        _bytes = (long)size;
        GC.AddMemoryPressure(_bytes);
    }

    public void* Data => (void*)handle;

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree(Data);
        GC.RemoveMemoryPressure(_bytes);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
