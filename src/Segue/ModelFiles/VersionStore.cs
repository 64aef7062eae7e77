using System.Security.Cryptography;
using System.Text;

namespace Segue.ModelFiles;

/// <summary>
/// The versions of one kind of model (or data) in a folder: <c>KIND/0003-1a2b3c4d5e6f/</c> with <c>card.json</c> and tensor files, and
/// <c>KIND/current</c>, a text file that names the version in use. A version is written beside the others, forced to disk and renamed into
/// place; <c>current</c> is switched last, so that a process killed at any moment leaves the old version or the new one. The name ends with
/// a hash of the content: making the same thing again finds it there and changes nothing. The last three versions are kept.
/// </summary>
public sealed class VersionStore(string folder, string kind)
{
    private const int VersionsKept = 3;
    private const string CurrentFile = "current";
    private const string StagingPrefix = ".new-";

    public string Folder { get; } = Path.Combine(folder, kind);

    public string Kind => kind;

    /// <summary>Writes a new version and makes it the current one.</summary>
    /// <param name="card">The card without its files; they are added.</param>
    /// <param name="writeFiles">Writes the files into the folder it is given.</param>
    /// <returns>The version's name.</returns>
    /// <exception cref="SegueException">No permission, no space, or another process is writing.</exception>
    public string Write(ModelCard card, Action<string> writeFiles)
    {
        try
        {
            Directory.CreateDirectory(Folder);
            using FileStream held = Lock();
            foreach (string left in Directory.GetDirectories(Folder, StagingPrefix + "*"))
                Directory.Delete(left, recursive: true); // What a killed process left; the lock says that nobody writes it.
            string staging = Path.Combine(Folder, StagingPrefix + Environment.ProcessId);
            try
            {
                Directory.CreateDirectory(staging);
                writeFiles(staging);
                return Commit(card, staging);
            }
            finally
            {
                if (Directory.Exists(staging))
                    Directory.Delete(staging, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SegueException($"{Folder}: cannot write the {kind} ({e.Message}); what was there before is untouched", e);
        }
    }

    /// <summary>The names of all whole versions, oldest first.</summary>
    public IReadOnlyList<string> List() => !Directory.Exists(Folder)
        ? []
        : [.. Directory.GetDirectories(Folder)
            .Where(d => File.Exists(Path.Combine(d, "card.json")))
            .Select(d => Path.GetFileName(d)!)
            .Where(d => !d.StartsWith('.'))
            .Order(StringComparer.Ordinal)];

    /// <summary>The name of the version in use, or null when there is none.</summary>
    public string? Current()
    {
        string path = Path.Combine(Folder, CurrentFile);
        if (!File.Exists(path))
            return null;
        string name = File.ReadAllText(path).Trim();
        if (name.Length == 0 || name.Contains('/') || name.Contains('\\') || name.StartsWith('.') || !Directory.Exists(Path.Combine(Folder, name)))
            throw new ModelFileException(path, $"names version '{name}', which is not there; choose one with 'segue model rollback {kind}'");
        return name;
    }

    /// <summary>The folder of a version (the current one when none is named).</summary>
    /// <param name="howToMake">What the user should do when there is none, e.g. "run 'segue train-als'".</param>
    /// <exception cref="SegueException">There is no such version.</exception>
    public (string Name, string Folder) Find(string? version, string howToMake)
    {
        string? name = version ?? Current();
        if (name is null)
            throw new SegueException($"{Folder}: there is no {kind} yet; {howToMake}");
        if (!List().Contains(name))
            throw new UnknownNameException($"{kind} version", name, List());
        return (name, Path.Combine(Folder, name));
    }

    /// <summary>Makes the version before the current one (or the named one) current. Nothing is deleted.</summary>
    /// <returns>The version that is current now.</returns>
    public string Rollback(string? to = null)
    {
        try
        {
            using FileStream held = Lock();
            IReadOnlyList<string> versions = List();
            string? current = versions.Contains(ReadCurrentOrEmpty()) ? ReadCurrentOrEmpty() : null;
            string target = to ?? versions.LastOrDefault(v => current is null || string.CompareOrdinal(v, current) < 0)
                ?? throw new SegueException($"{Folder}: there is no version before '{current}'");
            if (!versions.Contains(target))
                throw new UnknownNameException($"{kind} version", target, versions);
            SwitchTo(target);
            return target;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SegueException($"{Folder}: cannot switch the version ({e.Message})", e);
        }
    }

    /// <summary>Checks every file of a version against its card (size and SHA-256).</summary>
    /// <exception cref="ModelFileException">The first file that does not agree.</exception>
    public ModelCard Verify(string version)
    {
        string path = Path.Combine(Folder, version);
        string cardPath = Path.Combine(path, "card.json");
        ModelCard card = ModelCard.Read(cardPath);
        if (!version.EndsWith(ContentHash(File.ReadAllText(cardPath)), StringComparison.Ordinal))
            throw new ModelFileException(cardPath, "was changed: its hash does not agree with the version's name");
        foreach ((string name, (long bytes, string sha256)) in card.Files)
        {
            string file = Path.Combine(path, name);
            if (!File.Exists(file))
                throw new ModelFileException(file, "is missing");
            (long foundBytes, string foundSha256) = Digest(file);
            if (foundBytes != bytes)
                throw new ModelFileException(file, $"is {foundBytes} bytes long, but its card says {bytes}");
            if (foundSha256 != sha256)
                throw new ModelFileException(file, "is damaged: its SHA-256 does not agree with the card");
        }

        return card;
    }

    private string Commit(ModelCard card, string staging)
    {
        foreach (string file in Directory.GetFiles(staging).Order(StringComparer.Ordinal))
            card.Files[Path.GetFileName(file)] = Digest(file);
        string json = card.ToJson();
        using (FileStream stream = new(Path.Combine(staging, "card.json"), FileMode.CreateNew))
        {
            stream.Write(Encoding.UTF8.GetBytes(json));
            stream.Flush(flushToDisk: true);
        }

        string hash = ContentHash(json);
        IReadOnlyList<string> versions = List();
        string? same = versions.LastOrDefault(v => v.EndsWith("-" + hash, StringComparison.Ordinal));
        int number = versions.Count == 0 ? 1 : versions.Max(v => int.TryParse(v.Split('-')[0], out int n) ? n : 0) + 1;
        string version = same ?? $"{number:0000}-{hash}";
        if (same is null)
            Directory.Move(staging, Path.Combine(Folder, version));
        SwitchTo(version);
        foreach (string old in List().Where(v => v != version).Reverse().Skip(VersionsKept - 1))
            Directory.Delete(Path.Combine(Folder, old), recursive: true);
        return version;
    }

    private void SwitchTo(string version)
    {
        string path = Path.Combine(Folder, CurrentFile), temporary = path + ".new";
        using (FileStream stream = new(temporary, FileMode.Create))
        {
            stream.Write(Encoding.UTF8.GetBytes(version + "\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    private string ReadCurrentOrEmpty() => File.Exists(Path.Combine(Folder, CurrentFile)) ? File.ReadAllText(Path.Combine(Folder, CurrentFile)).Trim() : "";

    private FileStream Lock()
    {
        string path = Path.Combine(Folder, ".lock");
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new SegueException($"{Folder}: another process is writing the {kind} right now; try again when it is done", e);
        }

        return stream;
    }

    private static string ContentHash(string cardJson) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cardJson)))[..12];

    private static (long Bytes, string Sha256) Digest(string file)
    {
        using FileStream stream = File.OpenRead(file);
        return (stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }
}
