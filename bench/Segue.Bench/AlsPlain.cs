using System.Numerics.Tensors;
using Segue.Factorization;
using Segue.Interactions;
using Segue.Numerics;

namespace Segue.Bench;

/// <summary>
/// The classic algorithm as everybody writes it (Hu, Koren and Volinsky 2008 with the conjugate gradient of Takács et al. 2011, as in
/// benfred/implicit), transcribed to plain C#: three steps a row from the last solution, a dense f × f product in each, Parallel.For over rows. The
/// yardstick of
/// <c>bench als --solver classic</c>; only the dot products are vectorized, by TensorPrimitives.
/// </summary>
internal sealed class AlsPlain(CsrMatrix confidence, float regularization, int factors, int threads)
{
    private readonly CsrMatrix _byArtist = confidence.Transpose();

    public float[] X { get; } = Random(confidence.Rows * factors, 1);

    public float[] Y { get; } = Random(confidence.Columns * factors, 2);

    /// <summary>Its start factors, small and random, for a comparison from the same ones.</summary>
    public static AlsStart Start(CsrMatrix counts, int factors) => new(
        new MatrixView(Random(counts.Rows * factors, 1), counts.Rows, factors), new MatrixView(Random(counts.Columns * factors, 2), counts.Columns, factors));

    public void Iterate()
    {
        Solve(confidence, X, Y);
        Solve(_byArtist, Y, X);
    }

    private void Solve(CsrMatrix rows, float[] x, float[] y)
    {
        float[] gramian = new float[factors * factors];
        for (int j = 0; j < y.Length; j += factors)
        {
            ReadOnlySpan<float> row = y.AsSpan(j, factors);
            for (int i = 0; i < factors; i++)
                TensorPrimitives.MultiplyAdd(row, row[i], gramian.AsSpan(i * factors, factors), gramian.AsSpan(i * factors, factors));
        }

        for (int i = 0; i < factors; i++)
            gramian[(i * factors) + i] += regularization;
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads };
        Parallel.For(0, rows.Rows, options, u => Row(rows.RowIndices(u), rows.RowValues(u), gramian, x.AsSpan(u * factors, factors), y));
    }

    private void Row(ReadOnlySpan<int> items, ReadOnlySpan<float> c, float[] gramian, Span<float> x, float[] y)
    {
        if (items.Length == 0)
        {
            x.Clear();
            return;
        }

        Span<float> r = stackalloc float[factors], p = stackalloc float[factors], q = stackalloc float[factors];
        Multiply(gramian, x, r);
        TensorPrimitives.Negate(r, r);
        for (int j = 0; j < items.Length; j++)
        {
            ReadOnlySpan<float> t = y.AsSpan(items[j] * factors, factors);
            TensorPrimitives.MultiplyAdd(t, c[j] - ((c[j] - 1) * TensorPrimitives.Dot(t, x)), r, r);
        }

        r.CopyTo(p);
        float rho = TensorPrimitives.SumOfSquares<float>(r);
        for (int step = 0; step < 3 && rho > 1e-20f; step++)
        {
            Multiply(gramian, p, q);
            for (int j = 0; j < items.Length; j++)
            {
                ReadOnlySpan<float> t = y.AsSpan(items[j] * factors, factors);
                TensorPrimitives.MultiplyAdd(t, (c[j] - 1) * TensorPrimitives.Dot<float>(t, p), q, q);
            }

            float alpha = rho / TensorPrimitives.Dot<float>(p, q);
            TensorPrimitives.MultiplyAdd(p, alpha, x, x);
            TensorPrimitives.MultiplyAdd(q, -alpha, r, r);
            float next = TensorPrimitives.SumOfSquares<float>(r);
            TensorPrimitives.MultiplyAdd(p, next / rho, r, p);
            rho = next;
        }
    }

    private void Multiply(float[] matrix, ReadOnlySpan<float> x, Span<float> y)
    {
        for (int i = 0; i < factors; i++)
            y[i] = TensorPrimitives.Dot(matrix.AsSpan(i * factors, factors), x);
    }

    private static float[] Random(int count, int seed)
    {
        Random random = new(seed);
        float[] values = new float[count];
        foreach (ref float v in values.AsSpan())
            v = random.NextSingle() * 0.01f; // As implicit starts.
        return values;
    }
}
