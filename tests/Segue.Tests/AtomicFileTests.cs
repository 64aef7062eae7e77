using System.Diagnostics;
using System.Runtime.Versioning;
using Segue.Writing;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a file is replaced whole or not at all, and nothing but the file. Method: every kind of thing that can stand at a path (links, folders,
/// devices, pipes, somebody's own neighbors), writers that fail at every point, disks of every size, writers killed in the middle, and two at once.
/// Seen to fail: a temporary that another writer took for a leftover between its closing and its renaming, and a first write of a file that is not
/// there yet.
/// </summary>
public sealed class AtomicFileTests
{
    [Fact]
    public void A_file_is_made_and_replaced()
    {
        using ScratchFolder folder = new();
        string path = folder.File("a.txt");
        AtomicFile.Write(path, "first");
        AtomicFile.Write(path, file => file.Write("naïve"u8));
        Assert.Equal("naïve"u8.ToArray(), File.ReadAllBytes(path));
        AtomicFile.Write(path, "");
        Assert.Equal(0, new FileInfo(path).Length);
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
        string longName = folder.File(new string('é', 100));
        AtomicFile.Write(longName, "a name of 200 bytes");
        Assert.Equal("a name of 200 bytes", File.ReadAllText(longName));
        Assert.Throws<SegueException>(() => AtomicFile.Write(folder.File("no/where"), "x"));
    }

    [Fact]
    public void A_writer_that_fails_leaves_the_old_file_and_nothing_else()
    {
        using ScratchFolder folder = new();
        string path = folder.Write("a.txt", "old");
        foreach (int bytes in (int[])[0, 1, 1 << 20])
        {
            Assert.Throws<TimeZoneNotFoundException>(() => AtomicFile.Write(path, file =>
            {
                file.Write(new byte[bytes]);
                throw new TimeZoneNotFoundException();
            }));
            Assert.Equal("old", File.ReadAllText(path));
            Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
        }

        // Content that was written can be read back, and found wrong.
        Assert.Throws<SegueException>(() => AtomicFile.Write(path, file =>
        {
            file.Write("new"u8);
            file.Position = 0;
            throw new SegueException(new StreamReader(file).ReadToEnd());
        }));
        Assert.Equal("old", File.ReadAllText(path));
    }

    [Fact]
    public void Neighbors_of_any_name_stay()
    {
        using ScratchFolder folder = new();
        string path = folder.File("a.txt");
        string[] names = ["a.txt.new", "a.txt.tmp", ".a.txt", ".a.txt.1-1", ".a.txt.segue", ".b.txt.1-1.segue-tmp", "a.txt~"];
        foreach (string name in names)
            folder.Write(name, name);
        AtomicFile.Write(path, "x");
        Assert.All(names, name => Assert.Equal(name, File.ReadAllText(folder.File(name))));
        Assert.Equal(names.Length + 1, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public void A_link_stays_and_what_it_leads_to_is_replaced()
    {
        using ScratchFolder folder = new();
        Directory.CreateDirectory(folder.File("far"));
        string target = folder.Write("far/target.txt", "old");
        File.CreateSymbolicLink(folder.File("middle"), Path.Combine("far", "target.txt"));
        File.CreateSymbolicLink(folder.File("link"), folder.File("middle"));
        AtomicFile.Write(folder.File("link"), "new");
        Assert.Equal("new", File.ReadAllText(target));
        Assert.Equal(folder.File("middle"), new FileInfo(folder.File("link")).LinkTarget);
        Assert.Equal([target], Directory.GetFiles(folder.File("far")));

        File.CreateSymbolicLink(folder.File("dangling"), Path.Combine("far", "later.txt"));
        AtomicFile.Write(folder.File("dangling"), "there");
        Assert.Equal("there", File.ReadAllText(folder.File("far/later.txt")));
        File.CreateSymbolicLink(folder.File("round"), folder.File("round"));
        Assert.ThrowsAny<IOException>(() => AtomicFile.Write(folder.File("round"), "x"));
        Assert.Equal(2, Directory.GetFiles(folder.File("far")).Length);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Permissions_of_the_old_file_stay()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs Unix permissions");
        using ScratchFolder folder = new();
        string path = folder.Write("a.txt", "old"), fresh = folder.File("fresh"), usual = folder.Write("usual", "");
        foreach (UnixFileMode mode in (UnixFileMode[])[(UnixFileMode)0b110_000_000, (UnixFileMode)0b111_101_101, (UnixFileMode)0b110_110_110])
        {
            File.SetUnixFileMode(path, mode);
            AtomicFile.Write(path, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.SafeFileHandle)));
            Assert.Equal(mode, File.GetUnixFileMode(path));
        }

        AtomicFile.Write(fresh, "x");
        Assert.Equal(File.GetUnixFileMode(usual), File.GetUnixFileMode(fresh));
    }

    [Fact]
    public void What_is_no_file_is_refused_and_stays()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs mkfifo and /dev");
        using ScratchFolder folder = new();
        string pipe = folder.File("pipe"), link = folder.File("link");
        using (Process mkfifo = Process.Start("mkfifo", pipe))
            mkfifo.WaitForExit();
        File.CreateSymbolicLink(link, pipe);
        Assert.Contains("is a pipe", Refused(pipe));
        Assert.Contains("is a pipe", Refused(link));
        Assert.Contains("is a device", Refused("/dev/null"));
        Assert.Contains("is a device", Refused("/dev/full"));
        Assert.Contains("is a folder", Refused(folder.Path));
        Assert.Equal([link, pipe], Directory.GetFileSystemEntries(folder.Path).Order(StringComparer.Ordinal));
        Assert.Equal(pipe, new FileInfo(link).LinkTarget);

        static string Refused(string path) => Assert.Throws<SegueException>(() => AtomicFile.Write(path, "x")).Message;
    }

    [Fact]
    public void A_full_disk_leaves_the_old_file_whole()
    {
        using ScratchFolder folder = new();
        bool failed = false, worked = false;
        foreach (int kilobytes in (int[])[16, 24, 32, 48, 64])
        {
            using Mount? small = Mount.Tmpfs(folder.Path, $"size={kilobytes}k");
            Assert.SkipWhen(small is null, "needs the right to mount a small file system");
            string path = folder.Write("a.txt", new string('o', 10_000));
            Exception? problem = Record.Exception(() => AtomicFile.Write(path, new string('n', 30_000)));
            Assert.True(problem is null or IOException, problem?.ToString());
            Assert.Equal(problem is null ? new string('n', 30_000) : new string('o', 10_000), File.ReadAllText(path));
            Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
            (failed, worked) = (failed || problem is not null, worked || problem is null);
        }

        Assert.True(failed && worked);
    }

    [Fact]
    public void Killed_writers_leave_whole_files_and_their_leftovers_go()
    {
        using ScratchFolder folder = new();
        string path = folder.File("a.txt");
        Random random = new(3);
        int leftovers = 0;
        for (int kill = 0; kill < 8; kill++)
        {
            using Process child = ChildProcess.Start("own-write", folder.Path, "0");
            Assert.True(SpinWait.SpinUntil(() => child.HasExited || File.Exists(folder.File("started")), TimeSpan.FromSeconds(20)));
            Assert.False(child.HasExited, child.HasExited ? child.StandardError.ReadToEnd() : "");
            Thread.Sleep(random.Next(0, 40));
            child.Kill();
            child.WaitForExit();
            File.Delete(folder.File("started"));
            string content = File.ReadAllText(path);
            Assert.True(content.Length == 300_000 && content.All(c => c == content[0]));
            leftovers += Directory.GetFiles(folder.Path).Length - 1;
            Assert.InRange(Directory.GetFiles(folder.Path).Length, 1, 2);
        }

        Assert.True(leftovers > 0, "no writer was killed in the middle");
        AtomicFile.Write(path, "last");
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Writers_side_by_side_do_not_take_each_others_temporaries()
    {
        using ScratchFolder folder = new();
        string path = folder.File("a.txt");
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => AtomicFile.Write(path, file =>
        {
            for (int part = 0; part < 10; part++)
                file.Write([(byte)i, (byte)i]);
        }));
        byte[] content = File.ReadAllBytes(path);
        Assert.True(content.Length == 20 && content.All(b => b == content[0]));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
    }
}
