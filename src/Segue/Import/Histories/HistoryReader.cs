using Segue.Interactions;

namespace Segue.Import;

/// <summary>Reads what one listener has of their own history: an export of Spotify, Last.fm, ListenBrainz and others, a table, or a plain
/// list.</summary>
internal static class HistoryReader
{
    /// <summary>The history in a file, archive or folder.</summary>
    /// <exception cref="DataException">It is of no known format, holds several listeners, or too many rows that cannot be read.</exception>
    /// <exception cref="SegueException">It is not there or cannot be read.</exception>
    public static History Read(string path, CancellationToken cancellation = default) => Read([path], before: null, cancellation: cancellation).History;

    /// <summary>The same for several files, with what is known already: overlapping exports count no play twice.</summary>
    /// <param name="paths">Files (plain, .gz, .zip) or folders.</param>
    /// <param name="before">The history so far; the new one has it too.</param>
    public static (History History, Ledger Ledger) Read(
        IReadOnlyList<string> paths,
        History? before,
        ImportOptions? options = null,
        IProgress<ImportProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        Imported found = Importer.ReadAll(paths, asHistory: true, before, options, progress, cancellation);
        if (found.History is null && found.Plays is null)
            throw new DataException(paths[0], 0, "holds tracks of a catalogue, and nobody's plays; a listening history is wanted here");
        if (found.Plays is null)
            return (found.History!, found.Ledger);
        HistoryBuilder all = HistoryBuilder.From(found.History ?? before);
        foreach (Listen listen in OfOneListener(found.Plays, paths[0]))
            all.Add(listen);
        return (all.Build(), found.Ledger);
    }

    /// <summary>A table of listener, artist, plays is a history when there is one listener in it.</summary>
    private static IEnumerable<Listen> OfOneListener(Plays plays, string path)
    {
        if (plays.UserIds.Count != 1)
        {
            throw new DataException(path, 0,
                $"holds the plays of {plays.UserIds.Count:N0} listeners, but a history is one listener's; import it as data, and name the listener with --user");
        }

        for (int k = 0; k < plays.Counts.Nonzeros; k++)
        {
            int artist = plays.Counts.Indices.Span[k];
            string name = plays.Artists.Names[artist], id = plays.Artists.Ids[artist];
            yield return new Listen { Artist = name, ArtistId = id, Plays = plays.Counts.Values.Span[k] };
        }
    }
}
