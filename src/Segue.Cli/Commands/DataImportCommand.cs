using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Segue.Import;

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

    public static readonly Option<string?> Map = new("--map")
    {
        Description = "What your columns hold: user=..,artist=..,plays=.. (also artistid, title, album, time, id, audio features)",
        HelpName = "ROLE=COLUMN,...",
    };

    private static readonly Argument<string[]> s_paths = new("PATH") { Description = "Files, .gz, .zip or folders", Arity = ArgumentArity.OneOrMore };

    private static readonly Option<string?> s_as = new("--as")
    {
        Description = "Keep a listening history as this profile, for 'recommend --profile NAME'",
        HelpName = "NAME",
    };

    public static Command Create() => new Command("import", "Takes in plays, tracks, or your own listening history; the format is told from the content")
        .With(s_paths, s_as, Map, TimeZone, Ledger, MaxRejected)
        .WithExamples(
            "segue data import user_artists.dat dataset.csv       # Last.fm-2K and Spotify's tracks",
            "segue data import usersha1-artmbid-artname-plays.tsv.gz",
            "segue data import mine.csv --map user=listener,artist=band,plays=n",
            "segue data import my_spotify_data.zip --as me        # once more later: no play counts twice")
        .Runs(Run);

    /// <summary>The options that decide what is tolerated.</summary>
    public static ImportOptions OptionsOf(Session session)
    {
        double share = session.Get(MaxRejected) ?? ImportOptions.Default.RejectedShareMax;
        return share is >= 0 and <= 1
            ? ImportOptions.Default with { RejectedShareMax = share, Map = MapOf(session.Get(Map)), TimeZone = session.Get(TimeZone) is { } zone ? ZoneOf(zone) : null }
            : throw new WrongUsageException($"--max-rejected is a share from 0 to 1, not {share}");
    }

    /// <summary>Progress of an import on the terminal.</summary>
    public static IProgress<ImportProgress> Relay(Progress progress) => new Relayed(progress);

    public static void WriteLedger(Session session, Ledger ledger)
    {
        if (session.Get(Ledger) is { } path)
            File.WriteAllText(path, ledger.ToJson().ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n", new UTF8Encoding(false));
    }

    private static TimeZoneInfo ZoneOf(string name)
    {
        try
        {
            return ImportOptions.ZoneOf(name);
        }
        catch (SegueException e)
        {
            throw new WrongUsageException($"--time-zone: {e.Message}");
        }
    }

    private static Dictionary<string, string> MapOf(string? text)
    {
        Dictionary<string, string> map = new(StringComparer.Ordinal);
        foreach (string part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.Split('=', 2) is not [{ Length: > 0 } role, { Length: > 0 } column] || !map.TryAdd(role, column))
                throw new WrongUsageException($"--map takes ROLE=COLUMN,... with each role once; '{part}' is not that");
            if (!ImportOptions.IsRole(role))
            {
                throw new WrongUsageException(
                    $"--map: '{role}' is nothing that a column can hold; say user, artist, artistid, plays, title, album, time, id, genre or an audio feature");
            }
        }

        return map;
    }

    private static void Run(Session session)
    {
        string[] paths = session.Get(s_paths);
        if (session.Get(s_as) is { } name)
        {
            ImportHistory(session, paths, name);
            return;
        }

        // A single file starts over when it is stopped: a part of it would be of use in the last moments only.
        bool isOneFile = paths is [var only] && !Directory.Exists(only) && !IsZip(only);
        using ImportParts? parts = isOneFile ? null : ImportParts.Open(session.Home.Folder);
        Imported found;
        using (Progress progress = session.Progress("reading"))
            found = Importer.Read(paths, OptionsOf(session) with { Parts = parts }, Relay(progress), session.Cancellation);
        if (found.Plays is null && found.Tracks is null)
            throw new SegueException($"{paths[0]}: is one listener's history ({found.Ledger.Files[0].Format}); say whose with --as NAME, such as --as me");
        if (found.History is not null)
            session.Warn("segue: a listener's history was among the files and is not kept; import it by itself with --as NAME");
        WriteLedger(session, found.Ledger);
        JsonObject saved = HomeData.Save(session.Home, found.Plays, found.Tracks, found.Side);
        parts?.Clear();
        Tell(session, saved, found.Ledger);
    }

    private static bool IsZip(string path)
    {
        if (new FileInfo(path) is not { Exists: true, Length: > 0 })
            return false; // A pipe's length is 0; looking into it would take what comes through.
        using FileStream file = File.OpenRead(path);
        byte[] magic = new byte[4];
        return file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && magic.AsSpan().SequenceEqual("PK\u0003\u0004"u8);
    }

    private static void ImportHistory(Session session, string[] paths, string name)
    {
        Ledger? ledger = null;
        History history;
        using (Progress progress = session.Progress("reading"))
        {
            history = new ListenerProfiles(session.Home.Folder).Update(name, before =>
            {
                (History all, ledger) = HistoryReader.Read(paths, before, OptionsOf(session), Relay(progress), session.Cancellation);
                return all;
            });
        }

        WriteLedger(session, ledger!);
        Tell(session, new JsonObject { ["profile"] = name, ["history"] = HomeData.Describe(history) }, ledger!);
        session.Note($"segue: kept as profile '{name}'; 'segue data forget {name}' deletes it");
    }

    private static void Tell(Session session, JsonObject saved, Ledger ledger)
    {
        if (session.Json)
        {
            saved["ledger"] = ledger.ToJson();
            session.WriteJson(saved);
            return;
        }

        foreach (string line in ledger.Summary())
            session.Say(line);
        HomeData.Say(session, saved);
    }

    private sealed class Relayed(Progress progress) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) =>
            progress.Report(value.BytesTotal > 0 ? (double)value.BytesRead / value.BytesTotal : -1, $"{Path.GetFileName(value.File)}: {value.Rows:N0} rows");
    }
}
