using Segue.Catalogue;
using Segue.Embedding;
using Segue.Factorization;
using Segue.Import;
using Segue.Interactions;
using Segue.Mood;
using Segue.Numerics;
using Segue.Recommending;
using Segue.VectorSearch;
using Xunit;

namespace Segue.Tests;

/// <summary>The sample with both models, made once for all tests of a class.</summary>
public sealed class SampleModels
{
    public SampleModels()
    {
        World = Sample.Generate(1);
        Als = AlsTrainer.Train(World.Plays, new AlsOptions { Factors = 32 }).Model;
        Songs = IndexOf(World.Tracks);
        Pipeline = new Pipeline(Als, World.Plays, Songs);
    }

    internal SampleWorld World { get; }

    internal AlsModel Als { get; }

    internal SongIndex Songs { get; }

    internal Pipeline Pipeline { get; }

    internal static SongIndex IndexOf(Tracks tracks)
    {
        using StaticEmbeddingGenerator generator = new();
        float[] vectors = new float[tracks.Count * generator.Dimensions];
        for (int t = 0; t < tracks.Count; t++)
            Assert.True(generator.Embed(Description.Of(tracks, t), vectors.AsSpan(t * generator.Dimensions, generator.Dimensions)));
        FlatIndex index = new(new MatrixView(vectors, tracks.Count, generator.Dimensions), Metric.Cosine);
        return new SongIndex(tracks, FeaturePercentiles.Compute(tracks), null, index, Enumerable.Range(0, tracks.Count).ToArray(), "static");
    }

    internal WishMood Wish(string text) => new(Songs, WishReader.For(Songs.Tracks).Read(text));
}

/// <summary>
/// Goal: the pipeline's contract on a world whose taste communities are known. Method: the built-in sample, every listener of a stride. Seen to
/// fail: by leaving heard artists in, by scaling parts after the sum, by dropping the artist cap.
/// </summary>
public sealed class PipelineTests(SampleModels models) : IClassFixture<SampleModels>
{
    private static readonly SelectionOptions s_twenty = new() { Count = 20 };

    private Plays Plays => models.World.Plays;

    private Tracks Tracks => models.Songs.Tracks;

    [Fact]
    public void Parts_add_up_and_rows_stand_by_score()
    {
        foreach ((_, IReadOnlyList<SongRecommendation> items) in Everybody("calm and sad"))
        {
            Assert.Equal(20, items.Count);
            Assert.All(items, i => Assert.Equal(i.Score, i.Parts.Taste + i.Parts.Mood + i.Parts.Popularity, 1e-9));
            Assert.All(items, i => Assert.InRange(i.Score, 0, 1));
            Assert.Equal(items.OrderByDescending(i => i.Score).Select(i => i.Track), items.Select(i => i.Track));
            Assert.Equal(Enumerable.Range(1, 20), items.Select(i => i.Rank));
            Assert.All(items, i => Assert.NotEmpty(i.Reasons));
        }
    }

    [Fact]
    public void Nothing_heard_no_song_twice_and_three_songs_an_artist()
    {
        foreach ((Profile profile, IReadOnlyList<SongRecommendation> items) in Everybody(null))
        {
            HashSet<string> heard = [.. profile.Artists.Select(a => NameKey.Of(Plays.Artists.Names[a]))];
            Assert.DoesNotContain(items, i => Tracks.ArtistNamesOf(i.Track).Any(a => heard.Contains(NameKey.Of(a))));
            Assert.Equal(items.Count, items.Select(i => Tracks.SongOf[i.Track]).Distinct().Count());
            Assert.All(items.SelectMany(i => Tracks.ArtistsOf[i.Track].ToArray()).GroupBy(a => a), g => Assert.True(g.Count() <= 3));
        }
    }

    [Fact]
    public void Taste_finds_the_listeners_own_community()
    {
        int own = 0, all = 0;
        foreach ((Profile profile, IReadOnlyList<SongRecommendation> items) in Everybody(null))
        {
            int community = models.World.CommunityOfUser[Plays.IndexOfUser(profile.Name!)];
            foreach (SongRecommendation item in items)
            {
                int artist = Plays.Artists.ByName.Find(Tracks.ArtistNamesOf(item.Track).First());
                own += models.World.CommunityOfArtist[artist] == community ? 1 : 0;
                all++;
            }
        }

        // Twelve communities: by chance it would be a twelfth, and less, because most artists of the own one are heard already.
        Assert.True(own > 0.5 * all, $"{own} of {all} songs are from the listener's own community");
    }

