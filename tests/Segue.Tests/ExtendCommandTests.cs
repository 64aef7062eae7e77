using System.Text;
using System.Text.Json.Nodes;
using Segue.Catalogue;
using Segue.Interactions;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: 'train-als --extend' adds who is new and leaves the rest. Method: the command line on a world of communities, trained without its last
/// listeners and artists. Seen to fail: with known pairs taken from the newer plays, and with tags' rows left out.
/// </summary>
public sealed class ExtendCommandTests
{
    private const int Users = 200, Artists = 120, KnownUsers = 180, KnownArtists = 110;

    [Fact]
    public void New_listeners_and_artists_are_added_and_the_others_keep_their_likenesses()
    {
        using ScratchFolder folder = new();
        string home = folder.File("home"), known = folder.Write("known.tsv", World(KnownUsers, KnownArtists));
        string all = folder.Write("all.tsv", World(Users, Artists, changed: 4));
        string first = (string)Json("train-als", "--plays", known, "--factors", "12", "--home", home)["model"]!;
        string[] before = Similar("a7", home);

        JsonNode report = Json("train-als", "--extend", "--plays", all, "--home", home);

        JsonNode extended = report["extended"]!;
        Assert.Equal((Users, Artists), ((int)report["users"]!, (int)report["items"]!));
        Assert.Equal((first, Users - KnownUsers, Artists - KnownArtists, 1),
            ((string?)extended["from"], (int)extended["newUsers"]!, (int)extended["newItems"]!, (int)extended["leftOut"]!));
        Assert.Equal(before[..40], Similar("a7", home).Where(before.Contains).Take(40));
        JsonArray items = Json("recommend", "artists", "--user", "u190", "-n", "5", "--home", home)["items"]!.AsArray();
        Assert.True(items.Count(i => int.Parse(((string)i!["artist"]!)[1..]) % AlsWorlds.CommunityCount == 190 % AlsWorlds.CommunityCount) >= 4, items.ToJsonString());
        JsonNode card = Json("model", "info", "als", "--home", home);
        Assert.Equal((first, 12), ((string?)card["metrics"]!["extendedFrom"], (int)card["parameters"]!["factors"]!));

        // The same again adds nothing, and makes no version.
        JsonNode again = Json("train-als", "--extend", "--plays", all, "--home", home);
        Assert.Equal((0, (string?)report["model"]), ((int)again["extended"]!["newPairs"]!, (string?)again["model"]));
        (int code, _, string error) = Cli.Run("train-als", "--extend", "--factors", "12", "--plays", all, "--home", home);
        Assert.Equal(2, code);
        Assert.Contains("leave --factors out", error);
        Assert.Contains("segue train-als", Cli.Run("train-als", "--extend", "--plays", all, "--home", folder.File("none")).Error);
    }

    [Fact]
    public void A_model_with_tags_and_friends_is_extended_with_theirs()
    {
        using ScratchFolder folder = new();
        string home = folder.File("home"), plays = folder.Write("all.tsv", World(Users, Artists)), known = folder.Write("known.tsv", World(KnownUsers, KnownArtists));
        StringBuilder friends = new("userID\tfriendID\n"), tags = new("userID\tartistID\ttagID\tday\tmonth\tyear\n");
        for (int user = 0; user < Users; user++)
            friends.Append($"u{user}\tu{(user + AlsWorlds.CommunityCount) % Users}\nu{(user + AlsWorlds.CommunityCount) % Users}\tu{user}\n");
        for (int artist = 0; artist < Artists; artist++)
            tags.Append($"u1\ta{artist}\tt{artist % AlsWorlds.CommunityCount}\t1\t4\t2009\n");
        string[] side = ["--friends", folder.Write("user_friends.dat", friends.ToString()), "--artist-tags", folder.Write("user_taggedartists.dat", tags.ToString())];
        Json(["train-als", "--plays", known, "--factors", "12", "--home", home, .. side]);

        (int code, _, string error) = Cli.Run("train-als", "--extend", "--plays", plays, "--home", home);
        Assert.Equal(1, code);
        Assert.Contains("is als+tags+friends, but these plays come without that", error);
        Assert.Equal("als+tags+friends", (string?)Json(["train-als", "--extend", "--plays", plays, "--home", home, .. side])["kind"]);
        Assert.Contains("friends-play", Json("recommend", "artists", "--user", "u190", "--home", home).ToJsonString());
    }

    [Fact]
    public void Known_rows_stand_where_they_stood_and_known_pairs_stay()
    {
        Plays known = Of(["u", "v"], ["a", "b"], (0, 0, 3), (1, 1, 4)), newer = Of(["w", "u"], ["c", "a", "b"], (0, 0, 7), (1, 0, 8), (1, 1, 9), (1, 2, 1));
        PlaysExtension extension = PlaysExtension.Of(known, newer);
        Assert.Equal((1, 1, 2, 2), (extension.NewUsers, extension.NewArtists, extension.NewPairs, extension.LeftOut));
        Assert.Equal([2, 0], extension.Users);
        Assert.Equal([2, 0, 1], extension.Artists);
        Assert.Equal([3, 8, 4, 7], extension.Plays.Counts.Values.ToArray());
        Assert.Equal([0, 2, 1, 2], extension.Plays.Counts.Indices.ToArray());
        Assert.Equal("w", extension.Plays.UserIds[2]);
        Assert.Equal("c", extension.Plays.Artists.Names[2]);
        Assert.Equal(0, PlaysExtension.Of(extension.Plays, newer).NewPairs);
    }

    private static Plays Of(string[] users, string[] artists, params (int User, int Artist, float Plays)[] cells) => new(
        TextColumn.From(users),
        new Artists(TextColumn.From(artists), TextColumn.From(artists)),
        CsrMatrix.FromEntries(users.Length, artists.Length, [.. cells.Select(c => c.User)], [.. cells.Select(c => c.Artist)], [.. cells.Select(c => c.Plays)]));

    private static string[] Similar(string artist, string home) =>
        [.. Json("similar", "artist", artist, "-n", "119", "--home", home)["items"]!.AsArray().Select(i => (string)i!["artist"]!)];

    /// <summary>The first users and artists of the world; one pair of <paramref name="changed"/> has other plays.</summary>
    private static string World(int users, int artists, int changed = -1)
    {
        CsrMatrix counts = AlsWorlds.Communities(Users, Artists, seed: 15);
        StringBuilder text = new("user\tartist\tplays\n");
        for (int user = 0; user < users; user++)
        {
            for (int k = 0; k < counts.RowLength(user); k++)
            {
                if (counts.RowIndices(user)[k] < artists)
                    text.Append($"u{user}\ta{counts.RowIndices(user)[k]}\t{counts.RowValues(user)[k] + (user == changed && k == 0 ? 1 : 0)}\n");
            }
        }

        return text.ToString();
    }

    private static JsonNode Json(params string[] args)
    {
        (int code, string output, string error) = Cli.Run([.. args, "--json"]);
        Assert.True(code == 0, error);
        return JsonNode.Parse(output)!;
    }
}
