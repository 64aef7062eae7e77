using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Segue.Writing;

namespace Segue.Import;

/// <summary>
/// The files of a data set in their folder. They come from a file as it is, a .zip or a .tar.gz; of an archive only the wanted files are taken, by
/// the last part of their names, and written under our own: paths and links in it are never followed. Each is copied beside its place and checked
/// before it takes it.
/// <para>Where nobody publishes a SHA-256, the first file that comes and can be read is trusted (after the owners' MD5, where there is one), its
/// SHA-256 is remembered in <c>NAME.sha256</c> beside it, and what comes later must equal it.</para>
/// </summary>
internal sealed class FetchedFiles(DataSource source, string folder, Action<string> note)
{
    private const int EntriesMax = 10_000;
    private const string RememberedExtension = ".sha256";

    private long _bytesTaken;

    public IReadOnlyList<string> Paths { get; } = [.. source.Files.Select(f => Path.Combine(folder, f.Name))];

    /// <summary>Whether the table, or a person, says what each must be.</summary>
    public bool AreKnown => source.Files.All(f => f.Sha256 is not null);

    /// <summary>Whether all are here and are what is known of them so far.</summary>
    public bool AreHere() => source.Files.Zip(Paths).All(f => File.Exists(f.Second) && (Expected(f.First), f.First.Md5) switch
    {
        ({ } sha256, _) => HashOf(f.Second).Sha256 == sha256,
        (null, { } md5) => HashOf(f.Second).Md5 == md5,
        _ => true, // It came, and the work was stopped before anybody read it.
    });

    /// <summary>
    /// Lets the files be read, and then remembers what they are; those that nobody vouches for go when they cannot be read, with what was remembered
    /// of them.
    /// </summary>
    public void KeepIfReadable(Action<IReadOnlyList<string>> read)
    {
        try
        {
            read(Paths);
        }
        catch (SegueException e) when (source.Files.All(f => f.Sha256 is null && f.Md5 is null))
        {
            foreach (string path in Paths)
            {
                File.Delete(path);
                File.Delete(path + RememberedExtension);
            }

            throw new SegueException($"{e.Message} (so it is not {source.Name}, and is not kept; a good copy is taken with --from)", e);
        }

        foreach ((SourceFile file, string path) in source.Files.Zip(Paths).Where(f => Expected(f.First) is null))
        {
            string sha256 = HashOf(path).Sha256;
            AtomicFile.Write(path + RememberedExtension, sha256 + "\n");
            string trust = file.Md5 is null ? "this first copy is trusted" : "its MD5 is the one that its owners publish";
            note($"{file.Name}: nobody publishes a SHA-256 of it; {trust}. It is {sha256}, which is remembered: another copy must equal it");
        }
    }

    /// <summary>Takes them from a file or folder of a person's own.</summary>
    public void TakeLocal(string from)
    {
        if (File.Exists(from))
        {
            Take(from, from);
            return;
        }

        if (!Directory.Exists(from))
            throw new SegueException($"--from: {MaskedUrl.Of(from)} is not there; name a file, a folder, or an http address");
        string packed = Path.Combine(from, source.DownloadName);
        if (source.IsPacked && File.Exists(packed))
        {
            Take(packed, packed);
            return;
        }

        foreach (SourceFile file in source.Files)
        {
            string path = Path.Combine(from, file.Name);
            if (!File.Exists(path))
                throw new SegueException($"{from}: there is neither {source.DownloadName} nor {file.Name}");
            using FileStream content = File.OpenRead(path);
            Place(file, content, path);
        }
    }

