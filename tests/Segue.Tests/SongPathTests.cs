using Segue.Catalogue;
using Segue.Recommending;
using Segue.Recommending.Playlists;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a path has its ends, its number of steps, no song and no neighboring artist twice, and no step much longer than the others. Method: songs on
/// a line, whose right path is known; pairs of the sample. Seen to fail: without the bottleneck (one jump at the end), and without the artist rule.
/// </summary>
public sealed class SongPathTests(SampleModels models) : IClassFixture<SampleModels>
{
    [Fact]
    public void On_a_line_the_places_are_equidistant()
    {
        // Steps of two songs: one of three would be half as long again, more than the slack.
        SongIndex songs = Line(11);
        IReadOnlyList<PathSong> path = SongPath.Find(songs, 0, 10, new SongPathOptions { Steps = 5 }, new SongFilter());
        Assert.Equal([0, 2, 4, 6, 8, 10], path.Select(s => s.Track));
        Assert.All(path.Skip(1), s => Assert.Equal(path[1].Step, s.Step, 1e-4));
        Assert.Equal([10, 8, 6, 4, 2, 0], SongPath.Find(songs, 10, 0, new SongPathOptions { Steps = 5 }, new SongFilter()).Select(s => s.Track));
    }

    [Fact]
    public void An_artist_never_follows_itself_and_has_no_more_songs_than_allowed()
    {
        // Every second song of the line is by one artist: they are on the line, but not all can be used.
        SongIndex songs = Line(41, i => i % 2 == 0 ? "Always" : $"Artist {i}");
        IReadOnlyList<PathSong> path = SongPath.Find(songs, 1, 39, new SongPathOptions { Steps = 12, MaxPerArtist = 2 }, new SongFilter());
        Rules(songs.Tracks, path, 1, 39, 12, 2);
    }

    [Fact]
    public void Paths_of_the_sample_keep_every_rule_and_are_smooth()
    {
        Tracks tracks = models.Songs.Tracks;
        List<double> ratios = [];
        for (int from = 3; from < tracks.Count; from += 701)
        {
            int to = (from * 7 + 11) % tracks.Count, steps = 2 + from % 9;
            IReadOnlyList<PathSong> path = SongPath.Find(models.Songs, from, to, new SongPathOptions { Steps = steps }, new SongFilter());
            Rules(tracks, path, from, to, steps, 3);
            ratios.Add(path.Max(s => s.Step) / path.Skip(1).Average(s => s.Step));
        }

        Assert.True(ratios.Max() < 2 && ratios.Average() < 1.5, $"longest over mean step: {ratios.Average():0.00}, at most {ratios.Max():0.00}");
    }

    [Fact]
    public void What_stands_between_passes_the_filter()
    {
        Tracks tracks = models.Songs.Tracks;
        SongFilter filter = new() { PopularityMin = 40, AllowExplicit = false };
        bool[] allowed = filter.Allowed(tracks);
        int from = Array.IndexOf(allowed, false), to = Array.LastIndexOf(allowed, false);
        IReadOnlyList<PathSong> path = SongPath.Find(models.Songs, from, to, new SongPathOptions { Steps = 6 }, filter);
        Assert.All(path.Skip(1).SkipLast(1), s => Assert.True(allowed[s.Track]));
        Rules(tracks, path, from, to, 6, 3);
    }

    [Fact]
    public void What_cannot_be_walked_is_said()
    {
        SongIndex songs = Line(6), alone = Line(9, i => i is 0 or 8 ? $"End {i}" : "Always");
        SongPathOptions five = new() { Steps = 5 };
        Assert.Equal([0, 5], SongPath.Find(songs, 0, 5, new SongPathOptions { Steps = 1 }, new SongFilter()).Select(s => s.Track));
        Assert.Equal(6, SongPath.Find(songs, 0, 5, five, new SongFilter()).Count);
        Assert.Contains("both ends are", Assert.Throws<SegueException>(() => SongPath.Find(songs, 2, 2, five, new SongFilter())).Message);
        Assert.Contains("too many", Assert.Throws<SegueException>(() => SongPath.Find(songs, 0, 5, five with { Steps = 6 }, new SongFilter())).Message);
        Assert.Contains("changes the artist", Assert.Throws<SegueException>(() => SongPath.Find(alone, 0, 8, five, new SongFilter())).Message);
    }

    private static void Rules(Tracks tracks, IReadOnlyList<PathSong> path, int from, int to, int steps, int maxPerArtist)
    {
        Assert.Equal((from, to, steps + 1), (path[0].Track, path[^1].Track, path.Count));
        Assert.Equal(path.Count, path.Select(s => SongVersion.Of(tracks, s.Track)).Distinct().Count());
        for (int i = 1; i < path.Count; i++)
        {
            Assert.Empty(tracks.ArtistsOf[path[i].Track].ToArray().Intersect(tracks.ArtistsOf[path[i - 1].Track].ToArray()));
            Assert.InRange(path[i].Step, 0, 1);
            Assert.InRange(path[i].Likeness, 0, 1);
        }

        Assert.All(path.Skip(1).SkipLast(1).SelectMany(s => tracks.ArtistsOf[s.Track].ToArray()).GroupBy(a => a), g => Assert.True(g.Count() <= maxPerArtist));
    }

    /// <summary>Songs that differ in their energy alone, in equal steps.</summary>
    internal static SongIndex Line(int count, Func<int, string>? artist = null)
    {
        TracksBuilder builder = new();
        for (int i = 0; i < count; i++)
        {
            float[] features = new float[Tracks.FeatureCount];
            features[(int)AudioFeature.Energy] = i / (float)count;
            features[(int)AudioFeature.Duration] = 200;
            builder.Add(new TrackRow($"id{i}", $"Song {i}", "Album", [artist?.Invoke(i) ?? $"Artist {i}"], "pop", false, features));
        }

        return SampleModels.IndexOf(builder.Build());
    }
}
