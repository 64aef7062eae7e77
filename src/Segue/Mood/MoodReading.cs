using Segue.Catalogue;

namespace Segue.Mood;

/// <summary>
/// A reading as tables and JSON show it: plain strings and numbers. <see cref="Of"/> describes the wish, <see cref="ReasonsOf"/> one answer to it.
/// </summary>
/// <param name="Summary">The reading in one line.</param>
/// <param name="Language">The language most of the words belong to.</param>
/// <param name="Asks">What was asked of the songs, the strongest first.</param>
/// <param name="Genres">The words that named genres.</param>
/// <param name="Excluded">What must not be there.</param>
/// <param name="Guessed">Unknown words and how they were read: "melancolic → melancholic".</param>
/// <param name="NotUnderstood">Words that meant nothing.</param>
/// <param name="Notes">Contradictions and whatever else a person should know.</param>
internal sealed record MoodReading(
    string Summary,
    string Language,
    IReadOnlyList<MoodAsk> Asks,
    IReadOnlyList<string> Genres,
    IReadOnlyList<string> Excluded,
    IReadOnlyList<string> Guessed,
    IReadOnlyList<string> NotUnderstood,
    IReadOnlyList<string> Notes)
{
    public static MoodReading Of(Wish wish) => new(
        wish.ToString(),
        wish.Language,
        [
            .. wish.Wants.Select(w => new MoodAsk(MoodFeatures.EndOf(w.Feature, w.Weight), w.Feature, Math.Round(w.Weight, 2), w.Phrases)),
            .. wish.Ranges.Select(r => new MoodAsk(r.ToString(), r.Feature, FeatureTarget.Weight, [r.ToString()])),
        ],
        [.. wish.Genres.Select(g => g.Phrase)],
        [.. wish.ExcludedGenres.Select(e => e.Genre), .. wish.References.Where(r => r.Use is Use.Exclude or Use.Avoid).Select(r => r.Name)],
        [.. wish.Guessed.Select(g => $"{g.Word} → {string.Join(", ", g.ReadAs)}")],
        wish.NotUnderstood,
        wish.Notes);

    /// <summary>
    /// What a song met of the wish and what it did not, each the heaviest first: (["slow", "sad", "jazz"], ["instrumental"]). What is only typical of
    /// a genre is left out.
    /// </summary>
    public static (IReadOnlyList<string> Met, IReadOnlyList<string> Missed) ReasonsOf(MoodScorer scorer, Wish wish, int track)
    {
        MoodPart[] parts = [.. scorer.Explain(wish, track).Where(p => p.Kind is not MoodPartKind.TypicalOfGenre)];
        return ([.. parts.Where(p => p.IsMet).Select(p => p.Label)], [.. parts.Where(p => !p.IsMet && p.Kind != MoodPartKind.Region).Select(p => p.Label)]);
    }
}

/// <summary>One ask of a wish.</summary>
/// <param name="Label">"slow", "tempo=90..110".</param>
/// <param name="Weight">About 0.2..2; negative asks for the low end.</param>
internal sealed record MoodAsk(string Label, AudioFeature Feature, double Weight, IReadOnlyList<string> Phrases);
