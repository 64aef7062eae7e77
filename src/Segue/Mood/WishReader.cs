using Segue.Catalogue;
using Segue.Mood.Concepts;

namespace Segue.Mood;

/// <summary>
/// Reads a wish in free text: "something sad and slow for a rainy night, no vocals".
/// <para>One pass from left to right cuts the words into segments, the longest phrase of the lexicon first, an exact one before one that has the same
/// stems. A second pass over the segments settles what each negation and each "very" applies to. What is left over is unknown: first its spelling,
/// then its meaning is compared with the lexicon (<see cref="UnknownWords"/>). Then <see cref="WishCombiner"/> puts the pieces together.</para>
/// <para>Negation flips the next thing and goes on over a directly following "and", "or", "nor", and over the commas of a list that ends in "or";
/// it ends at other punctuation and at "but" and its kind. "drum-free" flips what stands before it; two negations are none.</para>
/// <para>Names of artists and songs come before the lexicon only where they give themselves away (<see cref="CatalogueNames"/>).</para>
/// Immutable; safe for many threads.
/// </summary>
internal sealed class WishReader
{
    /// <param name="lexicon">The words.</param>
    /// <param name="names">The artists and songs that a wish may name; null reads none.</param>
    /// <param name="unknown">Reads what the lexicon lacks; null leaves it unread.</param>
    /// <param name="isWord">Whether a lower-case word is a word, however unknown to the lexicon, and so no misspelling; null where nobody can
    /// say.</param>
    /// <param name="vocabulary">The labels and tags of the catalogue, each of which a wish may name; null reads the concepts of the table
    /// alone.</param>
    public WishReader(
        Lexicon lexicon, CatalogueNames? names = null, UnknownWords? unknown = null, Func<string, bool>? isWord = null, IWishVocabulary? vocabulary = null)
    {
        (Lexicon, Names, Unknown, Misspellings, Vocabulary) = (lexicon, names, unknown, new Misspellings(lexicon, isWord), vocabulary);
        Concepts = new ConceptReader(ConceptTable.Default.With(lexicon.Concepts), vocabulary);
    }

    /// <summary>
    /// A reader for a catalogue with everything on: its names, and the static embedder for unknown words (or another: <paramref name="unknown"/>).
    /// </summary>
    /// <param name="lexicon">The built-in one where null.</param>
    /// <param name="vocabulary">The labels and tags of the catalogue: its <see cref="Knowledge.SongKnowledge"/>.</param>
    public static WishReader For(Tracks tracks, Lexicon? lexicon = null, UnknownWords? unknown = null, IWishVocabulary? vocabulary = null)
    {
        lexicon ??= Lexicon.Default;
        return new WishReader(lexicon, new CatalogueNames(tracks), unknown ?? new UnknownWords(lexicon, StaticWords.Embed), StaticWords.IsWord, vocabulary);
    }

    public Lexicon Lexicon { get; }

    internal CatalogueNames? Names { get; }

    internal UnknownWords? Unknown { get; }

    internal Misspellings Misspellings { get; }

    internal ConceptReader Concepts { get; }

    internal IWishVocabulary? Vocabulary { get; }

    /// <summary>The reading of a text; never fails, whatever the text.</summary>
    /// <param name="named">
    /// What the answers shall resemble or keep away from besides what the text names: with a song here, the text "happier" means happier than that.
    /// </param>
    public Wish Read(string text, params IEnumerable<WishReference> named)
    {
        List<WishToken> tokens = WishTokens.Cut(text, out bool isCut);
        var reading = new WishParser(this, text, tokens, Lexicon.LanguageOf(tokens), named);
        reading.Cut();
        reading.Settle();
        reading.FindConcepts();
        reading.FindTopics();
        reading.Guess();
        Wish wish = reading.Finish();
        return isCut ? wish with { Notes = [.. wish.Notes, $"only the first {WishTokens.TokensMax} words were read"] } : wish;
    }
}
