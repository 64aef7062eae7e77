using System.Buffers.Text;
using System.Text;
using Segue.Catalogue;

namespace Segue.Import;

/// <summary>
/// Tables of tracks with audio features: Spotify's 114k (genre and popularity, artists between semicolons), the 1.2 million (no genre, artists
/// as a Python list in text), and any other whose header names the columns.
/// </summary>
internal sealed class TracksTable
{
    /// <summary>Columns by their key, and the range of values that the feature's definition allows.</summary>
    private static readonly (string Key, AudioFeature Feature, float Min, float Max, bool Needed)[] s_features =
    [
        ("danceability", AudioFeature.Danceability, 0, 1, true),
        ("energy", AudioFeature.Energy, 0, 1, true),
        ("loudness", AudioFeature.Loudness, -100, 20, true),
        ("mode", AudioFeature.Mode, 0, 1, false),
        ("speechiness", AudioFeature.Speechiness, 0, 1, true),
        ("acousticness", AudioFeature.Acousticness, 0, 1, true),
        ("instrumentalness", AudioFeature.Instrumentalness, 0, 1, true),
        ("liveness", AudioFeature.Liveness, 0, 1, true),
        ("valence", AudioFeature.Valence, 0, 1, true),
        ("tempo", AudioFeature.Tempo, 0, 1000, true),
        ("popularity", AudioFeature.Popularity, 0, 100, false),
        ("durationms", AudioFeature.Duration, 0, 1e9f, false), // Or one of s_duration.
        ("key", AudioFeature.Key, -1, 11, false),
        ("timesignature", AudioFeature.TimeSignature, 0, 16, false),
    ];

    private static readonly AudioFeature[] s_restOnTheBeat = [AudioFeature.Tempo, AudioFeature.TimeSignature, AudioFeature.Danceability, AudioFeature.Valence];

    private static readonly string[] s_id = ["trackid", "id", "spotifyid", "trackuri", "spotifytrackuri", "spotifytrackid", "uri"];
    private static readonly string[] s_title = ["trackname", "name", "title"];
    private static readonly string[] s_artists = ["artists", "artistnames", "artistname", "artist"];
    private static readonly string[] s_album = ["albumname", "album"];
    private static readonly string[] s_genre = ["trackgenre", "genre", "genres", "artistgenres"];
    private static readonly string[] s_uris = ["artisturis", "artistids"];
    private static readonly string[] s_duration = ["durationms", "trackdurationms"];
    private static readonly string[] s_year = ["year", "releaseyear", "releasedate", "albumreleasedate", "trackreleasedate", "trackalbumreleasedate"];

    private static readonly double[] s_powersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    private readonly TableHead _head;
    private readonly int _columns;
    private readonly int _id, _title, _artists, _album, _genre, _explicit, _uris, _year;
    private readonly bool _manyGenres, _isCommas;
    private readonly int[] _features; // Column of each of s_features, or -1.

    private TracksTable(TableHead head, string path)
    {
        int Needed(params string[] names) => head.ColumnOf(names) is >= 0 and var column
            ? column
            : throw new DataException(path, 1, $"the column '{names[0]}' is missing; the header has: {head.HeaderShown}");

        (_head, _columns) = (head, head.Rows[0].Length);
        (_id, _title, _artists) = (Needed(s_id), Needed(s_title), Needed(s_artists));
        (_album, _genre, _explicit) = (head.ColumnOf(s_album), head.ColumnOf(s_genre), head.ColumnOf("explicit"));
        _year = head.ColumnOf(s_year);
        (_uris, _manyGenres) = (head.ColumnOf(s_uris), _genre >= 0 && TableHead.Key(head.Rows[0][_genre]) is "genres" or "artistgenres");
        _isCommas = TableHead.Key(head.Rows[0][_artists]) == "artistnames";
        _features = [.. s_features.Select(f => f.Needed ? Needed(f.Key) : head.ColumnOf(f.Feature == AudioFeature.Duration ? s_duration : [f.Key]))];
    }

    /// <summary>What columns are called.</summary>
    public static IEnumerable<string> Roles =>
        [.. s_id, .. s_title, .. s_artists, .. s_album, .. s_genre, .. s_duration, "explicit", .. s_year, .. s_features.Select(f => f.Key)];

    public string Format => _genre >= 0 ? "Spotify tracks" : "Spotify tracks without genres";

    /// <summary>The table that a header with at least three audio features shows, or null.</summary>
    /// <exception cref="DataException">It shows one, but a column is missing.</exception>
    public static TracksTable? Recognize(TableHead head, string path)
    {
        if (head.Rows.Count == 0)
            return null;
        return s_features.Count(f => head.ColumnOf(f.Key) >= 0) < 3 ? null : new TracksTable(head, path);
    }

