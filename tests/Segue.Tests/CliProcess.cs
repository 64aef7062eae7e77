using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Segue.Tests;

/// <summary>The command line in a process of its own, to be stopped, or started from a shell with streams that are closed or full.</summary>
internal sealed partial class CliProcess : IDisposable
{
    public const int SigHup = 1, SigInt = 2, SigTerm = 15;

    private readonly Process _process;
    private readonly StringBuilder _output = new(), _error = new();

    private CliProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Add(_output, e.Data);
        process.ErrorDataReceived += (_, e) => Add(_error, e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "segue-cli.dll");

    /// <summary>Whether this process, and so what it starts, was started to ignore a signal, as a shell does in the background.</summary>
    public static bool IsIgnored(int signal) =>
        OperatingSystem.IsLinux()
        && File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } line
        && ((Convert.ToUInt64(line["SigIgn:".Length..].Trim(), 16) >> (signal - 1)) & 1) != 0;

    public string Output => Text(_output);

    public string Error => Text(_error);

    public static CliProcess Start(params string[] args) => Of("dotnet", [Program, .. args]);

    /// <summary>A line of a shell, in which <c>$SEGUE</c> is the command line.</summary>
    public static CliProcess Shell(string shell, string line) => Of(shell, ["-c", line]);

    /// <summary>Waits for the end.</summary>
    public int Wait()
    {
        if (!_process.WaitForExit(TimeSpan.FromMinutes(3)))
            throw new TimeoutException($"It did not end. It said: {Error}");
        _process.WaitForExit();
        return _process.ExitCode;
    }

    /// <summary>Lets it run for a while, or until it ends.</summary>
    public void WaitAtMost(TimeSpan time) => _process.WaitForExit(time);

    /// <returns>False where it has ended already.</returns>
    public bool Signal(int number) => !_process.HasExited && Kill(_process.Id, number) == 0;

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static CliProcess Of(string program, string[] args)
    {
        ProcessStartInfo start = new(program, args) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["SEGUE"] = $"dotnet {Program}";
        return new CliProcess(new Process { StartInfo = start });
    }

    private static void Add(StringBuilder text, string? line)
    {
        lock (text)
        {
            if (line is not null)
                text.Append(line).Append('\n');
        }
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
