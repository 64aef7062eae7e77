using System.Globalization;
using System.Text;

namespace Segue.Import;

/// <summary>
/// Histories in tables: exports of Last.fm (two kinds), Libre.fm, Maloja, Rockbox' scrobbler log, and any CSV or TSV with an artist and,
/// if it has them, title, album, time and count. They differ only in which column holds what.
/// </summary>
internal sealed record HistoryTable
{
    private static readonly string[] s_artist = ["artist", "artistname", "artistnames", "artists", "band", "trackartists"];
    private static readonly string[] s_title = ["track", "title", "trackname", "tracktitle", "song", "name"];
    private static readonly string[] s_album = ["album", "albumname", "release", "releasename"];
    private static readonly string[] s_time = ["uts", "time", "timestamp", "date", "utctime", "playedat", "listenedat", "endtime"];
    private static readonly string[] s_plays = ["plays", "playcount", "count", "weight", "scrobbles", "listens"];

    /// <summary>What columns are called.</summary>
    public static IEnumerable<string> Roles => [.. s_artist, .. s_title, .. s_album, .. s_time, .. s_plays];

    public required string Format { get; init; }

    public required HistorySource Source { get; init; }

    public required TableHead Head { get; init; }

    public bool HasHeader { get; init; }

    public required int Columns { get; init; }

    public required int Artist { get; init; }

    public int Title { get; init; } = -1;

    public int Album { get; init; } = -1;

    public int Time { get; init; } = -1;

    public int Plays { get; init; } = -1;

    /// <summary>Whether the file says that its Unix times are of a local clock: <c>#TZ/UNKNOWN</c>, from players that know no zone.</summary>
    public bool LocalClock { get; init; }

    /// <summary>The column with L (listened) or S (skipped).</summary>
    public int Rating { get; init; } = -1;

    /// <summary>The table that the head of a file shows, or null.</summary>
    public static HistoryTable? Recognize(TableHead head)
    {
        if (head.Comments.Any(c => c.StartsWith("#AUDIOSCROBBLER/", StringComparison.Ordinal)))
            return ScrobblerLog(head);
        return head.Rows.Count == 0 ? null : FromHeader(head) ?? (head.NamesItsColumns ? null : FromShape(head));
    }

    /// <summary>Whether the first row names the columns of a history.</summary>
    public static bool HasHeaderOf(TableHead head) => FromHeader(head) is { Title: >= 0 } or { Time: >= 0 };

    public void Read(InputFile input, LedgerFile ledger, ImportRun run)
    {
        using TableRows rows = Head.Open(input, HasHeader, [Artist, Title, Album, Time, Plays, Rating]);
        run.BeginHistory();
        if (LocalClock && run.Options.TimeZone is null)
            run.Ledger.Note($"{input.Name} says that its times are local and not where (#TZ/UNKNOWN); they were read as UTC. Name the place with --time-zone");
        while (rows.Read())
        {
            run.Tick(input, ledger);
            if (!rows.IsWhole(Columns, ledger))
                continue;
            float plays = 1;
            DateTimeOffset? at = null;
            string artist = Text(rows[Artist]).Trim();
            if (artist.Length == 0)
                ledger.Reject("no artist", rows.Line, rows.Row);
            else if (Plays >= 0 && PlaysTable.ProblemWith(rows[Plays], out plays) is { } problem)
                ledger.Reject(problem, rows.Line, rows.Row);
            else if (plays == 0)
                ledger.Skip("no plays", rows.Line, rows.Row);
            else if (Time >= 0 && !TryTime(Text(rows[Time]), run.Options.TimeZone, out at))
                ledger.Reject("no readable time", rows.Line, rows.Row);
            else if (run.History.Add(new Listen
            {
                Artist = artist,
                Title = Title < 0 || rows[Title].IsEmpty ? null : Text(rows[Title]).Trim(),
                Album = Album < 0 || rows[Album].IsEmpty ? null : Text(rows[Album]).Trim(),
                At = at,
                Plays = Rating >= 0 && rows[Rating] is [(byte)'S' or (byte)'s'] ? 0 : plays,
                Source = at is null ? HistorySource.List : Source,
            }))
                ledger.Accept();
            else
                ledger.Merge();
        }

        run.Close(input, ledger, rows);
    }

    /// <summary>Exports of the services are in UTC, whatever a person says; only files that nobody speaks for are read in a person's zone.</summary>
    private bool TryTime(string text, TimeZoneInfo? zone, out DateTimeOffset? at)
    {
        if (!HistoryTime.TryParse(text, out at, Source == HistorySource.Table ? zone : null))
            return false;
        if (LocalClock && zone is not null && at is { } clock)
            at = HistoryTime.FromLocal(clock, zone);
        return true;
    }

    /// <summary>Artist, album, title, track number, seconds, L or S, time, and in newer versions an MBID.</summary>
    private static HistoryTable ScrobblerLog(TableHead head) => new()
    {
        Format = "scrobbler log",
        Source = HistorySource.ScrobblerLog,
        Head = head.WithTabs(),
        Columns = Math.Max(7, head.Columns),
        Artist = 0,
        Album = 1,
        Title = 2,
        Rating = 5,
        Time = 6,
        LocalClock = head.Comments.Any(c => c.StartsWith("#TZ/", StringComparison.Ordinal) && c.Trim() != "#TZ/UTC"),
    };

    private static HistoryTable? FromHeader(TableHead head)
    {
        string[] keys = [.. head.Rows[0].Select(TableHead.Key)];
        int artist = head.ColumnOf(s_artist), title = head.ColumnOf(s_title);
        int time = head.ColumnOf(s_time), plays = head.ColumnOf(s_plays);
        if (artist < 0 || keys.Any(k => k is "user" or "userid" or "username") || (keys.Length > 1 && title < 0 && time < 0 && plays < 0))
            return null;
        bool isGhan = keys is ["uts", "utctime", ..], isMaloja = keys is ["artist", "track", "album", "time"];
        return new HistoryTable
        {
            Format = isGhan ? "Last.fm export (ghan.nl)" : isMaloja ? "Libre.fm or Maloja export" : "table of listens",
            Source = isGhan ? HistorySource.Lastfm : isMaloja ? HistorySource.Maloja : HistorySource.Table,
            Head = head,
            HasHeader = true,
            Columns = keys.Length,
            Artist = artist,
            Title = title,
            Album = head.ColumnOf(s_album),
            Time = time,
            Plays = plays,
        };
    }

    private static HistoryTable? FromShape(TableHead head)
    {
        HistoryTable table = new()
        {
            Format = "",
            Source = HistorySource.Table,
            Head = head,
            Columns = head.Columns,
            Artist = 0,
        };
        return head.Columns switch
        {
            4 when head.Most(r => r[3].Length > 8 && HistoryTime.TryParse(r[3], out DateTimeOffset? at) && at is not null) =>
                table with { Format = "Last.fm export (lastfm-to-csv)", Source = HistorySource.Lastfm, Album = 1, Title = 2, Time = 3 },
            2 when head.Most(r => IsNumber(r[1]) && !IsNumber(r[0])) => table with { Format = "artists and plays", Source = HistorySource.List, Plays = 1 },
            _ => null,
        };
    }

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static string Text(ReadOnlySpan<byte> field) => Encoding.UTF8.GetString(field);
}
