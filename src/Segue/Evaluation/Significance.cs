namespace Segue.Evaluation;

/// <summary>A mean over listeners and the interval that the 95% middle of its bootstrap lies in.</summary>
internal readonly record struct Estimate(double Mean, double Low, double High);

/// <summary>Two models on the same listeners.</summary>
/// <param name="Difference">Mean of (first − second).</param>
/// <param name="StandardError">Of the difference: standard deviation of the listeners' differences / √n.</param>
/// <param name="P">Two-sided, by flipping the signs of the listeners' differences at random.</param>
internal readonly record struct PairedDifference(double Difference, double StandardError, double Low, double High, double P);

/// <summary>
/// How sure a mean over listeners is: percentile bootstrap (Efron, Tibshirani 1993, 13.3) and the paired randomization test
/// (Smucker, Allan, Carterette, CIKM 2007). Both resample listeners, so they speak of other listeners like these, not of other splits.
/// </summary>
internal static class Significance
{
    public static Estimate Bootstrap(ReadOnlySpan<double> values, int samples = 1000, int seed = 1)
    {
        if (values.Length == 0)
            return default;
        Random random = new(seed);
        double[] means = new double[samples];
        for (int s = 0; s < samples; s++)
        {
            double sum = 0;
            for (int n = 0; n < values.Length; n++)
                sum += values[random.Next(values.Length)];
            means[s] = sum / values.Length;
        }

        Array.Sort(means);
        return new Estimate(Mean(values), means[(int)(0.025 * samples)], means[Math.Min(samples - 1, (int)(0.975 * samples))]);
    }

    /// <exception cref="ArgumentException">The two were not measured on the same number of listeners.</exception>
    public static PairedDifference Paired(ReadOnlySpan<double> first, ReadOnlySpan<double> second, int samples = 1000, int seed = 1)
    {
        if (first.Length != second.Length)
            throw new ArgumentException($"{first.Length} listeners cannot be paired with {second.Length}.", nameof(second));
        if (first.Length == 0)
            return default;
        double[] differences = new double[first.Length];
        for (int n = 0; n < differences.Length; n++)
            differences[n] = first[n] - second[n];
        Estimate estimate = Bootstrap(differences, samples, seed);
        double variance = differences.Sum(d => (d - estimate.Mean) * (d - estimate.Mean)) / Math.Max(1, differences.Length - 1);
        Random random = new(seed);
        int asFar = 0;
        for (int s = 0; s < samples; s++)
        {
            double sum = 0;
            foreach (double d in differences)
                sum += random.Next(2) == 0 ? d : -d;
            asFar += Math.Abs(sum / differences.Length) >= Math.Abs(estimate.Mean) - 1e-15 ? 1 : 0;
        }

        return new PairedDifference(estimate.Mean, Math.Sqrt(variance / differences.Length), estimate.Low, estimate.High, (asFar + 1.0) / (samples + 1));
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double v in values)
            sum += v;
        return sum / values.Length;
    }
}
