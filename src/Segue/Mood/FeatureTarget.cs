using System.Globalization;
using Segue.Catalogue;

namespace Segue.Mood;

/// <summary>
/// An explicit target for one feature: an end of it (<c>energy=low</c>, <c>valence=high</c>) or a range in the feature's own unit
/// (<c>tempo=90..110</c>, <c>loudness=..-20</c>, <c>valence=0.7..</c>, <c>duration=180</c>). Tempo in BPM, loudness in dB, duration in seconds,
/// popularity 0..100, mode 0 (minor) or 1 (major), all others 0..1.
/// </summary>
/// <param name="Feature">One of the first <see cref="MoodFeatures.Count"/> features.</param>
/// <param name="Direction">+1 high, −1 low, 0 for a range.</param>
/// <param name="Low">Lower end of the range, −∞ where it is open.</param>
/// <param name="High">Upper end of the range, +∞ where it is open.</param>
internal sealed record FeatureTarget(AudioFeature Feature, int Direction, double Low, double High)
{
    /// <summary>How much an explicit target weighs: as much as a word in its strongest form.</summary>
    public const float Weight = 1.5f;

    private static readonly Dictionary<string, (AudioFeature Feature, int Direction)> s_other = new(StringComparer.Ordinal)
    {
        ["bpm"] = (AudioFeature.Tempo, 0),
        ["length"] = (AudioFeature.Duration, 0),
        ["happiness"] = (AudioFeature.Valence, 0),
        ["volume"] = (AudioFeature.Loudness, 0),
    };

    public static FeatureTarget Range(AudioFeature feature, double low, double high) => new(feature, 0, low, high);

    /// <summary>Reads <c>FEATURE=high|low|VALUE|FROM..TO</c>.</summary>
    /// <exception cref="SegueException">It is not of that form; the message says what would be.</exception>
    public static FeatureTarget Parse(string text)
    {
        string[] sides = text.Trim().ToLowerInvariant().Split(['=', ':'], 2, StringSplitOptions.TrimEntries);
        if (sides is not [{ Length: > 0 }, { Length: > 0 } value] || !sides[0].All(char.IsAsciiLetterLower))
            throw Refuse("target", text, "expected FEATURE=high, FEATURE=low, FEATURE=FROM..TO or FEATURE=VALUE, such as energy=low or tempo=90..110");
        AudioFeature feature = FeatureOf(sides[0], text);
        switch (value)
        {
            case "high" or "max" or "+" or "major":
                return new FeatureTarget(feature, 1, double.NegativeInfinity, double.PositiveInfinity);
            case "low" or "min" or "-" or "minor":
                return new FeatureTarget(feature, -1, double.NegativeInfinity, double.PositiveInfinity);
        }

        int dots = value.IndexOf("..", StringComparison.Ordinal);
        double low = Number(dots < 0 ? value : value[..dots], double.NegativeInfinity, text);
        double high = dots < 0 ? low : Number(value[(dots + 2)..], double.PositiveInfinity, text);
        if (low > high)
            throw Refuse("target", text, $"the range runs backwards; write {value[(dots + 2)..]}..{value[..dots]}");
        return double.IsInfinity(low) && double.IsInfinity(high) ? throw Refuse("target", text, "a range needs at least one end") : Range(feature, low, high);
    }

    public override string ToString() => Direction != 0 ? $"{Name}={(Direction > 0 ? "high" : "low")}"
        : Low == High ? $"{Name}={Show(Low)}" : $"{Name}={Show(Low)}..{Show(High)}";

    private string Name => Feature.ToString().ToLowerInvariant();

    private static string Show(double value) => double.IsInfinity(value) ? "" : value.ToString("0.###", CultureInfo.InvariantCulture);

    internal static AudioFeature FeatureOf(string name, string text)
    {
        if (s_other.TryGetValue(name, out (AudioFeature Feature, int Direction) other))
            return other.Feature;
        if (Enum.TryParse(name, ignoreCase: true, out AudioFeature feature) && (int)feature < MoodFeatures.Count && !char.IsAsciiDigit(name[0]))
            return feature;
        string[] names = [.. Enumerable.Range(0, MoodFeatures.Count).Select(f => ((AudioFeature)f).ToString().ToLowerInvariant())];
        string? near = names.Where(n => Spelling.Similarity(name, n) >= 0.6).MaxBy(n => Spelling.Similarity(name, n));
        throw Refuse("target", text, near is null ? $"the features are {string.Join(", ", names)}" : $"there is no feature '{name}'; did you mean '{near}'?");
    }

    private static double Number(string value, double open, string text) =>
        value.Trim().Length == 0 ? open
        : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number
        : throw Refuse("target", text, $"'{value.Trim()}' is no number");

    internal static SegueException Refuse(string what, string text, string problem) =>
        new($"cannot read the {what} '{(text.Length <= 60 ? text : text[..57] + "...")}': {problem}");
}
