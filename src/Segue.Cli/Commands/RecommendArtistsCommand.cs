using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Catalogue;
using Segue.Interactions;
using Segue.Recommending;

namespace Segue.Cli.Commands;

/// <summary>Artists for a listener.</summary>
internal static class RecommendArtistsCommand
{
    public static Command Create() => new Command("artists", "Artists for a listener, each with the artists of the history that speak for it")
        .With(ListenerOptions.All).With(FilterOptions.OfArtists)
        .WithExamples(
            "segue recommend artists --user 2",
            "segue recommend artists --like \"Massive Attack\" --like Morcheeba --dislike Coldplay",
            "segue recommend artists --history my_artists.txt -n 20 --json")
        .Runs(Run);

    private static void Run(Session session)
    {
        TasteModel taste = TasteModel.LoadWithSongs(session.Home);
        Profile profile = ListenerOptions.Profile(session, taste.Plays);
        ArtistOptions options = new()
        {
            Count = FilterOptions.CountOf(session),
            ExcludeHeard = FilterOptions.Says(session, FilterOptions.ExcludeHeard, otherwise: true),
            Allowed = Allowed(session, taste.Plays.Artists),
        };
        IReadOnlyList<ArtistRecommendation> items = ArtistRecommender.Recommend(taste.Model, taste.Plays, profile, options);
        if (session.Json)
        {
            session.WriteJson(new JsonObject
            {
                ["for"] = ListenerOptions.ToJson(session),
                ["model"] = new JsonObject { ["als"] = taste.Version },
                ["warnings"] = JsonShapes.Strings(profile.Unknown.Select(name => ListenerOptions.Warning(name, taste.Plays.Artists))),
                ["items"] = new JsonArray([.. items.Select(i => (JsonNode?)Answers.ToJson(i, taste.Plays.Artists))]),
            });
            return;
        }

        session.Say($"Artists for {ListenerOptions.Describe(session)}{(profile.Artists.Length > 0 ? $" ({profile.Artists.Length} artists heard)" : "")}:");
        Answers.WriteTable(session, items, taste.Plays.Artists);
    }

    private static bool[]? Allowed(Session session, Artists artists)
    {
        bool byName = session.Has(FilterOptions.NotArtist), bySongs = FilterOptions.AskOfSongs(session);
        if (!byName && !bySongs)
            return null;
        bool[] allowed = new bool[artists.Count];
        Array.Fill(allowed, !bySongs);
        if (bySongs)
        {
            // An artist passes when one of their songs does.
            Tracks tracks = MoodModel.Load(session.Home).Songs.Tracks;
            bool[] songs = (FilterOptions.Filter(session, tracks) with { NotArtists = [] }).Allowed(tracks);
            for (int a = 0; a < tracks.ArtistNames.Count; a++)
            {
                if (tracks.TracksOfArtist[a].ToArray().Any(t => songs[t]) && artists.ByName.Find(tracks.ArtistNames[a]) is >= 0 and var artist)
                    allowed[artist] = true;
            }
        }

        foreach (string name in session.Get(FilterOptions.NotArtist))
            allowed[artists.Resolve(name)] = false;
        return allowed;
    }
}
