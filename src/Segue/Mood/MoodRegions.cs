using System.Numerics.Tensors;
using Segue.Catalogue;
using Segue.Numerics;

namespace Segue.Mood;

/// <summary>
/// Where songs of a mood lie. The lowest valence and energy of a catalogue is ambient noise, yet songs that people call sad have a voice and a
/// middling loudness: a mood is a region of the feature space, not a corner of it. The regions are learned from the catalogue itself, without labels,
/// from what its songs, albums and genres are called.
/// <para>Two ridges. The first is over the text vectors x of the songs (title, album, genres; not their features): α = X (XᵀX + λI)⁻¹ q says how much
/// each song is called like the mood q, in whitened coordinates, so that what all titles share counts for nothing. The second carries α over to how
/// songs sound: on random Fourier features φ of the percentiles (Rahimi and Recht 2007), whose inner products are a Gaussian kernel, w = (ΦᵀΦ + λI)⁻¹
/// Φᵀα, and φ(p)·w is how much songs at p are called that. This is a conditional mean embedding (Song, Huang, Smola and Fukumizu 2009) with its
/// division by the density of the catalogue done inside the second ridge, where empty corners are smoothed instead of blown up. q is the sum over a
/// family of words ("sad, sorrow, tears"), which is steadier than one. The values are kept as z-scores over the tracks, within ±3.</para>
/// Only for moods; "loud" and "live" say which end they mean.
/// </summary>
internal sealed class MoodRegions
{
    // Names without regions: a few titles say too little.
    private const int SongsMin = 500, SongsMax = 100_000, PieceSongs = 2048, FourierCount = 256;
    private const float Bandwidth = 0.5f, RidgePerSong = 1e-4f;
    internal const float ClipAt = 3;
    private const double SameMoodFrom = 0.95;

    private static readonly AudioFeature[] s_features =
    [
        AudioFeature.Danceability, AudioFeature.Energy, AudioFeature.Loudness, AudioFeature.Mode, AudioFeature.Speechiness, AudioFeature.Acousticness,
        AudioFeature.Instrumentalness, AudioFeature.Valence, AudioFeature.Tempo,
    ];

    // Moods whose regions found more songs of that title or genre than the features alone (happy, dreamy, angry and uplifting did not; docs/mood.md).
    // The first word of a family stands for it: other words of the lexicon that ask for the same are the same mood, in any language.
    private static readonly string[] s_families =
    [
        "sad, sadness, sorrow, heartbroken, tears, crying, broken heart, lonely, melancholy",
        "calm, relaxing, peaceful, tranquil, serene, gentle, soothing", "romantic, romance, love song, candlelight, tender, in love",
        "dark, darkness, sinister, haunting, evil, gloomy", "nostalgic, nostalgia, memories, childhood, sentimental",
        "party, celebration, dancing, night out, festival",
    ];

    private readonly Dictionary<string, int> _byPhrase = new(StringComparer.Ordinal);
    private readonly Lazy<Ask[][]> _asks;

    /// <param name="values">What <see cref="Learn"/> gave: one row a mood, one column a track.</param>
    /// <param name="lexicon">Says which words are which mood.</param>
    /// <exception cref="ArgumentException">The values are of other moods.</exception>
    public MoodRegions(MatrixView values, Lexicon lexicon)
    {
        if (values.Rows != s_families.Length)
            throw new ArgumentException($"Regions of {values.Rows} moods, but {s_families.Length} are known.", nameof(values));
        Values = values;
        _asks = new(() => [.. Names.Select(n => (Ask[])[.. lexicon.Find(n, 0)?.Asks ?? []])]);
        for (int m = 0; m < s_families.Length; m++)
        {
            foreach (string phrase in PhrasesOf(m))
                _byPhrase.TryAdd(phrase, m);
        }
    }

    /// <summary>The names of the moods, in the order of the rows.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enumerable.Range(0, s_families.Length).Select(m => PhrasesOf(m)[0])];

    /// <summary>One row a mood, one column a track: how typical of the mood songs like it are, as a z-score within ±3. To be saved.</summary>
    public MatrixView Values { get; }

    /// <summary>The mood that an entry names, or −1.</summary>
    internal int MoodOf(LexiconEntry entry)
    {
        if (_byPhrase.TryGetValue(entry.Phrase, out int mood))
            return mood;
        (double best, int at) = (SameMoodFrom, -1);
        Ask[][] asks = _asks.Value;
        for (int m = 0; m < asks.Length; m++)
        {
            double cosine = Cosine(entry.Asks, asks[m]);
            if (cosine >= best)
                (best, at) = (cosine, m);
        }

        return at;
    }

