using Segue.Factorization;
using Segue.Interactions;
using Segue.ModelFiles;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the taste model is good at its defaults on any data, and small data train. Method: the formula by hand, random data of many sizes, the sample
/// beside EASE and item-kNN. Seen to fail: with the ridge of Last.fm-2K for all (sample 0.318), with an eigensolver that looks at neighbors only
/// (a training of 20 x 2,000 threw), with tag rows counted as users.
/// </summary>
public sealed class AlsFromDataTests
{
    [Fact]
    public void The_numbers_follow_size_and_density()
    {
        // 100 x 400 with 1,000 cells: density 0.025, 10 artists a user, 2.5 users an artist.
        AlsOptions options = new AlsOptions().ResolvedFor(Shape(100, 400, 1000));
        double zeros = Math.Sqrt(0.025), noise = (Math.Sqrt(10) + Math.Sqrt(2.5)) / Math.Sqrt((10 + (zeros * 400)) * (2.5 + (zeros * 100)));
        Assert.Equal(zeros, options.ZeroWeight!.Value, 1e-6);
        Assert.Equal(0.45 * noise, options.Regularization!.Value, 1e-6);
        Assert.Equal(0, options.PopularityExponent);
        Assert.Equal(0.3f, new AlsOptions().ResolvedFor(Shape(1000, 10_000, 20_000)).PopularityExponent); // Root of the density 0.045.
        Assert.Equal(0.15, new AlsOptions().ResolvedFor(Shape(1000, 1000, 5625)).PopularityExponent!.Value, 1e-6); // 0.075.

        // Of the data, not of w₀.
        Assert.Equal(0.15, new AlsOptions { ZeroWeight = 1 }.ResolvedFor(Shape(1000, 1000, 5625)).PopularityExponent!.Value, 1e-6);
        Assert.Equal(0.9 * noise, new AlsOptions { Ridge = 0.9f }.ResolvedFor(Shape(100, 400, 1000)).Regularization!.Value, 1e-6);
        Assert.Equal(options, options.ResolvedFor(Shape(7, 7, 7))); // Resolved once.
        AlsOptions given = new AlsOptions { Regularization = 0.1f, ZeroWeight = 0.3f, PopularityExponent = 0 };
        Assert.Equal(given, given.ResolvedFor(Shape(100, 400, 1000)));
        Assert.Equal(50, AlsOptions.Classic.ResolvedFor(Shape(100, 400, 1000)).Regularization);
    }

    [Fact]
    public void The_ridge_follows_how_uneven_listeners_and_artists_are()
    {
        float Ridge(double unevenness) => AlsFromData.Ridge(new PlaysShape(100, 400, 1000, unevenness));
        Assert.Equal([0.63, 0.63, 0.54, 0.45, 0.45], new[] { 1, 2.5, 3.25, 4, 100 }.Select(h => Math.Round(Ridge(h), 6)));

        // Rows of 2 and 1 artists: mean 1.5, mean square 2.5. Columns of 2, 1 and 0 listeners: 1 and 5/3. The cell of 0 plays does not count.
        PlaysShape shape = PlaysShape.Of(CsrMatrix.FromEntries(2, 3, [0, 0, 1, 1], [0, 1, 0, 2], [4, 1, 2, 0]));
        Assert.Equal((2, 3, 3), (shape.Users, shape.Artists, shape.Cells));
        Assert.Equal(2.5 / 2.25 * (5 / 3d), shape.Unevenness, 1e-12);
    }

