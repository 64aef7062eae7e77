namespace Segue.Mood.Concepts;

/// <summary>The names by which a catalogue and its listeners call music: genre labels and tags, any of which may stand in a wish.</summary>
internal interface IWishVocabulary
{
    /// <summary>The genre label of this name, as the catalogue writes it; null where there is none.</summary>
    /// <param name="phrase">Normalized.</param>
    string? Label(string phrase);

    /// <summary>The tag of this name, where enough people gave it to enough artists; null otherwise.</summary>
    /// <param name="phrase">Normalized.</param>
    string? Tag(string phrase);

    /// <summary>Whether it is known of songs in which year they came out.</summary>
    bool KnowsYears { get; }

    /// <summary>Whether tags, labels or compilations tell which songs have a concept.</summary>
    bool Tells(Concept concept);

    /// <summary>Whether the word stands in titles or compilations often enough to say something.</summary>
    /// <param name="word">Normalized.</param>
    bool IsTitleWord(string word);
}
