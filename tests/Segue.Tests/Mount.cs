using System.Diagnostics;
using System.Runtime.Versioning;

namespace Segue.Tests;

/// <summary>A folder that is a small or read-only file system until disposed. Null where this user may not mount.</summary>
internal sealed class Mount : IDisposable
{
    private readonly Action _undo;

    private Mount(Action undo) => _undo = undo;

    public static Mount? Tmpfs(string folder, string options) =>
        Run("mount", "-t", "tmpfs", "-o", options, "segue-test", folder) ? new Mount(() => Run("umount", "-l", folder)) : null;

    /// <summary>By permissions for a usual user, by a bind mount for root, whom permissions do not stop.</summary>
    public static Mount? ReadOnly(string folder)
    {
        if (OperatingSystem.IsWindows())
            return null;
        if (Environment.IsPrivilegedProcess)
        {
            if (!Run("mount", "--bind", folder, folder))
                return null;
            Mount bound = new(() => Run("umount", "-l", folder));
            if (Run("mount", "-o", "remount,bind,ro", folder))
                return bound;
            bound.Dispose();
            return null;
        }

        const UnixFileMode Read = UnixFileMode.UserRead | UnixFileMode.UserExecute;
        string[] folders = [folder, .. Directory.GetDirectories(folder, "*", SearchOption.AllDirectories)];
        SetMode(folders, Read);
        return new Mount(() =>
        {
            if (!OperatingSystem.IsWindows())
                SetMode(folders, Read | UnixFileMode.UserWrite);
        });
    }

    [UnsupportedOSPlatform("windows")]
    private static void SetMode(string[] folders, UnixFileMode mode)
    {
        foreach (string folder in folders)
            File.SetUnixFileMode(folder, mode);
    }

    public void Dispose() => _undo();

    private static bool Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        try
        {
            using Process? process = Process.Start(start);
            process?.WaitForExit();
            return process?.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // No such program.
        }
    }
}
