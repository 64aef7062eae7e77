using System.Globalization;
using System.Text.Json.Nodes;
using Segue.Import;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: <c>segue backtest</c> tells the same of one listener whatever the export, notices when the listener is in the training data, and refuses
/// what has no dates. Method: a listener of the sample with invented dates (an artist every ten days, then played every other day), written as three
/// exports. Seen to fail: with the training not repeated, and with the page written before the figures.
/// </summary>
public sealed class BacktestCommandTests(SampleHome home) : IClassFixture<SampleHome>
{
    private const int User = 7;

    [Fact]
    public void Every_export_tells_the_same_and_the_listener_is_left_out()
    {
        using ScratchFolder folder = new();
        (string Artist, DateTimeOffset At)[] listens = Dated();
        const string header = "'uts','utc_time','artist','artist_mbid','album','album_mbid','track','track_mbid'\n";
        string scrobbles = folder.Write("scrobbles.csv", (header + string.Concat(listens.Select(l => string.Create(
            CultureInfo.InvariantCulture, $"'{l.At.ToUnixTimeSeconds()}','{l.At:dd MMM yyyy, HH:mm}','{l.Artist}','','','','x',''\n")))).Replace('\'', '"'));
        string listenBrainz = folder.Write("listens.jsonl", string.Concat(listens.Select(l => new JsonObject
        {
            ["listened_at"] = l.At.ToUnixTimeSeconds(),
            ["track_metadata"] = new JsonObject { ["artist_name"] = l.Artist, ["track_name"] = "x" },
        }.ToJsonString() + "\n")));
        string spotify = folder.Write("Streaming_History_Audio_2020.json", new JsonArray([.. listens.Select(l => (JsonNode)new JsonObject
        {
            ["ts"] = l.At.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["ms_played"] = 200_000,
            ["master_metadata_track_name"] = "x",
            ["master_metadata_album_artist_name"] = l.Artist,
            ["spotify_track_uri"] = "spotify:track:1",
            ["skipped"] = false,
        })]).ToJsonString());

        JsonNode[] documents = [.. new[] { scrobbles, listenBrainz, spotify }.Select(f => Json("--history", f, "--dates", "1"))];
        Assert.All(documents, d => Assert.Equal(documents[0]["methods"]!.ToJsonString(), d["methods"]!.ToJsonString()));
        JsonNode clean = Json("--history", scrobbles, "--dates", "3");
        Assert.Equal(3, clean["dates"]!.AsArray().Count);
        Assert.Equal(["pipeline", "without mood", "mood alone", "artists", "popularity", "random"], clean["methods"]!.AsArray().Select(m => (string)m!["method"]!));
        Assert.True(Recall(clean, "artists") > 3 * Recall(clean, "popularity"), clean["methods"]!.ToJsonString());
        Assert.True(Recall(clean, "pipeline") > 3 * Recall(clean, "popularity"), clean["methods"]!.ToJsonString());
        Assert.Contains(clean["notes"]!.AsArray(), n => ((string)n!).Contains($"listener {User} (likeness 0.9") && ((string)n!).Contains("trained anew without"));

        // The plant: with the listener in the training, the model has seen the answers.
        JsonNode leaked = Json("--history", scrobbles, "--dates", "3", "--keep-leaks");
        Assert.Contains(leaked["notes"]!.AsArray(), n => ((string)n!).StartsWith("LEAK", StringComparison.Ordinal));
        Assert.True(Recall(leaked, "artists") > Recall(clean, "artists"), $"{Recall(leaked, "artists")} and {Recall(clean, "artists")}");

        (int code, string output, _) = Cli.Run("backtest", "--history", scrobbles, "--as-of", "2020-05-01", "--html", folder.File("b.html"), "--home", home.Path);
        Assert.Equal(0, code);
        Assert.Contains("loves stood among the first 20 of 'pipeline' before they were first played", output);
        string page = File.ReadAllText(folder.File("b.html"));
        Assert.Equal(scrobbles, (string?)clean["for"]!["history"]);
        Assert.Contains("<svg", page);
        Assert.Contains("days before</span>", page);
        Assert.DoesNotContain("src=", page);
    }

    [Theory]
    [InlineData(1, "has no dates", "--history", "LIST")]
    [InlineData(1, "2031-01-01 is outside the history", "--history", "DATED", "--as-of", "2031-01-01")]
    [InlineData(1, "there is nothing to test", "--history", "DATED", "--love-plays", "999")]
    [InlineData(2, "--as-of takes a date", "--history", "DATED", "--as-of", "yesterday")]
    [InlineData(2, "one or the other", "--history", "DATED", "--as-of", "2020-02-01", "--dates", "3")]
    [InlineData(2, "--within", "--history", "DATED", "--within", "0")]
    [InlineData(2, "--history FILE or --profile NAME")]
    public void What_cannot_be_tested_is_one_clear_line(int expected, string message, params string[] arguments)
    {
        using ScratchFolder folder = new();
        string list = folder.Write("list.txt", "Low\nBlur\n"), dated = folder.Write("dated.csv", "artist,title,time\n" + string.Concat(
            Dated().Take(60).Select(l => string.Create(CultureInfo.InvariantCulture, $"\"{l.Artist}\",x,{l.At:yyyy-MM-dd HH:mm:ss}\n"))));
        string[] line = [.. arguments.Select(a => a switch { "LIST" => list, "DATED" => dated, _ => a })];
        (int code, string output, string error) = Cli.Run(["backtest", .. line, "--quiet", "--home", home.Path]);
        Assert.Equal(expected, code);
        Assert.Empty(output);
        Assert.Contains(message, error);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static double Recall(JsonNode document, string method) =>
        (double)document["methods"]!.AsArray().Single(m => (string)m!["method"]! == method)!["metrics"]!["recall@10"]!;

    private JsonNode Json(params string[] arguments)
    {
        (int code, string output, string error) = Cli.Run(["backtest", .. arguments, "--json", "--home", home.Path]);
        Assert.True(code == 0, error);
        return JsonNode.Parse(output)!;
    }

    private static (string Artist, DateTimeOffset At)[] Dated()
    {
        SampleWorld world = Sample.Generate(1);
        int user = world.Plays.IndexOfUser($"{User}");
        string[] artists = [.. world.Plays.Counts.RowIndices(user).ToArray().Select(a => world.Plays.Artists.Names[a])];
        new Random(3).Shuffle(artists);
        DateTimeOffset start = new(2020, 1, 1, 12, 0, 0, TimeSpan.Zero);
        return [.. artists.SelectMany((a, n) => Enumerable.Range(0, 12).Select(k => (a, start.AddDays(10 * n + 2 * k).AddMinutes(5 * n)))).OrderBy(l => l.Item2)];
    }
}
