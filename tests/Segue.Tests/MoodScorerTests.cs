using CsCheck;
using Segue.Catalogue;
using Segue.Mood;
using Segue.Numerics;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: scores are what the formula says, parts add up, each song stands once. Method: a small world of random songs and a plain twin of
/// the formula. Seen to fail: by counting duplicates in the percentiles, by adding both genres of a track.
/// </summary>
public sealed class MoodScorerTests
{
    private static readonly string[] s_genres = ["jazz", "metal", "heavy-metal", "deep-house"];

    internal static Tracks World(int count, int seed)
    {
        var random = new Random(seed);
        var builder = new TracksBuilder();
        for (int i = 0; i < count; i++)
        {
            float[] features = [.. Enumerable.Range(0, Tracks.FeatureCount).Select(_ => (float)Math.Round(random.NextDouble(), 2))];
            features[(int)AudioFeature.Mode] = random.Next(2);
            features[(int)AudioFeature.Tempo] = 60 + random.Next(140);
            if (random.Next(10) == 0)
                features[random.Next(Tracks.FeatureCount)] = float.NaN;
            builder.Add(new TrackRow($"id{i}", $"Song {random.Next(count * 3 / 4)}", "Album", [$"Artist {i % 7}"], s_genres[random.Next(4)], false, features));
            if (random.Next(3) == 0)
                builder.Add(new TrackRow($"id{i}", "", "", [], s_genres[random.Next(4)], false, features));
        }

        return builder.Build();
    }

    [Fact]
    public void Percentiles_are_average_ranks_over_songs()
    {
        Tracks tracks = World(300, 1);
        MatrixView percentiles = FeaturePercentiles.Compute(tracks);
        for (int f = 0; f < MoodFeatures.Count; f++)
        {
            float[] values = tracks.Feature((AudioFeature)f).ToArray();
            int[] songs = [.. Enumerable.Range(0, tracks.Count).Where(t => tracks.SongOf[t] == t && !float.IsNaN(values[t]))];
            for (int t = 0; t < tracks.Count; t++)
            {
                int below = songs.Count(s => values[s] < values[t]), same = songs.Count(s => values[s] == values[t]);
                double expected = float.IsNaN(values[t]) ? 0.5 : (below + 0.5 * same) / songs.Length;
                Assert.Equal(expected, percentiles.Row(f)[t], 5);
            }

            Assert.Equal(0.5, songs.Average(s => (double)percentiles.Row(f)[s]), 5);
        }
    }

    [Theory]
    [InlineData("happy jazz")]
    [InlineData("very sad, slow metal, not live")]
    [InlineData("deep house and metal")]
    [InlineData("heavy metal")]
    public void Parts_add_up_and_follow_the_formula(string text)
    {
        Tracks tracks = World(500, 2);
        MatrixView percentiles = FeaturePercentiles.Compute(tracks);
        var scorer = new MoodScorer(tracks, percentiles);
        Wish wish = new WishReader(Lexicon.Default).Read(text).With(FeatureTarget.Parse("tempo=90..120"));
        float[] scores = new float[tracks.Count];
        scorer.Score(wish, scores);
        for (int t = 0; t < tracks.Count; t++)
        {
            string[] genres = [.. tracks.GenreNamesOf(t)];
            double expected = wish.Genres.Sum(g => 4.0 * g.Weights.Where(w => genres.Contains(w.Genre)).Select(w => (double)w.Weight).DefaultIfEmpty(0).Max());
            foreach (FeatureWant want in wish.Wants)
            {
                double p = percentiles.Row((int)want.Feature)[t];
                expected += Math.Abs(want.Weight) * Math.Log((want.Weight < 0 ? 1 - p : p) + 0.05);
            }

            IReadOnlyList<MoodPart> parts = scorer.Explain(wish, t);
            Assert.Equal(expected, scores[t] - parts.Where(p => p.Kind == MoodPartKind.Range).Sum(p => p.Part), 1e-3);
            Assert.Equal(scores[t], parts.Sum(p => p.Part), 1e-3);
            Assert.All(parts, p => Assert.InRange(p.Fit, 0, 1));
        }
    }

