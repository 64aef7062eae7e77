using CsCheck;
using Segue.Catalogue;
using Segue.Evaluation;
using Segue.Factorization;
using Segue.Interactions;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the figures are what the definitions say, on lists that can be reckoned by hand and on random ones against a slow twin; splits lose nothing;
/// leaks are seen. Seen to fail: with ranks from 0, with the ideal list of k hits, with planted answers left in.
/// </summary>
public sealed class EvaluationTests
{
    [Fact]
    public void Metrics_of_a_list_by_hand()
    {
        // Held out 2, 5, 9; list 5 1 9 7: hits at ranks 1 and 3.
        RankingMetrics m = RankingMetrics.Of([5, 1, 9, 7], [2, 5, 9], 4);
        Assert.Equal((1 + 1 / 2.0) / (1 + 1 / Math.Log2(3) + 1 / 2.0), m.Ndcg, 1e-12);
        Assert.Equal(2 / 3.0, m.Recall, 1e-12);
        Assert.Equal(2 / 4.0, m.Precision, 1e-12);
        Assert.Equal((1 / 1.0 + 2 / 3.0) / 3, m.AveragePrecision, 1e-12);
        Assert.Equal(1, m.ReciprocalRank);
        Assert.Equal(1, m.Hit);
    }

    [Fact]
    public void The_ideal_list_is_as_long_as_k_or_what_was_held_out()
    {
        Assert.Equal(1, RankingMetrics.Of([3, 4], [3, 4, 5, 6], 2).Ndcg, 1e-12);
        Assert.Equal(0.5, RankingMetrics.Of([3, 4], [3, 4, 5, 6], 2).Recall, 1e-12);
        Assert.Equal(1, RankingMetrics.Of([3, 9, 9, 9], [3], 4).Ndcg, 1e-12);
        Assert.Equal(default, RankingMetrics.Of([1, 2], [3], 2));
        Assert.Equal(default, RankingMetrics.Of([], [3], 2));
    }

    [Fact]
    public void Metrics_agree_with_a_slow_twin()
    {
        Gen.Select(Gen.Int[1, 30], Gen.Int[1, 15], Gen.Int[1, 12], Gen.Int).Sample((artists, k, held, seed) =>
        {
            Random random = new(seed);
            int[] list = [.. Enumerable.Range(0, artists)];
            random.Shuffle(list);
            list = list[..random.Next(artists + 1)];
            int[] asked = [.. Enumerable.Range(0, artists).OrderBy(_ => random.Next()).Take(Math.Min(held, artists)).Order()];
            RankingMetrics m = RankingMetrics.Of(list, asked, k);
            double[] relevant = [.. list.Take(k).Select(a => asked.Contains(a) ? 1.0 : 0)];
            double dcg = relevant.Select((r, n) => r / Math.Log(n + 2, 2)).Sum();
            Assert.Equal(dcg / Enumerable.Range(0, Math.Min(k, asked.Length)).Sum(n => 1 / Math.Log(n + 2, 2)), m.Ndcg, 1e-9);
            Assert.Equal(relevant.Sum() / asked.Length, m.Recall, 1e-9);
            Assert.Equal(relevant.Sum() / k, m.Precision, 1e-9);
            Assert.Equal(relevant.Select((r, n) => r * relevant.Take(n + 1).Sum() / (n + 1)).Sum() / Math.Min(k, asked.Length), m.AveragePrecision, 1e-9);
            int first = Array.IndexOf(relevant, 1.0);
            Assert.Equal(first < 0 ? 0 : 1.0 / (first + 1), m.ReciprocalRank, 1e-9);
            Assert.Equal(relevant.Max(r => (double?)r) ?? 0, m.Hit);
        }, iter: 2000);
    }

