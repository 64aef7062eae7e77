using System.IO.Compression;
using System.Text;
using Segue.Import;
using Segue.Interactions;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: whatever is wrong with a file ends in one line that names the file, the line and the way out. Method: one wrong file a case, and the
/// words that a person needs. Seen to fail: every case, before its check was written.
/// </summary>
public sealed class ImportErrorTests
{
    private const string Header = "userID\tartistID\tweight\n";
    private const string TrackHeader = "track_id,artists,track_name,danceability,energy,loudness,speechiness,acousticness,instrumentalness,liveness,valence,tempo\n";

    public static TheoryData<string, string, string[]> Wrong => new()
    {
        { "empty", "", ["the file is empty"] },
        { "header only", Header, ["no rows (a header at most)"] },
        { "spaces", "2 51 13883\n2 52 11690\n", [":1:", "tabs or commas", "2 51 13883"] },
        { "cut off", Header + "2\t51\t13883\n2\t52", [":3:", "expected 3 tab-separated columns, found 2", "2→52", "--max-rejected"] },
        { "negative", Header + "2\t51\t13883\n2\t52\t-1\n", [":3:", "negative"] },
        { "NaN", Header + "2\t51\tNaN\n2\t52\t1\n", [":2:", "finite"] },
        { "infinite", Header + "2\t51\t1e999\n2\t52\t1\n", [":2:", "finite"] },
        { "text", Header + "2\t51\tmany\n2\t52\t1\n", [":2:", "not a number", "2→51→many"] },
        { "too many", Header + "2\t51\t99999999999\n2\t52\t1\n", [":2:", "over a thousand million"] },
        { "no listener", Header + "\t51\t9\n2\t52\t1\n", [":2:", "no listener"] },
        { "no artist", Header + "2\t\t9\n2\t52\t1\n", [":2:", "no artist"] },
        { "no artist column", "user,plays\nann,3\n", [":1:", "artist", "user, plays"] },
        { "no plays column", "user,artist\nann,Abba\n", [":1:", "play count"] },
        { "missing valence", TrackHeader.Replace(",valence", "") + "a,b,c,0,0,0,0,0,0,0,0\n", [":1:", "'valence' is missing"] },
        { "missing id", TrackHeader.Replace("track_id,", "") + "b,c,0,0,0,0,0,0,0,0,0\n", [":1:", "'trackid' is missing"] },
        { "out of range", TrackHeader + "a,b,c,7,0,0,0,0,0,0,0,0\n", [":2:", "danceability", "outside 0..1"] },
        { "open quote", TrackHeader + "a,\"b,c,0,0,0,0,0,0,0,0,0\nd,e,f,0,0,0,0,0,0,0,0,0\n", [":2:", "quote is opened and never closed"] },
        { "html", "<!DOCTYPE html>\n<html>404</html>", ["HTML"] },
        { "only artists", "id\tname\turl\tpictureURL\n1\tAbba\tx\ty\n", ["nobody's plays"] },
        { "only a mark", "\uFEFF", ["is empty, but for white space"] },
        { "white space", " \n\n\t\n", ["is empty, but for white space"] },
        { "two of a name", "user,artist,Artist,plays\na,b,c,1\n", [":1:", "two columns are called 'artist'"] },
        { "times, no plays", "artist,track,time\nLow,a,99999999999999\n", [":2:", "no readable time", "--max-rejected 1"] },
        { "a plain list", "Massive Attack\nLow - Two-Step\n", [":1:", "--as NAME"] },
        { "empty array", "[]", ["without objects"] },
        { "brackets", new string('[', 200_000), ["without objects"] },
        { "an account", """{"username":"x","email":"y"}""", ["username, email", "--map"] },
        { "key twice", """{"user":"a","user":"b","artist":"x","plays":1}""", [":1:", "'user' stands twice"] },
        {
            "cut off JSON", """[{"endTime":"2020-08-11 12:47","artistName":"B","trackName":"V","msPlayed":28},{"end""",
            [":2:", "ends inside this object", "--max-rejected 0.5"] // The second object of its line.
        },
        { "not quite JSON", """{"user":"a" "artist":"x","plays":1}""", ["without objects"] },
        { "prose", "Dear reader,\nthis, that, and the other\nis no table", ["no format known"] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_file_is_one_clear_error(string what, string content, string[] words)
    {
        using ScratchFolder folder = new();
        string path = folder.Write("wrong.dat", content);
        SegueException e = Assert.Throws<DataException>(() => Importer.Read([path]));
        Assert.StartsWith(path, e.Message);
        Assert.DoesNotContain('\n', e.Message);
        foreach (string word in words)
            Assert.True(e.Message.Contains(word), $"{what}: '{e.Message}' lacks '{word}'");
    }

    [Fact]
    public void Binary_foreign_missing_and_damaged_files()
    {
        using ScratchFolder folder = new();
        string Throws(byte[] content)
        {
            File.WriteAllBytes(folder.File("x"), content);
            return Assert.Throws<DataException>(() => Importer.Read([folder.File("x")])).Message;
        }

        Assert.Contains("binary", Throws([1, 2, 0, 200, 7, 0, 0, 9, 1, 1, 1]));
        Assert.Contains("packed", Throws(Encoding.Latin1.GetBytes("7z\u00bc\u00af\u0027\u001c")));
        Assert.Contains("zip archive is damaged", Throws(Encoding.Latin1.GetBytes("PK\u0003\u0004 and then nothing of the kind")));
        MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 50_000).Select(i => $"u{i}\ta{i * 7919 % 10007}\t{i + 1}\n"))));
        Assert.Contains("damaged or cut off", Throws(packed.ToArray()[..100_000]));
        Assert.Contains("damaged or cut off", Throws([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 9, 9, 9, 9]));
        Assert.Contains("nothing in it", Throws([0x50, 0x4b, 5, 6, .. new byte[18]]));
        Assert.Contains("archive inside an archive", Throws(Gzip(Gzip("user,artist,plays\nann,Low,3\n"u8))));
        Assert.Contains("archive inside an archive", Throws(Zip(Zip("user,artist,plays\nann,Low,3\n"u8))));
        Assert.Contains("SQLite", Throws([.. "SQLite format 3\0"u8, .. new byte[99]]));
        Assert.Contains("no such file", Assert.Throws<SegueException>(() => Importer.Read([folder.File("nothing")])).Message);
        Directory.CreateDirectory(folder.File("empty"));
        Assert.Contains("no file", Assert.Throws<SegueException>(() => Importer.Read([folder.File("empty")])).Message);
    }

    [Fact]
    public void A_file_of_the_wrong_kind_is_given_up_early()
    {
        using ScratchFolder folder = new();
        StringBuilder rows = new("user\tartist\tplays\n");
        for (int i = 0; i < 100_000; i++)
            rows.Append($"u{i}\ta\tmany\n");
        string path = folder.Write("p", rows.ToString());
        Assert.Contains("1,000 of 1,000 rows", Assert.Throws<DataException>(() => Importer.Read([path])).Message);
    }

    [Fact]
    public void A_few_bad_rows_in_a_thousand_are_left_out_and_listed()
    {
        using ScratchFolder folder = new();
        StringBuilder rows = new();
        for (int i = 0; i < 2_000; i++)
            rows.Append(i % 500 == 499 ? $"u{i}\tartist\n" : $"u{i}\tartist\t{i + 1}\n");
        string path = folder.Write("p", rows.ToString());
        Ledger ledger = Importer.ReadPlays(path).Ledger;
        Assert.Equal((1996L, 4L), (ledger.Accepted, ledger.Rejected));
        Assert.Equal([500L, 1000, 1500, 2000], ledger.Files[0].Reasons.Single().Samples.Select(s => s.Line));
        Assert.Throws<DataException>(() => Importer.ReadPlays(path, new ImportOptions { RejectedShareMax = 0 }));
    }

    [Fact]
    public void A_line_without_end_is_one_rejected_row_in_bounded_memory()
    {
        using ScratchFolder folder = new();
        byte[] good = Encoding.UTF8.GetBytes("ann\tAbba\t2\n"), bad = new byte[8 << 20];
        Array.Fill(bad, (byte)'x');
        File.WriteAllBytes(folder.File("p"), [.. good, .. bad, (byte)'\n', .. good]);
        Ledger ledger = Importer.ReadPlays(folder.File("p"), new ImportOptions { RejectedShareMax = 1 }).Ledger;
        Assert.Equal((3L, 1L), (ledger.RowsRead, ledger.Rejected));
        Assert.Equal(2, ledger.Files[0].Reasons.Single().Samples[0].Line);
    }

    [Theory]
    [InlineData("user\tartist\tplays\nann\tAbba\t2\n")]
    [InlineData("{\"user\":\"ann\",\"artist\":\"Abba\",\"plays\":2}\n{\"user\":\"")]
    public void Two_gigabytes_without_an_end_are_one_rejected_row_in_bounded_memory(string start)
    {
        using ScratchFolder folder = new();
        using (FileStream file = File.Create(folder.File("long")))
        {
            byte[] spaces = new byte[1 << 17]; // What follows is a hole in the file: zeros that take no room on the disk.
            Array.Fill(spaces, (byte)' ');
            file.Write(Encoding.UTF8.GetBytes(start));
            file.Write(spaces);
            file.SetLength(2L << 30);
        }

        Ledger ledger = Importer.ReadPlays(folder.File("long"), new ImportOptions { RejectedShareMax = 1 }).Ledger;
        Assert.Equal((2L, 1L, 1L), (ledger.RowsRead, ledger.Accepted, ledger.Rejected));
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) < 1L << 30);
    }

    [Fact]
    public void Lines_may_end_with_a_carriage_return_alone()
    {
        using ScratchFolder folder = new();
        Plays plays = Importer.ReadPlays(folder.Write("p", "user,artist,plays\rann,\"Low\r2\",3\rbob,Blur,4\r")).Plays;
        Assert.Equal((2, 2), (plays.UserIds.Count, plays.Artists.Count));
        Assert.Equal(2, HistoryReader.Read(folder.Write("h", "artist,track,time\rLow,a,2020-01-01 10:00\rBlur,b,1597150020\r")).Listens.Count);
    }

    [Fact]
    public void An_archive_of_thousands_of_files_is_told_in_a_few_lines()
    {
        using ScratchFolder folder = new();
        using (ZipArchive zip = ZipFile.Open(folder.File("many.zip"), ZipArchiveMode.Create))
        {
            for (int i = 0; i < 2000; i++)
            {
                using StreamWriter writer = new(zip.CreateEntry($"d/{i}.csv").Open());
                writer.Write($"user,artist,plays\nu{i},Low,3\nu{i},Low,0\n");
            }
        }

        Ledger ledger = Importer.Read([folder.File("many.zip")]).Ledger;
        Assert.Equal((4000L, 2000L, 2000L), (ledger.RowsRead, ledger.Accepted, ledger.Skipped));
        Assert.InRange(ledger.Summary().Count(), 10, 70);
        Assert.Contains(ledger.Summary(), l => l.Contains("1,970 more reasons"));
    }

    private static byte[] Gzip(ReadOnlySpan<byte> content)
    {
        MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
            gzip.Write(content);
        return packed.ToArray();
    }

    private static byte[] Zip(ReadOnlySpan<byte> content)
    {
        MemoryStream packed = new();
        using (ZipArchive zip = new(packed, ZipArchiveMode.Create))
        {
            using Stream entry = zip.CreateEntry("inner").Open();
            entry.Write(content);
        }

        return packed.ToArray();
    }

    [Fact]
    public void Cancelling_stops()
    {
        using ScratchFolder folder = new();
        string path = folder.Write("p", "ann\tAbba\t2\n");
        Assert.Throws<OperationCanceledException>(() => Importer.Read([path], cancellation: new CancellationToken(canceled: true)));
    }
}
