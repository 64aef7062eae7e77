using Segue.Mood;

namespace Segue.Recommending;

/// <summary>A mood that songs can meet: a wish in words, or songs to be like.</summary>
internal interface ISongMood
{
    /// <summary>How well each track meets it, 0..1; comparable among tracks of one mood.</summary>
    void Score(ReadOnlySpan<int> tracks, Span<double> scores);

    /// <summary>The tracks that meet it best, best first, among those allowed.</summary>
    IReadOnlyList<int> Best(int count, bool[] allowed);

    /// <summary>Whether the mood rules the track out, however good it is otherwise: "no rap", "by nobody but Radiohead".</summary>
    bool Forbids(int track) => false;

    /// <summary>Whether the track is among those that meet a spoken wish well enough for a listener's taste to choose from; true where nothing is
    /// spoken.</summary>
    bool IsMetBy(int track) => true;

    /// <summary>Whether it says only what is not wanted: "no rap", "less like Coldplay". A listener's own moods go on to count then.</summary>
    bool OnlyRulesOut => false;

    /// <summary>The summands of how well the track meets a wish, in its own scale; empty where there are none to tell.</summary>
    IReadOnlyList<MoodPart> Parts(int track) => [];

    /// <summary>What speaks for the track, and what does not.</summary>
    IReadOnlyList<Reason> Reasons(int track);
}

/// <summary>"Like these songs": the mood of one song, of several together, or of a listener's many.</summary>
/// <param name="songs">The catalogue.</param>
/// <param name="seeds">Tracks to be like; at least one.</param>
/// <param name="toAll">True when a song should be like all of them, false when like any.</param>
internal sealed class SongsMood(SongIndex songs, IReadOnlyList<int> seeds, bool toAll) : ISongMood
{
    /// <summary>
    /// When not every song is looked at: neighbours of so many seeds are asked of the vector index, so many of each. A flat index reads all of its
    /// vectors for each seed; eight seeds of 24 cost a third and change candidates that other candidates outrank anyway.
    /// </summary>
    private const int SeedsAsked = 8, NeighborsPerSeed = 150;

    private readonly SongLikeness _likeness = new(songs);

    public void Score(ReadOnlySpan<int> tracks, Span<double> scores) => _likeness.ToSeeds([.. seeds], tracks, toAll, scores, new int[tracks.Length]);

    /// <summary>
    /// One or a few seeds: every allowed song is judged. Many (a listener's own songs): the neighbours of the first few in the vector index only,
    /// which costs a tenth and misses little, because they are judged among other candidates anyway.
    /// </summary>
    public IReadOnlyList<int> Best(int count, bool[] allowed)
    {
        int[] candidates = seeds.Count <= 3
            ? [.. Enumerable.Range(0, songs.Tracks.Count).Where(t => allowed[t] && !seeds.Contains(t))]
            : [.. seeds.Take(SeedsAsked).SelectMany(s => songs.Neighbors(s, NeighborsPerSeed)).Where(t => allowed[t] && !seeds.Contains(t)).Distinct().Order()];
        double[] scores = new double[candidates.Length];
        Score(candidates, scores);
        int[] order = [.. Enumerable.Range(0, candidates.Length)];
        Array.Sort(order, (a, b) => scores[a] != scores[b] ? scores[b].CompareTo(scores[a]) : candidates[a].CompareTo(candidates[b]));
        return [.. order.Take(count).Select(o => candidates[o])];
    }

    public IReadOnlyList<Reason> Reasons(int track)
    {
        double[] likeness = new double[1];
        int[] nearest = new int[1];
        _likeness.ToSeeds([.. seeds], [track], toAll: false, likeness, nearest);
        return [new Reason(ReasonKind.FeelsLike, Song: songs.Tracks.DisplayName(nearest[0]), Part: likeness[0])];
    }
}
