using System.Text.Json.Nodes;
using Segue.Catalogue;
using Segue.Import;
using Segue.Interactions;
using Xunit;

namespace Segue.Tests;

/// <summary>A home folder with both models made of the built-in sample by the command line, once for all tests of a class.</summary>
public sealed class SampleHome : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public SampleHome()
    {
        (int code, Output, string error) = Cli.Run("demo", "--home", Path);
        Assert.True(code == 0, error);
    }

    public string Path => _folder.File("home");

    /// <summary>What the demo printed.</summary>
    public string Output { get; }

    public void Dispose() => _folder.Dispose();
}

/// <summary>
/// Goal: the commands keep the product's contract end to end, on files, and bad input ends in one clear line and exit code 1. Method: the
/// command line in this process, on the invented sample. Seen to fail: each error, by the command succeeding on a good input.
/// </summary>
public sealed class EndToEndTests(SampleHome home) : IClassFixture<SampleHome>
{
    [Fact]
    public void The_demo_shows_artists_and_songs_with_reasons()
    {
        Assert.Contains("because you played", home.Output);
        Assert.Contains("score = taste + mood + popularity", home.Output);
        Assert.Contains("Read as calm", home.Output);
    }

    [Fact]
    public void Json_has_the_shape_of_the_contract_and_parts_that_add_up()
    {
        JsonNode document = Json("recommend", "--user", "7", "--mood", "calm and dark", "-n", "5");
        Assert.Equal("7", (string?)document["for"]!["user"]);
        Assert.Equal("calm and dark", (string?)document["for"]!["mood"]);
        Assert.NotNull((string?)document["model"]!["als"]);
        Assert.NotNull((string?)document["model"]!["vdb"]);
        JsonArray items = document["items"]!.AsArray();
        Assert.Equal(5, items.Count);
        foreach (JsonNode? item in items)
        {
            JsonObject parts = item!["parts"]!.AsObject();
            Assert.Equal((decimal)item["score"]!, parts.Sum(p => (decimal)p.Value!));
            Assert.NotEmpty((string)item["trackId"]!);
            Assert.NotEmpty(item["artists"]!.AsArray());
            Assert.NotEmpty(item["reasons"]!.AsArray());
            Assert.InRange((double)item["features"]!["valence"]!, 0, 1);
        }
    }

    [Fact]
    public void Artists_are_unheard_and_say_why()
    {
        JsonNode document = Json("recommend", "artists", "--user", "7", "-n", "300");
        JsonNode all = Json("recommend", "artists", "--user", "7", "-n", "300", "--exclude-heard", "no");
        HashSet<string> offered = [.. document["items"]!.AsArray().Select(i => (string)i!["artist"]!)];
        Assert.True(offered.Count < all["items"]!.AsArray().Count);
        JsonNode first = document["items"]![0]!["reasons"]![0]!;
        Assert.Equal("because-you-played", (string?)first["kind"]);
        Assert.InRange((double)first["part"]!, 0, 1);
        Assert.DoesNotContain((string)first["artist"]!, offered);
    }

    [Fact]
    public void A_listener_made_of_likes_is_served_and_explained()
    {
        string liked = (string)Json("recommend", "artists", "--user", "7", "-n", "1")["items"]![0]!["artist"]!;
        JsonNode items = Json("recommend", "artists", "--like", liked, "-n", "3")["items"]!;
        Assert.All(items.AsArray(), i => Assert.NotEqual(liked, (string)i!["artist"]!));
        JsonNode why = Json("explain", (string)items[0]!["artist"]!, "--like", liked);
        Assert.Equal((double)why["score"]!, why["parts"]!.AsArray().Sum(p => (double)p!["part"]!), 1e-5);
        Assert.Equal(1, (int)why["rank"]!);
    }

    [Fact]
    public void A_song_is_explained_by_parts_that_add_up_and_by_what_would_be_otherwise()
    {
        JsonNode row = Json("recommend", "--user", "7", "-n", "3")["items"]![2]!;
        Assert.NotEmpty(row["sources"]!.AsArray());
        string song = $"{row["title"]} - {row["artists"]![0]}";
        JsonNode why = Json("explain", "--song", song, "--user", "7");
        Assert.Equal((decimal)why["score"]!, why["parts"]!.AsObject().Sum(p => (decimal)p.Value!));
        Assert.Equal((decimal)row["score"]!, (decimal)why["score"]!);
        Assert.InRange((int)why["rank"]!, 1, (int)why["of"]!);
        Assert.Contains(why["without"]!.AsArray(), w => (string?)w!["kind"] == "artist");
        Assert.Contains("would be number", Cli.Run("explain", "--song", song, "--user", "7", "--mood", "calm", "--home", home.Path).Output);
    }

