using CsCheck;
using Segue.Catalogue;
using Segue.Recommending;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: no filter, cap or version rule is ever violated, and scales and titles are what they say. Method: a small catalogue made by hand, and
/// random ones. Seen to fail: by leaving out each check of <c>Selection.Caps</c> once.
/// </summary>
public sealed class RecommendingTests
{
    [Theory]
    [InlineData("Heroes - 2017 Remaster", "heroes")]
    [InlineData("Heroes (Live at the Tower)", "heroes")]
    [InlineData("Heroes - Radio Edit", "heroes")]
    [InlineData("Heroes [Remastered 2011]", "heroes")]
    [InlineData("Heroes (feat. Nobody)", "heroes")]
    [InlineData("Heroes feat. Nobody", "heroes")]
    [InlineData("Song (For You)", "song (for you)")]
    [InlineData("Live and Let Die", "live and let die")]
    [InlineData("Acoustic", "acoustic")]
    [InlineData("(Live)", "(live)")]
    public void A_bare_title_has_no_remark_on_its_version(string title, string bare) => Assert.Equal(bare, SongTitle.Bare(title));

    [Fact]
    public void Percentiles_share_ranks_among_ties_and_know_nothing_of_the_unknown()
    {
        double[] scale = PercentileScale.Of([3, 1, double.NaN, 3, double.NegativeInfinity, 2]);
        Assert.Equal([3.5 / 4, 0.25, 0, 3.5 / 4, 0, 0.5], scale);
        Assert.Empty(PercentileScale.Of([]));
    }

    [Fact]
    public void Percentiles_keep_the_order() => Gen.Double[-10, 10].Array[0, 40].Sample(raw =>
    {
        double[] scale = PercentileScale.Of(raw);
        for (int a = 0; a < raw.Length; a++)
        {
            Assert.InRange(scale[a], 0, 1);
            for (int b = 0; b < raw.Length; b++)
                Assert.Equal(raw[a].CompareTo(raw[b]), scale[a].CompareTo(scale[b]));
        }
    }, iter: 200);

    [Fact]
    public void One_version_of_a_song_and_a_few_songs_an_artist()
    {
        Tracks tracks = SmallWorld.Tracks(
            ("a", "Heroes", "Bo"), ("b", "Heroes", "Bo"), ("c", "Heroes - 2017 Remaster", "Bo"), ("d", "Low", "Bo"), ("e", "Fame", "Bo"), ("f", "Heroes", "Else"));
        int[] candidates = [0, 1, 2, 3, 4, 5];
        double[] scores = [0.5, 0.9, 0.8, 0.7, 0.6, 0.4];
        List<int> chosen = Selection.Choose(tracks, candidates, scores, new SelectionOptions { Count = 10, MaxPerArtist = 2 }, (_, _) => 0);
        Assert.Equal(["b", "d", "f"], chosen.Select(c => tracks.Ids[candidates[c]]));
    }

    [Fact]
    public void All_ranks_every_candidate_doubles_too()
    {
        Tracks tracks = SmallWorld.Tracks(("a", "Heroes", "Bo"), ("b", "Heroes", "Bo"), ("c", "Low", "Bo"), ("d", "Fame", "Bo"), ("e", "Ashes", "Bo"));
        List<int> chosen = Selection.Choose(tracks, [0, 1, 2, 3, 4], [1, 2, 3, 4, 5], new SelectionOptions { Count = int.MaxValue }, (_, _) => 0);
        Assert.Equal([4, 3, 2, 1, 0], chosen);
    }

    [Fact]
    public void Diversity_prefers_what_differs()
    {
        Tracks tracks = SmallWorld.Tracks(("a", "A", "X"), ("b", "B", "Y"), ("c", "C", "Z"));
        // b is like a, c is not: with diversity c comes second although b scores more.
        double Likeness(int s, int t) => s + t == 1 ? 1 : 0;
        Assert.Equal([0, 1, 2], Selection.Choose(tracks, [0, 1, 2], [1, 0.9, 0.8], new SelectionOptions(), Likeness));
        Assert.Equal([0, 2, 1], Selection.Choose(tracks, [0, 1, 2], [1, 0.9, 0.8], new SelectionOptions { Diversity = 0.5 }, Likeness));
    }

