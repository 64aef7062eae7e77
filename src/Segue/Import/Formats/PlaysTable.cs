using System.Buffers.Text;
using System.Globalization;

namespace Segue.Import;

/// <summary>
/// Tables of who played what: Last.fm-2K, Last.fm-360K, Last.fm-1K (events, one play a row), the Million Song triplets, and any other with a
/// listener, an artist and a count. They differ only in which column holds what.
/// </summary>
internal sealed record PlaysTable
{
    /// <summary>A play a second for thirty years; beyond that a number is an accident.</summary>
    private const double PlaysMax = 1e9;

    private static readonly string[] s_artistId = ["artistid", "artistmbid", "artmbid", "artid", "itemid", "songid"];
    private static readonly string[] s_artist = ["artist", "artistname", "artname", "band", "item", "song"];
    private static readonly string[] s_plays = ["plays", "weight", "playcount", "count", "listens", "scrobbles", "rating"];

    private static readonly string[] s_time = ["timestamp", "time", "date", "playedat", "listenedat", "uts"];

    /// <summary>What columns are called.</summary>
    public static IEnumerable<string> Roles => [.. ListenNames.User, .. s_artistId, .. s_artist, .. s_plays];

    public required string Format { get; init; }

    public required TableHead Head { get; init; }

    public bool HasHeader { get; init; }

    public required int Columns { get; init; }

    public required int User { get; init; }

    /// <summary>The column that tells artists apart, or -1 where only names are given.</summary>
    public int ArtistId { get; init; } = -1;

    /// <summary>The column of the artist's name, or -1 where only ids are given.</summary>
    public int ArtistName { get; init; } = -1;

    /// <summary>The column of the play count, or -1 where a row is one play.</summary>
    public int Plays { get; init; } = -1;

    /// <summary>The column of the time of a play, or -1.</summary>
    public int Time { get; init; } = -1;

    /// <summary>How long each play was, in a table of events with a header; else null.</summary>
    public ListenColumns? Heard { get; init; }

    /// <summary>The table that the head of a file shows, or null when it shows no plays.</summary>
    /// <exception cref="DataException">It does, but a column is missing.</exception>
    public static PlaysTable? Recognize(TableHead head, string path) => head.Rows.Count == 0 ? null : FromHeader(head, path) ?? FromShape(head);

    public void Read(InputFile input, LedgerFile ledger, ImportRun run)
    {
        run.PlaysFiles.Add(ledger);
        int[] used = [User, ArtistId, ArtistName, Plays, Time, .. Heard?.All ?? []];
        using TableRows rows = Head.Open(input, HasHeader, used);
        if (HasHeader)
            run.NoteUnused(input, Head, used);
        while (rows.Read())
        {
            run.Tick(input, ledger);
            if (!rows.IsWhole(Columns, ledger))
                continue;
            ReadOnlySpan<byte> user = rows[User];
            ReadOnlySpan<byte> id = ArtistId >= 0 ? rows[ArtistId] : default, name = ArtistName >= 0 ? rows[ArtistName] : default;
            float plays = 1;
            Listened heard = Heard?.Judge(rows, !name.IsEmpty || !id.IsEmpty) ?? new Listened(true, -1);
            if (heard.LeftOut is { } leftOut)
                ledger.Skip(leftOut, rows);
            else if (user.IsEmpty)
                ledger.Reject("no listener", rows, User);
            else if (id.IsEmpty && name.Trim((byte)' ').IsEmpty)
                ledger.Reject("no artist", rows);
            else if (Plays >= 0 && ProblemWith(rows[Plays], out plays) is { } problem)
                ledger.Reject(problem, rows, Plays);
            else if (heard.Problem is { } bad)
                ledger.Reject(bad.Reason, rows, bad.Column);
            else if (plays == 0)
                ledger.Skip("no plays", rows);
            else if (!heard.IsPlay)
                ledger.Skip("a skip", rows);
            else
            {
                ReadOnlySpan<byte> key = id.IsEmpty ? run.Plays.KeyOfName(name) : id;
                int? minute = Time >= 0 ? HistoryTime.MinutesOf(rows[Time], run.Options.TimeZone) : null;
                run.Plays.Add(user, key, plays, minute ?? PlaysBuilder.Undated);
                if (!name.IsEmpty)
                    run.Plays.Name(key, name);
                ledger.Accept();
            }
        }

        run.Close(input, ledger, rows);
    }

