using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>
/// The loss that training descends, over all cells without visiting them:
/// <code>Σᵤᵢ zᵤzᵢ (xᵤ·yᵢ)² = ⟨X'ZX, Y'ZY⟩</code>
/// is one product of Gramians, and only observed cells need a dot product. Divided by the weights of all cells.
/// </summary>
internal static class AlsLoss
{
    private const int Partitions = 64;

    public static double Of(AlsProblem problem, NativeMatrix x, NativeMatrix y, Workers workers, CancellationToken cancel = default)
    {
        int f = x.Columns;
        double[] gx = new double[f * f], gy = new double[f * f];
        DenseProducts.Gramian(x, problem.Users.ZeroWeight, gx, workers, cancel);
        DenseProducts.Gramian(y, problem.Artists.ZeroWeight, gy, workers, cancel);
        double loss = System.Numerics.Tensors.TensorPrimitives.Dot<double>(gx, gy);
        loss += Ridges(problem.Users, x) + Ridges(problem.Artists, y);

        double[] parts = new double[Partitions];
        workers.Run(Partitions, (_, part) => parts[part] = Observed(problem, x, y, part), cancel);
        foreach (double part in parts)
            loss += part;
        return loss / problem.TotalWeight;
    }

    /// <summary>Σ_S c (1 − p)² − shift p² over a share of the users.</summary>
    private static double Observed(AlsProblem problem, NativeMatrix x, NativeMatrix y, int part)
    {
        double sum = 0;
        int end = (int)((long)x.Rows * (part + 1) / Partitions);
        for (int u = (int)((long)x.Rows * part / Partitions); u < end; u++)
        {
            ReadOnlySpan<int> artists = problem.Users.Confidence.RowIndices(u);
            ReadOnlySpan<float> c = problem.Users.Confidence.RowValues(u);
            for (int j = 0; j < artists.Length; j++)
            {
                double p = Kernels.DotInDouble(x.Row(u), y.Row(artists[j]));
                sum += (c[j] * (1 - p) * (1 - p)) - (problem.Shift * p * p);
            }
        }

        return sum;
    }

    private static double Ridges(AlsSide side, NativeMatrix factors)
    {
        double sum = 0;
        for (int r = 0; r < side.Count; r++)
            sum += side.Ridge[r] * Kernels.DotInDouble(factors.Row(r), factors.Row(r));
        return sum;
    }
}
