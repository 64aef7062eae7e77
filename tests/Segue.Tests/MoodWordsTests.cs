using Segue.Catalogue;
using Segue.Mood;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: words the lexicon lacks are read by spelling or meaning, and other languages by their own small words. Method: slips of the pen, a toy
/// embedder whose neighbors are known, one sentence a language. Seen to fail: with misspellings tried before word forms.
/// </summary>
public sealed class MoodWordsTests
{
    private static readonly WishReader s_reader = new(Lexicon.Default);

    [Theory]
    [InlineData("enrgetic", "energetic")]
    [InlineData("realxing", "relaxing")]
    [InlineData("melancolic", "melancholic")]
    [InlineData("sloooow", "slow")]
    [InlineData("honkytonk", "honky tonk")]
    [InlineData("instrumentall", "instrumental")]
    public void Slips_of_the_pen_are_read_and_said(string written, string meant)
    {
        Wish wish = s_reader.Read(written);
        GuessedWord guess = Assert.Single(wish.Guessed);
        Assert.Equal((written, meant), (guess.Word, guess.ReadAs[0]));
        Assert.Equal(s_reader.Read(meant).Wants.Select(w => (w.Feature, w.Weight)), wish.Wants.Select(w => (w.Feature, w.Weight)));
    }

    [Fact]
    public void A_word_that_is_a_word_is_no_slip()
    {
        Assert.NotEmpty(new WishReader(Lexicon.Default).Read("gentler mountein").Guessed);
        Assert.Empty(new WishReader(Lexicon.Default, isWord: w => w == "mountein").Read("mountein").Guessed);
    }

    [Theory]
    [InlineData("algo triste y lento, sin voces", "es", "v- t- i+")]
    [InlineData("canciones alegres para bailar", "es", "v+ d+")]
    [InlineData("etwas Ruhiges zum Einschlafen, nicht traurig", "de", "e- v+")]
    [InlineData("fröhliche Musik ohne Gesang", "de", "v+ i+")]
    [InlineData("une chanson triste et douce pour la nuit", "fr", "v- o-")]
    [InlineData("musique entraînante mais pas trop forte", "fr", "v+")]
    [InlineData("qualcosa di allegro e veloce", "it", "v+ t+")]
    [InlineData("musica molto triste, senza batteria", "it", "v- d-")]
    [InlineData("música calma para dormir, sem voz", "pt", "e- i+")]
    [InlineData("músicas animadas pra dançar", "pt", "v+ d+")]
    [InlineData("sad but danceable", "en", "v- d+")]
    public void Each_language_is_read_by_its_own_small_words(string text, string language, string asks)
    {
        Wish wish = s_reader.Read(text);
        Assert.Equal(language, wish.Language);
        foreach (string ask in asks.Split(' '))
        {
            FeatureWant want = wish.Wants.Single(w => w.Feature == (AudioFeature)MoodFeatures.Letters.IndexOf(ask[0]));
            Assert.Equal(ask[1] == '+' ? 1 : -1, Math.Sign(want.Weight));
        }
    }

    /// <summary>Each text is the direction of the word in it that the toy knows; others have no direction.</summary>
    private static IReadOnlyList<ReadOnlyMemory<float>> Toy(IReadOnlyList<string> texts) =>
        [.. texts.Select(t => new ReadOnlyMemory<float>([t is "sad" or "lugubriosity" ? 1 : 0, t is "jazz" or "blamblam" ? 1 : 0, t is "zzz" ? 1 : 0]))];

    [Fact]
    public void Unknown_words_are_read_by_meaning()
    {
        var reader = new WishReader(Lexicon.Default, unknown: new UnknownWords(Lexicon.Default, Toy), isWord: _ => true);
        Wish wish = reader.Read("lugubriosity");
        Assert.Equal("sad", Assert.Single(wish.Guessed).ReadAs[0]);
        Assert.Equal(-1, Math.Sign(wish.Wants.Single(w => w.Feature == AudioFeature.Valence).Weight));
        Assert.Equal(1, Math.Sign(reader.Read("no lugubriosity").Wants.Single(w => w.Feature == AudioFeature.Valence).Weight));
        Assert.NotEmpty(reader.Read("blamblam").Genres);

        // A guessed genre is too weak beside a known word, and what has no neighbor stays unknown.
        Assert.Empty(reader.Read("sad blamblam").Genres);
        Assert.Equal(["zzz"], reader.Read("zzz, sad").NotUnderstood);
    }

    [Fact]
    public void A_broken_embedder_leaves_words_unread()
    {
        IReadOnlyList<ReadOnlyMemory<float>> Broken(IReadOnlyList<string> texts) => [.. texts.Select(_ => new ReadOnlyMemory<float>([float.NaN, float.NaN]))];
        var reader = new WishReader(Lexicon.Default, unknown: new UnknownWords(Lexicon.Default, Broken), isWord: _ => true);
        Assert.Equal(["lugubriosity"], reader.Read("lugubriosity").NotUnderstood);
    }
}
