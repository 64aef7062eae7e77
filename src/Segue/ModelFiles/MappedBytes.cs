using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Segue.ModelFiles;

/// <summary>
/// A whole file mapped read-only into memory. Memory handed out stays valid until <see cref="Dispose"/>; after it, using it throws.
/// <para>A span that was taken before and is read after points at pages that are gone, or at what was mapped there since. To find such a reader, set
/// the AppContext switch <see cref="GuardSwitch"/>: addresses are then never given back, and whoever reads them crashes the process on the spot
/// (Linux).</para>
/// </summary>
internal sealed unsafe partial class MappedBytes : IDisposable
{
    public const string GuardSwitch = "Segue.GuardUnmapped";

    private static readonly bool s_guard = AppContext.TryGetSwitch(GuardSwitch, out bool on) && on && OperatingSystem.IsLinux();

    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private byte* _start;

    private MappedBytes(MemoryMappedFile? file, MemoryMappedViewAccessor? view, byte* start, long length)
    {
        (_file, _view, Length) = (file, view, length);
        _start = start;
    }

    public long Length { get; }

    public bool IsOpen { get; private set; } = true;

    /// <exception cref="ModelFileException">The file is not there or cannot be read.</exception>
    public static MappedBytes Open(string path)
    {
        try
        {
            // Read, write and delete are shared: a version may be pruned by another process while this one still uses it.
            using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            long length = RandomAccess.GetLength(handle);
            if (length == 0)
                return new MappedBytes(null, null, null, 0); // An empty file cannot be mapped.
            MemoryMappedFile file = MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            try
            {
                MemoryMappedViewAccessor view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
                byte* start = null;
                view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
                return new MappedBytes(file, view, start + view.PointerOffset, length);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ModelFileException(path, e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : $"cannot be read ({e.Message})", e);
        }
    }

    /// <summary>A part of the file as values of T. The caller has checked that it lies inside the file and is aligned.</summary>
    public ReadOnlyMemory<T> Slice<T>(long offset, long bytes)
        where T : unmanaged => bytes == 0 ? ReadOnlyMemory<T>.Empty : new Window<T>(this, offset, checked((int)(bytes / Unsafe.SizeOf<T>()))).Memory;

    public ReadOnlySpan<byte> Span(long offset, int bytes) => bytes == 0 ? [] : new ReadOnlySpan<byte>(_start + offset, bytes);

    public void Dispose()
    {
        if (!IsOpen)
            return;
        IsOpen = false;
        _start = null;
        if (s_guard && _view is not null)
            Guard(_view.SafeMemoryMappedViewHandle);
        _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _file?.Dispose();
    }

    /// <summary>
    /// Puts pages that nobody may touch in the place of a mapping, in one step, and forgets it: the file is let go, the addresses are not.
    /// </summary>
    private static void Guard(SafeMemoryMappedViewHandle view)
    {
        const int NoAccess = 0, Private = 0x02, Fixed = 0x10, Anonymous = 0x20, NoReserve = 0x4000;
        nint start = view.DangerousGetHandle();
        if (Map(start, (nuint)view.ByteLength, NoAccess, Private | Fixed | Anonymous | NoReserve, -1, 0) == start)
            view.SetHandleAsInvalid();
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    private sealed class Window<T>(MappedBytes owner, long offset, int length) : MemoryManager<T>
        where T : unmanaged
    {
        public override Span<T> GetSpan()
        {
            byte* start = owner._start;
            ObjectDisposedException.ThrowIf(start == null, owner);
            return new Span<T>(start + offset, length);
        }

        public override MemoryHandle Pin(int elementIndex = 0) => new(Unsafe.AsPointer(ref MemoryMarshal.GetReference(GetSpan()[elementIndex..])));

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
