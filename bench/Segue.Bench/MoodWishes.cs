using System.Text.Json;
using Segue.Catalogue;
using Segue.Mood;
using Segue.Numerics;

namespace Segue.Bench;

/// <summary>One wish of the benchmark with what a listener would expect: directions of features, or one of some genres.</summary>
internal sealed record BenchWish(string Text, IReadOnlyList<(AudioFeature Feature, int Direction)> Targets, IReadOnlyList<string> Genres, string Set);

/// <summary>
/// The wishes of a <c>mood_queries.json</c> and the score that file defines: the mean over a wish's targets of the mean percentile of the top 20 in
/// the expected direction over the de-duplicated catalogue; a genre target is the share of the top 20 with one of the genres.
/// </summary>
internal static class MoodWishes
{
    public const int Top = 20;

    public static IReadOnlyList<BenchWish> Read(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            using JsonDocument document = JsonDocument.Parse(stream);
            return [.. document.RootElement.GetProperty("queries").EnumerateArray().Select(Parse)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new SegueException($"cannot read wishes from {path}: {e.Message}", e);
        }
    }

    private static BenchWish Parse(JsonElement query) => new(
        query.GetProperty("q").GetString() ?? "",
        query.TryGetProperty("t", out JsonElement targets) ? [.. targets.EnumerateObject().Select(t => (FeatureOf(t.Name), t.Value.GetInt32()))] : [],
        query.TryGetProperty("g", out JsonElement genres) ? [.. genres.EnumerateArray().Select(g => g.GetString() ?? "")] : [],
        query.TryGetProperty("set", out JsonElement set) ? set.GetString() ?? "" : "");

    private static AudioFeature FeatureOf(string name) => name == "duration_ms" ? AudioFeature.Duration : Enum.Parse<AudioFeature>(name, ignoreCase: true);

    /// <summary>The score of one answer, 0..1.</summary>
    /// <param name="percentiles">Of the catalogue, as <see cref="FeaturePercentiles.Compute"/> makes them.</param>
    /// <param name="top">The tracks answered, the best first; the first 20 count.</param>
    public static double Score(BenchWish wish, Tracks tracks, MatrixView percentiles, IReadOnlyList<int> top)
    {
        int[] first = [.. top.Take(Top)];
        if (first.Length == 0)
            return 0;
        List<double> scores = [];
        foreach ((AudioFeature feature, int direction) in wish.Targets)
            scores.Add(first.Average(t => direction > 0 ? percentiles.Row((int)feature)[t] : 1.0 - percentiles.Row((int)feature)[t]));
        if (wish.Genres.Count > 0)
            scores.Add(first.Average(t => tracks.GenreNamesOf(t).Any(wish.Genres.Contains) ? 1.0 : 0.0));
        return scores.Average();
    }
}
