namespace Segue.Mood.Knowledge;

/// <summary>Quantiles of many values by a histogram: two passes, right to a four-thousandth of their range.</summary>
internal static class Quantiles
{
    private const int Bins = 4096;

    /// <summary>The values below which the given shares lie; −∞ and NaN are left out.</summary>
    public static double[] Of(ReadOnlySpan<float> values, params ReadOnlySpan<double> shares)
    {
        float low = float.PositiveInfinity, high = float.NegativeInfinity;
        foreach (float v in values)
        {
            if (float.IsFinite(v))
                (low, high) = (Math.Min(low, v), Math.Max(high, v));
        }

        double[] result = new double[shares.Length];
        if (!(low < high))
        {
            Array.Fill(result, float.IsFinite(low) ? low : 0);
            return result;
        }

        int[] counts = new int[Bins];
        float scale = (Bins - 1) / (high - low);
        int all = 0;
        foreach (float v in values)
        {
            if (float.IsFinite(v))
            {
                counts[(int)((v - low) * scale)]++;
                all++;
            }
        }

        for (int s = 0; s < shares.Length; s++)
        {
            int below = 0, bin = 0;
            while (bin < Bins - 1 && below + counts[bin] <= shares[s] * all)
                below += counts[bin++];
            result[s] = low + bin / (double)scale;
        }

        return result;
    }
}
