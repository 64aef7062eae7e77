using Segue.Factorization;
using Segue.Interactions;
using Segue.Numerics;
using Segue.Recommending;

namespace Segue.Evaluation;

/// <summary>The ways to recommend that a backtest compares.</summary>
internal static class BacktestMethods
{
    /// <summary>Ways that rank artists: the taste model, what most listeners play, and chance.</summary>
    /// <param name="taste">Trained without the listener.</param>
    /// <param name="community">The plays it was trained on.</param>
    public static IReadOnlyList<BacktestMethod> OfArtists(IExplainedTaste taste, CsrMatrix community, int seed = 1) =>
    [
        OfModel("artists", $"the taste model alone ({taste.Name}), every artist a candidate", taste),
        OfModel("popularity", "what most listeners play", new Popularity(community)),
        OfModel("random", "chance", new RandomRanking(community.Columns, seed)),
    ];

    /// <summary>
    /// Ways that recommend songs: the pipeline, and the pipeline with the mood or the taste taken out. A song stands for its first artist that the
    /// plays know, and each artist has one song, so that the lists can be compared with those of artists.
    /// </summary>
    public static IReadOnlyList<BacktestMethod> OfSongs(IExplainedTaste taste, Plays community, SongIndex songs)
    {
        Pipeline pipeline = new(taste, community, songs);
        return
        [
            OfPipeline("pipeline", "songs by taste and the mood of what was played", new PipelineOptions()),
            OfPipeline("without mood", "the same with --taste 1", new PipelineOptions { Taste = 1 }),
            OfPipeline("mood alone", "the same with --taste 0", new PipelineOptions { Taste = 0 }),
        ];

        BacktestMethod OfPipeline(string name, string meaning, PipelineOptions options) => new(name, meaning,
            artist => songs.Tracks.ByArtistName.FindAll(community.Artists.Names[artist]).Count > 0,
            (profile, depth) =>
            {
                SelectionOptions selection = new() { Count = depth, MaxPerArtist = 1 };
                IReadOnlyList<SongRecommendation> items = pipeline.Recommend(profile, null, options, new SongFilter(), selection);
                HashSet<int> seen = [.. profile.Artists];
                return [.. items.Select(i => songs.Tracks.ArtistsOf[i.Track].ToArray().Select(pipeline.PlayedArtist).FirstOrDefault(a => a >= 0, -1))
                    .Where(a => a >= 0 && seen.Add(a))];
            });
    }

    private static BacktestMethod OfModel(string name, string meaning, ITasteModel model) => new(name, meaning, artist => artist < model.ArtistCount, (profile, depth) =>
    {
        float[] scores = new float[model.ArtistCount];
        model.Score(profile, scores);
        Best best = new(Math.Min(depth, scores.Length - profile.Artists.Length));
        for (int artist = 0; artist < scores.Length; artist++)
        {
            if (Array.BinarySearch(profile.Artists, artist) < 0)
                best.Offer(new Scored(artist, scores[artist]));
        }

        return [.. best.Drain().Select(s => s.Index)];
    });
}
