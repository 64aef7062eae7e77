using Segue.Mood;

namespace Segue.Recommending;

/// <summary>
/// A range of tempos in BPM in which a song also fits by half or double its measured tempo: the same beat is often measured an octave off, and
/// 170 BPM can be walked to at 85.
/// </summary>
internal sealed record TempoRange(double Low, double High)
{
    /// <summary>One BPM, as "100", means so much around it.</summary>
    private const double Around = 2;

    /// <summary>Reads <c>FROM..TO</c> or one number, in BPM.</summary>
    /// <exception cref="SegueException">It is neither, or runs backwards.</exception>
    public static TempoRange Parse(string text)
    {
        FeatureTarget target = FeatureTarget.Parse("tempo=" + text);
        if (target.Direction != 0 || target.High < 1)
            throw new SegueException($"cannot read the tempo '{text}': expected a range in BPM, such as 90..110");
        return target.Low == target.High ? new TempoRange(target.Low - Around, target.High + Around) : new TempoRange(target.Low, target.High);
    }

    /// <summary>The tempo at which a song fits: as measured, else half, else double; NaN where none fits or nothing was measured.</summary>
    public double Felt(double bpm) => bpm > 0 ? new[] { bpm, bpm / 2, bpm * 2 }.FirstOrDefault(b => b >= Low && b <= High, double.NaN) : double.NaN;
}
