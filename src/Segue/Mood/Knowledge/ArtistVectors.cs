using System.Numerics.Tensors;
using Segue.Numerics;

namespace Segue.Mood.Knowledge;

/// <summary>
/// A vector for every artist of the catalogue, also for those whom nobody in the plays knows.
/// <para>For artists of the plays s = [ALS factors / their root mean square length, 0.7 · tags by a truncated SVD, of the same length]. A ridge from
/// how an artist's songs are labelled and sound (<see cref="ArtistSongs"/>) to s, over the artists that are in both, gives a guess for all; each has
/// α·s + (1 − α)·guess, α = m / (m + 2), m = listeners + tags / 4: the more people speak of an artist, the less is guessed.</para>
/// </summary>
internal sealed class ArtistVectors
{
    private const int TagDimensions = 96, ListenersCountedMax = 50;
    private const float TagScale = 0.7f, UnknownWeight = 0.3f, EvidenceHalf = 2, TagsPerListener = 4;
    private const double Lambda = 60;

    /// <summary>One row an artist of the plays.</summary>
    public required float[] Played { get; init; }

    /// <summary>One row an artist of the catalogue.</summary>
    public required float[] OfCatalogue { get; init; }

    /// <summary>α of each artist of the catalogue: 0 where all is guessed from the songs.</summary>
    public required float[] Known { get; init; }

    public required int Dimensions { get; init; }

    /// <param name="playedOf">The artist of the plays for each artist of the catalogue, or −1.</param>
    public static ArtistVectors Learn(ListenerEvidence evidence, TagCounts? tags, ArtistSongs songs, ReadOnlyMemory<int> playedOf, CancellationToken cancel)
    {
        float[] played = PlayedVectors(evidence, tags, out int dimensions);
        int[] joined = [.. Enumerable.Range(0, playedOf.Length).Where(a => playedOf.Span[a] >= 0)];
        float[] weights = [.. joined.Select(a => MathF.Sqrt(Math.Min(evidence.Listeners.Span[playedOf.Span[a]], ListenersCountedMax)) + UnknownWeight)];
        float[] coefficients = FitToSongs(songs, joined, weights, a => played.AsMemory(playedOf.Span[a] * dimensions, dimensions), dimensions, cancel);
        float[] all = new float[playedOf.Length * dimensions], known = new float[playedOf.Length];
        Parallel.For(0, playedOf.Length, artist =>
        {
            Span<float> to = all.AsSpan(artist * dimensions, dimensions);
            Guess(songs, artist, coefficients, to);
            if (playedOf.Span[artist] is not (>= 0 and var p))
                return;
            float evidenceOf = evidence.Listeners.Span[p] + (tags?.OfArtist[p] ?? 0) / TagsPerListener, alpha = evidenceOf / (evidenceOf + EvidenceHalf);
            known[artist] = alpha;
            TensorPrimitives.Multiply(to, 1 - alpha, to);
            TensorPrimitives.MultiplyAdd(played.AsSpan(p * dimensions, dimensions), alpha, to, to);
        });
        return new ArtistVectors { Played = played, OfCatalogue = all, Known = known, Dimensions = dimensions };
    }

