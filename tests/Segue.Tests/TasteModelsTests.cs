using Segue.Evaluation;
using Segue.Factorization;
using Segue.Interactions;
using Segue.Numerics;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: every model keeps the contract of <see cref="ITasteModel"/>, and finds what is there to be found. Method: a planted world of four
/// communities of listeners and artists with popular strangers among them; each model trained on four fifths. Seen to fail: with EASE's diagonal left
/// out, with a sign of BPR's step turned, with neighbors looked up by row of the wrong side.
/// </summary>
public sealed class TasteModelsTests
{
    private const int Communities = 4, UsersEach = 30, ArtistsEach = 25;

    private static readonly Split s_split = Splits.Random(World(7), 0.2, 3);

    public static TheoryData<string> Names => [.. TasteModels.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Scores_every_artist_with_a_number(string name)
    {
        ITasteModel model = Train(name);
        Assert.Equal(name, model.Name);
        Assert.Equal(s_split.Train.Columns, model.ArtistCount);
        Profile[] profiles =
        [
            Evaluator.ProfileOf(s_split.Train, 5),
            Profile.Of([]),
            Profile.Of([(3, 1)]),
            Profile.Of([(3, 1e9f), (4, 1)]),
            Profile.Of(Enumerable.Range(0, model.ArtistCount).Select(a => (a, 1f))),
        ];
        foreach (Profile profile in profiles)
            Assert.All(Score(model, profile), s => Assert.True(float.IsFinite(s)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Same_seed_and_history_same_scores_on_any_threads(string name)
    {
        Profile profile = Evaluator.ProfileOf(s_split.Train, 9);
        float[] one = Score(TasteModels.Train(name, s_split.Train, Options, seed: 5, threads: 1), profile);
        float[] two = Score(TasteModels.Train(name, s_split.Train, Options, seed: 5, threads: 3), profile);
        Assert.Equal(one, two);
        ITasteModel model = Train(name);
        float[] alone = Score(model, profile);
        Parallel.For(0, 16, _ => Assert.Equal(alone, Score(model, profile)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Finds_the_planted_communities(string name)
    {
        double ndcg = Evaluator.Evaluate(Train(name), s_split).Mean("ndcg", 10);
        double popular = Evaluator.Evaluate(Train("popularity"), s_split).Mean("ndcg", 10);
        bool learns = name is not ("random" or "popularity" or "svd");
        Assert.True(!learns || ndcg > 2 * popular, $"{name}: NDCG@10 {ndcg:0.000}, popularity {popular:0.000}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_listener_outside_the_training_is_served_like_one_inside(string name)
    {
        // One who knows six artists of community 2: the best unheard artists are of that community too.
        if (name is "random" or "popularity" or "svd")
            return;
        float[] scores = Score(Train(name), Profile.Of(Enumerable.Range(0, 6).Select(n => (2 * ArtistsEach + n * 3, 10f))));
        int[] best = [.. Enumerable.Range(0, scores.Length).Where(a => a % ArtistsEach % 3 != 0 || a / ArtistsEach != 2).OrderByDescending(a => scores[a]).Take(5)];
        Assert.True(best.Count(a => a / ArtistsEach == 2) >= 4, $"{name}: {string.Join(", ", best)}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Refuses_what_makes_no_sense(string name)
    {
        ITasteModel model = Train(name);
        float[] scores = new float[model.ArtistCount];
        Assert.Throws<SegueException>(() => model.Score(Profile.Of([(model.ArtistCount, 1)]), scores));
        Assert.Throws<SegueException>(() => model.Score(new Profile { Artists = [1], Plays = [] }, scores));
        Assert.Throws<SegueException>(() => model.Score(new Profile { Artists = [1], Plays = [float.NaN] }, scores));
        Assert.Throws<SegueException>(() => TasteModels.Train(name, CsrMatrix.FromEntries(3, 4, [], [], [])));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Odd_matrices_are_no_trouble(string name)
    {
        // Rows and columns without plays, cells of 0 plays, one huge number, more factors than artists.
        CsrMatrix odd = CsrMatrix.FromEntries(5, 6, [0, 0, 2, 2, 4], [1, 2, 1, 3, 5], [1, 0, 1e9f, 3, 1]);
        ITasteModel model = TasteModels.Train(name, odd, Options);
        Assert.All(Score(model, Evaluator.ProfileOf(odd, 2)), s => Assert.True(float.IsFinite(s)));
        CsrMatrix single = CsrMatrix.FromEntries(1, 1, [0], [0], [1]);
        Assert.Single(Score(TasteModels.Train(name, single, Options), Profile.Of([(0, 1)])));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Stops_when_asked(string name)
    {
        if (name is "popularity" or "random")
            return; // Done before anybody can ask.
        Assert.ThrowsAny<OperationCanceledException>(() => TasteModels.Train(name, s_split.Train, Options, cancellation: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_misspelt_name_is_answered_with_the_nearest() =>
        Assert.Contains("ease", Assert.Throws<UnknownNameException>(() => TasteModels.Train("eese", s_split.Train)).Message, StringComparison.Ordinal);

    [Fact]
    public void Ease_is_the_closed_form_of_its_paper()
    {
        // The twin: P = (XᵀX + λI)⁻¹ over artists, B = I − P / diag(P), scores = x B.
        int n = s_split.Train.Columns;
        double[] p = new double[n * n];
        for (int user = 0; user < s_split.Train.Rows; user++)
        {
            foreach (int i in s_split.Train.RowIndices(user))
            {
                foreach (int j in s_split.Train.RowIndices(user))
                    p[(i * n) + j]++;
            }
        }

        for (int i = 0; i < n; i++)
            p[(i * n) + i] += 50;
        SpdInverse.Invert(p, n);
        Profile profile = Evaluator.ProfileOf(s_split.Train, 11);
        float[] scores = Score(Ease.Train(s_split.Train, 50), profile);
        for (int j = 0; j < n; j++)
            Assert.Equal(profile.Artists.Sum(i => i == j ? 0 : -p[(i * n) + j] / p[(j * n) + j]), scores[j], 1e-4);
    }

    /// <summary>What the essay says of memory and λ holds: bytes allocated, with so many users that users² is nearly all of it.</summary>
    [Fact]
    public void Ease_takes_the_memory_and_the_lambda_that_it_says()
    {
        CsrMatrix plays = AlsWorlds.Communities(800, 60, seed: 5);
        long own = GC.GetAllocatedBytesForCurrentThread();
        Ease byData = Ease.Train(plays, threads: 1);
        own = GC.GetAllocatedBytesForCurrentThread() - own;
        Assert.InRange(own / (800.0 * 800), 12, 14);
        Profile profile = Evaluator.ProfileOf(plays, 3);
        Assert.Equal(Score(Ease.Train(plays, (float)(70 * Math.Sqrt(plays.Nonzeros / 60.0))), profile), Score(byData, profile));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(47)]
    [InlineData(130)]
    public void An_inverse_times_its_matrix_is_one(int n)
    {
        Random random = new(n);
        double[] x = [.. Enumerable.Range(0, n * n).Select(_ => random.NextDouble() - 0.5)], a = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                for (int k = 0; k < n; k++)
                    a[(i * n) + j] += x[(i * n) + k] * x[(j * n) + k];
            }

            a[(i * n) + i] += 1;
        }

        double[] inverse = [.. a];
        SpdInverse.Invert(inverse, n, threads: 2);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                Assert.Equal(i == j ? 1 : 0, Enumerable.Range(0, n).Sum(k => a[(i * n) + k] * inverse[(k * n) + j]), 1e-8);
        }
    }

    [Fact]
    public void An_indefinite_matrix_has_no_such_inverse() => Assert.Throws<ArgumentException>(() => SpdInverse.Invert([1, 2, 2, 1], 2));

    [Fact]
    public void Neighbors_are_the_cosine_by_hand()
    {
        // Artists 0 and 1 share two listeners of 2 and 3: 2 / (√2 √3 + 1).
        CsrMatrix plays = CsrMatrix.FromEntries(4, 3, [0, 0, 1, 1, 2, 3], [0, 1, 0, 1, 1, 2], [1, 1, 1, 1, 1, 1]);
        ItemNeighbors model = ItemNeighbors.Cosine(plays, shrinkage: 1);
        Assert.Equal([new Scored(1, 2 / (MathF.Sqrt(2) * MathF.Sqrt(3) + 1))], model.Of(0).ToArray());
        Assert.True(model.Of(2).IsEmpty);
    }

    [Fact]
    public void Svd_predicts_planted_plays_and_says_its_error()
    {
        // log(1 + plays) = 2 + listener + artist, exactly: the biases alone explain it.
        Random random = new(1);
        double[] users = [.. Enumerable.Range(0, 60).Select(_ => random.NextDouble())], artists = [.. Enumerable.Range(0, 40).Select(_ => 2 * random.NextDouble())];
        var cells = (from u in Enumerable.Range(0, 60) from a in Enumerable.Range(0, 40) where random.Next(2) == 0 select (u, a)).ToArray();
        CsrMatrix plays = CsrMatrix.FromEntries(60, 40, [.. cells.Select(c => c.u)], [.. cells.Select(c => c.a)],
            [.. cells.Select(c => (float)(Math.Exp(2 + users[c.u] + artists[c.a]) - 1))]);
        Split split = Splits.Random(plays, 0.2, 1);
        (double rmse, double mae) = BiasedSvd.Train(split.Train).Error(split.Train, split.Test);
        Assert.True(rmse < 0.2 && mae <= rmse, $"RMSE {rmse:0.000}, MAE {mae:0.000}; without biases it is 0.65");
    }

    private static AlsOptions Options => new() { Factors = 16, Iterations = 6 };

    private static ITasteModel Train(string name) => TasteModels.Train(name, s_split.Train, Options);

    private static float[] Score(ITasteModel model, Profile profile)
    {
        float[] scores = new float[model.ArtistCount];
        model.Score(profile, scores);
        return scores;
    }

    /// <summary>Listeners of a community know half of its artists and one in twenty-five of all others.</summary>
    private static CsrMatrix World(int seed)
    {
        Random random = new(seed);
        List<int> users = [], artists = [];
        List<float> plays = [];
        for (int user = 0; user < Communities * UsersEach; user++)
        {
            for (int artist = 0; artist < Communities * ArtistsEach; artist++)
            {
                if (random.NextDouble() >= (user / UsersEach == artist / ArtistsEach ? 0.5 : 0.04))
                    continue;
                users.Add(user);
                artists.Add(artist);
                plays.Add(1 + random.Next(100));
            }
        }

        return CsrMatrix.FromEntries(Communities * UsersEach, Communities * ArtistsEach, users.ToArray(), artists.ToArray(), plays.ToArray());
    }
}
