using System.Numerics.Tensors;
using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>A neighbor: an artist or a user, and the cosine of the vectors (-1..1).</summary>
internal readonly record struct AlsNeighbor(int Index, float Similarity);

/// <summary>What counts as similar.</summary>
/// <param name="Centered">
/// Take the mean artist (by listeners) off all vectors first. Everybody's favorites share that direction, so plain cosine finds them near
/// each other and near many (hubs; Suzuki et al. 2013, "Centering similarity measures to reduce hubs"); without it what is particular counts.
/// </param>
/// <param name="ListenersMin">Leave out artists that fewer users of the training had played: their vectors are guesses.</param>
internal sealed record AlsSimilarityOptions(bool Centered = false, int ListenersMin = 1);

internal sealed partial class AlsModel
{
    private float[]? _artistLengths, _userLengths;

    /// <summary>The length of each artist's vector: every question of likeness needs all of them.</summary>
    private float[] ArtistLengths => LazyInitializer.EnsureInitialized(ref _artistLengths, () => LengthsOf(ArtistFactors));

    private float[] UserLengths => LazyInitializer.EnsureInitialized(ref _userLengths, () => LengthsOf(UserFactors));

    /// <summary>The artists nearest to one, best first; never itself, never one without a vector.</summary>
    public IReadOnlyList<AlsNeighbor> SimilarArtists(int artist, int count, AlsSimilarityOptions? options = null) =>
        SimilarArtists(ArtistFactors.Row(artist), artist, count, options ?? new AlsSimilarityOptions());

    /// <summary>The users nearest to one in taste, best first; never the user.</summary>
    public IReadOnlyList<AlsNeighbor> SimilarUsers(int user, int count) => Nearest(UserFactors, UserLengths, UserFactors.Row(user), count, u => u != user);

    /// <summary>The users nearest to any listener's vector, e.g. one from <see cref="FoldIn"/>.</summary>
    public IReadOnlyList<AlsNeighbor> SimilarUsers(ReadOnlySpan<float> listener, int count) => Nearest(UserFactors, UserLengths, listener, count, _ => true);

    private AlsNeighbor[] SimilarArtists(ReadOnlySpan<float> vector, int self, int count, AlsSimilarityOptions options)
    {
        bool Allowed(int i) => i != self && _listeners.Span[i] >= options.ListenersMin && ArtistLengths[i] > 0;
        if (!options.Centered)
            return Nearest(ArtistFactors, ArtistLengths, vector, count, Allowed);
        float[] mean = MeanArtist(), centered = new float[ArtistFactors.Values.Length], q = vector.ToArray();
        TensorPrimitives.Subtract(q, mean, q);
        for (int i = 0; i < ArtistCount; i++)
            TensorPrimitives.Subtract(ArtistFactors.Row(i), mean, centered.AsSpan(i * mean.Length, mean.Length));
        MatrixView rows = new(centered, ArtistCount, mean.Length);
        return Nearest(rows, LengthsOf(rows), q, count, Allowed);
    }

    /// <summary>The mean vector, each artist weighed by their listeners.</summary>
    private float[] MeanArtist()
    {
        float[] mean = new float[Options.Factors];
        double people = 0;
        for (int i = 0; i < ArtistCount; i++)
        {
            TensorPrimitives.MultiplyAdd(ArtistFactors.Row(i), _listeners.Span[i], mean, mean);
            people += _listeners.Span[i];
        }

        TensorPrimitives.Divide(mean, (float)Math.Max(1, people), mean);
        return mean;
    }

    /// <param name="lengths">Of the rows.</param>
    /// <param name="allowed">Which rows are found; one without a direction never is.</param>
    private static AlsNeighbor[] Nearest(MatrixView rows, float[] lengths, ReadOnlySpan<float> vector, int count, Func<int, bool> allowed)
    {
        float length = TensorPrimitives.Norm(vector);
        float[] similarity = new float[rows.Rows];
        for (int i = 0; i < similarity.Length; i++)
        {
            similarity[i] = length == 0 || lengths[i] == 0 || !allowed(i)
                ? float.NegativeInfinity
                : TensorPrimitives.Dot(vector, rows.Row(i)) / (length * Math.Max(lengths[i], float.Epsilon));
        }

        return [.. Largest.Indices(similarity, count).Select(i => new AlsNeighbor(i, similarity[i]))];
    }

    private static float[] LengthsOf(MatrixView rows)
    {
        float[] lengths = new float[rows.Rows];
        for (int i = 0; i < lengths.Length; i++)
            lengths[i] = TensorPrimitives.Norm(rows.Row(i));
        return lengths;
    }
}