    [Fact]
    public void A_mood_moves_the_answer_towards_it()
    {
        double Energy(string? wish) => Everybody(wish).SelectMany(e => e.Items).Average(i => models.Songs.Percentiles.Row((int)AudioFeature.Energy)[i.Track]);
        double calm = Energy("calm"), own = Energy(null), loud = Energy("loud and energetic");
        Assert.True(calm < own - 0.1 && own < loud - 0.1, $"calm {calm:0.00}, no wish {own:0.00}, energetic {loud:0.00}");
    }

    [Fact]
    public void What_a_wish_rules_out_is_in_no_answer()
    {
        string genre = Tracks.GenreNames[0];
        foreach ((_, IReadOnlyList<SongRecommendation> items) in Everybody($"calm, no {genre}"))
            Assert.DoesNotContain(items, i => Tracks.GenreNamesOf(i.Track).Contains(genre));
    }

    [Fact]
    public void Taste_and_mood_are_two_ends_of_one_scale()
    {
        Profile profile = Profile.OfUser(Plays, 7);
        SongParts Mean(double taste)
        {
            PipelineOptions options = new() { Taste = taste, Popularity = 0 };
            IReadOnlyList<SongRecommendation> items = models.Pipeline.Recommend(profile, models.Wish("calm"), options, new SongFilter(), s_twenty);
            return new SongParts(items.Average(i => i.Parts.Taste), items.Average(i => i.Parts.Mood), 0);
        }

        Assert.Equal(0, Mean(0).Taste);
        Assert.Equal(0, Mean(1).Mood);
    }

    [Fact]
    public void A_dislike_takes_the_artists_songs_out_and_nobody_gets_an_answer_too()
    {
        Profile profile = Profile.OfUser(Plays, 3);
        string name = Tracks.ArtistNamesOf(For(profile)[0].Track).First();
        Profile without = profile with { Disliked = [Plays.Artists.ByName.Find(name)] };
        Assert.DoesNotContain(For(without), i => Tracks.ArtistNamesOf(i.Track).Contains(name));

        IReadOnlyList<SongRecommendation> nobody = For(Profile.Of([]));
        Assert.Equal(20, nobody.Count);
        Assert.All(nobody, i => Assert.Equal(ReasonKind.Popular, Assert.Single(i.Reasons).Kind));
    }

    [Fact]
    public void Similar_songs_are_near_and_never_the_song_itself()
    {
        for (int seed = 0; seed < Tracks.Count; seed += 397)
        {
            SongsMood mood = new(models.Songs, [seed], toAll: true);
            IReadOnlyList<SongRecommendation> items = SongRecommender.Recommend(models.Songs, mood, new SongFilter(), s_twenty, [seed]);
            Assert.DoesNotContain(items, i => Tracks.SongOf[i.Track] == Tracks.SongOf[seed]);
            Assert.Equal(items.OrderByDescending(i => i.Score).Select(i => i.Track), items.Select(i => i.Track));
        }
    }

    [Fact]
    public void A_wish_ranks_by_fit_and_all_means_all()
    {
        WishMood wish = models.Wish("sad and slow");
        IReadOnlyList<SongRecommendation> all = SongRecommender.Recommend(models.Songs, wish, new SongFilter(), new SelectionOptions { Count = int.MaxValue });
        Assert.Equal(Tracks.Count, all.Count);
        Assert.Equal(all.OrderByDescending(i => i.Score).Select(i => i.Score), all.Select(i => i.Score));
        Assert.Contains(all[0].Reasons, r => r.Kind == ReasonKind.Matches);
    }

    private IReadOnlyList<SongRecommendation> For(Profile profile) =>
        models.Pipeline.Recommend(profile, null, new PipelineOptions(), new SongFilter(), s_twenty);

    private IEnumerable<(Profile Profile, IReadOnlyList<SongRecommendation> Items)> Everybody(string? wish)
    {
        for (int user = 0; user < Plays.Counts.Rows; user += 29)
        {
            Profile profile = Profile.OfUser(Plays, user);
            yield return (profile, models.Pipeline.Recommend(profile, wish is null ? null : models.Wish(wish), new PipelineOptions(), new SongFilter(), s_twenty));
        }
    }
}
