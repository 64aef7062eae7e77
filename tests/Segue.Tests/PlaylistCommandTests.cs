using System.Text.Json.Nodes;
using System.Xml.Linq;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a playlist file holds what was recommended, in that order. Method: the demo's home, every way to ask, and the list read back with
/// --among. Seen to fail: with the file's folder left out of a relative path, and with commas inside quotes cutting a CSV's cells.
/// </summary>
public sealed class PlaylistCommandTests : IClassFixture<PlaylistCommandTests.Demo>
{
    private readonly Demo _demo;

    public PlaylistCommandTests(Demo demo) => _demo = demo;

    [Fact]
    public void A_mood_becomes_a_file_in_the_order_of_the_ranking()
    {
        string file = _demo.Folder.File("calm.xspf");
        JsonArray items = JsonNode.Parse(_demo.Run("recommend", "songs", "--mood", "calm qwertzuiop", "-n", "7", "--json"))!["items"]!.AsArray();
        JsonNode told = JsonNode.Parse(_demo.Run("playlist", "--mood", "calm qwertzuiop", "-n", "7", "-o", file, "--json"))!;
        XNamespace ns = "http://xspf.org/ns/0/";
        XElement list = XDocument.Load(file).Root!;
        Assert.Equal(items.Select(i => (string?)i!["title"]), list.Descendants(ns + "track").Select(t => t.Element(ns + "title")!.Value));
        Assert.Contains("qwertzuiop", told["unresolved"]!.AsArray().Select(u => (string?)u));
        Assert.Contains("Not found: qwertzuiop", list.Element(ns + "annotation")!.Value);
        Assert.False(File.Exists(file + ".new"));
    }

    [Fact]
    public void Every_format_goes_to_the_standard_output()
    {
        foreach ((string format, string start) in (ReadOnlySpan<(string, string)>)
            [("m3u8", "#EXTM3U"), ("xspf", "<?xml"), ("jspf", "{"), ("csv", "position,"), ("html", "<!doctype html>")])
            Assert.StartsWith(start, _demo.Run("playlist", "--mood", "happy", "--format", format));
    }

    [Fact]
    public void A_listener_and_a_song_get_theirs()
    {
        JsonNode songs = JsonNode.Parse(_demo.Run("recommend", "songs", "--mood", "happy", "-n", "1", "--json"))!["items"]![0]!;
        string name = $"{songs["title"]} - {songs["artists"]![0]}";
        Assert.Contains("#EXTM3U", _demo.Run("playlist", "--song", name, "--song", "No Such Song - Nobody"));
        Assert.Contains("Not found: No Such Song - Nobody", _demo.Run("playlist", "--song", name, "--song", "No Such Song - Nobody", "--format", "csv")
            .Replace(",No Such Song - Nobody,,,,,,not found", "Not found: No Such Song - Nobody"));
        Assert.Equal(1, Cli.Run("playlist", "--song", "No Such Song - Nobody", "--home", _demo.Folder.Path).Code);
        string like = (string)songs["artists"]![0]!;
        (int code, string output, string error) = Cli.Run("playlist", "--like", like, "--mood", "calm", "--home", _demo.Folder.Path);
        Assert.True(code == 0 || error.Contains("unknown artist"), error);
        Assert.True(code != 0 || output.StartsWith("#EXTM3U", StringComparison.Ordinal));
    }

    [Fact]
    public void The_sides_are_weighed_as_in_a_recommendation()
    {
        string[][] weighed = [.. new[] { "0", "1" }.Select(discovery =>
        {
            string[] asked = ["--user", "7", "--taste", "0.6", "--discovery", discovery, "-n", "8", "--json"];
            string[] rows = Ids(_demo.Run(["recommend", .. asked]));
            Assert.Equal(rows, Ids(_demo.Run(["playlist", .. asked, "-o", _demo.Folder.File("weighed.csv")])));
            return rows;
        })];
        Assert.NotEqual(weighed[0], weighed[1]);

        static string[] Ids(string json) => [.. JsonNode.Parse(json)!["items"]!.AsArray().Select(i => (string)i!["trackId"]!)];
    }

