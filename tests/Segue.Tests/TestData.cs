using Xunit;

namespace Segue.Tests;

/// <summary>Where the real data lie (<c>SEGUE_TEST_DATA</c>, else <c>../shared</c> beside the repository), and scratch folders.</summary>
internal static class TestData
{
    public static string Repository { get; } = FindRepository();

    /// <summary>The folder that holds <c>data/</c>, <c>models/</c> and <c>reference/</c>.</summary>
    public static string Shared { get; } = Environment.GetEnvironmentVariable("SEGUE_TEST_DATA") ?? Path.Combine(Repository, "..", "shared");

    /// <summary>The path of a file below <see cref="Shared"/>; skips the test, with the reason, where it is absent.</summary>
    public static string Require(params string[] parts)
    {
        string path = Path.GetFullPath(Path.Combine([Shared, .. parts]));
        Assert.SkipUnless(File.Exists(path) || Directory.Exists(path), $"needs {path} (set SEGUE_TEST_DATA to the folder that holds data/, models/ and reference/)");
        return path;
    }

    private static string FindRepository()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (File.Exists(Path.Combine(d.FullName, "Segue.slnx")))
                return d.FullName;
        }

        throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}

/// <summary>A folder that is gone when the test ends.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private static int s_count;

    public ScratchFolder()
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"segue-test-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}");
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes text as UTF-8 without BOM and gives the path back.</summary>
    public string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
