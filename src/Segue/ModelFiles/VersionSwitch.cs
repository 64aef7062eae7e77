using Segue.Writing;

namespace Segue.ModelFiles;

/// <summary>
/// Versions of several kinds that are switched to at one moment: <c>switching</c>, a text file in the folder of the kinds with a line a kind ("plays
/// 0002-1a2b3c4d5e6f"). It appears whole, by one renaming, and from then on says what is current; that each kind's own file says the same follows.
/// A process killed in between leaves it, and nothing is wrong: readers ask it first, and the next writer finishes what it says.
/// </summary>
/// <param name="folder">The folder that holds the kinds' folders.</param>
internal sealed class VersionSwitch(string folder)
{
    private readonly string _path = Path.Combine(folder, "switching");

    /// <summary>The version of a kind that was switched to and may not be in the kind's own file yet; null where there is none.</summary>
    public string? TargetOf(string kind) => Read().FirstOrDefault(t => t.Kind == kind).Version;

    /// <summary>Switches: after it returned, all are current; before, none is.</summary>
    public void Begin(IEnumerable<(string Kind, string Version)> targets) =>
        AtomicFile.Write(_path, string.Concat(targets.Select(t => $"{t.Kind} {t.Version}\n")));

    /// <summary>Finishes what a process began that was killed, if it is about this kind, before anybody switches that to something else.</summary>
    /// <param name="kind">Whose lock the caller holds.</param>
    /// <exception cref="SegueException">Another process is writing one of the other kinds.</exception>
    public void FinishLeft(string kind)
    {
        string[] kinds = [.. Read().Select(t => t.Kind)];
        if (!kinds.Contains(kind))
            return;
        List<WriterLock> others = [];
        try
        {
            foreach (string other in kinds.Where(k => k != kind))
                others.Add(WriterLock.Take(Path.Combine(folder, other), $"the {other}"));
            Finish();
        }
        finally
        {
            others.ForEach(o => o.Dispose());
        }
    }

    /// <summary>Brings the kinds' own files up to it. The caller holds the locks of all of them.</summary>
    public void Finish()
    {
        foreach ((string kind, string version) in Read())
            AtomicFile.Write(Path.Combine(folder, kind, VersionStore.CurrentFile), version + "\n");
        File.Delete(_path);
        DiskOrder.FlushFolder(folder);
    }

    private List<(string Kind, string Version)> Read()
    {
        string text;
        try
        {
            text = File.ReadAllText(_path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }

        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')).Select(f =>
            f is [var kind, var version] && kind.All(char.IsAsciiLetterLower)
                ? (kind, version)
                : throw new ModelFileException(_path, "is damaged: a line is not a kind and the name of a version; delete it"))];
    }
}
