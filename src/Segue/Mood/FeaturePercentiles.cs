using Segue.Catalogue;
using Segue.Numerics;

namespace Segue.Mood;

/// <summary>
/// Where each track stands among all songs in each feature: 0 the lowest, 1 the highest; equal values share their average rank, and a song under
/// several ids counts once. Percentiles rather than raw values, because "quiet" means quiet among these songs, and because ranks make
/// features with very different distributions (instrumentalness is nearly always 0) weigh the same.
/// </summary>
internal static class FeaturePercentiles
{
    /// <summary>
    /// One row a feature (the first <see cref="MoodFeatures.Count"/> of <see cref="AudioFeature"/>), one column a track; 0.5 where the value is
    /// unknown.
    /// </summary>
    public static MatrixView Compute(Tracks tracks)
    {
        int n = tracks.Count;
        float[] percentiles = new float[MoodFeatures.Count * n];
        Parallel.For(0, MoodFeatures.Count, f => Rank(tracks.Feature((AudioFeature)f), tracks.SongOf, percentiles.AsSpan(f * n, n)));
        return new MatrixView(percentiles, MoodFeatures.Count, n);
    }

    /// <summary>The percentile of any value of a feature, as a track with it would have.</summary>
    public static double Of(ReadOnlySpan<float> values, ReadOnlySpan<int> songOf, double value)
    {
        long below = 0, same = 0, all = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (songOf[i] != i || float.IsNaN(values[i]))
                continue;
            all++;
            below += values[i] < value ? 1 : 0;
            same += values[i] == value ? 1 : 0;
        }

        return all == 0 ? 0.5 : (below + 0.5 * same) / all;
    }

    private static void Rank(ReadOnlySpan<float> values, ReadOnlySpan<int> songOf, Span<float> percentiles)
    {
        float[] sorted = new float[values.Length];
        int count = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (songOf[i] == i && !float.IsNaN(values[i]))
                sorted[count++] = values[i];
        }

        Array.Sort(sorted, 0, count);
        ReadOnlySpan<float> songs = sorted.AsSpan(0, count);
        for (int i = 0; i < values.Length; i++)
        {
            // (songs below + half of those that are equal) / all: the average rank of a tie, less a half, over the number of songs.
            float value = values[i];
            int below = LowerBound(songs, value), upTo = UpperBound(songs, value);
            percentiles[i] = float.IsNaN(value) || count == 0 ? 0.5f : (float)((below + upTo) / (2.0 * count));
        }
    }

    private static int LowerBound(ReadOnlySpan<float> sorted, float value)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = sorted[middle] < value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static int UpperBound(ReadOnlySpan<float> sorted, float value)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = sorted[middle] <= value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
