using System.Text.Json;
using Segue.Evaluation;
using Segue.Factorization;
using Segue.Import;
using Segue.Interactions;

namespace Segue.Bench;

/// <summary>
/// The taste model at its defaults beside EASE and item-kNN on data of many kinds: the sample, planted worlds, files of plays, and draws of few of their
/// listeners; and what fixed popularity exponents would give. One JSON line a data set, NDCG@10, means over splits.
/// </summary>
internal static class TasteDefaultsBench
{
    private static readonly float[] s_exponents = [0, 0.1f, 0.2f, 0.3f];

    public static int Run(string[] args)
    {
        Arguments options = new(args, "plays", "splits", "exponents");
        bool exponents = options.Get("exponents", "yes") == "yes";
        int splits = options.Int("splits", 3);
        Measure("sample", _ => Sample.Generate().Plays.Counts, splits, exponents);
        Measure("world 800 x 600", seed => PlantedWorld.Of(800, 600, 30_000, 12, seed), splits, exponents);
        Measure("world 300 x 6,000", seed => PlantedWorld.Of(300, 6000, 18_000, 20, seed), splits, exponents);
        Measure("world 2,000 x 2,000", seed => PlantedWorld.Of(2000, 2000, 80_000, 25, seed), splits, exponents);
        foreach (string path in options.Get("plays", "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            CsrMatrix plays = Importer.ReadPlays(path).Plays.Counts;
            string name = Path.GetFileName(path);
            Measure($"{name}, 200 listeners", seed => Splits.SomeListeners(plays, 200, seed), splits, exponents);
            Measure($"{name}, 300 listeners", seed => Splits.SomeListeners(plays, 300, seed), splits, exponents);
            Measure(name, _ => plays, splits, exponents);
        }

        return 0;
    }

    private static void Measure(string name, Func<int, CsrMatrix> data, int splits, bool exponents)
    {
        Dictionary<string, double> ndcg = [];
        float root = 0;
        for (int seed = 1; seed <= splits; seed++)
        {
            Split split = Splits.Random(data(seed), 0.2, seed);
            root = new AlsOptions().ResolvedFor(split.Train).ZeroWeight!.Value;
            Add("als", new AlsOptions());
            foreach (float exponent in exponents ? s_exponents : [])
                Add($"exponent {exponent}", new AlsOptions { PopularityExponent = exponent });
            Add("ease", null);
            Add("itemknn", null);

            void Add(string model, AlsOptions? als)
            {
                ITasteModel trained = TasteModels.Train(als is null ? model : "als", split.Train, als);
                ndcg[model] = ndcg.GetValueOrDefault(model) + (Evaluator.Evaluate(trained, split).Mean("ndcg", 10) / splits);
            }
        }

        Console.WriteLine(JsonSerializer.Serialize(new
        {
            data = name,
            zeroWeight = Math.Round(root, 3),
            ndcg10 = ndcg.ToDictionary(m => m.Key, m => Math.Round(m.Value, 4)),
        }));
    }
}
