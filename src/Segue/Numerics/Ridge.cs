using System.Numerics.Tensors;

namespace Segue.Numerics;

/// <summary>
/// Weighted ridge regression: x = (RᵀWR + λI)⁻¹ RᵀWy, R's rows made when they are needed. The normal matrix is summed in pieces of fixed size, eight
/// at a time and added in their order, so that the same rows give the same bytes on any number of threads; float32 within a piece, float64 between.
/// </summary>
internal sealed class Ridge
{
    private const int PieceRows = 2048, PiecesAtOnce = 8;

    private readonly double[] _factor;

    private Ridge(double[] factor, int columns) => (_factor, Columns) = (factor, columns);

    public int Columns { get; }

    /// <summary>Writes row r into a span of <see cref="Columns"/> zeros.</summary>
    public delegate void Row(int row, Span<float> values);

    /// <param name="weights">One a row, not negative; empty for 1 each.</param>
    /// <param name="lambda">λ, positive.</param>
    public static Ridge Fit(int rows, int columns, Row row, ReadOnlyMemory<float> weights, double lambda, CancellationToken cancel = default)
    {
        double[] gram = Gram(rows, columns, row, weights, cancel);
        return Factorize(gram, columns, lambda);
    }

    /// <summary>With a normal matrix that was summed before; it is overwritten.</summary>
    public static Ridge Factorize(double[] gram, int columns, double lambda)
    {
        for (int i = 0; i < columns; i++)
            gram[i * columns + i] += lambda;
        return Cholesky.Factorize(gram, columns) ? new Ridge(gram, columns) : throw new InvalidOperationException("A normal matrix with a ridge has a Cholesky factor.");
    }

    /// <summary>The lower triangle of its Cholesky factor, row by row without the upper one: to be saved.</summary>
    public float[] Packed()
    {
        float[] packed = new float[Columns * (Columns + 1) / 2];
        for (int i = 0, at = 0; i < Columns; i++)
        {
            for (int j = 0; j <= i; j++)
                packed[at++] = (float)_factor[i * Columns + j];
        }

        return packed;
    }

    /// <summary>From what <see cref="Packed"/> gave.</summary>
    /// <exception cref="ArgumentException">The values are no triangle of so many columns.</exception>
    public static Ridge Unpack(ReadOnlySpan<float> packed, int columns)
    {
        if (packed.Length != columns * (columns + 1) / 2)
            throw new ArgumentException($"{packed.Length} values are no triangle of {columns} columns.", nameof(packed));
        double[] factor = new double[columns * columns];
        for (int i = 0, at = 0; i < columns; i++)
        {
            for (int j = 0; j <= i; j++)
                factor[i * columns + j] = packed[at++];
        }

        return new Ridge(factor, columns);
    }

    /// <summary>Replaces RᵀWy by the coefficients.</summary>
    public void Solve(Span<double> b) => Cholesky.Solve(_factor, Columns, b);

    /// <summary>RᵀWR, both triangles.</summary>
    public static double[] Gram(int rows, int columns, Row row, ReadOnlyMemory<float> weights, CancellationToken cancel = default)
    {
        int pieces = (rows + PieceRows - 1) / PieceRows;
        double[] gram = new double[columns * columns];
        for (int group = 0; group < pieces; group += PiecesAtOnce)
        {
            cancel.ThrowIfCancellationRequested();
            float[][] parts = new float[Math.Min(PiecesAtOnce, pieces - group)][];
            Parallel.For(0, parts.Length, p => parts[p] = Piece((group + p) * PieceRows, Math.Min(rows, (group + p + 1) * PieceRows), columns, row, weights));
            foreach (float[] part in parts)
            {
                for (int i = 0; i < columns; i++)
                {
                    for (int j = 0; j <= i; j++)
                        gram[i * columns + j] += part[i * columns + j];
                }
            }
        }

        for (int i = 0; i < columns; i++)
        {
            for (int j = i + 1; j < columns; j++)
                gram[i * columns + j] = gram[j * columns + i];
        }

        return gram;
    }

    /// <summary>The lower triangle, eight rows of R a pass over it: the triangle of a wide R lies beyond the nearest cache.</summary>
    private static float[] Piece(int from, int to, int columns, Row row, ReadOnlyMemory<float> weights)
    {
        const int Together = 8;
        float[] gram = new float[columns * columns], rows = new float[Together * columns];
        for (int first = from; first < to; first += Together)
        {
            int count = Math.Min(Together, to - first);
            Array.Clear(rows);
            for (int r = 0; r < count; r++)
            {
                Span<float> x = rows.AsSpan(r * columns, columns);
                row(first + r, x);
                if (!weights.IsEmpty)
                    TensorPrimitives.Multiply(x, MathF.Sqrt(weights.Span[first + r]), x);
            }

            for (int i = 0; i < columns; i++)
            {
                Span<float> triangle = gram.AsSpan(i * columns, i + 1);
                for (int r = 0; r < count; r++)
                {
                    float xi = rows[r * columns + i];
                    if (xi != 0)
                        TensorPrimitives.MultiplyAdd(rows.AsSpan(r * columns, i + 1), xi, triangle, triangle);
                }
            }
        }

        return gram;
    }
}
