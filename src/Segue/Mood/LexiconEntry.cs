using Segue.Catalogue;

namespace Segue.Mood;

/// <summary>What a word does in a wish.</summary>
internal enum WordRole
{
    /// <summary>Asks for features or genres; with neither it is an idiom that keeps its words from being misread ("down the road").</summary>
    Asks,

    /// <summary>Negates what comes next: "no", "without", "anything but".</summary>
    Not,

    /// <summary>Looks like a negation and is none: "not only", "nothing but".</summary>
    NotANegation,

    /// <summary>Carries a negation on to what follows at once: "and".</summary>
    And,

    /// <summary>The same, and over the commas of a list before it: "no rap, metal or punk".</summary>
    Or,

    /// <summary>Ends a negation: "but", "just".</summary>
    Break,

    /// <summary>Says nothing: "the", "music".</summary>
    Skip,

    /// <summary>Strengthens what comes next by half: "very".</summary>
    Very,

    /// <summary>Weakens what comes next to 0.6: "a bit".</summary>
    Slightly,

    /// <summary>A comparison upwards: "more". Beside a song or artist what follows shifts away from it: "like X but more acoustic".</summary>
    More,

    /// <summary>A comparison downwards, which alone negates: "less talking".</summary>
    Less,

    /// <summary>Negates what stands before it: "drum-free".</summary>
    Free,

    /// <summary>A song or artist follows that the answers shall resemble: "like", "similar to".</summary>
    Like,

    /// <summary>An artist follows whose songs alone are wanted: "by".</summary>
    By,

    /// <summary>What a text speaks of follows: "about". No data tells, but titles may.</summary>
    About,

    /// <summary>Explicit texts: "swear words". Mostly they are not wanted.</summary>
    Explicit,

    /// <summary>No explicit texts: "family friendly".</summary>
    Clean,

    /// <summary>What no data tells: "new", "well produced", "a raspy voice".</summary>
    Unheard,
}

/// <summary>A direction of one feature: strength &lt; 0 asks for the low end. From 0.9 on it is a primary ask, below that a secondary one.</summary>
internal readonly record struct Ask(AudioFeature Feature, float Strength)
{
    public const float PrimaryFrom = 0.9f;

    public bool IsPrimary => Math.Abs(Strength) >= PrimaryFrom;
}

/// <summary>A genre and how much a song of it is what was meant, 0..1.</summary>
internal readonly record struct GenreWeight(string Genre, float Weight);

/// <summary>One word or phrase of a lexicon and what it does in a wish.</summary>
internal sealed record LexiconEntry(string Phrase, WordRole Role, IReadOnlyList<Ask> Asks, IReadOnlyList<GenreWeight> Genres)
{
    /// <summary>From this weight on the entry names a genre rather than hinting at one.</summary>
    public const float GenreNamedFrom = 0.6f;

    /// <summary>Whether the phrase names a genre; its features then only say what that genre is usually like, and count as secondary.</summary>
    public bool NamesGenre { get; } = Genres.Any(g => g.Weight >= GenreNamedFrom);

    internal string Origin { get; init; } = "";
}
