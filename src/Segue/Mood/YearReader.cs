using System.Globalization;
using Segue.Catalogue;

namespace Segue.Mood;

/// <summary>
/// Reads years of release: "from 1994", "1990-1999", "between 1970 and 1979", "before 1980", "since 2010", and the same in five other languages.
/// Decades by name ("90s") are concepts, not years.
/// </summary>
internal static class YearReader
{
    private enum Bound
    {
        In,
        Before,
        After,
        Since,
        Until,
    }

    private static readonly BoundWords<Bound> s_words = new(
        (Bound.In, "from, in, of, released in, from the year, between, von, aus, aus dem jahr, im jahr, zwischen, von jahr, de, del, del año, en, "
            + "entre, de l'année, di, dell'anno, nel, tra, fra, dal, do ano de, do ano, em"),
        (Bound.Before, "before, older than, earlier than, vor, älter als, antes de, anterior a, anteriores a, avant, prima del, anteriori al"),
        (Bound.After, "after, newer than, later than, nach, neuer als, después de, posterior a, posteriores a, après, dopo il, depois de"),
        (Bound.Since, "since, from after, seit, ab, desde, depuis, a partir de, à partir de, dal in poi"),
        (Bound.Until, "until, till, up to, bis, hasta, jusqu'en, jusqu'à, fino al, até"));

    private static readonly HashSet<string> s_and = ["to", "and", "und", "bis", "y", "e", "a", "et", "ed", "ad", "until", "hasta", "ate", "al", "au"];

    /// <summary>The years that start at this word, with the number of words they take; 0 where there are none.</summary>
    public static int Read(IReadOnlyList<WishToken> tokens, int at, out YearRange years)
    {
        years = default;
        int next = at;
        Bound bound = s_words.Longest(tokens, ref next) ?? Bound.In;
        if (!Year(tokens, next, out int first))
            return 0;
        next++;
        int second = next < tokens.Count && s_and.Contains(tokens[next].Word) ? next + 1 : next;
        if (Year(tokens, second, out int last) && last > first && (second > next || tokens[second].Joined))
        {
            years = new YearRange(first, last);
            return second + 1 - at;
        }

        years = bound switch
        {
            Bound.Before => new YearRange(YearRange.Earliest, first - 1),
            Bound.After => new YearRange(first + 1, YearRange.Latest),
            Bound.Since => new YearRange(first, YearRange.Latest),
            Bound.Until => new YearRange(YearRange.Earliest, first),
            _ => new YearRange(first, first),
        };
        return next - at;
    }

    private static bool Year(IReadOnlyList<WishToken> tokens, int at, out int year)
    {
        year = 0;
        return at < tokens.Count && tokens[at].Word.Length == 4
            && int.TryParse(tokens[at].Word, NumberStyles.None, CultureInfo.InvariantCulture, out year)
            && year is >= YearRange.Earliest and <= YearRange.Latest
            && !(at + 1 < tokens.Count && tokens[at + 1].Word is "bpm" or "bpms");
    }
}
