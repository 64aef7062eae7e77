using System.Text.Json.Nodes;
using Segue.Catalogue;
using Segue.Recommending;
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
        AnswerTable table = new AnswerTable().Number("#").Strong("song").Text("artist").Number("score");
        foreach (string name in names)
            table.Number(name, isMinor: true);
        table.Reason("for");
        foreach (GroupRow row in answer.Rows)
        {
            table.Add(
                [
                    $"{row.Item.Rank}", tracks.Titles[row.Item.Track], string.Join(", ", tracks.ArtistNamesOf(row.Item.Track)),
                    $"{row.Item.Score:0.00}", .. row.Scores.Select(s => $"{s:0.00}"),
                ],
                For(row, names));
        }

        table.Write(session.Terminal);
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