    [Fact]
    public void Ranking_is_the_sorted_scores_with_each_song_once() => Gen.Select(Gen.Int[0, 60], Gen.Int[1, 1000]).Sample(
        (count, seed) =>
        {
            Tracks tracks = World(80, seed);
            var scorer = new MoodScorer(tracks);
            Wish wish = new WishReader(Lexicon.Default).Read("calm and acoustic, no jazz");
            float[] scores = new float[tracks.Count];
            scorer.Score(wish, scores);
            int[] expected = [.. Enumerable.Range(0, tracks.Count).Where(t => scores[t] > float.NegativeInfinity).OrderByDescending(t => scores[t]).ThenBy(t => t)
                .DistinctBy(t => tracks.SongOf[t])];
            Assert.Equal(expected.Take(count), scorer.Rank(wish, count).Items.Select(i => i.Track));
            Assert.Equal(expected, scorer.Rank(wish, 5000).Items.Select(i => i.Track));
            Assert.DoesNotContain(scorer.Rank(wish, count).Items, i => tracks.GenreNamesOf(i.Track).Contains("jazz"));
            Assert.All(scorer.Rank(wish, count, t => t % 2 == 0).Items, i => Assert.Equal(0, i.Track % 2));
        },
        iter: 50);

    [Fact]
    public void Fits_lie_between_none_and_all_and_rise_with_the_score()
    {
        Tracks tracks = World(300, 4);
        var scorer = new MoodScorer(tracks);
        foreach (string text in (string[])["happy jazz", "sad", "metal", "", "very loud, 120 bpm"])
        {
            Wish wish = new WishReader(Lexicon.Default).Read(text);
            Func<float, double> fit = scorer.FitOf(wish);
            double[] fits = [.. scorer.Rank(wish, 300).Items.Select(i => fit(i.Score))];
            Assert.All(fits, f => Assert.InRange(f, 0, 1));
            Assert.Equal(fits.OrderDescending(), fits);
        }
    }

    [Fact]
    public void A_reading_shows_what_was_asked_and_each_row_what_it_met()
    {
        Tracks tracks = World(300, 5);
        var scorer = new MoodScorer(tracks);
        Wish wish = new WishReader(Lexicon.Default).Read("very happy jazz, no metal, blorf").With(FeatureTarget.Parse("tempo=..100"));
        MoodReading reading = MoodReading.Of(wish);
        Assert.Contains(reading.Asks, a => a is { Label: "happy", Phrases: ["happy"] });
        Assert.Equal(["jazz"], reading.Genres);
        Assert.Equal(["blorf"], reading.NotUnderstood);
        Assert.Contains("heavy-metal", reading.Excluded);
        (IReadOnlyList<string> met, IReadOnlyList<string> missed) = MoodReading.ReasonsOf(scorer, wish, scorer.Rank(wish, 1).Items[0].Track);
        Assert.Contains("happy", met);
        Assert.Empty(met.Intersect(missed));
    }

    [Fact]
    public void A_wish_that_nothing_fits_says_so()
    {
        Tracks tracks = World(400, 3);
        var scorer = new MoodScorer(tracks);
        var reader = new WishReader(Lexicon.Default);
        Assert.True(scorer.Rank(reader.Read("happy"), 20).Verdict.Fits);
        MoodVerdict nothing = scorer.Rank(reader.Read("how do I renew my passport"), 20).Verdict;
        Assert.False(nothing.Fits);
        Assert.Contains("passport", Assert.Single(nothing.Messages));
        Assert.False(scorer.Rank(reader.Read("loud and quiet"), 20).Verdict.Fits);
        Assert.Contains("no genre", Assert.Single(scorer.Rank(reader.Read("tango"), 20).Verdict.Messages));
        Assert.False(scorer.Rank(reader.Read("happy"), 20, _ => false).Verdict.Fits);
    }

    [Fact]
    public void An_empty_catalogue_has_an_answer()
    {
        var scorer = new MoodScorer(new TracksBuilder().Build());
        Assert.Empty(scorer.Rank(new WishReader(Lexicon.Default).Read("happy jazz"), 20).Items);
    }
}
