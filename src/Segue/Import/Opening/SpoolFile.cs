using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;

namespace Segue.Import;

/// <summary>
/// Temporary files, for what does not fit in memory or must be read in any order. They lie in TMPDIR and are gone with the process, however that
/// ends:
/// where a file may lose its name while it is open, it has none from the start; Windows deletes it with the last handle.
/// </summary>
internal static class SpoolFile
{
    /// <summary>Creates a file and lets it be filled.</summary>
    /// <exception cref="SegueException">It cannot be written.</exception>
    public static FileStream Create(Action<FileStream> fill)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".segue");
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 20, FileOptions.DeleteOnClose);
            if (!OperatingSystem.IsWindows())
                File.Delete(path);
            fill(file);
            file.Flush();
            return file;
        }
        catch (IOException e)
        {
            file?.Dispose();
            throw new SegueException($"{path}: cannot write what does not fit in memory ({e.Message}); set TMPDIR to a folder with more room", e);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A whole file as values of T, mapped and read-only: the system reads pages in as they are asked for and drops them when memory is short. It
    /// stays mapped until the process ends: nobody owns a matrix, and a span must not outlive its pages.
    /// </summary>
    /// <param name="file">From <see cref="Create"/>; at most <see cref="Array.MaxLength"/> values long.</param>
    public static ReadOnlyMemory<T> Map<T>(FileStream file)
        where T : unmanaged => file.Length == 0 ? ReadOnlyMemory<T>.Empty : new Mapping<T>(file).Memory;

    private sealed unsafe class Mapping<T> : MemoryManager<T>
        where T : unmanaged
    {
        private readonly T* _start;
        private readonly int _length;

        public Mapping(FileStream file)
        {
            _length = checked((int)(file.Length / Unsafe.SizeOf<T>()));
            using MemoryMappedFile mapped = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            MemoryMappedViewAccessor view = mapped.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            byte* start = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start); // Never released, so that no finalizer unmaps it.
            _start = (T*)start;
        }

        public override Span<T> GetSpan() => new(_start, _length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
