using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Segue.Tests;

/// <summary>
/// Runs a part of a test in a process of its own, to be killed or to hold a lock: the test program started again with a variable that
/// says what to do, looked at before anything else runs.
/// </summary>
internal static class ChildProcess
{
    private const string Variable = "SEGUE_TEST_CHILD";

    public static Process Start(string what, string folder, string argument, params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Segue.Tests.exe" : "Segue.Tests"))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [Variable] = string.Join('|', what, folder, argument) },
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException("The test program did not start.");
    }

    [ModuleInitializer]
    internal static void RunIfChild()
    {
        if (Environment.GetEnvironmentVariable(Variable)?.Split('|') is not [string what, string folder, string argument])
            return;
        Environment.SetEnvironmentVariable(Variable, null);
        if (what == "keys")
            UnicodeFormTests.WriteKeys();
        else
            VersionStoreTests.RunChild(what, folder, int.TryParse(argument, out int number) ? number : 0);
        Environment.Exit(0);
    }
}
