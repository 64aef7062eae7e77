using Segue.Catalogue;
using Segue.Mood;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: names of the catalogue are read as names, and never take a mood word away. Method: a small catalogue with artists called "Calm",
/// "Happy" and "Pink Floyd". Seen to fail: by looking names up before the lexicon.
/// </summary>
public sealed class MoodNamesTests
{
    private static readonly Tracks s_tracks = Catalogue();
    private static readonly WishReader s_reader = new(Lexicon.Default, new CatalogueNames(s_tracks));

    private static Tracks Catalogue()
    {
        var builder = new TracksBuilder();
        void Add(string title, string artist, string genre, float energy, float valence, float popularity = 50)
        {
            float[] features = [.. Enumerable.Repeat(0.5f, Tracks.FeatureCount)];
            features[(int)AudioFeature.Energy] = energy;
            features[(int)AudioFeature.Valence] = valence;
            features[(int)AudioFeature.Popularity] = popularity;
            builder.Add(new TrackRow($"id{builder.Count}", title, "Album", [artist], genre, false, features));
        }

        foreach (string artist in (string[])["Calm", "Happy", "Pink Floyd", "The Cure", "Slow Club", "Wolfgang Amadeus Mozart", "Sad Night"])
        {
            for (int i = 0; i < 6; i++)
                Add($"{artist} {i}", artist, artist is "Wolfgang Amadeus Mozart" ? "classical" : "rock", 0.3f + 0.1f * i, 0.2f * i % 1);
        }

        Add("Creep", "Radiohead", "rock", 0.4f, 0.1f, 80);
        Add("Creep", "TLC", "r-n-b", 0.5f, 0.6f, 60);
        Add("Blue", "Eiffel 65", "dance", 0.9f, 0.9f);
        return builder.Build();
    }

    [Theory]
    [InlineData("calm")]
    [InlineData("Calm")]
    [InlineData("happy and calm")]
    [InlineData("something for a sad night")]
    [InlineData("slow club music")]
    [InlineData("like the rain")]
    [InlineData("by the sea")]
    public void A_mood_word_is_no_name(string text)
    {
        Wish wish = s_reader.Read(text);
        Assert.Empty(wish.References);
        Assert.NotEmpty(wish.Wants);
    }

    [Theory]
    [InlineData("like Calm", "Calm", ReferenceKind.Artist, Use.Resemble)]
    [InlineData("\"Calm\" but loud", "Calm", ReferenceKind.Artist, Use.Resemble)]
    [InlineData("pink floyd but happier", "Pink Floyd", ReferenceKind.Artist, Use.Resemble)]
    [InlineData("something like the cure", "The Cure", ReferenceKind.Artist, Use.Resemble)]
    [InlineData("similar to cure", "The Cure", ReferenceKind.Artist, Use.Resemble)]
    [InlineData("like Mozart", "Wolfgang Amadeus Mozart", ReferenceKind.Artist, Use.Resemble)]
    [InlineData("sad songs by Pink Floyd", "Pink Floyd", ReferenceKind.Artist, Use.Only)]
    [InlineData("rock but not Pink Floyd", "Pink Floyd", ReferenceKind.Artist, Use.Exclude)]
    [InlineData("like Creep", "Creep - Radiohead", ReferenceKind.Song, Use.Resemble)]
    [InlineData("like \"Creep - TLC\"", "Creep - TLC", ReferenceKind.Song, Use.Resemble)]
    [InlineData("like Creep by TLC", "Creep - TLC", ReferenceKind.Song, Use.Resemble)]
    public void A_name_that_gives_itself_away_is_read(string text, string name, ReferenceKind kind, Use use)
    {
        WishReference reference = Assert.Single(s_reader.Read(text).References);
        Assert.Equal((name, kind, use), (reference.Name, reference.Kind, reference.Use));
    }

    [Fact]
    public void A_comparison_shifts_away_from_what_was_named()
    {
        Wish wish = s_reader.Read("like Creep but happier and less loud");
        WishReference reference = Assert.Single(wish.References);
        Assert.Equal(1, Math.Sign(reference.Shifts.Single(s => s.Feature == AudioFeature.Valence).Strength));
        Assert.Equal(-1, Math.Sign(reference.Shifts.Single(s => s.Feature == AudioFeature.Loudness).Strength));
        Assert.Empty(wish.Wants);
        Assert.Contains("more happy", wish.ToString());
    }

    [Fact]
    public void Songs_named_are_left_out_and_by_an_artist_means_no_other()
    {
        var scorer = new MoodScorer(s_tracks);
        Assert.DoesNotContain(scorer.Rank(s_reader.Read("like Creep by TLC"), 100).Items, i => s_tracks.DisplayName(i.Track) == "Creep - TLC");
        Assert.All(scorer.Rank(s_reader.Read("sad songs by Pink Floyd"), 100).Items, i => Assert.Equal("Pink Floyd", s_tracks.ArtistNamesOf(i.Track).First()));
        Assert.DoesNotContain(scorer.Rank(s_reader.Read("rock but not Pink Floyd"), 100).Items, i => s_tracks.ArtistNamesOf(i.Track).First() == "Pink Floyd");
    }

    [Fact]
    public void Likeness_is_a_part_that_adds_up()
    {
        var scorer = new MoodScorer(s_tracks);
        Wish wish = s_reader.Read("like Pink Floyd but happier, calm");
        float[] scores = new float[s_tracks.Count];
        scorer.Score(wish, scores);
        for (int t = 0; t < s_tracks.Count; t++)
        {
            IReadOnlyList<MoodPart> parts = scorer.Explain(wish, t);
            Assert.Contains(parts, p => p.Kind == MoodPartKind.Reference);
            Assert.Equal(scores[t], parts.Sum(p => p.Part), 1e-3f);
        }
    }

    [Fact]
    public void Songs_make_a_wish()
    {
        Wish wish = Wish.FromTracks(s_tracks, 0, 7);
        Assert.Equal(2, wish.References.Count);
        Assert.DoesNotContain(new MoodScorer(s_tracks).Rank(wish, 100).Items, i => i.Track is 0 or 7);
    }

    [Theory]
    [InlineData("120 bpm", 115, 125)]
    [InlineData("120bpm", 115, 125)]
    [InlineData("90-110 bpm", 90, 110)]
    [InlineData("between 90 and 110 bpm", 90, 110)]
    [InlineData("over 140 bpm", 140, double.PositiveInfinity)]
    [InlineData("at most 80 bpm", 0, 80)]
    public void Tempo_in_bpm_is_a_range(string text, double low, double high)
    {
        FeatureTarget range = Assert.Single(s_reader.Read(text).Ranges);
        Assert.Equal((AudioFeature.Tempo, low, high), (range.Feature, range.Low, range.High));
    }
}
