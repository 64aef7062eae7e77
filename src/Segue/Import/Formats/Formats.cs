using System.Text;

namespace Segue.Import;

/// <summary>A format that the content of a file was recognized as.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Name">As people know the format.</param>
/// <param name="Read">Reads the file; null for a known file that is of no use here.</param>
internal sealed record Recognized(FileKind Kind, string Name, Action<InputFile, LedgerFile, ImportRun>? Read)
{
    /// <summary>A file that stands beside plays.</summary>
    public static Recognized Companion(FileKind kind, Action<InputFile, LedgerFile, ImportRun> read) => new(kind, kind.CompanionName(), read);
}

/// <summary>Every format there is, told from the first bytes of a file.</summary>
internal static class Formats
{
    /// <param name="asHistory">Whether one listener's history is wanted: then a table of artists and counts is one, and so is any list of
    /// lines.</param>
    public static Recognized? Recognize(InputFile input, bool asHistory, ImportOptions options)
    {
        ReadOnlySpan<byte> head = input.Head.Span;
        if (ParquetRows.Recognize(head))
            return RecognizeTable(ParquetRows.Head(input).Renamed(options.Map, input.Name), input, asHistory);
        if (head.Contains((byte)0))
            return null;
        if (IsJson(head))
            return RecognizeJson(input, asHistory, options);
        if (PlistRows.Recognize(head))
            return RecognizeTable(PlistRows.Head().Renamed(options.Map, input.Name), input, asHistory);
        TableHead? found = TableHead.Of(head, input.HeadIsWhole)?.Renamed(options.Map, input.Name);
        Recognized? table = found is null ? null : RecognizeTable(found, input, asHistory);
        return table is null && asHistory && input.WasNamed && PlainList.Recognize(head, input.HeadIsWhole)
            ? new Recognized(FileKind.History, PlainList.Format, PlainList.Read)
            : table;
    }

    /// <summary>The error for a file that nothing recognizes: what it looks like, and what would do.</summary>
    public static DataException Unknown(InputFile input)
    {
        ReadOnlySpan<byte> head = input.Head.Span;
        if (head.Trim(" \r\n\t"u8).IsEmpty)
            return new DataException(input.Name, 0, "is empty, but for white space or a byte order mark; was the download or export cut off?");
        if (Foreign(head) is { } what)
            return new DataException(input.Name, 0, what);
        if (ParquetRows.Recognize(head))
            return UnknownColumns(input, ParquetRows.Head(input));
        if (head.Contains((byte)0))
            return new DataException(input.Name, 0, "is a binary file; expected text: plays or tracks separated by tabs or commas, or a listening history");
        if (IsJson(head))
        {
            return JsonRows.Head(head) is { } json
                ? UnknownColumns(input, json)
                : new DataException(input.Name, 1, $"is JSON without objects that could be rows: «{LedgerReason.Sample(head)}»");
        }

        int newline = head.IndexOf((byte)'\n');
        string first = LedgerReason.Sample(newline < 0 ? head : head[..newline].TrimEnd((byte)'\r'));
        if (TableHead.Of(head, input.HeadIsWhole) is not { } table)
        {
            string list = PlainList.Recognize(head, input.HeadIsWhole)
                ? ". A list of artists or songs is one listener's history: import it with --as NAME, or name it with --history"
                : "";
            return new DataException(input.Name, 1,
                $"expected columns separated by tabs or commas, found none: «{first}». Known are: "
                + $"listener, artist, plays; Last.fm-2K; Last.fm-360K; Spotify's tracks{list}");
        }

        return UnknownColumns(input, table);
    }

    private static DataException UnknownColumns(InputFile input, TableHead table)
    {
        string what = $"{table.Columns} {table.Kind} of no format known here: «{table.HeaderShown}». ";
        if (!table.NamesItsColumns && !table.HasKnownHeader)
        {
            return new DataException(input.Name, table.RowsBefore + 1,
                what + "Expected user, artist, plays or the audio features in a header, or rows of listener, artist, plays; say what yours hold "
                + "with --map user=...,artist=...,plays=... or, where no header names the columns, by their numbers: --map artist=1,title=3,time=4");
        }

        bool hasArtist = table.ColumnOf(ListenNames.Artist) >= 0;
        string missing = hasArtist ? "Beside the artist no column of a listener, a title, a time or a count is known"
            : table.ColumnOf(ListenNames.Title) >= 0 || table.ColumnOf(ListenNames.Time) >= 0 ? "No column for the artist"
            : "Expected user, artist, plays or the audio features";
        return new DataException(input.Name, table.NamesItsColumns ? 0 : table.RowsBefore + 1,
            $"{what}{missing}; say what yours hold with --map user=...,artist=...,plays=... or, of a history, --map artist=...,title=...,time=...");
    }

    private static bool IsJson(ReadOnlySpan<byte> head) => head.TrimStart(" \r\n\t\u001e"u8) is [(byte)'{' or (byte)'[', ..];

