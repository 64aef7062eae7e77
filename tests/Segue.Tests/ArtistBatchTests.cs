using System.Text;
using System.Text.Json.Nodes;
using Segue.Asking;
using Segue.Making;
using Segue.Numerics;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a batch gives each listener what they would get alone, and refuses what it cannot answer before it writes anything. Method: every listener
/// of the sample both ways, with tags and friends and without; the quick search beside the scan.
/// </summary>
public sealed class ArtistBatchTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private string Home => _folder.File("home");

    public void Dispose() => _folder.Dispose();

    private void Make(bool playsOnly)
    {
        ModelMaker maker = new(Home);
        maker.MakeSample();
        maker.Train(new TrainRequest { Options = new() { Factors = 16, Iterations = 3 }, Source = new() { PlaysOnly = playsOnly } });
    }

    private static JsonNode[] Lines(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!)];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Everybody_gets_what_they_get_alone(bool playsOnly)
    {
        Make(playsOnly);
        using Recommender segue = Recommender.Open(Home);
        ArtistRequest each = new() { Count = 7 };
        ArtistBatchPart[] parts = [.. segue.RecommendArtistsToMany(new ArtistBatchRequest { Each = each })];
        JsonNode[] lines = Lines(string.Concat(parts.Select(p => Encoding.UTF8.GetString(p.JsonLines.Span))));
        Assert.Equal(parts[^1].Of, lines.Length);
        foreach (JsonNode line in lines)
        {
            ArtistAnswer alone = segue.RecommendArtists(each with { For = Listener.User((string)line["for"]!["user"]!) });
            Assert.Equal(alone.Rows.Select(r => (r.Rank, r.ArtistId, r.Artist)),
                line["items"]!.AsArray().Select(i => ((int)i!["rank"]!, (string)i["artistId"]!, (string)i["artist"]!)));
            Assert.All(alone.Rows.Zip(line["items"]!.AsArray()), pair => Assert.Equal(pair.First.Score, (double)pair.Second!["score"]!, 1e-4));
        }
    }

    [Fact]
    public void The_command_writes_a_file_whole_or_not_at_all()
    {
        Make(playsOnly: true);
        string file = _folder.File("out.jsonl"), users = _folder.File("users.txt");
        (int code, string output, string error) = Cli.Run("recommend", "artists", "--users", "all", "-n", "3", "-o", file, "--home", Home);
        Assert.Equal((0, ""), (code, output));
        Assert.Contains("a second", error);
        JsonNode[] all = Lines(File.ReadAllText(file));
        Assert.All(all, l => Assert.Equal(3, l["items"]!.AsArray().Count));

        File.WriteAllText(users, "7\n\n 3 \n");
        (code, output, _) = Cli.Run("recommend", "artists", "--users", users, "--home", Home);
        Assert.Equal(0, code);
        Assert.Equal(["7", "3"], Lines(output).Select(l => (string)l["for"]!["user"]!));

        File.WriteAllText(users, "7\nnobody\n");
        string before = File.ReadAllText(file);
        (code, _, error) = Cli.Run("recommend", "artists", "--users", users, "-o", file, "--home", Home);
        Assert.Equal(1, code);
        Assert.Contains("'nobody'", error);
        Assert.Equal(before, File.ReadAllText(file));
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        string empty = _folder.File("empty.txt");
        File.WriteAllText(empty, "\n");
        Assert.Contains("names no listener", Cli.Run("recommend", "artists", "--users", empty, "--home", Home).Error);
        Assert.Equal(1, Cli.Run("recommend", "artists", "--users", _folder.File("missing"), "--home", Home).Code);
        Assert.Equal(2, Cli.Run("recommend", "artists", "--users", "all", "--user", "7", "--home", Home).Code);
        Assert.Equal(2, Cli.Run("recommend", "artists", "--user", "7", "-o", "x.jsonl", "--home", Home).Code);
        Assert.Equal(2, Cli.Run("recommend", "artists", "--users", "all", "-o", "x.parquet", "--home", Home).Code);
        Assert.Single(new ArtistBatchRequest { Each = new() { For = Listener.User("7") } }.Validate(), f => f.Parameter == "for");
    }

    [Fact]
    public void The_first_questions_and_the_later_ones_have_the_same_answer()
    {
        Random random = new(5);
        const int Rows = 3000, Columns = 20;
        float[] values = [.. Enumerable.Range(0, Rows * Columns).Select(_ => (float)(random.NextDouble() - 0.5))];
        MatrixView rows = new(values, Rows, Columns);
        bool[] allowed = [.. Enumerable.Range(0, Rows).Select(_ => random.Next(3) > 0)];
        int[] excluded = [.. Enumerable.Range(0, Rows).Where(_ => random.Next(5) == 0)];
        float[] query = [.. rows.Row(7)];
        foreach (bool[]? filter in (bool[]?[])[null, allowed])
        {
            RowSearch search = new(rows);
            Scored[][] answers = [.. Enumerable.Range(0, 40).Select(_ => search.Search(query, 25, excluded, filter))];
            Assert.All(answers, a => Assert.Equal(answers[0], a));
            Assert.Equal(25, answers[0].Length);
        }
    }
}
