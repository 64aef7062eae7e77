using System.IO.Compression;
using System.Text;
using Segue.Catalogue;
using Segue.Import;
using Segue.Interactions;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: tables of plays and tracks are read whole, from any packing and encoding, and every row is in the ledger. Method: small files made
/// here, and the real sets where they lie. Seen to fail: by dropping the CR trim, the BOM, and the merge count, one at a time.
/// </summary>
public sealed class ImportTableTests
{
    private const string Hetrec = "userID\tartistID\tweight\r\n2\t51\t13883\r\n2\t52\t11690\r\n10\t51\t3\r\n";
    private const string Names = "id\tname\turl\tpictureURL\n51\tDuran Duran\thttp://x\thttp://y\n52\tMorcheeba\thttp://x\t\n";

    private const string TrackHeader =
        ",track_id,artists,album_name,track_name,popularity,duration_ms,explicit,danceability,energy,key,loudness,mode,speechiness,acousticness,"
        + "instrumentalness,liveness,valence,tempo,time_signature,track_genre\n";

    private const string Numbers = "73,230666,True,0.676,0.461,1,-6.746,0,0.143,0.0322,1.01e-06,0.358,0.715,87.917,4";

    public static TheoryData<string, byte[]> Packings => new()
    {
        { "plain", Encoding.UTF8.GetBytes(Hetrec) },
        { "lf, no last line end", Encoding.UTF8.GetBytes(Hetrec.Replace("\r", "").TrimEnd('\n')) },
        { "bom", [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(Hetrec)] },
        { "utf-16", [0xff, 0xfe, .. Encoding.Unicode.GetBytes(Hetrec)] },
        { "utf-16, big-endian, no mark", Encoding.BigEndianUnicode.GetBytes(Hetrec) },
        { "gzip", Gzip(Encoding.UTF8.GetBytes(Hetrec)) },
        { "gzip of utf-16", Gzip([0xff, 0xfe, .. Encoding.Unicode.GetBytes(Hetrec)]) },
        { "comments and blank lines before", Encoding.UTF8.GetBytes("# from the lab\n\n" + Hetrec) },
        { "comma", Encoding.UTF8.GetBytes(Hetrec.Replace('\t', ',')) },
        { "semicolon, quotes", Encoding.UTF8.GetBytes(Hetrec.Replace("\t", "\";\"").Replace("\r\n", "\"\r\n\"").TrimEnd('"').Insert(0, "\"")) },
        { "other names", Encoding.UTF8.GetBytes(Hetrec.Replace("userID", "User Name").Replace("artistID", "Artist").Replace("weight", "Play Count")) },
        { "no header", Encoding.UTF8.GetBytes(Hetrec[(Hetrec.IndexOf('\n') + 1)..]) },
    };

    [Theory]
    [MemberData(nameof(Packings))]
    public void Plays_come_in_any_packing(string packing, byte[] content)
    {
        using ScratchFolder folder = new();
        File.WriteAllBytes(folder.File("some.file"), content);
        (Plays plays, Ledger ledger) = Importer.ReadPlays(folder.File("some.file"));
        Assert.True(plays.UserIds.Count == 2 && plays.Artists.Count == 2, packing);
        Assert.Equal([13883f, 11690f, 3f], plays.Counts.Values.ToArray());
        Assert.Equal("10", plays.UserIds[1]); // 2 before 10: ids that are numbers are ordered as numbers.
        Assert.Equal((3L, 3L, 0L), (ledger.RowsRead, ledger.Accepted, ledger.Rejected));
    }

    [Fact]
    public void Artists_are_named_from_the_file_beside_or_in_the_folder_or_archive()
    {
        using ScratchFolder folder = new();
        Directory.CreateDirectory(folder.File("set"));
        string plays = folder.Write("set/user_artists.dat", Hetrec);
        folder.Write("set/artists.dat", Names);
        folder.Write("set/readme.txt", "Hello.\nThis is\nno data");
        using (ZipArchive zip = ZipFile.Open(folder.File("set.zip"), ZipArchiveMode.Create))
        {
            zip.CreateEntryFromFile(plays, "hetrec/user_artists.dat");
            zip.CreateEntryFromFile(folder.File("set/artists.dat"), "hetrec/artists.dat");
            zip.CreateEntryFromFile(folder.File("set/artists.dat"), "../../../etc/passwd");
        }

        foreach (string path in (string[])[plays, folder.File("set"), folder.File("set.zip")])
        {
            Plays found = Importer.ReadPlays(path).Plays;
            Assert.Equal("Morcheeba", found.Artists.Names[1]);
            Assert.Equal("52", found.Artists.Ids[1]);
        }

        Assert.Contains(Importer.ReadPlays(folder.File("set")).Ledger.Notes, n => n.Contains("readme.txt"));
    }

