using System.Numerics.Tensors;

namespace Segue.Numerics;

/// <summary>
/// The inverse of a symmetric positive definite matrix in float64 on many threads: A = L Lᵀ by panels of columns, M = L⁻¹ column by column, A⁻¹ = Mᵀ
/// M. Every number is one dot product of contiguous rows, so the result does not depend on the threads. About n³/2 multiply-adds.
/// </summary>
internal static class SpdInverse
{
    /// <summary>Columns factorized between two barriers: wide enough for threads to have work, narrow enough for the serial part to stay
    /// small.</summary>
    private const int PanelColumns = 48;

    /// <summary>Replaces A (row-major, n × n, both triangles) by its inverse.</summary>
    /// <exception cref="ArgumentException">A is not positive definite.</exception>
    public static void Invert(double[] a, int n, int threads = 0, CancellationToken cancellation = default)
    {
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount, CancellationToken = cancellation };
        for (int from = 0; from < n; from += PanelColumns)
            FactorizePanel(a, n, from, Math.Min(n, from + PanelColumns), options);

        // Row c of the upper triangle becomes column c of M: M_cc = 1 / L_cc, M_ic = −(L_i · M_c) / L_ii.
        Parallel.For(0, n, options, () => new double[n], (c, _, column) =>
        {
            Span<double> m = a.AsSpan(c * n, n);
            column[0] = 1 / m[c];
            for (int i = c + 1; i < n; i++)
                column[i - c] = -TensorPrimitives.Dot<double>(a.AsSpan((i * n) + c, i - c), column.AsSpan(0, i - c)) / a[(i * n) + i];
            column.AsSpan(1, n - c - 1).CopyTo(m[(c + 1)..]);
            return column;
        }, _ => { });
        double[] diagonal = new double[n];
        for (int i = 0; i < n; i++)
            diagonal[i] = 1 / a[(i * n) + i];
        for (int i = 0; i < n; i++)
            a[(i * n) + i] = diagonal[i];

        // A⁻¹_ij = Σ_{k ≥ i} M_ki M_kj for j ≤ i, into the lower triangle, whose L is no longer needed.
        Parallel.For(0, n, options, i =>
        {
            Span<double> row = a.AsSpan(i * n, n);
            for (int j = 0; j < i; j++)
                row[j] = TensorPrimitives.Dot<double>(row[i..], a.AsSpan((j * n) + i, n - i));
            diagonal[i] = TensorPrimitives.SumOfSquares<double>(row[i..]);
        });
        for (int i = 0; i < n; i++)
        {
            a[(i * n) + i] = diagonal[i];
            for (int j = 0; j < i; j++)
                a[(j * n) + i] = a[(i * n) + j];
        }
    }

    private static void FactorizePanel(double[] a, int n, int from, int to, ParallelOptions options)
    {
        // What earlier columns take away from this panel.
        Parallel.For(from, n, options, i =>
        {
            for (int j = from; j < Math.Min(to, i + 1); j++)
                a[(i * n) + j] -= TensorPrimitives.Dot<double>(a.AsSpan(i * n, from), a.AsSpan(j * n, from));
        });
        for (int j = from; j < to; j++)
        {
            double pivot = a[(j * n) + j] - TensorPrimitives.SumOfSquares<double>(a.AsSpan((j * n) + from, j - from));
            if (!(pivot > 0))
                throw new ArgumentException($"The matrix is not positive definite (pivot {j} is {pivot}).", nameof(a));
            a[(j * n) + j] = Math.Sqrt(pivot);
            for (int i = j + 1; i < to; i++)
                a[(i * n) + j] = (a[(i * n) + j] - TensorPrimitives.Dot<double>(a.AsSpan((i * n) + from, j - from), a.AsSpan((j * n) + from, j - from))) / a[(j * n) + j];
        }

        Parallel.For(to, n, options, i =>
        {
            for (int j = from; j < to; j++)
                a[(i * n) + j] = (a[(i * n) + j] - TensorPrimitives.Dot<double>(a.AsSpan((i * n) + from, j - from), a.AsSpan((j * n) + from, j - from))) / a[(j * n) + j];
        });
    }
}
