using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Interactions;
using Segue.Recommending;

namespace Segue.Cli.Commands;

/// <summary>The pipeline; its subcommands are its two halves.</summary>
internal static class RecommendCommand
{
    private static readonly Option<double> s_taste = new Option<double>("--taste")
    {
        Description = "0 listens to the mood alone, 1 to taste alone",
        HelpName = "0..1",
        DefaultValueFactory = _ => new PipelineOptions().Taste,
    }.Between(0, 1);

    public static Command Create() => new Command("recommend", "A listener's artists -> their songs -> songs near them in mood: one ranking that explains every row")
        .With(ListenerOptions.All).With(MoodOptions.All).With(s_taste).With(FilterOptions.OfSongs)
        .With(RecommendArtistsCommand.Create(), RecommendSongsCommand.Create())
        .WithExamples(
            "segue recommend --user 2",
            "segue recommend --like \"Massive Attack\" --mood \"calm and dark\"",
            "segue recommend --user 2 --more-like \"Teardrop - Massive Attack\" --less-like Nickelback",
            "segue recommend --user 2 --taste 0.8 --diversity 0.3 --not-genre pop --json")
        .Runs(Run);

    private static void Run(Session session)
    {
        MoodModel mood = MoodModel.Load(session.Home);
        TasteModel taste = TasteModel.Load(session.Home);
        Profile profile = ListenerOptions.Profile(session, taste.Plays);
        WishMood? wish = MoodOptions.AnyIn(session) ? MoodOptions.Read(session, mood, session.Get(MoodOptions.Mood) ?? "") : null;
        Pipeline pipeline = new(taste.Model, taste.Plays, mood.Songs);
        PipelineOptions options = new()
        {
            Taste = session.Get(s_taste),
            ExcludeHeard = FilterOptions.Says(session, FilterOptions.ExcludeHeard, otherwise: true),
        };
        IReadOnlyList<SongRecommendation> items = pipeline.Recommend(
            profile, wish, options, FilterOptions.Filter(session, mood.Songs.Tracks), FilterOptions.Selection(session));
        Write(session, taste, mood, pipeline, profile, wish, items);
    }

    internal static void Write(
        Session session, TasteModel taste, MoodModel mood, Pipeline pipeline, Profile profile, WishMood? wish, IReadOnlyList<SongRecommendation> items)
    {
        (int joined, double share) = pipeline.Joined(profile);
        if (session.Json)
        {
            JsonObject asked = ListenerOptions.ToJson(session);
            if (wish is not null)
                asked["mood"] = wish.Text;
            session.WriteJson(new JsonObject
            {
                ["for"] = asked,
                ["model"] = new JsonObject { ["als"] = taste.Version, ["vdb"] = mood.Version },
                ["reading"] = wish?.ToJson(),
                ["joined"] = new JsonObject { ["artists"] = joined, ["ofArtists"] = profile.Artists.Length, ["playsShare"] = JsonShapes.Round(share) },
                ["items"] = new JsonArray([.. items.Select(i => (JsonNode?)Answers.ToJson(i, mood.Songs.Tracks))]),
            });
            return;
        }

        session.Say($"Songs for {ListenerOptions.Describe(session)}{(wish is null ? "" : $", \"{wish.Text}\"")}:");
        if (wish is not null)
            MoodOptions.WriteReading(session, wish);
        Answers.WriteTable(session, items, mood.Songs.Tracks);
        if (profile.Artists.Length > 0)
            session.Note($"{joined} of the listener's {profile.Artists.Length} artists ({share:0%} of the plays) have songs in the catalogue.");
    }
}
