using System.Numerics;
using System.Numerics.Tensors;
using Segue.Catalogue;
using Segue.Numerics;

namespace Segue.Mood.Knowledge;

/// <summary>
/// Which songs are like those of some compilations: one weighted ridge for all wishes, factored once, from rows [1, 0.6 · artist's vector, labels,
/// 1.5 · (percentiles − ½) of ten features, 0.25 · 128 random cosines of those] to "stands on one of them". Songs on any compilation weigh 1, the
/// others 0.15: that nobody chose them says little.
/// </summary>
internal sealed class CompilationRidge
{
    public const int Cosines = 128;

    private const float ArtistScale = 0.6f, FeatureScale = 1.5f, CosineScale = 0.25f, ElsewhereWeight = 0.15f, CosineFrequency = 2;
    private const double Lambda = 20;

    /// <summary>One in so many of the other songs stands for all of them: a third of the time, and the same answers.</summary>
    private const int ElsewhereEach = 4;

    private static readonly AudioFeature[] s_features =
    [
        AudioFeature.Danceability, AudioFeature.Energy, AudioFeature.Loudness, AudioFeature.Mode, AudioFeature.Speechiness, AudioFeature.Acousticness,
        AudioFeature.Instrumentalness, AudioFeature.Liveness, AudioFeature.Valence, AudioFeature.Tempo,
    ];

    private readonly CatalogueFacts _facts;
    private readonly MatrixView _percentiles;
    private readonly ArtistSpace _artists;
    private readonly ReadOnlyMemory<sbyte> _cosines;
    private readonly Lazy<Ridge> _ridge;

    /// <param name="cosines">What <see cref="MakeCosines"/> gave.</param>
    /// <param name="ridge">Opened at the first wish.</param>
    public CompilationRidge(CatalogueFacts facts, MatrixView percentiles, ArtistSpace artists, ReadOnlyMemory<sbyte> cosines, Lazy<Ridge> ridge) =>
        (_facts, _percentiles, _artists, _cosines, _ridge) = (facts, percentiles, artists, cosines, ridge);

    public static int ColumnsOf(int artistDimensions, int labels) => 1 + artistDimensions + labels + s_features.Length + Cosines;

    public Ridge Ridge => _ridge.Value;

    private int Labels => _facts.Tracks.GenreNames.Count;

    private int Columns => ColumnsOf(_artists.Dimensions, Labels);

    /// <summary>cos(ω·p + b) of the features' percentiles p, in 127ths; one row a track.</summary>
    public static sbyte[] MakeCosines(MatrixView percentiles)
    {
        float[] omega = new float[s_features.Length * Cosines], phase = new float[Cosines];
        SeededNormal.Fill(omega, seed: 2, stream: 1, CosineFrequency);
        var random = new Random(2);
        for (int i = 0; i < phase.Length; i++)
            phase[i] = (float)(random.NextDouble() * Math.Tau);
        sbyte[] cosines = new sbyte[percentiles.Columns * Cosines];
        Parallel.For(0, (percentiles.Columns + 1023) / 1024, piece =>
        {
            float[] x = new float[Cosines];
            for (int t = piece * 1024; t < Math.Min(percentiles.Columns, (piece + 1) * 1024); t++)
            {
                phase.CopyTo(x, 0);
                for (int f = 0; f < s_features.Length; f++)
                    TensorPrimitives.MultiplyAdd(omega.AsSpan(f * Cosines, Cosines), percentiles.Row((int)s_features[f])[t], x, x);
                for (int i = 0; i < Cosines; i++)
                    cosines[t * Cosines + i] = (sbyte)Math.Round(127 * Math.Cos(x[i]));
            }
        });
        return cosines;
    }

