using Segue.Import;
using Segue.ModelFiles;

namespace Segue.Making;

/// <summary>
/// Makes data and models in a home folder: imports, trains, embeds, indexes. Each call reports its progress, can be stopped at any moment, and leaves
/// the folder as it was until its last step, which switches to what was made.
/// </summary>
/// <param name="home">The folder that holds <c>data/</c> and <c>models/</c>; made where it is not there.</param>
/// <param name="time">The clock of reports; null for the system's.</param>
public sealed partial class ModelMaker(string home, TimeProvider? time = null)
{
    private readonly SegueHome _home = new(home);
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>The folder, as a full path.</summary>
    public string Home => _home.Folder;

    private static Imported ReadFiles(IReadOnlyList<string> paths, IProgress<MakingProgress>? progress, List<string> notes, CancellationToken cancellationToken)
    {
        Imported found = Importer.Read(paths, null, Reading(progress), cancellationToken);
        notes.AddRange(found.Ledger.Summary());
        return found;
    }

    internal static IProgress<ImportProgress>? Reading(IProgress<MakingProgress>? progress, string work = "reading") =>
        Relay<ImportProgress>.To(progress, p => new MakingProgress(
            work,
            p.BytesTotal > 0 ? (double)p.BytesRead / p.BytesTotal : -1,
            $"{Path.GetFileName(p.File)}: {p.Rows:N0} rows"));

    private static long PeakMemoryBytes() => System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64;

    private double SecondsSince(long started) => _time.GetElapsedTime(started).TotalSeconds;
}
