using System.Globalization;
using System.Text;

namespace Segue.Import;

/// <summary>
/// Histories in tables: exports of Spotify, Last.fm, Apple Music, Tidal, Libre.fm, Maloja, iTunes, Rockbox' scrobbler log, playlists of Exportify,
/// and any table with an artist and, if it has them, title, album, time, count and how long it was heard. They differ only in which column holds
/// what.
/// </summary>
internal sealed record HistoryTable
{
    private static readonly string[] s_between = [" - ", " – ", " — "];

    /// <summary>What columns are called.</summary>
    public static IEnumerable<string> Roles => ListenNames.All;

    public required string Format { get; init; }

    public required HistorySource Source { get; init; }

    public required TableHead Head { get; init; }

    public bool HasHeader { get; init; }

    public required int Columns { get; init; }

    public required int Artist { get; init; }

    public int Title { get; init; } = -1;

    /// <summary>The column with artist and title in one, or -1.</summary>
    public int Both { get; init; } = -1;

    public int Album { get; init; } = -1;

    public int Time { get; init; } = -1;

    /// <summary>The column of the time of day, where <see cref="Time"/> is the date alone; or -1.</summary>
    public int Clock { get; init; } = -1;

    public int Plays { get; init; } = -1;

    public int Id { get; init; } = -1;

    /// <summary>The column of the listener, or -1; all rows must be of one.</summary>
    public int User { get; init; } = -1;

    /// <summary>Whether the column of the artist holds lists, as in playlists of Exportify.</summary>
    public bool HasManyArtists { get; init; }

    /// <summary>Whether rows without a count are songs that were never played.</summary>
    public bool IsLibrary { get; init; }

    /// <summary>Whether the file says that its Unix times are of a local clock: <c>#TZ/UNKNOWN</c>, from players that know no zone.</summary>
    public bool LocalClock { get; init; }

    /// <summary>The column with L (listened) or S (skipped).</summary>
    public int Rating { get; init; } = -1;

    /// <summary>How long, and to what end; null in tables without a header.</summary>
    public ListenColumns? Heard { get; init; }

    /// <summary>The table that the head of a file shows, or null.</summary>
    /// <param name="ofOneListener">Whether a column of listeners may stand in it.</param>
    public static HistoryTable? Recognize(TableHead head, bool ofOneListener = false)
    {
        if (head.Comments.Any(c => c.StartsWith("#AUDIOSCROBBLER/", StringComparison.Ordinal)))
            return ScrobblerLog(head);
        return head.Rows.Count == 0 ? null : FromHeader(head, ofOneListener) ?? (head.NamesItsColumns ? null : FromShape(head));
    }

    /// <summary>Whether the first row names the columns of a history.</summary>
    public static bool HasHeaderOf(TableHead head) => FromHeader(head, ofOneListener: false) is { Title: >= 0 } or { Time: >= 0 };

    public void Read(InputFile input, LedgerFile ledger, ImportRun run)
    {
        using TableRows rows = Head.Open(input, HasHeader, Used);
        run.BeginHistory(ledger);
        if (LocalClock && run.Options.TimeZone is null)
            run.Ledger.Note($"{input.Name} says that its times are local and not where (#TZ/UNKNOWN); they were read as UTC. Name the place with --time-zone");
        if (HasHeader)
            run.NoteUnused(input, Head, Used);
        new HistoryRows(this, input, ledger, run).Read(rows);
        run.Close(input, ledger, rows);
    }

    /// <summary>Artist and title of a text that holds both.</summary>
    public static (string Artist, string? Title) Split(string text)
    {
        foreach (string between in s_between)
        {
            int at = text.IndexOf(between, StringComparison.Ordinal);
            if (at > 0 && text[(at + between.Length)..].Trim() is { Length: > 0 } title)
                return (text[..at].Trim(), title);
        }

        return (text.Trim(), null);
    }

    private IReadOnlyList<int> Used => [Artist, Title, Both, Album, Time, Clock, Plays, Id, User, Rating, .. Heard?.All ?? []];

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