    public void Read(InputFile input, LedgerFile ledger, ImportRun run)
    {
        int[] used = [_id, _title, _artists, _album, _genre, _explicit, _uris, _year, .. _features];
        using TableRows rows = _head.Open(input, hasHeader: true, used, list: _artists);
        run.NoteUnused(input, _head, used);
        long unmeasured = 0;
        while (rows.Read())
        {
            run.Tick(input, ledger);
            if (!rows.IsWhole(_columns, ledger))
                continue;
            float[] features = new float[Tracks.FeatureCount];
            string title = Text(rows[_title]).Trim();
            IReadOnlyList<string> artists = ArtistNames.Split(Text(rows[_artists]), _uris < 0 ? 0 : CountOf(rows[_uris]), isCommas: _isCommas);
            if (rows[_id].IsEmpty)
                ledger.Reject("no track id", rows);
            else if (ReadFeatures(rows, features, ref unmeasured) is ({ } problem, var faulty))
                ledger.Reject(problem, rows, faulty);
            else if (title.Length == 0 && artists.Count == 0)
                ledger.Skip("a track without title and artists", rows);
            else if (Add(run.Tracks, rows, title, artists, features))
                ledger.Accept();
            else
                ledger.Merge();
        }

        if (unmeasured > 0)
        {
            run.Ledger.Note($"{input.Name}: {unmeasured:N0} values of key, mode, time signature, duration or popularity cannot be read; "
                + "they count as not measured");
        }

        run.Close(input, ledger, rows);
    }

    private bool Add(TracksBuilder tracks, TableRows rows, string title, IReadOnlyList<string> artists, float[] features)
    {
        string genre = _genre < 0 ? "" : Text(rows[_genre]);
        string[] genres = _manyGenres ? [.. ArtistNames.Split(genre, 0, isCommas: true)] : [genre];
        TrackRow row = new()
        {
            Id = TrackId.Bare(Text(rows[_id]).Trim()),
            Title = title,
            Album = _album < 0 ? "" : Text(rows[_album]),
            Artists = artists,
            Genre = genres.FirstOrDefault(),
            Explicit = _explicit >= 0 && IsTrue(rows[_explicit]),
            Year = _year < 0 ? (short)0 : YearRange.OfDate(Text(rows[_year])),
            Features = features,
        };
        bool isNew = tracks.Add(row);
        foreach (string further in genres.Skip(1))
            tracks.Add(row with { Genre = further });
        return isNew;
    }

    private (string Problem, int Column)? ReadFeatures(TableRows rows, float[] features, ref long unmeasured)
    {
        Array.Fill(features, float.NaN);
        for (int f = 0; f < _features.Length; f++)
        {
            if (_features[f] < 0)
                continue;
            (string key, AudioFeature feature, float min, float max, bool needed) = s_features[f];
            ReadOnlySpan<byte> text = rows[_features[f]].Trim((byte)' ');
            if (text.IsEmpty)
                continue; // Not measured.
            bool isNumber = TryParse(text, out float value) || !needed && MusicWords.TryParse(feature, Text(text), out value);
            if (needed && !isNumber)
                return ($"{key}: not a number", _features[f]);
            bool isInRange = isNumber && value >= min && value <= max;
            if (needed && !isInRange)
                return ($"{key}: outside {min}..{max}", _features[f]);
            unmeasured += isInRange ? 0 : 1;
            features[(int)feature] = !isInRange ? float.NaN : feature == AudioFeature.Duration ? value / 1000 : value;
        }

        if (features[(int)AudioFeature.Tempo] == 0)
        {
            // No beat was found, and Spotify writes 0 for all that rests on it. Taken at its word, white noise would be the saddest and slowest song
            // there is.
            foreach (AudioFeature feature in s_restOnTheBeat)
                features[(int)feature] = float.NaN;
        }

        return null;
    }

    /// <summary>Plain decimals, which nearly all are, are a whole number over a power of ten: exact in double, and four times as fast as the general
    /// way.</summary>
    private static bool TryParse(ReadOnlySpan<byte> text, out float value)
    {
        const int DigitsMax = 15;
        bool negative = text is [(byte)'-', ..];
        ReadOnlySpan<byte> digits = negative ? text[1..] : text;
        long number = 0;
        int point = -1, i = 0;
        for (; i < digits.Length && i <= DigitsMax; i++)
        {
            if (digits[i] == '.' && point < 0)
                point = i;
            else if (char.IsAsciiDigit((char)digits[i]))
                number = number * 10 + (digits[i] - '0');
            else
                break;
        }

        if (i != digits.Length || i == 0 || (point >= 0 && i == 1))
            return Utf8Parser.TryParse(text, out value, out int used) && used == text.Length;
        double exact = point < 0 ? number : number / s_powersOfTen[i - point - 1];
        value = (float)(negative ? -exact : exact);
        return true;
    }

    private static int CountOf(ReadOnlySpan<byte> list) => list.IsEmpty ? 0 : list.Count((byte)',') + 1;

    private static string Text(ReadOnlySpan<byte> field) => Encoding.UTF8.GetString(field);

    private static bool IsTrue(ReadOnlySpan<byte> text) => text is [(byte)'T' or (byte)'t' or (byte)'1', ..];
}
