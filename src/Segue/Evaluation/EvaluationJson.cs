using System.Text.Json.Nodes;

namespace Segue.Evaluation;

/// <summary>Reports as JSON: metrics by "name@k", their intervals for other listeners beside them, then slices and leaks.</summary>
internal static class EvaluationJson
{
    public static JsonObject Of(EvaluationReport report, int seed = 1)
    {
        JsonObject metrics = [], intervals = [], splits = [];
        for (int c = 0; c < report.Cutoffs.Count; c++)
        {
            int k = report.Cutoffs[c];
            foreach ((string name, _) in EvaluationReport.ListenerMetrics)
            {
                SplitsEstimate estimate = report.Estimate(name, k, seed);
                metrics[$"{name}@{k}"] = Round(estimate.Mean);
                intervals[$"{name}@{k}"] = new JsonArray(Round(estimate.Low), Round(estimate.High));
                splits[$"{name}@{k}"] = new JsonArray(Round(estimate.SplitLow), Round(estimate.SplitHigh));
            }

            (metrics[$"coverage@{k}"], metrics[$"gini@{k}"], metrics[$"novelty@{k}"]) =
                (Round(report.Catalogue[c].Coverage), Round(report.Catalogue[c].Gini), Round(report.Catalogue[c].Novelty));
        }

        if (report.PlaysError is (double rmse, double mae))
            (metrics["rmse"], metrics["mae"]) = (Round(rmse), Round(mae));
        JsonObject json = new()
        {
            ["model"] = report.Model,
            ["protocol"] = new JsonObject
            {
                ["split"] = report.Split,
                ["candidates"] = "every artist that is not in the listener's training part",
                ["relevance"] = "binary: held out or not",
                ["listeners"] = "with at least one artist held out",
                ["artists"] = report.Artists,
                ["trainInteractions"] = report.TrainInteractions,
                ["testInteractions"] = report.TestInteractions,
            },
            ["metrics"] = metrics,
            ["intervals"] = intervals,
            ["users"] = report.Users.Distinct().Count(),
            ["slices"] = new JsonArray([.. report.Slices.Select(OfSlice)]),
            ["leaks"] = new JsonArray([.. report.Leaks.Select(l => (JsonNode)new JsonObject { ["kind"] = l.Kind, ["count"] = l.Count, ["meaning"] = l.Meaning })]),
        };
        if (report.SplitStarts.Count > 1)
            json.Insert(json.IndexOf("intervals") + 1, "splits", splits);
        return json;
    }

    /// <summary>How the first model differs from another on the same listeners.</summary>
    public static JsonObject OfDifference(EvaluationReport first, EvaluationReport other, int k, int seed = 1)
    {
        PairedDifference d = first.Less(other, "ndcg", k, seed);
        return new JsonObject
        {
            ["first"] = first.Model,
            ["second"] = other.Model,
            ["metric"] = $"ndcg@{k}",
            ["difference"] = Round(d.Difference),
            ["standardError"] = Round(d.StandardError),
            ["interval"] = new JsonArray(Round(d.Low), Round(d.High)),
            ["p"] = Round(d.P),
        };
    }

    private static JsonObject OfSlice(Slice slice)
    {
        JsonObject o = new() { ["group"] = slice.Group, ["count"] = slice.Count, ["recall@10"] = Round(slice.RecallAt10), ["recall@50"] = Round(slice.RecallAt50) };
        if (!double.IsNaN(slice.Ndcg))
            o["ndcg"] = Round(slice.Ndcg);
        return o;
    }

    private static double Round(double value) => Math.Round(value, 6);
}