    [Fact]
    public void Rows_of_one_pair_are_added_up_and_counted_as_merged()
    {
        using ScratchFolder folder = new();
        string path = folder.Write("p.tsv", "ann\tAbba\t2\nbob\tAbba\t1\nann\tAbba\t3\nann\tABBA \t4\nbob\tBlur\t0\n\nbob\tBlur\t7");
        (Plays plays, Ledger ledger) = Importer.ReadPlays(path);
        Assert.Equal(9, plays.Counts.RowValues(plays.IndexOfUser("ann"))[0]);
        Assert.Equal("Abba", plays.Artists.Names[0]);
        Assert.Equal((7L, 3L, 2L, 2L, 0L), (ledger.RowsRead, ledger.Accepted, ledger.Merged, ledger.Skipped, ledger.Rejected));
        Assert.Equal(["no plays", "blank line"], ledger.Files[0].Reasons.Select(r => r.Reason));
        Assert.Equal(5, ledger.Files[0].Reasons.First().Samples[0].Line);
        Assert.Contains("7 rows read = 3 accepted + 2 merged + 2 skipped + 0 rejected", ledger.Summary());
        Assert.Equal(7, (long)ledger.ToJson()["rows"]!);
    }

    [Fact]
    public void Where_no_beat_was_found_what_rests_on_it_is_unknown()
    {
        using ScratchFolder folder = new();
        string noise = Numbers.Replace("0.676", "0.0").Replace("0.715,87.917,4", "0.0,0.0,0");
        Tracks tracks = Importer.ReadTracks(folder.Write("t.csv", $"{TrackHeader}0,a,Abba,x,Song,{Numbers},pop\n1,b,Fan,x,White Noise,{noise},sleep\n")).Tracks;
        foreach (AudioFeature feature in (ReadOnlySpan<AudioFeature>)[AudioFeature.Tempo, AudioFeature.TimeSignature, AudioFeature.Danceability, AudioFeature.Valence])
        {
            Assert.False(float.IsNaN(tracks.Feature(feature)[tracks.IndexOfId("a")]));
            Assert.True(float.IsNaN(tracks.Feature(feature)[tracks.IndexOfId("b")]));
        }

        Assert.Equal(0.461f, tracks.Feature(AudioFeature.Energy)[tracks.IndexOfId("b")]);
    }

    [Fact]
    public void The_large_public_shapes_are_known()
    {
        using ScratchFolder folder = new();
        const string Sha = "00000c289a1829a808ac09c00daf10bc3c4e223b", Mbid = "3bd73256-3905-4f3a-97e2-8b341527f805";
        string k360 = folder.Write("a", $"{Sha}\t{Mbid}\tbetty blowtorch\t2137\n{Sha}\t\tBetty  Blowtorch\t5\nu2\t{Mbid}\tBetty Blowtorch\t1\n");
        Plays plays = Importer.ReadPlays(k360).Plays;
        Assert.Equal([Mbid, "betty blowtorch"], [plays.Artists.Ids[0], plays.Artists.Ids[1]]);
        Assert.Equal(3, plays.Counts.Nonzeros);
        string k1 = folder.Write("b",
            $"user_1\t2009-05-04T23:08:57Z\t{Mbid}\tDeep Dish\t\tFuck Me Im Famous\nuser_1\t2009-05-04T13:54:10Z\t{Mbid}\tDeep Dish\tx\tComposure\n");
        Assert.Equal(2, Importer.ReadPlays(k1).Plays.Counts.Values.Span[0]);
        string msd = folder.Write("c",
            "b80344d063b5ccb3212f76538f3d9e43d87dca9e\tSOAKIMP12A8C130995\t1\nb80344d063b5ccb3212f76538f3d9e43d87dca9e\tSOBBMDR12A8C13253B\t2\n");
        Assert.Equal(2, Importer.ReadPlays(msd).Plays.Artists.Count);
    }

