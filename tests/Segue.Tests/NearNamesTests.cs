using System.Text;
using Segue.Asking;
using Segue.Catalogue;
using Segue.Import;
using Segue.Interactions;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a name finds what is meant, the nearest form first, and never somebody else; requests, wishes, histories and playlists find alike.
/// Method: names that people write beside names that are almost the same. Seen to fail: with accents of every script dropped, and with marks of
/// versions looked for inside words.
/// </summary>
public sealed class NearNamesTests
{
    private static readonly string[] s_names =
    [
        "Beyoncé", "Beyoncé (I Am Tour@Edmonton)", "The Beatles", "AC/DC", "Guns N' Roses", "Guns N Roses & Alice Cooper", "Sigur Rós",
            "Simon & Garfunkel", "रीमा", "ハント", "мой",
        "Lady GaGa Ft. Beyoncé", "A-ha", "Ah A", "P!nk",
    ];

    private static readonly NearNames s_near = new(TextColumn.From(s_names), NameIndex.Build(TextColumn.From(s_names)));

    [Theory]
    [InlineData("Beyonce", "Beyoncé")]
    [InlineData("beatles", "The Beatles")]
    [InlineData("ACDC", "AC/DC")]
    [InlineData("ac dc", "AC/DC")]
    [InlineData("guns n roses", "Guns N' Roses")]
    [InlineData("Sigur Ros", "Sigur Rós")]
    [InlineData("simon and garfunkel", "Simon & Garfunkel")]
    [InlineData("Sigur Rós feat. Steindór Andersen", "Sigur Rós")]
    [InlineData("Lady Gaga", "Lady GaGa Ft. Beyoncé")]
    [InlineData("राम", null)]
    [InlineData("バンド", null)]
    [InlineData("мои", null)]
    [InlineData("aha", null)] // Two are as near.
    [InlineData("Nobody", null)]
    public void Artists_are_found_as_people_spell_them(string written, string? meant)
    {
        int found = s_near.FindOnly(written);
        Assert.Equal(meant, found < 0 ? null : s_names[found]);
    }

    private static Tracks Songs(params (string Title, string Artist)[] songs)
    {
        StringBuilder rows = new("id,name,artists,danceability,energy,loudness,speechiness,acousticness,instrumentalness,liveness,valence,tempo\n");
        for (int i = 0; i < songs.Length; i++)
            rows.Append($"t{i},\"{songs[i].Title}\",\"{songs[i].Artist}\",0.5,0.5,-6,0.1,0.1,0,0.1,0.5,120\n");
        using ScratchFolder folder = new();
        return Importer.ReadTracks(folder.Write("t.csv", rows.ToString())).Tracks;
    }

    private static readonly Tracks s_songs = Songs(
        ("Hotel", "Claire Rosinkranz"), ("Hotel California - 2013 Remaster", "Eagles"), ("Wonderwall", "TEEMID"), ("Wonderwall - Remastered",
            "Oasis"),
        ("Halo", "Beyoncé"), ("Creep", "Radiohead"), ("Deliver", "Low"), ("Deliver - Alive", "Low"), ("Stand by Me", "Ben E. King"), ("Stand", "Me"),
        ("Pursuit Of Happiness", "Kid Cudi;MGMT"));

    [Theory]
    [InlineData("Hotel California - Eagles", 1)]
    [InlineData("Hotel California by Eagles", 1)]
    [InlineData("Eagles - Hotel California", 1)]
    [InlineData("Hotel California", 1)]
    [InlineData("wonderwall - oasis", 3)] // The stated artist binds before the exact title.
    [InlineData("Halo - Beyonce", 4)]
    [InlineData("Creep (Live) - Radiohead", 5)]
    [InlineData("Deliver - Low", 6)]
    [InlineData("Deliver - Alive - Low", 7)]
    [InlineData("Stand by Me", 8)]
    [InlineData("Pursuit of Happiness - Kid Cudi Feat. MGMT Feat. Ratatat", 10)]
    [InlineData("Hotel - Eagles", -1)]
    [InlineData("Creep - TLC", -1)]
    public void Songs_are_found_alike_everywhere(string text, int track)
    {
        int resolved;
        try
        {
            resolved = s_songs.Songs.Resolve(text);
        }
        catch (UnknownNameException)
        {
            resolved = -1;
        }

        Assert.Equal(track, resolved);
        if (text.LastIndexOf(" - ", StringComparison.Ordinal) is > 0 and var dash && track != 1)
        {
            History history = new([new Listen { Artist = text[(dash + 3)..], Title = text[..dash] }]);
            IReadOnlyList<(int Track, double Plays)> played = HistoryMatcher.ToTracks(history, s_songs).Played;
            Assert.Equal(track < 0 ? [] : [track], played.Select(p => p.Track));
        }
    }

