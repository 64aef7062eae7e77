namespace Segue.Import;

/// <summary>How an import treats what it finds.</summary>
internal sealed record ImportOptions
{
    public static ImportOptions Default { get; } = new();

    /// <summary>
    /// The share of rows (0..1) that may be rejected before the import as a whole is refused. One in a hundred: large public sets have a few
    /// broken lines in a million; a file with more of them was cut, or is not what it seems, and a person should look at it.
    /// </summary>
    public double RejectedShareMax { get; init; } = 0.01;

    /// <summary>
    /// What columns of a table with a header are called, by what they hold: user, artist, artistid, plays, title, album, time, id, or an audio
    /// feature. For files whose header does not say it in words that are known here.
    /// </summary>
    public IReadOnlyDictionary<string, string> Map { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Where times without a zone were written down, in files that do not say it: scrobbler logs marked <c>#TZ/UNKNOWN</c>, tables of one's own. Null
    /// for UTC.
    /// </summary>
    public TimeZoneInfo? TimeZone { get; init; }

    /// <summary>Which of day and month comes first in dates of numbers, where no date of a column says it.</summary>
    public DateOrder Dates { get; init; }

    /// <summary>An order for <see cref="Dates"/>: dmy or mdy.</summary>
    /// <exception cref="SegueException">It is neither.</exception>
    public static DateOrder OrderOf(string name) => name switch
    {
        "dmy" => DateOrder.DayFirst,
        "mdy" => DateOrder.MonthFirst,
        _ => throw new SegueException($"there is no order of dates '{name}'; say dmy (13/10/2017) or mdy (10/13/2017)"),
    };

    /// <summary>A zone for <see cref="TimeZone"/> by its name (Europe/Berlin) or distance from UTC (+02:00).</summary>
    /// <exception cref="SegueException">There is no such zone.</exception>
    public static TimeZoneInfo ZoneOf(string name) => HistoryTime.Zone(name);

    /// <summary>Where parts of an import of several files are kept, so that it can go on after it was killed; null: it starts over.</summary>
    public ImportParts? Parts { get; init; }

    /// <summary>Whether a column can be said to hold this: user, artist, plays, valence ... (and the other names that tables have for
    /// them).</summary>
    public static bool IsRole(string role) =>
        PlaysTable.Roles.Concat(HistoryTable.Roles).Concat(TracksTable.Roles).Contains(TableHead.Key(role));

    /// <summary>Rows kept as samples for each reason in each file.</summary>
    public int SamplesPerReason { get; init; } = 5;
}

/// <summary>How far an import is.</summary>
/// <param name="File">The file being read.</param>
/// <param name="BytesRead">Bytes of it that were read (as they lie on disk, so compressed ones where it is compressed).</param>
/// <param name="BytesTotal">Its length in bytes.</param>
/// <param name="Rows">Rows read so far, over all files.</param>
internal readonly record struct ImportProgress(string File, long BytesRead, long BytesTotal, long Rows);
