using System.Numerics.Tensors;
using Segue.Catalogue;
using Segue.Evaluation;
using Segue.Export;
using Segue.Factorization;
using Segue.Import;
using Segue.Interactions;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: tags and friends help where plays say nothing, never give answers away, and change nothing where they are absent; tuning looks at no test
/// part; pages are whole. Method: a planted world of two communities with a tag each. Seen to fail: with a listener's own tags on held-out artists
/// left in.
/// </summary>
public sealed class EvaluationSideTests
{
    private const int Users = 40, Artists = 60;

    private static readonly AlsOptions s_als = new() { Factors = 8, Iterations = 5 };

    [Fact]
    public void An_artist_nobody_played_is_found_by_its_tag()
    {
        (CsrMatrix plays, SideInformation side) = World();
        SideInformed model = SideInformed.Train(plays, side, s_als);
        float[] scores = Score(model, Evaluator.ProfileOf(plays, 0));
        // Artists 28, 29 carry the tag of user 0's community and 58, 59 the other's; none was ever played.
        Assert.True(Math.Min(scores[28], scores[29]) > Math.Max(scores[58], scores[59]) + 0.05f, string.Join(" ", scores[28], scores[29], scores[58], scores[59]));
        Assert.Equal("als+tags", model.Name);
        AlsExplanation why = model.Explain(Evaluator.ProfileOf(plays, 0), 28);
        (string tag, double part) = Assert.Single(why.Tags);
        Assert.Equal(scores[28], why.Parts.Sum(p => p.Part) + part, 1e-5);
        Assert.Equal(scores[28], why.Score, 1e-5);
        float[] plain = Score(model.Als, Evaluator.ProfileOf(plays, 0));
        Assert.Equal("calm", tag);
        Assert.Equal(scores[28] - plain[28], part, 1e-5);
        Assert.Equal(Evaluator.ListenersOf(plays), model.Als.Listeners.ToArray());
        Assert.Equal(Users, model.Als.UserCount);
    }

    [Fact]
    public void Friends_speak_for_a_listener_with_little_history()
    {
        (CsrMatrix plays, SideInformation side) = World();
        CsrMatrix friends = CsrMatrix.FromEntries(Users, Users, [0, 0], [1, 2], [1, 1]);
        SideInformed model = SideInformed.Train(plays, side with { Taggings = [], Friends = friends }, s_als);
        Profile profile = Profile.Of([]);
        float[] alone = Score(model, profile), known = Score(model, profile with { User = 0 });
        Profile full = Profile.Of(Enumerable.Range(0, 20).Select(i => (i, 1f)));
        float[] fullAlone = Score(model, full), fullKnown = Score(model, full with { User = 0 });
        Assert.Equal("als+friends", model.Name);
        for (int artist = 0; artist < Artists; artist++)
        {
            int share = new[] { 1, 2 }.Count(f => plays.RowIndices(f).Contains(artist));
            float taste = new[] { 1, 2 }.Average(f => TensorPrimitives.Dot(model.Als.UserFactors.Row(f), model.Als.ArtistFactors.Row(artist)));
            Assert.Equal((2 * 0.06f * share / 2) + (0.3f * taste), known[artist] - alone[artist], 1e-5f);
            Assert.Equal(known[artist], model.Explain(profile with { User = 0 }, artist).Score, 1e-5);
            Assert.Equal(0.06f * share / 2, fullKnown[artist] - fullAlone[artist], 1e-5f); // From twenty artists on the friends' tastes add nothing.
            Assert.Equal((share, 2), (model.Explain(profile with { User = 0 }, artist).Friends.Playing, model.Explain(profile with { User = 0 }, artist).Friends.Of));
            Assert.Equal(0, model.Explain(profile, artist).Friends.Of);
        }
    }

    [Fact]
    public void Own_tags_on_held_out_artists_are_dropped_and_no_others()
    {
        (CsrMatrix plays, SideInformation side) = World();
        Split split = Splits.Random(plays, 0.3, 2);
        IReadOnlyList<Tagging> kept = side.Without(split.Test).Taggings;
        Assert.All(kept, t => Assert.True(t.User < 0 || !split.Test.RowIndices(t.User).Contains(t.Artist)));
        Assert.All(side.Taggings.Except(kept), t => Assert.True(split.Test.RowIndices(t.User).Contains(t.Artist)));
        Assert.True(kept.Count < side.Taggings.Count);
    }

