using System.Text.Json.Nodes;
using Segue.Catalogue;

namespace Segue.Evaluation;

/// <summary>A backtest as JSON: how it was done, each method's figures, and each love with who foretold it.</summary>
internal static class BacktestJson
{
    /// <param name="names">The artists that the community knows.</param>
    /// <param name="unknown">Names of those it does not, numbered from its count on.</param>
    public static JsonObject Of(BacktestReport report, Artists names, IReadOnlyList<string> unknown) => new()
    {
        ["protocol"] = new JsonObject
        {
            ["from"] = Day(report.From),
            ["to"] = Day(report.To),
            ["love"] = $"first played after the date, then {report.Options.LovePlays} times or more",
            ["lovePlays"] = report.Options.LovePlays,
            ["withinDays"] = report.Options.WithinDays,
            ["candidates"] = "every artist that was not played before the date",
            ["depth"] = report.Options.Depth,
        },
        ["dates"] = new JsonArray([.. report.Dates.Select(d => (JsonNode)new JsonObject
        {
            ["asOf"] = Day(d.At),
            ["playsBefore"] = d.PlaysBefore,
            ["artistsBefore"] = d.ArtistsBefore,
            ["loves"] = d.Loves.Count,
            ["lovesUnknownToTheCommunity"] = d.UnknownLoves,
        })]),
        ["methods"] = new JsonArray([.. report.Methods.Select((m, n) => (JsonNode)OfMethod(report, n))]),
        ["loves"] = new JsonArray([.. report.Loves.Select(l => (JsonNode)OfLove(report, l, NameOf(l, names, unknown)))]),
    };

    /// <summary>The name of a love's artist.</summary>
    internal static string NameOf(Love love, Artists names, IReadOnlyList<string> unknown) =>
        love.Artist < names.Count ? names.Names[love.Artist] : unknown[love.Artist - names.Count];

    private static JsonObject OfMethod(BacktestReport report, int method)
    {
        JsonObject metrics = [], intervals = [], ranges = [];
        foreach (int k in report.Options.Cutoffs)
        {
            RecallEstimate recall = report.Recall(method, k);
            Add($"hits@{k}", report.Over(d => d.Hits(method, k)));
            Add($"recall@{k}", report.Over(d => d.Metrics(method, k).Recall) with { Mean = recall.Recall });
            Add($"ndcg@{k}", report.Over(d => d.Metrics(method, k).Ndcg));
            if (recall.HasInterval)
                intervals[$"recall@{k}"] = new JsonArray(Round(recall.Low), Round(recall.High));
        }

        return new JsonObject
        {
            ["method"] = report.Methods[method].Name,
            ["meaning"] = report.Methods[method].Meaning,
            ["canName"] = Round(report.CanName(method)),
            ["metrics"] = metrics,
            ["intervals"] = intervals,
            ["rangeOverDates"] = ranges,
            ["medianRank"] = report.MedianRank(method),
        };

        void Add(string name, DateRange over)
        {
            metrics[name] = Round(over.Mean);
            if (report.Dates.Count > 1)
                ranges[name] = new JsonArray(Round(over.Least), Round(over.Most));
        }
    }

    private static JsonObject OfLove(BacktestReport report, Love love, string name)
    {
        JsonObject ranks = [];
        for (int method = 0; method < report.Methods.Count; method++)
        {
            JsonArray known = [.. report.Dates.Where(d => d.Loves.Contains(love) && d.RankOf(method, love) > 0)
                .Select(d => (JsonNode)new JsonObject { ["asOf"] = Day(d.At), ["rank"] = d.RankOf(method, love) })];
            if (known.Count > 0)
                ranks[report.Methods[method].Name] = known;
        }

        return new JsonObject { ["artist"] = name, ["firstPlayed"] = Day(love.First), ["plays"] = Round(love.Plays), ["foretold"] = ranks };
    }

    private static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd");

    private static double Round(double value) => Math.Round(value, 6);
}
