using System.Diagnostics;
using Segue.ModelFiles;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: whatever happens while a model is written, a whole version is in use. Method: every step made to fail; a disk too small by every
/// number of pages; another process killed at random moments; damage to every file. Seen to fail: with `current` switched before the rename,
/// with the lock taken out (two versions of one number), and with pruning that deletes in place.
/// </summary>
public sealed class VersionStoreTests
{
    [Fact]
    public void A_version_is_written_found_and_whole()
    {
        using ScratchFolder folder = new();
        VersionStore store = Store(folder);
        Assert.Null(store.Current());
        Assert.Empty(store.List());
        SegueException none = Assert.Throws<ModelNotFoundException>(() => store.Find());
        Assert.Equal($"{store.Folder}: there is no als yet", none.Message);

        string version = Write(store, 1);
        Assert.Matches("^0001-[0-9a-f]{12}$", version);
        Assert.Equal(version, store.Current());
        Assert.Equal((version, Path.Combine(store.Folder, version)), store.Find());
        ModelCard card = store.Verify(version);
        Assert.Equal(["a.safetensors", "b.txt"], card.Files.Keys);
        Assert.Equal(1, Content(store));
        Assert.Equal([".lock", version, "current"], Entries(store));
        Assert.Contains($"unknown als version '0009'; did you mean '{version}'?", Assert.Throws<UnknownNameException>(() => store.Find("0009")).Message);
    }

    [Fact]
    public void The_same_content_is_the_same_version()
    {
        using ScratchFolder folder = new();
        VersionStore store = Store(folder);
        string first = Write(store, 1), second = Write(store, 2);
        Assert.Equal(first, Write(store, 1));
        Assert.Equal(first, store.Current());
        Assert.Equal([first, second], store.List());

        // Unless what is there was damaged: then making it again mends it.
        File.AppendAllText(Path.Combine(store.Folder, first, "b.txt"), "!");
        string mended = Write(store, 1);
        Assert.Equal("0003" + first[4..], mended);
        store.Verify(mended);
    }

    [Fact]
    public void The_last_three_are_kept_and_the_current_one()
    {
        using ScratchFolder folder = new();
        VersionStore store = Store(folder);
        string[] versions = [.. Enumerable.Range(1, 5).Select(i => Write(store, i))];
        Assert.Equal(versions[2..], store.List());
        Assert.Equal([".lock", .. versions[2..], "current"], Entries(store));

        // Numbers, not letters, are the order.
        Directory.Move(Path.Combine(store.Folder, versions[3]), Path.Combine(store.Folder, "9999" + versions[3][4..]));
        Assert.StartsWith("10000-", Write(store, 6));
        Assert.StartsWith("10000-", store.List()[^1]);
        Assert.StartsWith("9999-", store.Rollback());
    }

    [Fact]
    public void Rollback_goes_back_one_by_one_and_to_a_name()
    {
        using ScratchFolder folder = new();
        VersionStore store = Store(folder);
        Assert.Contains("there is no als yet", Assert.Throws<SegueException>(() => store.Rollback()).Message);
        Assert.False(Directory.Exists(store.Folder));
        string one = Write(store, 1), two = Write(store, 2), three = Write(store, 3);
        Assert.Equal(two, store.Rollback());
        Assert.Equal(one, store.Rollback());
        Assert.Equal($"{store.Folder}: there is no version before '{one}'", Assert.Throws<SegueException>(() => store.Rollback()).Message);
        Assert.Equal(one, store.Current());
        Assert.Equal(three, store.Rollback(three));
        Assert.Equal(3, Content(store));
        Assert.Throws<UnknownNameException>(() => store.Rollback("0004-aaaaaaaaaaaa"));

        File.WriteAllText(Path.Combine(store.Folder, two, "b.txt"), "7");
        Assert.Contains("is damaged", Assert.Throws<ModelFileException>(() => store.Rollback()).Message);
        Assert.Equal(three, store.Current());
    }

    [Fact]
    public void A_current_that_names_nothing_is_said_and_mended_by_rollback()
    {
        using ScratchFolder folder = new();
        VersionStore store = Store(folder);
        string one = Write(store, 1), current = Path.Combine(store.Folder, "current");
        foreach (string wrong in (string[])["", "..", "0007-abc", "../als/" + one, ".lock", "current"])
        {
            File.WriteAllText(current, wrong);
            Assert.Contains("choose one with 'segue model rollback als'", Assert.Throws<ModelFileException>(() => store.Current()).Message);
            Assert.Equal(one, store.Rollback());
        }

        File.Delete(current);
        Assert.Contains("no version of the als is in use", Assert.Throws<ModelNotFoundException>(() => store.Find()).Message);
    }