    [Fact]
    public void Selections_hold_every_cap_on_random_worlds() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 5], Gen.Double[0, 1]).Array[1, 60].SelectMany(rows => Gen.Select(Gen.Const(rows), Gen.Int[1, 4], Gen.Double[0, 1]))
            .Sample((rows, cap, diversity) =>
            {
                Tracks tracks = SmallWorld.Tracks([.. rows.Select((r, i) => ($"id{i}", $"Title {r.Item1}", $"Artist {r.Item2}"))]);
                int[] candidates = [.. Enumerable.Range(0, tracks.Count)];
                SelectionOptions options = new() { Count = 8, MaxPerArtist = cap, Diversity = diversity };
                int[] chosen = [.. Selection.Choose(tracks, candidates, [.. rows.Select(r => r.Item3)], options, (a, b) => rows[a].Item1 == rows[b].Item1 ? 1 : 0)];
                Assert.True(chosen.Length <= 8);
                Assert.Equal(chosen.Length, chosen.Select(c => tracks.SongOf[c]).Distinct().Count());
                Assert.All(chosen.GroupBy(c => rows[c].Item2), g => Assert.True(g.Count() <= cap));
            }, iter: 200);

    [Fact]
    public void Filters_hold_for_every_track()
    {
        Tracks tracks = SmallWorld.Tracks(("a", "A", "X"), ("b", "B", "Y"), ("c", "C", "Z"));
        Assert.Equal([false, true, true], new SongFilter { NotArtists = ["x"] }.Allowed(tracks));
        Assert.Equal([false, true, false], new SongFilter { Among = [1] }.Allowed(tracks));
        Assert.Equal([true, true, true], new SongFilter { Genres = ["POP"] }.Allowed(tracks));
        Assert.Equal([false, false, false], new SongFilter { NotGenres = ["pop"] }.Allowed(tracks));
        Assert.Equal([false, false, true], new SongFilter { PopularityMin = 15 }.Allowed(tracks));
        UnknownNameException e = Assert.Throws<UnknownNameException>(() => new SongFilter { Genres = ["popp"] }.Allowed(tracks));
        Assert.Contains("'pop'", e.Message);
    }

    [Fact]
    public void Songs_are_found_as_people_write_them()
    {
        Tracks tracks = SmallWorld.Tracks(
            ("a", "Creep", "Radiohead"), ("b", "Paranoid Android - Remastered", "Radiohead"), ("c", "Creep", "TLC"), ("d", "A - B", "C - D"));
        Assert.Equal(0, tracks.Songs.Resolve("creep - RADIOHEAD"));
        Assert.Equal(1, tracks.Songs.Resolve("Paranoid Android - Radiohead"));
        Assert.Equal(2, tracks.Songs.Resolve("Creep")); // The better known of two.
        Assert.Equal(3, tracks.Songs.Resolve("A - B - C - D"));
        Assert.Contains("Creep - Radiohead", Assert.Throws<UnknownNameException>(() => tracks.Songs.Resolve("Creeep - Radiohed")).Nearest);
    }
}

/// <summary>Catalogues of a few tracks; popularity rises by ten from track to track.</summary>
internal static class SmallWorld
{
    public static Tracks Tracks(params (string Id, string Title, string Artist)[] rows)
    {
        TracksBuilder builder = new();
        for (int i = 0; i < rows.Length; i++)
        {
            float[] features = new float[Catalogue.Tracks.FeatureCount];
            features[(int)AudioFeature.Popularity] = 10 * (i % 10);
            features[(int)AudioFeature.Energy] = i / (float)rows.Length;
            builder.Add(new TrackRow(rows[i].Id, rows[i].Title, "Album", [rows[i].Artist], "pop", false, features));
        }

        return builder.Build();
    }
}
