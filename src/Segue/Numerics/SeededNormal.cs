namespace Segue.Numerics;

/// <summary>
/// Normal deviates by number, not by order: each is a function of (seed, stream, index) alone, so that threads and later additions of rows change
/// none. SplitMix64 (Steele, Lea and Flood 2014) hashes the number, Box and Muller make it normal.
/// </summary>
internal static class SeededNormal
{
    public static void Fill(Span<float> values, ulong seed, ulong stream, float deviation)
    {
        ulong key = Mix(Mix(seed + 0x9E3779B97F4A7C15) ^ (stream * 0xD1342543DE82EF95));
        for (int k = 0; k < values.Length; k += 2)
        {
            ulong bits = Mix(key + ((ulong)k * 0x9E3779B97F4A7C15)), more = Mix(bits ^ 0x94D049BB133111EB);
            double radius = deviation * Math.Sqrt(-2 * Math.Log(((bits >> 11) + 1) * (1.0 / (1L << 53))));
            (double sin, double cos) = Math.SinCos(Math.Tau * (more >> 11) * (1.0 / (1L << 53)));
            values[k] = (float)(radius * cos);
            if (k + 1 < values.Length)
                values[k + 1] = (float)(radius * sin);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