    [Fact]
    public void Catalogue_metrics_by_hand()
    {
        // Four artists, recommended 3, 1, 0, 0 times; known to 2, 1, 0, 4 of 4 users.
        CatalogueMetrics m = CatalogueMetrics.Of([[0], [0], [0, 1]], [2, 1, 0, 4], 4, 2);
        Assert.Equal(0.5, m.Coverage, 1e-12);
        Assert.Equal((3 * 1 + 4 * 3) * 2 / (4.0 * 4) - 5 / 4.0, m.Gini, 1e-12);
        Assert.Equal((3 * 1 + 2) / 4.0, m.Novelty, 1e-12);
        Assert.Equal(0, CatalogueMetrics.Of([[0, 1], [2, 3]], [1, 1, 1, 1], 4, 2).Gini, 1e-12);
    }

    [Fact]
    public void A_world_whose_answer_is_known()
    {
        // Everybody knows artist 0 and is asked for 1 (users 0..2) or 3 (user 3); popularity ranks 1 before 2 before 3.
        CsrMatrix train = Matrix(4, 4, (0, 0), (1, 0), (2, 0), (3, 0), (3, 1), (3, 2), (2, 2), (1, 2));
        CsrMatrix test = Matrix(4, 4, (0, 1), (1, 1), (2, 1), (3, 3));
        EvaluationReport report = Evaluator.Evaluate(new Popularity(train), new Split(train, test, "by hand"), new EvaluationOptions { Cutoffs = [1, 2] });
        Assert.Equal([0, 1, 2, 3], report.Users);
        Assert.Equal([2, 1, 3], report.Lists[0].Select(s => s.Index));
        Assert.Equal([1, 3], report.Lists[1].Select(s => s.Index));
        Assert.Equal(3 / 4.0, report.Mean("hit", 1), 1e-12);
        Assert.Equal((0.5 + 1 + 1 + 1) / 4, report.Mean("mrr", 2), 1e-12);
        Assert.Empty(report.Leaks);
    }

    [Fact]
    public void Nothing_to_judge_by_is_an_error()
    {
        CsrMatrix train = Matrix(2, 2, (0, 0), (1, 1)), nothing = Matrix(2, 2);
        Assert.Throws<SegueException>(() => Evaluator.Evaluate(new Popularity(train), new Split(train, nothing, "")));
        Assert.Throws<SegueException>(() => Evaluator.Evaluate(new Popularity(train), new Split(train, train, "")));
        Assert.Throws<SegueException>(() => Evaluator.Evaluate(new RandomRanking(3), new Split(train, Matrix(2, 2, (0, 1)), "")));
        Assert.Throws<ArgumentException>(() => new Split(train, train.Transpose().Rows == 2 ? Matrix(3, 2) : train, ""));
    }

