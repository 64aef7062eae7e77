using System.Text.Json.Nodes;
using Segue.Catalogue;
using Segue.Recommending;
using Spectre.Console;
using Profile = Segue.Interactions.Profile;

namespace Segue.Cli;

/// <summary>Songs for several listeners: asked for by repeating --user or --history, told with how well each is served.</summary>
internal static class GroupAnswers
{
    /// <summary>The group's answer, and the listeners in the order of its scores.</summary>
    public static (IReadOnlyList<string> Names, GroupAnswer Answer) Recommend(
        Session session, TasteModel taste, MoodModel mood, WishMood? wish, PipelineOptions options, SelectionOptions selection)
    {
        if (selection.Count == int.MaxValue)
            throw new WrongUsageException("several listeners get so many songs as -n says, not 'all'");
        IReadOnlyList<(string Name, Profile Profile)> listeners = ListenerOptions.Group(session, taste.Plays);
        Pipeline pipeline = new(taste.Model, taste.Plays, mood.Songs);
        SongFilter filter = FilterOptions.Filter(session, mood.Songs.Tracks);
        return ([.. listeners.Select(l => l.Name)],
            GroupRecommender.Recommend(pipeline, mood.Songs, [.. listeners.Select(l => l.Profile)], wish, options, filter, selection));
    }

    public static void Write(Session session, TasteModel taste, MoodModel mood, WishMood? wish, IReadOnlyList<string> names, GroupAnswer answer)
    {
        Tracks tracks = mood.Songs.Tracks;
        if (session.Json)
        {
            JsonObject json = Answers.HeadOf(session, taste, mood, wish);
            json["listeners"] = new JsonArray([.. names.Select((name, l) => (JsonNode?)new JsonObject
            {
                ["listener"] = name,
                ["satisfaction"] = JsonShapes.Round(answer.Satisfaction[l]),
                ["rows"] = answer.Rows.Count(r => r.For.Contains(l)),
            })]);
            json["items"] = new JsonArray([.. answer.Rows.Select(r => (JsonNode?)ToJson(r, names, tracks))]);
            session.WriteJson(json);
            return;
        }

        session.Say($"Songs for {string.Join(" and ", names)} together{(wish is null ? "" : $", \"{wish.Text}\"")}:");
        if (wish is not null)
            MoodOptions.WriteReading(session, wish);
        Table table = new() { Border = TableBorder.Simple, UseSafeBorder = false };
        table.AddColumn(new TableColumn("#").RightAligned()).AddColumn("song").AddColumn("artist").AddColumn(new TableColumn("score").RightAligned());
        foreach (string name in names)
            table.AddColumn(new TableColumn(new Text(name)).RightAligned());
        table.AddColumn("for");
        foreach (GroupRow row in answer.Rows)
        {
            table.AddRow(
            [
                new Text($"{row.Item.Rank}"), new Text(Answers.Clean(tracks.Titles[row.Item.Track]), new Style(decoration: Decoration.Bold)),
                new Text(Answers.Clean(string.Join(", ", tracks.ArtistNamesOf(row.Item.Track)))), new Text($"{row.Item.Score:0.00}"),
                .. row.Scores.Select(s => new Text($"{s:0.00}")), new Text(For(row, names)),
            ]);
        }

        session.Terminal.Ansi().Write(table);
        for (int l = 0; l < names.Count; l++)
        {
            int rows = answer.Rows.Count(r => r.For.Contains(l));
            session.Say($"{names[l]} is served to {answer.Satisfaction[l]:0%} of the best list for them alone; {rows} songs are for them.");
        }
    }

    private static string For(GroupRow row, IReadOnlyList<string> names) => row.For.Count == names.Count ? "all" : string.Join(", ", row.For.Select(l => names[l]));

    private static JsonObject ToJson(GroupRow row, IReadOnlyList<string> names, Tracks tracks)
    {
        JsonObject json = Answers.ToJson(row.Item, tracks);
        JsonObject scores = [];
        for (int l = 0; l < names.Count; l++)
            scores[names[l]] = JsonShapes.Round(row.Scores[l]);
        json["scores"] = scores;
        json["servedListeners"] = JsonShapes.Strings(row.For.Select(l => names[l]));
        return json;
    }
}
