namespace Segue.Catalogue;

/// <summary>How alike two spellings are: optimal string alignment distance (insert, delete, replace, swap of neighbours), bounded.</summary>
internal static class Spelling
{
    /// <summary>
    /// 1 for equal, falling by the distance over the longer length; a candidate that begins with what was written has at least 0.8.
    /// 0 when below <paramref name="least"/>.
    /// </summary>
    public static double Similarity(string wanted, string candidate, double least = 0)
    {
        if (wanted == candidate)
            return 1;
        int longer = Math.Max(wanted.Length, candidate.Length);
        if (longer == 0)
            return 1;
        double prefix = wanted.Length >= 4 && candidate.StartsWith(wanted, StringComparison.Ordinal) ? 0.8 + 0.15 * wanted.Length / candidate.Length : 0;
        int distanceMax = (int)((1 - least) * longer + 1e-9); // 1 - 0.8 is a hair below 0.2
        int distance = Distance(wanted, candidate, distanceMax);
        double similarity = Math.Max(distance > distanceMax ? 0 : 1 - (double)distance / longer, prefix);
        return similarity >= least - 1e-9 ? similarity : 0;
    }

    /// <summary>The distance, or <paramref name="distanceMax"/> + 1 as soon as it must be larger.</summary>
    public static int Distance(ReadOnlySpan<char> a, ReadOnlySpan<char> b, int distanceMax)
    {
        if (Math.Abs(a.Length - b.Length) > distanceMax)
            return distanceMax + 1;
        Span<int> rows = (b.Length + 1) * 3 <= 768 ? stackalloc int[(b.Length + 1) * 3] : new int[(b.Length + 1) * 3];
        Span<int> before = rows[..(b.Length + 1)], previous = rows.Slice(b.Length + 1, b.Length + 1), current = rows.Slice(2 * (b.Length + 1), b.Length + 1);
        for (int j = 0; j <= b.Length; j++)
            previous[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            int best = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                int d = Math.Min(Math.Min(previous[j], current[j - 1]) + 1, previous[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d = Math.Min(d, before[j - 2] + 1);
                current[j] = d;
                best = Math.Min(best, d);
            }

            if (best > distanceMax)
                return distanceMax + 1;
            Span<int> free = before;
            before = previous;
            previous = current;
            current = free;
        }

        return Math.Min(previous[b.Length], distanceMax + 1);
    }
}
