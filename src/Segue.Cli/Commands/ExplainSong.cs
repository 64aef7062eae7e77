using System.Text.Json.Nodes;
using Segue.Catalogue;
using Segue.Recommending;
using Spectre.Console;
using Profile = Segue.Interactions.Profile;

namespace Segue.Cli.Commands;

/// <summary>Why a song stands where it stands for a listener: its parts, its reasons, and where it would stand if things were otherwise.</summary>
internal static class ExplainSong
{
    /// <summary>Without how many artists a song is ranked anew, unless -n says otherwise.</summary>
    private const int ArtistsTried = 4;

    public static void Run(Session session, string song)
    {
        MoodModel mood = MoodModel.Load(session.Home);
        TasteModel taste = TasteModel.Load(session.Home).With(mood.Songs);
        Tracks tracks = mood.Songs.Tracks;
        Profile profile = ListenerOptions.Profile(session, taste.Plays);
        WishMood? wish = MoodOptions.AnyIn(session) ? MoodOptions.Read(session, mood, session.Get(MoodOptions.Mood) ?? "") : null;
        SongExplanation why = new Pipeline(taste.Model, taste.Plays, mood.Songs).Explain(
            profile, wish, RecommendCommand.OptionsOf(session), new SongFilter(), SongNames.Resolve(tracks, song),
            session.Has(ExplainCommand.Count) ? session.Get(ExplainCommand.Count) : ArtistsTried);
        if (session.Json)
            session.WriteJson(ToJson(session, taste, mood, wish, why));
        else
            Show(session, tracks, wish, why);
    }

    private static void Show(Session session, Tracks tracks, WishMood? wish, SongExplanation why)
    {
        session.Say($"{tracks.DisplayName(why.Track)} for {ListenerOptions.Describe(session)}{(wish is null ? "" : $", \"{wish.Text}\"")}: "
            + $"score {why.Score:0.000}, number {why.Rank:N0} of {why.Of:N0} songs{(why.LeftOut is null ? "." : $"; left out of answers: {why.LeftOut}.")}");
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumn("part").AddColumn(new TableColumn("adds").RightAligned());
        foreach ((string name, double value) in Answers.PartsOf(why.Parts))
            table.AddRow(new Text(name), new Text($"{value:0.0000}"));
        table.AddRow(new Text("sum = score"), new Text($"{why.Score:0.0000}"));
        session.Terminal.Ansi().Write(table);
        foreach (Reason reason in why.Reasons)
            session.Say($"  {reason}");
        foreach (SongCounterfactual other in why.Counterfactuals)
        {
            string what = other.Without switch { "artist" => other.Name, "dislike" => $"the dislike of {other.Name}", _ => $"\"{other.Name}\"" };
            session.Say($"  without {what} this would be number {other.Rank:N0} ({other.Score:0.000})");
        }
    }

    private static JsonObject ToJson(Session session, TasteModel taste, MoodModel mood, WishMood? wish, SongExplanation why)
    {
        JsonObject asked = ListenerOptions.ToJson(session);
        if (wish is not null)
            asked["mood"] = wish.Text;
        SongRecommendation row = new(why.Rank, why.Track, why.Score, why.Parts, why.Reasons) { Sources = why.Sources };
        JsonObject json = Answers.ToJson(row, mood.Songs.Tracks);
        json.Insert(0, "for", asked);
        json.Insert(1, "model", new JsonObject { ["als"] = taste.Version, ["vdb"] = mood.Version });
        json["of"] = why.Of;
        json["leftOut"] = why.LeftOut;
        json["without"] = new JsonArray([.. why.Counterfactuals.Select(c => (JsonNode?)new JsonObject
        {
            ["kind"] = c.Without,
            ["name"] = c.Name,
            ["score"] = JsonShapes.Round(c.Score),
            ["rank"] = c.Rank,
        })]);
        return json;
    }
}
