using Segue.Catalogue;
using Segue.Import;
using Segue.Interactions;

namespace Segue.Cli;

/// <summary>Reading files with progress, and saying afterwards what became of their rows.</summary>
internal static class Importing
{
    public static Imported Read(Session session, IReadOnlyList<string> paths)
    {
        Imported found;
        using (Progress progress = session.Progress("reading"))
        {
            Relay<ImportProgress> relay = new(p => progress.Report(
                p.BytesTotal > 0 ? (double)p.BytesRead / p.BytesTotal : -1, $"{Path.GetFileName(p.File)}: {p.Rows:N0} rows"));
            found = Importer.Read(paths, null, relay, session.Cancellation);
        }

        foreach (string line in found.Ledger.Summary())
            session.Note(line);
        return found;
    }

    public static Plays ReadPlays(Session session, IReadOnlyList<string> paths) =>
        Read(session, paths).Plays ?? throw new DataFormatException(paths[0], 0, "holds tracks, but plays (listener, artist, count) are wanted here");

    /// <summary>A listener's own history, its names matched to the artists of the plays; what did not match is said.</summary>
    public static Profile ReadHistory(Session session, string file, Plays plays)
    {
        History history = HistoryReader.Read(file);
        (Profile profile, MatchReport report) = HistoryMatcher.ToArtists(history, plays.Artists, name: Path.GetFileName(file));
        session.Note($"{file}: {report}");
        return profile.Artists.Length > 0 ? profile : throw new SegueException($"{file}: none of its artists is known to the model");
    }

    public static Tracks ReadTracks(Session session, string path) =>
        Read(session, [path]).Tracks ?? throw new DataFormatException(path, 0, "holds plays, but tracks with audio features are wanted here");
}
