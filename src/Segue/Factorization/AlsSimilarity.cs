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
    /// <summary>The artists nearest to one, best first; never itself, never one without a vector.</summary>
    public IReadOnlyList<AlsNeighbor> SimilarArtists(int artist, int count, AlsSimilarityOptions? options = null) =>
        SimilarArtists(ArtistFactors.Row(artist), artist, count, options ?? new AlsSimilarityOptions());

    /// <summary>The users nearest to one in taste, best first; never the user.</summary>
    public IReadOnlyList<AlsNeighbor> SimilarUsers(int user, int count) => Nearest(UserFactors, UserFactors.Row(user), default, count, u => u != user);

    /// <summary>The users nearest to any listener's vector, e.g. one from <see cref="FoldIn"/>.</summary>
    public IReadOnlyList<AlsNeighbor> SimilarUsers(ReadOnlySpan<float> listener, int count) => Nearest(UserFactors, listener, default, count, _ => true);

    private AlsNeighbor[] SimilarArtists(ReadOnlySpan<float> vector, int self, int count, AlsSimilarityOptions options)
    {
        float[] mean = [];
        if (options.Centered)
        {
            mean = new float[Options.Factors];
            double people = 0;
            for (int i = 0; i < ArtistCount; i++)
            {
                TensorPrimitives.MultiplyAdd(ArtistFactors.Row(i), _listeners.Span[i], mean, mean);
                people += _listeners.Span[i];
            }

            TensorPrimitives.Divide(mean, (float)Math.Max(1, people), mean);
        }

        return Nearest(ArtistFactors, vector, mean, count, i => i != self && _listeners.Span[i] >= options.ListenersMin);
    }

    private static AlsNeighbor[] Nearest(MatrixView rows, ReadOnlySpan<float> vector, ReadOnlySpan<float> mean, int count, Func<int, bool> allowed)
    {
        float[] q = vector.ToArray(), row = new float[q.Length], similarity = new float[rows.Rows];
        if (!mean.IsEmpty)
            TensorPrimitives.Subtract(q, mean, q);
        float length = TensorPrimitives.Norm<float>(q);
        for (int i = 0; i < similarity.Length; i++)
        {
            similarity[i] = float.NegativeInfinity;
            ReadOnlySpan<float> other = rows.Row(i);
            if (length == 0 || !allowed(i) || TensorPrimitives.SumOfSquares(other) == 0)
                continue;
            if (!mean.IsEmpty)
            {
                TensorPrimitives.Subtract(other, mean, row);
                other = row;
            }

            similarity[i] = TensorPrimitives.Dot(q, other) / (length * Math.Max(TensorPrimitives.Norm(other), float.Epsilon));
        }

        return [.. Largest.Indices(similarity, count).Select(i => new AlsNeighbor(i, similarity[i]))];
    }
}
