using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: tags and friends go the whole way: imported with a folder, trained with, saved, and shown as reasons; and everything works without them.
/// Method: the command line on a HetRec folder of two communities, where an artist that nobody plays carries the tag of one. Seen to fail: with
/// friends looked up by name.
/// </summary>
public sealed class TasteSideTests
{
    private const int Users = 30, ArtistsOfEach = 12;

    [Fact]
    public void A_folder_with_tags_and_friends_is_trained_with_them_and_says_so()
    {
        using ScratchFolder folder = new();
        string home = Trained(folder);
        JsonNode card = Json("model", "info", "als", "--home", home);
        Assert.Equal("als+tags+friends", (string?)card["parameters"]!["kind"]);
        Assert.NotNull(card["files"]!["side.safetensors"]);

        JsonNode first = Json("recommend", "artists", "--user", "2", "-n", "3", "--home", home);
        JsonNode all = Json("recommend", "artists", "--user", "2", "-n", "all", "--home", home);
        JsonNode unplayed = all["items"]!.AsArray().First(i => (string?)i!["artist"] == "Nobody yet")!;
        Assert.Contains(unplayed["reasons"]!.AsArray(), r => (string?)r!["kind"] == "tagged-like" && (string?)r["text"] == "dreamy");
        Assert.True((int)unplayed["rank"]! <= ArtistsOfEach, unplayed.ToJsonString());
        Assert.Contains(first["items"]!.AsArray().SelectMany(i => i!["reasons"]!.AsArray()), r => (string?)r!["kind"] == "friends-play");

        JsonNode why = Json("explain", "Nobody yet", "--user", "2", "--home", home);
        double sum = new[] { "parts", "tags" }.Sum(k => why[k]!.AsArray().Sum(p => (double)p!["part"]!)) + (double)why["friends"]!["part"]!;
        Assert.Equal((double)why["score"]!, sum, 1e-9);
        Assert.Equal((double)unplayed["score"]!, sum, 1e-5);
        Assert.Equal(2, (int)why["friends"]!["of"]!);
    }

    [Fact]
    public void Somebody_from_outside_has_no_friends_whatever_they_are_called()
    {
        using ScratchFolder folder = new();
        string home = Trained(folder), list = folder.Write("2", "a1\na2\na3\na4\na5\na6\n");
        foreach (string[] who in new[] { new[] { "--history", list }, ["--like", "a1", "--like", "a2"] })
        {
            Assert.Null(Json(["explain", "a7", .. who, "--home", home])["friends"]);
            Assert.DoesNotContain("friends-play", Json(["recommend", "artists", .. who, "--home", home]).ToJsonString());
        }

        Assert.NotNull(Json("explain", "a7", "--user", "2", "--like", "b1", "--home", home)["friends"]);
    }

    [Fact]
    public void Plays_alone_are_used_where_that_is_asked_for_or_nothing_else_is_there()
    {
        using ScratchFolder folder = new();
        string home = Trained(folder), plays = Path.Combine(folder.File("hetrec"), "user_artists.dat");
        JsonNode side = Json("recommend", "artists", "--user", "2", "--home", home);
        Assert.Equal("als", (string?)Json("train-als", "--factors", "8", "--plays-only", "--home", home)["kind"]);
        string plain = Json("recommend", "artists", "--user", "2", "--home", home)["items"]!.ToJsonString();
        Assert.NotEqual(side["items"]!.ToJsonString(), plain);
        Assert.Equal("als", (string?)Json("train-als", "--factors", "8", "--plays", plays, "--home", home)["kind"]);
        Assert.Equal(plain, Json("recommend", "artists", "--user", "2", "--home", home)["items"]!.ToJsonString());

        // The two options say the same as the folder does, and give the same model.
        string tags = Path.Combine(folder.File("hetrec"), "user_taggedartists.dat"), friends = Path.Combine(folder.File("hetrec"), "user_friends.dat");
        JsonNode options = Json("train-als", "--factors", "8", "--plays", plays, "--artist-tags", tags, "--friends", friends, "--home", home);
        Assert.Equal((string?)side["model"]!["als"], (string?)options["model"]);
        Assert.Equal("als+friends", (string?)Json("train-als", "--factors", "8", "--plays", plays, "--friends", friends, "--home", home)["kind"]);
    }

