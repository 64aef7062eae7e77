using System.Text.Json.Nodes;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: each way to ask reaches the answer from the command line. Method: the demo's home; the JSON of an answer against that of the plain one.
/// Seen to fail: with the shifts not handed on, and with <c>--less-like</c> read as <c>--more-like</c>.
/// </summary>
public sealed class WaysToAskTests(PlaylistCommandTests.Demo demo) : IClassFixture<PlaylistCommandTests.Demo>
{
    [Fact]
    public void A_shift_and_the_words_for_it_both_make_a_song_happier()
    {
        string song = NameOf(Items("recommend", "songs", "--mood", "sad", "-n", "1")[0]);
        double plain = Valence("--song", song), shifted = Valence("--song", song, "--shift", "valence=+0.4"), worded = Valence("--song", song, "--mood", "much happier");
        Assert.True(shifted > plain + 0.1, $"{plain:0.00}, shifted {shifted:0.00}");
        Assert.True(worded > plain + 0.05, $"{plain:0.00}, in words {worded:0.00}");

        double Valence(params string[] asked) => Items(["recommend", "songs", .. asked, "-n", "20"]).Average(i => (double)i["features"]!["valence"]!);
    }

    [Theory]
    [InlineData("recommend", "songs")]
    [InlineData("recommend", "--user", "7")]
    public void This_minus_that_says_what_it_is_near_and_what_it_keeps_away_from(params string[] command)
    {
        JsonNode[] calm = Items("recommend", "songs", "--mood", "calm", "-n", "2"), loud = Items("recommend", "songs", "--mood", "loud", "-n", "1");
        string near = NameOf(calm[0]), far = (string)loud[0]["artists"]![0]!;
        JsonNode[] items = Items([.. command, "--more-like", near, "--less-like", far, "-n", "5"]);
        Assert.Equal(5, items.Length);
        foreach (JsonNode item in items)
        {
            JsonNode[] reasons = [.. item["reasons"]!.AsArray().Select(r => r!)];
            Assert.Contains(reasons, r => ((string?)r["text"])?.StartsWith($"like {calm[0]["title"]} - ", StringComparison.Ordinal) == true);
            Assert.Contains(reasons, r => (string)r["kind"]! == "keeps-away" && (string)r["text"]! == far);
            Assert.DoesNotContain(far, item["artists"]!.AsArray().Select(a => (string)a!));
        }
    }

    [Fact]
    public void What_is_not_wanted_leaves_a_listeners_own_moods_in_place()
    {
        string far = (string)Items("recommend", "songs", "--mood", "loud", "-n", "1")[0]["artists"]![0]!;
        JsonNode plain = JsonNode.Parse(demo.Run("recommend", "--user", "7", "--json"))!;
        JsonNode narrowed = JsonNode.Parse(demo.Run("recommend", "--user", "7", "--less-like", far, "--json"))!;
        Assert.Equal(plain["moods"]!.ToJsonString(), narrowed["moods"]!.ToJsonString());
        foreach (JsonNode? item in narrowed["items"]!.AsArray())
        {
            string[] kinds = [.. item!["reasons"]!.AsArray().Select(r => (string)r!["kind"]!)];
            Assert.Contains("keeps-away", kinds);
            Assert.Contains(kinds, k => k is "feels-like");
            Assert.DoesNotContain(far, item["artists"]!.AsArray().Select(a => (string)a!));
        }

        Assert.Null(JsonNode.Parse(demo.Run("recommend", "--user", "7", "--less-like", far, "--mood", "calm", "--json"))!["moods"]);
    }

    [Fact]
    public void An_explanation_says_what_of_a_song_the_wish_does_not_want()
    {
        JsonNode song = Items("recommend", "songs", "--mood", "calm", "-n", "1")[0];
        string misses = $"misses has {song["genre"]}";
        Assert.DoesNotContain(misses, Explained("calm"));
        Assert.Contains(misses, Explained($"calm, no {song["genre"]}"));

        string Explained(string wish) => demo.Run("explain", "--song", NameOf(song), "--user", "7", "--exclude-heard", "no", "--mood", wish);
    }

    [Fact]
    public void Near_and_away_at_once_is_wrong_usage()
    {
        string artist = (string)Items("recommend", "songs", "--mood", "calm", "-n", "1")[0]["artists"]![0]!;
        (int code, _, string error) = Cli.Run("recommend", "songs", "--more-like", artist, "--less-like", artist, "--home", demo.Folder.Path);
        Assert.Equal(2, code);
        Assert.Contains("name it once", error);
    }

    internal static string NameOf(JsonNode item) => $"{item["title"]} - {item["artists"]![0]}";

    private JsonNode[] Items(params string[] args) => [.. JsonNode.Parse(demo.Run([.. args, "--json"]))!["items"]!.AsArray().Select(i => i!)];
}
