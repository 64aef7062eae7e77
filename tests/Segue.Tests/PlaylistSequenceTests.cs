using CsCheck;
using Segue.Catalogue;
using Segue.Recommending;
using Segue.Recommending.Playlists;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: songs follow the curve, keep to the length, and are the best of all orders. Method: songs of known energy and length; every order of small
/// pools, with the cost written down a second time. Seen to fail: with the beam cut to 1, and with the transition left out of the cost.
/// </summary>
public sealed class PlaylistSequenceTests
{
    [Theory]
    [InlineData("rise")]
    [InlineData("fall")]
    [InlineData("peak")]
    [InlineData("valley")]
    [InlineData("flat")]
    [InlineData("wave")]
    public void Songs_follow_the_curve(string shape)
    {
        SongIndex songs = SongPathTests.Line(60);
        PlaylistCurve curve = PlaylistCurve.Parse(shape);
        Sequence sequence = PlaylistSequence.Arrange(songs, Ranked(60), new SequenceOptions { Count = 9, Curve = curve });
        Assert.Equal((9, true), (sequence.Songs.Count, sequence.IsMet));
        Assert.Equal(9, sequence.Songs.Select(s => s.Item.Track).Distinct().Count());
        ReadOnlySpan<float> energy = songs.Tracks.Feature(AudioFeature.Energy);
        for (int i = 0; i < 9; i++)
        {
            // From the tenth to the ninetieth of a hundred: energies 5/60 to 54/60.
            Assert.Equal(5 / 60.0 + curve.At(i / 8.0) * 49 / 60, sequence.Songs[i].Target, 1e-6);
            Assert.Equal(sequence.Songs[i].Target, energy[sequence.Songs[i].Item.Track], shape == "flat" ? 0.12 : 0.06);
        }
    }

    [Fact]
    public void It_is_as_good_as_the_best_of_all_orders() =>
        Gen.Select(Gen.Double[0.2, 1].Array[7], Gen.Shuffle(Enumerable.Range(0, 20).ToArray()), Gen.Int[0, 5]).Sample((scores, shuffled, shape) =>
        {
            SongIndex songs = s_line.Value;
            SongRecommendation[] pool = [.. scores.OrderDescending().Select((s, i) => new SongRecommendation(i + 1, shuffled[i], s, new SongParts(0, s, 0), []))];
            PlaylistCurve curve = new(AudioFeature.Energy, PlaylistCurve.Shapes[shape]);
            Sequence found = PlaylistSequence.Arrange(songs, pool, new SequenceOptions { Count = 4, Curve = curve });
            double best = Orders(pool, 4).Min(order => Cost(songs, pool, order, curve));
            Assert.InRange(Cost(songs, pool, [.. found.Songs.Select(s => s.Item)], curve), best - 1e-6, 1.05 * best + 1e-6);
        }, iter: 40);

    [Fact]
    public void The_length_is_met_or_what_was_reached_is_said() =>
        Gen.Select(Gen.Int[61, 500].Array[1, 40], Gen.Int[60, 3000], Gen.Bool).Sample((lengths, seconds, curved) =>
        {
            SongIndex songs = World(lengths);
            SequenceOptions options = new() { Seconds = seconds, Curve = curved ? PlaylistCurve.Parse("wave") : null };
            if (lengths.Min() > seconds + options.ToleranceSeconds)
            {
                Assert.Throws<SegueException>(() => PlaylistSequence.Arrange(songs, Ranked(lengths.Length), options));
                return;
            }

            Sequence sequence = PlaylistSequence.Arrange(songs, Ranked(lengths.Length), options);
            Assert.Equal(sequence.Songs.Sum(s => lengths[s.Item.Track]), sequence.Seconds, 1e-6);
            Assert.Equal(sequence.IsMet, Math.Abs(sequence.Seconds - seconds) <= 30);
            Assert.True(sequence.Seconds <= seconds + 30);
            Assert.Equal(sequence.Songs.Count, sequence.Songs.Select(s => s.Item.Track).Distinct().Count());
            if (!curved)
                Assert.Equal(sequence.Songs.Select(s => s.Item.Rank).Order(), sequence.Songs.Select(s => s.Item.Rank));
            if (lengths.Sum() < seconds - 30)
                Assert.Equal((false, lengths.Length), (sequence.IsMet, sequence.Songs.Count));
        }, iter: 60);

    [Fact]
    public void Too_few_songs_are_all_of_them_and_it_is_said()
    {
        Sequence sequence = PlaylistSequence.Arrange(SongPathTests.Line(5), Ranked(5), new SequenceOptions { Count = 8, Curve = PlaylistCurve.Parse("rise") });
        Assert.Equal((5, false), (sequence.Songs.Count, sequence.IsMet));
    }

