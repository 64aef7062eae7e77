using Segue.Catalogue;
using Segue.Mood;

namespace Segue.Recommending.Playlists;

/// <summary>How a feature is to move over a playlist: "energy=rise".</summary>
/// <param name="Feature">One of the first <see cref="MoodFeatures.Count"/> features.</param>
/// <param name="Shape">One of <see cref="Shapes"/>.</param>
internal sealed record PlaylistCurve(AudioFeature Feature, string Shape)
{
    private static readonly (string Name, Func<double, double> At)[] s_shapes =
    [
        ("rise", x => x),
        ("fall", x => 1 - x),
        ("peak", x => Math.Sin(Math.PI * x)),
        ("valley", x => 1 - Math.Sin(Math.PI * x)),
        ("flat", _ => 0.5),
        ("wave", x => (1 - Math.Cos(4 * Math.PI * x)) / 2), // Up and down twice.
    ];

    public static IReadOnlyList<string> Shapes { get; } = [.. s_shapes.Select(s => s.Name)];

    /// <summary>Reads <c>SHAPE</c> (of the energy) or <c>FEATURE=SHAPE</c>.</summary>
    /// <exception cref="SegueException">It is not of that form; the message says what would be.</exception>
    public static PlaylistCurve Parse(string text)
    {
        string[] sides = text.Trim().ToLowerInvariant().Split(['=', ':'], 2, StringSplitOptions.TrimEntries);
        string shape = sides[^1];
        if (!Shapes.Contains(shape))
        {
            string? near = Shapes.Where(s => Spelling.Similarity(shape, s) >= 0.5).MaxBy(s => Spelling.Similarity(shape, s));
            string hint = near is null ? $"a curve is {string.Join(", ", Shapes)}, or FEATURE=SHAPE such as valence=fall" : $"did you mean '{near}'?";
            throw FeatureTarget.Refuse("curve", text, hint);
        }

        return new PlaylistCurve(sides.Length == 1 ? AudioFeature.Energy : FeatureTarget.FeatureOf(sides[0], text), shape);
    }

    /// <summary>The height of the curve, 0 its lowest and 1 its highest, at a share 0..1 of the playlist's length.</summary>
    public double At(double share) => s_shapes.Single(s => s.Name == Shape).At(share);

    public override string ToString() => $"{Feature.ToString().ToLowerInvariant()}={Shape}";
}
