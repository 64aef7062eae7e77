using System.Globalization;
using Segue.Catalogue;

namespace Segue.Mood;

/// <summary>Reads "120 bpm", "90-110 bpm", "between 90 and 110 bpm", "over 140 bpm" as ranges of the tempo.</summary>
internal static class TempoReader
{
    // Nobody hears two percent; four on either side leave enough songs to choose from.
    private const double Around = 0.04;
    private static readonly HashSet<string> s_over = ["over", "above", "from", "faster", "least", "more", "beyond"];
    private static readonly HashSet<string> s_under = ["under", "below", "most", "slower", "less", "up"];

    /// <summary>The range that starts at this word, with the number of words it takes; 0 where there is none.</summary>
    public static int Read(IReadOnlyList<WishToken> tokens, int at, out FeatureTarget? range)
    {
        range = null;
        int next = at;
        if (!Number(tokens, ref next, out double first, out bool isBpm))
            return 0;
        double last = first;
        if (!isBpm && next < tokens.Count)
        {
            int second = tokens[next].Word is "to" or "and" or "bis" or "a" or "or" ? next + 1 : next;
            if (Number(tokens, ref second, out double upper, out isBpm) && upper >= first)
                (last, next) = (upper, second);
        }

        if (!isBpm)
        {
            if (next >= tokens.Count || tokens[next].Word is not ("bpm" or "bpms"))
                return 0;
            next++;
        }

        string before = at == 0 ? "" : tokens[at - 1].Word is "than" or "at" or "to" && at > 1 ? tokens[at - 2].Word : tokens[at - 1].Word;
        bool over = last == first && s_over.Contains(before), under = last == first && s_under.Contains(before);
        range = FeatureTarget.Range(AudioFeature.Tempo, under ? 0 : over || last > first ? first : Math.Round(first * (1 - Around)),
            over ? double.PositiveInfinity : under || last > first ? last : Math.Round(first * (1 + Around)));
        return next - at;
    }

    private static bool Number(IReadOnlyList<WishToken> tokens, ref int at, out double number, out bool isBpm)
    {
        (number, isBpm) = (0, false);
        if (at >= tokens.Count)
            return false;
        string word = tokens[at].Word;
        isBpm = word.EndsWith("bpm", StringComparison.Ordinal);
        if (isBpm)
            word = word[..^3];
        if (!double.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number is < 20 or > 400)
            return false;
        at++;
        return true;
    }
}