    [Fact]
    public void An_artist_follows_itself_only_when_nothing_else_is_left()
    {
        SongIndex songs = SongPathTests.Line(30, i => i % 3 == 0 ? "Sometimes" : i % 3 == 1 ? "Always" : $"Artist {i}");
        Sequence sequence = PlaylistSequence.Arrange(songs, Ranked(30), new SequenceOptions { Count = 12, Curve = PlaylistCurve.Parse("rise") });
        for (int i = 1; i < 12; i++)
            Assert.False(SongVersion.ShareArtist(songs.Tracks, sequence.Songs[i - 1].Item.Track, sequence.Songs[i].Item.Track));
        SongIndex one = SongPathTests.Line(6, _ => "Always");
        Assert.Equal(6, PlaylistSequence.Arrange(one, Ranked(6), new SequenceOptions { Count = 6, Curve = PlaylistCurve.Parse("fall") }).Songs.Count);
    }

    [Theory]
    [InlineData("valence=fall", AudioFeature.Valence, "fall")]
    [InlineData("Peak", AudioFeature.Energy, "peak")]
    public void A_curve_is_read(string text, Enum feature, string shape) =>
        Assert.Equal(new PlaylistCurve((AudioFeature)feature, shape), PlaylistCurve.Parse(text));

    [Theory]
    [InlineData("rize", "did you mean 'rise'")]
    [InlineData("xyz", "a curve is rise, fall")]
    [InlineData("energi=rise", "did you mean 'energy'")]
    public void A_bad_curve_says_what_would_be_right(string text, string problem) =>
        Assert.Contains(problem, Assert.Throws<SegueException>(() => PlaylistCurve.Parse(text)).Message);

    [Theory]
    [InlineData("90..110", 100, 100)]
    [InlineData("90..110", 200, 100)]
    [InlineData("90..110", 50, 100)]
    [InlineData("60..140", 130, 130)]
    [InlineData("90..110", 120, double.NaN)]
    [InlineData("90..110", 0, double.NaN)]
    [InlineData("90..110", double.NaN, double.NaN)]
    [InlineData("128", 64.5, 129)]
    [InlineData("..90", 180, 90)]
    public void A_tempo_fits_as_measured_halved_or_doubled(string range, double bpm, double felt) => Assert.Equal(felt, TempoRange.Parse(range).Felt(bpm));

    [Theory]
    [InlineData("110..90", "runs backwards")]
    [InlineData("fast", "is no number")]
    [InlineData("high", "expected a range in BPM")]
    [InlineData("-5..0", "expected a range in BPM")]
    public void A_bad_tempo_says_what_is_wrong(string text, string problem) =>
        Assert.Contains(problem, Assert.Throws<SegueException>(() => TempoRange.Parse(text)).Message);

    [Fact]
    public void The_filter_keeps_what_fits()
    {
        TracksBuilder builder = new();
        foreach (float bpm in (float[])[100, 120, 200, 48, float.NaN])
        {
            float[] features = new float[Tracks.FeatureCount];
            features[(int)AudioFeature.Tempo] = bpm;
            builder.Add(new TrackRow($"id{bpm}", $"Song {bpm}", "Album", ["A"], "pop", false, features));
        }

        Assert.Equal([true, false, true, true, false], new SongFilter { Tempo = TempoRange.Parse("90..110") }.Allowed(builder.Build()));
    }

    private static readonly Lazy<SongIndex> s_line = new(() => SongPathTests.Line(20));

    private static SongRecommendation[] Ranked(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new SongRecommendation(i + 1, i, 1 - i * 0.001, new SongParts(0, 1 - i * 0.001, 0), []))];

    private static SongIndex World(int[] lengths)
    {
        TracksBuilder builder = new();
        for (int i = 0; i < lengths.Length; i++)
        {
            float[] features = new float[Tracks.FeatureCount];
            features[(int)AudioFeature.Energy] = i * 7 % lengths.Length / (float)lengths.Length;
            features[(int)AudioFeature.Duration] = lengths[i];
            builder.Add(new TrackRow($"id{i}", $"Song {i}", "Album", [$"Artist {i}"], "pop", false, features));
        }

        return SampleModels.IndexOf(builder.Build());
    }

    private static IEnumerable<SongRecommendation[]> Orders(SongRecommendation[] pool, int count) => count == 0
        ? [[]]
        : Orders(pool, count - 1).SelectMany(o => pool.Except(o).Select(s => (SongRecommendation[])[.. o, s]));

    /// <summary>The cost as the documentation of <see cref="PlaylistSequence"/> states it.</summary>
    private static double Cost(SongIndex songs, SongRecommendation[] pool, SongRecommendation[] order, PlaylistCurve curve)
    {
        SoundSpace space = new(songs);
        float[] energy = songs.Tracks.Feature(AudioFeature.Energy).ToArray();
        double[] sorted = [.. pool.Select(p => (double)energy[p.Track]).Order()];
        double low = sorted[(int)(0.1 * (sorted.Length - 1))], range = sorted[(int)Math.Ceiling(0.9 * (sorted.Length - 1))] - low, cost = 0;
        for (int i = 0; i < order.Length; i++)
        {
            double off = (energy[order[i].Track] - low) / range - curve.At(i / (order.Length - 1.0));
            cost += off * off + 0.15 * (1 - order[i].Score / pool.Max(p => p.Score));
            if (i > 0)
                cost += 0.5 * Math.Pow(space.Distance(order[i - 1].Track, order[i].Track), 2);
        }

        return cost;
    }
}
