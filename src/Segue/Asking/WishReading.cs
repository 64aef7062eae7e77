using Segue.Mood;
using Segue.Recommending;

namespace Segue.Asking;

/// <summary>How a wish was read, in plain words and numbers.</summary>
/// <param name="Summary">In one line: "sad and calm: 'sad', 'rainy night'; genre: none; not: 'vocals'".</param>
/// <param name="Language">The language most of the words belong to: "en", "es", "de", "fr", "it" or "pt".</param>
/// <param name="Features">What was asked of audio features, the strongest first.</param>
/// <param name="Ranges">Ranges of features: "tempo=90..110".</param>
/// <param name="Genres">The words that named genres.</param>
/// <param name="NotGenres">Genres that must not be there.</param>
/// <param name="Like">Songs and artists to be like.</param>
/// <param name="Unlike">Songs and artists to keep away from.</param>
/// <param name="Negated">Phrases that were understood as a negation.</param>
/// <param name="Guessed">Unknown words and how they were read: "melancolic → melancholic".</param>
/// <param name="NotUnderstood">Words that meant nothing.</param>
/// <param name="Concepts">What was read as a genre, place, era, voice, instrument, occasion, mood ...: what tags, labels, compilations and titles
/// speak of.</param>
/// <param name="CannotHear">Words that nothing in the data can answer, or that titles alone can.</param>
/// <param name="Fits">Whether any song really fits.</param>
/// <param name="Messages">What a person should know before they look at the answer.</param>
public sealed record WishReading(
    string Summary,
    string Language,
    IReadOnlyList<ReadFeature> Features,
    IReadOnlyList<string> Ranges,
    IReadOnlyList<string> Genres,
    IReadOnlyList<string> NotGenres,
    IReadOnlyList<string> Like,
    IReadOnlyList<string> Unlike,
    IReadOnlyList<string> Negated,
    IReadOnlyList<string> Guessed,
    IReadOnlyList<string> NotUnderstood,
    IReadOnlyList<ReadConcept> Concepts,
    IReadOnlyList<string> CannotHear,
    bool Fits,
    IReadOnlyList<string> Messages)
{
    internal static WishReading Of(WishMood mood)
    {
        Wish wish = mood.Wish;
        MoodVerdict verdict = mood.Verdict();
        return new(
            wish.ToString(),
            wish.Language,
            [.. wish.Wants.Select(w => new ReadFeature(w.Feature.ToString().ToLowerInvariant(), Rounded.To6(w.Weight), w.Phrases))],
            [.. wish.Ranges.Select(r => r.ToString())],
            [.. wish.Genres.Select(g => g.Phrase)],
            [.. wish.ExcludedGenres.Select(e => e.Genre)],
            [.. wish.References.Where(r => r.Use == Use.Resemble).Select(r => r.Name)],
            [.. wish.References.Where(r => r.Use == Use.Avoid).Select(r => r.Name)],
            wish.Negated,
            [.. wish.Guessed.Select(g => $"{g.Word} → {string.Join(", ", g.ReadAs)}")],
            wish.NotUnderstood,
            [.. wish.Concepts.Select(c => new ReadConcept(c.Phrase, c.Concept.Name, c.Concept.Kind.ToString().ToLowerInvariant(), c.IsNegated))],
            [.. wish.CannotHear, .. wish.OnlyTitles],
            verdict.Fits,
            [.. verdict.Messages, .. wish.Notes]);
    }
}

/// <summary>What a wish asks of one audio feature.</summary>
/// <param name="Feature">Its name.</param>
/// <param name="Weight">About 0.2..2; negative asks for the low end.</param>
/// <param name="Phrases">The words that asked for it.</param>
public sealed record ReadFeature(string Feature, double Weight, IReadOnlyList<string> Phrases);

/// <summary>A concept that a wish names.</summary>
/// <param name="Phrase">As it was written.</param>
/// <param name="Concept">Its name in the table of concepts.</param>
/// <param name="Kind">"genre", "place", "era", "voice", "instrument", "occasion", "mood", "style", "season", "fame", "tag" or "topic".</param>
/// <param name="Negated">Whether it is not wanted.</param>
public sealed record ReadConcept(string Phrase, string Concept, string Kind, bool Negated);
