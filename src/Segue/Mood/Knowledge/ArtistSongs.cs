using Segue.Numerics;

namespace Segue.Mood.Knowledge;

/// <summary>
/// An artist described by their songs: x = [1, 2·√(share of each label), 3·(mean percentile − ½) of the features, 2·their deviations]. Songs as main
/// artist; who is only ever a guest is described by the songs they are a guest on.
/// </summary>
internal sealed class ArtistSongs(CatalogueFacts facts, MatrixView percentiles)
{
    private const float DeviationOfOne = 0.15f;

    private readonly int _labels = facts.Tracks.GenreNames.Count;

    public int Columns => 1 + _labels + 2 * MoodFeatures.Count;

    public void Describe(int artist, Span<float> x)
    {
        ReadOnlySpan<int> songs = facts.SongsOfMain[artist];
        if (songs.IsEmpty)
            songs = facts.Tracks.TracksOfArtist[artist];
        x.Clear();
        x[0] = 1;
        if (songs.IsEmpty)
            return;
        foreach (int song in songs)
        {
            foreach (int label in facts.Tracks.GenresOf[song])
                x[1 + label] += 1f / songs.Length;
        }

        for (int label = 1; label <= _labels; label++)
            x[label] = 2 * MathF.Sqrt(x[label]);
        for (int f = 0; f < MoodFeatures.Count; f++)
        {
            ReadOnlySpan<float> row = percentiles.Row(f);
            double sum = 0, square = 0;
            foreach (int song in songs)
                (sum, square) = (sum + row[song], square + (double)row[song] * row[song]);
            double mean = sum / songs.Length, deviation = songs.Length == 1 ? DeviationOfOne : Math.Sqrt(Math.Max(0, square / songs.Length - mean * mean));
            x[1 + _labels + f] = (float)(3 * (mean - 0.5));
            x[1 + _labels + MoodFeatures.Count + f] = (float)(2 * deviation);
        }
    }
}
