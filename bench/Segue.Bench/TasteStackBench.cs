using System.Numerics.Tensors;
using System.Text.Json;
using Segue.Evaluation;
using Segue.Factorization;
using Segue.Import;
using Segue.Interactions;

namespace Segue.Bench;

/// <summary>
/// Is a stack of models better than ALS alone? Scores of als, ease and rp3beta, standardized over the artists for each listener, are added with
/// weights that are chosen on a validation part of each training part; then all are trained on the whole of it and judged on the test part. One JSON
/// line a split, one for all of them with the paired difference.
/// </summary>
internal static class TasteStackBench
{
    private static readonly string[] s_members = ["als", "ease", "rp3beta"];

    public static int Run(string[] args)
    {
        Arguments options = new(args, "plays", "splits", "seed");
        CsrMatrix plays = Importer.ReadPlays(options.Require("plays")).Plays.Counts;
        List<double> alone = [], stacked = [];
        for (int n = 0; n < options.Int("splits", 5); n++)
        {
            int seed = options.Int("seed", 1) + n;
            Split split = Splits.Random(plays, 0.2, seed);
            float[] weights = Choose(Splits.Random(split.Train, 0.2, 100 + seed));
            Members members = Members.Of(split.Train);
            double[] als = [.. Evaluator.Evaluate(members.With([1, 0, 0]), split).Values("ndcg", 10)];
            double[] all = [.. Evaluator.Evaluate(members.With(weights), split).Values("ndcg", 10)];
            alone.AddRange(als);
            stacked.AddRange(all);
            Print(new { bench = "taste-stack", split = seed, weights, als = Math.Round(als.Average(), 4), stack = Math.Round(all.Average(), 4) });
        }

        PairedDifference difference = Significance.Paired(stacked.ToArray(), alone.ToArray(), 200);
        Print(new
        {
            bench = "taste-stack",
            als = Math.Round(alone.Average(), 4),
            stack = Math.Round(stacked.Average(), 4),
            difference = Math.Round(difference.Difference, 4),
            standardError = Math.Round(difference.StandardError, 4),
        });
        return 0;
    }

    private static float[] Choose(Split validation)
    {
        Members members = Members.Of(validation.Train);
        float[] steps = [0, 0.05f, 0.1f, 0.2f, 0.3f, 0.5f];
        return steps.SelectMany(ease => steps.Select(rp3 => new[] { 1, ease, rp3 }))
            .MaxBy(weights => Evaluator.Evaluate(members.With(weights), validation).Mean("ndcg", 10))!;
    }

    private static void Print(object line) => Console.WriteLine(JsonSerializer.Serialize(line));

    /// <summary>Standardized scores of every model for every user of the training.</summary>
    private sealed record Members(float[][][] Scores, int ArtistCount)
    {
        public static Members Of(CsrMatrix train)
        {
            float[][][] scores = [.. s_members.Select(_ => new float[train.Rows][])];
            for (int m = 0; m < s_members.Length; m++)
            {
                ITasteModel model = TasteModels.Train(s_members[m], train);
                Parallel.For(0, train.Rows, user =>
                {
                    float[] row = scores[m][user] = new float[train.Columns];
                    model.Score(new Profile
                    {
                        User = user,
                        Artists = train.RowIndices(user).ToArray(),
                        Plays = train.RowValues(user).ToArray(),
                        InTraining = true,
                    }, row);
                    TensorPrimitives.Subtract(row, TensorPrimitives.Average<float>(row), row);
                    TensorPrimitives.Divide(row, Math.Max(1e-12f, TensorPrimitives.Norm<float>(row)), row);
                });
            }

            return new Members(scores, train.Columns);
        }

        public ITasteModel With(float[] weights) => new Stack(this, weights);
    }

    private sealed class Stack(Members members, float[] weights) : ITasteModel
    {
        public string Name => "als+";

        public int ArtistCount => members.ArtistCount;

        public void Score(Profile profile, Span<float> scores)
        {
            scores.Clear();
            for (int m = 0; m < weights.Length; m++)
            {
                if (weights[m] != 0)
                    TensorPrimitives.MultiplyAdd(members.Scores[m][profile.User], weights[m], scores, scores);
            }
        }
    }
}
