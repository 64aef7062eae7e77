using System.Globalization;
using System.Text.Json.Nodes;
using Segue.Import;
using Segue.Interactions;
using Segue.ModelFiles;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a log of many listeners keeps when each pair began, however it is gathered, and evaluations can divide by it. Method: logs whose first plays
/// are reckoned beside the import, through buffers of a few rows, through files, and with the command line.
/// </summary>
public sealed class DatedPlaysTests
{
    private static readonly DateTime s_begin = new(2009, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(1 << 20, 1 << 20)] // One run.
    [InlineData(64, 1 << 20)] // Many, in memory.
    [InlineData(64, 100)] // Many, on disk, and the result as well.
    public void The_first_play_of_each_pair_is_kept(int bufferRows, long bytesMax)
    {
        (int User, int Artist, int Minute)[] log = Log();
        using PlaysBuilder builder = new(bufferRows, bytesMax);
        foreach ((int user, int artist, int minute) in log)
            builder.Add(Utf8($"u{user:00}"), Utf8($"a{artist:00}"), 1, minute);
        Plays plays = builder.Build(out _);
        Dictionary<(int, int), int> first = log.Where(l => l.Minute >= 0).GroupBy(l => (l.User, l.Artist))
            .ToDictionary(g => g.Key, g => g.Min(l => l.Minute));
        int cell = 0;
        for (int user = 0; user < plays.Counts.Rows; user++)
        {
            foreach (int artist in plays.Counts.RowIndices(user))
            {
                (int, int) pair = (Number(plays.UserIds[user]), Number(plays.Artists.Ids[artist]));
                Assert.Equal(first.GetValueOrDefault(pair, -1), plays.FirstPlayedMinutes.Span[cell++]);
            }
        }

        using ScratchFolder folder = new();
        using MappedFiles files = new();
        DataFiles.SavePlays(plays, folder.File("plays"));
        Assert.Equal(plays.FirstPlayedMinutes.ToArray(), DataFiles.LoadPlays(folder.File("plays"), files).FirstPlayedMinutes.ToArray());
    }

    [Fact]
    public void Counts_without_dates_have_none()
    {
        using PlaysBuilder builder = new(4);
        foreach ((int user, int artist, _) in Log())
            builder.Add(Utf8($"u{user:00}"), Utf8($"a{artist:00}"), 1);
        Assert.True(builder.Build(out _).FirstPlayedMinutes.IsEmpty);
    }

    [Theory]
    [InlineData("2009-05-04T23:08:57Z", "2009-05-04 23:08")]
    [InlineData("2009-05-04 23:08:57", "2009-05-04 23:08")]
    [InlineData("04 May 2009, 23:08", "2009-05-04 23:08")]
    [InlineData("1241478537", "2009-05-04 23:08")]
    [InlineData("2009-02-30T23:08:57Z", null)]
    [InlineData("2009-13-04T23:08:57Z", null)]
    [InlineData("1970-01-01T00:00:00Z", null)]
    [InlineData("once", null)]
    [InlineData("", null)]
    public void Minutes_of_a_time(string text, string? expected) =>
        Assert.Equal(expected, HistoryTime.MinutesOf(Utf8(text)) is int minutes ? At(minutes, "yyyy-MM-dd HH:mm") : null);

    [Theory]
    [InlineData("user_id\ttimestamp\tartist_id\tartist_name\ttrack_id\ttrack_name\n", "u\t{0}\tid{1}\tArtist {1}\t\tSong\n")]
    [InlineData("", "u\t{0}\tid{1}\tArtist {1}\t\tSong\n")]
    [InlineData("user,artist,plays,time\n", "u,Artist {1},1,{0}\n")]
    public void Logs_with_and_without_a_header_are_read_with_their_dates(string header, string row)
    {
        using ScratchFolder folder = new();
        string Row(string time, int artist) => string.Format(CultureInfo.InvariantCulture, row, time, artist);
        string path = folder.Write("log", header + Row("2009-05-04T23:08:57Z", 1) + Row("2009-05-03T10:00:00Z", 1) + Row("2009-05-06T10:00:00Z", 2));
        Plays plays = Importer.ReadPlays(path).Plays;
        Assert.Equal([2f, 1f], plays.Counts.Values.ToArray());
        Assert.Equal(["2009-05-03", "2009-05-06"], plays.FirstPlayedMinutes.ToArray().Select(minutes => At(minutes, "yyyy-MM-dd")));
    }

