using Segue.Import;
using Segue.ModelFiles;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a stop is a stop, whenever it comes: one line, the exit code of the signal, never a trace, and a home that is whole. Method: every long
/// command in a process of its own, on a table big enough to be stopped in, signalled at several moments (measured in what a whole run takes); then
/// the home is verified and searched for what is half-written. Seen to fail: with the signals left to System.CommandLine, where SIGTERM ends in a
/// trace.
/// </summary>
public sealed class StopTests(StopTests.World world) : IClassFixture<StopTests.World>
{
    private static readonly string[] s_inForce = ["segue: stopped; nothing was half-written"];

    public static TheoryData<string, int> Commands => new()
    {
        { "data import PLAYS", CliProcess.SigTerm },
        { "data import FOLDER", CliProcess.SigInt },
        { "data check PLAYS", CliProcess.SigHup },
        { "train-als --factors 64 --iterations 100", CliProcess.SigTerm },
        { "train-als --holdout 0.1", CliProcess.SigInt },
        { "build-vdb --index hnsw", CliProcess.SigTerm },
        { "evaluate --model als --model popularity", CliProcess.SigTerm },
        { "evaluate --songs --listeners 30", CliProcess.SigInt },
        { "tune --settings 3", CliProcess.SigTerm },
        { "backtest --history HISTORY", CliProcess.SigTerm },
        { "demo", CliProcess.SigTerm },
        { "recommend songs --queries QUERIES", CliProcess.SigTerm },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public void Each_long_command_stops_in_one_line_with_nothing_half_written(string command, int signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are Unix's");
        Assert.SkipWhen(CliProcess.IsIgnored(signal), "started in the background of a shell, where Ctrl+C is for others");
        using ScratchFolder folder = new();
        string home = folder.File("home");
        Copy(world.Home, home);
        TimeSpan whole = world.WholeRun(command);
        int stopped = 0;
        // Where the machine is busier or freer than before, a run ends before its signal, or is not yet there: then by another measure, again.
        for (int tried = 0; stopped < 2 && tried < 8; tried++)
        {
            long start = TimeProvider.System.GetTimestamp();
            using CliProcess process = CliProcess.Start([.. world.Line(command), "--home", home]);
            process.WaitAtMost(whole * (stopped == 0 ? 0.35 : 0.7));
            bool wasRunning = process.Signal(signal);
            int code = process.Wait();
            Assert.DoesNotContain("   at ", process.Error);
            Assert.DoesNotContain("Unhandled", process.Error);
            if (wasRunning && code == 128 + signal && process.Error.Length > 0)
            {
                stopped++;
                Assert.Equal(s_inForce, process.Error.Split('\n').Where(l => l.StartsWith("segue: s", StringComparison.Ordinal)));
            }
            else if (code == 128 + signal)
            {
                whole *= 1.5; // The signal was there before the program.
            }
            else
            {
                Assert.True(code == 0, $"exit code {code}: {process.Error}");
                whole = TimeProvider.System.GetElapsedTime(start) * 0.8;
            }

            AssertWhole(home);
        }

        Assert.True(stopped > 0, $"'{command}' was never stopped: each run ended before its signal");
    }

    [Fact]
    public void A_second_signal_ends_at_once()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are Unix's");
        using ScratchFolder folder = new();
        string fifo = folder.File("pipe");
        using CliProcess process = CliProcess.Shell("bash", $"mkfifo '{fifo}'; exec $SEGUE data check '{fifo}'");
        Thread.Sleep(1500);
        process.Signal(CliProcess.SigTerm);
        process.Signal(CliProcess.SigTerm);
        Assert.Equal(128 + CliProcess.SigTerm, process.Wait());
    }

    private static void AssertWhole(string home)
    {
        SegueHome opened = new(home);
        foreach (VersionStore store in (VersionStore[])[opened.PlaysData, opened.TracksData, opened.AlsModels, opened.VdbModels])
        {
            foreach (string version in store.List())
                store.Verify(version);
        }

        string[] files = Directory.GetFiles(home, "*", SearchOption.AllDirectories);
        Assert.DoesNotContain(files, f => f.Contains(".tmp", StringComparison.Ordinal) || f.EndsWith(".new", StringComparison.Ordinal));
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>A home with the sample and its models, and files big enough to be stopped in.</summary>
    public sealed class World : IDisposable
    {
        private readonly ScratchFolder _folder = new();
        private readonly Dictionary<string, TimeSpan> _whole = [];

        public World()
        {
            Assert.Equal(0, Segue.Tests.Cli.Run("demo", "--quiet", "--home", Home).Code);
            Assert.Equal(0, Segue.Tests.Cli.Run("data", "sample", "--quiet", "--home", Home).Code);
            Random random = new(3);
            WritePlays(_folder.File("plays.tsv"), random, 600_000);
            Directory.CreateDirectory(_folder.File("many"));
            for (int i = 0; i < 6; i++)
                WritePlays(Path.Combine(_folder.File("many"), $"{i}.tsv"), random, 150_000);
            File.WriteAllLines(_folder.File("queries.txt"), Enumerable.Range(0, 400).Select(i => $"calm and dark but not so slow, number {i}"));
            Catalogue.TextColumn artists = Sample.Generate(1).Plays.Artists.Names;
            File.WriteAllLines(_folder.File("history.csv"), Enumerable.Range(0, 30_000).Select(i =>
            {
                string artist = artists[random.Next(Math.Min(artists.Count, 5 + i / 110))]; // New ones all the time: later loves.
                return $"{artist},,song {i % 999},{DateTimeOffset.FromUnixTimeSeconds(1_500_000_000 + i * 3600L):dd MMM yyyy HH:mm}";
            }));
        }

        public string Home => _folder.File("home");

        public void Dispose() => _folder.Dispose();

        public string[] Line(string command) => [.. command.Split(' ').Select(w => w switch
        {
            "PLAYS" => _folder.File("plays.tsv"),
            "FOLDER" => _folder.File("many"),
            "QUERIES" => _folder.File("queries.txt"),
            "HISTORY" => _folder.File("history.csv"),
            _ => w,
        })];

        /// <summary>How long the command takes here when nobody stops it.</summary>
        public TimeSpan WholeRun(string command)
        {
            if (_whole.TryGetValue(command, out TimeSpan known))
                return known;
            using ScratchFolder folder = new();
            Copy(Home, folder.File("home"));
            long start = TimeProvider.System.GetTimestamp();
            using CliProcess process = CliProcess.Start([.. Line(command), "--home", folder.File("home")]);
            Assert.True(process.Wait() == 0, process.Error);
            return _whole[command] = TimeProvider.System.GetElapsedTime(start);
        }

        private static void WritePlays(string path, Random random, int rows)
        {
            using StreamWriter file = new(path);
            file.WriteLine("user\tartist\tplays");
            for (int i = 0; i < rows; i++)
                file.WriteLine($"u{random.Next(5000)}\tartist {random.Next(8000)}\t{random.Next(1, 50)}");
        }
    }
}
