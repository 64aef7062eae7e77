namespace Segue.Evaluation;

/// <summary>A mean over listeners of several splits.</summary>
/// <param name="Mean">Over listeners and splits, each pair of the two once.</param>
/// <param name="StandardError">For other listeners like these.</param>
/// <param name="Low">Lower end of the 95% interval, for other listeners.</param>
/// <param name="SplitLow">The lowest mean of a split: how far chance in dividing the plays goes, on these very listeners.</param>
internal readonly record struct SplitsEstimate(double Mean, double StandardError, double Low, double High, double SplitLow, double SplitHigh)
{
    /// <summary>"0.276 (0.268 .. 0.283, other listeners); splits 0.275 .. 0.277": two sources of chance, two numbers.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Mean:0.000} ({Low:0.000} .. {High:0.000}, other listeners); splits {SplitLow:0.000} .. {SplitHigh:0.000}");
}

/// <summary>What one split says: a number for each listener who was asked in it.</summary>
internal sealed record SplitValues(IReadOnlyList<int> Users, IReadOnlyList<double> Values);

/// <summary>
/// How sure a mean over several splits is. One listener's NDCG@10 on two splits of Last.fm-2K correlates 0.52: five splits are not five times the
/// listeners, and an interval over all pairs as if they were independent, called 95%, covers 74%. So listeners are drawn with all their splits:
/// <code>mean = Σᵤ sumᵤ / Σᵤ countᵤ,   zᵤ = (sumᵤ − mean countᵤ) / mean count,   standard error = sd(z) / √listeners</code>
/// </summary>
internal static class SplitsSignificance
{
    /// <summary>A percentile bootstrap of fewer is too narrow; Student's t is taken there.</summary>
    private const int BootstrapMin = 30;

    /// <exception cref="ArgumentException">There is no listener.</exception>
    public static SplitsEstimate Estimate(IReadOnlyList<SplitValues> splits, int samples = 2000, int seed = 1)
    {
        (double[] sums, int[] counts) = ByListener(splits);
        double mean = sums.Sum() / counts.Sum(), error = StandardError(sums, counts, mean);
        (double low, double high) = sums.Length < BootstrapMin
            ? (mean - (StudentT.Quantile975(sums.Length - 1) * error), mean + (StudentT.Quantile975(sums.Length - 1) * error))
            : Bootstrap(sums, counts, samples, seed);
        double[] means = [.. splits.Where(s => s.Values.Count > 0).Select(s => s.Values.Average())];
        return new SplitsEstimate(mean, error, low, high, means.Min(), means.Max());
    }

    /// <summary>Two models on the same listeners and splits; p by flipping the sign of all of a listener's differences at once.</summary>
    /// <exception cref="ArgumentException">They were not measured on the same listeners and splits.</exception>
    public static PairedDifference Paired(IReadOnlyList<SplitValues> first, IReadOnlyList<SplitValues> second, int samples = 2000, int seed = 1)
    {
        if (first.Count != second.Count || !first.Zip(second).All(p => p.First.Users.SequenceEqual(p.Second.Users)))
            throw new ArgumentException("Two models are compared on the same splits and listeners.", nameof(second));
        SplitValues[] differences =
            [.. first.Zip(second, (a, b) => new SplitValues(a.Users, [.. a.Values.Zip(b.Values, (x, y) => x - y)]))];
        SplitsEstimate estimate = Estimate(differences, samples, seed);
        (double[] sums, int[] counts) = ByListener(differences);
        double found = Math.Abs(sums.Sum()) - 1e-12;
        Random random = new(seed);
        int asFar = 0;
        for (int s = 0; s < samples; s++)
        {
            double sum = 0;
            foreach (double d in sums)
                sum += random.Next(2) == 0 ? d : -d;
            asFar += Math.Abs(sum) >= found ? 1 : 0;
        }

        return new PairedDifference(estimate.Mean, estimate.StandardError, estimate.Low, estimate.High, (asFar + 1.0) / (samples + 1));
    }

    private static (double[] Sums, int[] Counts) ByListener(IReadOnlyList<SplitValues> splits)
    {
        SortedDictionary<int, (double Sum, int Count)> found = [];
        foreach (SplitValues split in splits)
        {
            for (int n = 0; n < split.Users.Count; n++)
            {
                (double sum, int count) = found.GetValueOrDefault(split.Users[n]);
                found[split.Users[n]] = (sum + split.Values[n], count + 1);
            }
        }

        if (found.Count == 0)
            throw new ArgumentException("No split has a listener.", nameof(splits));
        return ([.. found.Values.Select(f => f.Sum)], [.. found.Values.Select(f => f.Count)]);
    }

    private static double StandardError(double[] sums, int[] counts, double mean)
    {
        double meanCount = counts.Average(), squares = 0;
        for (int u = 0; u < sums.Length; u++)
        {
            double z = (sums[u] - (mean * counts[u])) / meanCount;
            squares += z * z; // The mean of z is 0.
        }

        return Math.Sqrt(squares / Math.Max(1, sums.Length - 1) / sums.Length);
    }

    private static (double Low, double High) Bootstrap(double[] sums, int[] counts, int samples, int seed)
    {
        Random random = new(seed);
        double[] means = new double[samples];
        for (int s = 0; s < samples; s++)
        {
            double sum = 0;
            int count = 0;
            for (int n = 0; n < sums.Length; n++)
            {
                int u = random.Next(sums.Length);
                (sum, count) = (sum + sums[u], count + counts[u]);
            }

            means[s] = sum / count;
        }

        Array.Sort(means);
        return (means[(int)(0.025 * samples)], means[Math.Min(samples - 1, (int)(0.975 * samples))]);
    }
}

/// <summary>Quantiles of Student's t, for few observations.</summary>
internal static class StudentT
{
    private static readonly double[] s_quantile975 =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    /// <param name="freedom">Degrees of freedom; infinite below 1, and the normal's from 31 on.</param>
    public static double Quantile975(int freedom) =>
        freedom < 1 ? double.PositiveInfinity : freedom <= s_quantile975.Length ? s_quantile975[freedom - 1] : 1.96;
}
