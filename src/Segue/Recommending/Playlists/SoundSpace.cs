using Segue.Catalogue;

namespace Segue.Recommending.Playlists;

/// <summary>
/// Where songs lie by their sound, so that there is a way from any song to any other in small steps. Unlike <see cref="SongLikeness"/>, which sees
/// genres as the same or not, a genre here is the mean of its songs: metal is far from piano, and rock and folk lie between.
/// <para>d(a, b) = 0.7 Σ w |p(a) − p(b)| + 0.3 Σ w |g(a) − g(b)|, p a song's percentiles, g the mean percentiles of its genres' songs, w the weights
/// of
/// <see cref="SongLikeness"/> scaled to the sum 1. A weighted city-block distance: 0..1, a metric, and everything between two songs in each
/// coordinate lies on a shortest way between them.</para>
/// </summary>
internal sealed class SoundSpace
{
    private const float SongShare = 0.7f;

    private readonly float[] _points;
    private readonly int _dimensions;

    public SoundSpace(SongIndex songs)
    {
        Tracks tracks = songs.Tracks;
        int n = tracks.Count, features = SongLikeness.Feel.Count;
        _dimensions = 2 * features;
        _points = new float[n * _dimensions];
        double weights = SongLikeness.Feel.Sum(f => f.Weight);
        int[] counts = new int[tracks.GenreNames.Count];
        float[] ofGenre = new float[counts.Length];
        for (int f = 0; f < features; f++)
        {
            (AudioFeature feature, double weight) = SongLikeness.Feel[f];
            float scale = (float)(weight / weights);
            ReadOnlySpan<float> row = songs.Percentiles.Row((int)feature);
            GenreMeans(tracks, row, ofGenre, counts);
            for (int t = 0; t < n; t++)
            {
                float sum = 0;
                ReadOnlySpan<int> genres = tracks.GenresOf[t];
                foreach (int g in genres)
                    sum += ofGenre[g];
                _points[t * _dimensions + f] = SongShare * scale * row[t];
                _points[t * _dimensions + features + f] = (1 - SongShare) * scale * (genres.Length > 0 ? sum / genres.Length : 0.5f);
            }
        }
    }

    /// <summary>0 where two songs sound alike, up to 1.</summary>
    public float Distance(int a, int b)
    {
        ReadOnlySpan<float> x = _points.AsSpan(a * _dimensions, _dimensions), y = _points.AsSpan(b * _dimensions, _dimensions);
        float sum = 0;
        for (int i = 0; i < x.Length; i++)
            sum += Math.Abs(x[i] - y[i]);
        return sum;
    }

    private static void GenreMeans(Tracks tracks, ReadOnlySpan<float> row, float[] means, int[] counts)
    {
        Array.Clear(means);
        Array.Clear(counts);
        for (int t = 0; t < row.Length; t++)
        {
            foreach (int g in tracks.GenresOf[t])
            {
                means[g] += row[t];
                counts[g]++;
            }
        }

        for (int g = 0; g < means.Length; g++)
            means[g] = counts[g] > 0 ? means[g] / counts[g] : 0.5f;
    }
}
