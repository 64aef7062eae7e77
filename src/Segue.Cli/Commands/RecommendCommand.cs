using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Catalogue;
using Segue.Interactions;
using Segue.Recommending;

namespace Segue.Cli.Commands;

/// <summary>The pipeline; its subcommands are its two halves.</summary>
internal static class RecommendCommand
{
    private static readonly Option<double> s_taste = new Option<double>("--taste")
    {
        Description = $"0 listens to the mood alone, 1 to taste alone (default: {PipelineOptions.TasteWithOwnMood}, with a wish {PipelineOptions.TasteWithWish})",
        HelpName = "0..1",
    }.Between(0, 1);

    private static readonly Option<double> s_discovery = new Option<double>("--discovery")
    {
        Description = "0 prefers the known of songs that fit alike; towards 1 songs that few know",
        HelpName = "0..1",
        DefaultValueFactory = _ => 0,
    }.Between(0, 1);

    /// <summary>How the sides are weighed, for every command that asks the pipeline.</summary>
    public static readonly Option[] Weights = [s_taste, s_discovery];

    public static Command Create() => new Command("recommend", "A listener's artists -> their songs -> songs near them in mood: one ranking that explains every row")
        .With(ListenerOptions.All).With(MoodOptions.All).With(Weights).With(FilterOptions.OfSongs)
        .With(RecommendArtistsCommand.Create(), RecommendSongsCommand.Create())
        .WithExamples(
            "segue recommend --user 2",
            "segue recommend --like \"Massive Attack\" --mood \"calm and dark\"",
            "segue recommend --user 2 --user 7 --mood party                    # for both, and how well each is served",
            "segue recommend --user 2 --more-like \"Teardrop - Massive Attack\" --less-like Nickelback",
            "segue recommend --user 2 --discovery 0.5 --diversity 0.3          # songs that few know, that differ",
            "segue recommend --user 2 --taste 0.8 --dislike Coldplay --not-genre pop --json")
        .Runs(Run);

    private static void Run(Session session)
    {
        MoodModel mood = MoodModel.Load(session.Home);
        TasteModel taste = TasteModel.Load(session.Home).With(mood.Songs);
        WishMood? wish = MoodOptions.AnyIn(session) ? MoodOptions.Read(session, mood, session.Get(MoodOptions.Mood) ?? "") : null;
        if (ListenerOptions.IsGroup(session))
        {
            (IReadOnlyList<string> names, GroupAnswer answer) = GroupAnswers.Recommend(
                session, taste, mood, wish, OptionsOf(session), FilterOptions.Selection(session));
            GroupAnswers.Write(session, taste, mood, wish, names, answer);
            return;
        }

        Profile profile = ListenerOptions.Profile(session, taste.Plays);
        Pipeline pipeline = new(taste.Model, taste.Plays, mood.Songs);
        IReadOnlyList<SongRecommendation> items = pipeline.Recommend(
            profile, wish, OptionsOf(session), FilterOptions.Filter(session, mood.Songs.Tracks), FilterOptions.Selection(session));
        Write(session, taste, mood, pipeline, profile, wish, items);
    }

    /// <summary>What the options say; a command that does not offer one of them has its default.</summary>
    internal static PipelineOptions OptionsOf(Session session)
    {
        PipelineOptions defaults = new();
        return defaults with
        {
            Taste = session.Has(s_taste) ? session.Get(s_taste) : defaults.Taste,
            Discovery = session.Has(s_discovery) ? session.Get(s_discovery) : defaults.Discovery,
            ExcludeHeard = FilterOptions.Says(session, FilterOptions.ExcludeHeard, otherwise: true),
        };
    }

    internal static void Write(
        Session session, TasteModel taste, MoodModel mood, Pipeline pipeline, Profile profile, WishMood? wish, IReadOnlyList<SongRecommendation> items)
    {
        (int joined, double share) = pipeline.Joined(profile);
        if (session.Json)
        {
            JsonObject json = Answers.HeadOf(session, taste, mood, wish);
            json["moods"] = wish is null or { OnlyRulesOut: true } && profile.Artists.Length > 0 ? MoodsOf(pipeline.Moods(profile), mood.Songs.Tracks) : null;
            json["warnings"] = JsonShapes.Strings(profile.Unknown.Select(name => ListenerOptions.Warning(name, taste.Plays.Artists)));
            json["joined"] = new JsonObject { ["artists"] = joined, ["ofArtists"] = profile.Artists.Length, ["playsShare"] = JsonShapes.Round(share) };
            json["items"] = new JsonArray([.. items.Select(i => (JsonNode?)Answers.ToJson(i, mood.Songs.Tracks))]);
            session.WriteJson(json);
            return;
        }

        session.Say($"Songs for {ListenerOptions.Describe(session)}{(wish is null ? "" : $", \"{wish.Text}\"")}:");
        if (wish is not null)
            MoodOptions.WriteReading(session, wish);
        if (wish is null or { OnlyRulesOut: true } && pipeline.Moods(profile) is { Count: > 0 } moods)
            session.Say($"Mood of the listener: {string.Join("; ", moods.OrderByDescending(m => m.Share).Select(m => Describe(m, mood.Songs.Tracks)))}");
        Answers.WriteTable(session, items, mood.Songs.Tracks);
        if (profile.Artists.Length > 0)
            session.Note($"{joined} of the listener's {profile.Artists.Length} artists ({share:0%} of the plays) have songs in the catalogue.");
    }

    /// <summary>"60% calm and sad, like Teardrop - Massive Attack".</summary>
    private static string Describe(MoodCenter mood, Tracks tracks) =>
        $"{mood.Share:0%} {(mood.Feel.Length > 0 ? mood.Feel + ", " : "")}like {tracks.DisplayName(mood.Song)}";

    private static JsonArray MoodsOf(IReadOnlyList<MoodCenter> moods, Tracks tracks) => [.. moods.OrderByDescending(m => m.Share).Select(m => (JsonNode?)new JsonObject
    {
        ["share"] = JsonShapes.Round(m.Share),
        ["feel"] = m.Feel,
        ["song"] = tracks.DisplayName(m.Song),
        ["trackId"] = tracks.Ids[m.Song],
        ["songs"] = JsonShapes.Strings(m.Songs.Select(tracks.DisplayName)),
    })];
}