    [Fact]
    public void Side_rows_are_gone_from_the_model_and_without_any_nothing_changes()
    {
        (CsrMatrix plays, SideInformation side) = World();
        AlsSideRows none = new(CsrMatrix.FromEntries(0, Artists, [], [], []));
        float[] plain = Score(AlsTrainer.Train(plays, s_als).Model, Evaluator.ProfileOf(plays, 3));
        Assert.Equal(plain, Score(AlsTrainer.Train(plays, s_als, new AlsRun { Side = none }).Model, Evaluator.ProfileOf(plays, 3)));
        AlsSideRows tags = new(side.People(Artists, 3).People);
        Assert.NotEqual(plain, Score(AlsTrainer.Train(plays, s_als, new AlsRun { Side = tags }).Model, Evaluator.ProfileOf(plays, 3)));
        Assert.Throws<SegueException>(() => AlsTrainer.Train(plays, s_als, new AlsRun { Side = new AlsSideRows(CsrMatrix.FromEntries(1, 3, [], [], [])) }));
        Assert.Throws<SegueException>(() => SideInformed.Train(plays, side with { Friends = CsrMatrix.FromEntries(1, 1, [], [], []) }, s_als));
    }

    [Fact]
    public void HetRec_tables_are_read_and_damaged_ones_refused()
    {
        using ScratchFolder folder = new();
        Plays plays = new(TextColumn.From(["7", "8"]), new Artists(TextColumn.From(["1", "2"]), TextColumn.From(["x", "y"])),
            CsrMatrix.FromEntries(2, 2, [0, 1], [0, 1], [1, 1]));
        folder.Write("tags.dat", "tagID\ttagValue\n5\tjazz\n");
        string tags = folder.Write("tagged.dat", "userID\tartistID\ttagID\tday\n7\t1\t5\t1\n7\t1\t5\t2\n99\t2\t6\t1\n7\t3\t5\t1\n");
        string friends = folder.Write("friends.dat", "userID\tfriendID\n7\t8\n8\t7\n7\t99\n");
        SideInformation side = SideTables.Read(plays, tags, friends);
        Assert.Equal([new Tagging(-1, 1, 1), new Tagging(0, 0, 0)], side.Taggings);
        Assert.Equal(["jazz", "6"], [side.TagNames[0], side.TagNames[1]]);
        Assert.Equal(2, side.Friends!.Nonzeros);
        string damaged = folder.Write("damaged.dat", "userID\tartistID\ttagID\n7\t1\n");
        Assert.Contains("damaged.dat:2", Assert.Throws<DataException>(() => SideTables.Read(plays, damaged, null)).Message, StringComparison.Ordinal);
        Assert.Contains("none.dat", Assert.Throws<SegueException>(() => SideTables.Read(plays, folder.File("none.dat"), null)).Message, StringComparison.Ordinal);
        Assert.Contains("friends", Assert.Throws<DataException>(() => SideTables.Read(plays, tags, tags)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tuning_repeats_itself_keeps_the_defaults_in_the_race_and_ends_with_the_best()
    {
        Split split = Splits.Random(World().Plays, 0.2, 5);
        TuningResult a = Tuning.Search(split, settings: 5, seed: 3, threads: 1), b = Tuning.Search(split, settings: 5, seed: 3, threads: 2);
        Assert.Equal(a.Trials.Select(t => (t.Describe(), t.Iterations, t.Ndcg)), b.Trials.Select(t => (t.Describe(), t.Iterations, t.Ndcg)));
        Assert.InRange(a.Trials[0].Options.Ridge!.Value, 0.45f, 0.63f);
        Assert.Equal(5, a.Trials.Count);
        Assert.Equal(a.Trials.Max(t => t.Ndcg), a.Best.Ndcg);
        Assert.Equal(a.Best.Iterations, a.Best.Options.Iterations);
        string page = EvaluationPage.OfTuning(a);
        Assert.Contains("<svg", page, StringComparison.Ordinal);
        Assert.Contains(a.Best.Describe(), page, StringComparison.Ordinal);
    }

    /// <summary>Two paired standard errors below a plain model is worth a warning; at the defaults there is none.</summary>
    [Fact]
    public void An_evaluation_warns_where_als_is_below_a_plain_model()
    {
        using ScratchFolder folder = new();
        string home = folder.File("home"), options = folder.Write("options.json", """{ "ridge": 1.4 }""");
        Assert.Equal(0, Cli.Run("data", "sample", "--home", home).Code);
        string[] evaluate = ["evaluate", "--model", "als", "ease", "itemknn", "--home", home];
        string fine = Cli.Run(evaluate).Error, warned = Cli.Run([.. evaluate, "--options", options]).Error;
        Assert.DoesNotContain("is below", fine, StringComparison.Ordinal);
        Assert.Matches(@"als is below ease by 0\.\d+ NDCG@10, more than two standard errors", warned);
        Assert.Contains("als is below itemknn", warned, StringComparison.Ordinal);
    }

    /// <summary>Whatever was measured counts, also what fell out of the race later, and the defaults run to its end.</summary>
    [Fact]
    public void Tuning_returns_the_best_of_all_it_measured()
    {
        (CsrMatrix plays, SideInformation side) = World();
        Split split = Splits.Random(plays, 0.2, 5);
        List<Trial> measured = [];
        Collected progress = new(measured);
        TuningResult result = Tuning.Search(split, side, settings: 9, seed: 1, threads: 1, progress: progress);
        Assert.Equal(measured.Max(t => t.Ndcg), result.Best.Ndcg);
        foreach (var round in measured.GroupBy(t => t.Iterations))
            Assert.Contains(round, t => t.Options with { Iterations = 3 } == measured[0].Options);
        Assert.NotEqual(result.Trials.Select(t => t.Ndcg), Tuning.Search(split, settings: 9, seed: 1, threads: 1).Trials.Select(t => t.Ndcg));
    }

    private sealed class Collected(List<Trial> trials) : IProgress<(int Done, int Of, Trial Trial)>
    {
        public void Report((int Done, int Of, Trial Trial) value) => trials.Add(value.Trial);
    }

    [Fact]
    public void Disliking_every_artist_of_a_tag_leaves_nothing_of_it()
    {
        (CsrMatrix plays, SideInformation side) = World();
        SideInformed model = SideInformed.Train(plays, side, s_als);
        Profile liked = Profile.Of([(0, 5), (1, 5), (40, 5)]), disliked = liked with { Disliked = [.. Enumerable.Range(30, 30)] };
        Assert.Contains(model.Explain(liked, 58).Tags, t => t is { Tag: "loud", Part: > 0 });
        Assert.Empty(model.Explain(disliked, 58).Tags);
        Assert.NotEmpty(model.Explain(disliked, 28).Tags);
        Assert.Equal(Score(model, disliked)[58], model.Explain(disliked, 58).Score, 1e-5);
    }

    [Fact]
    public void A_report_is_one_page_and_one_document_with_every_metric()
    {
        (CsrMatrix plays, _) = World();
        Split split = Splits.Random(plays, 0.2, 1);
        EvaluationReport[] reports = [.. new[] { "itemknn", "svd", "random" }
            .Select(m => Evaluator.Evaluate(TasteModels.Train(m, split.Train), split, new EvaluationOptions { Cutoffs = [10, 20] }))];
        string page = EvaluationPage.Of(reports), json = EvaluationJson.Of(reports[1]).ToJsonString();
        Assert.Equal(3, page.Split("<svg").Length - 1);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        System.Xml.Linq.XDocument.Parse(page[page.IndexOf("<svg", StringComparison.Ordinal)..(page.IndexOf("</svg>", StringComparison.Ordinal) + 6)]);
        foreach (string metric in new[] { "ndcg", "recall", "precision", "map", "mrr", "hit", "coverage", "gini", "novelty" })
        {
            Assert.Contains($"\"{metric}@10\"", json, StringComparison.Ordinal);
            Assert.Contains($"\"{metric}@20\"", json, StringComparison.Ordinal);
        }

        Assert.Contains("\"rmse\"", json, StringComparison.Ordinal);
        Assert.True((double)EvaluationJson.OfDifference(reports[0], reports[2], 10)["difference"]! > 0.1);
    }

    private static float[] Score(ITasteModel model, Profile profile)
    {
        float[] scores = new float[model.ArtistCount];
        model.Score(profile, scores);
        return scores;
    }

    /// <summary>Users 0..19 know two thirds of artists 0..27, the others of 30..57; a tag for each half of the artists, given by three
    /// people.</summary>
    private static (CsrMatrix Plays, SideInformation Side) World()
    {
        Random random = new(5);
        var cells = (from u in Enumerable.Range(0, Users)
                     from a in Enumerable.Range(0, 28)
                     where random.Next(3) > 0
                     select (User: u, Artist: a + (u < 20 ? 0 : 30))).ToArray();
        CsrMatrix plays = CsrMatrix.FromEntries(Users, Artists, [.. cells.Select(c => c.User)], [.. cells.Select(c => c.Artist)],
            [.. cells.Select(_ => 1f + random.Next(9))]);
        Tagging[] taggings = [.. from a in Enumerable.Range(0, Artists) from n in Enumerable.Range(0, 3)
            select new Tagging((a < 30 ? 0 : 20) + (a + n) % 20, a, a < 30 ? 0 : 1)];
        return (plays, new SideInformation(taggings, TextColumn.From(["calm", "loud"]), null));
    }
}
