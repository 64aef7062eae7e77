using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Segue.Writing;

/// <summary>
/// Replaces a file whole: whoever opens it, whenever the process dies or the disk is full, finds the old content or the new and never a part. The
/// content is written beside it, forced to the disk and renamed over it, and the name is forced to the disk, too.
/// <code>
/// AtomicFile.Write(path, stream => report.Save(stream));
/// AtomicFile.Write(path, "a text\n");
/// </code>
/// <para>A symbolic link stays one: what it leads to is replaced. An existing file's permissions are kept (Unix). A folder, a device, a pipe or a
/// socket is refused, because a rename would put a file in its place; who wants to write to <c>/dev/stdout</c> opens it himself. Hard links
/// part.</para>
/// <para>The temporary's name is new, hidden, and nobody else's; it is gone after any failure. That of a process that was killed is removed by the
/// next write of the same file.</para>
/// </summary>
internal static partial class AtomicFile
{
    private const string Extension = ".segue-tmp";

    /// <summary>Temporaries of this process. Those of others are told by their process and their lock.</summary>
    private static readonly ConcurrentDictionary<string, bool> s_own = new(StringComparer.Ordinal);

    private static int s_count;

    /// <param name="path">The file; its folder is there.</param>
    /// <param name="write">Writes the content to a stream that can be read again. What it throws leaves the old file as it was.</param>
    /// <exception cref="SegueException">The path is no file's: a folder, a device, a pipe or a socket; or its folder is not there.</exception>
    /// <exception cref="IOException">No space, or the disk fails.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission to write in the folder.</exception>
    public static void Write(string path, Action<FileStream> write)
    {
        RefuseOthersThanFiles(path);
        FileInfo named = new(path);
        string target = named.LinkTarget is null ? named.FullName : named.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        RemoveLeftovers(target);
        FileStream file = CreateBeside(target);
        string temporary = file.Name;
        try
        {
            using (file)
            {
                write(file);
                file.Flush(flushToDisk: true);
                if (!OperatingSystem.IsWindows() && File.Exists(target))
                    File.SetUnixFileMode(file.SafeFileHandle, File.GetUnixFileMode(target));
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            DeleteQuietly(temporary);
            throw;
        }
        finally
        {
            s_own.TryRemove(temporary, out _);
        }

        DiskOrder.FlushFolder(Path.GetDirectoryName(target)!);
    }

    /// <summary>Replaces a file by a text, in UTF-8 without byte order mark.</summary>
    /// <inheritdoc cref="Write(string, Action{FileStream})"/>
    public static void Write(string path, string text) => Write(path, file => file.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Removes what killed writers of a file left beside it.</summary>
    public static void RemoveLeftovers(string path)
    {
        foreach ((string left, int process) in TemporariesOf(path))
        {
            if (!s_own.ContainsKey(left) && !IsBeingWritten(left, process))
                DeleteQuietly(left);
        }
    }

    /// <summary>
    /// Deletes a file and all that was written of it: what a link leads to, and the temporaries of killed writers. For who knows that nobody is
    /// writing it: that another process runs under the number of a killed one saves nothing here.
    /// </summary>
    /// <returns>False when there was nothing.</returns>
    /// <exception cref="IOException">Something of it cannot be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission to delete.</exception>
    public static bool Delete(string path)
    {
        bool wasThere = false;
        HashSet<string> folders = new(StringComparer.Ordinal);
        for (string? at = Path.GetFullPath(path); at is not null;)
        {
            FileInfo file = new(at);
            string? next = file.LinkTarget is null ? null : file.ResolveLinkTarget(returnFinalTarget: false)!.FullName;
            foreach ((string left, _) in TemporariesOf(at))
            {
                File.Delete(left);
                wasThere = true;
            }

            if (file.Exists || next is not null)
            {
                File.Delete(at);
                wasThere = true;
                folders.Add(Path.GetDirectoryName(at)!);
            }

            at = next;
        }

        foreach (string folder in folders)
            DiskOrder.FlushFolder(folder);
        return wasThere;
    }

    /// <summary>The temporaries beside a file, and the number of the process that wrote each.</summary>
    private static List<(string Path, int Process)> TemporariesOf(string path)
    {
        (string folder, string start) = PlaceBeside(path);
        List<(string, int)> found = [];
        if (!Directory.Exists(folder))
            return found;
        foreach (string left in Directory.EnumerateFiles(folder))
        {
            ReadOnlySpan<char> name = Path.GetFileName(left.AsSpan());
            if (!name.StartsWith(start, StringComparison.Ordinal) || !name.EndsWith(Extension, StringComparison.Ordinal))
                continue;
            ReadOnlySpan<char> number = name[start.Length..^Extension.Length];
            int dash = number.IndexOf('-');
            if (int.TryParse(number[..Math.Max(0, dash)], NumberStyles.None, CultureInfo.InvariantCulture, out int process))
                found.Add((left, process));
        }

        return found;
    }

    /// <summary>
    /// Locked, so that it can be told from a leftover; readable to nobody else, where it will take the place of a file with permissions.
    /// </summary>
    private static FileStream CreateBeside(string target)
    {
        (string folder, string start) = PlaceBeside(target);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 1 << 17 };
        if (!OperatingSystem.IsWindows() && File.Exists(target))
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        while (true)
        {
            string number = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}");
            string temporary = Path.Combine(folder, start + number + Extension);
            s_own[temporary] = true;
            try
            {
                return new FileStream(temporary, options);
            }
            catch (IOException) when (File.Exists(temporary))
            {
                s_own.TryRemove(temporary, out _); // A process with this number, dead or in another container, was first: the next name.
            }
            catch
            {
                s_own.TryRemove(temporary, out _);
                throw;
            }
        }
    }

