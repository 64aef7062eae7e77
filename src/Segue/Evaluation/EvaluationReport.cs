using Segue.Numerics;

namespace Segue.Evaluation;

/// <summary>A group of listeners, or of held-out artists, and how they are served.</summary>
/// <param name="Group">"listeners with 1-5 artists", "artists with 1-3 listeners" ...</param>
/// <param name="Count">Listeners, or held-out interactions with such artists.</param>
/// <param name="Ndcg">Mean NDCG of the listeners at the first cut-off; NaN for groups of artists.</param>
/// <param name="RecallAt10">Share of the group's held-out interactions found within 10.</param>
/// <param name="RecallAt50">The same within 50.</param>
internal sealed record Slice(string Group, int Count, double Ndcg, double RecallAt10, double RecallAt50);

/// <summary>What an evaluation found, on one split or on several: per listener, for the catalogue, and by groups. Immutable.</summary>
internal sealed record EvaluationReport
{
    /// <summary>The metrics that listeners have one by one, by the name they have in reports.</summary>
    public static IReadOnlyList<(string Name, Func<RankingMetrics, double> Of)> ListenerMetrics { get; } =
    [
        ("ndcg", m => m.Ndcg),
        ("recall", m => m.Recall),
        ("precision", m => m.Precision),
        ("map", m => m.AveragePrecision),
        ("mrr", m => m.ReciprocalRank),
        ("hit", m => m.Hit),
    ];

    public required string Model { get; init; }

    /// <summary>How the plays were divided.</summary>
    public required string Split { get; init; }

    /// <summary>The cut-offs, ascending.</summary>
    public required IReadOnlyList<int> Cutoffs { get; init; }

    /// <summary>
    /// The listeners that had something held out (dense indices, ascending in each split, one split after the other); everything per listener is in
    /// this order.
    /// </summary>
    public required IReadOnlyList<int> Users { get; init; }

    /// <summary>Where the listeners of each split begin.</summary>
    public IReadOnlyList<int> SplitStarts { get; init; } = [0];

    /// <summary>For each cut-off, one entry a listener.</summary>
    public required IReadOnlyList<RankingMetrics[]> PerListener { get; init; }

    public required IReadOnlyList<CatalogueMetrics> Catalogue { get; init; }

    /// <summary>What was recommended to each listener, best first, at least as long as the largest cut-off where there are as many artists.</summary>
    public required IReadOnlyList<Scored[]> Lists { get; init; }

    /// <summary>What was held out for each listener, ascending.</summary>
    public required IReadOnlyList<int[]> HeldOut { get; init; }

    public required IReadOnlyList<Slice> Slices { get; init; }

    public required IReadOnlyList<Leak> Leaks { get; init; }

    public required int Artists { get; init; }

    public required int TrainInteractions { get; init; }

    public required int TestInteractions { get; init; }

    /// <summary>Root mean square and mean absolute error of log(1 + plays), for models that predict plays.</summary>
    public (double Rmse, double Mae)? PlaysError { get; init; }

    /// <summary>One number a listener, in the order of <see cref="Users"/>: "ndcg", "recall", "precision", "map", "mrr" or "hit".</summary>
    public double[] Values(string metric, int k)
    {
        (_, Func<RankingMetrics, double> of) = ListenerMetrics.First(m => m.Name == metric);
        return [.. PerListener[CutoffIndex(k)].Select(of)];
    }

    /// <summary>The mean over listeners.</summary>
    public double Mean(string metric, int k) => Users.Count == 0 ? 0 : Values(metric, k).Average();

    /// <summary>The mean over listeners with its interval, and the spread of splits beside it.</summary>
    public SplitsEstimate Estimate(string metric, int k, int seed = 1) => SplitsSignificance.Estimate(BySplit(metric, k), seed: seed);

    /// <summary>How much better this model is than another on the same splits and listeners.</summary>
    /// <exception cref="ArgumentException">They were not measured on the same ones.</exception>
    public PairedDifference Less(EvaluationReport other, string metric, int k, int seed = 1) =>
        SplitsSignificance.Paired(BySplit(metric, k), other.BySplit(metric, k), seed: seed);

    /// <summary>
    /// One model on several splits of the same plays as one report: listeners one after the other, figures of the catalogue as means.
    /// </summary>
    /// <param name="splits">At least one; of the same model and cut-offs.</param>
    public static EvaluationReport Of(IReadOnlyList<EvaluationReport> splits)
    {
        EvaluationReport first = splits[0];
        if (splits.Count == 1)
            return first;
        int at = 0;
        List<int> starts = [];
        foreach (EvaluationReport split in splits)
        {
            starts.Add(at);
            at += split.Users.Count;
        }

        CatalogueMetrics[] catalogue = [.. first.Catalogue.Select((_, c) => new CatalogueMetrics(
            splits.Average(s => s.Catalogue[c].Coverage), splits.Average(s => s.Catalogue[c].Gini), splits.Average(s => s.Catalogue[c].Novelty)))];
        return first with
        {
            Split = $"{first.Split}, {splits.Count} splits",
            SplitStarts = starts,
            Users = [.. splits.SelectMany(s => s.Users)],
            PerListener = [.. first.PerListener.Select((_, c) => (RankingMetrics[])[.. splits.SelectMany(s => s.PerListener[c])])],
            Catalogue = catalogue,
            Lists = [.. splits.SelectMany(s => s.Lists)],
            HeldOut = [.. splits.SelectMany(s => s.HeldOut)],
            Slices = [.. splits.SelectMany(s => s.Slices).GroupBy(s => s.Group).Select(g => Mean([.. g]))],
            Leaks = [.. splits.SelectMany(s => s.Leaks).GroupBy(l => l.Kind).Select(g => g.MaxBy(l => l.Count)!)],
            PlaysError = first.PlaysError is null
                ? null
                : (splits.Average(s => s.PlaysError!.Value.Rmse), splits.Average(s => s.PlaysError!.Value.Mae)),
        };
    }

    private static Slice Mean(IReadOnlyList<Slice> slices)
    {
        int count = slices.Sum(s => s.Count);
        double Of(Func<Slice, double> value) => slices.Sum(s => value(s) * s.Count) / count;
        return new Slice(slices[0].Group, count, Of(s => s.Ndcg), Of(s => s.RecallAt10), Of(s => s.RecallAt50));
    }

    private SplitValues[] BySplit(string metric, int k)
    {
        double[] values = Values(metric, k);
        int[] users = [.. Users];
        return [.. SplitStarts.Select((from, split) =>
        {
            int to = split + 1 < SplitStarts.Count ? SplitStarts[split + 1] : users.Length;
            return new SplitValues(users[from..to], values[from..to]);
        })];
    }

    /// <summary>Mean share of a listener's held-out artists among the first n recommended, for any n up to the lists' length.</summary>
    public double RecallAt(int n)
    {
        double sum = 0;
        for (int u = 0; u < Users.Count; u++)
            sum += RankingMetrics.Of([.. Lists[u].Take(n).Select(s => s.Index)], HeldOut[u], n).Recall;
        return Users.Count == 0 ? 0 : sum / Users.Count;
    }

    private int CutoffIndex(int k)
    {
        for (int i = 0; i < Cutoffs.Count; i++)
        {
            if (Cutoffs[i] == k)
                return i;
        }

        throw new ArgumentException($"There is no cut-off {k} in this report; there are {string.Join(", ", Cutoffs)}.", nameof(k));
    }
}
