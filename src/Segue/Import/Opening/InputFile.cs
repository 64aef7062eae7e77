using System.IO.Compression;
using System.Text;

namespace Segue.Import;

/// <summary>
/// One file to be read, as plain UTF-8 whatever it was: unpacked from .gz or .zip, transcoded from UTF-16, without its byte order mark.
/// Nothing is ever unpacked to disk, so a path inside an archive is only a name.
/// </summary>
internal sealed class InputFile : IDisposable
{
    public const int HeadBytes = 1 << 16;

    private readonly HeadStream _utf8;
    private readonly Func<long> _position;
    private readonly bool _isPlain;
    private FileStream? _seekable;

    private InputFile(string name, string path, HeadStream utf8, long bytesTotal, Func<long> position, bool wasNamed, bool isPlain) =>
        (Name, Path, _utf8, BytesTotal, _position, WasNamed, _isPlain) = (name, path, utf8, bytesTotal, position, wasNamed, isPlain);

    /// <summary>As shown to people: <c>folder/file</c> or <c>archive.zip!inner</c>.</summary>
    public string Name { get; }

    /// <summary>The file on disk.</summary>
    public string Path { get; }

    public Stream Utf8 => _utf8;

    public ReadOnlyMemory<byte> Head => _utf8.Head;

    /// <summary>Whether the head is the whole file.</summary>
    public bool HeadIsWhole => _utf8.IsWhole;

    public long BytesTotal { get; }

    /// <summary>The length of what an archive holds under this name, or of the file.</summary>
    public long BytesOfContent { get; private init; }

    public long BytesRead => _seekable is { Length: > 0 } file ? (long)((double)file.Position / file.Length * BytesTotal) : _position();

    /// <summary>Whether a person named this very file, so that not knowing it is an error; files of a folder or archive are left aside.</summary>
    public bool WasNamed { get; }