    [Fact]
    public void Splits_lose_nothing_and_repeat_themselves()
    {
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 3], Gen.Int[0, 1000]).Sample((users, artists, count, seed) =>
        {
            CsrMatrix plays = Sparse(users, artists, seed);
            foreach (Split split in new[] { Splits.Random(plays, 0.2, seed), Splits.LeaveOut(plays, count, seed) })
            {
                Assert.Equal(Cells(plays), Cells(split.Train).Concat(Cells(split.Test)).Order());
                Assert.Empty(Cells(split.Train).Intersect(Cells(split.Test)));
            }

            Assert.Equal(Math.Round(0.2 * plays.Nonzeros), Splits.Random(plays, 0.2, seed).Test.Nonzeros);
            Assert.Equal(Cells(Splits.Random(plays, 0.2, seed).Test), Cells(Splits.Random(plays, 0.2, seed).Test));
            for (int user = 0; user < users; user++)
                Assert.Equal(plays.RowLength(user) > count ? count : 0, Splits.LeaveOut(plays, count, seed).Test.RowLength(user));
        }, iter: 200);
    }

    /// <summary>The first listener came to artists 0, 1, 2 at minutes 10, 30, 31, the second to 1 at an unknown time and to 2 at minute 40.</summary>
    [Fact]
    public void Splits_by_date_ask_for_what_a_listener_came_to_later()
    {
        Plays plays = Dated([10, 30, 31, -1, 40]);
        Split split = Splits.Temporal(plays, DateTimeOffset.FromUnixTimeSeconds(31 * 60));
        Assert.Equal([(0, 0, 1f), (0, 1, 1f), (1, 1, 1f)], Cells(split.Train));
        Assert.Equal([(0, 2, 1f), (1, 2, 1f)], Cells(split.Test));
        Assert.Equal(31 * 60, Splits.TimeBefore(plays, 0.5).ToUnixTimeSeconds()); // Of four dated pairs two began then or later.
        Assert.Equal(Cells(split.Test), Cells(new Division { Kind = DivisionKind.Temporal, Share = 0.5 }.Of(plays, 1).Test));

        Assert.Equal([(0, 2, 1f), (1, 2, 1f)], Cells(Splits.LeaveLastOut(plays).Test));
        Assert.Equal([(0, 1, 1f), (0, 2, 1f)], Cells(Splits.LeaveLastOut(plays, 2).Test)); // The second has no more than two.
        Assert.Equal([(0, 2, 1f)], Cells(Splits.LeaveLastOut(Dated([10, 30, 31, -1, -1])).Test)); // A pair without a date is nobody's last.
    }

    [Fact]
    public void Splits_by_date_are_refused_where_they_cannot_be_made()
    {
        string Problem(Plays plays, Division division) => Assert.Throws<SegueException>(() => division.Of(plays, 1)).Message;
        foreach (int[] minutes in new int[][] { [], [-1, -1, -1, -1, -1] })
        {
            Assert.Contains("no dates", Problem(Dated(minutes), new Division { Kind = DivisionKind.Temporal }), StringComparison.Ordinal);
            Assert.Contains("no dates", Problem(Dated(minutes), new Division { Kind = DivisionKind.LeaveLastOut }), StringComparison.Ordinal);
        }

        Division late = new() { Kind = DivisionKind.Temporal, After = new DateTimeOffset(2020, 1, 2, 0, 0, 0, TimeSpan.Zero) };
        Assert.Equal("no pair began after 2020-01-02; they began from 1970-01-01 to 1970-01-01", Problem(Dated([10, 30, 31, -1, 40]), late));
        Assert.Throws<ArgumentException>(() => Dated([1, 2]));
    }

    [Fact]
    public void Several_splits_are_one_report_with_their_spread()
    {
        CsrMatrix plays = Sparse(60, 40, 1);
        EvaluationReport[] splits =
            [.. Enumerable.Range(1, 3).Select(seed => Splits.Random(plays, 0.2, seed)).Select(s => Evaluator.Evaluate(new Popularity(s.Train), s))];
        EvaluationReport all = EvaluationReport.Of(splits);
        Assert.Same(splits[0], EvaluationReport.Of(splits[..1]));
        Assert.Equal(splits.Sum(s => s.Users.Count), all.Users.Count);
        Assert.Equal(splits.SelectMany(s => s.Values("ndcg", 10)).Average(), all.Mean("ndcg", 10), 1e-12);
        SplitsEstimate estimate = all.Estimate("ndcg", 10);
        Assert.Equal(splits.Min(s => s.Mean("ndcg", 10)), estimate.SplitLow, 1e-12);
        Assert.Equal(splits.Max(s => s.Mean("ndcg", 10)), estimate.SplitHigh, 1e-12);
        Assert.Equal(all.Mean("ndcg", 10), estimate.Mean, 1e-12);
        Assert.Equal(splits.Average(s => s.Catalogue[0].Gini), all.Catalogue[0].Gini, 1e-12);
        Assert.Equal(all.Users.Count, all.Slices.Where(s => s.Group.StartsWith("listeners", StringComparison.Ordinal)).Sum(s => s.Count));
        Assert.Equal(0, all.Less(all, "ndcg", 10).Difference);
        Assert.NotNull(EvaluationJson.Of(all)["splits"]);
        Assert.Null(EvaluationJson.Of(splits[0])["splits"]);
    }

    [Fact]
    public void Files_are_joined_by_outside_ids()
    {
        Plays train = Named(["b", "a"], ["x", "y"], (0, 0), (1, 1)), test = Named(["a", "c"], ["z", "y"], (0, 0), (0, 1), (1, 1));
        (Split split, Plays all) = Splits.OfFiles(train, test);
        Assert.Equal(["b", "a", "c"], Enumerable.Range(0, 3).Select(u => all.UserIds[u]));
        Assert.Equal(["x", "y", "z"], Enumerable.Range(0, 3).Select(a => all.Artists.Names[a]));
        Assert.Equal([(1, 1, 1f), (1, 2, 1f), (2, 1, 1f)], Cells(split.Test));
        Leak leak = Assert.Single(LeakCheck.Find(split));
        Assert.Equal(("held-out cell in training", 1, 1, 1), (leak.Kind, leak.Count, leak.User, leak.Artist));
    }

    [Fact]
    public void Planted_leaks_are_found()
    {
        CsrMatrix plays = Sparse(60, 200, 1);
        Split clean = Splits.Random(plays, 0.2, 1);
        Assert.Empty(LeakCheck.Find(clean, Evaluator.ListenersOf(clean.Train)));

        // A model that was trained on everything.
        AlsModel all = AlsTrainer.Train(plays, new AlsOptions { Factors = 4, Iterations = 1 }).Model;
        Assert.Contains(Evaluator.Evaluate(all, clean).Leaks, l => l.Kind == "trained on other plays");

        // User 0 twice: what one is asked for, the other's training part holds.
        var cells = Cells(plays).Concat(Cells(plays).Where(c => c.User == 0).Select(c => (60, c.Artist, c.Plays))).ToArray();
        CsrMatrix twins = CsrMatrix.FromEntries(61, 200, [.. cells.Select(c => c.Item1)], [.. cells.Select(c => c.Item2)], [.. cells.Select(c => c.Item3)]);
        Leak twin = Assert.Single(LeakCheck.Find(Splits.Random(twins, 0.2, 1)));
        Assert.Equal("second account", twin.Kind);
        Assert.Equal(0, twin.User);
    }

    [Fact]
    public void Intervals_cover_what_they_should()
    {
        // 200 samples of 100 from a known distribution: the 95% interval of the mean holds 0.5 in about 190.
        Random random = new(3);
        int covered = 0;
        for (int n = 0; n < 200; n++)
        {
            Estimate e = Significance.Bootstrap(Enumerable.Range(0, 100).Select(_ => random.NextDouble()).ToArray(), 400, n);
            covered += e.Low <= 0.5 && e.High >= 0.5 ? 1 : 0;
        }

        Assert.InRange(covered, 180, 199);
    }

    /// <summary>
    /// Goal: an interval over several splits covers as it says. Method: 200 listeners, five splits, values that correlate 0.5 within a listener; some
    /// listeners are asked in fewer splits. Seen to fail: with listener and split pooled, 0.74.
    /// </summary>
    [Fact]
    public void Intervals_over_splits_go_by_listener()
    {
        Random random = new(5);
        int covered = 0;
        const int draws = 400;
        for (int draw = 0; draw < draws; draw++)
        {
            double[] own = [.. Enumerable.Range(0, 200).Select(_ => random.NextDouble())];
            SplitValues[] splits = [.. Enumerable.Range(0, 5).Select(_ =>
            {
                int[] asked = [.. Enumerable.Range(0, 200).Where(u => random.Next(10) > 0)];
                return new SplitValues(asked, [.. asked.Select(u => (own[u] + random.NextDouble()) / 2)]);
            })];
            SplitsEstimate e = SplitsSignificance.Estimate(splits, 300, draw);
            Assert.InRange(e.Mean, e.SplitLow, e.SplitHigh);
            covered += e.Low <= 0.5 && e.High >= 0.5 ? 1 : 0;
        }

        Assert.InRange((double)covered / draws, 0.92, 0.98);
    }

    [Fact]
    public void Splits_of_one_are_what_a_single_split_says_and_few_listeners_have_wide_intervals()
    {
        Random random = new(6);
        int[] users = [.. Enumerable.Range(0, 100)];
        double[] a = [.. users.Select(_ => random.NextDouble())], b = [.. a.Select(v => v - 0.05 + (0.1 * random.NextDouble()))];
        PairedDifference one = Significance.Paired(a, b), splits = SplitsSignificance.Paired([new(users, a)], [new(users, b)]);
        Assert.Equal(one.Difference, splits.Difference, 1e-12);
        Assert.Equal(one.StandardError, splits.StandardError, 1e-12);
        SplitsEstimate few = SplitsSignificance.Estimate([new(users[..5], a[..5])]);
        Assert.Equal(2.776 * few.StandardError, few.High - few.Mean, 1e-9);
        Assert.Throws<ArgumentException>(() => SplitsSignificance.Paired([new(users, a)], [new(users[..5], a[..5])]));
    }

    [Fact]
    public void A_paired_test_sees_a_small_steady_difference_and_not_noise()
    {
        Random random = new(4);
        double[] a = [.. Enumerable.Range(0, 500).Select(_ => random.NextDouble())];
        double[] better = [.. a.Select(v => v + 0.01 + 0.02 * (random.NextDouble() - 0.5))], noise = [.. a.Select(v => v + 0.2 * (random.NextDouble() - 0.5))];
        Assert.True(Significance.Paired(better, a).P < 0.01);
        Assert.True(Significance.Paired(noise, a).P > 0.05);
        Assert.Equal(0.01, Significance.Paired(better, a).Difference, 2e-3);
    }

    [Fact]
    public void Last_fm_splits_are_clean_and_models_their_known_quality()
    {
        string path = TestData.Require("data", "lastfm-2k", "user_artists.dat");
        string[][] rows = [.. File.ReadLines(path).Skip(1).Select(line => line.Split('\t'))];
        Dictionary<string, int> users = [], artists = [];
        int Index(Dictionary<string, int> of, string id) => of.TryGetValue(id, out int i) ? i : of[id] = of.Count;
        int[] u = [.. rows.Select(r => Index(users, r[0]))], a = [.. rows.Select(r => Index(artists, r[1]))];
        Split split = Splits.Random(CsrMatrix.FromEntries(users.Count, artists.Count, u, a, [.. rows.Select(r => float.Parse(r[2]))]), 0.2, 1);
        Assert.All(LeakCheck.Find(split), l => Assert.True(l.Kind == "second account" && l.Count < 10, $"{l}")); // Such pairs are in the data.
        Assert.InRange(Evaluator.Evaluate(new Popularity(split.Train), split).Mean("ndcg", 10), 0.075, 0.095);
        Assert.InRange(Evaluator.Evaluate(TasteModels.Train("als", split.Train), split).Mean("ndcg", 10), 0.265, 0.285);
    }

    private static CsrMatrix Matrix(int users, int artists, params (int User, int Artist)[] cells) =>
        CsrMatrix.FromEntries(users, artists, [.. cells.Select(c => c.User)], [.. cells.Select(c => c.Artist)], [.. cells.Select(_ => 1f)]);

    private static (int User, int Artist, float Plays)[] Cells(CsrMatrix m) => [.. Enumerable.Range(0, m.Rows)
        .SelectMany(u => m.RowIndices(u).ToArray().Zip(m.RowValues(u).ToArray(), (a, p) => (u, a, p)))];

    private static CsrMatrix Sparse(int users, int artists, int seed)
    {
        Random random = new(seed);
        return Matrix(users, artists, [.. from u in Enumerable.Range(0, users) from a in Enumerable.Range(0, artists) where random.Next(6) == 0 select (u, a)]);
    }

    private static Plays Dated(int[] minutes) => new(
        TextColumn.From(["a", "b"]), new Artists(TextColumn.From(["x", "y", "z"]), TextColumn.From(["x", "y", "z"])),
        Matrix(2, 3, (0, 0), (0, 1), (0, 2), (1, 1), (1, 2)))
    {
        FirstPlayedMinutes = minutes,
    };

    private static Plays Named(string[] users, string[] artists, params (int, int)[] cells) => new(
        TextColumn.From(users), new Artists(TextColumn.From(artists), TextColumn.From(artists)), Matrix(users.Length, artists.Length, cells));
}
