using System.Diagnostics;
using Xunit.MicrosoftTestingPlatform;

namespace Segue.Tests;

/// <summary>
/// Runs a part of a test in a process of its own, to be killed or to hold a lock: the test program started again with a variable that
/// says what to do.
/// </summary>
internal static class ChildProcess
{
    private const string Variable = "SEGUE_TEST_CHILD";

    /// <param name="environment">More variables for the child.</param>
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

    /// <summary>Runs a child to its end.</summary>
    public static (int Code, string Output, string Error) Run(
        string what, string folder, string argument = "", params (string Name, string Value)[] environment)
    {
        using Process child = Start(what, folder, argument, environment);
        Task<string> error = child.StandardError.ReadToEndAsync();
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return (child.ExitCode, output, error.Result);
    }

    /// <summary>
    /// Where the program starts: as a child, or as xunit's runner. (A module initializer will not do: every other thread waits until it is done.)
    /// </summary>
    internal static int Main(string[] args)
    {
        if (Environment.GetEnvironmentVariable(Variable)?.Split('|') is not [string what, string folder, string argument])
            return TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions).GetAwaiter().GetResult();
        Environment.SetEnvironmentVariable(Variable, null);
        int number = int.TryParse(argument, out int given) ? given : 0;
        if (what == "keys")
            UnicodeFormTests.WriteKeys();
        else if (what == "program")
            DocsCodeTests.RunProgram(folder, argument);
        else if (!OwnershipChild.Run(what, folder, number) && !SameBytesChild.Run(what, folder))
            VersionStoreTests.RunChild(what, folder, number);
        return 0;
    }
}
