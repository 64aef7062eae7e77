using Segue.Catalogue;
using Segue.Interactions;

namespace Segue.Import;

/// <summary>What was found in the files of one import.</summary>
/// <param name="Plays">Who played what, or null when no file held plays.</param>
/// <param name="Tracks">Tracks with their features, or null when no file held any.</param>
/// <param name="History">What one listener played, or null when no file was a listening history.</param>
/// <param name="Ledger">What became of every row.</param>
/// <param name="Side">Tags of the plays' artists and their listeners' friends, or null when no file held any.</param>
internal sealed record Imported(Plays? Plays, Tracks? Tracks, History? History, Ledger Ledger, SideInformation? Side = null);

/// <summary>
/// Reads what people have into <see cref="Plays"/> and <see cref="Tracks"/>. The format is told from the content, never from the name;
/// every reader streams, and every row is accounted for in the <see cref="Ledger"/>.
/// </summary>
internal static class Importer
{
    /// <summary>Reads files, archives and folders into one whole.</summary>
    /// <param name="paths">Files (plain, .gz, .zip) or folders.</param>
    /// <exception cref="DataException">A file is of no known format, has no rows, or too many that cannot be read. Nothing is half
    /// done.</exception>
    /// <exception cref="SegueException">A path is not there or cannot be read.</exception>
    public static Imported Read(
        IReadOnlyList<string> paths, ImportOptions? options = null, IProgress<ImportProgress>? progress = null, CancellationToken cancellation = default) =>
        ReadAll(paths, asHistory: false, before: null, options, progress, cancellation);

    /// <summary>Reads plays; other kinds of data in the same files are read too and dropped.</summary>
    /// <exception cref="DataException">See <see cref="Read"/>; also when there are no plays.</exception>
    public static (Plays Plays, Ledger Ledger) ReadPlays(
        string path, ImportOptions? options = null, IProgress<ImportProgress>? progress = null, CancellationToken cancellation = default)
    {
        Imported found = Read([path], options, progress, cancellation);
        return (found.Plays ?? throw new DataException(path, 0, "holds no plays (listener, artist, count), which are wanted here"), found.Ledger);
    }

    /// <summary>Reads tracks; other kinds of data in the same files are read too and dropped.</summary>
    /// <exception cref="DataException">See <see cref="Read"/>; also when there are no tracks.</exception>
    public static (Tracks Tracks, Ledger Ledger) ReadTracks(
        string path, ImportOptions? options = null, IProgress<ImportProgress>? progress = null, CancellationToken cancellation = default)
    {
        Imported found = Read([path], options, progress, cancellation);
        return (found.Tracks ?? throw new DataException(path, 0, "holds no tracks with audio features, which are wanted here"), found.Ledger);
    }

    internal static Imported ReadAll(
        IReadOnlyList<string> paths,
        bool asHistory,
        History? before,
        ImportOptions? options,
        IProgress<ImportProgress>? progress,
        CancellationToken cancellation)
    {
        using ImportRun run = new(options ?? ImportOptions.Default, before, progress, cancellation);
        bool hasCompanionsOnly = false;
        foreach (InputFile input in InputFile.OpenAll(WithCompanions(paths), run.Ledger, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            Recognized? format = Formats.Recognize(input, asHistory, run.Options);
            if (format is null && input.WasNamed)
                throw Formats.Unknown(input);
            if (format?.Read is not { } read)
            {
                string what = format is null ? Formats.Foreign(input.Head.Span) ?? "is of no format known here" : $"({format.Name}) is not used";
                run.Ledger.Note($"{input.Name} {what}; it was left aside");
                continue;
            }

            hasCompanionsOnly |= format.Kind.IsCompanion();
            LedgerFile file = run.Ledger.Open(input.Name, format.Name, run.Options.SamplesPerReason);
            bool isPlainFile = PathKinds.Of(input.Path) == PathKind.File;
            if (format.Kind == FileKind.Plays && isPlainFile && run.Options.Parts is { } parts && input.BytesOfContent >= parts.BytesMin)
                parts.Read(input, file, run, () => read(input, file, run));
            else
                read(input, file, run);
        }

        if (run.Plays.Rows == 0 && run.Tracks.Count == 0 && !run.FoundHistory)
        {
            throw new DataException(paths.Count == 0 ? "(no path)" : paths[0], 0,
                hasCompanionsOnly
                    ? "holds names of artists, tags or friends, but nobody's plays; import the folder, with user_artists.dat in it"
                    : Formats.NothingUsable(run.Ledger));
        }

        return Finish(run);
    }

    private static Imported Finish(ImportRun run)
    {
        Plays? plays = null;
        if (run.Plays.Rows > 0)
        {
            plays = run.Plays.Build(out long merged);
            foreach (LedgerFile file in Enumerable.Reverse(run.PlaysFiles))
                merged -= file.MergeAccepted(merged);
        }

        SideInformation? side = plays is null ? null : run.Side.Build(plays, run.Ledger);
        History? history = run.FoundHistory ? run.History.Build() : null;
        NoteWhatIsMissing(history, run.Ledger);
        if (!run.Ledger.Reconciles)
            throw new InvalidOperationException("The ledger does not add up: " + string.Join("; ", run.Ledger.Summary()));
        return new Imported(plays, run.Tracks.Count == 0 ? null : run.Tracks.Build(), history, run.Ledger, side);
    }

    /// <summary>A history of which no taste can be read looks like any other until somebody asks for music.</summary>
    private static void NoteWhatIsMissing(History? history, Ledger ledger)
    {
        if (history is { Listens.Count: 0 })
            ledger.Note("the history is empty: no row of it is a listen to a song");
        else if (history is not null && history.Listens.All(l => l.Skipped))
            ledger.Note("the history holds skips and no plays; of skips alone no taste can be read");
    }

    /// <summary>Last.fm-2K keeps the names of its artists in a second file, which people forget to mention.</summary>
    private static List<string> WithCompanions(IReadOnlyList<string> paths)
    {
        List<string> all = [.. paths];
        foreach (string path in paths.Where(p => Path.GetFileName(p) == "user_artists.dat"))
        {
            string names = Path.Combine(Path.GetDirectoryName(path) ?? "", "artists.dat");
            if (PathKinds.Of(names) == PathKind.File)
                all.Add(names);
        }

        return [.. all.Distinct(StringComparer.Ordinal)];
    }
}
