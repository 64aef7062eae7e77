using Segue.Catalogue;
using Segue.Mood;
using Segue.Numerics;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a mood's region is found where songs called so lie, and not at the end of the scale. Method: a planted world in which songs called "tears"
/// have middling energy and noise has none. Seen to fail: with the text vectors of other songs.
/// </summary>
public sealed class MoodRegionsTests
{
    private static readonly MatrixView s_percentiles = FeaturePercentiles.Compute(Planted());

    private static Tracks Planted()
    {
        var random = new Random(7);
        var builder = new TracksBuilder();
        for (int i = 0; i < 1500; i++)
        {
            float[] features = [.. Enumerable.Range(0, Tracks.FeatureCount).Select(_ => (float)random.NextDouble())];
            bool sad = i % 5 == 0, noise = i % 5 == 1;
            if (sad || noise)
            {
                features[(int)AudioFeature.Valence] = (noise ? 0 : 0.2f) + 0.1f * (float)random.NextDouble();
                features[(int)AudioFeature.Energy] = (noise ? 0 : 0.4f) + 0.1f * (float)random.NextDouble();
            }

            builder.Add(new TrackRow($"id{i}", $"{(sad ? "tears" : noise ? "fan" : "other")} {i}", "", [$"a{i}"], null, false, features));
        }

        return builder.Build();
    }

    private static IReadOnlyList<ReadOnlyMemory<float>> Toy(IReadOnlyList<string> texts) =>
        [.. texts.Select(t => new ReadOnlyMemory<float>([t.Contains("tears") || t is "sad" ? 1 : 0, t.Contains("fan") ? 1 : 0, t.Contains("other") ? 1 : 0, 0.1f]))];

    [Fact]
    public void A_region_lies_where_songs_called_so_lie()
    {
        Tracks tracks = Planted();
        var regions = new MoodRegions(MoodRegions.Learn(tracks, s_percentiles, Toy), Lexicon.Default);
        ReadOnlySpan<float> sad = regions.Values.Row(MoodRegions.Names.ToList().IndexOf("sad"));
        double called = 0, noise = 0;
        for (int t = 0; t < tracks.Count; t++)
            (called, noise) = (called + (t % 5 == 0 ? sad[t] : 0), noise + (t % 5 == 1 ? sad[t] : 0));
        Assert.True(called / 300 > 1, $"songs called sad lie at z {called / 300:f2}");
        Assert.True(noise / 300 < 0.5, $"noise lies at z {noise / 300:f2}");

        // Features alone prefer the noise; with the region mixed in, fewer of it stand on top.
        int Noise(MoodScorer scorer) => scorer.Rank(new WishReader(Lexicon.Default).Read("sad"), 100).Items.Count(i => i.Track % 5 == 1);
        Assert.True(Noise(new MoodScorer(tracks, s_percentiles, regions)) < Noise(new MoodScorer(tracks, s_percentiles)));
    }

    [Fact]
    public void Parts_with_regions_add_up_and_loud_has_none()
    {
        Tracks tracks = Planted();
        var scorer = new MoodScorer(tracks, s_percentiles, new MoodRegions(MoodRegions.Learn(tracks, s_percentiles, Toy), Lexicon.Default));
        var reader = new WishReader(Lexicon.Default);
        Wish wish = reader.Read("sad and slow");
        float[] scores = new float[tracks.Count];
        scorer.Score(wish, scores);
        for (int t = 0; t < tracks.Count; t++)
            Assert.Equal(scores[t], scorer.Explain(wish, t).Sum(p => p.Part), 1e-3f);
        Assert.Contains(scorer.Explain(wish, 0), p => p.Kind == MoodPartKind.Region);
        foreach (string text in (string[])["loud", "live", "not sad", "fast", "instrumental"])
            Assert.DoesNotContain(scorer.Explain(reader.Read(text), 0), p => p.Kind == MoodPartKind.Region);
        Assert.Contains(scorer.Explain(reader.Read("traurig"), 0), p => p.Kind == MoodPartKind.Region);
    }

    [Fact]
    public void Learning_twice_gives_the_same_bytes_and_a_small_catalogue_gives_zeros()
    {
        Tracks tracks = Planted();
        Assert.Equal(MoodRegions.Learn(tracks, s_percentiles, Toy).Values.ToArray(), MoodRegions.Learn(tracks, s_percentiles, Toy).Values.ToArray());
        Tracks small = MoodScorerTests.World(20, 1);
        Assert.All(MoodRegions.Learn(small, FeaturePercentiles.Compute(small), Toy).Values.ToArray(), v => Assert.Equal(0, v));
        Assert.Throws<ArgumentException>(() => new MoodRegions(new MatrixView(new float[4], 2, 2), Lexicon.Default));
    }
}
