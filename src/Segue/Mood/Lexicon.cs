using Segue.Mood.Concepts;

namespace Segue.Mood;

/// <summary>
/// Words and phrases with what each asks of the audio features and genres: English first, then Spanish, German, French, Italian and Portuguese, each
/// a resource of its own in <c>Resources/</c>, then whatever file a user adds. The format is in <see cref="LexiconFile"/>. Immutable.
/// </summary>
internal sealed class Lexicon
{
    private readonly Lazy<Vocabulary[]> _builtIn;
    private readonly Vocabulary _own;

    internal Lexicon(Vocabulary[] builtIn, Vocabulary own)
        : this(new Lazy<Vocabulary[]>(builtIn), own)
    {
    }

    private Lexicon(Lazy<Vocabulary[]> builtIn, Vocabulary own) => (_builtIn, _own) = (builtIn, own);

    /// <summary>The built-in lexicon. Its words are read when one is first asked for: who recommends artists needs none.</summary>
    public static Lexicon Default { get; } = new(new Lazy<Vocabulary[]>(() => [.. LexiconFile.BuiltIn()]), new Vocabulary(""));

    /// <summary>The built-in lexicon with a user's file on top: where both have a phrase, the user's line counts.</summary>
    /// <exception cref="DataException">A line cannot be read; the message names file and line.</exception>
    /// <exception cref="SegueException">The file cannot be read.</exception>
    public static Lexicon Load(string path) => new(Default._builtIn, LexiconFile.Read(path));

    /// <summary>The built-in lexicon with lines in the format of a lexicon file on top.</summary>
    public static Lexicon Parse(string text, string name = "lexicon") => new(Default._builtIn, LexiconFile.Parse(new StringReader(text), name, ""));

    public IReadOnlyList<string> Languages => [.. Vocabularies.Select(v => v.Language)];

    /// <summary>Concepts that a user's file adds.</summary>
    public IReadOnlyList<Concept> Concepts => _own.Concepts;

    public int PhraseCount => _own.Count + Vocabularies.Sum(v => v.Count);

    /// <summary>All entries of one language, or the user's own for "".</summary>
    public IEnumerable<LexiconEntry> EntriesOf(string language) => language.Length == 0 ? _own.Entries : Vocabularies.First(v => v.Language == language).Entries;

    private Vocabulary[] Vocabularies => _builtIn.Value;

    internal int PhraseWordsMax => Math.Max(_own.PhraseWordsMax, Vocabularies.Max(v => v.PhraseWordsMax));

    /// <summary>The language most of whose words these are; English where nothing says otherwise.</summary>
    internal int LanguageOf(IReadOnlyList<WishToken> tokens)
    {
        int best = 0, bestWords = 0;
        for (int language = 0; language < Vocabularies.Length; language++)
        {
            int words = tokens.Count(t => Vocabularies[language].Find(t.Word) is not null);
            if (words > bestWords)
                (best, bestWords) = (language, words);
        }

        return best;
    }

    /// <summary>The entry of this exact phrase: the user's, then the wish's language, English, and the others. Null where there is none.</summary>
    internal LexiconEntry? Find(string phrase, int language) => Search(language, v => v.Find(phrase));

    /// <summary>Whether a word is grammar in any of the languages: nobody needs to be told that "de" was not understood.</summary>
    internal bool IsSmall(string word) => Vocabularies.Any(v => v.Find(word) is { Role: not WordRole.Asks });

    /// <summary>The entry whose phrase has these stems, in the same order.</summary>
    internal LexiconEntry? FindStem(string stems, int language) => Search(language, v => v.FindStem(stems));

    /// <summary>The entry whose phrase is this when its spaces are left out: "honkytonk", or "workout" for "work out".</summary>
    internal LexiconEntry? FindCompact(string word, int language) => Search(language, v => v.FindCompact(word));

    /// <summary>Single words that begin with this letter: the wish's language and English, and the user's own.</summary>
    internal IEnumerable<LexiconEntry> WordsOf(int language, char initial) =>
        (language == 0 ? [_own, Vocabularies[0]] : (Vocabulary[])[_own, Vocabularies[language], Vocabularies[0]]).SelectMany(v => v.Entries)
            .Where(e => e.Phrase[0] == initial && e.Role == WordRole.Asks && !e.Phrase.Contains(' '));

    private LexiconEntry? Search(int language, Func<Vocabulary, LexiconEntry?> find)
    {
        LexiconEntry? found = find(_own) ?? find(Vocabularies[language]);
        for (int other = 0; found is null && other < Vocabularies.Length; other++)
            found = other == language ? null : WithoutGrammar(find(Vocabularies[other]), other);
        return found;
    }

    // "die", "son" and "sin" are small words of one language and words of another: grammar counts in the wish's own language and in English only.
    private static LexiconEntry? WithoutGrammar(LexiconEntry? entry, int language) => language == 0 || entry?.Role == WordRole.Asks ? entry : null;
}

/// <summary>The phrases of one language.</summary>
internal sealed class Vocabulary(string language)
{
    private readonly Dictionary<string, LexiconEntry> _phrases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LexiconEntry> _compact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LexiconEntry> _stems = new(StringComparer.Ordinal);

    public string Language { get; } = language;

    public int Count => _phrases.Count;

    public int PhraseWordsMax { get; private set; } = 1;

    public IEnumerable<LexiconEntry> Entries => _phrases.Values;

    /// <summary>What the lines of <c>!concept</c> say.</summary>
    public List<Concept> Concepts { get; } = [];

    public LexiconEntry? Find(string phrase) => _phrases.GetValueOrDefault(phrase);

    public LexiconEntry? FindStem(string stems) => _stems.GetValueOrDefault(stems);

    public LexiconEntry? FindCompact(string word) => _compact.GetValueOrDefault(word);

    /// <summary>False when the phrase was there before.</summary>
    public bool Add(LexiconEntry entry)
    {
        if (!_phrases.TryAdd(entry.Phrase, entry))
            return false;
        PhraseWordsMax = Math.Max(PhraseWordsMax, entry.Phrase.Count(c => c == ' ') + 1);

        // Small words are taken literally: "even" is no form of "evening". Of two phrases with one stem the shorter is the base form.
        if (entry.Role == WordRole.Asks)
        {
            string stems = WordForms.StemPhrase(entry.Phrase);
            if (entry.Phrase.Contains(' '))
                _compact.TryAdd(entry.Phrase.Replace(" ", "", StringComparison.Ordinal), entry);
            if (!_stems.TryGetValue(stems, out LexiconEntry? other) || entry.Phrase.Length < other.Phrase.Length)
                _stems[stems] = entry;
        }

        return true;
    }
}
