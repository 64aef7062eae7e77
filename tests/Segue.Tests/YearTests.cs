using System.Globalization;
using System.Text;
using Segue.Asking;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a table's years answer "--year" and wishes with years, and a remaster or a compilation makes no song younger. Method: forty songs with dates
/// as tables write them, through import, index and search. Seen to fail: with the year of the row the remaster is from 2011.
/// </summary>
public sealed class YearTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public YearTests() => Make("release_date");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Years_are_those_of_the_songs()
    {
        SongRow[] seventies = Rows(new SongRequest { Mood = "happy", Years = "1970s", Count = 50 });
        Assert.NotEmpty(seventies);
        Assert.All(seventies, r => Assert.InRange(r.Year!.Value, 1970, 1979));
        Assert.Contains(seventies, r => r.Title == "Old Song - 2011 Remaster" || r.Title == "Old Song");
        Assert.Contains(seventies, r => r.Title == "Gathered");
        SongRow[] young = Rows(new SongRequest { Mood = "happy", Years = "2000..", Count = 50 });
        Assert.DoesNotContain(young, r => r.Title is "Only A Remaster - 2011 Remaster");
    }

    [Theory]
    [InlineData("happy, from 1975-1979", 1975, 1979)]
    [InlineData("alegre, antes de 1980", 1900, 1979)]
    [InlineData("fröhlich, seit 1990", 1990, 2030)]
    public void Wishes_keep_to_the_years_that_they_name(string mood, int first, int last)
    {
        SongAnswer answer = Ask(new SongRequest { Mood = mood, Count = 5 });
        Assert.All(answer.Rows, r => Assert.InRange(r.Year!.Value, first, last));
        Assert.Empty(answer.Reading!.CannotHear);
        Assert.Contains(answer.Rows[0].Wish!.Parts, p => p.Kind == "Year");
    }

    [Fact]
    public void A_decade_prefers_its_songs() =>
        Assert.All(Rows(new SongRequest { Mood = "happy 80s", Count = 5 }), r => Assert.InRange(r.Year!.Value, 1980, 1989));

    [Fact]
    public void Without_years_they_are_asked_for_in_vain_and_said_so()
    {
        Make(null);
        SegueException none = Assert.Throws<SegueException>(() => Ask(new SongRequest { Mood = "happy", Years = "1994" }));
        Assert.Contains("no song of the catalogue has a year", none.Message);
        Assert.Contains("1994", Ask(new SongRequest { Mood = "happy, from 1994" }).Reading!.CannotHear);
        (int code, _, string error) = Cli.Run("recommend", "songs", "--mood", "happy", "--year", "9x", "--home", Home);
        Assert.NotEqual(0, code);
        Assert.Contains("--year is wrong: cannot read the years '9x'", error);
    }

    private string Home => _folder.File("home");

    private SongAnswer Ask(SongRequest request)
    {
        using Recommender segue = Recommender.Open(Home);
        return segue.RecommendSongs(request with { MaxPerArtist = 50 });
    }

    private SongRow[] Rows(SongRequest request) => [.. Ask(request).Rows];

    private void Make(string? column)
    {
        StringBuilder table = new("track_id,artists,album_name,track_name,popularity,duration_ms,explicit,danceability,energy,key,loudness,mode,speechiness,"
            + $"acousticness,instrumentalness,liveness,valence,tempo,time_signature,track_genre{(column is null ? "" : "," + column)}\n");
        for (int i = 0; i < 32; i++)
            Add(i, $"Artist {i % 8}", $"Album {i}", $"Song {i}", $"{1970 + i}-02-{1 + i % 28:00}");
        Add(100, "Artist 0", "First", "Old Song", "1971");
        Add(101, "Artist 0", "First (Remastered)", "Old Song - 2011 Remaster", "2011-05-05");
        Add(102, "Artist 1", "First (Remastered)", "Only A Remaster - 2011 Remaster", "2011");
        Add(103, "Artist 2", "Own Album", "Gathered", "1974");
        for (int i = 0; i < 4; i++)
            Add(110 + i, $"Artist {2 + i}", "70s Hits", i == 0 ? "Gathered" : $"Song {2 + i}", "2021");
        string path = _folder.Write("tracks.csv", table.ToString());
        Run("data", "import", path);
        Run("build-vdb");

        void Add(int id, string artist, string album, string title, string date) => table.AppendLine(CultureInfo.InvariantCulture,
            $"id{id},{artist},{album},{title},{id % 90},200000,False,0.6,0.{5 + id % 4},1,-{6 + id % 5},1,0.05,0.{1 + id % 5},0.0,0.1,0.{id % 9 + 1},"
            + $"{90 + id},4,pop{(column is null ? "" : "," + date)}");
    }

    private void Run(params string[] args)
    {
        (int code, _, string error) = Cli.Run([.. args, "--home", Home]);
        Assert.True(code == 0, error);
    }
}
