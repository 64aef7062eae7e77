namespace Segue.Import;

/// <summary>
/// Puts the files of a public data set into a folder: from its home, a mirror, or a copy at hand. Files appear there only under their own
/// names, whole, and with the right checksum; names inside an archive are looked for and never followed.
/// </summary>
internal sealed class DataFetcher(HttpClient client, DownloadOptions options, TimeProvider time)
{
    /// <summary>Fetches what is not there yet.</summary>
    /// <param name="source">Which set.</param>
    /// <param name="folder">Where its files go.</param>
    /// <param name="from">A local file or folder, or the http address of a mirror (the file itself, or the folder that holds it); null for its
    /// home.</param>
    /// <param name="sha256">What a person says the (only) file must have, where the table does not know; null to trust the first that comes.</param>
    /// <param name="note">Is told what a person should know: that a file was trusted, and what it is.</param>
    /// <returns>The paths of the files.</returns>
    /// <exception cref="SegueException">It cannot be had, or is not what it should be.</exception>
    public async Task<IReadOnlyList<string>> GetAsync(
        DataSource source,
        string folder,
        string? from,
        IProgress<(long Bytes, long? Total)>? progress,
        CancellationToken cancellation,
        string? sha256 = null,
        Action<string>? note = null)
    {
        if (sha256 is not null)
            source = Pinned(source, sha256);
        FetchedFiles files = new(source, folder, note ?? (_ => { }));
        if (files.AreHere())
            return files.Paths;
        if (from is null && source.ByHand is { } byHand)
            throw new SegueException($"{source.Name} cannot be fetched by a program: {byHand}");
        Directory.CreateDirectory(folder);
        if (from is not null && !IsAddress(from))
        {
            files.TakeLocal(from);
            return files.Paths;
        }

        string part = Path.Combine(folder, source.DownloadName + ".part");
        await new Download(client, options, time).FetchAsync(AddressOf(source, from), part, source.BytesMax, progress, cancellation);
        try
        {
            files.Take(part, from ?? source.Url.ToString());
        }
        finally
        {
            // Whole or wrong, there is nothing left to go on with.
            File.Delete(part);
            File.Delete(part + ".version");
        }

        return files.Paths;
    }

    /// <summary>The set with the checksum that a person gives.</summary>
    private static DataSource Pinned(DataSource source, string sha256)
    {
        if (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigit))
            throw new SegueException($"--sha256 takes 64 hex digits, not '{LedgerReason.Sample(System.Text.Encoding.UTF8.GetBytes(sha256))}'");
        return source.Files is [{ Sha256: null } only]
            ? source with { Files = [only with { Sha256 = sha256.ToLowerInvariant(), Md5 = null }] }
            : throw new SegueException($"--sha256: the checksums of {source.Name} are known here already");
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
}
