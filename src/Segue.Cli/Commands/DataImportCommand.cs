using System.CommandLine;
using System.Text.Json;
using Segue.Import;
using Segue.Making;
using Segue.Writing;

namespace Segue.Cli.Commands;

/// <summary>Files, archives and folders -> data/ in the home folder.</summary>
internal static class DataImportCommand
{
    public static readonly Option<string?> Ledger = new("--ledger")
    {
        Description = "Write the whole ledger (every reason with its count and samples) as JSON",
        HelpName = "FILE",
    };

    public static readonly Option<double?> MaxRejected = new("--max-rejected")
    {
        Description = "Share of rows that may be rejected before the import is refused, 0..1 (default 0.01)",
        HelpName = "SHARE",
    };

    public static readonly Option<string?> TimeZone = new("--time-zone")
    {
        Description = "Where times were written down that do not say it (scrobbler logs, your own tables), such as Europe/Berlin or +02:00; UTC without it",
        HelpName = "ZONE",
    };

    public static readonly Option<string?> Dates = new("--dates")
    {
        Description = "Which comes first in dates such as 3/4/2022, where no date of the column says it: dmy or mdy",
        HelpName = "ORDER",
    };

    public static readonly Option<string?> Map = new("--map")
    {
        Description = "What your columns hold: user=..,artist=..,plays=.. (also artistid, title, album, time, id, msplayed, audio features); "
            + "by number where there is no header",
        HelpName = "ROLE=COLUMN,...",
    };

    private static readonly Argument<string[]> s_paths = new("PATH") { Description = "Files, .gz, .zip or folders", Arity = ArgumentArity.OneOrMore };

    private static readonly Option<string?> s_as = new("--as")
    {
        Description = "Keep a listening history as this profile, for 'recommend --profile NAME'",
        HelpName = "NAME",
    };

    public static Command Create() => new Command("import", "Takes in plays, tracks, or your own listening history; the format is told from the content")
        .With(s_paths, s_as, Map, TimeZone, Dates, Ledger, MaxRejected)
        .WithExamples(
            "segue data import user_artists.dat dataset.csv       # Last.fm-2K and Spotify's tracks",
            "segue data import usersha1-artmbid-artname-plays.tsv.gz",
            "segue data import mine.csv --map user=listener,artist=band,plays=n",
            "segue data import my_spotify_data.zip --as me        # once more later: no play counts twice")
        .Runs(Run);

    /// <summary>The import that the options ask for.</summary>
    public static ImportRequest RequestOf(Session session, string[] paths, string? profile = null) => new()
    {
        Paths = [.. paths],
        ProfileName = profile,
        Map = session.Get(Map),
        TimeZone = session.Get(TimeZone),
        Dates = session.Get(Dates),
        MaxRejected = session.Get(MaxRejected) ?? new ImportRequest().MaxRejected,
    };

    public static void WriteLedger(Session session, Ledger ledger)
    {
        if (session.Get(Ledger) is { } path)
            AtomicFile.Write(path, ledger.ToJson().ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    private static void Run(Session session)
    {
        string? profile = session.Get(s_as);
        DataReport kept;
        using (ProgressBars bars = session.Bars())
            kept = session.Maker.Import(RequestOf(session, session.Get(s_paths), profile), bars, session.Cancellation);
        WriteLedger(session, kept.Ledger!);
        DataLines.Tell(session, kept);
        if (profile is not null)
            session.Note($"segue: kept as profile '{profile}'; 'segue data forget {profile}' deletes it");
    }
}
