using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Segue.Writing;

namespace Segue.ModelFiles;

/// <summary>
/// The versions of one kind of model (or data) in a folder: <c>KIND/0003-1a2b3c4d5e6f/</c> with <c>card.json</c> and tensor files, and
/// <c>KIND/current</c>, a text file that names the version in use. A version is written beside the others, forced to disk and renamed into
/// place; <c>current</c> is switched last, so that a process killed at any moment leaves the old version or the new one. The name ends with
/// a hash of the content: making the same thing again finds it there and changes nothing. The last three versions are kept. Kinds that belong
/// together are written and switched to together (<see cref="WriteTogether"/>).
/// <para>One process writes at a time (<see cref="WriterLock"/>). Readers take no lock: what they read never changes.</para>
/// </summary>
internal sealed class VersionStore(string folder, string kind)
{
    private const int VersionsKept = 3;
    public const string CurrentFile = "current";
    private const string CardFile = "card.json";
    private const string StagingPrefix = ".new-", PrunedPrefix = ".old-";

    private readonly string _current = Path.Combine(folder, kind, CurrentFile);
    private readonly VersionSwitch _together = new(folder);

    public string Folder { get; } = Path.Combine(folder, kind);

    public string Kind => kind;

    /// <summary>Writes a new version and makes it the current one. Whatever goes wrong, the versions that were there stay as they were.</summary>
    /// <param name="card">The card; its list of files is made here.</param>
    /// <param name="writeFiles">Writes the files into the folder it is given. No folders below it.</param>
    /// <returns>The version's name.</returns>
    /// <exception cref="SegueException">No permission, no space, or another process is writing.</exception>
    public string Write(ModelCard card, Action<string> writeFiles) => WriteTogether([new VersionDraft(this, card, writeFiles)])[0];

    /// <summary>Writes a version of each of several kinds in one folder and makes all of them current, or none.</summary>
    /// <returns>The versions' names.</returns>
    /// <exception cref="SegueException">No permission, no space, or another process is writing.</exception>
    public static string[] WriteTogether(IReadOnlyList<VersionDraft> drafts)
    {
        List<WriterLock> held = [];
        List<(VersionStore Store, string Version, bool IsNew)> placed = [];
        try
        {
            foreach (VersionDraft draft in drafts)
            {
                draft.Store.Guarded(() => held.Add(draft.Store.TakeLock()));
                draft.Store.Guarded(() => placed.Add(draft.Store.Place(draft.Card, draft.WriteFiles)));
            }

            drafts[0].Store.Guarded(() => Switch(placed));
        }
        catch
        {
            foreach ((VersionStore store, string version, _) in placed.Where(p => p.IsNew))
                Discard(Path.Combine(store.Folder, version)); // Nobody asked for a version that is not in use.
            throw;
        }
        finally
        {
            held.ForEach(h => h.Dispose());
        }

        return [.. placed.Select(p => p.Version)];
    }

