using Segue.Catalogue;

namespace Segue.Recommending;

/// <summary>Songs for a mood, without a listener: near a song, near several, or what a wish asks for.</summary>
internal static class SongRecommender
{
    /// <summary>How many of the best are kept for selection (caps, versions, diversity) a row wanted.</summary>
    private const int PoolFactor = 30;

    /// <summary>The same pool for every short answer, so that one is the beginning of another.</summary>
    private const long PoolMin = 2000;

    /// <param name="songs">The catalogue.</param>
    /// <param name="mood">What is asked.</param>
    /// <param name="filter">What may be recommended.</param>
    /// <param name="selection">How many, how varied.</param>
    /// <param name="exclude">Songs never to recommend, in any version: the ones asked for.</param>
    public static IReadOnlyList<SongRecommendation> Recommend(
        SongIndex songs, ISongMood mood, SongFilter filter, SelectionOptions selection, IReadOnlyCollection<int>? exclude = null)
    {
        Tracks tracks = songs.Tracks;
        bool[] allowed = filter.Allowed(tracks);
        foreach (int track in exclude ?? [])
            ExcludeSong(tracks, track, allowed);

        int pool = selection.Count == int.MaxValue ? tracks.Count : (int)Math.Min(tracks.Count, Math.Max(PoolMin, (long)selection.Count * PoolFactor));
        int[] candidates = [.. mood.Best(pool, allowed)];
        double[] scores = new double[candidates.Length];
        mood.Score(candidates, scores);
        SongLikeness likeness = new(songs);
        List<int> chosen = Selection.Choose(tracks, candidates, scores, selection, likeness.Of, songs.SongOf);
        return [.. chosen.Select((c, i) =>
            new SongRecommendation(i + 1, candidates[c], scores[c], new SongParts(0, scores[c], 0), mood.Reasons(candidates[c]))
                { Sources = CandidateSources.Mood, Wish = mood.Parts(candidates[c]) })];
    }

    /// <summary>Takes out a song in all its versions: other ids, remasters, live takes by the same artist.</summary>
    internal static void ExcludeSong(Tracks tracks, int track, bool[] allowed)
    {
        allowed[track] = false;
        ReadOnlySpan<int> artists = tracks.ArtistsOf[track];
        if (artists.Length == 0)
            return;
        string bare = SongTitle.Bare(tracks.Titles[track]);
        foreach (int other in tracks.TracksOfArtist[artists[0]])
        {
            if (SongTitle.Bare(tracks.Titles[other]) == bare)
                allowed[other] = false;
        }
    }
}
