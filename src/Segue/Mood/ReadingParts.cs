namespace Segue.Mood;

/// <summary>Parts of the reading that can be taken away, to measure what they are worth.</summary>
[Flags]
internal enum ReadingParts
{
    None = 0,
    Negation = 1,
    Intensity = 2,
    WordForms = 4,
    Misspellings = 8,

    /// <summary>Phrases of more than one word.</summary>
    Phrases = 16,
    Languages = 32,
    All = Negation | Intensity | WordForms | Misspellings | Phrases | Languages,
}
