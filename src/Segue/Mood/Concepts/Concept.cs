using Segue.Catalogue;

namespace Segue.Mood.Concepts;

/// <summary>What a concept is about: how its evidence is weighed, and how far it may be bought off, depends on it.</summary>
internal enum ConceptKind
{
    Genre,
    Place,
    Era,
    Voice,
    Instrument,
    Occasion,
    Mood,
    Style,
    Season,

    /// <summary>The songs shall be well known: "hits".</summary>
    Fame,

    /// <summary>Few shall know them: "hidden gems".</summary>
    Obscure,

    /// <summary>A tag of listeners that no line of a table speaks of.</summary>
    Tag,

    /// <summary>What a text speaks of, or an instrument of which nothing else is known: titles alone tell of it.</summary>
    Topic,

    /// <summary>A sound that is no music: rain, waves, a fan.</summary>
    Sound,
}

/// <summary>A tag or a genre label, and how much of what was meant it is, −1..1; negative where it speaks against it.</summary>
internal readonly record struct Evidence(string Name, float Weight);

/// <summary>What a word of a wish asks of tags, genre labels and titles: data, not code (<see cref="ConceptTable"/>).</summary>
/// <param name="Name">Its first phrase, as it was written.</param>
/// <param name="Phrases">The words for it, normalized (<see cref="WishTokens.Normalize"/>), in any language.</param>
/// <param name="Tags">Tags that listeners give to artists of such songs.</param>
/// <param name="Labels">Genre labels of such songs.</param>
/// <param name="TitleWords">Words in the titles of such songs, normalized.</param>
/// <param name="Allows">What is otherwise no music for listening, and is wanted here.</param>
internal sealed record Concept(
    string Name,
    ConceptKind Kind,
    IReadOnlyList<string> Phrases,
    IReadOnlyList<Evidence> Tags,
    IReadOnlyList<Evidence> Labels,
    IReadOnlyList<string> TitleWords,
    Intruder Allows)
{
    /// <summary>Whether it names what a song is, rather than what it is good for: such a concept wins over everything, a listener's taste
    /// too.</summary>
    public bool IsNamed => Kind is ConceptKind.Genre or ConceptKind.Place or ConceptKind.Sound;

    /// <summary>Whether the features of a song tell of it at all: they know a mood, but not one instrument from another.</summary>
    internal bool IsHeardInFeatures =>
        Kind is ConceptKind.Mood or ConceptKind.Occasion or ConceptKind.Season or ConceptKind.Fame or ConceptKind.Obscure;

    /// <summary>The years of a decade that it names ("90s"); null for every other concept.</summary>
    internal YearRange? Years => Kind != ConceptKind.Era ? null : ConceptTable.DecadeOf(Name);

    /// <summary>The concept with one more tag.</summary>
    internal Concept With(Evidence tag) => this with { Tags = [.. Tags.Where(t => TagKey.Of(t.Name) != TagKey.Of(tag.Name)), tag] };

    /// <summary>What tells two concepts apart, for keeping their scores.</summary>
    internal string Key =>
        $"{Kind}:{Name}|{string.Join(';', Phrases)}|{string.Join(';', Tags)}|{string.Join(';', Labels)}|{string.Join(';', TitleWords)}|{Allows}";
}

/// <summary>A concept as a wish speaks of it.</summary>
/// <param name="Concept">What is asked.</param>
/// <param name="Phrase">The words that asked, as they were written.</param>
/// <param name="IsNegated">"no", "without" stood before it.</param>
internal sealed record WishConcept(Concept Concept, string Phrase, bool IsNegated);