    [Fact]
    public void Evaluation_uses_what_training_would()
    {
        using ScratchFolder folder = new();
        string home = Trained(folder);
        Assert.Equal("als+tags+friends", (string?)Json("evaluate", "--model", "als", "--home", home)["model"]);
        Assert.Equal("als", (string?)Json("evaluate", "--model", "als", "--plays-only", "--home", home)["model"]);
    }

    [Fact]
    public void Wrong_files_and_damage_are_named()
    {
        using ScratchFolder folder = new();
        string home = Trained(folder), plays = Path.Combine(folder.File("hetrec"), "user_artists.dat"), other = folder.Write("other.dat", "userID\tfriendID\n900\t901\n");
        (int code, _, string error) = Cli.Run("train-als", "--plays", plays, "--artist-tags", plays, "--home", home);
        Assert.Equal(1, code);
        Assert.Contains("'Last.fm-2K tags of artists' is wanted here", error);
        (code, _, error) = Cli.Run("train-als", "--plays", plays, "--friends", other, "--home", home);
        Assert.Equal(1, code);
        Assert.Contains("other.dat: knows none of the listeners", error);
        Assert.Equal(2, Cli.Run("train-als", "--friends", other, "--plays-only", "--home", home).Code);
        Assert.Equal(2, Cli.Run("train-als", "--friends", Path.Combine(folder.File("hetrec"), "user_friends.dat"), "--objective", "classic", "--home", home).Code);
        Assert.Contains("nobody's plays", Cli.Run("data", "import", other, "--home", home).Error);

        string side = Assert.Single(Directory.GetFiles(Path.Combine(home, "models"), "side.safetensors", SearchOption.AllDirectories));
        byte[] bytes = File.ReadAllBytes(side);
        bytes[^3] ^= 1;
        File.WriteAllBytes(side, bytes);
        Assert.Contains(side, Cli.Run("recommend", "artists", "--user", "2", "--home", home).Error);

        // A model of before there were such files.
        File.Delete(side);
        Assert.Equal(0, Cli.Run("recommend", "artists", "--user", "2", "--home", home).Code);
    }

    private static string Trained(ScratchFolder folder)
    {
        string home = folder.File("home");
        Json("data", "import", HetRec(folder), "--home", home);
        Json("train-als", "--factors", "8", "--home", home);
        return home;
    }

    /// <summary>Even users play two thirds of a1.., odd ones of b1..; the last artist is played by nobody; friends are the two nearest of one's
    /// kind.</summary>
    private static string HetRec(ScratchFolder folder)
    {
        string path = folder.File("hetrec");
        Directory.CreateDirectory(path);
        StringBuilder plays = new("userID\tartistID\tweight\n"), names = new("id\tname\turl\tpictureURL\n"), tags = new("userID\tartistID\ttagID\tday\tmonth\tyear\n");
        StringBuilder friends = new("userID\tfriendID\n");
        for (int user = 2; user < 2 + Users; user++)
        {
            int first = user % 2 == 0 ? 1 : 1 + ArtistsOfEach;
            for (int a = 0; a < ArtistsOfEach; a++)
            {
                if ((user / 2 + a) % 3 != 0)
                    plays.Append($"{user}\t{first + a}\t{10 + a}\n");
                if (user < 8)
                    tags.Append($"{user}\t{first + a}\t{1 + user % 2}\t1\t4\t2009\n");
            }

            friends.Append($"{user}\t{2 + (user % Users)}\n");
        }

        for (int a = 0; a < ArtistsOfEach; a++)
            names.Append($"{1 + a}\ta{1 + a}\tx\tx\n{1 + ArtistsOfEach + a}\tb{1 + a}\tx\tx\n");
        names.Append("99\tNobody yet\tx\tx\n");
        tags.Append("2\t99\t1\t1\t4\t2009\n4\t99\t1\t1\t4\t2009\n");
        File.WriteAllText(Path.Combine(path, "user_artists.dat"), plays.ToString());
        File.WriteAllText(Path.Combine(path, "artists.dat"), names.ToString());
        File.WriteAllText(Path.Combine(path, "user_taggedartists.dat"), tags.ToString());
        File.WriteAllText(Path.Combine(path, "tags.dat"), "tagID\ttagValue\n1\tdreamy\n2\tloud\n");
        File.WriteAllText(Path.Combine(path, "user_friends.dat"), friends.ToString());
        return path;
    }

    private static JsonNode Json(params string[] args)
    {
        (int code, string output, string error) = Cli.Run([.. args, "--json"]);
        Assert.True(code == 0, error);
        return JsonNode.Parse(output)!;
    }
}
