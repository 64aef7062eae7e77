using System.Globalization;
using System.Reflection;
using Segue.Catalogue;
using Segue.Mood.Concepts;

namespace Segue.Mood;

/// <summary>
/// Reads lexicon files. One line: phrases, separated by commas, TAB, feature targets, TAB, genres.
/// <code>
/// rainy, drizzle       e- v-.6 a+.4
/// indie folk           a+.7 e-.5        indie=.8 folk=.9
/// !not                 no, not, without
/// # a comment
/// </code>
/// A target is a letter, a sign and a strength (1 where none is written; below .9 secondary): d danceability, e energy, o loudness, m mode,
/// s speechiness, a acousticness, i instrumentalness, l liveness, v valence, t tempo, p popularity, u duration. A phrase without targets is an
/// idiom that asks for nothing. A line that starts with "!" lists words of a <see cref="WordRole"/>: !not, !not-a-negation, !and, !or, !break, !skip,
/// !very, !slightly, !more, !less, !free, !like, !by, !about, !explicit, !clean, !unheard.
/// </summary>
internal static class LexiconFile
{
    private const int LinesMax = 1_000_000;
    private const string ConceptMark = "!concept\t";

    private static readonly Dictionary<string, WordRole> s_roles = new(StringComparer.Ordinal)
    {
        ["!not"] = WordRole.Not,
        ["!not-a-negation"] = WordRole.NotANegation,
        ["!and"] = WordRole.And,
        ["!or"] = WordRole.Or,
        ["!break"] = WordRole.Break,
        ["!skip"] = WordRole.Skip,
        ["!very"] = WordRole.Very,
        ["!slightly"] = WordRole.Slightly,
        ["!free"] = WordRole.Free,
        ["!more"] = WordRole.More,
        ["!less"] = WordRole.Less,
        ["!like"] = WordRole.Like,
        ["!by"] = WordRole.By,
        ["!about"] = WordRole.About,
        ["!explicit"] = WordRole.Explicit,
        ["!clean"] = WordRole.Clean,
        ["!unheard"] = WordRole.Unheard,
    };

    /// <summary>English first: it is the fallback of every wish.</summary>
    public static IEnumerable<Vocabulary> BuiltIn()
    {
        foreach (string language in (string[])["en", "es", "de", "fr", "it", "pt"])
        {
            string name = $"lexicon-{language}.tsv";
            using Stream? stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Segue.Mood.Resources.{name}");
            using var reader = new StreamReader(stream ?? throw new InvalidOperationException($"The resource {name} is missing."));
            yield return Parse(reader, name, language);
        }
    }

    public static Vocabulary Read(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            return Parse(reader, path, "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SegueException($"cannot read the lexicon {path}: {e.Message}", e);
        }
    }

    public static Vocabulary Parse(TextReader reader, string path, string language)
    {
        var vocabulary = new Vocabulary(language);
        int number = 0;
        while (reader.ReadLine() is { } line)
        {
            if (++number > LinesMax)
                throw new DataException(path, number, $"a lexicon has at most {LinesMax} lines; is this one?");
            if (line.Trim().Length > 0 && !line.StartsWith('#'))
                ParseLine(vocabulary, line, path, number);
        }

        return vocabulary;
    }

    private static void ParseLine(Vocabulary vocabulary, string line, string path, int number)
    {
        if (line.StartsWith(ConceptMark, StringComparison.Ordinal))
        {
            vocabulary.Concepts.Add(ConceptTable.ParseLine(line[ConceptMark.Length..], path, number));
            return;
        }

        string[] cells = line.Split('\t');
        if (cells.Length > 3)
            throw new DataException(path, number, $"expected at most 3 tab-separated columns (phrases, targets, genres), found {cells.Length}");
        WordRole role = WordRole.Asks;
        string phrases = cells[0];
        if (phrases.StartsWith('!'))
        {
            if (!s_roles.TryGetValue(phrases.Trim(), out role) || cells.Length != 2)
            {
                throw new DataException(path, number,
                    $"'{Cut(phrases)}' is no role of words; expected {string.Join(", ", s_roles.Keys)}, a tab, and words separated by commas");
            }

            phrases = cells[1];
        }

        Ask[] asks = role == WordRole.Asks && cells.Length > 1 ? [.. Words(cells[1]).Select(t => ParseTarget(t, path, number))] : [];
        GenreWeight[] genres = cells.Length > 2 ? [.. Words(cells[2]).Select(g => ParseGenre(g, path, number))] : [];
        int added = 0;
        foreach (string phrase in phrases.Split(',', StringSplitOptions.TrimEntries).Select(WishTokens.Normalize).Where(p => p.Length > 0))
        {
            added++;
            if (!vocabulary.Add(new LexiconEntry(phrase, role, asks, genres) { Origin = $"{path}:{number}" }) && vocabulary.Find(phrase) is { } first)
                throw new DataException(path, number, $"the phrase '{Cut(phrase)}' stands in {first.Origin} already; keep one of the two lines");
        }

        if (added == 0)
            throw new DataException(path, number, "there is no word before the first tab");
    }

    private static IEnumerable<string> Words(string cell) => cell.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static Ask ParseTarget(string text, string path, int number)
    {
        float strength = 1;
        int letter = MoodFeatures.Letters.IndexOf(text[0]);
        bool isTarget = letter >= 0 && text.Length >= 2 && text[1] is '+' or '-'
            && (text.Length == 2 || float.TryParse(text.AsSpan(2), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out strength));
        if (!isTarget || strength is <= 0 or > 3)
        {
            throw new DataException(path, number,
                $"'{Cut(text)}' is no feature target; expected one of the letters {MoodFeatures.Letters}, + or -, and a strength up to 3, such as v- or e+.6");
        }

        return new Ask((AudioFeature)letter, text[1] == '-' ? -strength : strength);
    }

    private static GenreWeight ParseGenre(string text, string path, int number)
    {
        int equals = text.LastIndexOf('=');
        float weight = 0;
        bool isNumber = equals > 0 && float.TryParse(text.AsSpan(equals + 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out weight);
        return isNumber && weight is > 0 and <= 1
            ? new GenreWeight(text[..equals], weight)
            : throw new DataException(path, number, $"'{Cut(text)}' is no genre; expected a name, =, and a weight above 0 and up to 1, such as deep-house=.8");
    }

    private static string Cut(string text) => text.Length <= 40 ? text : text[..37] + "...";
}
