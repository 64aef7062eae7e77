using System.Globalization;
using Segue.Catalogue;

namespace Segue.Mood;

/// <summary>"Like this, but happier": how far along a feature the answers shall be from what they resemble, such as <c>valence=+0.2</c>.</summary>
/// <param name="Feature">One of the first <see cref="MoodFeatures.Count"/> features.</param>
/// <param name="Amount">−1..1, not 0: a share of all songs. +0.2 of a song that is happier than 30% of them asks for songs that are happier than
/// half.</param>
internal readonly record struct FeatureShift(AudioFeature Feature, double Amount)
{
    /// <summary>Reads <c>FEATURE=+SHARE</c> or <c>FEATURE=-SHARE</c>.</summary>
    /// <exception cref="SegueException">It is not of that form; the message says what would be.</exception>
    public static FeatureShift Parse(string text)
    {
        const string Form = "expected FEATURE=+SHARE or FEATURE=-SHARE of all songs, such as valence=+0.2";
        string[] sides = text.Trim().ToLowerInvariant().Split(['=', ':'], 2, StringSplitOptions.TrimEntries);
        if (sides is not [{ Length: > 0 } name, { Length: > 1 } value] || !name.All(char.IsAsciiLetterLower))
            throw FeatureTarget.Refuse("shift", text, Form);
        AudioFeature feature = FeatureTarget.FeatureOf(name, text);
        if (value[0] is not ('+' or '-') || !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double amount) || !double.IsFinite(amount))
            throw FeatureTarget.Refuse("shift", text, Form);
        return amount is >= -1 and <= 1 and not 0
            ? new FeatureShift(feature, amount)
            : throw FeatureTarget.Refuse("shift", text, "the share is from -1 to 1 and not 0: +0.2 is a fifth of all songs");
    }

    public override string ToString() =>
        $"{Feature.ToString().ToLowerInvariant()}={(Amount > 0 ? "+" : "")}{Amount.ToString("0.###", CultureInfo.InvariantCulture)}";

    /// <summary>As a wish keeps it: strength 1 is what "happier" means.</summary>
    internal Ask ToAsk() => new(Feature, (float)(Amount / ReferenceTarget.Shift));
}