    [Fact]
    public void Songs_are_evaluated_at_every_knob()
    {
        using ScratchFolder folder = new();
        string page = folder.File("songs.html");
        JsonNode report = Json("evaluate", "--songs", "--listeners", "6", "--plays", SamplePlays(folder), "--report", page);
        string[] settings = [.. report["settings"]!.AsArray().Select(s => (string)s!["setting"]!)];
        Assert.Equal("defaults", settings[0]);
        Assert.Contains("diversity 0.4", settings);
        Assert.Contains("discovery 1", settings);
        Assert.InRange((double)report["settings"]![0]!["metrics"]!["ndcg"]!, 0, 1);
        Assert.Contains("<svg", File.ReadAllText(page));
    }

    /// <summary>The sample's plays as a file.</summary>
    private static string SamplePlays(ScratchFolder folder)
    {
        Plays plays = Sample.Generate(1).Plays;
        System.Text.StringBuilder text = new();
        for (int user = 0; user < plays.Counts.Rows; user++)
        {
            for (int k = 0; k < plays.Counts.RowLength(user); k++)
                text.Append($"{plays.UserIds[user]}\t{plays.Artists.Names[plays.Counts.RowIndices(user)[k]]}\t{plays.Counts.RowValues(user)[k]:0}\n");
        }

        return folder.Write("plays.tsv", "user\tartist\tplays\n" + text);
    }

    [Fact]
    public void Every_line_of_queries_gets_a_document()
    {
        using ScratchFolder folder = new();
        string file = folder.Write("wishes.txt", "sad and slow\n\nqwertzuiop\nhappy\n");
        (int code, string output, _) = Cli.Run("recommend", "songs", "--queries", file, "-n", "3", "--home", home.Path);
        Assert.Equal(0, code);
        JsonNode[] lines = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!)];
        Assert.Equal([3, 0, 3], lines.Select(l => l["items"]!.AsArray().Count));
        Assert.NotNull((string?)lines[1]["error"]);
    }

    [Fact]
    public void Among_ranks_my_own_library_and_nothing_else()
    {
        using ScratchFolder folder = new();
        string[] ids = [.. Json("recommend", "songs", "--mood", "happy", "-n", "12", "--max-per-artist", "99")["items"]!.AsArray().Select(i => (string)i!["trackId"]!)];
        string list = folder.Write("library.m3u", "#EXTM3U\n" + string.Concat(ids.Select(id => $"#EXTINF:1,x\nspotify:track:{id}\n")));
        JsonNode all = Json("recommend", "songs", "--mood", "sad", "--among", list, "-n", "all");
        Assert.Equal(ids.Order(), all["items"]!.AsArray().Select(i => (string)i!["trackId"]!).Order());
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_on_one_and_on_two_threads()
    {
        using ScratchFolder folder = new();
        foreach (string threads in new[] { "1", "2" })
            Assert.Equal(0, Cli.Run("demo", "--quiet", "--threads", threads, "--home", folder.File(threads)).Code);
        string[] one = Files(folder.File("1")), two = Files(folder.File("2"));
        Assert.Equal(one, two);
        foreach (string file in one)
            Assert.Equal(File.ReadAllBytes(Path.Combine(folder.File("1"), file)), File.ReadAllBytes(Path.Combine(folder.File("2"), file)));
    }

    [Theory]
    [InlineData("unknown user 'nobody'", "recommend", "--user", "nobody")]
    [InlineData("unknown song", "recommend", "songs", "--song", "No Such Song - No Such Band")]
    [InlineData("unknown track id", "recommend", "songs", "--song-id", "zzz")]
    [InlineData("unknown artist", "similar", "artist", "Zzzyx Qqq")]
    [InlineData("unknown genre 'rokc'", "recommend", "songs", "--mood", "sad", "--genre", "rokc")]
    [InlineData("nothing in this wish was understood", "recommend", "songs", "--mood", "qwertzuiop asdfghjk")]
    [InlineData("nowhere.txt", "recommend", "songs", "--mood", "sad", "--among", "/nowhere.txt")]
    [InlineData("nowhere.txt", "recommend", "artists", "--history", "/nowhere.txt")]
    public void Bad_input_is_one_clear_line_and_exit_code_1(string expected, params string[] args)
    {
        (int code, string output, string error) = Cli.Run([.. args, "--home", home.Path]);
        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.Contains(expected, error);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("recommend", "songs")]
    [InlineData("recommend", "songs", "--queries", "sad", "--song", "x")]
    [InlineData("recommend", "-n", "0")]
    [InlineData("recommend", "songs", "--target", "energie=low")]
    [InlineData("recommend", "--taste", "2")]
    [InlineData("recommend", "--exclude-heard", "perhaps")]
    [InlineData("explain", "x")]
    [InlineData("explain", "--user", "7")]
    [InlineData("explain", "x", "--song", "y", "--user", "7")]
    [InlineData("recommend", "--discovery", "1.5")]
    [InlineData("recommend", "--max-per-genre", "0")]
    [InlineData("recomend")]
    public void Wrong_usage_is_exit_code_2(params string[] args) => Assert.Equal(2, Cli.Run([.. args, "--home", home.Path]).Code);

    [Fact]
    public void Without_models_the_way_to_make_them_is_named()
    {
        using ScratchFolder folder = new();
        Assert.Contains("segue train-als", Cli.Run("recommend", "artists", "--user", "1", "--home", folder.File("none")).Error);
        Assert.Contains("segue build-vdb", Cli.Run("recommend", "songs", "--mood", "sad", "--home", folder.File("none")).Error);
        Assert.Contains("segue data import", Cli.Run("train-als", "--home", folder.File("none")).Error);
    }

    [Fact]
    public void A_damaged_model_is_named_and_refused()
    {
        using ScratchFolder folder = new();
        string copy = folder.File("home");
        Copy(home.Path, copy);
        foreach (string file in Directory.GetFiles(Path.Combine(copy, "models"), "*.safetensors", SearchOption.AllDirectories))
        {
            byte[] good = File.ReadAllBytes(file), bad = [.. good];
            bad[bad.Length / 2] ^= 1;
            File.WriteAllBytes(file, bad);
            (int code, _, string error) = Cli.Run("recommend", "--user", "7", "--home", copy);
            Assert.Equal(1, code);
            Assert.Contains(file, error);
            File.WriteAllBytes(file, good);
        }

        Assert.Equal(0, Cli.Run("recommend", "--user", "7", "--home", copy).Code);
    }

    [Fact]
    public void A_misspelt_artist_is_answered_with_the_right_one()
    {
        string name = (string)Json("recommend", "artists", "--user", "7", "-n", "1")["items"]![0]!["artist"]!;
        string misspelt = name.Length > 4 ? name[..2] + name[3..] : name + "x";
        Assert.Contains($"'{name}'", Cli.Run("similar", "artist", misspelt, "--home", home.Path).Error);
    }

    private static string[] Files(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f)).Where(f => !f.EndsWith(".lock")).Order()];

    private static void Copy(string from, string to)
    {
        foreach (string file in Files(from))
        {
            string target = Path.Combine(to, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(from, file), target);
        }
    }

    private JsonNode Json(params string[] args)
    {
        (int code, string output, string error) = Cli.Run([.. args, "--json", "--home", home.Path]);
        Assert.True(code == 0, error);
        return JsonNode.Parse(output)!;
    }
}

