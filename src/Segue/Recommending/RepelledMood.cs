namespace Segue.Recommending;

/// <summary>A mood that also keeps away from some songs, those of disliked artists.</summary>
/// <param name="mood">What is wanted; null for nothing but to keep away.</param>
/// <param name="songs">The catalogue.</param>
/// <param name="away">Songs to be unlike, at least one.</param>
internal sealed class RepelledMood(ISongMood? mood, SongIndex songs, IReadOnlyList<int> away) : ISongMood
{
    /// <summary>
    /// What a dislike weighs against the mood itself: a song that is as like the disliked as songs get falls by about as much as the median song is
    /// behind the best. A guess; more would empty a whole genre for one artist.
    /// </summary>
    public const double Strength = 0.3;

    private readonly SongLikeness _likeness = new(songs);

    /// <summary>(mood + s · (1 − likeness to the nearest song to keep away from)) / (1 + s).</summary>
    public void Score(ReadOnlySpan<int> tracks, Span<double> scores)
    {
        double[] likeness = new double[tracks.Length];
        _likeness.ToSeeds([.. away], tracks, toAll: false, likeness, new int[tracks.Length]);
        if (mood is null)
            scores[..tracks.Length].Fill(1);
        else
            mood.Score(tracks, scores);
        for (int t = 0; t < tracks.Length; t++)
            scores[t] = (scores[t] + Strength * (1 - likeness[t])) / (1 + Strength);
    }

    public IReadOnlyList<int> Best(int count, bool[] allowed) => mood?.Best(count, allowed) ?? [];

    public bool IsMetBy(int track) => mood?.IsMetBy(track) != false;

    public bool Forbids(int track) => mood?.Forbids(track) == true;

    public IReadOnlyList<Reason> Reasons(int track) => mood?.Reasons(track) ?? [];
}
