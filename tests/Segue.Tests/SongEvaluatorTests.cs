using Segue.Catalogue;
using Segue.Evaluation;
using Segue.Interactions;
using Segue.Recommending;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the figures about songs are what they say. Method: small random worlds, every figure counted again from the lists in the plainest way, on
/// one thread and on two. Seen to fail: by counting hidden artists without songs, by measuring a hidden artist's songs by themselves.
/// </summary>
public sealed class SongEvaluatorTests
{
    [Fact]
    public void Figures_are_those_of_the_plain_count()
    {
        for (int seed = 1; seed <= 6; seed++)
        {
            PipelineWorld world = new(seed);
            Split split = Splits.OfEach(world.Plays.Counts, 0.3, seed);
            Pipeline pipeline = new(world.Als, new Plays(world.Plays.UserIds, world.Plays.Artists, split.Train), world.Songs);
            int[] users = [.. Enumerable.Range(0, split.Train.Rows)];
            SelectionOptions twelve = new() { Count = 12 };
            SongSetting[] settings = [new("", 0, new PipelineOptions(), twelve), new("taste", 1, new PipelineOptions { Taste = 1 }, twelve)];
            SongReport report = SongEvaluator.Evaluate(pipeline, world.Songs.Tracks, split, users, settings, threads: 1);
            SongReport again = SongEvaluator.Evaluate(pipeline, world.Songs.Tracks, split, users, settings, threads: 2);
            Assert.Equal(report.Results.SelectMany(r => r.Lists.SelectMany(l => l)), again.Results.SelectMany(r => r.Lists.SelectMany(l => l)));
            Assert.Equal(report.Results.SelectMany(r => r.MoodToHidden), again.Results.SelectMany(r => r.MoodToHidden));
            for (int n = 0; n < report.Users.Count; n++)
                CountAgain(world, split, report, n);
            Assert.Equal(report.Hidden, report.Users.Sum(u => split.Test.RowIndices(u).ToArray().Count(a => world.Pipeline.SongsOf(a).Count > 0)));
        }
    }

    [Fact]
    public void Nobody_to_ask_is_one_clear_error()
    {
        PipelineWorld world = new(1);
        Split split = new(world.Plays.Counts, CsrMatrix.FromEntries(world.Plays.Counts.Rows, world.Plays.Counts.Columns, [], [], []), "none");
        SongSetting[] settings = [new("", 0, new PipelineOptions(), new SelectionOptions())];
        Assert.Throws<SegueException>(() => SongEvaluator.Evaluate(world.Pipeline, world.Songs.Tracks, split, [0, 1], settings));
    }

    [Fact]
    public void A_share_of_each_listener_is_held_out_and_nobody_loses_all()
    {
        CsrMatrix plays = new PipelineWorld(3).Plays.Counts;
        Split split = Splits.OfEach(plays, 0.2, 7);
        for (int user = 0; user < plays.Rows; user++)
        {
            int all = plays.RowLength(user), held = split.Test.RowLength(user);
            Assert.Equal(all, split.Train.RowLength(user) + held);
            Assert.Empty(split.Train.RowIndices(user).ToArray().Intersect(split.Test.RowIndices(user).ToArray()));
            Assert.Equal(Math.Max(0, Math.Min(all - 1, (int)Math.Round(0.2 * all))), held);
        }

        Assert.NotEqual(split.Test.Indices.ToArray(), Splits.OfEach(plays, 0.2, 8).Test.Indices.ToArray());
        Assert.Throws<SegueException>(() => Splits.OfEach(plays, 1));
    }

    private static void CountAgain(PipelineWorld world, Split split, SongReport report, int n)
    {
        Tracks tracks = world.Songs.Tracks;
        int[] hidden = [.. split.Test.RowIndices(report.Users[n]).ToArray().Where(a => world.Pipeline.SongsOf(a).Count > 0)];
        foreach (SongResult result in report.Results)
        {
            HashSet<string> names = [.. result.Lists[n].SelectMany(tracks.ArtistNamesOf).Select(NameKey.Of)];
            double found = hidden.Count(a => names.Contains(NameKey.Of(world.Plays.Artists.Names[a])));
            Assert.Equal(found / hidden.Length, result.PerListener[n].Recall, 1e-12);

            FeelDistance feel = new(tracks);
            int[] songs = [.. hidden.SelectMany(a => world.Pipeline.SongsOf(a, 12)).Distinct()];
            double[] nearest = [.. result.Lists[n]
                .Select(t => songs.Where(s => tracks.ArtistsOf[s][0] != tracks.ArtistsOf[t][0]).Select(s => feel.MeanNearest([t], [s])).DefaultIfEmpty(double.NaN).Min())
                .Where(double.IsFinite)];
            Assert.Equal(nearest.DefaultIfEmpty(double.NaN).Average(), result.MoodToHidden[n], 1e-6);
        }
    }
}
