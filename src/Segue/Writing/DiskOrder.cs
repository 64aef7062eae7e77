using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Segue.Writing;

/// <summary>
/// Forces names to the disk. Flushing a file saves its content, but on Linux and macOS the name under which it is found belongs to the
/// folder, which has to be flushed too, or a power cut can leave <c>current</c> pointing at a version that never got there.
/// </summary>
internal static partial class DiskOrder
{
    /// <summary>Forces the content of a file to the disk, whoever wrote it.</summary>
    public static void FlushFile(string path)
    {
        using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Forces the names in a folder to the disk. Best effort: file systems that cannot do it (and Windows, which needs no such call) are let
    /// be.</summary>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        int descriptor = Open(path, 0); // O_RDONLY; .NET opens no folders.
        if (descriptor < 0)
            return;
        _ = Fsync(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
