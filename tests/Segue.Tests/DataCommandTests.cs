using System.Text.Json.Nodes;
using Segue.Import;
using Segue.ModelFiles;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the data commands take in, check, list and forget, with the right exit codes and nothing half done. Method: run them in this process on a
/// scratch home. Seen to fail: with a check that exits 0 on a file that cannot be used.
/// </summary>
public sealed class DataCommandTests
{
    private const string Plays = "userID\tartistID\tweight\n2\t51\t13883\n2\t52\t11690\n3\t51\t2\n";

    [Fact]
    public void Import_writes_a_version_and_again_changes_nothing()
    {
        using ScratchFolder folder = new();
        string file = folder.Write("p.dat", Plays), home = folder.File("home");
        (int code, string output, string error) = Cli.Run("data", "import", file, "--home", home);
        Assert.True(code == 0, error);
        Assert.Contains("3 rows read = 3 accepted", output);
        Assert.Contains("2 listeners, 2 artists", output);
        SegueHome there = new(home);
        string version = there.PlaysData.Current()!;
        using MappedFiles files = new();
        Assert.Equal(3, DataFiles.LoadPlays(Path.Combine(there.PlaysData.Folder, version, DataFiles.PlaysName), files).Counts.Nonzeros);
        string[] before = Snapshot(home);
        (code, output, _) = Cli.Run("data", "import", file, "--home", home, "--json", "--ledger", folder.File("ledger.json"));
        Assert.Equal(0, code);
        Assert.Equal(version, (string)JsonNode.Parse(output)!["plays"]!["version"]!);
        Assert.Equal(before, Snapshot(home));
        Assert.Equal(3, (int)JsonNode.Parse(File.ReadAllText(folder.File("ledger.json")))!["accepted"]!);
    }

    [Fact]
    public void A_bad_file_is_exit_code_1_one_line_and_an_untouched_home()
    {
        using ScratchFolder folder = new();
        string good = folder.Write("p.dat", Plays), bad = folder.Write("b.dat", Plays + "3\t52\n"), home = folder.File("home");
        Cli.Run("data", "import", good, "--home", home);
        string[] before = Snapshot(home);
        foreach (string command in (string[])["import", "check"])
        {
            (int code, string output, string error) = Cli.Run("data", command, bad, "--home", home, "--quiet");
            Assert.Equal((1, ""), (code, output));
            Assert.Contains("b.dat:5: expected 3 tab-separated columns, found 2", error);
            Assert.Single(error.Trim().Split('\n'));
        }

        Assert.Equal(before, Snapshot(home));
        (int allowed, string said, _) = Cli.Run("data", "check", bad, "--max-rejected", "0.5");
        Assert.Equal(0, allowed);
        Assert.Contains("rejected 1: expected 3", said);
        Assert.Equal(2, Cli.Run("data", "check", bad, "--max-rejected", "7").Code);
        Assert.Equal(2, Cli.Run("data", "check").Code);
    }

    [Fact]
    public void Columns_are_what_a_person_says_they_are()
    {
        using ScratchFolder folder = new();
        string file = folder.Write("mine.csv", "n,band,listener,plays\n3,Low,ann,x\n4,Blur,bob,y\n");
        (int code, string output, string error) = Cli.Run("data", "check", file, "--map", "user=listener,artist=band,plays=n", "--json");
        Assert.True(code == 0, error);
        Assert.Equal(2, (int)JsonNode.Parse(output)!["plays"]!["nonzeros"]!);
        Assert.Contains("no column 'group' for artist; the header has: n, band", Cli.Run("data", "check", file, "--map", "artist=group").Error);
        Assert.Equal(2, Cli.Run("data", "check", file, "--map", "artist").Code);
        (code, _, error) = Cli.Run("data", "check", file, "--map", "who=listener");
        Assert.True(code == 2 && error.Contains("'who' is nothing that a column can hold"), error);
        Assert.Equal(2, Cli.Run("data", "check", file, "--time-zone", "Mars").Code);
    }

    [Fact]
    public void A_history_is_kept_under_a_name_and_forgotten()
    {
        using ScratchFolder folder = new();
        string home = folder.File("home");
        string file = folder.Write("h.json", """[{"endTime":"2020-08-11 12:47","artistName":"Low","trackName":"Two-Step","msPlayed":282000}]""");
        Assert.Contains("--as", Cli.Run("data", "import", file, "--home", home).Error);
        for (int i = 0; i < 2; i++)
        {
            (int code, string output, _) = Cli.Run("data", "import", file, "--as", "me", "--home", home);
            Assert.Equal(0, code);
            Assert.Contains("1 plays and 0 skips of 1 artists, last 2020-08-11", output);
        }

        Assert.Single(new ListenerProfiles(home).Load("me").Listens);
        Assert.Contains("me", Cli.Run("data", "list", "--home", home).Output);
        Assert.Equal(0, Cli.Run("data", "forget", "me", "--home", home).Code);
        Assert.Equal(1, Cli.Run("data", "forget", "me", "--home", home).Code);
        Assert.DoesNotContain(Snapshot(home), f => f.Contains("me.history"));
    }

    [Fact]
    public void The_sample_and_the_list()
    {
        using ScratchFolder folder = new();
        (int code, string output, string error) = Cli.Run("data", "sample", "--home", folder.Path, "--json");
        Assert.Equal(0, code);
        Assert.Contains("invented", error);
        Assert.Equal(400, (int)JsonNode.Parse(output)!["plays"]!["users"]!);
        JsonNode list = JsonNode.Parse(Cli.Run("data", "list", "--home", folder.Path, "--json").Output)!;
        Assert.Equal(DataSources.All.Count, list["sources"]!.AsArray().Count);
        Assert.NotNull(list["plays"]);
    }

    [Fact]
    public void Get_takes_a_copy_at_hand_and_shows_the_licence()
    {
        string copy = TestData.Require("data", "lastfm-2k");
        using ScratchFolder folder = new();
        (int code, string output, string error) = Cli.Run("data", "get", "lastfm-2k", "--from", copy, "--home", folder.Path);
        Assert.True(code == 0, error);
        Assert.Contains("non-commercial", error);
        Assert.Contains("1,892 listeners", output);
        Assert.Contains("'lastfm-2k'", Cli.Run("data", "get", "lastfm-3k", "--home", folder.Path).Error);
    }

    [Fact]
    public void Two_imports_at_once_lose_nothing()
    {
        using ScratchFolder folder = new();
        string home = folder.File("home");
        string[] files = [.. Enumerable.Range(0, 6).Select(i => folder.Write($"p{i}.dat", Plays + $"9\t51\t{i + 1}\n"))];
        int[] codes = new int[files.Length];
        Parallel.For(0, files.Length, i => codes[i] = Cli.Run("data", "import", files[i], "--home", home, "--quiet").Code);
        Assert.Contains(0, codes);
        SegueHome there = new(home);
        there.PlaysData.Verify(there.PlaysData.Current()!);
        using MappedFiles mapped = new();
        string plays = Path.Combine(there.PlaysData.Folder, there.PlaysData.Current()!, DataFiles.PlaysName);
        Assert.Equal(4, DataFiles.LoadPlays(plays, mapped).Counts.Nonzeros);
    }

    /// <summary>Every file below a folder with a hash of its content.</summary>
    private static string[] Snapshot(string folder) => [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
        .Where(f => !f.EndsWith(".lock"))
        .Order(StringComparer.Ordinal)
        .Select(f => f + " " + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f))))];
}
