using CsCheck;
using Segue.Catalogue;
using Segue.Mood;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a wish is read as a person means it. Method: sentences with one right reading, and text that is none. Seen to fail: by letting a
/// negation run on to the end of the sentence, by taking the shortest phrase first, by stemming "campy" to "camp".
/// </summary>
public sealed class MoodReaderTests
{
    private static readonly WishReader s_reader = new(Lexicon.Default);
    private static readonly string[] s_words = ["not", "sad", ",", "or", "-", "very", "free", "like", "120", "bpm", "\"", "'", "drum-free"];

    [Theory]
    [InlineData("sad", AudioFeature.Valence, -1)]
    [InlineData("not sad", AudioFeature.Valence, 1)]
    [InlineData("SAD!!!", AudioFeature.Valence, -1)]
    [InlineData("saddest", AudioFeature.Valence, -1)]
    [InlineData("happily", AudioFeature.Valence, 1)]
    [InlineData("not too loud", AudioFeature.Loudness, -1)]
    [InlineData("without any vocals", AudioFeature.Instrumentalness, 1)]
    [InlineData("not without vocals", AudioFeature.Instrumentalness, -1)]
    [InlineData("anything but slow", AudioFeature.Energy, 1)]
    [InlineData("not only sad", AudioFeature.Valence, -1)]
    [InlineData("nothing but sad songs", AudioFeature.Valence, -1)]
    [InlineData("singer-free", AudioFeature.Instrumentalness, 1)]
    [InlineData("neither cheerful nor loud", AudioFeature.Loudness, -1)]
    [InlineData("no shouting, screaming or loud music", AudioFeature.Loudness, -1)]
    [InlineData("no drums, happy", AudioFeature.Valence, 1)]
    [InlineData("energetic but not happy", AudioFeature.Energy, 1)]
    [InlineData("down the road, happy", AudioFeature.Valence, 1)]
    [InlineData("restless", AudioFeature.Energy, 1)]
    public void Words_ask_for_the_right_end(string text, Enum featureGiven, int direction)
    {
        AudioFeature feature = (AudioFeature)featureGiven;
        Wish wish = s_reader.Read(text);
        Assert.Equal(direction, Math.Sign(wish.Wants.Single(w => w.Feature == feature).Weight));
    }

    [Fact]
    public void Intensity_shows_in_the_weight()
    {
        float Weight(string text) => -s_reader.Read(text).Wants.Single(w => w.Feature == AudioFeature.Valence).Weight;
        Assert.True(Weight("very sad") > Weight("sad"));
        Assert.True(Weight("sad") > Weight("a bit sad"));
        Assert.True(Weight("a bit sad") > 0);
    }

    [Fact]
    public void A_secondary_ask_is_silent_where_a_primary_one_says_otherwise()
    {
        // "dance" usually goes with happy; here sad was asked.
        Wish wish = s_reader.Read("sad but danceable");
        Assert.True(wish.Wants.Single(w => w.Feature == AudioFeature.Valence).Weight <= -1);
        Assert.True(wish.Wants.Single(w => w.Feature == AudioFeature.Danceability).Weight >= 1);
    }

    [Fact]
    public void A_genre_says_what_it_is_usually_like_but_what_was_asked_wins()
    {
        Wish wish = s_reader.Read("calm grindcore");
        Assert.Contains(wish.Genres, g => g.Weights.Any(w => w.Genre == "grindcore"));
        Assert.True(wish.Wants.Single(w => w.Feature == AudioFeature.Energy).Weight <= -1);
    }

    [Fact]
    public void Negated_genres_are_excluded_and_ask_for_nothing_else()
    {
        Wish wish = s_reader.Read("calm, no metal");
        Assert.Contains(wish.ExcludedGenres, g => g.Genre == "heavy-metal");
        Assert.Empty(wish.Genres);
        Assert.Equal(["metal"], wish.Negated);
    }

    [Theory]
    [InlineData("calm, no synth-pop", "synth-pop")]
    [InlineData("no synth pop please", "synth-pop")]
    public void A_negation_is_of_the_longest_phrase_after_it(string text, string genre) =>
        Assert.Contains(s_reader.Read(text).ExcludedGenres, g => g.Genre == genre);

    [Fact]
    public void Wants_that_cancel_are_said()
    {
        Contradiction c = Assert.Single(s_reader.Read("loud and quiet").Contradictions, c => c.Feature == AudioFeature.Loudness);
        Assert.Equal(["loud"], c.High);
        Assert.Equal(["quiet"], c.Low);
    }

    [Fact]
    public void Words_that_cancel_altogether_are_not_called_unknown()
    {
        Wish wish = s_reader.Read("quiet loud");
        Assert.True(wish.IsEmpty);
        Assert.Contains(wish.Contradictions, c => c.High.Contains("loud") && c.Low.Contains("quiet"));
        Assert.False(s_reader.Read("midnight highway").IsEmpty); // Both name when music is for, whatever their features cancel.
        Assert.Empty(s_reader.Read("sad midnight highway").Contradictions); // Something is left that decides.
        Assert.False(s_reader.Read("late night drive").IsEmpty);
    }

    [Fact]
    public void The_reading_says_which_words_did_what_and_which_did_nothing()
    {
        Wish wish = s_reader.Read("Something SAD for a rainy day, no vocals, xqzzyx");
        Assert.Contains("SAD", wish.Wants.Single(w => w.Feature == AudioFeature.Valence).Phrases);
        Assert.Contains("rainy day", wish.Wants.Single(w => w.Feature == AudioFeature.Energy).Phrases);
        Assert.Equal(["xqzzyx"], wish.NotUnderstood);
        Assert.Contains("xqzzyx", wish.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("   \t\r\n ")]
    [InlineData("\0\u0001\u001b[31m\ud800 \udc00")]
    [InlineData("😢😭🌧️👨‍👩‍👧‍👦")]
    [InlineData("‮موسيقى حزينة وهادئة‬")]
    [InlineData("悲しい曲 雨の夜 슬픈 노래 печальная музыка λυπημένα τραγούδια שירים עצובים เพลงเศร้า दुखी गाने")]
    [InlineData("--- not not not no no -free - '' \" “ & + /")]
    public void Any_text_has_a_reading(string text) => Assert.NotNull(s_reader.Read(text).ToString());

    [Fact]
    public void Any_text_has_a_reading_property() =>
        Gen.OneOf(Gen.String, Gen.Int[0, s_words.Length - 1].Array[0, 30].Select(w => string.Join(' ', w.Select(i => s_words[i]))))
            .Sample(text => s_reader.Read(text).ToString().Length > 0, iter: 3000);

    [Fact]
    public void A_text_of_a_megabyte_is_read_at_its_beginning_and_the_reading_says_so()
    {
        Wish wish = s_reader.Read(string.Concat(Enumerable.Repeat("sad and slow ", 80_000)));
        Assert.Equal(-1, Math.Sign(wish.Wants.Single(w => w.Feature == AudioFeature.Valence).Weight));
        Assert.Contains(wish.Notes, n => n.Contains("only the first"));
        Assert.NotNull(s_reader.Read(new string('a', 1 << 20)));
    }

    [Theory]
    [InlineData("campy", "camping")]
    [InlineData("even", "evening")]
    [InlineData("number", "numb")]
    public void Words_that_only_look_alike_stay_apart(string word, string other)
    {
        Assert.NotEmpty(s_reader.Read(other).Wants);
        Assert.DoesNotContain(s_reader.Read(word).Wants, w => s_reader.Read(other).Wants.Any(o => o.Feature == w.Feature && o.Weight == w.Weight));
    }
}
