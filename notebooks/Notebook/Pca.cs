using System.Numerics.Tensors;
using Segue.Numerics;

namespace Segue.Notebooks;

/// <summary>
/// Principal components (Pearson 1901): the two directions in which vectors differ most, and where each vector lies along them. Eigenvectors of the
/// covariance matrix, so it is for hundreds of dimensions and any number of rows.
/// </summary>
internal static class Pca
{
    /// <param name="vectors">Rows × dimensions.</param>
    /// <returns>A point a row, and the share of the variance that the plane holds, 0..1.</returns>
    public static ((double X, double Y)[] Points, double Share) Plane(MatrixView vectors)
    {
        int n = vectors.Columns;
        double[] mean = new double[n], covariance = new double[n * n], values = new double[n], row = new double[n];
        for (int r = 0; r < vectors.Rows; r++)
        {
            TensorPrimitives.ConvertTruncating<float, double>(vectors.Row(r), row);
            TensorPrimitives.Add<double>(mean, row, mean);
        }

        TensorPrimitives.Divide(mean, vectors.Rows, mean);
        for (int r = 0; r < vectors.Rows; r++)
        {
            Center(vectors.Row(r), mean, row);
            for (int i = 0; i < n; i++)
                TensorPrimitives.MultiplyAdd(row.AsSpan(i), row[i], covariance.AsSpan((i * n) + i, n - i), covariance.AsSpan((i * n) + i, n - i));
        }

        SymmetricEigen.Decompose(covariance, n, values);
        (double, double)[] points = new (double, double)[vectors.Rows];
        for (int r = 0; r < vectors.Rows; r++)
        {
            Center(vectors.Row(r), mean, row);
            points[r] = (TensorPrimitives.Dot<double>(row, covariance.AsSpan(0, n)), TensorPrimitives.Dot<double>(row, covariance.AsSpan(n, n)));
        }

        return (points, (values[0] + values[1]) / values.Sum());
    }

    private static void Center(ReadOnlySpan<float> vector, double[] mean, double[] row)
    {
        TensorPrimitives.ConvertTruncating<float, double>(vector, row);
        TensorPrimitives.Subtract<double>(row, mean, row);
    }
}
