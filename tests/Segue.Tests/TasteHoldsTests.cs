using Segue.Bench;
using Segue.Evaluation;
using Segue.Factorization;
using Segue.Import;
using Segue.Interactions;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: als is no worse than the better of two good plain models on data of many kinds: at its defaults within a standard error for other
/// listeners, and with the choice not at all. Method: the sample, planted worlds, few listeners of a real set, playlists; several splits or draws of
/// each. With one ridge for all data als has 0.2678 on the world of 2,000 x 2,000, and EASE 0.2728 with a standard error of 0.0031.
/// </summary>
public sealed class TasteHoldsTests
{
    [Fact]
    public void On_the_sample() => Holds(seed => Sample.Generate().Plays.Counts, draws: 3, sameListeners: true, floor: 0.385, eachAbove: true);

    [Theory]
    [InlineData(800, 600, 30_000, 12)]
    [InlineData(300, 6000, 18_000, 20)]
    [InlineData(2000, 2000, 80_000, 25)]
    public void On_planted_worlds(int users, int artists, int cells, int genres) =>
        Holds(seed => PlantedWorld.Of(users, artists, cells, genres, seed), draws: 2, sameListeners: false, floor: 0);

    [Fact]
    public void On_few_listeners()
    {
        CsrMatrix plays = Importer.ReadPlays(TestData.Require("data", "lastfm-2k", "user_artists.dat")).Plays.Counts;
        Holds(seed => Splits.SomeListeners(plays, 200, seed), draws: 6, sameListeners: false, floor: 0.193);
    }

    [Fact]
    public void On_playlists()
    {
        CsrMatrix plays = Importer.ReadPlays(TestData.Require("data", "playlists", "plays.tsv")).Plays.Counts;
        Holds(_ => plays, draws: 5, sameListeners: true, floor: 0.175);
    }

    /// <param name="sameListeners">Whether the draws are splits of the same listeners, whose values then go together.</param>
    /// <param name="floor">What als must reach at its defaults: over all draws, or each of them.</param>
    private static void Holds(Func<int, CsrMatrix> data, int draws, bool sameListeners, double floor, bool eachAbove = false)
    {
        Dictionary<string, List<SplitValues>> found = [];
        for (int seed = 1; seed <= draws; seed++)
        {
            Split split = Splits.Random(data(seed), 0.2, seed);
            int first = sameListeners ? 0 : seed * split.Train.Rows;
            foreach (string name in new[] { "als", "ease", "itemknn" })
                Add(name, TasteModels.Train(name, split.Train));
            Add("choice", TasteModels.Train("als", split.Train, AlsChoice.Choose(split.Train, new AlsOptions()).Over(new AlsOptions())));

            void Add(string name, ITasteModel model)
            {
                EvaluationReport report = Evaluator.Evaluate(model, split);
                if (!found.TryGetValue(name, out List<SplitValues>? values))
                    found[name] = values = [];
                values.Add(new SplitValues([.. report.Users.Select(u => first + u)], report.Values("ndcg", 10)));
            }
        }

        Dictionary<string, SplitsEstimate> by = found.ToDictionary(f => f.Key, f => SplitsSignificance.Estimate(f.Value));
        double others = Math.Max(by["ease"].Mean, by["itemknn"].Mean);
        string all = string.Join("; ", by.Select(b =>
            $"{b.Key} {b.Value.Mean:0.0000}, s.e. {b.Value.StandardError:0.0000}, lowest {b.Value.SplitLow:0.0000}"));
        TestContext.Current.TestOutputHelper?.WriteLine(all);
        Assert.True((eachAbove ? by["als"].SplitLow : by["als"].Mean) >= floor, all);
        Assert.True(by["als"].Mean >= others - by["als"].StandardError, all);
        Assert.True(by["choice"].Mean >= others, all);
    }
}