    [Fact]
    public void Quotes_line_ends_and_several_genres_in_a_csv_of_tracks()
    {
        using ScratchFolder folder = new();
        string path = folder.Write("t.csv", TrackHeader
            + $"0,id1,\"A, B;C\",\"An \"\"Album\"\"\",\"Two\nlines\",{Numbers},acoustic\n"
            + $"1,id1,A,x,y,{Numbers},sad\n"
            + $"2,id2,C,Album,7\" mix,{Numbers},sad\n"
            + $"3,id3,,,,{Numbers},sad\n");
        (Tracks tracks, Ledger ledger) = Importer.ReadTracks(path);
        Assert.Equal(("Two\nlines", "An \"Album\"", "7\" mix"), (tracks.Titles[0], tracks.Albums[0], tracks.Titles[1]));
        Assert.Equal(["A, B", "C"], tracks.ArtistNamesOf(0));
        Assert.Equal(["acoustic", "sad"], tracks.GenreNamesOf(0));
        Assert.Equal((230.666f, 1f, true), (tracks.Feature(AudioFeature.Duration)[0], tracks.Feature(AudioFeature.Key)[0], tracks.IsExplicit(0)));
        Assert.Equal((4L, 2L, 1L, 1L), (ledger.RowsRead, ledger.Accepted, ledger.Merged, ledger.Skipped));
        Assert.Equal(6, ledger.Files[0].Reasons.Single().Samples[0].Line); // A row of two lines counts as two.
    }

    [Fact]
    public void Artists_of_the_1_2_million_stand_in_a_python_list()
    {
        Assert.Equal(["A", "B's", "C\"D"], ArtistNames.Split("""['A', "B's", 'C"D']"""));
        Assert.Equal(["O'Neil"], ArtistNames.Split(@"['O\'Neil']"));
        Assert.Equal(["[brackets]"], ArtistNames.Split("[brackets]"));
        Assert.Equal(["A", "B"], ArtistNames.Split("A; B;"));
        Assert.Empty(ArtistNames.Split("[]"));
    }

    [Fact]
    public void Latin_1_is_read_and_said()
    {
        using ScratchFolder folder = new();
        File.WriteAllBytes(folder.File("l"), Encoding.Latin1.GetBytes("ann\tBjörk\t2\nbob\tAbba\t1\n"));
        (Plays plays, Ledger ledger) = Importer.ReadPlays(folder.File("l"));
        Assert.True(plays.Artists.ByName.Find("Björk") >= 0);
        Assert.Contains(ledger.Notes, n => n.Contains("Latin-1") && n.Contains("line 1"));
    }

    [Fact]
    public void The_order_of_rows_and_files_does_not_show()
    {
        using ScratchFolder folder = new();
        string a = folder.Write("a", "ann\tx\t2\nbob\ty\t1\n"), b = folder.Write("b", "cid\tz\t2\nann\ty\t1\n");
        string all = folder.Write("c", "ann\ty\t1\ncid\tz\t2\nbob\ty\t1\nann\tx\t2\n");
        string print = ModelFiles.DataFiles.Fingerprint(Importer.Read([all]).Plays!);
        Assert.Equal(print, ModelFiles.DataFiles.Fingerprint(Importer.Read([a, b]).Plays!));
        Assert.Equal(print, ModelFiles.DataFiles.Fingerprint(Importer.Read([b, a, b]).Plays!));
    }

    [Fact]
    public void Lastfm_2k_as_it_is()
    {
        (Plays plays, Ledger ledger) = Importer.ReadPlays(TestData.Require("data", "lastfm-2k"));
        Assert.Equal((1892, 17632, 92834), (plays.UserIds.Count, plays.Artists.Count, plays.Counts.Nonzeros));
        Assert.Equal("Duran Duran", plays.Artists.Names[plays.Artists.IndexOfId("51")]);
        Assert.Equal(13883, plays.Counts.RowValues(plays.ResolveUser("2"))[plays.Counts.RowIndices(plays.ResolveUser("2")).IndexOf(plays.Artists.IndexOfId("51"))]);
        // Plays, names, tags of artists and their names, friendships; each of the last stands in the file both ways.
        Assert.Equal((92834L + 17632 + 186479 + 11946 + 12717, 12717L, 0L), (ledger.Accepted, ledger.Merged, ledger.Rejected));
        Plays again = Importer.ReadPlays(TestData.Require("data", "lastfm-2k", "user_artists.dat")).Plays;
        Assert.Equal(ModelFiles.DataFiles.Fingerprint(plays), ModelFiles.DataFiles.Fingerprint(again));
    }

    [Fact]
    public void Spotify_114k_as_it_is()
    {
        (Tracks tracks, Ledger ledger) = Importer.ReadTracks(TestData.Require("data", "spotify-tracks", "dataset.csv"));
        Assert.Equal((114_000L, 89_740L, 24_259L, 1L), (ledger.RowsRead, ledger.Accepted, ledger.Merged, ledger.Skipped));
        Assert.Equal((89_740, 114), (tracks.Count, tracks.GenreNames.Count));
        Assert.Equal(["Ingrid Michaelson", "ZAYN"], tracks.ArtistNamesOf(2));
        Assert.Equal(81_195, tracks.SongOf.ToArray().Distinct().Count());
    }

    private static byte[] Gzip(byte[] content)
    {
        MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
            gzip.Write(content);
        return packed.ToArray();
    }
}
