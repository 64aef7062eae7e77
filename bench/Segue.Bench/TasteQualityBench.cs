using System.Diagnostics;
using System.Text.Json;
using Segue.Evaluation;
using Segue.Factorization;
using Segue.Import;
using Segue.Interactions;

namespace Segue.Bench;

/// <summary>
/// Every taste model on the same random 80/20 splits, and what each ingredient of ALS is worth. One JSON line a model: means over splits, and the
/// difference to the first model with its paired standard error; intervals and errors are those of other listeners, splits stand beside.
/// </summary>
internal static class TasteQualityBench
{
    private const float Ridge = 0.45f; // Of data as uneven as plays are.

    private static readonly AlsOptions s_defaults = new();

    private static readonly (string Name, AlsOptions Options)[] s_ingredients =
    [
        ("als", s_defaults),
        ("als, binary plays", s_defaults with { Confidence = AlsConfidence.Binary }),
        ("als, log plays", s_defaults with { Confidence = AlsConfidence.Log }),
        ("als, raw plays", s_defaults with { Confidence = AlsConfidence.Linear }),
        ("als, zeros not tempered", s_defaults with { PopularityExponent = 0 }),
        ("als, exponent 0.1", s_defaults with { PopularityExponent = 0.1f }),
        ("als, exponent 0.3", s_defaults with { PopularityExponent = 0.3f }),
        ("als, 64 factors", s_defaults with { Factors = 64 }),
        ("als, 256 factors", s_defaults with { Factors = 256 }),
        ("als, exact solver", s_defaults with { Solver = AlsSolver.Cholesky }),
        ("als, half the ridge", s_defaults with { Ridge = Ridge / 2 }),
        ("als, twice the ridge", s_defaults with { Ridge = Ridge * 2 }),
        ("ials (Rendle 2021): log plays, 256 factors, plain zeros", s_defaults with
        {
            Factors = 256, PopularityExponent = 0, Confidence = AlsConfidence.Log, Regularization = 0.012f,
        }),
        ("implicit at its best", AlsOptions.Classic),
    ];

    public static int Run(string[] args)
    {
        Arguments options = new(args, "plays", "splits", "models", "ingredients", "seed", "artist-tags", "friends");
        Plays all = Importer.ReadPlays(options.Require("plays")).Plays;
        CsrMatrix plays = all.Counts;
        int first = options.Int("seed", 1);
        Split[] splits = [.. Enumerable.Range(0, options.Int("splits", 5)).Select(n => Splits.Random(plays, 0.2, first + n))];
        List<(string Name, Func<Split, ITasteModel> Train)> models = [];
        string ingredients = options.Get("ingredients", "yes");
        models.AddRange(s_ingredients.Take(ingredients == "yes" ? s_ingredients.Length : 1)
            .Select(i => (i.Name, (Func<Split, ITasteModel>)(s => TasteModels.Train("als", s.Train, i.Options)))));
        foreach (string name in options.Get("models", string.Join(',', TasteModels.Names)).Split(',', StringSplitOptions.RemoveEmptyEntries).Where(n => n != "als"))
            models.Add((name, s => TasteModels.Train(name, s.Train)));
        if (options.Get("artist-tags", "") is { Length: > 0 } tags)
            models.AddRange(SideModels(SideTables.Read(all, tags, options.Get("friends", "") is { Length: > 0 } friends ? friends : null)));
        Compare(splits, models);
        return 0;
    }

    /// <summary>Tags and friends, alone and together, and with the answers left in: what a careless evaluation would report.</summary>
    private static IEnumerable<(string Name, Func<Split, ITasteModel> Train)> SideModels(SideInformation side)
    {
        SideInformation tags = side with { Friends = null }, friends = side with { Taggings = [] };
        yield return ("als + tags + friends", s => SideInformed.Train(s.Train, side.Without(s.Test), s_defaults));
        yield return ("als + tags", s => SideInformed.Train(s.Train, tags.Without(s.Test), s_defaults));
        yield return ("als + tags as rows only", s => SideInformed.Train(s.Train, tags.Without(s.Test), s_defaults, new SideOptions { TagWeight = 0 }));
        if (side.Friends is not null)
            yield return ("als + friends", s => SideInformed.Train(s.Train, friends, s_defaults));
        yield return ("als + tags, the listener's own on held-out artists left in", s => SideInformed.Train(s.Train, tags, s_defaults));
    }

    /// <summary>Trains and judges each model on each split; one line each.</summary>
    public static void Compare(IReadOnlyList<Split> splits, IEnumerable<(string Name, Func<Split, ITasteModel> Train)> models)
    {
        SplitValues[]? reference = null;
        foreach ((string name, Func<Split, ITasteModel> train) in models)
        {
            List<double> ndcg = [], recall = [], coverage = [], rmse = [], mae = [];
            List<SplitValues> all = [];
            double seconds = 0;
            Dictionary<string, (double Sum, int Count)> slices = [];
            foreach (Split split in splits)
            {
                long start = Stopwatch.GetTimestamp();
                ITasteModel model = train(split);
                seconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
                EvaluationReport report = Evaluator.Evaluate(model, split);
                ndcg.Add(report.Mean("ndcg", 10));
                recall.Add(report.Mean("recall", 10));
                coverage.Add(report.Catalogue[0].Coverage);
                all.Add(new SplitValues(report.Users, report.Values("ndcg", 10)));
                foreach (Slice slice in report.Slices)
                {
                    (double sum, int count) = slices.GetValueOrDefault(slice.Group);
                    double value = double.IsNaN(slice.Ndcg) ? slice.RecallAt50 : slice.Ndcg;
                    slices[slice.Group] = (sum + (value * slice.Count), count + slice.Count);
                }

                if (report.PlaysError is { } error)
                {
                    rmse.Add(error.Rmse);
                    mae.Add(error.Mae);
                }
            }

            reference ??= [.. all];
            PairedDifference difference = SplitsSignificance.Paired(all, reference);
            SplitsEstimate estimate = SplitsSignificance.Estimate(all);
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                model = name,
                ndcg10 = Round(estimate.Mean),
                interval = new[] { Round(estimate.Low), Round(estimate.High) },
                splits = ndcg.Select(Round),
                toFirst = Round(difference.Difference),
                standardError = Round(difference.StandardError),
                recall10 = Round(recall.Average()),
                coverage10 = Round(coverage.Average()),
                rmse = rmse.Count > 0 ? Round(rmse.Average()) : (double?)null,
                mae = mae.Count > 0 ? Round(mae.Average()) : (double?)null,
                slices = slices.ToDictionary(x => x.Key, x => Round(x.Value.Sum / x.Value.Count)),
                trainSeconds = Math.Round(seconds / splits.Count, 2),
            }));
        }
    }

    private static double Round(double value) => Math.Round(value, 4);
}