    /// <summary>What a person says about the columns goes before what they look like.</summary>
    private static Recognized? RecognizeJson(InputFile input, bool asHistory, ImportOptions options)
    {
        ReadOnlySpan<byte> head = input.Head.Span;
        TableHead? table = JsonRows.Head(head);
        bool isMapped = options.Map.Count > 0 && table is not null && options.Map.Values.All(table.Has);
        if (!isMapped && JsonHistory.Recognize(head) is { } json)
            return new Recognized(FileKind.History, json.Format, json.Read);
        // A table may stand inside an object: {"scrobbles": [{...}, ...]}.
        bool isRow = table is not null && (isMapped || table.ColumnOf(ListenNames.Artist) >= 0 || table.ColumnOf(ListenNames.Title) >= 0);
        if (!isRow && JsonRows.ListIn(head) is { } list)
            table = JsonRows.Head(head, list) ?? table;
        return table is null ? null : RecognizeTable(table.Renamed(options.Map, input.Name), input, asHistory);
    }

    public static string NothingUsable(Ledger ledger) =>
        "nothing in it can be used" + (ledger.Notes.Count == 0 ? "" : $": {string.Join("; ", ledger.Notes.Take(3))}");

    private static Recognized? RecognizeTable(TableHead table, InputFile input, bool asHistory)
    {
        if (HistoryTable.Recognize(table) is { Source: HistorySource.ScrobblerLog } log)
            return new Recognized(FileKind.History, log.Format, log.Read);
        if (table.Rows.Count == 0)
            return null;
        string[] keys = [.. table.Rows[0].Select(TableHead.Key)];
        if (keys is ["id", "name", "url", "pictureurl"])
            return Recognized.Companion(FileKind.ArtistNames, (file, ledger, run) => ReadArtistNames(table, file, ledger, run));
        if (keys is ["tagid", "tagvalue"])
            return Recognized.Companion(FileKind.TagNames, (file, ledger, run) => run.Side.ReadTagNames(table, file, ledger, run));
        if (keys is ["userid", "friendid"])
            return Recognized.Companion(FileKind.Friends, (file, ledger, run) => run.Side.ReadFriends(table, file, ledger, run));
        if (keys is ["userid", "artistid", "tagid", ..])
            return Recognized.Companion(FileKind.Tags, (file, ledger, run) => run.Side.ReadTags(table, file, ledger, run));
        if (TracksTable.Recognize(table, input.Name) is { } tracks)
            return new Recognized(FileKind.Tracks, tracks.Format, tracks.Read);
        HistoryTable? history = HistoryTable.Recognize(table, asHistory);
        if (history?.User >= 0)
            return new Recognized(FileKind.History, history.Format, history.Read);
        if (PlaysTable.Recognize(table, input.Name) is { } plays)
            return new Recognized(FileKind.Plays, plays.Format, plays.Read);
        return history is null ? null : new Recognized(FileKind.History, history.Format, history.Read);
    }

    /// <summary>What a file that is known, and not read, is; or null.</summary>
    public static string? Foreign(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("PK\u0003\u0004"u8) || head is [0x1f, 0x8b, ..])
            return "is an archive inside an archive; unpack the outer one, and import what was in it";
        if (head.StartsWith("SQLite format 3"u8))
            return "is a SQLite database; export the table as CSV, and import that";
        if (head.StartsWith("Rar!"u8) || head.StartsWith("7z\u00bc"u8) || head.StartsWith("BZh"u8) || head.StartsWith("\u00fd7zXZ"u8)
            || head is [(byte)'7', (byte)'z', 0xbc, 0xaf, ..] or [0xfd, (byte)'7', (byte)'z', ..] or [0x28, 0xb5, 0x2f, 0xfd, ..])
            return "is packed in a way that is not read here; unpack it, or pack it as .gz or .zip";
        if (head.StartsWith("%PDF"u8))
            return "is a PDF; export the data as CSV or JSON instead";
        if (head.StartsWith("<"u8) && head.IndexOf("outer-cell"u8) >= 0)
            return "is Google's history as a web page; ask Takeout for it as JSON (watch-history.json)";
        if (head.IndexOf("xspf.org"u8) >= 0)
            return "is an XSPF playlist; save it as M3U8, JSPF or CSV, and name that";
        if (head.IndexOf("<plist"u8) >= 0)
            return "is a property list without songs; export the library itself (File > Library > Export Library)";
        if (head.StartsWith("<"u8) || head.TrimStart(" \r\n\t"u8).StartsWith("<"u8))
            return "is HTML or XML, perhaps an error page that was saved instead of the file; download it again";
        return null;
    }

    private static void ReadArtistNames(TableHead table, InputFile input, LedgerFile ledger, ImportRun run)
    {
        using TableRows rows = table.Open(input, hasHeader: true, [0, 1]);
        while (rows.Read())
        {
            run.Tick(input, ledger);
            if (!rows.IsWhole(columns: 4, ledger))
                continue;
            if (rows[0].IsEmpty || rows[1].Trim((byte)' ').IsEmpty)
                ledger.Reject("an artist without id or name", rows);
            else if (run.Plays.Name(rows[0], Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(rows[1]).Trim())))
                ledger.Accept();
            else
                ledger.Merge();
        }

        run.Close(input, ledger, rows);
    }
}