/// <summary>Goal: the main job on the real data in ../shared, as the README tells it. Skipped, with the reason, where they are absent.</summary>
public sealed class RealDataTests
{
    [Fact]
    public void A_person_who_knows_music_would_nod()
    {
        string plays = TestData.Require("data", "lastfm-2k", "user_artists.dat"), songs = TestData.Require("data", "spotify-tracks", "dataset.csv");
        using ScratchFolder folder = new();
        string home = folder.File("home");
        Assert.Equal(0, Cli.Run("train-als", "--plays", plays, "--factors", "64", "--home", home).Code);
        Assert.Equal(0, Cli.Run("build-vdb", "--tracks", songs, "--home", home).Code);

        JsonNode artists = JsonNode.Parse(Cli.Run("recommend", "artists", "--user", "2", "--json", "--home", home).Output)!["items"]!;
        string[] names = [.. artists.AsArray().Select(a => (string)a!["artist"]!)];
        string[] expected =
        [
            "Pet Shop Boys", "a-ha", "Erasure", "Massive Attack", "Simple Minds", "Tears for Fears", "U2", "Kraftwerk", "The Cure", "Eurythmics", "Dave Gahan",
        ];
        Assert.True(names.Intersect(expected).Count() >= 5, string.Join(", ", names));
        Assert.DoesNotContain("Duran Duran", names);

        JsonNode blend = JsonNode.Parse(Cli.Run("recommend", "--like", "Massive Attack", "--mood", "calm and dark", "--json", "--home", home).Output)!["items"]!;
        Assert.All(blend.AsArray(), i => Assert.True((double)i!["features"]!["energy"]! < 0.5));

        JsonNode near = JsonNode.Parse(Cli.Run("similar", "song", "Creep - Radiohead", "--json", "--home", home).Output)!["items"]!;
        Assert.All(near.AsArray(), i => Assert.NotEqual("creep", SongTitle.Bare((string)i!["title"]!)));
        Assert.Equal(1, Cli.Run("recommend", "songs", "--song", "Creeep - Radiohead", "--home", home).Code);
    }
}