    /// <summary>What is wrong with a play count, or null.</summary>
    internal static string? ProblemWith(ReadOnlySpan<byte> text, out float plays)
    {
        plays = 0;
        text = text.Trim((byte)' ');
        if (text.IsEmpty)
            return "plays: nothing stands there";
        if (!Utf8Parser.TryParse(text, out double value, out int used) || used != text.Length)
            return "plays: not a number";
        if (!double.IsFinite(value))
            return "plays: not a finite number";
        if (value < 0)
            return "plays: negative";
        if (value > PlaysMax)
            return "plays: over a thousand million, more than one listener can play";
        plays = (float)value;
        return null;
    }

    private static PlaysTable? FromHeader(TableHead head, string path)
    {
        string[] keys = [.. head.Rows[0].Select(TableHead.Key)];
        int user = head.ColumnOf(ListenNames.User), plays = head.ColumnOf(s_plays), time = head.ColumnOf(ListenNames.Time);
        int id = head.ColumnOf(s_artistId), name = head.ColumnOf(s_artist);
        if (id < 0 && name < 0)
            name = head.ColumnOf(ListenNames.Artist);
        // Without a count, but with a time or a title, each row is one play: a log of events.
        ListenColumns heard = new(head);
        bool areEvents = plays < 0 && (head.ColumnOf(ListenNames.Time) >= 0 || head.ColumnOf(ListenNames.Title) >= 0 || heard.AreOfEvents);
        int known = (user >= 0 ? 1 : 0) + (id >= 0 || name >= 0 ? 1 : 0) + (plays >= 0 || areEvents ? 1 : 0);
        if (known < 2 || head.Rows[0].Any(IsNumber))
            return null;
        if (user < 0)
            return null; // Artists with counts and no listener: somebody's own list, which is a history.
        if (id < 0 && name < 0)
            throw Missing(path, "artist", "artist", "artist or artistID", head);
        if (plays < 0 && !areEvents)
            throw Missing(path, "play count", "plays", "plays, weight or count; or for one play a row, a time or a title", head);
        return new PlaysTable
        {
            Format = keys is ["userid", "artistid", "weight"] ? "Last.fm-2K plays" : areEvents ? "log of plays" : "table of plays",
            Head = head,
            HasHeader = true,
            Columns = keys.Length,
            User = user,
            ArtistId = id,
            ArtistName = name,
            Plays = plays,
            Time = time,
            Heard = areEvents ? heard : null,
        };
    }

    private static DataException Missing(string path, string what, string role, string names, TableHead head) =>
        new(path, 1, $"no column for the {what} (looked for {names}); the header has: {head.HeaderShown}. Name it with --map {role}=COLUMN");

    private static PlaysTable? FromShape(TableHead head)
    {
        if (head.NamesItsColumns || HistoryTable.HasHeaderOf(head) || head.Rows[0].Select(TableHead.Key).Count(k => s_artist.Contains(k) || s_plays.Contains(k)) >= 2)
            return null; // A header, of another kind of table.
        PlaysTable table = new() { Format = "", Head = head, Columns = head.Columns, User = 0 };
        return head.Columns switch
        {
            3 when head.Most(r => IsNumber(r[2])) => table with { Format = "listener, artist, plays", ArtistName = 1, Plays = 2 },
            4 when head.Most(r => IsNumber(r[3]) && (r[1].Length == 0 || IsMbid(r[1]))) =>
                table with { Format = "Last.fm-360K plays", ArtistId = 1, ArtistName = 2, Plays = 3 },
            6 when head.Most(r => IsTime(r[1])) => table with { Format = "Last.fm-1K events", ArtistId = 2, ArtistName = 3, Time = 1 },
            _ => null,
        };
    }

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static bool IsMbid(string text) => text.Length == 36 && Guid.TryParseExact(text, "D", out _);

    private static bool IsTime(string text) => text.Contains('T') && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);
}