    [Fact]
    public void Verify_finds_every_changed_byte_and_missing_file()
    {
        using ScratchFolder folder = new();
        VersionStore store = Store(folder);
        string version = Write(store, 1);
        foreach (string path in Directory.GetFiles(Path.Combine(store.Folder, version)))
        {
            byte[] whole = File.ReadAllBytes(path);
            for (int i = 0; i < whole.Length; i += 5)
            {
                byte[] changed = [.. whole];
                changed[i] ^= 1;
                Damaged(path, changed);
            }

            Damaged(path, whole[..^1]);
            Damaged(path, [.. whole, 0]);
            File.Delete(path);
            Assert.StartsWith(path + ": ", Assert.Throws<ModelFileException>(() => store.Verify(version)).Message);
            File.WriteAllBytes(path, whole);
            store.Verify(version);
        }

        void Damaged(string path, byte[] content)
        {
            File.WriteAllBytes(path, content);
            Assert.StartsWith(path + ": ", Assert.Throws<ModelFileException>(() => store.Verify(version)).Message);
        }
    }

    [Fact]
    public void A_write_that_throws_leaves_what_was_there()
    {
        using ScratchFolder folder = new();
        VersionStore store = Store(folder);
        string one = Write(store, 1);
        Assert.Throws<OperationCanceledException>(() => store.Write(Card(), f => Half(f, new OperationCanceledException())));
        Assert.Throws<InvalidOperationException>(() => store.Write(Card(), f => Directory.CreateDirectory(Path.Combine(f, "below"))));
        SegueException e = Assert.Throws<SegueException>(() => store.Write(Card(), f => Half(f, new IOException("the dog ate it."))));
        Assert.Equal($"{store.Folder}: cannot write the als (the dog ate it); what was there before is untouched", e.Message);
        Assert.Equal([".lock", one, "current"], Entries(store));
        Assert.Equal(1, Content(store));
        Assert.Equal("0002", Write(store, 2)[..4]);

        static void Half(string f, Exception e)
        {
            File.WriteAllText(Path.Combine(f, "half"), "half");
            throw e;
        }
    }

    [Fact]
    public void Two_writers_at_once_are_one_and_an_error_that_names_the_other()
    {
        using ScratchFolder folder = new();
        VersionStore store = Store(folder);
        store.Write(Card(), f =>
        {
            Fill(f, 1);
            string problem = Assert.Throws<SegueException>(() => Write(Store(folder), 2)).Message, me = Path.GetFileName(Environment.ProcessPath)!;
            string holder = $"{store.Folder}: process {Environment.ProcessId} ({me}), since ";
            Assert.StartsWith(holder, problem);
            Assert.Matches(@"^\d\d:\d\d:\d\d, is writing the als right now; try again when it is done$", problem[holder.Length..]);
        });
        Assert.Equal(1, Content(store));
        Write(store, 2);
    }