    [Fact]
    public void An_artist_under_two_ids_is_one()
    {
        Plays plays = new(TextColumn.From(["a", "b"]), new Artists(TextColumn.From(["1", "2", "3"]), TextColumn.From(["Low", "low", "Blur"])),
            CsrMatrix.FromEntries(2, 3, [0, 0, 1], [0, 2, 1], [5, 1, 2]));
        Assert.Equal((0, 0, 2), (plays.MainOf(0), plays.MainOf(1), plays.MainOf(2)));
        Profile both = plays.WithMains(Profile.Of([(0, 1f), (1, 2f), (2, 4f)], disliked: [1]) with { DaysSince = [9, 3, 1] });
        Assert.Equal([0, 2], both.Artists);
        Assert.Equal([3f, 4f], both.Plays);
        Assert.Equal([3f, 1f], both.DaysSince!);
        Assert.Equal([0], both.Disliked);
    }

    [Theory]
    [InlineData("#EXTM3U\n#EXTINF:1,Radiohead - Creep\nC:\\Music\\02 Creep.mp3\n", "C:\\Music\\02 Creep.mp3")]
    [InlineData("#EXTM3U\n#EXTINF:1,Radiohead - Creep\n\\\\nas\\m\\c.mp3\n", "\\\\nas\\m\\c.mp3")]
    [InlineData("#EXTINF:1,Radiohead - Creep\n/music/c.mp3\n", "/music/c.mp3")]
    [InlineData("#EXTINF:1,Radiohead - Creep\nfile:///music/c.mp3\n", "file:///music/c.mp3")]
    [InlineData("#EXTINF:1,Radiohead - Creep\nm/c.mp3\n", "FOLDER/m/c.mp3")]
    [InlineData("#EXTINF:1,Radiohead - Creep\nm\\c.mp3\n", "FOLDER/m/c.mp3")]
    [InlineData("/music/Radiohead - Creep.mp3\n", "/music/Radiohead - Creep.mp3")]
    [InlineData("artist;title;path\nRadiohead;Creep;/m/c.mp3\n", "/m/c.mp3")]
    [InlineData("Creep - Radiohead\n", null)]
    [InlineData("Radiohead - Creep\n", null)]
    [InlineData("id,title\n,x\nt5,y\n", null)]
    [InlineData("""{"playlist":{"title":"p","track":[{"title":"Creep","creator":"Radiohead"}]}}""", null)]
    public void Playlists_find_songs_and_keep_foreign_paths(string content, string? place)
    {
        using ScratchFolder folder = new();
        SongListMatch match = SongListMatch.Find(SongList.Read(folder.Write("l", content)), s_songs);
        Assert.Equal([5], match.Tracks);
        string? expected = place?.Replace("FOLDER", Path.GetDirectoryName(folder.File("l")));
        Assert.Equal(expected, match.Locations.Values.SingleOrDefault());
    }

    [Fact]
    public void Playlists_come_in_any_encoding_for_both_doors()
    {
        const string Content = "#EXTM3U\r\n#EXTINF:211,Beyoncé - Halo\r\nm/x.mp3\r\n";
        using ScratchFolder folder = new();
        foreach (Encoding encoding in (Encoding[])[Encoding.Latin1, new UTF8Encoding(true), Encoding.Unicode])
        {
            File.WriteAllBytes(folder.File("l"), [.. encoding.GetPreamble(), .. encoding.GetBytes(Content)]);
            Assert.Equal([4], SongListMatch.Find(SongList.Read(folder.File("l")), s_songs).Tracks);
            Assert.Equal("Beyoncé", HistoryReader.Read(folder.File("l")).Listens.Single().Artist);
        }
    }
}
