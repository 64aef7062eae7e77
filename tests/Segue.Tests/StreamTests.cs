using System.Text.Json.Nodes;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: streams that are closed, full or gone end no work but what cannot be told, and pipes are read like files. Method: real shells and a real process.
/// Seen to fail: with Console.Error for progress (2>/dev/full aborts), and with files opened by FileStream.Length (a pipe throws).
/// </summary>
public sealed class StreamTests : IClassFixture<StreamTests.World>
{
    private readonly World _world;

    public StreamTests(World world)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a shell of Unix is needed");
        _world = world;
    }

    [Theory]
    [InlineData("$SEGUE train-als 2>&-", 0)]
    [InlineData("$SEGUE train-als 2>/dev/full", 0)]
    [InlineData("$SEGUE train-als 1>&- 2>&-", 0)]
    [InlineData("$SEGUE train-als 0<&- 1>&- 2>&-", 0)]
    [InlineData("$SEGUE recommend --user 2 >&-", 0)]
    [InlineData("$SEGUE recommend --user 2 >/dev/full", 1)]
    [InlineData("$SEGUE recommend --user 2 --json >/dev/full", 1)]
    [InlineData("$SEGUE recommend --user nobody 2>/dev/full", 1)]
    [InlineData("$SEGUE recommend --sser 2 2>&-", 2)]
    [InlineData("set -o pipefail; $SEGUE recommend --user 2 | head -n 1", 0)]
    [InlineData("set -o pipefail; yes calm | head -n 100000 >$HOMES/q; $SEGUE recommend songs --queries $HOMES/q | head -n 1", 0)]
    public void Each_line_ends_as_it_should_and_never_in_a_trace(string line, int code)
    {
        using CliProcess process = CliProcess.Shell("bash", _world.In(line));
        Assert.True(code == process.Wait(), process.Error);
        Assert.DoesNotContain("   at ", process.Error);
        Assert.True(process.Error.Split('\n').Count(l => l.StartsWith("segue: ", StringComparison.Ordinal)) <= 1, process.Error);
        Assert.Equal(0, Cli.Run("model", "verify", "--home", _world.Home).Code);
    }

    [Fact]
    public void A_full_disk_at_stdout_is_one_line()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full here");
        using CliProcess process = CliProcess.Shell("bash", _world.In("$SEGUE recommend --user 2 --json 2>&1 >/dev/full"));
        Assert.Equal(1, process.Wait());
        Assert.Equal("disk-full", (string?)JsonNode.Parse(process.Output)!["error"]!["kind"]);
    }

    [Theory]
    [InlineData("$SEGUE data check <(cat $HOMES/plays.tsv)")]
    [InlineData("$SEGUE data check <(gzip -c $HOMES/plays.tsv)")]
    [InlineData("cat $HOMES/plays.tsv | $SEGUE data check /dev/stdin")]
    [InlineData("$SEGUE data check /dev/stdin <$HOMES/plays.tsv")]
    [InlineData("mkfifo $HOMES/p; (sleep 1; cat $HOMES/plays.tsv >$HOMES/p) & $SEGUE data check $HOMES/p; code=$?; rm $HOMES/p; exit $code")]
    public void A_pipe_is_read_like_a_file(string line)
    {
        using CliProcess process = CliProcess.Shell("bash", _world.In(line));
        Assert.True(process.Wait() == 0, process.Error);
        Assert.Contains("1,000 rows read = 1,000 accepted", process.Output);
    }

    [Theory]
    [InlineData("$SEGUE recommend --history <(cat $HOMES/artists.txt) --json", "items")]
    [InlineData("$SEGUE recommend songs --queries <(printf 'calm\\nparty\\n') | tail -n 1", "items")]
    [InlineData("$SEGUE recommend --user 2 --among <(cat $HOMES/among.txt) --json", "items")]
    public void A_pipe_serves_wherever_a_file_is_named(string line, string expected)
    {
        using CliProcess process = CliProcess.Shell("bash", _world.In(line));
        Assert.True(process.Wait() == 0, process.Error);
        Assert.NotEmpty(JsonNode.Parse(process.Output)![expected]!.AsArray());
    }

    [Fact]
    public void What_is_no_file_in_a_folder_is_left_aside_and_named()
    {
        using CliProcess process = CliProcess.Shell("bash", _world.In(
            "mkdir $HOMES/mixed; cp $HOMES/plays.tsv $HOMES/mixed; mkfifo $HOMES/mixed/a $HOMES/mixed/artists.dat; $SEGUE data check $HOMES/mixed"));
        Assert.True(process.Wait() == 0, process.Error);
        Assert.Contains("mixed/a is a pipe, not a file; it was left aside", process.Output);
    }

    [Fact]
    public void A_device_is_refused_by_name()
    {
        (int code, _, string error) = Cli.Run("data", "check", "/dev/zero");
        Assert.Equal(1, code);
        Assert.Equal("segue: /dev/zero: is a device; expected a file, a folder or a pipe\n", error);
    }

    [Fact]
    public void Data_that_is_made_to_fool_a_terminal_does_not()
    {
        string path = _world.File("evil.tsv");
        IEnumerable<string> rows = Enumerable.Range(0, 30).Select(i => $"u\u001b[31m{i % 3}\tA\u001b]0;x\u0007 \u202Ecod\u202C {i % 9}\t{i + 1}\n");
        System.IO.File.WriteAllText(path, "user\tartist\tplays\n" + string.Concat(rows));
        using CliProcess process = CliProcess.Shell("bash", _world.In(
            "$SEGUE data check $HOMES/evil.tsv --map user=user,artist=artist,plays=plays; $SEGUE data import $HOMES/evil.tsv --home $HOMES/evil; "
            + "$SEGUE train-als --factors 8 --home $HOMES/evil; $SEGUE similar \"$(printf 'A\\033]0;x\\007')\" --home $HOMES/evil; "
            + "$SEGUE recommend artists --like \"$(printf 'A\\033]0;x\\007 \\342\\200\\256cod\\342\\200\\254 1')\" --home $HOMES/evil; exit 0"));
        process.Wait();
        string all = process.Output + process.Error;
        Assert.Contains("cod", all);
        Assert.DoesNotContain(all, c => char.IsControl(c) && c is not ('\n' or '\t') || c is '\u202E' or '\u202C');
    }

    /// <summary>A home with models, and a folder for files.</summary>
    public sealed class World : IDisposable
    {
        private readonly ScratchFolder _folder = new();

        public World()
        {
            Assert.Equal(0, Cli.Run("demo", "--quiet", "--home", Home).Code);
            Assert.Equal(0, Cli.Run("data", "sample", "--quiet", "--home", Home).Code);
            System.IO.File.WriteAllText(
                File("plays.tsv"),
                "user\tartist\tplays\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"user {i / 10}\tartist {i * 7 % 100}\t{i % 9 + 1}\n")));
            Import.SampleWorld sample = Import.Sample.Generate(1);
            System.IO.File.WriteAllLines(File("artists.txt"), Enumerable.Range(0, 5).Select(a => sample.Plays.Artists.Names[a]));
            System.IO.File.WriteAllLines(File("among.txt"), Enumerable.Range(0, 500).Select(t => sample.Tracks.Ids[t]));
        }

        public string Home => _folder.File("home");

        public string File(string name) => _folder.File(name);

        public string In(string line) => $"export SEGUE_HOME='{Home}' HOMES='{Path.GetDirectoryName(Home)}'; {line}";

        public void Dispose() => _folder.Dispose();
    }
}