    /// <summary>
    /// Opens everything that the paths lead to, one after the other; each is closed when the next is asked for. Folders are read without their
    /// subfolders, in the order of names; a pipe that was named is read to its end, one in a folder is left aside.
    /// </summary>
    /// <exception cref="SegueException">A path is not there or cannot be read.</exception>
    public static IEnumerable<InputFile> OpenAll(IEnumerable<string> paths, Ledger ledger, CancellationToken cancellation)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            if (string.IsNullOrWhiteSpace(path))
                throw new SegueException("a path is empty; name a file, a folder or a pipe");
            bool isFolder = Directory.Exists(path);
            string[] files = isFolder ? [.. Directory.GetFiles(path).Order(StringComparer.Ordinal)] : [path];
            if (isFolder && files.Length == 0)
                throw new SegueException($"{path}: the folder holds no file to read (folders inside it are not looked into)");
            foreach (string file in files)
            {
                if (!seen.Add(System.IO.Path.GetFullPath(file)))
                {
                    ledger.Note($"{file} was named twice and read once");
                    continue;
                }

                PathKind kind = PathKinds.Of(file);
                if (isFolder && kind is PathKind.Pipe or PathKind.Socket or PathKind.Device)
                {
                    ledger.Note($"{file} is a {kind.ToString().ToLowerInvariant()}, not a file; it was left aside");
                    continue;
                }

                foreach (InputFile input in Open(file, kind, wasNamed: !isFolder, ledger, cancellation))
                {
                    using (input)
                        yield return input;
                }
            }
        }
    }

    /// <summary>
    /// The file to be read in any order, as Parquet needs it: itself where it is plain, else unpacked into a temporary file. Closed with this.
    /// </summary>
    /// <exception cref="DataException">It unpacks to more than a temporary file may hold.</exception>
    public Stream Seekable()
    {
        const long SpoolBytesMax = 16L << 30;
        if (_seekable is not null)
            return _seekable;
        if (_isPlain)
            return _seekable = OpenFile(Path);
        return _seekable = SpoolFile.Create(file =>
        {
            byte[] buffer = new byte[1 << 17];
            for (int read; (read = Utf8.Read(buffer)) > 0;)
            {
                if (file.Position + read > SpoolBytesMax)
                {
                    throw new DataException(Name, 0,
                        $"unpacks to more than {SpoolBytesMax >> 30} GB, which must lie on disk to be read; unpack it, and import the plain file");
                }

                file.Write(buffer, 0, read);
            }
        });
    }

    public void Dispose()
    {
        _seekable?.Dispose();
        _utf8.Dispose();
    }

    private static IEnumerable<InputFile> Open(string path, PathKind kind, bool wasNamed, Ledger ledger, CancellationToken cancellation)
    {
        if (kind is PathKind.Socket or PathKind.Device)
            throw new SegueException($"{path}: is a {kind.ToString().ToLowerInvariant()}; expected a file, a folder or a pipe");
        FileStream file = kind == PathKind.Pipe ? PipeFile.ReadAll(path, cancellation) : OpenFile(path);
        using HeadStream raw = new(file, 8);
        ReadOnlyMemory<byte> magic = raw.Head;
        if (magic.Length == 0)
        {
            if (wasNamed)
                throw new DataException(path, 0, "the file is empty; was the download or export cut off?");
            yield break;
        }

        if (magic.Span.StartsWith("PK\u0005\u0006"u8))
            throw new DataException(path, 0, "is a zip archive with nothing in it; was the export cut off?");
        if (magic.Span.StartsWith("PK\u0003\u0004"u8))
        {
            foreach (InputFile inner in OpenZip(path, file, ledger))
                yield return inner;
            yield break;
        }

        UnpackBudget budget = new(path, () => file.Position);
        yield return Decode(path, path, raw, file.Length, () => file.Position, budget, wasNamed, isPlain: kind == PathKind.File);
    }

    /// <summary>Opens a file for reading, whoever else has it open.</summary>
    /// <exception cref="SegueException">It is not there or cannot be read.</exception>
    public static FileStream OpenFile(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SegueException($"{path}: there is no such file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SegueException($"{path}: cannot be read ({e.Message})", e);
        }
    }

    private static IEnumerable<InputFile> OpenZip(string path, FileStream file, Ledger ledger)
    {
        const int EntriesMax = 20_000;
        using ZipArchive zip = OpenArchive(file, path);
        IReadOnlyList<ZipArchiveEntry> entries = Entries(zip, path);
        if (entries.Any(e => e.FullName == "[Content_Types].xml"))
            throw new DataException(path, 0, "is an office document; save the sheet as CSV and import that");
        if (entries.Count > EntriesMax)
            throw new DataException(path, 0, $"holds {entries.Count:N0} files; at most {EntriesMax:N0} are read from one archive");
        RefuseOverlaps(entries, file, path);
        UnpackBudget budget = new(path, () => file.Length);
        foreach (ZipArchiveEntry entry in entries.OrderBy(e => e.FullName, StringComparer.Ordinal))
        {
            string inner = entry.FullName.Replace('\\', '/');
            if (inner.EndsWith('/') || entry.Length == 0)
                continue;
            if (inner.StartsWith("__MACOSX/", StringComparison.Ordinal) || inner.Split('/')[^1].StartsWith('.'))
                continue; // What macOS and editors leave behind.
            string name = $"{path}!{LedgerReason.Sample(Encoding.UTF8.GetBytes(inner), charsMax: 200)}"; // It may hold line ends and worse.
            if (entry.IsEncrypted)
            {
                ledger.Note($"{name} is encrypted and was left aside");
                continue;
            }

            long before = file.Position;
            Stream content = OpenEntry(entry, name);
            GuardedStream guarded = new(content, name, budget, (entry.Length, entry.Crc32));
            long Position() => Math.Max(before, file.Position);
            yield return Decode(name, path, guarded, file.Length, Position, budget, wasNamed: false, isPlain: false, entry.Length);
        }
    }

    private static ZipArchive OpenArchive(FileStream file, string path)
    {
        try
        {
            return new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        }
        catch (InvalidDataException e)
        {
            throw new DataException(path, 0, $"the zip archive is damaged or cut off ({e.Message.TrimEnd('.')}); fetch or export it again", e);
        }
    }

    private static IReadOnlyList<ZipArchiveEntry> Entries(ZipArchive zip, string path)
    {
        try
        {
            return zip.Entries;
        }
        catch (InvalidDataException e)
        {
            throw new DataException(path, 0, $"the zip archive is damaged or cut off ({e.Message.TrimEnd('.')}); fetch or export it again", e);
        }
    }

    /// <summary>
    /// The members of an archive lie one after another. In one whose members share their bytes, a few kilobytes are everybody's content; it is also
    /// read differently by different programs.
    /// </summary>
    private static void RefuseOverlaps(IEnumerable<ZipArchiveEntry> entries, FileStream file, string path)
    {
        List<(long Start, long End, string Name)> members = [];
        foreach (ZipArchiveEntry entry in entries.Where(e => e.CompressedLength > 0 && !e.IsEncrypted))
        {
            try
            {
                entry.Open().Dispose();
            }
            catch (Exception e) when (e is InvalidDataException or NotSupportedException)
            {
                continue; // Said when it is to be read.
            }

            long start = file.Position; // Opening a member reads what stands before its content, and stops there.
            members.Add((start, start + entry.CompressedLength, entry.FullName));
        }

        members.Sort();
        for (int i = 1; i < members.Count; i++)
        {
            if (members[i].Start >= members[i - 1].End)
                continue;
            string[] names = [.. members[(i - 1)..(i + 1)].Select(m => LedgerReason.Sample(Encoding.UTF8.GetBytes(m.Name)))];
            throw new DataException(path, 0,
                $"its members {names[0]} and {names[1]} overlap, as only a zip bomb's do; unpack it if it is sound, and import that");
        }
    }

    private static Stream OpenEntry(ZipArchiveEntry entry, string name)
    {
        try
        {
            return entry.Open();
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            throw new DataException(name, 0, $"cannot be unpacked ({e.Message.TrimEnd('.')})", e);
        }
    }

    private static InputFile Decode(
        string name,
        string path,
        Stream stream,
        long bytesTotal,
        Func<long> position,
        UnpackBudget budget,
        bool wasNamed,
        bool isPlain,
        long? bytesOfContent = null)
    {
        HeadStream head = new(stream, HeadBytes);
        if (head.Head.Span.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]))
        {
            head = new HeadStream(new GuardedStream(new WholeGzipStream(head), name, budget), HeadBytes);
            isPlain = false;
        }

        if (!ParquetRows.Recognize(head.Head.Span) && Utf16(head.Head.Span) is { } utf16)
        {
            head.Drop(utf16.HasMark ? 2 : 0);
            Encoding encoding = utf16.BigEndian ? Encoding.BigEndianUnicode : Encoding.Unicode;
            head = new HeadStream(Encoding.CreateTranscodingStream(head, encoding, new UTF8Encoding(false)), HeadBytes);
        }

        if (head.Head.Span.StartsWith("+ACM-"u8))
            head = new HeadStream(Encoding.CreateTranscodingStream(head, Utf7(), new UTF8Encoding(false)), HeadBytes);

        bool hasMark = head.Head.Span.StartsWith("\uFEFF"u8);
        if (hasMark)
            head.Drop(3);
        if (!ParquetRows.Recognize(head.Head.Span) && CarriageReturns.Recognize(head.Head.Span))
            head = new HeadStream(new CarriageReturns(head), HeadBytes);
        return new InputFile(name, path, head, bytesTotal, position, wasNamed, isPlain) { BytesOfContent = bytesOfContent ?? bytesTotal };
    }

    /// <summary>Exports of Libre.fm were passed through a mail program's UTF-7, where "+ACM-" is the # of their first line.</summary>
    private static Encoding Utf7()
    {
#pragma warning disable SYSLIB0001 // What is unsafe about it is to let it be asked for from outside; here it is known by its content.
        return new UTF7Encoding();
#pragma warning restore SYSLIB0001
    }

    /// <summary>UTF-16 is told by its byte order mark, or by every other byte of the beginning being zero.</summary>
    private static (bool BigEndian, bool HasMark)? Utf16(ReadOnlySpan<byte> head)
    {
        if (head is [0xff, 0xfe, ..])
            return (false, true);
        if (head is [0xfe, 0xff, ..])
            return (true, true);
        int pairs = Math.Min(head.Length, 512) / 2, even = 0, odd = 0;
        for (int i = 0; i < pairs; i++)
        {
            even += head[2 * i] == 0 ? 1 : 0;
            odd += head[2 * i + 1] == 0 ? 1 : 0;
        }

        if (pairs >= 2 && odd > pairs * 3 / 4 && even == 0)
            return (false, false);
        return pairs >= 2 && even > pairs * 3 / 4 && odd == 0 ? (true, false) : null;
    }
}