    /// <summary>Fits the ridge of a catalogue.</summary>
    public static Ridge Learn(CatalogueFacts facts, MatrixView percentiles, ArtistSpace artists, ReadOnlyMemory<sbyte> cosines,
        Compilations compilations, CancellationToken cancel)
    {
        var rows = new CompilationRidge(facts, percentiles, artists, cosines,
            new Lazy<Ridge>(() => throw new InvalidOperationException("It is being learned.")));
        HashSet<int> on = [.. compilations.Songs.Values.ToArray()];
        List<int> tracks = [];
        List<float> weights = [];
        for (int t = 0; t < facts.Tracks.Count; t++)
        {
            bool chosen = on.Contains(facts.VersionOf.Span[t]);
            if (!chosen && t % ElsewhereEach != 0)
                continue;
            tracks.Add(t);
            weights.Add(chosen ? 1 : ElsewhereWeight * ElsewhereEach);
        }

        return Ridge.Fit(tracks.Count, rows.Columns, (r, x) => rows.Row(tracks[r], x), weights.ToArray(), Lambda, cancel);
    }

    /// <summary>How like the songs of some compilations each track is, unscaled.</summary>
    /// <param name="songs">Tracks on them, in all their versions.</param>
    /// <param name="values">One a track.</param>
    public void Predict(IReadOnlyCollection<int> songs, Span<float> values)
    {
        double[] coefficients = new double[Columns];
        float[] row = new float[Columns];
        foreach (int song in songs)
        {
            Array.Clear(row);
            Row(song, row);
            for (int c = 0; c < row.Length; c++)
                coefficients[c] += row[c];
        }

        Ridge.Solve(coefficients);
        float[] w = Array.ConvertAll(coefficients, c => (float)c);
        int d = _artists.Dimensions, features = 1 + d + Labels, cosines = features + s_features.Length;
        float[] ofArtist = new float[_facts.SongsOfMain.Count];
        _artists.Project(w.AsSpan(1, d), ArtistScale, ofArtist);
        values.Fill(w[0]);
        for (int f = 0; f < s_features.Length; f++)
        {
            float weight = FeatureScale * w[features + f];
            TensorPrimitives.MultiplyAdd(_percentiles.Row((int)s_features[f]), weight, values, values);
            TensorPrimitives.Subtract(values, weight / 2, values);
        }

        float[] ofCosines = [.. w.AsSpan(cosines, Cosines).ToArray().Select(c => c * CosineScale / 127)];
        for (int t = 0; t < values.Length; t++)
        {
            float sum = _facts.MainArtist[t] is >= 0 and var artist ? ofArtist[artist] : 0;
            foreach (int label in _facts.Tracks.GenresOf[t])
                sum += w[1 + d + label];
            values[t] += sum + Dot(_cosines.Span.Slice(t * Cosines, Cosines), ofCosines);
        }
    }

    private void Row(int track, Span<float> x)
    {
        int d = _artists.Dimensions, features = 1 + d + Labels;
        x[0] = 1;
        if (_facts.MainArtist[track] is >= 0 and var artist)
            _artists.CopyVector(artist, ArtistScale, x.Slice(1, d));
        foreach (int label in _facts.Tracks.GenresOf[track])
            x[1 + d + label] = 1;
        for (int f = 0; f < s_features.Length; f++)
            x[features + f] = FeatureScale * (_percentiles.Row((int)s_features[f])[track] - 0.5f);
        ReadOnlySpan<sbyte> cosines = _cosines.Span.Slice(track * Cosines, Cosines);
        for (int i = 0; i < Cosines; i++)
            x[features + s_features.Length + i] = CosineScale / 127 * cosines[i];
    }

    /// <summary>Σ xᵢyᵢ; the lengths are a multiple of every register.</summary>
    private static float Dot(ReadOnlySpan<sbyte> x, ReadOnlySpan<float> y)
    {
        Vector<float> sum = default;
        int width = Vector<float>.Count;
        for (int i = 0; i < x.Length; i += Vector<sbyte>.Count)
        {
            Vector.Widen(new Vector<sbyte>(x[i..]), out Vector<short> low, out Vector<short> high);
            Vector.Widen(low, out Vector<int> a, out Vector<int> b);
            Vector.Widen(high, out Vector<int> c, out Vector<int> e);
            sum += Vector.ConvertToSingle(a) * new Vector<float>(y[i..]);
            sum += Vector.ConvertToSingle(b) * new Vector<float>(y[(i + width)..]);
            sum += Vector.ConvertToSingle(c) * new Vector<float>(y[(i + 2 * width)..]);
            sum += Vector.ConvertToSingle(e) * new Vector<float>(y[(i + 3 * width)..]);
        }

        return Vector.Sum(sum);
    }
}
