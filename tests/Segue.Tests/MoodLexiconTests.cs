using Segue.Catalogue;
using Segue.Mood;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the lexicon ships clean, and a user's file extends it or is refused with a place. Method: read what ships; read good and bad lines.
/// Seen to fail: with a phrase in two lines, with a strength of 9.
/// </summary>
public sealed class MoodLexiconTests
{
    [Fact]
    public void The_built_in_lexicon_reads_and_is_large()
    {
        Lexicon lexicon = Lexicon.Default;
        Assert.Equal("en", lexicon.Languages[0]);
        Assert.True(lexicon.EntriesOf("en").Count() > 3000);
    }

    [Theory]
    [InlineData("iron maiden")]
    [InlineData("mozart")]
    [InlineData("bob marley")]
    [InlineData("eminem")]
    public void People_and_bands_are_not_in_it(string name) => Assert.DoesNotContain(Lexicon.Default.EntriesOf("en"), e => e.Phrase == name);

    [Fact]
    public void A_users_line_overrides_and_adds()
    {
        using var scratch = new ScratchFolder();
        Lexicon lexicon = Lexicon.Load(scratch.Write("mine.tsv", "# mine\nsad\tv+\nthe usual, my jam\td+ e+.5\thouse=.8\r\n\n!skip\tplz\n"));
        var reader = new WishReader(lexicon);
        Assert.Equal(1, Assert.Single(reader.Read("sad").Wants).Weight);
        Assert.Contains(reader.Read("the usual").Genres, g => g.Weights[0].Genre == "house");
        Assert.Empty(reader.Read("plz").NotUnderstood);
        Assert.Equal(-1, Math.Sign(new WishReader(Lexicon.Default).Read("sad").Wants[0].Weight));
    }

    [Theory]
    [InlineData("x\tv\n", 1, "'v' is no feature target")]
    [InlineData("a\tv+\nb\tv+9\n", 2, "strength up to 3")]
    [InlineData("a\tq+\n", 1, "letters")]
    [InlineData("a\tv+\tjazz\n", 1, "weight above 0")]
    [InlineData("a\tv+\tjazz=2\n", 1, "weight above 0")]
    [InlineData("a\tv+\n\n# x\na\tv-\n", 4, "stands in")]
    [InlineData("a\tv+\tjazz=1\tmore\n", 1, "at most 3")]
    [InlineData("\tv+\n", 1, "no word before")]
    [InlineData("!nope\tx\n", 1, "no role")]
    public void A_bad_line_is_named(string text, int line, string problem)
    {
        using var scratch = new ScratchFolder();
        string path = scratch.Write("mine.tsv", text);
        var e = Assert.Throws<DataException>(() => Lexicon.Load(path));
        Assert.Equal((path, (long)line), (e.Path, e.Line));
        Assert.Contains(problem, e.Message);
    }

    [Fact]
    public void A_missing_file_is_one_clear_error() =>
        Assert.Contains("nowhere.tsv", Assert.Throws<SegueException>(() => Lexicon.Load("nowhere.tsv")).Message);

    [Theory]
    [InlineData("energy=low", AudioFeature.Energy, -1, double.NegativeInfinity, double.PositiveInfinity)]
    [InlineData("Valence = HIGH", AudioFeature.Valence, 1, double.NegativeInfinity, double.PositiveInfinity)]
    [InlineData("tempo=90..110", AudioFeature.Tempo, 0, 90, 110)]
    [InlineData("loudness=..-20", AudioFeature.Loudness, 0, double.NegativeInfinity, -20)]
    [InlineData("bpm:128", AudioFeature.Tempo, 0, 128, 128)]
    public void Targets_parse(string text, Enum featureGiven, int direction, double low, double high)
    {
        AudioFeature feature = (AudioFeature)featureGiven;
        var target = FeatureTarget.Parse(text);
        Assert.Equal((feature, direction, low, high), (target.Feature, target.Direction, target.Low, target.High));
        Assert.Equal(target, FeatureTarget.Parse(target.ToString()));
    }

    [Theory]
    [InlineData("", "FEATURE=high")]
    [InlineData("energy", "FEATURE=high")]
    [InlineData("enrgy=low", "did you mean 'energy'")]
    [InlineData("key=3", "the features are")]
    [InlineData("8=high", "FEATURE=high")]
    [InlineData("tempo=110..90", "write 90..110")]
    [InlineData("tempo=fast", "is no number")]
    [InlineData("tempo=..", "at least one end")]
    [InlineData("tempo=NaN", "is no number")]
    public void Bad_targets_say_what_to_write(string text, string problem) =>
        Assert.Contains(problem, Assert.Throws<SegueException>(() => FeatureTarget.Parse(text)).Message);
}
