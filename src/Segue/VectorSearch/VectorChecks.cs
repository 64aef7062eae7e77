using System.Numerics.Tensors;
using Segue.Numerics;

namespace Segue.VectorSearch;

/// <summary>What a vector must be before anything is computed with it: as long as the index is wide, finite, and with a direction where the metric
/// needs one.</summary>
internal static class VectorChecks
{
    /// <summary>Beyond this, a squared distance between two vectors could leave float32.</summary>
    private const double SquaredLengthMax = float.MaxValue / 4;

    /// <summary>Below this length, products with it lose digits in float32; nothing that means anything is so short.</summary>
    private const double LengthMin = 1e-15;

    /// <summary>1/‖v‖ for cosine, 1 for the other metrics.</summary>
    /// <param name="what">How an error names the vector: "the query", "row 7".</param>
    /// <exception cref="VectorException">The vector cannot be used.</exception>
    public static float InverseLength(ReadOnlySpan<float> vector, int dimensions, Metric metric, string what, int number = -1)
    {
        if (vector.Length != dimensions)
            throw new VectorException($"{Named(what, number)} has {vector.Length} dimensions, but the index has {dimensions}; was it made by another embedder?");
        double squared = TensorPrimitives.SumOfSquares(vector);
        if (!(squared <= SquaredLengthMax) || squared < 1e-25)
            squared = CarefulSquaredLength(vector, what, number); // Not a number, huge, or small enough for float32 to have lost it.
        if (metric != Metric.Cosine)
            return 1;
        double length = Math.Sqrt(squared);
        return length >= LengthMin
            ? (float)(1 / length)
            : throw new VectorException($"{Named(what, number)} is a zero vector: it has no direction, so cosine similarity to it is not defined");
    }

    /// <summary>1/‖v‖ of every row; empty for the metrics that do not need it, but every row is checked all the same.</summary>
    public static float[] InverseLengths(MatrixView rows, Metric metric)
    {
        float[] lengths = metric == Metric.Cosine ? new float[rows.Rows] : [];
        for (int row = 0; row < rows.Rows; row++)
        {
            float inverse = InverseLength(rows.Row(row), rows.Columns, metric, "row", row);
            if (metric == Metric.Cosine)
                lengths[row] = inverse;
        }

        return lengths;
    }

    private static double CarefulSquaredLength(ReadOnlySpan<float> vector, string what, int number)
    {
        double squared = 0;
        for (int i = 0; i < vector.Length; i++)
        {
            if (!float.IsFinite(vector[i]))
                throw new VectorException($"{Named(what, number)} has {vector[i]} at component {i}; every component must be a finite number");
            squared += (double)vector[i] * vector[i];
        }

        return squared <= SquaredLengthMax
            ? squared
            : throw new VectorException($"{Named(what, number)} is {Math.Sqrt(squared):g3} long, too long for float32 distances; scale the vectors down");
    }

    private static string Named(string what, int number) => number < 0 ? what : $"{what} {number}";
}
