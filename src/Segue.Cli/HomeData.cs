using System.Text.Json.Nodes;
using Segue.Catalogue;
using Segue.Import;
using Segue.Interactions;
using Segue.ModelFiles;

namespace Segue.Cli;

/// <summary>What an import leaves in the home folder, and how it is told.</summary>
internal static class HomeData
{
    /// <summary>Writes what there is as new versions. The same data again is the same version: nothing changes.</summary>
    public static JsonObject Save(SegueHome home, Plays? plays, Tracks? tracks, SideInformation? side = null)
    {
        JsonObject saved = [];
        if (plays is not null)
        {
            JsonObject sizes = new() { ["users"] = plays.UserIds.Count, ["artists"] = plays.Artists.Count, ["nonzeros"] = plays.Counts.Nonzeros };
            AddSizes(sizes, side);
            ModelCard card = new() { Kind = "plays", Data = DataFiles.Fingerprint(plays), Metrics = sizes };
            string version = home.PlaysData.Write(card, folder =>
            {
                DataFiles.SavePlays(plays, Path.Combine(folder, DataFiles.PlaysName));
                if (side is not null)
                    SideFiles.SaveInformation(side, folder);
            });
            saved["plays"] = With(sizes, version);
        }

        if (tracks is not null)
        {
            JsonObject sizes = new() { ["tracks"] = tracks.Count, ["artists"] = tracks.ArtistNames.Count, ["genres"] = tracks.GenreNames.Count };
            ModelCard card = new() { Kind = "tracks", Data = DataFiles.Fingerprint(tracks), Metrics = sizes };
            string version = home.TracksData.Write(card, folder => DataFiles.SaveTracks(tracks, Path.Combine(folder, DataFiles.TracksName)));
            saved["tracks"] = With(sizes, version);
        }

        return saved;
    }

    /// <summary>One line a kind of data.</summary>
    public static void Say(Session session, JsonObject found)
    {
        if (found["plays"] is JsonObject plays)
            session.Say($"plays     {Number(plays, "users")} listeners, {Number(plays, "artists")} artists, {Number(plays, "nonzeros")} pairs{VersionOf(plays)}");
        if (found["plays"]?["taggings"] is not null || found["plays"]?["friendships"] is not null)
        {
            JsonObject all = found["plays"]!.AsObject();
            session.Say("          with " + string.Join(" and ", new[] { ("taggings", "tags of artists"), ("friendships", "friendships of listeners") }
                .Where(k => all[k.Item1] is not null).Select(k => $"{Number(all, k.Item1)} {k.Item2}")));
        }

        if (found["tracks"] is JsonObject tracks)
            session.Say($"tracks    {Number(tracks, "tracks")} tracks, {Number(tracks, "artists")} artists, {Number(tracks, "genres")} genres{VersionOf(tracks)}");
        if (found["history"] is JsonObject history)
        {
            session.Say($"history   {Number(history, "plays")} plays and {Number(history, "skips")} skips "
                + $"of {Number(history, "artists")} artists, last {history["last"]}");
        }
    }

    /// <summary>What was found, before or without saving it.</summary>
    public static JsonObject Describe(Imported found)
    {
        JsonObject described = [];
        if (found.Plays is { } plays)
        {
            JsonObject sizes = new() { ["users"] = plays.UserIds.Count, ["artists"] = plays.Artists.Count, ["nonzeros"] = plays.Counts.Nonzeros };
            AddSizes(sizes, found.Side);
            described["plays"] = sizes;
        }

        if (found.Tracks is { } tracks)
            described["tracks"] = new JsonObject { ["tracks"] = tracks.Count, ["artists"] = tracks.ArtistNames.Count, ["genres"] = tracks.GenreNames.Count };
        if (found.History is { } history)
            described["history"] = Describe(history);
        return described;
    }

    public static JsonObject Describe(History history) => new()
    {
        ["plays"] = (long)history.Listens.Sum(l => (double)l.Plays),
        ["skips"] = (long)history.Listens.Count(l => l.Skipped),
        ["artists"] = history.Listens.Select(l => NameKey.Of(l.Artist)).Distinct(StringComparer.Ordinal).Count(),
        ["last"] = history.LastPlayed?.ToString("yyyy-MM-dd") ?? "unknown",
    };

    private static void AddSizes(JsonObject sizes, SideInformation? side)
    {
        if (side is { Taggings.Count: > 0 })
            sizes["taggings"] = side.Taggings.Count;
        if (side?.Friends is { } friends)
            sizes["friendships"] = friends.Nonzeros / 2;
    }

    private static JsonObject With(JsonObject sizes, string version)
    {
        JsonObject all = (JsonObject)sizes.DeepClone();
        all["version"] = version;
        return all;
    }

    private static string Number(JsonObject of, string name) => long.Parse(of[name]!.ToString()).ToString("N0");

    private static string VersionOf(JsonObject of) => of["version"] is { } version ? $"  -> version {version}" : "";
}