    /// <summary>The names of all whole versions, oldest first.</summary>
    /// <exception cref="ModelFileException">What is there cannot be seen: "none" would be a guess.</exception>
    public IReadOnlyList<string> List()
    {
        try
        {
            return [.. Directory.GetDirectories(Folder)
                .Where(d => Path.GetFileName(d)[0] != '.' && IsThere(Path.Combine(d, CardFile)))
                .Select(d => Path.GetFileName(d)!)
                .OrderBy(NumberOf)
                .ThenBy(d => d, StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(Folder, $"cannot be read ({e.Message})", e);
        }
    }

    /// <summary>Not <see cref="File.Exists"/>, which takes what it may not see for missing.</summary>
    private static bool IsThere(string path)
    {
        try
        {
            File.GetAttributes(path);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    /// <summary>The name of the version in use, or null when there is none.</summary>
    /// <exception cref="ModelFileException">A version is named, but it is not there.</exception>
    public string? Current()
    {
        string? name = ReadCurrent();
        if (name is not null && !List().Contains(name))
            throw new ModelFileException(_current, $"names version '{name}', which is not there; choose one with 'segue model rollback {kind}'");
        return name;
    }

    /// <summary>The folder of a version (the current one when none is named).</summary>
    /// <param name="version">Its name, or null.</param>
    /// <exception cref="ModelNotFoundException">There is none, or none is in use.</exception>
    /// <exception cref="UnknownNameException">There is no such version.</exception>
    public (string Name, string Folder) Find(string? version = null)
    {
        IReadOnlyList<string> versions = List();
        string? name = version ?? Current();
        if (name is null)
        {
            throw new ModelNotFoundException(
                kind,
                versions.Count == 0 ? $"{Folder}: there is no {kind} yet" : $"{_current}: is missing, so no version of the {kind} is in use",
                hasVersions: versions.Count > 0);
        }

        if (!versions.Contains(name))
            throw new UnknownNameException($"{kind} version", name, versions);
        return (name, Path.Combine(Folder, name));
    }

    /// <summary>Makes the version before the current one (or the named one) current, after checking it. Nothing is deleted.</summary>
    /// <param name="to">The version; null for the one before the current one, or the newest where no version is in use.</param>
    /// <returns>The version that is current now.</returns>
    /// <exception cref="SegueException">There is no such version, it is damaged, or the folder cannot be written.</exception>
    public string Rollback(string? to = null)
    {
        IReadOnlyList<string> versions = List();
        if (versions.Count == 0)
            throw new SegueException($"{Folder}: there is no {kind} yet, so nothing to go back to");
        try
        {
            using WriterLock held = TakeLock();
            int at = versions.ToList().IndexOf(ReadCurrent() ?? "");
            if (to is null && at == 0)
                throw new SegueException($"{Folder}: there is no version before '{versions[0]}'");
            string target = to ?? (at < 0 ? versions[^1] : versions[at - 1]);
            if (!versions.Contains(target))
                throw new UnknownNameException($"{kind} version", target, versions);
            Verify(target);
            SwitchTo(target);
            return target;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SegueException($"{Folder}: cannot switch the version ({Reason(e)}); '{ReadCurrent()}' stays in use", e);
        }
    }

    /// <summary>Whether a folder is that of a version.</summary>
    public static bool HasCard(string path) => IsThere(Path.Combine(path, CardFile));

    /// <summary>Reads the card of a version and checks it against the version's name.</summary>
    /// <param name="path">The version's folder.</param>
    /// <exception cref="ModelFileException">It is missing, damaged, or that of another version.</exception>
    public static ModelCard ReadCard(string path)
    {
        string cardPath = Path.Combine(path, CardFile);
        ModelCard card = ModelCard.Read(cardPath, out byte[] content);
        return Path.GetFileName(path).EndsWith("-" + ContentHash(content), StringComparison.Ordinal)
            ? card
            : throw new ModelFileException(cardPath, "was changed: its hash does not agree with the version's name");
    }

    /// <summary>Checks every file of a version against its card (size and SHA-256), and the card against the version's name.</summary>
    /// <exception cref="ModelFileException">The first file that does not agree.</exception>
    public ModelCard Verify(string version)
    {
        string path = Path.Combine(Folder, version);
        ModelCard card = ReadCard(path);
        string file = path;
        try
        {
            foreach ((string name, (long bytes, string sha256)) in card.Files)
            {
                file = Path.Combine(path, name);
                if (!File.Exists(file))
                    throw new ModelFileException(file, "is missing");
                (long foundBytes, string foundSha256) = Digest(file);
                if (foundBytes != bytes)
                    throw new ModelFileException(file, $"is {foundBytes} bytes long, but its card says {bytes}");
                if (foundSha256 != sha256)
                    throw new ModelFileException(file, "is damaged: its SHA-256 does not agree with the card");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(file, $"cannot be read ({e.Message})", e);
        }

        return card;
    }

    /// <summary>What goes wrong with the disk, in the words of this store.</summary>
    private void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SegueException($"{Folder}: cannot write the {kind} ({Reason(e)}); what was there before is untouched", e);
        }
    }

    /// <summary>The right to write, with what a killed process left tidied up.</summary>
    private WriterLock TakeLock()
    {
        Directory.CreateDirectory(Folder);
        WriterLock held = WriterLock.Take(Folder, $"the {kind}");
        try
        {
            _together.FinishLeft(kind);
            string[] unfinished = [.. Directory.GetDirectories(Folder, StagingPrefix + "*"), .. Directory.GetDirectories(Folder, PrunedPrefix + "*")];
            foreach (string left in unfinished)
                Directory.Delete(left, recursive: true); // The lock says that nobody writes it.
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Brings a version to its place, where nobody uses it yet.</summary>
    private (VersionStore Store, string Version, bool IsNew) Place(ModelCard card, Action<string> writeFiles)
    {
        string staging = Path.Combine(Folder, StagingPrefix + Environment.ProcessId);
        try
        {
            Directory.CreateDirectory(staging);
            writeFiles(staging);
            byte[] json = Finished(card, staging);
            string ending = "-" + ContentHash(json);
            IReadOnlyList<string> versions = List();
            if (versions.LastOrDefault(v => v.EndsWith(ending, StringComparison.Ordinal)) is { } same && IsIntact(same))
                return (this, same, false);
            string version = $"{versions.Select(NumberOf).DefaultIfEmpty().Max() + 1:0000}{ending}";
            Directory.Move(staging, Path.Combine(Folder, version));
            DiskOrder.FlushFolder(Folder);
            return (this, version, true);
        }
        finally
        {
            Discard(staging);
        }
    }

    /// <summary>Forces the files to the disk and writes their card.</summary>
    /// <returns>The card's bytes.</returns>
    private static byte[] Finished(ModelCard card, string staging)
    {
        if (Directory.GetDirectories(staging) is [string below, ..])
            throw new InvalidOperationException($"A version is a flat folder, but '{Path.GetFileName(below)}' is a folder in it.");
        card = card with { Files = new(StringComparer.Ordinal), Checksums = new(StringComparer.Ordinal) };
        foreach (string file in Directory.GetFiles(staging).Order(StringComparer.Ordinal))
        {
            DiskOrder.FlushFile(file);
            string name = Path.GetFileName(file);
            card.Files[name] = Digest(file);
            if (TensorFile.ChecksumOf(file) is { } checksum)
                card.Checksums[name] = checksum;
        }

        byte[] json = Encoding.UTF8.GetBytes(card.ToJson());
        WriteDurably(Path.Combine(staging, CardFile), json);
        DiskOrder.FlushFolder(staging);
        return json;
    }

    private static void Switch(List<(VersionStore Store, string Version, bool IsNew)> placed)
    {
        if (placed is [var (store, version, _)])
        {
            store.SwitchTo(version);
        }
        else
        {
            VersionSwitch together = placed[0].Store._together;
            together.Begin(placed.Select(p => (p.Store.Kind, p.Version)));
            try
            {
                together.Finish();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It is switched; the next writer finishes.
            }
        }

        foreach ((VersionStore each, string kept, _) in placed)
            each.Prune(kept);
    }

    /// <summary>Old versions go; one that cannot go now (mapped by a process on Windows) goes the next time.</summary>
    private void Prune(string keep)
    {
        try
        {
            foreach (string old in List().Where(v => v != keep).Reverse().Skip(VersionsKept - 1))
            {
                // Renamed first: half of a version is never seen under its name.
                string doomed = Path.Combine(Folder, PrunedPrefix + old);
                Directory.Move(Path.Combine(Folder, old), doomed);
                Directory.Delete(doomed, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ModelFileException)
        {
            // What was to be written is in use: this is no reason to say that it is not.
        }
    }

    /// <summary>Takes away what is unfinished, without hiding the error that is on its way.</summary>
    private static void Discard(string staging)
    {
        try
        {
            if (Directory.Exists(staging))
                Directory.Delete(staging, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next writer removes it.
        }
    }

    private bool IsIntact(string version)
    {
        try
        {
            Verify(version);
            return true;
        }
        catch (ModelFileException)
        {
            return false;
        }
    }

    private void SwitchTo(string version) => AtomicFile.Write(_current, version + "\n");

    private string? ReadCurrent()
    {
        try
        {
            return _together.TargetOf(kind) ?? File.ReadAllText(_current).Trim();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(_current, $"cannot be read ({e.Message})", e);
        }
    }

    private static string Reason(Exception e) => e.HResult is 28 or unchecked((int)0x80070070) ? "the disk is full" : e.Message.TrimEnd('.');

    private static long NumberOf(string version) =>
        long.TryParse(version.AsSpan(0, Math.Max(0, version.IndexOf('-'))), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;

    private static void WriteDurably(string path, byte[] content)
    {
        using FileStream stream = new(path, FileMode.Create, FileAccess.Write);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    private static string ContentHash(byte[] card) => Convert.ToHexStringLower(SHA256.HashData(card))[..12];

    private static (long Bytes, string Sha256) Digest(string file)
    {
        using FileStream stream = File.OpenRead(file);
        return (stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }
}
