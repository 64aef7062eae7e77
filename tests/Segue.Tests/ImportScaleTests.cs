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
    public void Temporary_files_are_gone_after_a_failure()
    {
        string[] before = Directory.GetFiles(Path.GetTempPath(), "*.segue");
        using (PlaysBuilder builder = new(2, 0))
        {
            for (int i = 0; i < 10; i++)
                builder.Add("u"u8, Encoding.UTF8.GetBytes($"a{i}"), 1);
            Assert.NotEqual(before.Length, Directory.GetFiles(Path.GetTempPath(), "*.segue").Length);
        }

        Assert.Equal(before, Directory.GetFiles(Path.GetTempPath(), "*.segue"));
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
