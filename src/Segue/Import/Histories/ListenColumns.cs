using System.Globalization;
using System.Text;

namespace Segue.Import;

/// <summary>
/// What columns and properties about listens are called, in the exports of services and in tables of people's own: in a table they mean what they
/// mean in JSON. Names are <see cref="TableHead.Key">keys</see>, in order of preference.
/// </summary>
internal static class ListenNames
{
    public static readonly string[] User = ["user", "userid", "username", "usersha1", "listener", "listenerid"];

    public static readonly string[] Artist =
    [
        "artist", "artistname", "artistnames", "artists", "band", "trackartists", "trackartist", "mastermetadataalbumartistname", "artistname1",
        "creator", "performer", "albumartist", "albumartistname", "containerartistname",
    ];

    public static readonly string[] Title =
    [
        "track", "title", "trackname", "tracktitle", "song", "songname", "songtitle", "mastermetadatatrackname", "recording", "recordingname", "name",
    ];

    public static readonly string[] Album =
        ["album", "albumname", "albumtitle", "release", "releasename", "releasetitle", "mastermetadataalbumalbumname", "containeralbumname"];

    public static readonly string[] Time =
    [
        "uts", "ts", "timestamp", "unixtimestamp", "datetime", "date", "utctime", "playedat", "listenedat", "scrobbledat", "endtime", "entrydate",
        "eventendtimestamp", "eventstarttimestamp", "playdate", "dateplayed", "playeddate", "lastplayeddate", "scrobbletime", "scrobbledate", "time",
    ];

    public static readonly string[] Plays = ["plays", "playcount", "count", "weight", "scrobbles", "listens", "timesplayed", "totalplays", "streams"];

    public static readonly string[] Id = ["spotifytrackuri", "trackuri", "spotifyuri", "spotifytrackid", "spotifyid", "uri", "trackid"];

    public static readonly string[] Milliseconds =
    [
        "msplayed", "millisecondsplayed", "playedms", "playdurationmilliseconds", "playdurationms", "streamdurationms", "listenedms", "mslistened",
        "timeplayedms",
    ];

    public static readonly string[] Seconds =
    [
        "secondsplayed", "playedseconds", "playdurationseconds", "streamdurationseconds", "secondslistened", "listenedseconds", "playduration",
        "streamduration", "listeningtime", "listenedfor",
    ];

    public static readonly string[] LengthMilliseconds =
    [
        "durationms", "trackdurationms", "mediadurationinmilliseconds", "lengthms", "tracklengthms", "durationmilliseconds",
        "trackdurationmilliseconds",
    ];

    public static readonly string[] Skipped = ["skipped", "isskipped", "wasskipped", "skip"];

    public static readonly string[] Reason = ["reasonend", "endreasontype", "endreason"];

    public static readonly string[] Event = ["eventtype"];

    public static readonly string[] Product = ["producttype"];

    /// <summary>Columns that say, where a row has neither artist nor title, what else it is.</summary>
    public static readonly string[] Podcast = ["episodename"], Audiobook = ["audiobooktitle"];

    public static readonly string[] Private = ["incognitomode"];

    /// <summary>Columns of a library that are true where an entry is no song.</summary>
    public static readonly string[] NoSong = ["podcast", "movie", "tvshow", "audiobook"];

    /// <summary>What a column can be said to hold.</summary>
    public static IEnumerable<string> All =>
    [
        .. Artist, .. Title, .. Album, .. Time, .. Plays, .. Id, .. Milliseconds, .. Seconds, .. LengthMilliseconds, .. Skipped, .. Reason, .. Event,
        .. Product, .. Podcast, .. Audiobook, .. Private,
    ];
}

/// <summary>What a listen's length, end and kind say of it.</summary>
/// <param name="IsPlay">Else it is a skip.</param>
/// <param name="Seconds">That it lasted, or -1.</param>
/// <param name="LeftOut">Why it is no listen to a song at all; null where it is one.</param>
/// <param name="Problem">What cannot be read, and in which column; null where all can.</param>
internal readonly record struct Listened(bool IsPlay, int Seconds, string? LeftOut = null, (string Reason, int Column)? Problem = null);

/// <summary>The columns of a table that say how long, and how far, somebody listened.</summary>
internal sealed class ListenColumns
{
    private const double MillisecondsMax = 1e9;

    private static readonly string[] s_clocks = [@"m\:ss", @"mm\:ss", @"h\:mm\:ss", @"hh\:mm\:ss"];

    private readonly int[] _noSong;
    private readonly int _milliseconds, _seconds, _length, _skipped, _reason, _event, _product, _podcast, _audiobook, _private;

