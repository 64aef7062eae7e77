using CsCheck;
using Segue.Factorization;
using Segue.Interactions;
using Segue.ModelFiles;
using Segue.Numerics;
using Xunit;

namespace Segue.Tests;

public sealed class AlsTrainingTests
{
    private static readonly Gen<(int Users, int Artists, int Seed, AlsOptions Options)> s_problems = Gen.Select(
        Gen.Int[1, 40],
        Gen.Int[1, 30],
        Gen.Int[0, 10_000],
        Gen.Select(
            Gen.Enum<AlsObjective>(),
            Gen.Enum<AlsConfidence>(),
            Gen.Int[1, 20],
            Gen.Float[0.001f, 2],
            Gen.Float[0, 1],
            (objective, confidence, factors, regularization, exponent) => new AlsOptions
            {
                Objective = objective,
                Confidence = confidence,
                Factors = factors,
                Regularization = regularization,
                PopularityExponent = exponent,
                RegularizationExponent = 0.5f + (exponent / 2),
                Iterations = 5,
                Threads = 1,
            }));

    /// <summary>Goal: each exact half-step minimizes the loss that is reported. Method: random problems and options. Seen to fail: with a row's
    /// zero weight left out of its diagonal.</summary>
    [Fact]
    public void The_loss_never_rises_with_the_exact_solver() => s_problems.Sample(
        problem =>
        {
            IReadOnlyList<double> losses = AlsTrainer.Train(RandomPlays(problem), problem.Options with { Solver = AlsSolver.Cholesky }).Report.Losses;
            for (int i = 1; i < losses.Count; i++)
                Assert.True(losses[i] <= losses[i - 1] * (1 + 1e-6), $"{losses[i - 1]} -> {losses[i]} with {problem.Options}");
        },
        iter: 60);

    /// <summary>Goal: the loss is what its formula says. Method: every cell visited.</summary>
    [Fact]
    public void The_loss_is_the_sum_over_all_cells() => s_problems.Sample(
        problem =>
        {
            CsrMatrix counts = RandomPlays(problem);
            AlsOptions options = problem.Options with { Iterations = 1, Solver = AlsSolver.Cholesky, LastUserStep = false };
            AlsResult result = AlsTrainer.Train(counts, options);
            AlsProblem weights = AlsProblem.Build(counts, options);
            double loss = 0;
            for (int u = 0; u < counts.Rows; u++)
            {
                loss += weights.Users.Ridge[u] * Dot(result.Model.UserFactors.Row(u), result.Model.UserFactors.Row(u));
                for (int i = 0; i < counts.Columns; i++)
                {
                    double p = Dot(result.Model.UserFactors.Row(u), result.Model.ArtistFactors.Row(i));
                    int at = counts.RowIndices(u).BinarySearch(i);
                    double zero = (double)weights.Users.ZeroWeight[u] * weights.Artists.ZeroWeight[i] * p * p;
                    bool replaced = at >= 0 && options.Objective == AlsObjective.Classic;
                    loss += (replaced ? 0 : zero) + (at >= 0 ? weights.Users.Confidence.RowValues(u)[at] * (1 - p) * (1 - p) : 0);
                }
            }

            for (int i = 0; i < counts.Columns; i++)
                loss += weights.Artists.Ridge[i] * Dot(result.Model.ArtistFactors.Row(i), result.Model.ArtistFactors.Row(i));
            Assert.Equal(loss / weights.TotalWeight, result.Report.Losses[0], 1e-4 * (1e-3 + result.Report.Losses[0]));
        },
        iter: 40);

