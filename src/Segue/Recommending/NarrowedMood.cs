namespace Segue.Recommending;

/// <summary>A listener's own moods, narrowed by a wish that says only what is not wanted: "no rap", "less like Coldplay".</summary>
/// <param name="own">What the listener likes.</param>
/// <param name="wish">What is not wanted (<see cref="ISongMood.OnlyRulesOut"/>): it fits the better the further a song keeps away.</param>
internal sealed class NarrowedMood(ISongMood own, ISongMood wish) : ISongMood
{
    /// <summary>(own + s · wish) / (1 + s), s as a dislike weighs: both say what to keep away from.</summary>
    public void Score(ReadOnlySpan<int> tracks, Span<double> scores)
    {
        double[] kept = new double[tracks.Length];
        wish.Score(tracks, kept);
        own.Score(tracks, scores);
        for (int t = 0; t < tracks.Length; t++)
            scores[t] = (scores[t] + RepelledMood.Strength * kept[t]) / (1 + RepelledMood.Strength);
    }

    public IReadOnlyList<int> Best(int count, bool[] allowed) => own.Best(count, allowed);

    public bool Forbids(int track) => wish.Forbids(track);

    public IReadOnlyList<Reason> Reasons(int track) => [.. own.Reasons(track), .. wish.Reasons(track)];
}
