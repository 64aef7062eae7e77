using System.Numerics.Tensors;

namespace Segue.Mood;

/// <summary>
/// Some wants of the features as one number a song: F = (Σ |w|·log(p + 0.05) + the region of a mood) / (0.78·√Σw²) − its mean, so that wants of any
/// number and strength spread the songs alike.
/// </summary>
internal sealed class FeatureFit
{
    private readonly (float[] Logs, float Weight)[] _wants;
    private readonly (ReadOnlyMemory<float> Region, float Weight)[] _regions;
    private readonly float _scale, _mean;

    /// <param name="wants">For each the table of log(p + 0.05), and |w|.</param>
    /// <param name="regions">Where songs of a mood lie, in standard deviations, and what one adds.</param>
    /// <param name="deviation">What to divide by.</param>
    public FeatureFit((float[] Logs, float Weight)[] wants, (ReadOnlyMemory<float> Region, float Weight)[] regions, double deviation, int tracks)
    {
        (_wants, _regions) = (wants, regions);
        _scale = deviation > 1e-9 ? (float)(1 / deviation) : 0;
        double sum = 0;
        foreach ((float[] logs, float weight) in wants)
            sum += weight * (double)TensorPrimitives.Sum<float>(logs);
        foreach ((ReadOnlyMemory<float> region, float weight) in regions)
            sum += weight * (double)TensorPrimitives.Sum(region.Span);
        _mean = (float)(sum / Math.Max(1, tracks));
    }

    public bool IsEmpty => _wants.Length == 0;

    public void AddTo(Span<float> scores, float scale)
    {
        if (IsEmpty)
            return;
        foreach ((float[] logs, float weight) in _wants)
            TensorPrimitives.MultiplyAdd(logs, weight * _scale * scale, scores, scores);
        foreach ((ReadOnlyMemory<float> region, float weight) in _regions)
            TensorPrimitives.MultiplyAdd(region.Span, weight * _scale * scale, scores, scores);
        TensorPrimitives.Subtract(scores, _mean * _scale * scale, scores);
    }

    public float Of(int track)
    {
        if (IsEmpty)
            return 0;
        float sum = -_mean;
        foreach ((float[] logs, float weight) in _wants)
            sum += weight * logs[track];
        foreach ((ReadOnlyMemory<float> region, float weight) in _regions)
            sum += weight * region.Span[track];
        return sum * _scale;
    }
}