    /// <summary>Takes them out of what was fetched.</summary>
    public void Take(string path, string shownAs)
    {
        using FileStream file = File.OpenRead(path);
        byte[] magic = new byte[4];
        int read = file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        file.Position = 0;
        try
        {
            if (magic.AsSpan(0, read).StartsWith("PK\u0003\u0004"u8))
                TakeZip(file, shownAs);
            else if (magic.AsSpan(0, read).StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]))
                TakeTar(file, shownAs);
            else if (source.Files.Count == 1)
                Place(source.Files[0], file, shownAs);
            else
                throw new SegueException($"{shownAs}: is no archive, so it is not {source.DownloadName}: {Looks(file)}");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new SegueException($"{shownAs}: the archive is damaged ({e.Message.TrimEnd('.')}); fetch it again", e);
        }
    }

    private void TakeZip(FileStream file, string shownAs)
    {
        using ZipArchive zip = new(file, ZipArchiveMode.Read, leaveOpen: true);
        foreach (SourceFile wanted in source.Files)
        {
            ZipArchiveEntry entry = zip.Entries.FirstOrDefault(e => e.Name == wanted.Name)
                ?? throw new SegueException($"{shownAs}: {wanted.Name} is not in the archive");
            using Stream content = entry.Open();
            Place(wanted, content, $"{shownAs}!{entry.FullName}");
        }
    }

    /// <summary>A tar has no list of what is in it: it is gone through once, and must have held everything.</summary>
    private void TakeTar(FileStream file, string shownAs)
    {
        List<SourceFile> missing = [.. source.Files];
        using GuardedStream unpacked = new(new WholeGzipStream(file), shownAs, new UnpackBudget(shownAs, () => file.Position));
        using TarReader tar = new(unpacked, leaveOpen: true);
        long bytes = 0;
        for (int entries = 0; missing.Count > 0 && tar.GetNextEntry() is { } entry; entries++)
        {
            bytes += entry.Length;
            if (entries >= EntriesMax || bytes > 2 * source.BytesMax)
                throw new SegueException($"{shownAs}: holds more than {EntriesMax:N0} files or {2 * source.BytesMax:N0} bytes, so it is not {source.DownloadName}");
            string name = entry.Name.Split('/', '\\')[^1];
            if (missing.Find(f => f.Name == name) is not { } wanted)
                continue;
            bool isFile = entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile;
            if (!isFile || entry.DataStream is not { } content)
                throw new SegueException($"{shownAs}: {name} is no file in the archive but a {entry.EntryType}, so it is not {source.DownloadName}");
            Place(wanted, content, $"{shownAs}!{name}");
            missing.Remove(wanted);
        }

        if (missing.Count > 0)
            throw new SegueException($"{shownAs}: {missing[0].Name} is not in the archive");
    }

    private void Place(SourceFile file, Stream content, string shownAs)
    {
        string target = Path.Combine(folder, file.Name);
        AtomicFile.Write(target, copy =>
        {
            byte[] buffer = new byte[1 << 17];
            for (int read; (read = content.Read(buffer)) > 0;)
            {
                if ((_bytesTaken += read) > source.BytesMax) // All files together: an archive has one limit, not one a file.
                    throw new SegueException($"{shownAs}: is longer than {source.BytesMax:N0} bytes, so it is not {file.Name}");
                copy.Write(buffer, 0, read);
            }

            Check(file, copy, target, shownAs);
        });
    }

    /// <summary>Throws when a copy is not the file that is known; of one that nobody knows the checksum is remembered.</summary>
    private void Check(SourceFile file, FileStream copy, string target, string shownAs)
    {
        (string sha256, string md5) = Hash(copy);
        if (Expected(file) is { } expected)
        {
            string first = file.Sha256 is null ? $", as the first that came; if that was wrong, delete {target}{RememberedExtension}" : "";
            if (sha256 != expected)
                throw Wrong($"SHA-256 {sha256[..12]}..., expected {expected[..12]}...{first}");
        }
        else if (file.Md5 is not null && md5 != file.Md5)
        {
            throw Wrong($"MD5 {md5[..12]}..., its owners publish {file.Md5[..12]}...");
        }

        SegueException Wrong(string why) => new($"{shownAs}: is not the {file.Name} that is known here ({why}): {Looks(copy)}");
    }

    /// <summary>The checksum that the table or a person gives, or that the first copy had; null before the first.</summary>
    private string? Expected(SourceFile file)
    {
        string remembered = Path.Combine(folder, file.Name + RememberedExtension);
        return file.Sha256 ?? (File.Exists(remembered) ? File.ReadAllText(remembered).Trim() : null);
    }

    /// <summary>What a person sees in a wrong file at once.</summary>
    private static string Looks(FileStream file)
    {
        file.Position = 0;
        byte[] head = new byte[200];
        int read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return $"{file.Length:N0} bytes that begin «{LedgerReason.Sample(head.AsSpan(0, read))}»";
    }

    private static (string Sha256, string Md5) HashOf(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Hash(file);
    }

    private static (string Sha256, string Md5) Hash(FileStream file)
    {
        using IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256), md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        file.Position = 0;
        byte[] buffer = new byte[1 << 17];
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            sha256.AppendData(buffer, 0, read);
            md5.AppendData(buffer, 0, read);
        }

        return (Convert.ToHexStringLower(sha256.GetHashAndReset()), Convert.ToHexStringLower(md5.GetHashAndReset()));
    }
}
