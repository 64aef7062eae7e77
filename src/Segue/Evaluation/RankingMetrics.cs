namespace Segue.Evaluation;

/// <summary>
/// How good one listener's list is at a cut-off k. Relevance is binary: an artist was held out or not. Rank r counts from 1.
/// </summary>
/// <param name="Ndcg">Σ over hits of 1 / log2(r + 1), divided by the same sum for the ideal list: min(k, held-out) hits at the top (Järvelin,
/// Kekäläinen 2002).</param>
/// <param name="Recall">Hits / held-out artists (all of them, also where there are more than k).</param>
/// <param name="Precision">Hits / k.</param>
/// <param name="AveragePrecision">Σ over hits of (hits up to r) / r, divided by min(k, held-out).</param>
/// <param name="ReciprocalRank">1 / rank of the first hit, 0 without one.</param>
/// <param name="Hit">1 when there is a hit, else 0.</param>
internal readonly record struct RankingMetrics(double Ndcg, double Recall, double Precision, double AveragePrecision, double ReciprocalRank, double Hit)
{
    /// <param name="list">Recommended artists, best first; may be shorter or longer than k.</param>
    /// <param name="heldOut">Held-out artists, ascending, at least one.</param>
    public static RankingMetrics Of(ReadOnlySpan<int> list, ReadOnlySpan<int> heldOut, int k)
    {
        ArgumentOutOfRangeException.ThrowIfZero(heldOut.Length);
        double gain = 0, precision = 0, ideal = 0;
        int hits = 0, first = 0, possible = Math.Min(k, heldOut.Length);
        for (int rank = 1; rank <= Math.Min(k, list.Length); rank++)
        {
            if (heldOut.BinarySearch(list[rank - 1]) < 0)
                continue;
            hits++;
            first = first == 0 ? rank : first;
            gain += 1 / Math.Log2(rank + 1);
            precision += (double)hits / rank;
        }

        for (int rank = 1; rank <= possible; rank++)
            ideal += 1 / Math.Log2(rank + 1);
        return new RankingMetrics(gain / ideal, (double)hits / heldOut.Length, (double)hits / k, precision / possible, first == 0 ? 0 : 1.0 / first, hits > 0 ? 1 : 0);
    }
}

/// <summary>What all lists together do to a catalogue of artists, at a cut-off k.</summary>
/// <param name="Coverage">Share of all artists that stand in somebody's list.</param>
/// <param name="Gini">Inequality of how often artists are recommended, over all artists: 0 all alike, towards 1 a few take it all.</param>
/// <param name="Novelty">Mean of −log2(share of the training's listeners who know the artist) over all recommendations, in bits; an artist
/// nobody knows counts as known to one.</param>
internal readonly record struct CatalogueMetrics(double Coverage, double Gini, double Novelty)
{
    /// <param name="lists">One list a listener, best first.</param>
    /// <param name="listeners">For each artist, how many users of the training know it.</param>
    /// <param name="users">Users of the training.</param>
    public static CatalogueMetrics Of(IReadOnlyList<int[]> lists, ReadOnlySpan<int> listeners, int users, int k)
    {
        int[] times = new int[listeners.Length];
        long total = 0;
        double bits = 0;
        foreach (int[] list in lists)
        {
            foreach (int artist in list.AsSpan(0, Math.Min(k, list.Length)))
            {
                times[artist]++;
                total++;
                bits -= Math.Log2(Math.Max(1, listeners[artist]) / (double)Math.Max(1, users));
            }
        }

        if (total == 0)
            return default;
        // Gini = Σ (2i − n − 1) xᵢ / (n Σ x), x ascending, i from 1.
        Array.Sort(times);
        double weighted = 0;
        for (int i = 0; i < times.Length; i++)
            weighted += (2.0 * (i + 1) - times.Length - 1) * times[i];
        return new CatalogueMetrics(times.Count(t => t > 0) / (double)times.Length, weighted / (times.Length * (double)total), bits / total);
    }
}
