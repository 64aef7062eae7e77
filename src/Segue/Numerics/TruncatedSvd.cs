using System.Numerics.Tensors;

namespace Segue.Numerics;

/// <summary>
/// The largest singular triplets of a sparse matrix A by randomized subspace iteration (Halko, Martinsson and Tropp 2011, algorithm 4.4): a random
/// block of a few more columns than wanted is multiplied by AᵀA and made orthonormal, a few times over, then the small problem is solved exactly. The
/// same matrix and seed, the same bytes.
/// </summary>
internal static class TruncatedSvd
{
    private const int Extra = 16, Passes = 6;

    /// <param name="starts">A in compressed rows.</param>
    /// <param name="columns">A's columns.</param>
    /// <param name="rank">How many triplets; fewer where A has fewer columns.</param>
    /// <returns>U Σ, one row a row of A, <paramref name="rank"/> columns (zeros beyond A's rank).</returns>
    public static float[] ScaledLeft(ReadOnlyMemory<int> starts, ReadOnlyMemory<int> indices, ReadOnlyMemory<float> values, int columns, int rank, ulong seed)
    {
        int rows = starts.Length - 1, width = Math.Min(columns, rank + Extra);
        float[] result = new float[rows * rank];
        if (width == 0 || rows == 0)
            return result;
        float[] q = new float[columns * width];
        SeededNormal.Fill(q, seed, 1, 1);
        Orthonormalize(q, columns, width);
        float[] aq = new float[rows * width];
        for (int pass = 0; pass < Passes; pass++)
        {
            Multiply(starts.Span, indices.Span, values.Span, q, aq, width);
            MultiplyTransposed(starts.Span, indices.Span, values.Span, aq, q, width);
            Orthonormalize(q, columns, width);
        }

        // AᵀA on the block: its eigenvectors turn the block into right singular vectors.
        Multiply(starts.Span, indices.Span, values.Span, q, aq, width);
        double[] small = Ridge.Gram(rows, width, (r, x) => aq.AsSpan(r * width, width).CopyTo(x), default), eigen = new double[width];
        SymmetricEigen.Decompose(small, width, eigen);
        int kept = Math.Min(rank, width);
        for (int r = 0; r < rows; r++)
        {
            for (int k = 0; k < kept; k++)
            {
                double sum = 0;
                for (int j = 0; j < width; j++)
                    sum += aq[r * width + j] * small[k * width + j];
                result[r * rank + k] = (float)sum;
            }
        }

        return result;
    }

    private static void Multiply(ReadOnlySpan<int> starts, ReadOnlySpan<int> indices, ReadOnlySpan<float> values, float[] q, float[] result, int width)
    {
        Array.Clear(result);
        for (int r = 0; r + 1 < starts.Length; r++)
        {
            Span<float> to = result.AsSpan(r * width, width);
            for (int k = starts[r]; k < starts[r + 1]; k++)
                TensorPrimitives.MultiplyAdd(q.AsSpan(indices[k] * width, width), values[k], to, to);
        }
    }

    private static void MultiplyTransposed(ReadOnlySpan<int> starts, ReadOnlySpan<int> indices, ReadOnlySpan<float> values, float[] x, float[] result, int width)
    {
        Array.Clear(result);
        for (int r = 0; r + 1 < starts.Length; r++)
        {
            ReadOnlySpan<float> from = x.AsSpan(r * width, width);
            for (int k = starts[r]; k < starts[r + 1]; k++)
            {
                Span<float> to = result.AsSpan(indices[k] * width, width);
                TensorPrimitives.MultiplyAdd(from, values[k], to, to);
            }
        }
    }

    /// <summary>Q R = block by Cholesky of its Gramian: Q = block L⁻ᵀ.</summary>
    private static void Orthonormalize(float[] block, int rows, int width)
    {
        double[] gram = Ridge.Gram(rows, width, (r, x) => block.AsSpan(r * width, width).CopyTo(x), default);
        double trace = 0;
        for (int i = 0; i < width; i++)
            trace += gram[i * width + i];
        for (int i = 0; i < width; i++)
            gram[i * width + i] += 1e-7 * Math.Max(trace / width, 1e-20); // Fewer directions than columns: what is left of the others is noise.
        if (!Cholesky.Factorize(gram, width))
            throw new ArithmeticException("The matrix holds values that are not finite.");
        double[] row = new double[width];
        for (int r = 0; r < rows; r++)
        {
            Span<float> x = block.AsSpan(r * width, width);
            for (int i = 0; i < width; i++)
            {
                double sum = x[i];
                for (int j = 0; j < i; j++)
                    sum -= gram[i * width + j] * row[j];
                row[i] = sum / gram[i * width + i];
            }

            for (int i = 0; i < width; i++)
                x[i] = (float)row[i];
        }
    }
}