    /// <summary>Learns the regions of a catalogue; a few seconds for 100,000 songs. The same catalogue gives the same bytes on any number of
    /// threads.</summary>
    /// <param name="tracks">The catalogue.</param>
    /// <param name="percentiles">Its <see cref="FeaturePercentiles"/>.</param>
    /// <param name="embed">A fast embedder, such as the static one.</param>
    /// <param name="cancel">Stops between pieces of 2,048 songs.</param>
    /// <returns>The values; all zero where the catalogue is too small to learn from.</returns>
    public static MatrixView Learn(Tracks tracks, MatrixView percentiles, TextEmbedder embed, CancellationToken cancel = default)
    {
        float[] values = new float[s_families.Length * tracks.Count];
        int[] songs = [.. Enumerable.Range(0, tracks.Count).Where(t => tracks.SongOf[t] == t)];
        int step = (songs.Length + SongsMax - 1) / SongsMax;
        songs = [.. songs.Where((_, i) => i % Math.Max(1, step) == 0)];
        if (songs.Length >= SongsMin)
        {
            float[] texts = Embed(tracks, songs, embed, out int dimension, cancel);
            float[][] called = Called(texts, songs.Length, dimension, embed, cancel);
            float[][] weights = Weights(called, songs, percentiles, cancel);
            Evaluate(weights, percentiles, tracks, values, cancel);
        }

        return new MatrixView(values, s_families.Length, tracks.Count);
    }

    private static string[] PhrasesOf(int mood) => s_families[mood].Split(", ");

    private static float[] Embed(Tracks tracks, int[] songs, TextEmbedder embed, out int dimension, CancellationToken cancel)
    {
        float[] all = [];
        dimension = 0;
        for (int first = 0; first < songs.Length; first += PieceSongs)
        {
            cancel.ThrowIfCancellationRequested();
            string[] texts = [.. songs.Skip(first).Take(PieceSongs).Select(t => $"{tracks.Titles[t]} {tracks.Albums[t]} {string.Join(' ', tracks.GenreNamesOf(t))}")];
            IReadOnlyList<ReadOnlyMemory<float>> vectors = embed(texts);
            if (first == 0)
                all = new float[songs.Length * (dimension = vectors.Max(v => v.Length))];
            for (int i = 0; i < texts.Length; i++)
            {
                if (vectors[i].Length == dimension)
                    vectors[i].Span.CopyTo(all.AsSpan((first + i) * dimension));
            }
        }

        return all;
    }

    /// <summary>α = X (XᵀX + λI)⁻¹ q for each mood: how much each song is called like it.</summary>
    private static float[][] Called(float[] texts, int count, int dimension, TextEmbedder embed, CancellationToken cancel)
    {
        double[][] q = [.. s_families.Select(_ => new double[dimension])];
        for (int m = 0; m < q.Length; m++)
        {
            foreach (ReadOnlyMemory<float> vector in embed(PhrasesOf(m)).Where(v => v.Length == dimension))
            {
                for (int i = 0; i < dimension; i++)
                    q[m][i] += vector.Span[i];
            }
        }

        Solve(texts, count, dimension, q, cancel);
        float[][] directions = [.. q.Select(d => Array.ConvertAll(d, v => (float)v))];
        float[][] called = [.. q.Select(_ => new float[count])];
        Parallel.For(0, count, song =>
        {
            for (int m = 0; m < called.Length; m++)
                called[m][song] = TensorPrimitives.Dot(texts.AsSpan(song * dimension, dimension), directions[m]);
        });
        return called;
    }

    /// <summary>w = (ΦᵀΦ + λI)⁻¹ Φᵀα for each mood.</summary>
    private static float[][] Weights(float[][] called, int[] songs, MatrixView percentiles, CancellationToken cancel)
    {
        var fourier = new FourierFeatures();
        float[] phi = new float[songs.Length * FourierCount];
        Parallel.For(0, songs.Length, s => fourier.Of(percentiles, songs[s], phi.AsSpan(s * FourierCount, FourierCount)));
        double[][] weights = [.. called.Select(_ => new double[FourierCount])];
        Parallel.For(0, called.Length, m =>
        {
            double mean = TensorPrimitives.Sum(called[m]) / songs.Length;
            for (int s = 0; s < songs.Length; s++)
            {
                double alpha = called[m][s] - mean;
                for (int i = 0; i < FourierCount; i++)
                    weights[m][i] += alpha * phi[s * FourierCount + i];
            }
        });
        Solve(phi, songs.Length, FourierCount, weights, cancel);
        return [.. weights.Select(w => Array.ConvertAll(w, v => (float)v))];
    }

