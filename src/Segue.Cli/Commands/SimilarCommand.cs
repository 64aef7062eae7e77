using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Factorization;
using Segue.Recommending;

namespace Segue.Cli.Commands;

/// <summary>Neighbours: artists that the same people play, songs that feel alike.</summary>
internal static class SimilarCommand
{
    private static readonly Argument<string> s_artist = new("name") { Description = "The artist's name", HelpName = "NAME" };
    private static readonly Option<bool> s_centered = new("--niche")
    {
        Description = "Correct for popularity: what is special about the artist rather than what is common",
    };
    private static readonly Argument<string> s_song = new("song") { Description = "TITLE - ARTIST, or a title", HelpName = "SONG" };

    public static Command Create() => new Command("similar", "Artists or songs like one that you name")
        .With(Artist(), Song());

    private static Command Artist() => new Command("artist", "Artists played by the same people")
        .With(s_artist, FilterOptions.Count, s_centered)
        .WithExamples("segue similar artist \"Massive Attack\"", "segue similar artist Morcheeba -n 20 --niche")
        .Runs(session =>
        {
            TasteModel taste = TasteModel.LoadWithSongs(session.Home);
            int artist = taste.Plays.Artists.Resolve(session.Get(s_artist));
            int count = Math.Min(FilterOptions.CountOf(session), taste.Plays.Artists.Count - 1);
            IReadOnlyList<AlsNeighbor> near = taste.Als.SimilarArtists(artist, count, new AlsSimilarityOptions(Centered: session.Get(s_centered)));
            ArtistRecommendation[] items = [.. near.Select((n, i) => new ArtistRecommendation(i + 1, n.Index, n.Similarity, []))];
            if (session.Json)
            {
                session.WriteJson(new JsonObject
                {
                    ["for"] = new JsonObject { ["artist"] = taste.Plays.Artists.Names[artist] },
                    ["model"] = new JsonObject { ["als"] = taste.Version },
                    ["items"] = new JsonArray([.. items.Select(i => (JsonNode?)Answers.ToJson(i, taste.Plays.Artists))]),
                });
                return;
            }

            session.Say($"Artists like {taste.Plays.Artists.Names[artist]}:");
            Answers.WriteTable(session, items, taste.Plays.Artists);
        });

    private static Command Song() => new Command("song", "Songs that feel alike; other versions of the song itself are left out")
        .With(s_song).With(FilterOptions.OfSongs)
        .WithExamples("segue similar song \"Creep - Radiohead\"", "segue similar song \"Clair de lune\" --max-popularity 40")
        .Runs(session => RecommendSongsCommand.LikeSongs(session, [session.Get(s_song)], []));
}
