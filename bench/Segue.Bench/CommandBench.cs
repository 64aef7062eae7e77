using System.Diagnostics;
using System.Text.Json;

namespace Segue.Bench;

/// <summary>
/// Whole commands as a user runs them: the process from its start to its end, a few times each after one that is not counted. With plays, also the
/// training from the file to the model on disk, with loss, checkpoints and the last step, and everybody's artists from that model.
/// </summary>
internal static class CommandBench
{
    private static readonly string[][] s_starts =
    [
        ["--help"],
        ["similar", "artist", "Massive Attack"],
        ["recommend", "artists", "--user", "2"],
        ["recommend", "songs", "--mood", "something sad and slow for a rainy night"],
        ["recommend", "songs", "--song", "Creep - Radiohead"],
        ["recommend", "--user", "2"],
    ];

    public static int Run(string[] args)
    {
        Arguments options = new(args, "cli", "home", "repeats", "plays", "factors");
        string cli = options.Get("cli", ".build/segue/segue-cli");
        if (options.Get("home", "") is { Length: > 0 } home)
            Starts(cli, home, options.Int("repeats", 11));
        if (options.Get("plays", "") is { Length: > 0 } plays)
            Work(cli, plays, options.Get("factors", "128"));
        return 0;
    }

    private static void Starts(string cli, string home, int repeats)
    {
        foreach (string[] command in s_starts)
        {
            double[] runs = [.. Enumerable.Range(0, repeats + 1).Select(_ => Time(cli, [.. command, "--home", home])).Skip(1)];
            Print(string.Join(' ', command), runs);
        }
    }

    private static void Work(string cli, string plays, string factors)
    {
        DirectoryInfo home = Directory.CreateTempSubdirectory("segue-bench-");
        try
        {
            foreach (string[] command in (string[][])[
                ["train-als", "--plays", plays, "--factors", factors],
                ["recommend", "artists", "--users", "all", "-o", Path.Combine(home.FullName, "artists.jsonl")]])
            {
                Print(string.Join(' ', command), [Time(cli, [.. command, "--home", home.FullName])]);
            }
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private static void Print(string command, double[] runs)
    {
        double[] ms = [.. runs.Order()];
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            bench = "commands",
            command,
            runs = runs.Length,
            medianMs = Math.Round(ms[ms.Length / 2], 1),
            leastMs = Math.Round(ms[0], 1),
        }));
    }

    /// <exception cref="SegueException">The command failed.</exception>
    private static double Time(string cli, string[] arguments)
    {
        ProcessStartInfo start = new(cli, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        long before = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start) ?? throw new SegueException($"{cli} does not start");
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        double ms = Stopwatch.GetElapsedTime(before).TotalMilliseconds;
        return process.ExitCode == 0
            ? ms
            : throw new SegueException($"{cli} {string.Join(' ', arguments)} ended with {process.ExitCode}: {error.Result.Trim()}");
    }
}