    /// <summary>The folder of a file, and how its temporaries' names begin: short enough for any file system.</summary>
    private static (string Folder, string Start) PlaceBeside(string path)
    {
        const int NameMax = 40;
        string full = Path.GetFullPath(path), name = Path.GetFileName(full);
        return (Path.GetDirectoryName(full) ?? full, $".{(name.Length <= NameMax ? name : name[..NameMax])}.");
    }

    /// <summary>By a process of this machine, which has its number, or of another container, where only the lock tells.</summary>
    private static bool IsBeingWritten(string temporary, int process)
    {
        if (process != Environment.ProcessId && IsRunning(process))
            return true;
        try
        {
            using FileStream file = new(temporary, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static bool IsRunning(int process)
    {
        try
        {
            using Process found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return e is Win32Exception; // It is there, and not ours to look at.
        }
    }

    private static void DeleteQuietly(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The error that is on its way says more.
        }
    }

    private static void RefuseOthersThanFiles(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
            throw new SegueException($"{path}: cannot be written: there is no folder {folder}");
        if (Directory.Exists(path))
            throw new SegueException($"{path}: is a folder, but a file is to be written there");
        if (OperatingSystem.IsLinux() && KindOf(path) is { } kind)
            throw new SegueException($"{path}: is {kind}, but a file is to be written there");
    }

    /// <summary>What is at the end of a path that is not a regular file; null for a regular file, and for nothing. .NET does not say.</summary>
    private static unsafe string? KindOf(string path)
    {
        const int HereIsCurrentFolder = -100, WantType = 1, ModeAt = 28, TypeMask = 0xF000;
        byte* status = stackalloc byte[256]; // struct statx: the same on every Linux.
        if (Status(HereIsCurrentFolder, path, 0, WantType, status) != 0)
            return null;
        return (*(ushort*)(status + ModeAt) & TypeMask) switch
        {
            0x1000 => "a pipe",
            0x2000 or 0x6000 => "a device",
            0xC000 => "a socket",
            _ => null,
        };
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Status(int folder, string path, int flags, uint wanted, byte* status);
}
