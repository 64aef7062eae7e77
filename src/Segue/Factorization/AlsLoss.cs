using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>
/// The loss that training descends, over all cells without visiting them:
/// <code>Σᵤᵢ zᵤzᵢ (xᵤ·yᵢ)² = ⟨X'ZX, Y'ZY⟩</code>
/// is one product of Gramians, and only observed cells need a dot product. Divided by the weights of all cells.
/// </summary>
internal sealed class AlsLoss(AlsProblem problem, AlignedMatrix x, AlignedMatrix y, AlsWorkshop shop)
{
    private const int Partitions = 64;

    public double Compute(CancellationToken cancel = default)
    {
        int f = x.Columns;
        double[] gx = new double[f * f], gy = new double[f * f];
        shop.Gramian.Compute(x, problem.Users.ZeroWeight, gx, cancel);
        shop.Gramian.Compute(y, problem.Artists.ZeroWeight, gy, cancel);
        double loss = System.Numerics.Tensors.TensorPrimitives.Dot<double>(gx, gy);
        loss += Ridges(problem.Users, x) + Ridges(problem.Artists, y);

        double[] parts = new double[Partitions];
        shop.Workers.Run(Partitions, (_, part) => parts[part] = Observed(part), cancel);
        foreach (double part in parts)
            loss += part;
        return loss / problem.TotalWeight;
    }

    /// <summary>Σ_S c (1 − p)² − shift p² over a share of the users.</summary>
    private double Observed(int part)
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

    private static double Ridges(AlsSide side, AlignedMatrix factors)
    {
        double sum = 0;
        for (int r = 0; r < side.Count; r++)
            sum += side.Ridge[r] * Kernels.DotInDouble(factors.Row(r), factors.Row(r));
        return sum;
    }
}
