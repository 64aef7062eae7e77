using Segue.Catalogue;

namespace Segue.Mood;

/// <summary>
/// The twelve features a wish can ask for: the first twelve of <see cref="AudioFeature"/> (all but key and time signature, whose values have no
/// order). Each has the letter that stands for it in a lexicon and the words a person reads for its two ends.
/// </summary>
internal static class MoodFeatures
{
    /// <summary>Features 0 .. Count − 1 of <see cref="AudioFeature"/>.</summary>
    public const int Count = 12;

    internal const string Letters = "deomsailvtpu";

    private static readonly (string Low, string High)[] s_ends =
    [
        ("undanceable", "danceable"), ("calm", "energetic"), ("quiet", "loud"), ("minor", "major"), ("sung or played", "spoken"), ("electric", "acoustic"),
        ("vocal", "instrumental"), ("studio", "live"), ("sad", "happy"), ("slow", "fast"), ("obscure", "popular"), ("short", "long"),
    ];

    /// <summary>Whether a word is what a person calls one end of a feature.</summary>
    public static bool IsEnd(string word) => s_ends.Any(e => e.Low == word || e.High == word);

    /// <summary>What a person calls the low (negative) or high end of a feature: "slow", "fast".</summary>
    /// <exception cref="ArgumentOutOfRangeException">Key or time signature.</exception>
    public static string EndOf(AudioFeature feature, double direction)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((int)feature, Count, nameof(feature));
        return direction < 0 ? s_ends[(int)feature].Low : s_ends[(int)feature].High;
    }
}