    [Fact]
    public void A_full_disk_leaves_what_was_there()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full");
        using ScratchFolder folder = new();
        VersionStore store = Store(folder);
        string one = Write(store, 1);
        SegueException e = Assert.Throws<SegueException>(() => store.Write(Card(), f =>
        {
            File.CreateSymbolicLink(Path.Combine(f, "a.safetensors"), "/dev/full");
            Fill(f, 2);
        }));
        Assert.Equal($"{store.Folder}: cannot write the als (the disk is full); what was there before is untouched", e.Message);
        Assert.Equal([".lock", one, "current"], Entries(store));
        Assert.Equal(1, Content(store));
    }

    /// <summary>A file system of n pages: for small n the write fails at one step or another, for large n it works; never in between.</summary>
    [Fact]
    public void A_disk_too_small_by_any_number_of_pages_leaves_the_old_or_the_new()
    {
        using ScratchFolder folder = new();
        bool failed = false, worked = false;
        for (int kilobytes = 40; kilobytes <= 96; kilobytes += 4)
        {
            using Mount? small = Mount.Tmpfs(folder.Path, $"size={kilobytes}k");
            Assert.SkipWhen(small is null, "needs the right to mount a small file system");
            VersionStore store = Store(folder);
            string one = Write(store, 1);
            string? problem = Record.Exception(() => Write(store, 2, bytes: 20_000))?.Message;
            (failed, worked) = (failed || problem is not null, worked || problem is null);
            Assert.Equal(problem is null ? 2 : 1, Content(store));
            Assert.Equal(problem is null ? 2 : 1, store.List().Count);
            Assert.DoesNotContain(Entries(store), e => e.StartsWith(".new", StringComparison.Ordinal) || e.EndsWith("tmp", StringComparison.Ordinal));
            if (problem is not null)
                Assert.Equal($"{store.Folder}: cannot write the als (the disk is full); what was there before is untouched", problem);
            store.Verify(one);
            store.Verify(store.Current()!);
        }

        Assert.True(failed && worked);
    }

    [Fact]
    public void A_folder_without_permission_is_an_error_that_says_so()
    {
        using ScratchFolder folder = new();
        VersionStore store = Store(folder);
        Write(store, 1);
        Write(store, 2);
        using (Mount? mount = Mount.ReadOnly(folder.Path))
        {
            Assert.SkipWhen(mount is null, "needs the right to mount, or a user for whom permissions hold");
            Assert.Contains("what was there before is untouched", Assert.Throws<SegueException>(() => Write(store, 3)).Message);
            Assert.Contains("cannot write the vdb", Assert.Throws<SegueException>(() => Write(new VersionStore(folder.Path, "vdb"), 3)).Message);
            Assert.Contains("cannot switch the version", Assert.Throws<SegueException>(() => store.Rollback()).Message);
            Assert.Equal(2, Content(store));
        }

        string blocked = folder.Write("file", "");
        Assert.Contains("cannot write the als", Assert.Throws<SegueException>(() => Write(new VersionStore(blocked, "als"), 1)).Message);
    }

    /// <summary>A process that does nothing but write versions is killed again and again; each time the store is whole, and the next writer tidies
    /// up.</summary>
    [Fact]
    public void A_writer_killed_at_any_moment_leaves_a_whole_version()
    {
        using ScratchFolder folder = new();
        VersionStore store = Store(folder);
        Write(store, 0);
        Random random = new(7);
        HashSet<string> leftovers = [];
        for (int round = 0; round < 12; round++)
        {
            using (Process child = ChildProcess.Start("write-versions", folder.Path, $"{round * 1_000_000}"))
            {
                Assert.True(SpinWait.SpinUntil(() => child.HasExited || File.Exists(folder.File("started")), TimeSpan.FromSeconds(20)));
                Assert.False(child.HasExited);
                Thread.Sleep(random.Next(0, 40));
                child.Kill();
                child.WaitForExit();
            }

            File.Delete(folder.File("started"));
            leftovers.UnionWith(Entries(store).Where(e => e[..Math.Min(5, e.Length)] is ".new-" or ".old-").Select(e => e[..5]));
            string current = store.Current()!;
            store.Verify(current);
            Assert.All(store.List(), v => store.Verify(v));
            Assert.InRange(Content(store), 0, int.MaxValue);
        }

        string last = Write(store, -1);
        Assert.Equal(3, store.List().Count);
        Assert.Equal([".lock", .. store.List(), "current"], Entries(store));
        Assert.Equal(last, store.Current());
        TestContext.Current.TestOutputHelper?.WriteLine($"left by killed writers: {string.Join(", ", leftovers)}");
    }

    [Fact]
    public void While_another_process_writes_its_id_is_named()
    {
        using ScratchFolder folder = new();
        VersionStore store = Store(folder);
        using Process child = ChildProcess.Start("hold-version", folder.Path, "");
        try
        {
            Assert.True(SpinWait.SpinUntil(() => child.HasExited || File.Exists(folder.File("started")), TimeSpan.FromSeconds(20)));
            string problem = Assert.Throws<SegueException>(() => Write(store, 2)).Message;
            Assert.Contains($"process {child.Id} (", problem);
        }
        finally
        {
            child.Kill();
            child.WaitForExit();
        }

        Write(store, 2);
    }

    /// <summary>What the child processes of these tests do.</summary>
    internal static void RunChild(string what, string folder, int first)
    {
        VersionStore store = new(folder, "als");
        if (what == "hold-version")
        {
            store.Write(Card(), _ =>
            {
                File.WriteAllText(Path.Combine(folder, "started"), "");
                Thread.Sleep(TimeSpan.FromMinutes(1));
            });
        }

        for (int i = first; ; i++)
        {
            Write(store, i, bytes: 50_000);
            File.WriteAllText(Path.Combine(folder, "started"), "");
        }
    }

    private static VersionStore Store(ScratchFolder folder) => new(folder.Path, "als");

    private static ModelCard Card() => new() { Kind = "als", Data = "abc", Seed = 1 };

    private static string Write(VersionStore store, int content, int bytes = 12) => store.Write(Card(), f => Fill(f, content, bytes));

    private static void Fill(string folder, int content, int bytes = 12)
    {
        new TensorWriter("test", 1).Add<int>("x", new[] { content }).Add<byte>("more", new byte[bytes]).Save(Path.Combine(folder, "a.safetensors"));
        File.WriteAllText(Path.Combine(folder, "b.txt"), content.ToString());
    }

    private static int Content(VersionStore store)
    {
        string folder = store.Find().Folder;
        using TensorFile file = TensorFile.Open(Path.Combine(folder, "a.safetensors"), "test", 1);
        int content = file.Read<int>("x").Span[0];
        Assert.Equal(content.ToString(), File.ReadAllText(Path.Combine(folder, "b.txt")));
        return content;
    }

    private static string[] Entries(VersionStore store) =>
        [.. Directory.GetFileSystemEntries(store.Folder).Select(e => Path.GetFileName(e)!).Order(StringComparer.Ordinal)];
}
