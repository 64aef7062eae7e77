using Segue.Catalogue;
using Segue.Interactions;
using Segue.Recommending;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: what must hold of every answer holds for every listener, wish, weight, filter and cap. Method: small random worlds, in each some random
/// requests; every rule is checked from the tracks themselves, not by the code that keeps it. Seen to fail: by leaving out each of the filters, the
/// caps, the exclusion of heard and of disliked artists, by adding one part twice, and by scaling discovery up with popularity.
/// </summary>
public sealed class PipelinePropertyTests
{
    private const int Worlds = 16, RequestsEach = 10;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, Worlds)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_answer_keeps_every_rule(int seed)
    {
        PipelineWorld world = new(seed);
        Pipeline fresh = new(world.Als, world.Plays, world.Songs);
        for (int request = 0; request < RequestsEach; request++)
        {
            Profile profile = world.Listener();
            ISongMood? wish = world.Wish();
            (PipelineOptions options, SongFilter filter, SelectionOptions selection) = (world.Options(), world.Filter(), world.Selection());
            IReadOnlyList<SongRecommendation> rows = world.Pipeline.Recommend(profile, wish, options, filter, selection);
            Assert.True(rows.Count <= selection.Count);
            Assert.Equal(Enumerable.Range(1, rows.Count), rows.Select(r => r.Rank));
            foreach (SongRecommendation row in rows)
            {
                KeepsParts(row, options, profile);
                KeepsFilter(world.Songs.Tracks, row.Track, filter);
                KeepsListener(world, row.Track, profile, options);
            }

            KeepsSelection(world.Songs.Tracks, rows, selection, sorted: selection.Diversity == 0 && (profile.Artists.Length > 0 || wish is not null));
            IReadOnlyList<SongRecommendation> again = fresh.Recommend(profile, wish, options, filter, selection);
            Assert.Equal(rows.Select(r => (r.Track, r.Score, r.Parts, r.Sources)), again.Select(r => (r.Track, r.Score, r.Parts, r.Sources)));
            Assert.Equal(rows.SelectMany(r => r.Reasons), again.SelectMany(r => r.Reasons));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void More_discovery_is_never_more_popular(int seed)
    {
        PipelineWorld world = new(seed);
        SelectionOptions selection = new() { Count = 15 };
        Profile[] listeners = [.. Enumerable.Range(0, world.Plays.Counts.Rows).Select(u => Profile.OfUser(world.Plays, u))];
        double last = double.PositiveInfinity;
        for (int step = 0; step <= 5; step++)
        {
            PipelineOptions options = new() { Discovery = step / 5.0 };
            double popularity = listeners.SelectMany(l => world.Pipeline.Recommend(l, null, options, new SongFilter(), selection))
                .Average(r => world.Songs.Percentiles.Row((int)AudioFeature.Popularity)[r.Track]);
            Assert.True(popularity <= last, $"discovery {step / 5.0}: {popularity:0.0000}, before {last:0.0000}");
            last = popularity;
        }
    }

    [Fact]
    public void Without_caps_more_discovery_is_never_more_popular_for_anybody()
    {
        // The choice of the best n of a sum (1 - λ) f + λ g: g of the chosen never falls as λ grows. Here g is the rank by popularity among the
        // candidates.
        SelectionOptions selection = new() { Count = 15, MaxPerArtist = int.MaxValue };
        for (int seed = 1; seed <= Worlds; seed++)
        {
            PipelineWorld world = new(seed);
            Profile profile = Profile.OfUser(world.Plays, seed % world.Plays.Counts.Rows);
            double last = double.NegativeInfinity;
            for (int step = 1; step <= 10; step++)
            {
                PipelineOptions options = new() { Discovery = step / 10.0, Popularity = 0 };
                double unknown = world.Pipeline.Recommend(profile, null, options, new SongFilter(), selection).Average(r => r.Parts.Discovery) / options.Discovery;
                Assert.True(unknown >= last - 1e-12, $"world {seed}, discovery {options.Discovery}: {unknown}, before {last}");
                last = unknown;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void An_explanation_is_the_answer_seen_from_one_song(int seed)
    {
        PipelineWorld world = new(seed);
        Profile profile = Profile.OfUser(world.Plays, seed % world.Plays.Counts.Rows) with { Disliked = [seed % 30] };
        PipelineOptions options = new();
        SelectionOptions everything = new() { Count = 10_000, MaxPerArtist = 10_000 };
        IReadOnlyList<SongRecommendation> rows = world.Pipeline.Recommend(profile, null, options, new SongFilter(), everything);
        SongRecommendation row = rows[world.Random.Next(Math.Min(20, rows.Count))];
        TrackExplanation why = world.Pipeline.Explain(profile, null, options, new SongFilter(), row.Track);
        Assert.Equal((row.Score, row.Parts), (why.Score, why.Parts));
        Assert.Equal(row.Reasons, why.Reasons);
        Assert.Null(why.LeftOut);
        Assert.Equal((row.Rank, rows.Count), (why.Rank, why.Of));
        Assert.NotEmpty(why.Counterfactuals);
        foreach (TrackCounterfactual other in why.Counterfactuals)
        {
            // The slow twin: somebody who never played the artist, with what the listener knows left out by name.
            int artist = world.Plays.Artists.ByName.Find(other.Name);
            Profile then = other.Without == "artist" ? profile.Without([artist]) : profile with { Disliked = [] };
            SongFilter known = new() { NotArtists = [.. InCatalogue(world, profile.Artists.Concat(profile.Disliked))] };
            SongRecommendation same = world.Pipeline.Recommend(then, null, options, known, everything).Single(r => r.Track == row.Track);
            Assert.Equal(same.Score, other.Score, 1e-12);
        }

        int heard = world.Pipeline.SongsOf(profile.Artists.First(a => a != seed % 30 && world.Pipeline.SongsOf(a).Count > 0))[0];
        Assert.NotNull(world.Pipeline.Explain(profile, null, options, new SongFilter(), heard).LeftOut);
    }

    [Fact]
    public void Bad_requests_get_an_answer_or_one_clear_error()
    {
        PipelineWorld world = new(5);
        SelectionOptions ten = new();
        IReadOnlyList<SongRecommendation> Ask(Profile profile, SongFilter? filter = null) =>
            world.Pipeline.Recommend(profile, null, new PipelineOptions(), filter ?? new SongFilter(), ten);
        Assert.Equal(10, Ask(Profile.Of([])).Count);
        Assert.Equal(10, Ask(Profile.Of([(33, 5f)])).Count); // Nothing of what they play has songs here.
        Assert.NotEmpty(Ask(Profile.Of([], [1, 2, 3]))); // Only dislikes.
        Assert.Empty(Ask(Profile.Of([], Enumerable.Range(0, 36)), new SongFilter { Among = world.Pipeline.SongsOf(4).ToArray() }));
        Assert.Empty(Ask(Profile.OfUser(world.Plays, 1), new SongFilter { Among = [] }));
        Assert.Throws<SegueException>(() => Ask(Profile.Of([(999, 1f)])));
        Assert.Throws<SegueException>(() => Ask(new Profile { Artists = [1], Plays = [float.NaN] }));
        Assert.Throws<UnknownNameException>(() => Ask(Profile.Of([]), new SongFilter { NotArtists = ["Nobody"] }));
    }

    private static void KeepsParts(SongRecommendation row, PipelineOptions options, Profile profile)
    {
        SongParts p = row.Parts;
        Assert.Equal(row.Score, p.Taste + p.Mood + p.Popularity + p.Recency + p.Discovery, 1e-12);
        Assert.InRange(row.Score, 0, 1);
        Assert.All([p.Taste, p.Mood, p.Popularity, p.Recency, p.Discovery], part => Assert.True(part >= 0));
        Assert.True(options.Discovery > 0 || p.Discovery == 0);
        Assert.True(profile.DaysSince is not null || p.Recency == 0);
        Assert.NotEqual(CandidateSources.None, row.Sources);
        Assert.NotEmpty(row.Reasons);
        Assert.All(row.Reasons, r => Assert.True(r.Part is null or (>= 0 and <= 1)));
    }

    private static void KeepsFilter(Tracks tracks, int track, SongFilter filter)
    {
        string[] genres = [.. tracks.GenreNamesOf(track)];
        float popularity = tracks.Feature(AudioFeature.Popularity)[track];
        Assert.True(filter.Genres.Count == 0 || filter.Genres.Intersect(genres).Any());
        Assert.Empty(filter.NotGenres.Intersect(genres));
        Assert.Empty(filter.NotArtists.Select(NameKey.Of).Intersect(tracks.ArtistNamesOf(track).Select(NameKey.Of)));
        Assert.True(filter.AllowExplicit || !tracks.IsExplicit(track));
        bool asksPopularity = filter.PopularityMin > 0 || filter.PopularityMax < 100;
        Assert.True(!asksPopularity || (popularity >= filter.PopularityMin && popularity <= filter.PopularityMax), $"popularity {popularity}");
        Assert.True(filter.Among is null || filter.Among.Contains(track));
    }

    private static void KeepsListener(PipelineWorld world, int track, Profile profile, PipelineOptions options)
    {
        HashSet<string> Names(IEnumerable<int> artists) => [.. artists.Select(a => NameKey.Of(world.Plays.Artists.Names[a]))];
        string[] own = [.. world.Songs.Tracks.ArtistNamesOf(track).Select(NameKey.Of)];
        Assert.Empty(own.Intersect(Names(profile.Disliked)));
        if (options.ExcludeHeard)
            Assert.Empty(own.Intersect(Names(profile.Artists)));
    }

    private static void KeepsSelection(Tracks tracks, IReadOnlyList<SongRecommendation> rows, SelectionOptions selection, bool sorted)
    {
        Assert.Equal(rows.Count, rows.Select(r => tracks.SongOf[r.Track]).Distinct().Count());
        Assert.Equal(rows.Count, rows.Select(r => (tracks.ArtistsOf[r.Track][0], SongTitle.Bare(tracks.Titles[r.Track]))).Distinct().Count());
        Assert.All(rows.SelectMany(r => tracks.ArtistsOf[r.Track].ToArray()).CountBy(a => a), a => Assert.True(a.Value <= selection.MaxPerArtist));
        Assert.All(rows.SelectMany(r => tracks.GenresOf[r.Track].ToArray()).CountBy(g => g), g => Assert.True(g.Value <= selection.MaxPerGenre));
        if (sorted)
            Assert.Equal(rows.Select(r => r.Score).OrderDescending(), rows.Select(r => r.Score));
    }

    private static IEnumerable<string> InCatalogue(PipelineWorld world, IEnumerable<int> artists) =>
        artists.Select(a => world.Plays.Artists.Names[a]).Where(n => world.Songs.Tracks.ByArtistName.Find(n) >= 0);
}