    public ListenColumns(TableHead head)
    {
        (_milliseconds, _seconds) = (head.ColumnOf(ListenNames.Milliseconds), head.ColumnOf(ListenNames.Seconds));
        (_length, _skipped) = (head.ColumnOf(ListenNames.LengthMilliseconds), head.ColumnOf(ListenNames.Skipped));
        (_reason, _event, _product) = (head.ColumnOf(ListenNames.Reason), head.ColumnOf(ListenNames.Event), head.ColumnOf(ListenNames.Product));
        (_podcast, _audiobook) = (head.ColumnOf(ListenNames.Podcast), head.ColumnOf(ListenNames.Audiobook));
        _private = head.ColumnOf(ListenNames.Private);
        _noSong = [.. ListenNames.NoSong.Select(n => head.ColumnOf(n))];
    }

    public IReadOnlyList<int> All =>
        [.. _noSong, _milliseconds, _seconds, _length, _skipped, _reason, _event, _product, _podcast, _audiobook, _private];

    /// <summary>Whether a row is of a single listen, not of a total.</summary>
    public bool AreOfEvents => _milliseconds >= 0 || _seconds >= 0 || _reason >= 0 || _event >= 0;

    /// <param name="hasName">Whether the row names an artist or a title.</param>
    public Listened Judge(TableRows rows, bool hasName)
    {
        if (!hasName && Says(rows, _podcast))
            return new Listened(false, -1, "a podcast");
        if (!hasName && Says(rows, _audiobook))
            return new Listened(false, -1, "an audiobook");
        if (!hasName && _podcast >= 0)
            return new Listened(false, -1, "a song without name");
        if (IsTrue(Text(rows, _private)))
            return new Listened(false, -1, "a private session");
        if (_noSong.Any(c => IsTrue(Text(rows, c))))
            return new Listened(false, -1, "no song but something else");
        string kind = Text(rows, _event), product = Text(rows, _product);
        if (kind.Length > 0 && !IsPlayEvent(kind))
            return new Listened(false, -1, "an event that is no end of a play");
        if (product.Length > 0 && product.ToUpperInvariant() is not ("TRACK" or "SONG" or "AUDIO" or "MUSIC"))
            return new Listened(false, -1, "no song but something else");
        string reason = Text(rows, _reason).ToUpperInvariant();
        if (TimePlayed(rows, out double played) is { } problem)
            return new Listened(false, -1, Problem: problem);
        if (played < 0)
            return new Listened(!IsTrue(Text(rows, _skipped)) && !IsSkipReason(reason), -1);

        int seconds = (int)played;
        bool playedOut = reason is "TRACKDONE" or "NATURAL_END_OF_TRACK";
        bool hasLength = double.TryParse(Text(rows, _length), CultureInfo.InvariantCulture, out double ms) && ms is > 0 and < MillisecondsMax;
        int length = hasLength ? (int)(ms / 1000) : -1;
        return new Listened(HistoryTime.IsPlay(seconds, playedOut ? seconds : length), seconds);
    }

    /// <summary>Seconds, or -1 where nothing is said.</summary>
    private (string Reason, int Column)? TimePlayed(TableRows rows, out double played)
    {
        played = -1;
        (int column, double unit) = Says(rows, _milliseconds) ? (_milliseconds, 1000) : (_seconds, 1);
        string text = Text(rows, column);
        if (text.Length == 0 || text is "null" or "NaN")
            return null;
        double value = TimeSpan.TryParseExact(text, s_clocks, CultureInfo.InvariantCulture, out TimeSpan clock) ? clock.TotalSeconds * unit
            : double.TryParse(text, CultureInfo.InvariantCulture, out double number) ? number
            : double.NaN;
        if (!(value >= 0 && value / unit * 1000 < MillisecondsMax))
            return ($"the time played is no number of {(unit > 1 ? "milliseconds" : "seconds")}", column);
        played = value / unit;
        return null;
    }

    /// <summary>Apple writes PLAY_END where a play ends, and other events (PLAY_START, LYRIC_DISPLAY) with it.</summary>
    private static bool IsPlayEvent(string kind) => kind.ToUpperInvariant() is "PLAY_END" or "PLAY" or "PLAYED" or "LISTEN" or "SCROBBLE" or "STREAM";

    private static bool IsSkipReason(string reason) =>
        reason is "FWDBTN" or "BACKBTN" or "NEXTBTN" or "PREVBTN" || reason.Contains("SKIP", StringComparison.Ordinal);

    private static bool IsTrue(string text) => text.ToUpperInvariant() is "TRUE" or "1" or "YES" or "T" or "Y";

    private static bool Says(TableRows rows, int column) => Text(rows, column).Length > 0;

    private static string Text(TableRows rows, int column) => column < 0 ? "" : Encoding.UTF8.GetString(rows[column]).Trim();
}