    [Fact]
    public void The_command_line_divides_by_date_by_several_splits_and_says_where_it_cannot()
    {
        using ScratchFolder folder = new();
        CsrMatrix counts = AlsWorlds.Communities(80, 40, 3);
        string log = folder.Write("log.tsv", "user\tartist\ttime\n" + string.Concat(Enumerable.Range(0, counts.Rows).SelectMany(u =>
            counts.RowIndices(u).ToArray().Select((a, k) => $"u{u}\ta{a}\t{s_begin.AddDays((a * 7) % 100):yyyy-MM-ddTHH:mm:ssZ}\n"))));
        string undated = folder.Write("counts.tsv", "user\tartist\tplays\n" + string.Concat(Enumerable.Range(0, counts.Rows).SelectMany(u =>
            counts.RowIndices(u).ToArray().Select(a => $"u{u}\ta{a}\t1\n"))));
        string home = folder.File("home");
        Run("data", "import", log);
        JsonNode Json(params string[] args) => JsonNode.Parse(Run(["evaluate", "--model", "popularity", "--json", .. args]))!;
        Assert.Equal("temporal, from 2009-03-01 00:00 on", (string)Json("--split", "temporal", "--after", "2009-03-01")["protocol"]!["split"]!);
        JsonNode latest = Json("--split", "temporal", "--holdout", "0.1");
        Assert.InRange((double)latest["protocol"]!["testInteractions"]! / counts.Nonzeros, 0.05, 0.15);
        Assert.Equal(80, (int)Json("--split", "leave-last-out")["users"]!);
        JsonNode splits = Json("--splits", "3");
        Assert.Equal("random 80/20, 3 splits", (string)splits["protocol"]!["split"]!);
        Assert.True((double)splits["splits"]!["ndcg@10"]![0]! < (double)splits["metrics"]!["ndcg@10"]!);
        Assert.Matches(@"popularity: NDCG@10 0\.\d+ \(.* other listeners\); splits", Run("evaluate", "--model", "popularity", "--splits", "2"));
        Run("train-als", "--factors", "8", "--holdout", "0.1", "--split", "temporal");
        Run("tune", "--settings", "1", "--split", "leave-last-out");

        foreach (string[] command in new string[][] { ["evaluate"], ["train-als", "--holdout", "0.1"], ["tune"] })
        {
            Assert.Contains("have no dates", Problem([.. command, "--plays", undated, "--split", "temporal"]), StringComparison.Ordinal);
            Assert.Contains("have no dates", Problem([.. command, "--plays", undated, "--split", "leave-last-out"]), StringComparison.Ordinal);
        }

        string late = Problem("evaluate", "--split", "temporal", "--after", "2011-01-01");
        Assert.Contains("began from 2009-01-01 to 2009-04-", late, StringComparison.Ordinal);
        Assert.Contains("--after is 'May'", Problem("evaluate", "--split", "temporal", "--after", "May"), StringComparison.Ordinal);
        Assert.Contains("--after goes with", Problem("evaluate", "--after", "2011-01-01"), StringComparison.Ordinal);
        Assert.Contains("--splits cannot be several", Problem("evaluate", "--split", "temporal", "--splits", "2"), StringComparison.Ordinal);
        Assert.Contains("--split says what", Problem("train-als", "--split", "temporal"), StringComparison.Ordinal);

        string Run(params string[] args)
        {
            (int code, string output, string error) = Cli.Run([.. args, "--home", home]);
            Assert.True(code == 0, error);
            return output;
        }

        string Problem(params string[] args)
        {
            (int code, _, string error) = Cli.Run([.. args, "--home", home]);
            Assert.NotEqual(0, code);
            return error;
        }
    }

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static string At(int minutes, string format) => DateTime.UnixEpoch.AddMinutes(minutes).ToString(format, CultureInfo.InvariantCulture);

    private static int Number(string id) => int.Parse(id[1..], CultureInfo.InvariantCulture);

    /// <summary>2,000 plays of 12 listeners and 30 artists, a tenth of them without a date.</summary>
    private static (int User, int Artist, int Minute)[] Log()
    {
        Random random = new(8);
        int Minute() => random.Next(10) == 0 ? -1 : 20_000_000 + random.Next(100_000);
        return [.. Enumerable.Range(0, 2000).Select(_ => (random.Next(12), random.Next(30), Minute()))];
    }
}
