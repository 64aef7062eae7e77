using System.Numerics.Tensors;

namespace Segue.Embedding;

/// <summary>What every vector is brought to, whoever made it: Euclidean length 1.</summary>
internal static class UnitLength
{
    /// <summary>v ← v / |v|; false when it has a number that is not finite, or no direction.</summary>
    public static bool TryNormalize(Span<float> vector)
    {
        // In float64: the squares of large but finite numbers overflow float32.
        double squares = SquaredLength(vector);
        if (!double.IsFinite(squares) || squares < 1e-30)
            return false;
        double norm = Math.Sqrt(squares);
        for (int i = 0; i < vector.Length; i++)
            vector[i] = (float)(vector[i] / norm);
        return !TensorPrimitives.IsNaNAny<float>(vector);
    }

    public static double SquaredLength(ReadOnlySpan<float> vector)
    {
        double squares = 0;
        foreach (float v in vector)
            squares += (double)v * v;
        return squares;
    }
}
