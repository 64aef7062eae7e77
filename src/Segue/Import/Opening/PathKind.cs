using System.Runtime.InteropServices;

namespace Segue.Import;

/// <summary>
/// What a path leads to, links followed. .NET tells folders from files only, and opening a pipe to find out would wait for its writer.
/// </summary>
internal enum PathKind
{
    Missing,
    File,
    Folder,
    Pipe,
    Socket,
    Device,
}

internal static partial class PathKinds
{
    private const int TypeMask = 0xF000;

    public static PathKind Of(string path)
    {
        if (OperatingSystem.IsWindows())
            return Directory.Exists(path) ? PathKind.Folder : File.Exists(path) ? PathKind.File : PathKind.Missing;
        if (path.Contains('\0') || Stat(path, out FileStatus status) != 0)
            return File.Exists(path) ? PathKind.File : PathKind.Missing;
        return (status.Mode & TypeMask) switch
        {
            0x1000 => PathKind.Pipe,
            0x2000 or 0x6000 => PathKind.Device,
            0x4000 => PathKind.Folder,
            0xC000 => PathKind.Socket,
            _ => PathKind.File,
        };
    }

    /// <summary>The runtime's own door to stat(2), with one layout on every system: that of libc differs between them.</summary>
    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_Stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, out FileStatus status);

    /// <summary>The beginning of the runtime's struct, and room for the rest of it.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct FileStatus
    {
        public int Flags;
        public int Mode;
    }
}
