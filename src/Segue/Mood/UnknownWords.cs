using System.Numerics.Tensors;
using Segue.Catalogue;
using Segue.Numerics;

namespace Segue.Mood;

/// <summary>Embeds texts, one vector a text, all of one length; any embedder can read unknown words. Called from one thread at a time for one
/// reader.</summary>
internal delegate IReadOnlyList<ReadOnlyMemory<float>> TextEmbedder(IReadOnlyList<string> texts);

/// <summary>
/// Reads words that the lexicon lacks by their meaning: their vector is compared with the vector of each phrase of the English lexicon, and what the
/// nearest phrases ask for is asked for in their stead.
/// <para>c = cosine to each phrase; confidence = clip((max c − 0.40) / 0.35, 0, 1) · 0.8; the targets are the mean of the phrases' targets under
/// softmax((c − max c) / 0.05), stretched so that the largest is 1, at most three times. The constants were found with the static embedder on
/// lexicons with 10 to 40% of their phrases taken away. The phrases are embedded at the first unknown word.</para>
/// </summary>
internal sealed class UnknownWords
{
    private const double NearFrom = 0.40, NearRange = 0.35, ConfidenceMax = 0.8, Temperature = 0.05, StretchMax = 3;

    // Phrases beyond this share of the weight change nothing that is heard.
    private const double WeightMin = 0.01;

    private readonly TextEmbedder _embed;
    private readonly LexiconEntry[] _entries;
    private readonly Lazy<MatrixView> _phrases;

    /// <param name="lexicon">Whose English phrases (and the user's own) are compared with.</param>
    /// <param name="embed">The embedder.</param>
    public UnknownWords(Lexicon lexicon, TextEmbedder embed)
    {
        _embed = embed;
        _entries = EntriesOf(lexicon);
        _phrases = new Lazy<MatrixView>(() => EmbedPhrases(_entries, embed));
    }

    /// <summary>The unit vectors of the phrases, one row a phrase.</summary>
    private static MatrixView EmbedPhrases(LexiconEntry[] entries, TextEmbedder embed)
    {
        string[] phrases = [.. entries.Select(e => e.Phrase)];
        IReadOnlyList<ReadOnlyMemory<float>> vectors = embed(phrases);
        int dimension = vectors.Count == 0 ? 0 : vectors.Max(v => v.Length);
        float[] all = new float[phrases.Length * dimension];
        for (int i = 0; i < phrases.Length; i++)
        {
            // A text without a vector stays at zero: its cosine to everything is 0.
            if (vectors[i].Length == dimension)
                ToUnit(vectors[i].Span, all.AsSpan(i * dimension, dimension));
        }
        return new MatrixView(all, phrases.Length, dimension);
    }

    /// <summary>What an unknown phrase probably asks for, or null where nothing is near.</summary>
    internal (LexiconEntry Entry, GuessedWord Guess)? Read(string phrase)
    {
        MatrixView phrases = _phrases.Value;
        ReadOnlyMemory<float> vector = _embed([phrase])[0];
        if (vector.Length != phrases.Columns || phrases.Rows == 0)
            return null;
        float[] unit = new float[vector.Length];
        ToUnit(vector.Span, unit);
        float[] cosines = new float[phrases.Rows];
        for (int i = 0; i < cosines.Length; i++)
            cosines[i] = TensorPrimitives.Dot(phrases.Row(i), unit);
        int nearest = TensorPrimitives.IndexOfMax(cosines);
        double confidence = Math.Clamp((cosines[nearest] - NearFrom) / NearRange, 0, 1) * ConfidenceMax;
        return confidence > 0 && double.IsFinite(cosines[nearest]) ? Mix(phrase, cosines, cosines[nearest], confidence) : null;
    }

    private (LexiconEntry Entry, GuessedWord Guess)? Mix(string phrase, float[] cosines, double max, double confidence)
    {
        double[] asks = new double[MoodFeatures.Count];
        Dictionary<string, double> genres = new(StringComparer.Ordinal);
        List<(double Weight, string Phrase)> near = [];
        double all = 0;
        for (int i = 0; i < cosines.Length; i++)
        {
            double weight = Math.Exp((cosines[i] - max) / Temperature);
            if (weight < WeightMin)
                continue;
            all += weight;
            near.Add((weight, _entries[i].Phrase));
            foreach (Ask ask in _entries[i].Asks)
                asks[(int)ask.Feature] += weight * ask.Strength;
            foreach (GenreWeight genre in _entries[i].Genres)
                genres[genre.Genre] = genres.GetValueOrDefault(genre.Genre) + weight * genre.Weight;
        }

        double largest = asks.Max(Math.Abs) / all;
        double stretch = largest == 0 ? 1 : Math.Min(StretchMax, Math.Max(1, 1 / largest));
        Ask[] mixed = [.. Enumerable.Range(0, asks.Length).Select(f => new Ask((AudioFeature)f, (float)(asks[f] / all * stretch)))
            .Where(a => Math.Abs(a.Strength) >= 0.1f)];
        GenreWeight[] mixedGenres = [.. genres.Select(g => new GenreWeight(g.Key, (float)(g.Value / all))).Where(g => g.Weight >= 0.2f)];
        if (mixed.Length + mixedGenres.Length == 0)
            return null;
        string[] readAs = [.. near.OrderByDescending(n => n.Weight).Take(3).Select(n => n.Phrase)];
        return (new LexiconEntry(phrase, WordRole.Asks, mixed, mixedGenres), new GuessedWord(phrase, readAs, confidence));
    }

    private static LexiconEntry[] EntriesOf(Lexicon lexicon) =>
        [.. lexicon.EntriesOf("").Concat(lexicon.EntriesOf("en")).Where(e => e.Role == WordRole.Asks).DistinctBy(e => e.Phrase)];

    private static void ToUnit(ReadOnlySpan<float> vector, Span<float> unit)
    {
        float norm = TensorPrimitives.Norm(vector);
        if (norm > 0 && float.IsFinite(norm))
            TensorPrimitives.Divide(vector, norm, unit);
        else
            unit.Clear();
    }
}