    private static HistoryTable? FromHeader(TableHead head, bool ofOneListener)
    {
        string[] keys = [.. head.Rows[0].Select(TableHead.Key)];
        ListenColumns heard = new(head);
        bool isLibrary = Array.IndexOf(keys, "dateadded") >= 0 && (head.ColumnOf("plays", "playcount") >= 0 || Array.IndexOf(keys, "totaltime") >= 0);
        int artist = head.ColumnOf(ListenNames.Artist), title = head.ColumnOf(ListenNames.Title), user = head.ColumnOf(ListenNames.User);
        int both = artist >= 0 ? -1 : head.ColumnOf("trackdescription");
        if (artist < 0 && both < 0 && keys.Contains("lastplayeddate"))
            both = title; // Apple Music writes "artist - title" there.
        // Of a library the day of the last play is known, and how long a song is ("Time"); neither is when the plays were.
        int time = isLibrary ? -1 : head.ColumnOf(ListenNames.Time), plays = head.ColumnOf(ListenNames.Plays);
        bool isBare = keys.Length > 1 && title < 0 && time < 0 && plays < 0;
        if (artist < 0 && both < 0 || isBare || user >= 0 && !(ofOneListener && (title >= 0 || time >= 0)))
            return null;
        (string format, HistorySource source) = Known(keys, isLibrary);
        return new HistoryTable
        {
            Format = format,
            Source = source,
            Head = head,
            HasHeader = true,
            Columns = keys.Length,
            Artist = artist,
            HasManyArtists = artist >= 0 && keys[artist] == "artistnames" && keys.Contains("trackuri"),
            Title = both >= 0 ? -1 : title,
            Both = both,
            Album = head.ColumnOf(ListenNames.Album),
            Time = time,
            Clock = ClockOf(head, time),
            Plays = heard.AreOfEvents && keys.All(k => k != "playcount") ? -1 : plays,
            Id = head.ColumnOf(ListenNames.Id),
            User = user,
            IsLibrary = isLibrary,
            Heard = heard,
        };
    }

    private static (string Format, HistorySource Source) Known(string[] keys, bool isLibrary)
    {
        bool Has(params ReadOnlySpan<string> names)
        {
            foreach (string name in names)
            {
                if (Array.IndexOf(keys, name) < 0)
                    return false;
            }

            return true;
        }

        return keys switch
        {
            ["uts", "utctime", ..] => ("Last.fm export (ghan.nl)", HistorySource.Lastfm),
            ["artist", "track", "album", "time"] => ("Libre.fm or Maloja export", HistorySource.Maloja),
            _ when isLibrary => ("iTunes library", HistorySource.List),
            _ when Has("ts", "msplayed") => ("Spotify extended history as a table", HistorySource.SpotifyExtended),
            _ when Has("endtime", "artistname", "trackname", "msplayed") => ("Spotify account data as a table", HistorySource.SpotifyAccount),
            _ when Has("playdurationmilliseconds") || Has("trackname", "lastplayeddate") => ("Apple Music activity", HistorySource.Table),
            _ when Has("trackuri", "addedat") => ("playlist of Exportify", HistorySource.List),
            _ => ("table of listens", HistorySource.Table),
        };
    }

    /// <summary>The column "time" beside one of dates without a clock.</summary>
    private static int ClockOf(TableHead head, int date)
    {
        int clock = head.ColumnOf("time", "clock", "timeofday");
        if (clock < 0 || date < 0 || clock == date)
            return -1;
        string[] clocks = [.. head.Rows.Skip(1).Where(r => r.Length > clock).Select(r => r[clock].Trim()).Where(t => t.Length > 0)];
        return clocks.Length > 0 && clocks.All(t => t.IndexOf(':') is 1 or 2) ? clock : -1;
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
            // Last.fm-Scrubbler puts the artist of the album and the length behind the time.
            >= 4 and <= 6 when head.Most(r => IsTime(r[3]) && !IsTime(r[0]) && !IsTime(r[2])) => table with
            {
                Format = head.Columns == 4 ? "Last.fm export (lastfm-to-csv)" : "Last.fm-Scrubbler's table",
                Source = HistorySource.Lastfm,
                Album = 1,
                Title = 2,
                Time = 3,
            },
            2 when head.Most(r => IsNumber(r[1]) && !IsNumber(r[0])) => table with { Format = "artists and plays", Source = HistorySource.List, Plays = 1 },
            _ => null,
        };
    }

    private static bool IsTime(string text) => text.Length >= 8 && HistoryTime.Read(text, out _) is TimeReading.Read or TimeReading.Open;

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}

/// <summary>One reading of a <see cref="HistoryTable"/>: what waits for the order of its dates, and what was odd.</summary>
internal sealed class HistoryRows(HistoryTable table, InputFile input, LedgerFile ledger, ImportRun run)
{
    /// <summary>Exports of the services are in UTC, whatever a person says; only files that nobody speaks for are read in a person's zone.</summary>
    private readonly TimeColumn _times = new(run.Options.Dates, table.Source == HistorySource.Table ? run.Options.TimeZone : null);

    private readonly List<(Listen Listen, string Time, long Line)> _open = [];
    private long _withoutTime, _notSet;
    private string? _listener;

