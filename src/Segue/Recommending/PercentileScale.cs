namespace Segue.Recommending;

/// <summary>Puts scores of any kind on one scale: the share of candidates that are worse, ties sharing their mean rank.</summary>
internal static class PercentileScale
{
    /// <param name="raw">Raw scores; NaN or −∞ where nothing is known.</param>
    /// <returns>0..1 for each: 0 where nothing is known, else above 0; the best has 1.</returns>
    public static double[] Of(ReadOnlySpan<double> raw)
    {
        double[] scaled = new double[raw.Length];
        double[] keys = raw.ToArray();
        int[] order = [.. Enumerable.Range(0, raw.Length).Where(i => !double.IsNaN(keys[i]) && !double.IsNegativeInfinity(keys[i]))];
        Array.Sort(order, (a, b) => keys[a] != keys[b] ? keys[a].CompareTo(keys[b]) : a.CompareTo(b));
        for (int i = 0; i < order.Length;)
        {
            int end = i + 1;
            while (end < order.Length && keys[order[end]] == keys[order[i]])
                end++;
            // Mean 1-based rank of the run i..end over the count.
            double value = (i + 1 + end) / 2.0 / order.Length;
            for (; i < end; i++)
                scaled[order[i]] = value;
        }

        return scaled;
    }
}
