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
            session.Warn(line);
        return found;
    }

    public static Plays ReadPlays(Session session, IReadOnlyList<string> paths) =>
        Read(session, paths).Plays ?? throw new DataFormatException(paths[0], 0, "holds tracks, but plays (listener, artist, count) are wanted here");

    /// <summary>A listener's own history as artists of the plays; what did not match is said.</summary>
    public static Profile Match(Session session, History history, Plays plays, string name)
    {
        double days = session.Get(ListenerOptions.HalfLife);
        if (!(days >= 0 && days < 1e6))
            throw new WrongUsageException($"--half-life takes a number of days, not {days}");
        (Profile profile, MatchReport report) = HistoryMatcher.ToArtists(history, plays.Artists, days > 0 ? TimeSpan.FromDays(days) : null, Path.GetFileName(name));
        session.Warn($"{name}: {report}");
        return profile.Artists.Length > 0 ? profile : throw new SegueException($"{name}: none of its artists is known to the model");
    }

    public static Tracks ReadTracks(Session session, string path) =>
        Read(session, [path]).Tracks ?? throw new DataFormatException(path, 0, "holds plays, but tracks with audio features are wanted here");
}
