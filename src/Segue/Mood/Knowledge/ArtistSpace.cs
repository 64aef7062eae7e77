using System.Numerics.Tensors;

namespace Segue.Mood.Knowledge;

/// <summary>The vectors of the catalogue's artists (<see cref="ArtistVectors"/>) in half precision, and how much of each is known rather than guessed
/// from the songs.</summary>
internal sealed class ArtistSpace
{
    /// <summary>Without anybody's plays: no dimension.</summary>
    public static readonly ArtistSpace Empty = new(ReadOnlyMemory<Half>.Empty, ReadOnlyMemory<float>.Empty, 0);

    private readonly ReadOnlyMemory<Half> _vectors;

    public ArtistSpace(ReadOnlyMemory<Half> vectors, ReadOnlyMemory<float> known, int dimensions)
    {
        if (vectors.Length != known.Length * dimensions)
            throw new ArgumentException($"{vectors.Length} values are no {known.Length} vectors of {dimensions}.", nameof(vectors));
        (_vectors, Known, Dimensions) = (vectors, known, dimensions);
    }

    public int Dimensions { get; }

    public ReadOnlyMemory<Half> Vectors => _vectors;

    /// <summary>0..1 for each artist; 0 where all is guessed from the songs.</summary>
    public ReadOnlyMemory<float> Known { get; }

    public void CopyVector(int artist, float scale, Span<float> to)
    {
        if (Dimensions == 0)
            return;
        TensorPrimitives.ConvertToSingle(_vectors.Span.Slice(artist * Dimensions, Dimensions), to);
        TensorPrimitives.Multiply(to, scale, to);
    }

    public float[] Lengths()
    {
        float[] lengths = new float[Known.Length], vector = new float[Dimensions];
        for (int a = 0; a < lengths.Length; a++)
        {
            CopyVector(a, 1, vector);
            lengths[a] = TensorPrimitives.Norm<float>(vector);
        }

        return lengths;
    }

    /// <summary>scale · vector · w for every artist.</summary>
    public void Project(ReadOnlySpan<float> w, float scale, Span<float> values)
    {
        values.Clear();
        if (Dimensions == 0)
            return;
        float[] weights = w.ToArray();
        int artists = Known.Length, pieces = (artists + 2047) / 2048;
        float[] result = new float[artists];
        Parallel.For(0, pieces, piece =>
        {
            Span<float> vector = stackalloc float[Dimensions];
            for (int a = piece * 2048; a < Math.Min(artists, (piece + 1) * 2048); a++)
            {
                TensorPrimitives.ConvertToSingle(_vectors.Span.Slice(a * Dimensions, Dimensions), vector);
                result[a] = scale * TensorPrimitives.Dot<float>(vector, weights);
            }
        });
        result.AsSpan().CopyTo(values);
    }
}