    [Fact]
    public void A_ridge_is_refused_beyond_noise_and_beside_a_regularization()
    {
        CsrMatrix counts = AlsWorlds.Communities(10, 10, 1);
        foreach (AlsOptions options in new[]
        {
            new AlsOptions { Ridge = 1.6f }, new AlsOptions { Ridge = 0 }, new AlsOptions { Ridge = float.NaN }, new AlsOptions { Ridge = 0.4f, Regularization = 0.1f },
        })
            Assert.StartsWith("ridge is", Assert.Throws<SegueException>(() => AlsTrainer.Train(counts, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_keeps_its_numbers_in_its_file_and_when_it_is_extended()
    {
        CsrMatrix counts = AlsWorlds.Communities(60, 50, 2), more = AlsWorlds.Communities(90, 50, 2);
        AlsModel model = AlsTrainer.Train(counts, new AlsOptions { Factors = 8, Iterations = 3 }).Model;
        Assert.Equal(new AlsOptions { Factors = 8, Iterations = 3 }.ResolvedFor(counts), model.Options);
        Assert.Equal(model.Options, AlsTrainer.Extend(model, more).Options);
        using ScratchFolder folder = new();
        using MappedFiles files = new();
        AlsFiles.Save(model, folder.Path);
        Assert.Equal(model.Options, AlsFiles.Load(folder.Path, files).Options);
    }

    /// <summary>Plays that are all ten times as many, cells of no plays, and rows beside the users leave the numbers alone.</summary>
    [Fact]
    public void Only_where_there_are_plays_counts()
    {
        CsrMatrix counts = AlsWorlds.Communities(60, 50, 2);
        AlsOptions options = new() { Factors = 8, Iterations = 3 };
        AlsModel model = AlsTrainer.Train(counts, options).Model;
        AlsModel louder = AlsTrainer.Train(counts.WithValues(counts.Values.ToArray().Select(v => v * 10).ToArray()), options).Model;
        Assert.Equal(model.ArtistFactors.Values.ToArray(), louder.ArtistFactors.Values.ToArray());
        AlsSideRows tags = new(AlsWorlds.Communities(30, 50, 4));
        Assert.Equal(model.Options, AlsTrainer.Train(counts, options, new AlsRun { Side = tags }).Model.Options);
        float[] values = counts.Values.ToArray();
        values[3] = 0;
        CsrMatrix oneUnplayed = counts.WithValues(values);
        Assert.Equal(options.ResolvedFor(TasteModels.Played(oneUnplayed)), AlsTrainer.Train(oneUnplayed, options).Model.Options);
    }

    [Theory]
    [InlineData(50, 500)]
    [InlineData(20, 2000)]
    public void Few_listeners_and_many_factors_train_at_any_ridge(int users, int artists)
    {
        for (int seed = 0; seed < 10; seed++)
        {
            CsrMatrix counts = Noise(users, artists, 10, seed);
            AlsOptions defaults = new AlsOptions { Iterations = 5, Seed = seed }.ResolvedFor(counts);
            foreach (float times in new[] { 0.2f, 1, 6 })
            {
                AlsModel model = AlsTrainer.Train(counts, defaults with { Regularization = times * defaults.Regularization }).Model;
                Assert.All(Scores(model, counts, seed), s => Assert.True(float.IsFinite(s)));
            }
        }
    }

    /// <summary>Sizes and densities are drawn evenly on a logarithmic scale, with as few listeners as factors and many more; the number of plays is
    /// what a second takes.</summary>
    [Fact]
    public void Data_of_any_size_train_to_finite_scores_and_ten_times_the_plays_change_nothing()
    {
        const int CellsMax = 60_000;
        Random random = new(14);
        int Size(int most) => (int)Math.Round(20 * Math.Pow(most / 20.0, random.NextDouble()));
        for (int n = 0; n < 14; n++)
        {
            int users = n < 4 ? new[] { 20, 3000 }[n / 2] : Size(3000), artists = n < 4 ? new[] { 20, 20_000 }[n % 2] : Size(20_000);
            double density = 0.0005 * Math.Pow(400, random.NextDouble());
            int each = (int)Math.Clamp(density * artists, 1, Math.Max(1, CellsMax / users));
            CsrMatrix counts = Noise(users, artists, each, n);
            AlsOptions options = new() { Factors = 48, Iterations = 2, Seed = n };
            AlsModel model = AlsTrainer.Train(counts, options).Model;
            string which = $"{users} listeners, {artists} artists, {counts.Nonzeros} pairs: {model.Options}";
            Assert.True(model.Options.Regularization is > 0 and < 100, which);
            foreach (int user in new[] { 0, users / 2, users - 1 })
                Assert.True(Scores(model, counts, user).All(float.IsFinite), which);
            float[] louder = [.. counts.Values.ToArray().Select(v => 10 * v)];
            AlsModel again = AlsTrainer.Train(counts.WithValues(louder), options).Model;
            Assert.True(model.ArtistFactors.Values.SequenceEqual(again.ArtistFactors.Values), which);
        }
    }

    private static float[] Scores(AlsModel model, CsrMatrix counts, int user)
    {
        float[] scores = new float[counts.Columns];
        model.Score(AlsWorlds.ProfileOf(counts, user), scores);
        return scores;
    }

    [Fact]
    public void A_held_out_part_goes_with_rows_beside_the_users()
    {
        Split split = Splits.Random(AlsWorlds.Communities(80, 60, 3), 0.2, 1);
        AlsRun run = new() { HeldOut = split.Test, Side = new AlsSideRows(AlsWorlds.Communities(30, 60, 4)) };
        AlsReport report = AlsTrainer.Train(split.Train, new AlsOptions { Factors = 8, Iterations = 4 }, run).Report;
        Assert.All(report.Validations, v => Assert.InRange(v, 0.01, 1));
    }

    [Fact]
    public void A_choice_repeats_itself_and_takes_what_is_given()
    {
        CsrMatrix counts = AlsWorlds.Communities(120, 60, 3);
        AlsOptions options = new() { Factors = 16, Threads = 1 };
        AlsChoice one = AlsChoice.Choose(counts, options), two = AlsChoice.Choose(counts, options with { Threads = 3 });
        Assert.Equal(one.Points, two.Points);
        Assert.Equal(one.Chosen, two.Chosen);
        Assert.True(one.Points.Count >= 8);
        Assert.All(AlsChoice.Choose(counts, options with { PopularityExponent = 0.1f }).Points, p => Assert.Equal(0.1f, p.Exponent));
        Assert.All(AlsChoice.Choose(counts, options with { Ridge = 0.5f }).Points, p => Assert.Equal(0.5f, p.Ridge));
        Assert.Throws<SegueException>(() => AlsChoice.Choose(AlsWorlds.Communities(99, 60, 3), options));
        Assert.Throws<SegueException>(() => AlsChoice.Choose(counts, options with { Regularization = 0.1f }));
        Assert.Throws<SegueException>(() => AlsChoice.Choose(counts, AlsOptions.Classic));
    }

    [Fact]
    public void A_choice_goes_by_margins()
    {
        // The largest single value stands alone; 0.56 is better on the whole.
        AlsChoicePoint[] points =
        [
            new(0.28f, 0, 0.40f), new(0.28f, 0.3f, 0.10f), new(0.4f, 0, 0.30f), new(0.4f, 0.3f, 0.20f),
            new(0.56f, 0, 0.32f), new(0.56f, 0.3f, 0.33f), new(0.8f, 0, 0.31f), new(0.8f, 0.3f, 0.31f),
        ];
        Assert.Equal(new AlsChoicePair(0.56f, 0), AlsChoice.Smoothest(points)); // Exponent 0: 0.31 on 0.4 to 0.8, against 0.28.
        Assert.Equal(new AlsChoicePair(0.4f, 0.3f), AlsChoice.Smoothest([.. points.Select(p => p with { Ndcg = 0.3 })]));
    }

    [Fact]
    public void What_tune_and_choose_find_reaches_the_model()
    {
        using ScratchFolder folder = new();
        CsrMatrix counts = AlsWorlds.Communities(120, 60, 3);
        string plays = folder.Write("plays.tsv", "user\tartist\tplays\n" + string.Concat(Enumerable.Range(0, counts.Rows).SelectMany(u =>
            counts.RowIndices(u).ToArray().Zip(counts.RowValues(u).ToArray(), (a, p) => $"u{u}\ta{a}\t{p}\n"))));
        string file = folder.File("taste.json"), home = folder.File("home");
        Run("tune", "--settings", "2", "--out", file);
        AlsOptions found = AlsOptionsFile.Read(file);
        Run("train-als", "--options", file, "--factors", "8");
        SegueHome models = new(home);
        using MappedFiles files = new();
        AlsOptions trained = AlsFiles.Load(models.AlsModels.Find().Folder, files).Options;
        Assert.Equal((found.ZeroWeight, found.PopularityExponent, found.Iterations, 8),
            (trained.ZeroWeight, trained.PopularityExponent, trained.Iterations, trained.Factors));
        Run("train-als", "--choose", "--factors", "8");
        System.Text.Json.Nodes.JsonNode choice = models.AlsModels.Verify(models.AlsModels.Find().Name).Parameters["choice"]!;
        Assert.True(choice["trainings"]!.AsArray().Count >= 8);
        Assert.Contains("chose ridge", Run("evaluate", "--choose"), StringComparison.Ordinal);
        Assert.Contains("were given", Cli.Run("evaluate", "--plays", plays, "--choose", "--options", file, "--home", home).Error, StringComparison.Ordinal);
        string wrong = folder.Write("wrong.json", """{ "ridgee": 0.4 }"""), far = folder.Write("far.json", """{ "ridge": 4 }""");
        Assert.Contains("ridgee", Assert.Throws<DataException>(() => AlsOptionsFile.Read(wrong)).Message, StringComparison.Ordinal);
        Assert.Contains("ridge is 4", Assert.Throws<DataException>(() => AlsOptionsFile.Read(far)).Message, StringComparison.Ordinal);

        string Run(string command, params string[] args)
        {
            (int code, string output, string error) = Cli.Run([command, "--plays", plays, "--home", home, .. args]);
            Assert.True(code == 0, error);
            return output + error;
        }
    }

    [Fact]
    public void A_sample_of_listeners_keeps_their_plays_and_only_their_artists()
    {
        CsrMatrix plays = AlsWorlds.Communities(300, 500, 3), some = Splits.SomeListeners(plays, 40, 7);
        Assert.Equal(40, some.Rows);
        Assert.True(some.Columns < plays.Columns);
        Assert.All(Enumerable.Range(0, some.Columns), a => Assert.True(some.Transpose().RowLength(a) > 0));
        Assert.Equal(some.Indices.ToArray(), Splits.SomeListeners(plays, 40, 7).Indices.ToArray());
        Assert.NotEqual(some.Values.ToArray(), Splits.SomeListeners(plays, 40, 8).Values.ToArray());
        Assert.Same(plays, Splits.SomeListeners(plays, 300, 7));
    }

    [Fact]
    public void A_profile_out_of_order_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new Profile { Artists = [3, 1], Plays = [1, 1] });
        Assert.Throws<ArgumentException>(() => new Profile { Artists = [1, 1], Plays = [1, 1] });
        Assert.Equal([1, 3], Profile.Of([(3, 1), (1, 1)]).Artists);
    }

    private static PlaysShape Shape(int users, int artists, int cells) => new(users, artists, cells, Unevenness: 10);

    /// <summary>So many artists of each user, drawn evenly, of one to nine plays.</summary>
    private static CsrMatrix Noise(int users, int artists, int each, int seed)
    {
        Random random = new(seed);
        int[] columns = [.. Enumerable.Range(0, users).SelectMany(_ => Enumerable.Range(0, each).Select(_ => random.Next(artists)))];
        int[] rows = [.. Enumerable.Range(0, users * each).Select(k => k / each)];
        return CsrMatrix.FromEntries(users, artists, rows, columns, [.. rows.Select(_ => 1f + random.Next(9))]);
    }
}
