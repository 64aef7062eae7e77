using System.Globalization;
using System.Reflection;
using Segue.Catalogue;

namespace Segue.Mood.Concepts;

/// <summary>
/// The concepts that wishes speak of, by phrase, in six languages; words, never names of people or tracks. A line, its columns separated by tabs:
/// phrases, kind, tags, genre labels, title words, and the intruders it allows; a tag or label has its weight behind "=", 1 where none is written;
/// a negative one speaks against it: what the catalogue labels reggae is reggaeton where it is labelled so, too.
/// <code>
/// 90s, nineties, años 90    era    90s, grunge=.3    grunge=.2
/// </code>
/// A user's lexicon adds lines that begin with <c>!concept</c> and a tab; they count before the built-in ones. Immutable.
/// </summary>
internal sealed class ConceptTable
{
    private const string Resource = "Segue.Mood.Resources.concepts.tsv";
    private static readonly Lazy<ConceptTable> s_default = new(LoadDefault);
    private readonly Dictionary<string, Concept> _byPhrase = new(StringComparer.Ordinal);

    private ConceptTable(IEnumerable<Concept> concepts)
    {
        All = [.. concepts];
        foreach (Concept concept in All)
        {
            foreach (string phrase in concept.Phrases)
                _byPhrase.TryAdd(phrase, concept);
        }

        PhraseWordsMax = All.Count == 0 ? 0 : All.Max(c => c.Phrases.Max(p => p.Count(l => l == ' ') + 1));
    }

    /// <summary>The built-in concepts.</summary>
    public static ConceptTable Default => s_default.Value;

    public IReadOnlyList<Concept> All { get; }

    /// <summary>The built-in concepts with others before them: where both have a phrase, the other's counts.</summary>
    public ConceptTable With(IEnumerable<Concept> own) => own.Any() ? new ConceptTable([.. own, .. All]) : this;

    /// <summary>The concept with this phrase, as it stands or with an s more or less at its end; null where there is none.</summary>
    /// <param name="phrase">Normalized.</param>
    public Concept? Find(string phrase) => _byPhrase.GetValueOrDefault(phrase)
        ?? (phrase.Length > 3 && phrase[^1] == 's' ? _byPhrase.GetValueOrDefault(phrase[..^1]) : phrase.Length > 2 ? _byPhrase.GetValueOrDefault(phrase + "s") : null);

    internal int PhraseWordsMax { get; }

    /// <summary>The concept with this name, for words that reach it by what they ask of the features.</summary>
    internal Concept? Named(string name) => _byPhrase.GetValueOrDefault(name);

    /// <summary>"90s" and "1990s" are 1990..1999, "00s" and "2000s" 2000..2009; null for what is no decade.</summary>
    internal static YearRange? DecadeOf(string name)
    {
        if (!name.EndsWith('s') || name.Length is not (3 or 5)
            || !int.TryParse(name.AsSpan(0, name.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int first))
            return null;
        int decade = name.Length == 5 ? first : first < 30 ? 2000 + first : 1900 + first;
        return decade % 10 == 0 ? new YearRange(decade, decade + 9) : null;
    }

    /// <exception cref="DataException">The line is none of a concept; the message says what is wrong with it.</exception>
    internal static Concept ParseLine(string line, string path, int number)
    {
        string[] cells = line.Split('\t');
        string[] written = [.. cells[0].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        string[] phrases = [.. written.Select(WishTokens.Normalize).Where(p => p.Length > 0).Distinct()];
        if (phrases.Length == 0 || cells.Length is < 2 or > 6)
            throw new DataException(path, number, "expected phrases, kind, tags, genre labels, title words and what is allowed, separated by tabs");
        if (!Enum.TryParse(cells[1].Trim(), ignoreCase: true, out ConceptKind kind) || int.TryParse(cells[1], out _))
            throw new DataException(path, number,
                $"'{cells[1].Trim()}' is no kind of concept; expected {string.Join(", ", Enum.GetNames<ConceptKind>()).ToLowerInvariant()}");
        Intruder allows = Intruder.None;
        foreach (string name in List(cells, 5))
        {
            allows |= IntruderTable.KindOf(name) is var one and not Intruder.None
                ? one
                : throw new DataException(path, number, $"'{name}' is nothing that is kept out");
        }

        // What an instrument is called stands in titles: "Sonata for Violin", "Konzert für Klavier".
        IEnumerable<string> titleWords = List(cells, 4).Select(WishTokens.Normalize).Where(w => w.Length > 0);
        titleWords = kind == ConceptKind.Instrument ? titleWords.Concat(phrases) : titleWords;
        Evidence[] tags = Weights(cells, 2, path, number), labels = Weights(cells, 3, path, number);
        return new Concept(written[0], kind, phrases, tags, labels, [.. titleWords.Distinct()], allows);
    }

    private static ConceptTable LoadDefault()
    {
        using Stream? stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource);
        using var reader = new StreamReader(stream ?? throw new InvalidOperationException($"The resource {Resource} is missing."));
        List<Concept> concepts = [];
        for (int number = 1; reader.ReadLine() is { } line; number++)
        {
            if (line.Length > 0 && line[0] != '#')
                concepts.Add(ParseLine(line, "concepts.tsv", number));
        }

        return new ConceptTable(concepts);
    }

    private static IEnumerable<string> List(string[] cells, int column) =>
        cells.Length > column ? cells[column].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [];

    private static Evidence[] Weights(string[] cells, int column, string path, int number) =>
    [
        .. List(cells, column).Select(text =>
        {
            int equals = text.LastIndexOf('=');
            float weight = 1;
            if (equals > 0 && !float.TryParse(text.AsSpan(equals + 1), CultureInfo.InvariantCulture, out weight)
                || weight is 0 or not (>= -1 and <= 1))
                throw new DataException(path, number, $"'{text}' is no weight; expected a name, =, and a number from -1 to 1 and not 0, such as grunge=.3");
            return new Evidence((equals > 0 ? text[..equals] : text).Trim(), weight);
        }),
    ];
}
