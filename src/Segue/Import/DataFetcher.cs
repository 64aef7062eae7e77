using System.IO.Compression;
using System.Security.Cryptography;

namespace Segue.Import;

/// <summary>
/// Puts the files of a public data set into a folder: from its home, a mirror, or a copy at hand. Files appear there only under their own
/// names, whole, and with the right checksum; names inside an archive are looked for and never followed.
/// </summary>
public sealed class DataFetcher(HttpClient client, DownloadOptions options, TimeProvider time)
{
    /// <summary>Fetches what is not there yet.</summary>
    /// <param name="source">Which set.</param>
    /// <param name="folder">Where its files go.</param>
    /// <param name="from">A local file or folder, or the http address of a mirror (the file itself, or the folder that holds it); null for its home.</param>
    /// <returns>The paths of the files.</returns>
    /// <exception cref="SegueException">It cannot be had, or is not what it should be.</exception>
    public async Task<IReadOnlyList<string>> GetAsync(
        DataSource source, string folder, string? from, IProgress<(long Bytes, long? Total)>? progress, CancellationToken cancellation)
    {
        string[] paths = [.. source.Files.Select(f => Path.Combine(folder, f.Name))];
        if (source.Files.Zip(paths).All(f => File.Exists(f.Second) && Sha256(f.Second) == f.First.Sha256))
            return paths;
        Directory.CreateDirectory(folder);
        if (from is not null && !IsAddress(from))
        {
            TakeLocal(source, folder, from);
            return paths;
        }

        string part = Path.Combine(folder, source.DownloadName + ".part");
        await new Download(client, options, time).FetchAsync(AddressOf(source, from), part, source.BytesMax, progress, cancellation);
        try
        {
            Take(source, folder, part, from ?? source.Url.ToString());
        }
        finally
        {
            // Whole or wrong, there is nothing left to go on with.
            File.Delete(part);
            File.Delete(part + ".version");
        }

        return paths;
    }

    private static bool IsAddress(string from) =>
        from.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || from.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static Uri AddressOf(DataSource source, string? from)
    {
        if (from is null)
            return source.Url;
        if (!Uri.TryCreate(from, UriKind.Absolute, out Uri? address))
            throw new SegueException($"--from: '{from}' is no address");
        bool isFile = Path.HasExtension(address.AbsolutePath) && !from.EndsWith('/');
        return isFile ? address : new Uri(from.TrimEnd('/') + "/" + source.DownloadName);
    }

    private static void TakeLocal(DataSource source, string folder, string from)
    {
        if (File.Exists(from))
        {
            Take(source, folder, from, from);
            return;
        }

        if (!Directory.Exists(from))
            throw new SegueException($"--from: {from} is not there; name a file, a folder, or an http address");
        string packed = Path.Combine(from, source.DownloadName);
        if (source.IsZip && File.Exists(packed))
        {
            Take(source, folder, packed, packed);
            return;
        }

        foreach (SourceFile file in source.Files)
        {
            string path = Path.Combine(from, file.Name);
            if (!File.Exists(path))
                throw new SegueException($"{from}: there is neither {source.DownloadName} nor {file.Name}");
            using FileStream content = File.OpenRead(path);
            Place(file, folder, content, path, source.BytesMax);
        }
    }

    private static void Take(DataSource source, string folder, string path, string shownAs)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[4];
        bool isZip = file.ReadAtLeast(magic, 4, throwOnEndOfStream: false) == 4 && magic.SequenceEqual("PK\u0003\u0004"u8);
        file.Position = 0;
        if (!isZip)
        {
            SourceFile? alone = source.Files.Count == 1 ? source.Files[0] : null;
            if (alone is null)
                throw new SegueException($"{shownAs}: is no zip archive, so it is not {source.DownloadName}: {Looks(path)}");
            Place(alone, folder, file, shownAs, source.BytesMax);
            return;
        }

        try
        {
            using ZipArchive zip = new(file, ZipArchiveMode.Read);
            foreach (SourceFile wanted in source.Files)
            {
                ZipArchiveEntry entry = zip.Entries.FirstOrDefault(e => e.Name == wanted.Name)
                    ?? throw new SegueException($"{shownAs}: {wanted.Name} is not in the archive");
                using Stream content = entry.Open();
                Place(wanted, folder, content, $"{shownAs}!{entry.FullName}", source.BytesMax);
            }
        }
        catch (InvalidDataException e)
        {
            throw new SegueException($"{shownAs}: the archive is damaged ({e.Message.TrimEnd('.')}); fetch it again", e);
        }
    }

    /// <summary>Copies content beside its place, checks it, and moves it in.</summary>
    private static void Place(SourceFile file, string folder, Stream content, string shownAs, long bytesMax)
    {
        string target = Path.Combine(folder, file.Name), temporary = target + ".new";
        try
        {
            using (FileStream copy = new(temporary, FileMode.Create))
            {
                byte[] buffer = new byte[1 << 17];
                for (int read; (read = content.Read(buffer)) > 0;)
                {
                    if (copy.Length + read > bytesMax)
                        throw new SegueException($"{shownAs}: is longer than {bytesMax:N0} bytes, so it is not {file.Name}");
                    copy.Write(buffer, 0, read);
                }

                copy.Flush(flushToDisk: true);
            }

            string found = Sha256(temporary);
            if (found != file.Sha256)
            {
                throw new SegueException(
                    $"{shownAs}: is not the {file.Name} that is known here (SHA-256 {found[..12]}..., expected {file.Sha256[..12]}...): {Looks(temporary)}");
            }

            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>What a person sees in a wrong file at once.</summary>
    private static string Looks(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] head = new byte[200];
        int read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return $"{file.Length:N0} bytes that begin «{LedgerReason.Sample(head.AsSpan(0, read))}»";
    }

    private static string Sha256(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
