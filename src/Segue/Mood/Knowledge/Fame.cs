using System.Numerics.Tensors;
using Segue.Catalogue;
using Segue.Numerics;

namespace Segue.Mood.Knowledge;

/// <summary>
/// How well known a song is, in four views, each standardized over the songs: the most popular of its versions (hits that a compilation released
/// again have a row with popularity 0), the mean of its artist's three best songs, how many people of the plays listen to the artist, and its place
/// among the artist's songs.
/// </summary>
internal static class Fame
{
    public const int Views = 4, BestSongs = 3;

    /// <param name="listeners">People who play each artist of the catalogue; empty where nobody's plays are known.</param>
    /// <returns>One row a view, one column a track.</returns>
    public static MatrixView Of(CatalogueFacts facts, ReadOnlySpan<int> listeners)
    {
        int n = facts.Tracks.Count;
        float[] values = new float[Views * n];
        ReadOnlySpan<float> popularity = facts.Tracks.Feature(AudioFeature.Popularity);
        ReadOnlySpan<int> versionOf = facts.VersionOf.Span;
        float[] best = new float[n], ofArtist = new float[facts.SongsOfMain.Count];
        for (int t = 0; t < n; t++)
            best[versionOf[t]] = Math.Max(best[versionOf[t]], float.IsNaN(popularity[t]) ? 0 : popularity[t]);
        for (int artist = 0; artist < ofArtist.Length; artist++)
        {
            float[] known = [.. facts.SongsOfMain[artist].ToArray().Select(s => facts.VersionOf.Span[s]).Distinct()
                .Select(v => best[v]).OrderDescending().Take(BestSongs)];
            ofArtist[artist] = known.Length == 0 ? 0 : TensorPrimitives.Average<float>(known);
        }

        for (int t = 0; t < n; t++)
        {
            int artist = facts.MainArtist[t];
            values[t] = best[versionOf[t]];
            values[n + t] = artist < 0 ? 0 : ofArtist[artist];
            values[2 * n + t] = artist < 0 || listeners.IsEmpty ? 0 : MathF.Log(1 + listeners[artist]);
        }

        RankOfArtist(facts, best, values.AsSpan(3 * n, n));
        for (int view = 0; view < Views; view++)
            Standardize(values.AsSpan(view * n, n));
        return new MatrixView(values, Views, n);
    }

    /// <summary>−log of the place of a song among its artist's, by popularity.</summary>
    private static void RankOfArtist(CatalogueFacts facts, float[] best, Span<float> values)
    {
        ReadOnlySpan<int> versionOf = facts.VersionOf.Span;
        for (int artist = 0; artist < facts.SongsOfMain.Count; artist++)
        {
            int[] songs = facts.SongsOfMain[artist].ToArray();
            int[] order = [.. songs.Select(s => facts.VersionOf.Span[s]).Distinct().OrderByDescending(s => best[s]).ThenBy(s => s)];
            Dictionary<int, int> place = order.Select((s, i) => (s, i)).ToDictionary(s => s.s, s => s.i);
            foreach (int song in songs)
                values[song] = -MathF.Log(1 + place[versionOf[song]]);
        }
    }

    /// <summary>(x − mean) / deviation; zeros where all are equal.</summary>
    public static void Standardize(Span<float> x)
    {
        if (x.IsEmpty)
            return;
        double mean = 0, square = 0;
        foreach (float v in x)
            mean += v;
        mean /= x.Length;
        foreach (float v in x)
            square += (v - mean) * (v - mean);
        double deviation = Math.Sqrt(square / x.Length);
        TensorPrimitives.Subtract(x, (float)mean, x);
        TensorPrimitives.Multiply(x, deviation < 1e-9 ? 0 : (float)(1 / deviation), x);
    }
}
