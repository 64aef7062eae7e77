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
        ("durationms", AudioFeature.Duration, 0, 1e9f, false),
        ("key", AudioFeature.Key, -1, 11, false),
        ("timesignature", AudioFeature.TimeSignature, 0, 16, false),
    ];

    private static readonly AudioFeature[] s_restOnTheBeat = [AudioFeature.Tempo, AudioFeature.TimeSignature, AudioFeature.Danceability, AudioFeature.Valence];

    private static readonly string[] s_id = ["trackid", "id", "spotifyid"];
    private static readonly string[] s_title = ["trackname", "name", "title"];
    private static readonly string[] s_artists = ["artists", "artistname", "artist"];
    private static readonly string[] s_album = ["albumname", "album"];
    private static readonly string[] s_genre = ["trackgenre", "genre"];
    private static readonly string[] s_year = ["year", "releaseyear", "releasedate", "albumreleasedate", "trackreleasedate", "trackalbumreleasedate"];

    private static readonly double[] s_powersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    private readonly TableHead _head;
    private readonly int _columns;
    private readonly int _id, _title, _artists, _album, _genre, _explicit, _year;
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
        _features = [.. s_features.Select(f => f.Needed ? Needed(f.Key) : head.ColumnOf(f.Key))];
    }

    /// <summary>What columns are called.</summary>
    public static IEnumerable<string> Roles =>
        [.. s_id, .. s_title, .. s_artists, .. s_album, .. s_genre, "explicit", .. s_year, .. s_features.Select(f => f.Key)];

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
        using TableRows rows = _head.Open(input, hasHeader: true, [_id, _title, _artists, _album, _genre, _explicit, _year, .. _features], list: _artists);
        while (rows.Read())
        {
            run.Tick(input, ledger);
            if (!rows.IsWhole(_columns, ledger))
                continue;
            float[] features = new float[Tracks.FeatureCount];
            string title = Text(rows[_title]).Trim();
            IReadOnlyList<string> artists = ArtistNames.Split(Text(rows[_artists]));
            if (rows[_id].IsEmpty)
                ledger.Reject("no track id", rows.Line, rows.Row);
            else if (ReadFeatures(rows, features) is { } problem)
                ledger.Reject(problem, rows.Line, rows.Row);
            else if (title.Length == 0 && artists.Count == 0)
                ledger.Skip("a track without title and artists", rows.Line, rows.Row);
            else if (run.Tracks.Add(new TrackRow
            {
                Id = Text(rows[_id]),
                Title = title,
                Album = _album < 0 ? "" : Text(rows[_album]),
                Artists = artists,
                Genre = _genre < 0 ? null : Text(rows[_genre]),
                Explicit = _explicit >= 0 && IsTrue(rows[_explicit]),
                Year = _year < 0 ? (short)0 : YearRange.OfDate(Text(rows[_year])),
                Features = features,
            }))
                ledger.Accept();
            else
                ledger.Merge();
        }

        run.Close(input, ledger, rows);
    }

    private string? ReadFeatures(TableRows rows, float[] features)
    {
        Array.Fill(features, float.NaN);
        for (int f = 0; f < _features.Length; f++)
        {
            if (_features[f] < 0)
                continue;
            (string key, AudioFeature feature, float min, float max, _) = s_features[f];
            ReadOnlySpan<byte> text = rows[_features[f]].Trim((byte)' ');
            if (text.IsEmpty)
                continue; // Not measured.
            if (!TryParse(text, out float value))
                return $"{key}: not a number";
            if (!(value >= min && value <= max))
                return $"{key}: outside {min}..{max}";
            features[(int)feature] = feature == AudioFeature.Duration ? value / 1000 : value;
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

    private static string Text(ReadOnlySpan<byte> field) => Encoding.UTF8.GetString(field);

    private static bool IsTrue(ReadOnlySpan<byte> text) => text is [(byte)'T' or (byte)'t' or (byte)'1', ..];
}