    [Fact]
    public void A_list_is_read_back_and_a_library_keeps_its_paths()
    {
        string csv = _demo.Folder.File("some.csv");
        JsonArray first = JsonNode.Parse(_demo.Run("playlist", "--mood", "calm", "-n", "9", "-o", csv, "--json"))!["items"]!.AsArray();
        JsonArray again = JsonNode.Parse(_demo.Run("recommend", "songs", "--mood", "energetic", "--among", csv, "-n", "all", "--json"))!["items"]!.AsArray();
        Assert.Equal(first.Select(i => (string?)i!["trackId"]).Order(), again.Select(i => (string?)i!["trackId"]).Order());

        Directory.CreateDirectory(_demo.Folder.File("lib"));
        IEnumerable<string> entries = first.Select((i, n) => $"#EXTINF:1,{i!["artists"]![0]} - {i["title"]}\nmusic/{n}.mp3\n");
        string m3u = _demo.Folder.Write("lib/library.m3u", "#EXTM3U\n" + string.Concat(entries));
        string[] lines = _demo.Run("playlist", "--mood", "calm", "--among", m3u, "-n", "all").Split('\n');
        Assert.Contains(lines, l => l.StartsWith(_demo.Folder.File("lib/music/"), StringComparison.Ordinal) && l.EndsWith(".mp3", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.StartsWith("# No address", StringComparison.Ordinal));
    }

    [Fact]
    public void A_path_leads_from_one_song_to_another()
    {
        string[] ends = [.. new[] { "calm", "loud" }.Select(mood => WaysToAskTests.NameOf(
            JsonNode.Parse(_demo.Run("recommend", "songs", "--mood", mood, "-n", "1", "--json"))!["items"]![0]!))];
        JsonNode told = JsonNode.Parse(_demo.Run("playlist", "--from", ends[0], "--to", ends[1], "--steps", "5", "-o", _demo.Folder.File("way.csv"), "--json"))!;
        JsonNode[] items = [.. told["items"]!.AsArray().Select(i => i!)];
        Assert.Equal(6, items.Length);
        Assert.Equal((ends[0], ends[1]), (WaysToAskTests.NameOf(items[0]), WaysToAskTests.NameOf(items[^1])));
        Assert.All(items.Skip(1), i => Assert.InRange((double)i["step"]!, 0.0001, 1));
        (int code, _, string error) = Cli.Run("playlist", "--from", ends[0], "--to", ends[0], "--home", _demo.Folder.Path);
        Assert.Equal(1, code);
        Assert.Contains("both ends are", error);
    }

    [Fact]
    public void A_curve_and_minutes_choose_and_order_the_songs()
    {
        string file = _demo.Folder.File("curve.html");
        JsonNode told = JsonNode.Parse(_demo.Run(
            "playlist", "--mood", "calm", "--curve", "energy=rise", "--minutes", "30", "--bpm", "70..140", "-o", file, "--json"))!;
        JsonNode[] items = [.. told["items"]!.AsArray().Select(i => i!)];
        Assert.InRange(items.Sum(i => (double)i["seconds"]!), 30 * 60 - 30, 30 * 60 + 30);
        Assert.True((double)items[0]["energy"]! < (double)items[^1]["energy"]!);
        Assert.Equal(items.Select(i => (double)i["target"]!).Order(), items.Select(i => (double)i["target"]!));
        Assert.Contains("class=\"target\"", File.ReadAllText(file));

        JsonNode few = JsonNode.Parse(_demo.Run("playlist", "--mood", "calm", "--minutes", "600", "--genre", "metal", "-o", file, "--json"))!;
        Assert.Contains("not the 10:00:00 that were asked for", (string)few["annotation"]!);
    }

    [Theory]
    [InlineData(2, "not both", "--mood", "calm", "--minutes", "30", "-n", "5")]
    [InlineData(2, "must be from 1", "--mood", "calm", "--minutes", "0")]
    [InlineData(2, "at most 1,000", "--mood", "calm", "--curve", "rise", "-n", "all")]
    [InlineData(2, "did you mean 'rise'", "--mood", "calm", "--curve", "rize")]
    [InlineData(2, "runs backwards", "--mood", "calm", "--bpm", "110..90")]
    [InlineData(2, "say what the playlist is for")]
    [InlineData(2, "two ends", "--from", "x")]
    [InlineData(2, "leave out", "--from", "x", "--to", "y", "--mood", "calm")]
    [InlineData(2, "at most 200", "--from", "x", "--to", "y", "--steps", "1000")]
    [InlineData(1, "unknown song 'x'", "--from", "x", "--to", "y")]
    [InlineData(1, "no song is left", "--mood", "calm", "--genre", "metal", "--not-genre", "metal")]
    [InlineData(1, "unknown song 'x'", "--mood", "calm", "--song", "x")]
    [InlineData(1, "unknown artist or song", "--mood", "calm", "--less-like", "qwertzuiop")]
    [InlineData(1, "nothing to shift from", "--mood", "calm", "--shift", "energy=+0.2")]
    [InlineData(2, "expected FEATURE=+SHARE", "--shift", "energy=high")]
    [InlineData(2, "add -o FILE", "--mood", "calm", "--json")]
    [InlineData(1, "the ending '.mp3' is no playlist format", "--mood", "calm", "-o", "x.mp3")]
    [InlineData(1, "cannot be written", "--mood", "calm", "-o", "/no/such/folder/x.csv")]
    public void What_cannot_be_answered_is_said(int code, string problem, params string[] args)
    {
        (int found, _, string error) = Cli.Run(["playlist", .. args, "--home", _demo.Folder.Path]);
        Assert.Equal(code, found);
        Assert.Contains(problem, error);
    }

    /// <summary>The demo's home, made once.</summary>
    public sealed class Demo : IDisposable
    {
        public Demo()
        {
            (int code, _, string error) = Cli.Run("demo", "--home", Folder.Path, "--quiet");
            Assert.True(code == 0, error);
        }

        internal ScratchFolder Folder { get; } = new();

        public void Dispose() => Folder.Dispose();

        internal string Run(params string[] args)
        {
            (int code, string output, string error) = Cli.Run([.. args, "--home", Folder.Path]);
            Assert.True(code == 0, error);
            return output;
        }
    }
}
