using Segue.Recommending;

namespace Segue.Bench;

/// <summary>How several listeners' scores may become one choice: those of Masthoff, "Group Recommender Systems" (2015), and the one that is
/// used.</summary>
internal static class GroupStrategies
{
    /// <summary>Below this score an item is misery; among percentiles, the worse half.</summary>
    private const double Misery = 0.5;

    /// <summary>By name: [listener][item] scores and a count, to the items chosen.</summary>
    public static IReadOnlyList<(string Name, Func<double[][], int, int[]> Choose)> All { get; } =
    [
        ("average", ByItem((_, mean) => (mean, 0))),
        ("least misery", ByItem((scores, mean) => (scores.Min(), mean))),
        ("average without misery", ByItem((scores, mean) => (scores.All(s => s >= Misery) ? 1 : 0, mean))),
        ("multiplicative", ByItem((scores, mean) => (scores.Aggregate(1.0, (product, s) => product * s), mean))),
        ("turns", InTurns),
        ("least served next", GroupChoice.LeastServedNext),
    ];

    /// <summary>Masthoff's fairness: the listeners take turns, each takes the best that is left.</summary>
    private static int[] InTurns(double[][] scores, int count)
    {
        HashSet<int> left = [.. Enumerable.Range(0, scores[0].Length)];
        List<int> chosen = [];
        for (int turn = 0; turn < Math.Min(count, scores[0].Length); turn++)
        {
            double[] whose = scores[turn % scores.Length];
            int best = left.Order().MaxBy(item => (whose[item], scores.Average(s => s[item])));
            left.Remove(best);
            chosen.Add(best);
        }

        return [.. chosen];
    }

    /// <summary>A key that does not depend on what was chosen before.</summary>
    private static Func<double[][], int, int[]> ByItem(Func<double[], double, (double, double)> key) => (scores, count) =>
        GroupChoice.OneByOne(scores, count, (_, item) =>
        {
            double[] each = [.. scores.Select(s => s[item])];
            return key(each, each.Average());
        });
}