    /// <summary>Goal: users solve their normal equations to 1e-4 of the right-hand side. Method: the obvious A and b, from cells.</summary>
    [Theory]
    [InlineData(AlsSolver.Auto)]
    [InlineData(AlsSolver.Cholesky)]
    public void Factors_solve_their_normal_equations(AlsSolver solver) => s_problems.Sample(
        problem =>
        {
            // Plays in proportion can make a system that float32 steps do not solve to 1e-4; the exact solver takes those.
            CsrMatrix counts = RandomPlays(problem);
            AlsOptions options = problem.Options with { Solver = solver, LastUserStep = true };
            if (solver == AlsSolver.Auto && options.Confidence == AlsConfidence.Linear)
                return;
            AlsModel model = AlsTrainer.Train(counts, options).Model;
            AlsProblem weights = AlsProblem.Build(counts, options);
            for (int u = 0; u < counts.Rows; u++)
            {
                double squares = 0, error = 0;
                for (int k = 0; k < options.Factors; k++)
                {
                    double left = weights.Users.Ridge[u] * (double)model.UserFactors.Row(u)[k], right = 0;
                    for (int i = 0; i < counts.Columns; i++)
                    {
                        ReadOnlySpan<float> y = model.ArtistFactors.Row(i);
                        double score = Dot(model.UserFactors.Row(u), y);
                        int at = counts.RowIndices(u).BinarySearch(i);
                        double c = at >= 0 ? weights.Users.Confidence.RowValues(u)[at] : 0;
                        left += (weights.Artists.ZeroWeight[i] + (at >= 0 ? c - weights.Shift : 0)) * score * y[k];
                        right += c * y[k];
                    }

                    (squares, error) = (squares + (right * right), error + ((left - right) * (left - right)));
                }

                Assert.True(Math.Sqrt(error) <= (1e-4 * Math.Sqrt(squares)) + 1e-9, $"user {u}: {Math.Sqrt(error / squares)} with {options}");
            }
        },
        iter: 30);

    /// <summary>Goal: the order of users does not matter. Method: users and their start factors reversed; scores agree but for rounding.</summary>
    [Fact]
    public void The_order_of_rows_changes_rounding_only()
    {
        CsrMatrix counts = AlsWorlds.Communities(90, 60, seed: 4);
        int[] reversed = [.. Enumerable.Range(0, 90).Reverse()];
        float[] users = new float[90 * 8], artists = new float[60 * 8];
        SeededNormal.Fill(users, 1, 1, 0.03f);
        SeededNormal.Fill(artists, 1, 2, 0.03f);
        CsrMatrix turned = CsrMatrix.FromEntries(
            90,
            60,
            [.. reversed.SelectMany((old, r) => Enumerable.Repeat(r, counts.RowLength(old)))],
            [.. reversed.SelectMany(old => counts.RowIndices(old).ToArray())],
            [.. reversed.SelectMany(old => counts.RowValues(old).ToArray())]);
        float[] turnedUsers = [.. reversed.SelectMany(old => users[(old * 8)..((old + 1) * 8)])];
        AlsOptions options = new() { Factors = 8, Iterations = 3 };
        AlsModel one = AlsTrainer.Train(counts, options, new AlsRun { Start = new AlsStart(new MatrixView(users, 90, 8), new MatrixView(artists, 60, 8)) }).Model;
        AlsModel other = AlsTrainer.Train(turned, options, new AlsRun { Start = new AlsStart(new MatrixView(turnedUsers, 90, 8), new MatrixView(artists, 60, 8)) }).Model;
        for (int u = 0; u < 90; u++)
        {
            for (int i = 0; i < 60; i++)
                Assert.Equal(Dot(one.UserFactors.Row(u), one.ArtistFactors.Row(i)), Dot(other.UserFactors.Row(89 - u), other.ArtistFactors.Row(i)), 2e-3);
        }
    }

