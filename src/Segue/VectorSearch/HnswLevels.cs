namespace Segue.VectorSearch;

/// <summary>The paper's l = ⌊−ln(u) · 1/ln M⌋ with u from a hash of the row's number: the same row has the same layers however it was
/// added.</summary>
internal static class HnswLevels
{
    public const int Max = 15;

    public static int Of(int row, ulong seed, int m)
    {
        // SplitMix64 (Steele, Lea, Flood 2014).
        ulong z = seed * 0x9E3779B97F4A7C15 + (ulong)row * 0xD1B54A32D192ED03 + 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        double u = ((z >> 11) + 1) * (1.0 / (1UL << 53)); // 0 < u <= 1
        return Math.Min(Max, (int)(-Math.Log(u) / Math.Log(m)));
    }
}
