using System.Numerics.Tensors;

namespace Segue.Numerics;

/// <summary>A = L L' for symmetric positive definite A in float64, and solving with it. Rows are contiguous, so that every inner loop is a dot
/// product.</summary>
internal static class Cholesky
{
    /// <summary>Replaces the lower triangle of A by L; the upper one is neither read nor written.</summary>
    /// <returns>False when A is not positive definite (or not finite); A is then half-overwritten.</returns>
    public static bool Factorize(Span<double> a, int n)
    {
        for (int i = 0; i < n; i++)
        {
            Span<double> row = a.Slice(i * n, i + 1);
            for (int j = 0; j < i; j++)
                row[j] = (row[j] - TensorPrimitives.Dot<double>(row[..j], a.Slice(j * n, j))) / a[(j * n) + j];
            double pivot = row[i] - TensorPrimitives.SumOfSquares<double>(row[..i]);
            if (!(pivot > 0 && double.IsFinite(pivot)))
                return false;
            row[i] = Math.Sqrt(pivot);
        }

        return true;
    }

    /// <summary>x = A⁻¹ x, given L.</summary>
    public static void Solve(ReadOnlySpan<double> l, int n, Span<double> x)
    {
        for (int i = 0; i < n; i++)
            x[i] = (x[i] - TensorPrimitives.Dot<double>(l.Slice(i * n, i), x[..i])) / l[(i * n) + i];
        for (int i = n - 1; i >= 0; i--)
        {
            x[i] /= l[(i * n) + i];
            TensorPrimitives.MultiplyAdd(l.Slice(i * n, i), -x[i], x[..i], x[..i]);
        }
    }
}
