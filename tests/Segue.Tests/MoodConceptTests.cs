using Segue.Catalogue;
using Segue.Mood;
using Segue.Mood.Concepts;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: concepts, years and what is kept out are read as they were meant, in six languages. Method: tables of phrases. Would fail: each by a word
/// taken out of its table; the key by a property that <c>with</c> copies.
/// </summary>
public sealed class MoodConceptTests
{
    [Fact]
    public void A_concept_with_another_tag_is_another()
    {
        Concept era = ConceptTable.Default.Find("90s")!;
        Assert.NotEqual(era.Key, era.With(new Evidence("90s rock", 1)).Key);
        Assert.NotEqual(era.Key, (era with { Phrases = ["nineties"] }).Key);
    }

    [Theory]
    [InlineData("90s", 1990, 1999)]
    [InlineData("00s", 2000, 2009)]
    [InlineData("2010s", 2010, 2019)]
    [InlineData("50s", 1950, 1959)]
    public void Decades_have_years(string name, int first, int last) => Assert.Equal(new YearRange(first, last), ConceptTable.DecadeOf(name));

    [Theory]
    [InlineData("oldies")]
    [InlineData("95s")]
    [InlineData("s")]
    [InlineData("blues")]
    public void Other_eras_have_none(string name) => Assert.Null(ConceptTable.DecadeOf(name));

    [Theory]
    [InlineData("1990..1999", 1990, 1999)]
    [InlineData(" 1994 ", 1994, 1994)]
    [InlineData("1990s", 1990, 1999)]
    [InlineData("..1979", YearRange.Earliest, 1979)]
    [InlineData("2010..", 2010, YearRange.Latest)]
    public void Ranges_of_years_are_read(string text, int first, int last) => Assert.Equal(new YearRange(first, last), YearRange.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("1999..1990")]
    [InlineData("90..99")]
    [InlineData("1995s")]
    [InlineData("19x")]
    [InlineData("1990..1999..2000")]
    [InlineData("-1990")]
    public void What_is_no_range_of_years_is_refused(string text) => Assert.Throws<SegueException>(() => YearRange.Parse(text));

    [Theory]
    [InlineData("1994", 1994)]
    [InlineData("1994-03-01", 1994)]
    [InlineData("1/3/1994", 1994)]
    [InlineData("1994.0", 1994)]
    [InlineData("19940301", 0)]
    [InlineData("0", 0)]
    [InlineData("", 0)]
    [InlineData("0000-00-00", 0)]
    [InlineData("3012", 0)]
    public void A_year_is_found_in_a_date(string date, int year) => Assert.Equal(year, YearRange.OfDate(date));

    [Theory]
    [InlineData("from 1994", 1994, 1994)]
    [InlineData("1990-1999", 1990, 1999)]
    [InlineData("between 1970 and 1979", 1970, 1979)]
    [InlineData("before 1980", YearRange.Earliest, 1979)]
    [InlineData("since 2010", 2010, YearRange.Latest)]
    [InlineData("vor 1980", YearRange.Earliest, 1979)]
    [InlineData("aus dem Jahr 1984", 1984, 1984)]
    [InlineData("antes de 1990", YearRange.Earliest, 1989)]
    [InlineData("del año 1990", 1990, 1990)]
    [InlineData("depuis 2000", 2000, YearRange.Latest)]
    [InlineData("prima del 1970", YearRange.Earliest, 1969)]
    [InlineData("depois de 2005", 2006, YearRange.Latest)]
    [InlineData("entre 1980 y 1985", 1980, 1985)]
    public void Years_are_read_in_six_languages(string text, int first, int last)
    {
        List<WishToken> tokens = WishTokens.Cut(text, out _);
        Assert.Equal(tokens.Count, YearReader.Read(tokens, 0, out YearRange years));
        Assert.Equal(new YearRange(first, last), years);
    }

    [Theory]
    [InlineData("from Paris")]
    [InlineData("120 bpm")]
    [InlineData("1999 bpm")]
    public void What_names_no_year_is_left(string text) => Assert.Equal(0, YearReader.Read(WishTokens.Cut(text, out _), 0, out _));

    [Theory]
    [InlineData("wedding first dance", "love songs")]
    [InlineData("Hochzeitstanz", "love songs")]
    [InlineData("sonidos de lluvia", "rain sounds")]
    [InlineData("Meeresrauschen", "ocean sounds")]
    [InlineData("violonchelo", "violin")]
    [InlineData("canción de cuna", "lullaby")]
    public void Phrases_of_any_language_name_the_same(string text, string concept) =>
        Assert.Contains(concept, new WishReader(Lexicon.Default).Read(text).Concepts.Select(c => c.Concept.Name));

    [Fact]
    public void Without_an_instrument_is_not_electric_but_without_acoustics_is()
    {
        WishReader reader = new(Lexicon.Default);
        Assert.DoesNotContain(reader.Read("jazz without piano").Wants, w => w.Phrases.Contains("piano"));
        Assert.Contains(reader.Read("not acoustic").Wants, w => w.Feature == AudioFeature.Acousticness && w.Weight < 0);
    }

    [Fact]
    public void An_instrument_is_called_in_titles_as_in_wishes() =>
        Assert.Contains("akkordeon", ConceptTable.Default.Find("accordion")!.TitleWords);

    [Theory]
    [InlineData("x\tnothing", "kind")]
    [InlineData("\tgenre", "expected phrases")]
    [InlineData("x\tgenre\ttag=2", "weight")]
    [InlineData("x\tgenre\t\t\t\tghosts", "kept out")]
    public void A_broken_line_names_what_is_wrong(string line, string message) =>
        Assert.Contains(message, Assert.Throws<DataException>(() => ConceptTable.ParseLine(line, "own.tsv", 3)).Message);
}