    public void Read(TableRows rows)
    {
        while (rows.Read())
        {
            run.Tick(input, ledger);
            if (rows.IsWhole(table.Columns, ledger))
                Take(rows);
        }

        Settle();
        if (_open.Count > 0)
        {
            (_, string time, long line) = _open[0];
            throw new DataException(input.Name, line,
                $"«{LedgerReason.Sample(Encoding.UTF8.GetBytes(time))}» may be day and month or month and day, and no date of the column decides it; "
                + "say which with --dates dmy or --dates mdy");
        }

        if (_withoutTime > 0)
            run.Ledger.Note($"{input.Name}: {_withoutTime:N0} rows have no time; they count as plays without a date");
        if (_notSet > 0)
        {
            run.Ledger.Note($"{input.Name}: {_notSet:N0} rows have a time before the year 2000, from a clock that was not set; "
                + "they count as plays without a date");
        }
    }

    private void Take(TableRows rows)
    {
        (string artist, string? title) = table.Both >= 0
            ? HistoryTable.Split(Text(rows, table.Both))
            : (FirstArtist(Text(rows, table.Artist)), table.Title < 0 || rows[table.Title].IsEmpty ? null : Text(rows, table.Title));
        Listened heard = table.Heard?.Judge(rows, artist.Length > 0 || title is not null) ?? new Listened(true, -1);
        float plays = 1;
        if (heard.LeftOut is { } leftOut)
            ledger.Skip(leftOut, rows);
        else if (artist.Length == 0 || table.Both >= 0 && title is null)
            ledger.Reject("no artist", rows, table.Both >= 0 ? table.Both : table.Artist);
        else if (table.IsLibrary && (table.Plays < 0 || Text(rows, table.Plays) is "" or "0"))
            ledger.Skip("a song that was never played", rows);
        else if (table.Plays >= 0 && PlaysTable.ProblemWith(rows[table.Plays], out plays) is { } problem)
            ledger.Reject(problem, rows, table.Plays);
        else if (plays == 0)
            ledger.Skip("no plays", rows);
        else if (heard.Problem is { } bad)
            ledger.Reject(bad.Reason, rows, bad.Column);
        else if (table.User >= 0 && !IsOneListener(rows))
            throw Several(rows);
        else
        {
            bool isSkip = !heard.IsPlay || table.Rating >= 0 && rows[table.Rating] is [(byte)'S' or (byte)'s'];
            Dated(rows, new Listen
            {
                Artist = artist,
                Title = title,
                Album = table.Album < 0 || rows[table.Album].IsEmpty ? null : Text(rows, table.Album),
                TrackId = table.Id < 0 || rows[table.Id].IsEmpty ? null : Catalogue.TrackId.Bare(Text(rows, table.Id)),
                Seconds = heard.Seconds,
                Plays = isSkip ? 0 : plays,
                Source = table.Source,
            });
        }
    }

    private void Dated(TableRows rows, Listen listen)
    {
        string time = table.Clock >= 0 ? $"{Text(rows, table.Time)} {Text(rows, table.Clock)}".Trim() : Text(rows, table.Time);
        DateTimeOffset? at = null;
        switch (table.Time < 0 ? TimeReading.Missing : _times.Read(time, out at))
        {
            case TimeReading.Unreadable:
                ledger.Reject("no readable time", rows, table.Time);
                return;
            case TimeReading.Missing when table.Time >= 0 && table.Source == HistorySource.Lastfm:
                ledger.Skip("no time: it was playing when the list was made", rows);
                return;
            case TimeReading.Missing when table.Time >= 0:
                _withoutTime++;
                break;
            case TimeReading.NotSet:
                _notSet++;
                break;
            case TimeReading.Open:
                _open.Add((listen, time, rows.Line));
                return;
            default:
                break;
        }

        if (_open.Count > 0 && _times.Order != DateOrder.Open)
            Settle();
        Add(listen, at);
    }

    /// <summary>Those that waited, once a date has said which is the day.</summary>
    private void Settle()
    {
        if (_times.Order == DateOrder.Open)
            return;
        foreach ((Listen listen, string time, _) in _open)
        {
            _times.Read(time, out DateTimeOffset? at);
            Add(listen, at);
        }

        _open.Clear();
    }

    private void Add(Listen listen, DateTimeOffset? at)
    {
        if (table.LocalClock && run.Options.TimeZone is { } zone && at is { } clock)
            at = HistoryTime.FromLocal(clock, zone);
        if (run.History.Add(listen with { At = at, Source = at is null ? HistorySource.List : table.Source }))
            ledger.Accept();
        else
            ledger.Merge();
    }

    private bool IsOneListener(TableRows rows) => Text(rows, table.User) == (_listener ??= Text(rows, table.User));

    private DataException Several(TableRows rows) => new(input.Name, rows.Line,
        "holds the plays of 2 listeners or more, but a history is one listener's; import it as data, and name the listener with --user");

    /// <summary>Of several artists the first, whose song it is.</summary>
    private string FirstArtist(string text) => table.HasManyArtists ? ArtistNames.Split(text, isCommas: true).FirstOrDefault("") : text;

    private static string Text(TableRows rows, int column) => column < 0 ? "" : Encoding.UTF8.GetString(rows[column]).Trim();
}
