namespace Segue.Import;

/// <summary>
/// Puts the files of a public data set into a folder: from its home, a mirror, or a copy at hand. Files appear there only under their own names,
/// whole, and with the right checksum; names inside an archive are looked for and never followed. What nobody publishes a checksum of stays only
/// where it can be read as what it should be: a page that a network answers with in place of the file is gone when the command ends.
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
    /// <param name="read">Reads the files; what it throws of them is the proof that they are not the set. Null where nobody reads them.</param>
    /// <returns>The paths of the files.</returns>
    /// <exception cref="SegueException">It cannot be had, or is not what it should be.</exception>
    public async Task<IReadOnlyList<string>> GetAsync(
        DataSource source,
        string folder,
        string? from,
        IProgress<(long Bytes, long? Total)>? progress,
        CancellationToken cancellation,
        string? sha256 = null,
        Action<string>? note = null,
        Action<IReadOnlyList<string>>? read = null)
    {
        if (sha256 is not null)
            source = Pinned(source, sha256);
        FetchedFiles files = new(source, folder, note ?? (_ => { }));
        if (!files.AreHere() || (from is not null && !files.AreKnown))
            await TakeAsync(source, files, folder, from, progress, cancellation);
        files.KeepIfReadable(read ?? (_ => { }));
        return files.Paths;
    }

    private async Task TakeAsync(
        DataSource source,
        FetchedFiles files,
        string folder,
        string? from,
        IProgress<(long Bytes, long? Total)>? progress,
        CancellationToken cancellation)
    {
        if (from is null && source.ByHand is { } byHand)
            throw new SegueException($"{source.Name} cannot be fetched by a program: {byHand}");
        Directory.CreateDirectory(folder);
        if (from is not null && !IsAddress(from))
        {
            files.TakeLocal(from);
            return;
        }

        string part = Path.Combine(folder, source.DownloadName + ".part");
        Uri address = AddressOf(source, from);
        await new Download(client, options, time).FetchAsync(address, part, source.BytesMax, progress, cancellation);
        try
        {
            files.Take(part, MaskedUrl.Of(address));
        }
        finally
        {
            Download.Drop(part); // Whole or wrong, there is nothing left to go on with.
        }
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
            throw new SegueException($"--from: '{MaskedUrl.Of(from)}' is no address");
        bool isFile = Path.HasExtension(address.AbsolutePath) && !from.EndsWith('/');
        return isFile ? address : new Uri(from.TrimEnd('/') + "/" + source.DownloadName);
    }
}
