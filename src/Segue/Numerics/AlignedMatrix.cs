using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Segue.Numerics;

/// <summary>
/// A float32 matrix for kernels: it stays where it is, rows start on 64 bytes (the stride is a multiple of <see cref="Lanes"/>, padded with zeros),
/// there are <see cref="RowsBeyond"/> more rows of zeros behind the last one (blocked kernels may read past the end, and row
/// <c>Rows</c> serves as the zero row), and big ones ask for huge pages: a gather of random rows misses the TLB at every row otherwise.
/// <para>The memory is the garbage collector's, pinned. Trained factors leave in it without a copy (<see cref="IntoView"/>), and no span of them
/// can outlive them.</para>
/// </summary>
internal sealed unsafe class AlignedMatrix : IRows
{
    public const int RowsBeyond = 64;

    private const int LineBytes = 64;

    /// <summary>Values that kernels take at a time: two registers' worth.</summary>
    public static readonly int Lanes = Vector512.IsHardwareAccelerated ? 32 : 16;

    private readonly float[] _memory;
    private readonly int _start;

    /// <exception cref="SegueException">More values than one array can hold.</exception>
    public AlignedMatrix(int rows, int columns)
    {
        (Rows, Columns, Stride) = (rows, columns, PaddedTo(columns));
        long length = ((long)rows + RowsBeyond) * Stride, bytes = length * sizeof(float);
        int alignment = bytes >= HugePages.Bytes ? HugePages.Bytes : LineBytes;
        if (length + (alignment / sizeof(float)) > Array.MaxLength)
        {
            throw new SegueException(
                $"{rows:N0} rows of {columns} factors are more than fit into one matrix ({Array.MaxLength:N0} values); take fewer factors");
        }

        _memory = GC.AllocateUninitializedArray<float>((int)length + (alignment / sizeof(float)), pinned: true);
        float* memory = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        _start = (int)((alignment - ((long)memory % alignment)) % alignment / sizeof(float));
        Data = memory + _start;
        HugePages.Advise(Data, bytes);
        _memory.AsSpan().Clear();
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Values from one row's start to the next.</summary>
    public int Stride { get; }

    /// <summary>Good as long as the matrix is referred to.</summary>
    public float* Data { get; }

    public static int PaddedTo(int columns) => (columns + Lanes - 1) / Lanes * Lanes;

    public float* At(int row) => Data + ((long)row * Stride);

    /// <summary>A row without its padding.</summary>
    public Span<float> Row(int row) => _memory.AsSpan(_start + (row * Stride), Columns);

    ReadOnlySpan<float> IRows.Row(int row) => Row(row);

    public static AlignedMatrix CopyOf(MatrixView source)
    {
        AlignedMatrix copy = new(source.Rows, source.Columns);
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

    /// <summary>
    /// Ends this matrix's life as a workspace: closes the gaps of the padding in place and hands the memory to a view, without a copy.
    /// </summary>
    public MatrixView IntoView()
    {
        Memory<float> values = _memory.AsMemory(_start, Rows * Columns);
        for (int r = 1; r < Rows && Stride != Columns; r++)
            Row(r).CopyTo(values.Span.Slice(r * Columns, Columns)); // Moves down only; CopyTo allows overlap.
        return new MatrixView(values, Rows, Columns);
    }
}

/// <summary>Zeroed unmanaged memory for workspaces, 64-byte aligned (2 MB and huge pages when it is big), given back on dispose.</summary>
internal sealed unsafe class NativeBlock : SafeHandle
{
    private readonly long _bytes;

    public NativeBlock(long bytes)
        : base(0, ownsHandle: true)
    {
        bool big = bytes >= HugePages.Bytes;
        nuint size = big ? ((nuint)bytes + HugePages.Bytes - 1) / HugePages.Bytes * HugePages.Bytes : (nuint)Math.Max(64, bytes);
        SetHandle((nint)NativeMemory.AlignedAlloc(size, big ? (nuint)HugePages.Bytes : 64));
        HugePages.Advise(Data, (long)size);
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
}

/// <summary>Pages of 2 MB instead of 4 KB, where the system has them.</summary>
internal static unsafe partial class HugePages
{
    public const int Bytes = 2 << 20;

    private const int AdviseHugePages = 14;

    /// <summary>
    /// Asks for them under memory that nobody has touched yet. It is advice: where it is refused, pages are small and nothing else changes.
    /// </summary>
    /// <param name="start">A multiple of <see cref="Bytes"/> where there are so many.</param>
    public static void Advise(void* start, long bytes)
    {
        if (bytes >= Bytes && OperatingSystem.IsLinux())
            _ = Advise(start, (nuint)(bytes / Bytes * Bytes), AdviseHugePages);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