    /// <summary>Goal: odd data give sensible numbers. Method: each case of the list, every objective and solver.</summary>
    [Theory]
    [InlineData("a user without plays")]
    [InlineData("one user")]
    [InlineData("one artist")]
    [InlineData("one cell")]
    [InlineData("all plays equal")]
    [InlineData("a billion plays in a cell")]
    [InlineData("one factor")]
    [InlineData("more factors than artists")]
    [InlineData("cells of no plays")]
    public void Odd_data_give_sensible_numbers(string name)
    {
        CsrMatrix plays = AlsWorlds.Communities(40, 30, seed: 2);
        (CsrMatrix counts, int factors) = name switch
        {
            "a user without plays" => (CsrMatrix.FromEntries(3, 3, [0, 0, 2], [0, 1, 1], [5, 6, 7]), 4),
            "one user" => (CsrMatrix.FromEntries(1, 5, [0, 0], [1, 3], [5, 6]), 4),
            "one artist" => (CsrMatrix.FromEntries(4, 1, [0, 2], [0, 0], [5, 6]), 4),
            "one cell" => (CsrMatrix.FromEntries(1, 1, [0], [0], [1]), 1),
            "all plays equal" => (plays.WithValues(Enumerable.Repeat(7f, plays.Nonzeros).ToArray()), 8),
            "a billion plays in a cell" => (plays.WithValues(plays.Values.ToArray().Select((v, k) => k == 50 ? 1e9f : v).ToArray()), 8),
            "one factor" => (plays, 1),
            "more factors than artists" => (plays, 50),
            _ => (plays.WithValues(plays.Values.ToArray().Select((v, k) => k % 5 == 0 ? 0 : v).ToArray()), 8),
        };
        foreach (string objective in AlsTests.Objectives)
        {
            foreach (AlsSolver solver in Enum.GetValues<AlsSolver>())
            {
                AlsResult result = AlsTrainer.Train(counts, AlsTests.Options(objective) with { Factors = factors, Solver = solver });
                float[] scores = new float[counts.Columns];
                for (int u = 0; u < counts.Rows; u++)
                {
                    result.Model.Score(AlsWorlds.ProfileOf(counts, u), scores);
                    Assert.All(scores, s => Assert.True(float.IsFinite(s) && Math.Abs(s) < 3, $"{name}, {objective}, {solver}: {s}"));
                }

                Assert.All(result.Model.UserFactors.Memory.ToArray(), v => Assert.True(float.IsFinite(v)));
                Assert.True(double.IsFinite(result.Report.Losses[^1]) && result.Report.Losses[^1] >= 0);
            }
        }
    }

    [Fact]
    public void Nothing_to_learn_from_is_said() =>
        Assert.Contains("nothing to learn", Assert.Throws<SegueException>(() => AlsTrainer.Train(CsrMatrix.FromEntries(3, 3, [], [], []), new AlsOptions())).Message);

    /// <summary>Goal: killed after any iteration, a training goes on to the same bytes. Method: an exception in place of the kill.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_resumed_training_ends_with_the_same_bytes(bool withHeldOut)
    {
        CsrMatrix counts = AlsWorlds.Communities(80, 60, seed: 11), heldOut = AlsWorlds.Communities(80, 60, seed: 12);
        AlsOptions options = new() { Factors = 10, Iterations = 6 };
        AlsRun run = new() { HeldOut = withHeldOut ? heldOut : null, Patience = 2 };
        using ScratchFolder scratch = new();
        byte[] whole = Bytes(AlsTrainer.Train(counts, options, run).Model, scratch);
        string path = scratch.File("checkpoint");
        for (int stop = 1; stop <= 3; stop++)
        {
            Assert.Throws<TimeoutException>(() => AlsTrainer.Train(counts, options, run with
            {
                Checkpoint = take =>
                {
                    AlsCheckpoint state = take();
                    AlsFiles.SaveCheckpoint(state, path);
                    if (state.Iteration == stop)
                        throw new TimeoutException();
                },
            }));
            AlsResult resumed = AlsTrainer.Train(counts, options with { Threads = 1 + (stop % 2) }, run with { Resume = AlsFiles.LoadCheckpoint(path) });
            Assert.Equal(whole, Bytes(resumed.Model, scratch));
        }

        AlsCheckpoint checkpoint = AlsFiles.LoadCheckpoint(path);
        Assert.Throws<SegueException>(() => AlsTrainer.Train(heldOut, options, run with { Resume = checkpoint }));
        Assert.Throws<SegueException>(() => AlsTrainer.Train(counts, options with { Alpha = 2 }, run with { Resume = checkpoint }));
    }

