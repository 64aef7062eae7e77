using System.Buffers;
using System.Numerics.Tensors;
using Segue.Catalogue;
using Segue.Numerics;

namespace Segue.Mood;

/// <summary>
/// Likeness to a song or an artist that a wish names: near it in how it sounds, feature by feature on the percentile scale, and in its genres.
/// "Like X but happier" moves the target up by a quarter of all songs; a feature that the wish asks for outright is left to that.
/// <para>"Less like Y" is Rocchio's negative feedback (Manning, Raghavan and Schütze, Introduction to Information Retrieval, 9.1): the mean likeness
/// to what was named with a minus is subtracted, γ times. Two departures: γ is 0.75, the last before nearness falls steeply (<c>bench/run
/// contrast</c>: nearness −0.013, likeness to what is avoided −0.044; Rocchio's usual 0.15 / 0.75 = 0.2 moves it by −0.013), and likeness is
/// subtracted as it is, not as a logarithm, which would reward the ends of every scale without bound.</para>
/// </summary>
internal sealed class ReferenceTarget
{
    /// <summary>How far a shift of strength 1 goes, as a share of all songs.</summary>
    internal const float Shift = 0.25f;

    private const float EdgeMin = 0.02f, FeatureScale = 0.6f, ShiftedScale = 1.5f, GenreShareMin = 0.2f, AskedFrom = 0.55f;

    /// <summary>A genre of a named artist was not asked for by name: half of what a mention weighs.</summary>
    private const float GenreScale = MoodScorer.GenreScale / 2;

    // How a song sounds; not how popular or long it is, nor its key.
    private static readonly AudioFeature[] s_features =
    [
        AudioFeature.Danceability, AudioFeature.Energy, AudioFeature.Speechiness, AudioFeature.Acousticness, AudioFeature.Instrumentalness,
        AudioFeature.Liveness, AudioFeature.Valence, AudioFeature.Tempo,
    ];

    private readonly WishReference _reference;
    private readonly float _scale;
    private readonly (AudioFeature Feature, float Target, float Weight)[] _targets;
    private readonly GenreWeight[] _genres;

    /// <param name="scale">1 over the number of references, so that several songs weigh as much as one.</param>
    public ReferenceTarget(WishReference reference, Wish wish, Tracks tracks, MatrixView percentiles, float scale)
    {
        (_reference, _scale) = (reference, scale);
        HashSet<AudioFeature> asked = [.. wish.Wants.Where(w => Math.Abs(w.Weight) >= AskedFrom).Select(w => w.Feature), .. wish.Ranges.Select(r => r.Feature)];
        IEnumerable<AudioFeature> features = s_features.Union(reference.Shifts.Select(s => s.Feature));
        _targets = [.. features.Where(f => !asked.Contains(f)).Select(f => Target(f, percentiles))];
        string[] genres = [.. reference.Tracks.SelectMany(tracks.GenreNamesOf)];
        _genres = [.. genres.CountBy(g => g).Select(g => new GenreWeight(g.Key, (float)g.Value / reference.Tracks.Count)).Where(g => g.Weight >= GenreShareMin)];
        float most = _genres.Length == 0 ? 1 : _genres.Max(g => g.Weight);
        _genres = [.. _genres.Where(g => !wish.Excludes(g.Genre)).Select(g => g with { Weight = g.Weight / most })];
    }

    private (AudioFeature Feature, float Target, float Weight) Target(AudioFeature feature, MatrixView percentiles)
    {
        ReadOnlySpan<float> row = percentiles.Row((int)feature);
        double sum = 0;
        foreach (int track in _reference.Tracks)
            sum += row[track];
        float shift = _reference.Shifts.FirstOrDefault(s => s.Feature == feature).Strength;
        float mean = _reference.Tracks.Count == 0 ? 0.5f : (float)(sum / _reference.Tracks.Count);
        return (feature, shift == 0 ? mean : Math.Clamp(mean + Shift * shift, EdgeMin, 1 - EdgeMin), shift == 0 ? FeatureScale : ShiftedScale);
    }

    /// <summary>The most it can add to a score.</summary>
    public double Best => _scale * (_targets.Sum(t => t.Weight * Math.Log(1 + MoodScorer.Floor)) + (_genres.Length == 0 ? 0 : GenreScale));

    /// <summary>What its features weigh together.</summary>
    public double Weight => _scale * (_targets.Sum(t => (double)t.Weight) + (_genres.Length == 0 ? 0 : 1));

    public void Add(MatrixView percentiles, GenreTable genres, Span<float> scores)
    {
        float[] near = ArrayPool<float>.Shared.Rent(scores.Length);
        try
        {
            Span<float> logs = near.AsSpan(0, scores.Length);
            foreach ((AudioFeature feature, float target, float weight) in _targets)
            {
                // log(1 − |p − target| + 0.05)
                TensorPrimitives.Subtract(percentiles.Row((int)feature), target, logs);
                TensorPrimitives.Abs(logs, logs);
                TensorPrimitives.Subtract(1 + MoodScorer.Floor, logs, logs);
                TensorPrimitives.Log(logs, logs);
                TensorPrimitives.MultiplyAdd(logs, weight * _scale, scores, scores);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(near);
        }

        genres.AddBest(_genres, GenreScale * _scale, scores);
    }

    /// <summary>Subtracts γ times the likeness, without logarithm.</summary>
    /// <param name="away">γ.</param>
    public void AddUnlike(MatrixView percentiles, GenreTable genres, float away, Span<float> scores)
    {
        float[] rented = ArrayPool<float>.Shared.Rent(scores.Length);
        try
        {
            Span<float> distance = rented.AsSpan(0, scores.Length);
            foreach ((AudioFeature feature, float target, float weight) in _targets)
            {
                TensorPrimitives.Subtract(percentiles.Row((int)feature), target, distance);
                TensorPrimitives.Abs(distance, distance);
                TensorPrimitives.Subtract(1, distance, distance);
                TensorPrimitives.MultiplyAdd(distance, -away * weight * _scale, scores, scores);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }

        genres.AddBest(_genres, -away * GenreScale * _scale, scores);
    }

    /// <summary>The fit is 1 − the likeness, features and genres by their weights.</summary>
    public MoodPart ExplainUnlike(MatrixView percentiles, GenreTable genres, float away, int track)
    {
        double likeness = GenreScale * genres.BestOf(_genres, track), most = _genres.Length == 0 ? 0 : GenreScale;
        foreach ((AudioFeature feature, float target, float weight) in _targets)
        {
            likeness += weight * (1 - Math.Abs(percentiles.Row((int)feature)[track] - target));
            most += weight;
        }

        return new MoodPart(MoodPartKind.Unlike, $"unlike {_reference.Name}", [_reference.Name], (float)(-away * _scale * likeness), most > 0 ? 1 - likeness / most : 1);
    }

    public MoodPart Explain(MatrixView percentiles, GenreTable genres, int track)
    {
        double part = GenreScale * genres.BestOf(_genres, track), near = 0;
        foreach ((AudioFeature feature, float target, float weight) in _targets)
        {
            double nearness = 1 - Math.Abs(percentiles.Row((int)feature)[track] - target);
            part += weight * Math.Log(nearness + MoodScorer.Floor);
            near += nearness;
        }

        string shifts = string.Concat(_reference.Shifts.Select(s => $", more {MoodFeatures.EndOf(s.Feature, s.Strength)}"));
        return new MoodPart(MoodPartKind.Reference, $"like {_reference.Name}{shifts}", [_reference.Name],
            (float)(_scale * part), _targets.Length == 0 ? 1 : near / _targets.Length);
    }
}
