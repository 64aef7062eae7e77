using Segue.Catalogue;
using Segue.Mood;
using Segue.Numerics;
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
    [InlineData("calm, less like Pink Floyd", "Pink Floyd", ReferenceKind.Artist, Use.Avoid)]
    [InlineData("rock unlike pink floyd", "Pink Floyd", ReferenceKind.Artist, Use.Avoid)]
    [InlineData("nothing like Calm", "Calm", ReferenceKind.Artist, Use.Avoid)]
    [InlineData("less Pink Floyd", "Pink Floyd", ReferenceKind.Artist, Use.Avoid)]
    [InlineData("like Creep", "Creep - Radiohead", ReferenceKind.Song, Use.Resemble)]
    [InlineData("like \"Creep - TLC\"", "Creep - TLC", ReferenceKind.Song, Use.Resemble)]
    [InlineData("like Creep by TLC", "Creep - TLC", ReferenceKind.Song, Use.Resemble)]
    public void A_name_that_gives_itself_away_is_read(string text, string name, Enum kindGiven, Enum useGiven)
    {
        ReferenceKind kind = (ReferenceKind)kindGiven;
        Use use = (Use)useGiven;
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
    public void Unlikeness_is_a_part_that_adds_up_and_keeps_away()
    {
        var scorer = new MoodScorer(s_tracks);
        Wish like = s_reader.Read("like Pink Floyd"), less = s_reader.Read("like Pink Floyd, less like The Cure and TLC");
        Assert.Equal([Use.Resemble, Use.Avoid, Use.Avoid], less.References.Select(r => r.Use));
        float[] scores = new float[s_tracks.Count], plain = new float[s_tracks.Count];
        scorer.Score(less, scores);
        scorer.Score(like, plain);
        for (int t = 0; t < s_tracks.Count; t++)
        {
            bool own = s_tracks.ArtistNamesOf(t).First() is "The Cure" or "TLC";
            Assert.Equal(own, float.IsNegativeInfinity(scores[t]));
            MoodPart[] parts = [.. scorer.Explain(less, t)];
            Assert.True(own || Math.Abs(scores[t] - parts.Sum(p => p.Part)) < 1e-3f);
            MoodPart[] unlike = [.. parts.Where(p => p.Kind == MoodPartKind.Unlike)];
            Assert.Equal(2, unlike.Length);
            Assert.All(unlike, p => Assert.InRange(p.Fit, 0, 1));
            // The more alike, the more is taken away.
            Assert.True(own || Math.Abs(plain[t] - scores[t] + unlike.Sum(p => p.Part)) < 1e-3f);
            Assert.All(unlike, p => Assert.True(p.Part <= 0));
        }

        MoodPart[] cure = [.. Enumerable.Range(0, s_tracks.Count).Select(t => scorer.Explain(less, t).Single(p => p.Label == "unlike The Cure"))];
        Assert.Equal(cure.OrderByDescending(p => p.Fit).Select(p => p.Part), cure.OrderByDescending(p => p.Part).Select(p => p.Part));
    }

    [Theory]
    [InlineData("like Creep, happier")]
    [InlineData("happier", "Creep - Radiohead")]
    public void Words_shift_what_was_named_in_them_or_beside_them(string text, params string[] beside)
    {
        Wish wish = s_reader.Read(text, beside.Select(b => WishReference.Resolve(s_tracks, b, Use.Resemble)));
        Assert.Equal([AudioFeature.Valence], Assert.Single(wish.References).Shifts.Select(s => s.Feature));
        Assert.Empty(wish.Wants);
    }

    [Fact]
    public void A_shift_moves_the_answer_along_its_feature_and_further_when_it_is_larger()
    {
        var scorer = new MoodScorer(s_tracks);
        MatrixView percentiles = FeaturePercentiles.Compute(s_tracks);
        double Mean(AudioFeature feature, params FeatureShift[] shifts)
        {
            Wish wish = Wish.FromTracks(s_tracks, s_tracks.ByTitle.Find("Creep")).With(shifts);
            return scorer.Rank(wish, 6).Items.Average(i => percentiles.Row((int)feature)[i.Track]);
        }

        foreach (AudioFeature feature in (AudioFeature[])[AudioFeature.Valence, AudioFeature.Energy])
        {
            double none = Mean(feature), some = Mean(feature, new FeatureShift(feature, 0.3)), much = Mean(feature, new FeatureShift(feature, 0.7));
            Assert.True(none + 0.05 < some && some + 0.05 < much, $"{feature}: {none:0.00}, {some:0.00}, {much:0.00}");
            // Toward an end of the scale that the song is near already, there is no way to go.
            Assert.True(Mean(feature, new FeatureShift(feature, -0.5)) <= none + 0.02);
        }
    }

    [Fact]
    public void A_shift_that_the_likeness_does_not_look_at_counts_too()
    {
        Wish wish = Wish.FromTracks(s_tracks, 0).With([FeatureShift.Parse("popularity=+0.4")]);
        Assert.All(new MoodScorer(s_tracks).Rank(wish, 1).Items, i => Assert.Equal("Creep - Radiohead", s_tracks.DisplayName(i.Track)));
    }

    [Theory]
    [InlineData("valence=+0.2", AudioFeature.Valence, 0.2)]
    [InlineData("Energy = -1", AudioFeature.Energy, -1)]
    [InlineData("bpm=-.25", AudioFeature.Tempo, -0.25)]
    public void A_shift_is_read(string text, Enum featureGiven, double amount)
    {
        AudioFeature feature = (AudioFeature)featureGiven;
        FeatureShift shift = FeatureShift.Parse(text);
        Assert.Equal((feature, amount), (shift.Feature, shift.Amount));
        Assert.Equal(shift, FeatureShift.Parse(shift.ToString()));
    }

    [Theory]
    [InlineData("valence=0.2", "expected FEATURE=+SHARE")]
    [InlineData("valence", "expected FEATURE=+SHARE")]
    [InlineData("valence=+2", "from -1 to 1")]
    [InlineData("valence=+0", "not 0")]
    [InlineData("valence=+NaN", "expected FEATURE=+SHARE")]
    [InlineData("valense=+0.2", "did you mean 'valence'")]
    public void A_bad_shift_says_what_would_be_right(string text, string problem) =>
        Assert.Contains(problem, Assert.Throws<SegueException>(() => FeatureShift.Parse(text)).Message);

    [Fact]
    public void A_shift_of_nothing_is_refused() =>
        Assert.Contains(
            "nothing to shift from", Assert.Throws<SegueException>(() => s_reader.Read("calm").With([new FeatureShift(AudioFeature.Valence, 0.2)])).Message);

    [Theory]
    [InlineData("pink floyd", "Pink Floyd", ReferenceKind.Artist)]
    [InlineData("Creep", "Creep - Radiohead", ReferenceKind.Song)]
    [InlineData("Creep - TLC", "Creep - TLC", ReferenceKind.Song)]
    public void An_example_is_an_artist_before_it_is_a_title(string text, string name, Enum kindGiven)
    {
        ReferenceKind kind = (ReferenceKind)kindGiven;
        WishReference reference = WishReference.Resolve(s_tracks, text, Use.Avoid);
        Assert.Equal((name, kind, Use.Avoid), (reference.Name, reference.Kind, reference.Use));
        UnknownNameException e = Assert.Throws<UnknownNameException>(() => WishReference.Resolve(s_tracks, "Pink Floid", Use.Avoid));
        Assert.Contains("Pink Floyd", e.Nearest);
    }

    [Fact]
    public void No_genre_means_none_of_its_kinds_but_those_named()
    {
        Wish rock = s_reader.Read("calm, not rock"), kind = s_reader.Read("alternative rock but not rock");
        Assert.All((string[])["rock", "alt-rock", "rock-n-roll"], g => Assert.True(rock.Excludes(g)));
        Assert.All((string[])["rockabilly", "alternative", "punk"], g => Assert.False(rock.Excludes(g)));
        Assert.Equal((true, false), (kind.Excludes("rock"), kind.Excludes("alt-rock")));
        Assert.DoesNotContain(new MoodScorer(s_tracks).Rank(rock, 100).Items, i => s_tracks.GenreNamesOf(i.Track).Contains("rock"));
        Assert.False(s_reader.Read("metal, no black metal").Excludes("metal"));
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
