using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Segue.Import;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a download arrives whole or not at all, whatever the server does. Method: a loopback server that drops connections, lies about lengths,
/// ignores ranges, changes the file, stalls and serves garbage. Seen to fail: without If-Range (two versions sewn together), and without the limit.
/// </summary>
public sealed class ImportDownloadTests
{
    private static readonly byte[] s_content = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31 ^ i >> 7))];
    private static readonly DownloadOptions s_hasty = new() { FirstPause = TimeSpan.FromMilliseconds(1), SilenceMax = TimeSpan.FromMilliseconds(400) };

    [Theory]
    [InlineData(Mischief.None, 1)]
    [InlineData(Mischief.DropsAfter100K, 3)]
    [InlineData(Mischief.IgnoresRanges, 2)]
    [InlineData(Mischief.Stalls, 2)]
    [InlineData(Mischief.Busy, 2)]
    [InlineData(Mischief.ChangesTheFile, 2)]
    public async Task It_arrives_whole(Mischief mischief, int requestsMin)
    {
        using ScratchFolder folder = new();
        using Server server = new(mischief);
        IReadOnlyList<string> files = await Fetcher().GetAsync(Source(server), folder.Path, null, null, TestContext.Current.CancellationToken);
        Assert.Equal(s_content, File.ReadAllBytes(files.Single()));
        Assert.Equal(["set.bin"], Directory.GetFiles(folder.Path).Select(f => Path.GetFileName(f)));
        Assert.True(server.Requests >= requestsMin, $"{server.Requests} requests");
        int before = server.Requests;
        await Fetcher().GetAsync(Source(server), folder.Path, null, null, TestContext.Current.CancellationToken);
        Assert.Equal(before, server.Requests); // It is there: nothing is fetched twice.
    }

    [Theory]
    [InlineData(Mischief.AlwaysDropsAtOnce, "cannot be fetched")]
    [InlineData(Mischief.PromisesMore, "cannot be fetched")]
    [InlineData(Mischief.NotFound, "answers 404")]
    [InlineData(Mischief.Garbage, "SHA-256")]
    [InlineData(Mischief.Endless, "more than")]
    public async Task Or_not_at_all(Mischief mischief, string word)
    {
        using ScratchFolder folder = new();
        using Server server = new(mischief);
        SegueException e = await Assert.ThrowsAsync<SegueException>(
            () => Fetcher().GetAsync(Source(server), folder.Path, null, null, TestContext.Current.CancellationToken));
        Assert.Contains(word, e.Message);
        Assert.DoesNotContain(Directory.GetFiles(folder.Path), f => !f.Contains(".part"));
        if (mischief == Mischief.Garbage)
            Assert.Contains("<html>", e.Message);
    }

    [Fact]
    public async Task What_is_kept_is_said_with_its_place_and_nothing_else_stays()
    {
        using ScratchFolder folder = new();
        using (Server server = new(Mischief.Endless))
        {
            string said = await Refused(server);
            Assert.EndsWith("nothing of it is kept", said);
            Assert.Empty(Directory.GetFiles(folder.Path));
        }

        using (Server server = new(Mischief.AlwaysDropsAtOnce))
        {
            Assert.DoesNotContain(".part", await Refused(server));
            Assert.Empty(Directory.GetFiles(folder.Path));
        }

        using (Server server = new(Mischief.PromisesMore))
            Assert.Contains($"300,000 bytes of it lie in {folder.File("set.bin.part")}, from where the next attempt goes on", await Refused(server));

        async Task<string> Refused(Server server) => (await Assert.ThrowsAsync<SegueException>(
            () => Fetcher().GetAsync(Source(server), folder.Path, null, null, TestContext.Current.CancellationToken))).Message;
    }

    /// <summary>A network's page in place of a file that nobody publishes a checksum of: nothing of it is trusted, here or from a copy.</summary>
    [Fact]
    public async Task What_cannot_be_read_is_not_kept_and_blocks_nothing()
    {
        using ScratchFolder folder = new();
        string home = folder.File("h");
        File.WriteAllBytes(folder.File("good"), s_content);
        using Server portal = new(Mischief.Garbage), server = new(Mischief.None);
        foreach (string? from in (string?[])[null, folder.Write("bad", "<html>Log in</html>")])
        {
            SegueException e = await Assert.ThrowsAsync<SegueException>(() => Get(portal, from));
            Assert.Contains("is not kept", e.Message);
            Assert.Empty(Directory.GetFiles(home));
        }

        // Stopped before it was read, it is read the next time; what is wrong then goes, too.
        await Assert.ThrowsAsync<OperationCanceledException>(() => Get(portal, null, _ => throw new OperationCanceledException()));
        await Assert.ThrowsAsync<SegueException>(() => Get(portal, null));
        Assert.Equal(2, portal.Requests);
        Assert.Empty(Directory.GetFiles(home));

        await Assert.ThrowsAsync<OperationCanceledException>(() => Get(portal, null, _ => throw new OperationCanceledException()));
        await Get(portal, folder.File("good"));
        Assert.Equal(["set.bin", "set.bin.sha256"], Directory.GetFiles(home).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        await Get(server, null);
        Assert.Equal(0, server.Requests);

        async Task Get(Server from, string? copy, Action<IReadOnlyList<string>>? read = null) => await Fetcher().GetAsync(
            Source(from) with { Files = [new SourceFile("set.bin", null)] }, home, copy, null, default, read: read ?? (paths =>
            {
                if (!File.ReadAllBytes(paths[0]).SequenceEqual(s_content))
                    throw new DataException(paths[0], 1, "is of no format known here");
            }));
    }

    [Fact]
    public async Task It_goes_on_in_another_run()
    {
        using ScratchFolder folder = new();
        using Server server = new(Mischief.DropsAfter100K);
        DownloadOptions once = s_hasty with { FruitlessAttemptsMax = 1 };
        using CancellationTokenSource stop = new();
        StopAt progress = new(150_000, stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new DataFetcher(Download.NewClient(), once, TimeProvider.System).GetAsync(Source(server), folder.Path, null, progress, stop.Token));
        Assert.True(new FileInfo(folder.File("set.bin.part")).Length > 100_000);
        IReadOnlyList<string> files = await Fetcher().GetAsync(Source(server), folder.Path, null, null, TestContext.Current.CancellationToken);
        Assert.Equal(s_content, File.ReadAllBytes(files.Single()));
    }

    [Fact]
    public async Task Copies_at_hand_and_mirrors()
    {
        using ScratchFolder folder = new();
        using Server server = new(Mischief.None);
        File.WriteAllBytes(folder.File("copy"), s_content);
        Directory.CreateDirectory(folder.File("dir"));
        File.WriteAllBytes(folder.File("dir/set.bin"), s_content);
        using (ZipArchive zip = ZipFile.Open(folder.File("set.zip"), ZipArchiveMode.Create))
        {
            zip.CreateEntryFromFile(folder.File("copy"), "../../set.bin");
            zip.CreateEntryFromFile(folder.File("copy"), "other.bin");
        }

        int n = 0;
        foreach (string from in (string[])[folder.File("copy"), folder.File("dir"), folder.File("set.zip"), server.Address + "mirror/", server.Address + "set.bin"])
        {
            string target = folder.File($"home{n++}");
            IReadOnlyList<string> files = await Fetcher().GetAsync(Source(server), target, from, null, TestContext.Current.CancellationToken);
            Assert.Equal([Path.Combine(target, "set.bin")], Directory.GetFiles(target));
            Assert.Equal(s_content, File.ReadAllBytes(files[0]));
        }

        File.WriteAllText(folder.File("copy"), "<html>no</html>");
        SegueException e = await Assert.ThrowsAsync<SegueException>(
            () => Fetcher().GetAsync(Source(server), folder.File("h"), folder.File("copy"), null, TestContext.Current.CancellationToken));
        Assert.Contains("<html>no", e.Message);
        await Assert.ThrowsAsync<SegueException>(() => Fetcher().GetAsync(Source(server), folder.File("h"), folder.File("none"), null, default));
    }

    [Fact]
    public async Task A_tar_is_gone_through_and_its_paths_and_links_are_not_followed()
    {
        using ScratchFolder folder = new();
        using Server server = new(Mischief.None);
        string tar = folder.File("set.tar.gz");
        Tar(tar, ("a/readme", TarEntryType.RegularFile, s_content[..500]), ("../../../set.bin", TarEntryType.RegularFile, s_content));
        IReadOnlyList<string> files = await Fetcher().GetAsync(Source(server), folder.File("h"), tar, null, TestContext.Current.CancellationToken);
        Assert.Equal(s_content, File.ReadAllBytes(files.Single()));
        Assert.Equal([folder.File("h/set.bin")], Directory.GetFiles(folder.File("h")));

        Tar(tar, ("set.bin", TarEntryType.SymbolicLink, []));
        Assert.Contains("is no file in the archive but a SymbolicLink", await Throws("h1"));
        Tar(tar, ("other", TarEntryType.RegularFile, s_content));
        Assert.Contains("set.bin is not in the archive", await Throws("h2"));
        Tar(tar, ("other", TarEntryType.RegularFile, new byte[2_100_000]), ("set.bin", TarEntryType.RegularFile, s_content));
        Assert.Contains("so it is not set.bin", await Throws("h3"));
        Tar(tar, ("set.bin", TarEntryType.RegularFile, new byte[1_100_000]));
        Assert.Contains("is longer than", await Throws("h4"));
        Tar(tar, ("set.bin", TarEntryType.RegularFile, s_content));
        byte[] packed = File.ReadAllBytes(tar);
        foreach (int length in (int[])[20, packed.Length / 2])
        {
            File.WriteAllBytes(tar, packed[..length]);
            string said = await Throws($"cut{length}");
            Assert.True(said.Contains("damaged") || said.Contains("not in the archive"), said);
        }

        async Task<string> Throws(string target)
        {
            string home = folder.File(target);
            SegueException e = await Assert.ThrowsAnyAsync<SegueException>(
                () => Fetcher().GetAsync(Source(server), home, tar, null, TestContext.Current.CancellationToken));
            Assert.Empty(Directory.GetFiles(home));
            return e.Message;
        }
    }

    [Fact]
    public async Task Without_a_published_checksum_the_first_copy_is_trusted_said_and_remembered()
    {
        using ScratchFolder folder = new();
        using Server server = new(Mischief.None);
        DataSource known = Source(server), unknown = known with { Files = [new SourceFile("set.bin", null)] };
        string home = folder.File("h"), sha = known.Files[0].Sha256!;
        List<string> notes = [];
        async Task<IReadOnlyList<string>> Get(DataSource source, string target, string? from = null, string? sha256 = null) =>
            await Fetcher().GetAsync(source, target, from, null, TestContext.Current.CancellationToken, sha256, notes.Add);

        await Get(unknown, home);
        Assert.Contains(sha, notes.Single());
        await Get(unknown, home);
        Assert.Equal((1, 1), (server.Requests, notes.Count)); // It is there, and is what it was.
        File.WriteAllBytes(folder.File("other"), s_content[..1000]);
        File.Delete(Path.Combine(home, "set.bin"));
        Assert.Contains("as the first that came", (await Assert.ThrowsAsync<SegueException>(() => Get(unknown, home, folder.File("other")))).Message);

        Assert.Contains("expected 0000", (await Assert.ThrowsAsync<SegueException>(() => Get(unknown, folder.File("p"), sha256: new string('0', 64)))).Message);
        await Get(unknown, folder.File("q"), sha256: sha.ToUpperInvariant());
        Assert.Contains("known here already", (await Assert.ThrowsAsync<SegueException>(() => Get(known, home, sha256: sha))).Message);
        Assert.Contains("64 hex digits", (await Assert.ThrowsAsync<SegueException>(() => Get(unknown, home, sha256: "12"))).Message);

        DataSource published = known with { Files = [new SourceFile("set.bin", null, Md5: new string('0', 32))] };
        Assert.Contains("its owners publish 0000", (await Assert.ThrowsAsync<SegueException>(() => Get(published, folder.File("m")))).Message);
        Assert.Contains("in a browser", (await Assert.ThrowsAsync<SegueException>(() => Get(unknown with { ByHand = "in a browser" }, folder.File("b")))).Message);
    }

    [Fact]
    public void Every_set_of_the_table_can_be_named_shown_and_checked()
    {
        foreach (DataSource source in DataSources.All)
        {
            Assert.Same(source, DataSources.Find(source.Name));
            Assert.True(source is { About.Length: > 20, License.Length: > 10, BytesMax: > 1 << 20 }, source.Name);
            Assert.True(source.IsPacked || source.Files is [var only] && only.Name == source.DownloadName, source.Name);
            Assert.All(source.Files, f => Assert.True(f.Sha256 is null or { Length: 64 } && f.Md5 is null or { Length: 32 }, f.Name));
        }
    }

    private static void Tar(string path, params (string Name, TarEntryType Type, byte[] Content)[] entries)
    {
        using FileStream file = File.Create(path);
        using GZipStream gzip = new(file, CompressionLevel.Fastest);
        using TarWriter tar = new(gzip);
        foreach ((string name, TarEntryType type, byte[] content) in entries)
        {
            PaxTarEntry entry = new(type, name);
            if (type == TarEntryType.SymbolicLink)
                entry.LinkName = "/etc/passwd";
            else
                entry.DataStream = new MemoryStream(content);
            tar.WriteEntry(entry);
        }
    }

    private static DataFetcher Fetcher() => new(Download.NewClient(), s_hasty, TimeProvider.System);

    private static DataSource Source(Server server) => new(
        "test", "A test", "none", new Uri(server.Address + "set.bin"), [new SourceFile("set.bin", Convert.ToHexStringLower(SHA256.HashData(s_content)))], 1_000_000);

    private sealed class StopAt(long bytes, CancellationTokenSource stop) : IProgress<(long Bytes, long? Total)>
    {
        public void Report((long Bytes, long? Total) value)
        {
            if (value.Bytes > bytes)
                stop.Cancel();
        }
    }

    public enum Mischief
    {
        None,
        DropsAfter100K,
        AlwaysDropsAtOnce,
        IgnoresRanges,
        PromisesMore,
        Stalls,
        Busy,
        NotFound,
        Garbage,
        Endless,
        ChangesTheFile,
    }

    /// <summary>Just enough HTTP to misbehave in.</summary>
    private sealed class Server : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Mischief _mischief;

        public Server(Mischief mischief)
        {
            _mischief = mischief;
            _listener.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/";
            _ = ServeAsync();
        }

        public string Address { get; }

        public int Requests { get; private set; }

        public void Dispose() => _listener.Stop();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    TcpClient peer = await _listener.AcceptTcpClientAsync();
                    Requests++;
                    _ = AnswerAsync(peer, isFirst: Requests == 1);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // Disposed.
            }
        }

        private async Task AnswerAsync(TcpClient peer, bool isFirst)
        {
            try
            {
                using (peer)
                    await AnswerAsync(peer.GetStream(), isFirst);
            }
            catch (IOException)
            {
                // The client had enough.
            }
        }

        private async Task AnswerAsync(NetworkStream stream, bool isFirst)
        {
            byte[] request = new byte[8192];
            int read = 0;
            while (!Encoding.ASCII.GetString(request, 0, read).Contains("\r\n\r\n"))
                read += await stream.ReadAsync(request.AsMemory(read));
            string text = Encoding.ASCII.GetString(request, 0, read);
            int from = text.Contains("Range: bytes=") ? int.Parse(text.Split("Range: bytes=")[1].Split('-')[0]) : 0;
            string tag = _mischief == Mischief.ChangesTheFile && isFirst ? "\"old\"" : "\"v1\"";
            byte[] content = tag == "\"old\"" ? [.. s_content.Select(b => (byte)~b)] : s_content;
            if (!text.Contains($"If-Range: {tag}") || _mischief == Mischief.IgnoresRanges)
                from = 0;
            if (_mischief == Mischief.Garbage)
                content = Encoding.ASCII.GetBytes("<html>Log in to the hotel's network</html>");
            string status = _mischief switch
            {
                Mischief.NotFound => "404 Not Found",
                Mischief.Busy when isFirst => "503 Busy",
                _ when from > 0 => "206 Partial Content",
                _ => "200 OK",
            };
            long promised = _mischief switch { Mischief.PromisesMore => 900_000 - from, Mischief.Endless => 1L << 40, _ => content.Length - from };
            string range = from > 0 ? $"Content-Range: bytes {from}-{content.Length - 1}/{content.Length}\r\n" : "";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nETag: {tag}\r\n{range}Content-Length: {promised}\r\nConnection: close\r\n\r\n"));
            bool cuts = _mischief == Mischief.DropsAfter100K || (isFirst && _mischief is Mischief.Stalls or Mischief.IgnoresRanges or Mischief.ChangesTheFile);
            int length = _mischief switch
            {
                Mischief.AlwaysDropsAtOnce => 0,
                _ when cuts && (isFirst || _mischief == Mischief.DropsAfter100K) => Math.Min(110_000, content.Length - from),
                _ => content.Length - from,
            };
            await stream.WriteAsync(content.AsMemory(from, length));
            for (int i = 0; _mischief == Mischief.Endless && i < 20; i++)
                await stream.WriteAsync(content);
            if (_mischief == Mischief.Stalls && isFirst)
                await Task.Delay(1500);
        }
    }
}
