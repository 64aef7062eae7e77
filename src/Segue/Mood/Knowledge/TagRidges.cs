using System.Numerics.Tensors;
using Segue.Mood.Concepts;
using Segue.Numerics;

namespace Segue.Mood.Knowledge;

/// <summary>
/// What tags say of artists whom nobody tagged: for each tag a weighted ridge from the artists' vectors to y = 2·log(1 + n)·√(n / (all tags of the
/// artist + 8)), n people gave the tag; weight 0.05 where nobody did, else 1 + 4y. Its values are standardized over the artists that people play,
/// times n / (n + 15) for n uses in all: a tag that few gave says less.
/// </summary>
internal static class TagRidges
{
    private const int ListenersMin = 5;
    private const float UntaggedWeight = 0.05f, TaggedWeight = 4, UsesHalf = 15;
    private const double Lambda = 0.6;

    /// <summary>How much of an artist a tag is, judged by those who gave it.</summary>
    public static float Share(float people, float tagsOfArtist) => 2 * MathF.Log(1 + people) * MathF.Sqrt(people / (tagsOfArtist + 8));

    /// <param name="wanted">The tags to learn.</param>
    /// <returns>One row a tag of <paramref name="wanted"/>: dimensions coefficients and, last, a constant, so that vector · row + constant is the
    /// standardized value.</returns>
    public static float[] Learn(TagCounts tags, ArtistVectors vectors, ReadOnlyMemory<int> listeners, int[] wanted, CancellationToken cancel)
    {
        int d = vectors.Dimensions, columns = d + 1, artists = tags.People.Columns;
        double[] all = Ridge.Gram(artists, columns, Row, Enumerable.Repeat(UntaggedWeight, artists).ToArray(), cancel);
        int[] heard = [.. Enumerable.Range(0, artists).Where(a => listeners.Span[a] >= ListenersMin)];
        float[] result = new float[wanted.Length * columns];
        Parallel.For(0, wanted.Length, new ParallelOptions { CancellationToken = cancel }, w =>
        {
            int tag = wanted[w], count = tags.People.RowLength(tag);
            double[] gram = [.. all], right = new double[columns];
            float[] y = new float[count], weights = new float[count], row = new float[columns];
            for (int k = 0; k < count; k++)
            {
                int artist = tags.People.RowIndices(tag)[k];
                y[k] = Share(tags.People.RowValues(tag)[k], tags.OfArtist[artist]);
                weights[k] = 1 + TaggedWeight * y[k];
                Row(artist, row);
                for (int c = 0; c < columns; c++)
                    right[c] += weights[k] * y[k] * row[c];
                weights[k] -= UntaggedWeight;
            }

            int[] tagged = tags.People.RowIndices(tag).ToArray();
            TensorPrimitives.Add(gram, Ridge.Gram(count, columns, (k, x) => Row(tagged[k], x), weights, cancel), gram);
            Ridge.Factorize(gram, columns, Lambda).Solve(right);
            Span<float> to = result.AsSpan(w * columns, columns);
            for (int c = 0; c < columns; c++)
                to[c] = (float)right[c];
            Standardize(to, heard, vectors, tags.Uses[tag]);
        });
        return result;

        void Row(int artist, Span<float> x)
        {
            vectors.Played.AsSpan(artist * d, d).CopyTo(x);
            x[d] = 1;
        }
    }

    private static void Standardize(Span<float> coefficients, int[] heard, ArtistVectors vectors, float uses)
    {
        int d = vectors.Dimensions;
        double sum = 0, square = 0;
        foreach (int artist in heard)
        {
            double value = TensorPrimitives.Dot(coefficients[..d], vectors.Played.AsSpan(artist * d, d));
            (sum, square) = (sum + value, square + value * value);
        }

        double mean = sum / Math.Max(1, heard.Length), deviation = Math.Sqrt(Math.Max(0, square / Math.Max(1, heard.Length) - mean * mean));
        float scale = deviation < 1e-9 ? 0 : (float)(uses / (uses + UsesHalf) / deviation);
        coefficients[d] = -(float)mean;
        TensorPrimitives.Multiply(coefficients, scale, coefficients);
    }

    /// <summary>Tags worth learning: those a wish may name by itself, and those the table speaks of.</summary>
    public static int[] Wanted(TagCounts tags, ConceptTable table)
    {
        HashSet<string> spoken = [.. table.All.SelectMany(c => c.Tags).Select(t => TagKey.Of(t.Name))];
        return [.. Enumerable.Range(0, tags.Keys.Length).Where(t => IsName(tags.People.RowLength(t), tags.Uses[t]) || spoken.Contains(tags.Keys[t]))];
    }

    /// <summary>Whether a tag may be read in a wish by itself: enough people gave it to enough artists.</summary>
    public static bool IsName(int artists, float uses) => artists >= 8 && uses >= 20;
}