    /// <summary>The ridge from songs to any vectors of artists.</summary>
    /// <param name="artists">Artists of the catalogue that have a vector.</param>
    /// <param name="vectorOf">It.</param>
    /// <returns>One row a column of <see cref="ArtistSongs"/>.</returns>
    public static float[] FitToSongs(
        ArtistSongs songs, int[] artists, float[] weights, Func<int, ReadOnlyMemory<float>> vectorOf, int dimensions, CancellationToken cancel)
    {
        int columns = songs.Columns;
        Ridge ridge = Ridge.Fit(artists.Length, columns, (r, x) => songs.Describe(artists[r], x), weights, Lambda, cancel);
        double[] right = new double[columns * dimensions]; // XᵀWS
        float[] described = new float[columns];
        for (int r = 0; r < artists.Length; r++)
        {
            songs.Describe(artists[r], described);
            ReadOnlySpan<float> vector = vectorOf(artists[r]).Span;
            for (int c = 0; c < columns; c++)
            {
                double scale = weights[r] * described[c];
                for (int d = 0; scale != 0 && d < dimensions; d++)
                    right[c * dimensions + d] += scale * vector[d];
            }
        }

        float[] coefficients = new float[columns * dimensions];
        Parallel.For(0, dimensions, d =>
        {
            double[] b = new double[columns];
            for (int c = 0; c < columns; c++)
                b[c] = right[c * dimensions + d];
            ridge.Solve(b);
            for (int c = 0; c < columns; c++)
                coefficients[c * dimensions + d] = (float)b[c];
        });
        return coefficients;
    }

    /// <summary>x·B: an artist's vector guessed from their songs.</summary>
    public static void Guess(ArtistSongs songs, int artist, float[] coefficients, Span<float> vector)
    {
        Span<float> x = stackalloc float[songs.Columns];
        songs.Describe(artist, x);
        vector.Clear();
        for (int c = 0; c < x.Length; c++)
        {
            if (x[c] != 0)
                TensorPrimitives.MultiplyAdd(coefficients.AsSpan(c * vector.Length, vector.Length), x[c], vector, vector);
        }
    }

    private static float[] PlayedVectors(ListenerEvidence evidence, TagCounts? tags, out int dimensions)
    {
        int artists = evidence.Artists.Count, factors = evidence.Factors.Columns, tagged = tags is null ? 0 : TagDimensions;
        dimensions = factors + tagged;
        float[] vectors = new float[artists * dimensions];
        float scale = Inverse(RootMeanSquareLength(evidence.Factors.Values, artists));
        for (int a = 0; a < artists; a++)
            TensorPrimitives.Multiply(evidence.Factors.Row(a), scale, vectors.AsSpan(a * dimensions, factors));
        if (tags is null)
            return vectors;
        float[] left = TagSpace(tags, artists);
        float tagScale = TagScale * Inverse(RootMeanSquareLength(left, artists));
        for (int a = 0; a < artists; a++)
            TensorPrimitives.Multiply(left.AsSpan(a * TagDimensions, TagDimensions), tagScale, vectors.AsSpan(a * dimensions + factors, TagDimensions));
        return vectors;
    }

    /// <summary>Artists × tags, log(1 + people) · idf with rows of length 1, as its left singular vectors times the singular values.</summary>
    private static float[] TagSpace(TagCounts tags, int artists)
    {
        Interactions.CsrMatrix ofArtist = tags.People.Transpose();
        int tagged = Enumerable.Range(0, artists).Count(a => ofArtist.RowLength(a) > 0);
        float[] values = ofArtist.Values.ToArray();
        for (int a = 0, at = 0; a < artists; a++)
        {
            Span<float> row = values.AsSpan(at, ofArtist.RowLength(a));
            for (int k = 0; k < row.Length; k++)
                row[k] = MathF.Log(1 + row[k]) * MathF.Log((1f + tagged) / tags.People.RowLength(ofArtist.RowIndices(a)[k]));
            TensorPrimitives.Multiply(row, Inverse(TensorPrimitives.Norm<float>(row)), row);
            at += row.Length;
        }

        return TruncatedSvd.ScaledLeft(ofArtist.Starts, ofArtist.Indices, values, ofArtist.Columns, TagDimensions, seed: 1);
    }

    private static float RootMeanSquareLength(ReadOnlySpan<float> values, int rows)
    {
        double sum = 0;
        foreach (float v in values)
            sum += (double)v * v;
        return (float)Math.Sqrt(sum / Math.Max(1, rows));
    }

    private static float Inverse(float length) => length > 1e-12f ? 1 / length : 0;
}
