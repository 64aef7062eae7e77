using System.Text;
using CsCheck;
using Segue.Import;
using Segue.Interactions;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: grouping in runs, in memory or on disk, gives what grouping everything at once gives. Method: the obvious twin is a dictionary of pairs;
/// random rows through builders with tiny buffers. Seen to fail: without adding up equal columns of two runs, and with rows of late listeners lost.
/// </summary>
public sealed class ImportScaleTests
{
    [Fact]
    public void Runs_on_disk_and_in_memory_are_the_same_as_a_dictionary() =>
        Gen.Select(Gen.Select(Gen.Int[0, 30], Gen.Int[0, 20], Gen.Int[1, 9]).Array[1, 300], Gen.Int[1, 40], Gen.Bool).Sample((rows, buffer, onDisk) =>
        {
            using PlaysBuilder builder = new(buffer, onDisk ? 0 : long.MaxValue);
            Dictionary<(string, string), float> twin = [];
            foreach ((int user, int artist, int plays) in rows)
            {
                builder.Add(Encoding.UTF8.GetBytes($"{user}"), Encoding.UTF8.GetBytes($"a{artist}"), plays);
                twin[($"{user}", $"a{artist}")] = twin.GetValueOrDefault(($"{user}", $"a{artist}")) + plays;
            }

            Plays built = builder.Build(out long merged);
            Assert.Equal(rows.Length - twin.Count, merged);
            Assert.Equal(twin.Count, built.Counts.Nonzeros);
            foreach (((string user, string artist), float plays) in twin)
            {
                int row = built.IndexOfUser(user), column = built.Counts.RowIndices(row).IndexOf(built.Artists.IndexOfId(artist));
                Assert.Equal(plays, built.Counts.RowValues(row)[column]);
            }
        }, iter: 200);

    [Fact]
    public void Temporary_files_are_gone_while_a_process_can_still_be_killed()
    {
        string[] before = Directory.GetFiles(Path.GetTempPath(), "*.segue");
        using FileStream file = SpoolFile.Create(f => f.Write([1, 0, 0, 0, 2, 0, 0, 0]));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(before, Directory.GetFiles(Path.GetTempPath(), "*.segue"));
        Assert.Equal([1, 2], SpoolFile.Map<int>(file).ToArray());
    }

    [Fact]
    public void An_import_that_was_stopped_goes_on_with_the_next_file()
    {
        using ScratchFolder folder = new();
        Directory.CreateDirectory(folder.File("set"));
        for (int f = 0; f < 4; f++)
        {
            folder.Write($"set/{f}.tsv", "# part\n" + string.Concat(
                Enumerable.Range(0, 300).Select(i => i == 7 ? "bad row\n" : $"u{i % 40}\tArtist {(i * 7 + f) % 60}\t{i % 5}\n")));
        }

        string[] paths = [folder.File("set")];
        Imported plain = Importer.Read(paths);
        string kept = folder.File("home/data/importing");
        using ImportParts parts = ImportParts.Open(folder.File("home"), bytesMin: 0)!;
        ImportOptions options = new() { Parts = parts };
        Assert.Null(ImportParts.Open(folder.File("home"), bytesMin: 0)); // Another import does without.
        for (int files = 1; files <= 3; files++)
        {
            using CancellationTokenSource stop = new();
            int left = files;
            Relay progress = new(() => left -= 1, stop, () => left == 0);
            Assert.ThrowsAny<OperationCanceledException>(() => Importer.Read(paths, options, progress, stop.Token));
            Assert.Equal(files, Directory.GetFiles(kept, "*.part").Length);
        }

        string damaged = Directory.GetFiles(kept, "*.part")[0];
        byte[] content = File.ReadAllBytes(damaged);
        content[^30] ^= 1;
        File.WriteAllBytes(damaged, content); // It is read anew, the other two are used.
        Imported resumed = Importer.Read(paths, options);
        Assert.Equal(ModelFiles.DataFiles.Fingerprint(plain.Plays!), ModelFiles.DataFiles.Fingerprint(resumed.Plays!));
        Assert.Equal(2, resumed.Ledger.Notes.Count(n => n.Contains("earlier import")));
        Assert.Equal(Books(plain.Ledger), Books(resumed.Ledger));
        folder.Write("set/1.tsv", "u1\tArtist 1\t5\n"); // Another file under the same name is another file.
        Assert.Equal(5, Importer.Read([folder.File("set/1.tsv")], options).Plays!.Counts.Values.Span[0]);
        parts.Clear();
        Assert.Equal([".lock"], Directory.GetFiles(kept).Select(f => Path.GetFileName(f)));

        static string[] Books(Ledger ledger) => [.. ledger.Files.Select(f => f.ToJson().ToJsonString())];
    }

    /// <summary>A byte behind the first 64 KB, in a file of the same length and the same time of change.</summary>
    [Fact]
    public void A_part_belongs_to_all_bytes_of_its_file()
    {
        using ScratchFolder folder = new();
        Directory.CreateDirectory(folder.File("set"));
        string rows = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"u{i % 400}\tArtist {i % 60}\t1\n"));
        string path = folder.Write("set/0.tsv", rows + "last\tArtist 1\t3\n");
        DateTime written = File.GetLastWriteTimeUtc(path);
        using (ImportParts parts = ImportParts.Open(folder.File("home"), bytesMin: 0)!)
            Importer.Read([folder.File("set")], new ImportOptions { Parts = parts });
        File.WriteAllText(path, rows + "last\tArtist 1\t7\n");
        File.SetLastWriteTimeUtc(path, written);
        using ImportParts again = ImportParts.Open(folder.File("home"), bytesMin: 0)!;
        Imported read = Importer.Read([folder.File("set")], new ImportOptions { Parts = again });
        Assert.Equal([7], read.Plays!.Counts.RowValues(read.Plays.IndexOfUser("last")).ToArray());
        Assert.DoesNotContain(read.Ledger.Notes, n => n.Contains("earlier import"));
    }

    private sealed class Relay(Action count, CancellationTokenSource stop, Func<bool> isEnough) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value)
        {
            if (value.BytesRead == value.BytesTotal)
                count();
            if (isEnough())
                stop.Cancel();
        }
    }

    [Fact]
    public void Interned_strings_keep_their_numbers()
    {
        Utf8Interner interner = new();
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 50_000; i++)
                Assert.Equal(i, interner.IndexOf(Encoding.UTF8.GetBytes($"id-{i * 7919L % 1_000_003}")));
        }

        Assert.Equal("id-7919", Encoding.UTF8.GetString(interner[1]));
        Assert.Equal(50_000, interner.Count);
    }
}
