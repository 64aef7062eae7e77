using System.IO.Compression;
using System.Text;
using Parquet.Schema;
using Segue.Bench;
using Segue.Catalogue;
using Segue.Import;
using Segue.Interactions;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: JSON Lines and Parquet are tables like any other: columns named or mapped, nested, absent or null, every row accounted for, and damage is
/// one error that names the file. Method: the same plays as CSV, JSON and Parquet must be the same data; damaged files of every length. Seen to fail:
/// with the description of a file not walked over (one changed byte, and the decoder never came back), and with a column taken for one of lists.
/// </summary>
public sealed class ImportColumnsTests
{
    private static readonly ImportOptions s_mapped = new()
    {
        Map = new Dictionary<string, string> { ["user"] = "listener", ["artist"] = "band.name", ["plays"] = "n" },
    };

    private static ImportOptions Mapped(params string[] pairs) => new()
    {
        RejectedShareMax = 1,
        Map = pairs.ToDictionary(p => p.Split('=')[0], p => p.Split('=')[1]),
    };

    [Theory]
    [InlineData("plain")]
    [InlineData("gz")]
    [InlineData("zip")]
    public void The_same_plays_in_three_formats_are_the_same(string packing)
    {
        using ScratchFolder folder = new();
        string csv = folder.Write("csv", "user,artist,plays\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"user {i / 7},artist {i % 11},{i + 1}\n")));
        string json = string.Concat(Enumerable.Range(0, 200).Select(i =>
            $$"""{"n":{{i + 1}},"band":{"name":"artist {{i % 11}}","x":[{}]},"listener":"user {{i / 7}}"}""" + "\n"));
        string print = ModelFiles.DataFiles.Fingerprint(Importer.ReadPlays(csv).Plays);
        Assert.Equal(print, Print(Encoding.UTF8.GetBytes(json), s_mapped, "JSON"));
        Assert.Equal(print, Print(Encoding.UTF8.GetBytes("[" + json.Replace("\n", ",\n").TrimEnd(',', '\n') + "]"), s_mapped, "JSON"));
        Assert.Equal(print, Print(ParquetFiles.Plays(200), Mapped("artist=artist.name"), "PAR1"));

        string Print(byte[] content, ImportOptions options, string what)
        {
            string path = Pack(folder, content, packing);
            (Plays plays, Ledger ledger) = Importer.ReadPlays(path, options);
            Assert.True(ledger is { RowsRead: 200, Accepted: 200 }, what);
            return ModelFiles.DataFiles.Fingerprint(plays);
        }
    }

    [Fact]
    public void No_temporary_file_of_an_unpacked_parquet_is_left()
    {
        using ScratchFolder folder = new();
        int before = Directory.GetFiles(Path.GetTempPath(), "*.segue").Length;
        byte[] good = ParquetFiles.Plays(50);
        Importer.ReadPlays(Pack(folder, good, "gz"), Mapped("artist=artist.name"));
        Assert.Throws<DataException>(() => Importer.ReadPlays(Pack(folder, good[..^9], "gz"), Mapped("artist=artist.name")));
        Assert.Equal(before, Directory.GetFiles(Path.GetTempPath(), "*.segue").Length);
    }

    [Fact]
    public void Json_rows_that_are_no_rows_are_rejected_one_by_one()
    {
        using ScratchFolder folder = new();
        string path = folder.Write("x", """
            {"user":"ann","artist":"Low","plays":3}
            {"user":"ann","artist":"Low","plays":null}
            {"user":"ann","artist":"Blur"}
            {"user":"ann","artist":["Low","Blur"],"plays":3}
            {"user":{"id":4},"artist":"Low","plays":3}
            {"user":"ann","plays":3,"artist":"Low","plays":4}
            {"user":"ann","artist":"Low","plays":1e999}
            {"user":"ann","artist":"\ud800","plays":3}
            {"user":"ann","artist":"Low","plays":true}
            {"user":7,"artist":"Bj\u00f6rk","plays":"12","more":{"deep":[1,{"a":2}]}}
            {"user":"ann","artist":"Low","plays":0}
            [] 7 "text"
            {"user":"ann" "artist":"Low"}
            """);
        (Plays plays, Ledger ledger) = Importer.ReadPlays(path, new ImportOptions { RejectedShareMax = 1 });
        Assert.Equal(["7", "ann"], plays.UserIds.Utf8.Count == 2 ? [plays.UserIds[0], plays.UserIds[1]] : []);
        Assert.True(plays.Artists.ByName.Find("Björk") >= 0);
        Assert.Equal((2L, 1L, 10L), (ledger.Accepted, ledger.Skipped, ledger.Rejected));
        Assert.Equal([2, 4, 5, 6, 7, 8, 9, 12, 13], ledger.Files[0].Reasons.Where(r => r.Outcome == RowOutcome.Rejected).Select(r => (int)r.Samples[0].Line).Order());
        Assert.Contains(ledger.Files[0].Reasons, r => r.Reason == "the property 'plays' stands twice");
        Assert.Contains(ledger.Files[0].Reasons, r => r.Reason == "the property 'artist' holds a list; one value is wanted");
    }

    [Fact]
    public void Json_in_latin_1_is_read_and_said()
    {
        using ScratchFolder folder = new();
        File.WriteAllBytes(folder.File("l"), Encoding.Latin1.GetBytes("{\"user\":\"ann\",\"artist\":\"Björk\",\"plays\":2}\n"));
        (Plays plays, Ledger ledger) = Importer.ReadPlays(folder.File("l"));
        Assert.True(plays.Artists.ByName.Find("Björk") >= 0);
        Assert.Contains(ledger.Notes, n => n.Contains("Latin-1") && n.Contains("line 1"));
    }

    [Fact]
    public void Tracks_come_as_json_and_parquet_with_lists_of_artists()
    {
        using ScratchFolder folder = new();
        File.WriteAllBytes(folder.File("p"), ParquetFiles.Tracks(40));
        string[] names = ["danceability", "energy", "loudness", "speechiness", "acousticness", "instrumentalness", "liveness", "valence", "tempo"];
        string features = string.Join(',', names.Select(f => $"\"{f}\":0.5"));
        folder.Write("j", string.Concat(Enumerable.Range(0, 40).Select(i =>
            $$"""{"track_id":"id{{i}}","song":"song {{i}}","artists":["A \"{{i}}\"; B",null,"C{{i % 3}}"],{{features}}}""" + "\n")));
        foreach ((string path, ImportOptions options) in ((string, ImportOptions)[])[(folder.File("p"), ImportOptions.Default), (folder.File("j"), Mapped("title=song"))])
        {
            (Tracks tracks, Ledger ledger) = Importer.ReadTracks(path, options);
            Assert.Equal((40, 40L), (tracks.Count, ledger.Accepted));
            Assert.Equal(["A \"7\"; B", "C1"], tracks.ArtistNamesOf(7));
            Assert.Equal("song 7", tracks.Titles[7]);
        }

        Assert.Equal(20 / 40f, Importer.ReadTracks(folder.File("p")).Tracks.Feature(AudioFeature.Valence)[20]);
    }

    [Fact]
    public void Histories_come_with_columns_of_ones_own()
    {
        using ScratchFolder folder = new();
        string path = folder.Write("x", """{"who":"Low","what":"Two-Step","at":1597150020}""" + "\n");
        Listen listen = HistoryReader.Read([path], null, Mapped("artist=who", "title=what", "time=at")).History.Listens.Single();
        Assert.Equal(("Low", "Two-Step", DateTimeOffset.FromUnixTimeSeconds(1597150020)), (listen.Artist, listen.Title, listen.At!.Value));
    }

    [Fact]
    public void Nulls_types_and_absent_columns_of_parquet()
    {
        using ScratchFolder folder = new();
        ParquetSchema schema = new(
            new DataField("user", typeof(long), true), new DataField("artist", typeof(string)), new DataField("plays", typeof(float), true),
            new ListField("tags", new DataField("element", typeof(string), true)), new DataField("took", typeof(Guid), false));
        File.WriteAllBytes(folder.File("p"), ParquetFiles.Write(schema, 1, async (group, fields, _) =>
        {
            await group.WriteAsync<long>(fields[0], new long?[] { 1, null, 3, 4 });
            await group.WriteAsync(fields[1], ["Low", "Low", null!, "Björk"]);
            await group.WriteAsync<float>(fields[2], new float?[] { 1.5f, 2, 3, null });
            await group.WriteAsync(fields[3], ["a", "b", "c", "d"], new[] { 0, 0, 0, 0 }.AsMemory());
            await group.WriteAsync<Guid>(fields[4], new Guid[4]);
        }));
        (Plays plays, Ledger ledger) = Importer.ReadPlays(folder.File("p"), new ImportOptions { RejectedShareMax = 1 });
        Assert.Equal(1.5f, plays.Counts.Values.Span[0]);
        Assert.Equal((4L, 1L, 3L), (ledger.RowsRead, ledger.Accepted, ledger.Rejected));
        Assert.Equal([(2L, "no listener"), (3, "no artist"), (4, "plays: nothing stands there")], ledger.Files[0].Reasons.Select(r => (r.Samples[0].Line, r.Reason)));
        Assert.Equal("user=, artist=Low, plays=2", ledger.Files[0].Reasons.First().Samples[0].Text);
        string Throws(params string[] map) => Assert.Throws<DataException>(() => Importer.Read([folder.File("p")], Mapped(map))).Message;
        Assert.Contains("'tags' holds lists", Throws("user=tags"));
        Assert.Contains("'took' is of a type that is not read here (Guid)", Throws("user=took"));
        Assert.Contains("no column 'band' for artist; the header has: user, artist, plays, tags, took", Throws("artist=band"));
    }

    [Fact]
    public void Unknown_columns_are_named_and_the_way_out_too()
    {
        using ScratchFolder folder = new();
        ParquetSchema schema = new(new DataField("a", typeof(string)), new DataField("b", typeof(string)));
        File.WriteAllBytes(folder.File("p"), ParquetFiles.Write(schema, 1, async (group, fields, _) =>
        {
            await group.WriteAsync(fields[0], ["x"]);
            await group.WriteAsync(fields[1], ["x"]);
        }));
        folder.Write("j", """[{"a":1,"b":{"c":2}}]""");
        Assert.Contains("2 Parquet columns of no format known here: «a, b»", Assert.Throws<DataException>(() => Importer.Read([folder.File("p")])).Message);
        string json = Assert.Throws<DataException>(() => Importer.Read([folder.File("j")])).Message;
        Assert.Contains("2 JSON properties of no format known here: «a, b.c»", json);
        Assert.Contains("--map", json);
        Assert.Contains("without objects", Assert.Throws<DataException>(() => Importer.Read([folder.Write("e", "[1, 2]")])).Message);
    }

    [Fact]
    public void Parquet_cut_anywhere_or_with_any_byte_changed_is_read_or_refused()
    {
        using ScratchFolder folder = new();
        byte[] good = ParquetFiles.Plays(60);
        string path = folder.File("p");
        for (int length = 4; length < good.Length; length += 3)
        {
            File.WriteAllBytes(path, good[..length]);
            Assert.StartsWith(path, Assert.Throws<DataException>(() => Importer.Read([path], Mapped("artist=artist.name"))).Message);
        }

        for (int at = 4; at < good.Length; at++)
        {
            byte[] bad = [.. good];
            bad[at] ^= (byte)(1 << (at % 8));
            File.WriteAllBytes(path, bad);
            try
            {
                Assert.True(Importer.Read([path], Mapped("artist=artist.name")).Ledger.Reconciles);
            }
            catch (DataException e)
            {
                Assert.StartsWith(path, e.Message);
            }
        }
    }

    [Theory]
    [InlineData(1500, "no format known")]
    [InlineData(200_000, "200,002 columns and structures")]
    public void Structures_inside_structures_do_not_overflow_the_stack(int depth, string word)
    {
        // A footer by hand: version 1, a root, structures each with one field, a column, no rows, no groups. Seen to fail: the process ended.
        List<byte> footer = [0x15, 2, 0x19, 0xfc, .. Varint(depth + 2)];
        for (int i = 0; i <= depth; i++)
            footer.AddRange([0x35, 0, 0x18, 1, (byte)'a', 0x15, 2, 0]); // Required, named a, one child.
        footer.AddRange([0x15, 12, 0x25, 0, 0x18, 1, (byte)'x', 0, 0x16, 0, 0x19, 0x0c, 0]); // Bytes, required, named x.
        using ScratchFolder folder = new();
        File.WriteAllBytes(folder.File("p"), [.. "PAR1"u8, .. footer, .. BitConverter.GetBytes(footer.Count), .. "PAR1"u8]);
        Assert.Contains(word, Assert.Throws<DataException>(() => Importer.Read([folder.File("p")])).Message);

        static byte[] Varint(int n) => n < 128 ? [(byte)n] : [(byte)(n & 127 | 128), .. Varint(n >> 7)];
    }

    private static string Pack(ScratchFolder folder, byte[] content, string packing)
    {
        string path = folder.File("packed");
        using FileStream file = File.Create(path);
        if (packing == "zip")
        {
            using ZipArchive zip = new(file, ZipArchiveMode.Create);
            using Stream entry = zip.CreateEntry("a/b").Open();
            entry.Write(content);
        }
        else if (packing == "gz")
        {
            using GZipStream gzip = new(file, CompressionLevel.Fastest);
            gzip.Write(content);
        }
        else
        {
            file.Write(content);
        }

        return path;
    }
}