    private static void Evaluate(float[][] weights, MatrixView percentiles, Tracks tracks, float[] values, CancellationToken cancel)
    {
        int n = tracks.Count;
        var fourier = new FourierFeatures();
        Parallel.For(0, (n + PieceSongs - 1) / PieceSongs, new ParallelOptions { CancellationToken = cancel }, piece =>
        {
            float[] phi = new float[FourierCount];
            for (int track = piece * PieceSongs; track < Math.Min(n, (piece + 1) * PieceSongs); track++)
            {
                fourier.Of(percentiles, track, phi);
                for (int m = 0; m < weights.Length; m++)
                    values[m * n + track] = TensorPrimitives.Dot(phi, weights[m]);
            }
        });

        for (int m = 0; m < weights.Length; m++)
        {
            Span<float> row = values.AsSpan(m * n, n);
            double mean = 0, square = 0;
            foreach (float v in row)
                (mean, square) = (mean + v, square + (double)v * v);
            double deviation = Math.Sqrt(Math.Max(1e-30, square / n - mean / n * (mean / n)));
            for (int i = 0; i < n; i++)
                row[i] = (float)Math.Clamp((row[i] - mean / n) / deviation, -ClipAt, ClipAt);
        }
    }

    /// <summary>Replaces each b by (RᵀR + λI)⁻¹ b, R the rows, λ a ten-thousandth of their number.</summary>
    private static void Solve(float[] rows, int count, int dimension, double[][] b, CancellationToken cancel)
    {
        int pieces = (count + PieceSongs - 1) / PieceSongs;
        double[] gram = new double[dimension * dimension];

        // Eight pieces at a time, added in their order: what comes out does not depend on the number of threads.
        for (int group = 0; group < pieces; group += 8)
        {
            cancel.ThrowIfCancellationRequested();
            float[][] parts = new float[Math.Min(8, pieces - group)][];
            Parallel.For(0, parts.Length, p => parts[p] = Gram(rows, (group + p) * PieceSongs, Math.Min(count, (group + p + 1) * PieceSongs), dimension));
            foreach (float[] part in parts)
            {
                for (int i = 0; i < gram.Length; i++)
                    gram[i] += part[i];
            }
        }

        for (int i = 0; i < dimension; i++)
            gram[i * dimension + i] += RidgePerSong * count;
        if (!Cholesky.Factorize(gram, dimension))
            throw new InvalidOperationException("A Gramian with a ridge has a Cholesky factor.");
        foreach (double[] x in b)
            Cholesky.Solve(gram, dimension, x);
    }

    private static float[] Gram(float[] rows, int from, int to, int dimension)
    {
        float[] gram = new float[dimension * dimension];
        for (int row = from; row < to; row++)
        {
            ReadOnlySpan<float> x = rows.AsSpan(row * dimension, dimension);
            for (int i = 0; i < dimension; i++)
                TensorPrimitives.MultiplyAdd(x[..(i + 1)], x[i], gram.AsSpan(i * dimension, i + 1), gram.AsSpan(i * dimension, i + 1));
        }

        for (int i = 0; i < dimension; i++)
        {
            for (int j = i + 1; j < dimension; j++)
                gram[i * dimension + j] = gram[j * dimension + i];
        }

        return gram;
    }

    private static double Cosine(IReadOnlyList<Ask> a, Ask[] b)
    {
        double dot = a.Sum(x => x.Strength * b.FirstOrDefault(y => y.Feature == x.Feature).Strength);
        double norm = Math.Sqrt(a.Sum(x => x.Strength * x.Strength) * b.Sum(x => x.Strength * x.Strength));
        return norm == 0 ? 0 : dot / norm;
    }

    /// <summary>φ(p) = √(2/D) cos(ωp + b), ω normal with deviation 1/bandwidth, b uniform: ⟨φ(p), φ(p')⟩ ≈ exp(−|p − p'|² / 2 bandwidth²).</summary>
    private sealed class FourierFeatures
    {
        private readonly float[] _omega = new float[s_features.Length * FourierCount], _phase = new float[FourierCount];

        public FourierFeatures()
        {
            SeededNormal.Fill(_omega, seed: 1, stream: 1, 1 / Bandwidth);
            var random = new Random(1);
            for (int i = 0; i < _phase.Length; i++)
                _phase[i] = (float)(random.NextDouble() * Math.Tau);
        }

        public void Of(MatrixView percentiles, int track, Span<float> phi)
        {
            _phase.CopyTo(phi);
            for (int f = 0; f < s_features.Length; f++)
                TensorPrimitives.MultiplyAdd(_omega.AsSpan(f * FourierCount, FourierCount), percentiles.Row((int)s_features[f])[track], phi, phi);
            TensorPrimitives.Cos(phi, phi);
            TensorPrimitives.Multiply(phi, MathF.Sqrt(2f / FourierCount), phi);
        }
    }
}