    /// <summary>Goal: who takes no state pays for none. Method: bytes allocated on the training's thread.</summary>
    [Fact]
    public void A_state_that_nobody_takes_costs_nothing()
    {
        CsrMatrix counts = AlsWorlds.Communities(600, 400, seed: 14);
        AlsOptions options = new() { Factors = 64, Iterations = 5, Threads = 1 };
        int asked = 0;
        Allocated(new AlsRun());
        long none = Allocated(new AlsRun()), untaken = Allocated(new AlsRun { Checkpoint = _ => asked++ });
        long taken = Allocated(new AlsRun { Checkpoint = take => take() });
        long factors = (counts.Rows + counts.Columns) * 64L * sizeof(float);
        Assert.Equal(5, asked);
        Assert.True(untaken < none + factors, $"{none:N0} bytes without, {untaken:N0} with a state that nobody takes");
        Assert.True(taken > none + (4 * factors), $"{none:N0} bytes without, {taken:N0} with every state taken");

        long Allocated(AlsRun run)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            AlsTrainer.Train(counts, options, run);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    /// <summary>Goal: training stops when it helps no more, with the best factors. Method: far too little regularization, so that it overfits
    /// soon.</summary>
    [Fact]
    public void A_training_that_overfits_stops_early()
    {
        CsrMatrix all = AlsWorlds.Communities(200, 120, seed: 13);
        bool[] held = [.. Enumerable.Range(0, all.Nonzeros).Select(k => k % 4 == 0)];
        CsrMatrix Part(bool which)
        {
            int[] rows = [.. Enumerable.Range(0, all.Rows).SelectMany(u => Enumerable.Repeat(u, all.RowLength(u)))];
            int[] cells = [.. Enumerable.Range(0, all.Nonzeros).Where(k => held[k] == which)];
            return CsrMatrix.FromEntries(
                all.Rows, all.Columns, [.. cells.Select(k => rows[k])], [.. cells.Select(k => all.Indices.Span[k])], [.. cells.Select(k => all.Values.Span[k])]);
        }

        AlsOptions options = new() { Factors = 40, Iterations = 60, Regularization = 1e-5f };
        AlsReport report = AlsTrainer.Train(Part(false), options, new AlsRun { HeldOut = Part(true), Patience = 3 }).Report;
        Assert.True(report.Validations.Count < 60);
        Assert.Equal(report.Validations.Max(), report.Validations[report.BestIteration - 1]);
        Assert.Equal(report.Validations.Count, report.BestIteration + 3);
    }

    [Fact]
    public void A_warm_start_begins_where_the_model_ended()
    {
        CsrMatrix counts = AlsWorlds.Communities(80, 60, seed: 14);
        AlsOptions options = new() { Factors = 10, Iterations = 8 };
        AlsResult first = AlsTrainer.Train(counts, options);
        int[] users = [.. Enumerable.Range(0, 80).Select(u => u == 5 ? -1 : u)], artists = [.. Enumerable.Range(0, 60)];
        AlsResult second = AlsTrainer.Train(counts, options with { Iterations = 1 }, new AlsRun { Start = AlsStart.From(first.Model, users, artists) });
        Assert.True(second.Report.Losses[0] < first.Report.Losses[4]);
    }

    /// <summary>Goal: new users and artists get vectors, old ones keep theirs. Method: a world without its last rows, then with them.</summary>
    [Fact]
    public void Extending_a_model_adds_rows_and_keeps_the_others()
    {
        CsrMatrix all = AlsWorlds.Communities(200, 120, seed: 15);
        CsrMatrix Corner(int rows, int columns)
        {
            int[] owner = [.. Enumerable.Range(0, all.Rows).SelectMany(u => Enumerable.Repeat(u, all.RowLength(u)))];
            int[] cells = [.. Enumerable.Range(0, all.Nonzeros).Where(k => owner[k] < rows && all.Indices.Span[k] < columns)];
            return CsrMatrix.FromEntries(
                rows, columns, [.. cells.Select(k => owner[k])], [.. cells.Select(k => all.Indices.Span[k])], [.. cells.Select(k => all.Values.Span[k])]);
        }

        AlsModel old = AlsTrainer.Train(Corner(180, 110), new AlsOptions { Factors = 12, Iterations = 8 }).Model;
        AlsModel extended = AlsTrainer.Extend(old, all);
        Assert.Equal((200, 120), (extended.UserCount, extended.ArtistCount));
        for (int u = 0; u < 180; u += 17)
        {
            for (int i = 0; i < 110; i += 7)
                Assert.Equal(Dot(old.UserFactors.Row(u), old.ArtistFactors.Row(i)), Dot(extended.UserFactors.Row(u), extended.ArtistFactors.Row(i)), 1e-4);
        }

        int newArtist = Enumerable.Range(110, 10).MaxBy(i => extended.Listeners[i]);
        Assert.True(extended.SimilarArtists(newArtist, 5).Count(n => n.Index % AlsWorlds.CommunityCount == newArtist % AlsWorlds.CommunityCount) >= 4);
        Assert.True(extended.SimilarUsers(190, 5).Count(n => n.Index % AlsWorlds.CommunityCount == 190 % AlsWorlds.CommunityCount) >= 4);
        Assert.Throws<SegueException>(() => AlsTrainer.Extend(extended, Corner(180, 110)));
    }

    /// <summary>Goal: wide factors work too. Method: 300 of them, which no block size divides; fold-in still gives the trained vectors.</summary>
    [Fact]
    public void Many_factors_are_possible()
    {
        CsrMatrix counts = AlsWorlds.Communities(60, 50, seed: 16);
        AlsModel model = AlsTrainer.Train(counts, new AlsOptions { Factors = 300, Iterations = 2 }).Model;
        float[] folded = model.FoldIn(AlsWorlds.ProfileOf(counts, 7));
        for (int k = 0; k < folded.Length; k++)
            Assert.Equal(model.UserFactors.Row(7)[k], folded[k], 1e-4f);
    }

    [Fact]
    public void A_canceled_training_stops()
    {
        using CancellationTokenSource cancel = new();
        AlsRun run = new() { Progress = new Immediate(_ => cancel.Cancel()) };
        Assert.Throws<OperationCanceledException>(() => AlsTrainer.Train(AlsWorlds.Communities(40, 30, 1), new AlsOptions { Factors = 4 }, run, cancel.Token));
    }

    private static byte[] Bytes(AlsModel model, ScratchFolder scratch)
    {
        AlsFiles.Save(model, scratch.Path);
        return File.ReadAllBytes(scratch.File(AlsFiles.ModelName));
    }

    private static CsrMatrix RandomPlays((int Users, int Artists, int Seed, AlsOptions Options) problem)
    {
        Random random = new(problem.Seed);
        int count = 1 + random.Next(problem.Users * problem.Artists);
        int[] users = [.. Enumerable.Range(0, count).Select(_ => random.Next(problem.Users))], artists = [.. users.Select(_ => random.Next(problem.Artists))];
        return CsrMatrix.FromEntries(problem.Users, problem.Artists, users, artists, [.. users.Select(_ => 1f + random.Next(30))]);
    }

    private static double Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double sum = 0;
        for (int k = 0; k < x.Length; k++)
            sum += (double)x[k] * y[k];
        return sum;
    }

    private sealed class Immediate(Action<AlsProgress> report) : IProgress<AlsProgress>
    {
        public void Report(AlsProgress value) => report(value);
    }
}
