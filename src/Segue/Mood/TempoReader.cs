using System.Globalization;
using Segue.Catalogue;

namespace Segue.Mood;

/// <summary>
/// Reads tempos: "120 bpm", "90-110 bpm", "between 90 and 110", "over 140 bpm", "no more than 120 bpm", and the same in five other languages. A
/// comparison turns round behind a negation: not faster than is at most.
/// </summary>
internal static class TempoReader
{
    // Nobody hears two percent; four on either side leave enough songs to choose from.
    private const double Around = 0.04;

    /// <summary>Without "bpm" two numbers behind "between" are a tempo where they can be one.</summary>
    private const double BetweenLow = 40, BetweenHigh = 250;

    private enum Bound
    {
        Over,
        Under,
        Between,
        About,
    }

    // Behind "from" one number is a lower bound, and two are a range.
    private static readonly BoundWords<Bound> s_comparisons = new(
        (Bound.Over, "over, above, more than, faster than, quicker than, higher than, at least, from, beyond, minimum, min, upwards of, über, "
            + "mehr als, schneller als, mindestens, "
            + "minimum, ab, más de, más que, más rápido que, más rápidas que, por encima de, al menos, como mínimo, mínimo, desde, plus de, "
            + "plus que, plus rapide que, plus rapides que, au dessus de, au moins, "
            + "à partir de, più di, più veloce di, più veloci di, oltre, sopra, sopra i, almeno, minimo, mais de, mais que, mais rápido que, "
            + "mais rápidas que, acima de, pelo menos, no mínimo"),
        (Bound.Under, "under, below, less than, fewer than, slower than, lower than, at most, up to, maximum, max, no more than, unter, "
            + "weniger als, langsamer als, höchstens, maximal, bis, bis zu, "
            + "menos de, menos que, más lento que, más lentas que, por debajo de, como máximo, máximo, hasta, moins de, moins que, "
            + "plus lent que, plus lents que, au dessous de, en dessous de, sous, "
            + "au plus, au maximum, jusqu'à, meno di, più lento di, più lenti di, sotto, sotto i, al massimo, massimo, fino a, "
            + "mais lento que, mais lentas que, abaixo de, no máximo, até"),
        (Bound.Between, "between, zwischen, entre, tra, fra, from, von, de, da"),
        (Bound.About, "around, about, roughly, approximately, circa, ca, etwa, ungefähr, rund, um die, alrededor de, cerca de, unos, environ, "
            + "autour de, intorno a, circa, por volta de, cerca de"));

    private static readonly HashSet<string> s_not =
        ["no", "not", "never", "isnt", "nicht", "kein", "keine", "keinesfalls", "pas", "jamais", "non", "mai", "nao", "nunca"];
    private static readonly HashSet<string> s_and = ["to", "and", "und", "bis", "y", "e", "a", "et", "ed", "ad", "or", "oder", "hasta", "ate"];

    /// <summary>The range that starts at this word, with the number of words it takes; 0 where there is none.</summary>
    public static int Read(IReadOnlyList<WishToken> tokens, int at, out FeatureTarget? range)
    {
        range = null;
        int next = at;
        bool negated = s_not.Contains(tokens[at].Word) && at + 1 < tokens.Count;
        if (negated)
            next++;
        Bound? bound = s_comparisons.Longest(tokens, ref next);
        if (negated && bound is not (Bound.Over or Bound.Under))
            return 0;
        if (!Number(tokens, ref next, out double first, out bool isBpm))
            return 0;
        double last = Last(tokens, ref next, first, ref isBpm);
        if (!isBpm && next < tokens.Count && tokens[next].Word is "bpm" or "bpms")
            (isBpm, next) = (true, next + 1);
        bool isBetween = bound == Bound.Between && last > first && first >= BetweenLow && last <= BetweenHigh;
        if (!isBpm && !isBetween)
            return 0;
        bool over = last == first && bound == (negated ? Bound.Under : Bound.Over), under = last == first && bound == (negated ? Bound.Over : Bound.Under);
        range = FeatureTarget.Range(AudioFeature.Tempo, under ? 0 : over || last > first ? first : Math.Round(first * (1 - Around)),
            over ? double.PositiveInfinity : under || last > first ? last : Math.Round(first * (1 + Around)));
        return next - at;
    }

    private static double Last(IReadOnlyList<WishToken> tokens, ref int next, double first, ref bool isBpm)
    {
        if (isBpm || next >= tokens.Count)
            return first;
        int second = s_and.Contains(tokens[next].Word) ? next + 1 : next;
        if (!Number(tokens, ref second, out double upper, out bool bpm) || upper < first)
            return first;
        (next, isBpm) = (second, bpm);
        return upper;
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
