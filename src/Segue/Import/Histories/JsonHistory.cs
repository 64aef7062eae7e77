using System.Text.Json;

namespace Segue.Import;

/// <summary>
/// Histories in JSON: Spotify's two exports, pages of Last.fm's API, and ListenBrainz. They are told apart by the names of their properties.
/// Only what <see cref="Listen"/> has a place for is read; user names, addresses, devices and countries stand in these files and go nowhere.
/// </summary>
internal sealed class JsonHistory
{
    private readonly Func<JsonElement, Verdict> _read;
    private readonly bool _isPages;

    private JsonHistory(string format, Func<JsonElement, Verdict> read, bool isPages = false) => (Format, _read, _isPages) = (format, read, isPages);

    public string Format { get; }

    /// <summary>The format that the property names in the head show, or null.</summary>
    public static JsonHistory? Recognize(ReadOnlySpan<byte> head)
    {
        HashSet<string> names = PropertyNames(head);
        if (names.IsSupersetOf(["artistName", "trackName", "msPlayed"]))
            return new JsonHistory("Spotify account data", SpotifyAccount);
        if (names.IsSupersetOf(["ts", "ms_played", "master_metadata_track_name"]))
            return new JsonHistory("Spotify extended history", SpotifyExtended);
        if (names.Contains("track_metadata"))
            return new JsonHistory("ListenBrainz listens", ListenBrainz);
        return names.Contains("recenttracks") || names.IsSupersetOf(["artist", "name", "date"])
            ? new JsonHistory("Last.fm API pages", LastfmTrack, isPages: true)
            : null;
    }

    public void Read(InputFile input, LedgerFile ledger, ImportRun run)
    {
        JsonElements elements = new(input.Utf8);
        run.BeginHistory();
        while (elements.Read())
        {
            run.Tick(input, ledger);
            if (elements.Problem is { } problem)
            {
                ledger.RowsRead++;
                ledger.Reject(problem, elements.Line, elements.Element);
                continue;
            }

            ReadElement(elements, ledger, run.History);
        }

        run.Close(input, ledger);
    }

    private void ReadElement(JsonElements elements, LedgerFile ledger, HistoryBuilder history)
    {
        JsonDocument document;
        try
        {
            Utf8JsonReader reader = new(elements.Element);
            document = JsonDocument.ParseValue(ref reader);
        }
        catch (JsonException e)
        {
            ledger.RowsRead++;
            ledger.Reject(e.Message.Contains("depth", StringComparison.Ordinal) ? "nested too deep" : "not valid JSON", elements.Line, elements.Element);
            return;
        }

        using (document)
        {
            foreach (JsonElement item in Items(document.RootElement))
            {
                ledger.RowsRead++;
                Verdict verdict = Judge(item);
                if (verdict.Rejected is { } rejected)
                    ledger.Reject(rejected, elements.Line, elements.Element);
                else if (verdict.Skipped is { } skipped)
                    ledger.Skip(skipped, elements.Line, elements.Element);
                else if (history.Add(verdict.Listen))
                    ledger.Accept();
                else
                    ledger.Merge();
            }
        }
    }

    private Verdict Judge(JsonElement item)
    {
        try
        {
            return _read(item);
        }
        catch (InvalidOperationException)
        {
            return Verdict.Reject("a property holds another kind of value than it should"); // Also a lone surrogate in a string.
        }
    }

    private static Verdict SpotifyAccount(JsonElement e)
    {
        string? artist = Text(e, "artistName"), title = Text(e, "trackName");
        return Spotify(artist, title, null, null, Text(e, "endTime"), Number(e, "msPlayed"), playedOut: false, HistorySource.SpotifyAccount);
    }

    private static Verdict SpotifyExtended(JsonElement e)
    {
        string? artist = Text(e, "master_metadata_album_artist_name"), title = Text(e, "master_metadata_track_name");
        if (artist is null && title is null)
            return Verdict.Skip(Text(e, "episode_name") is not null ? "a podcast" : Text(e, "audiobook_title") is not null ? "an audiobook" : "a song without name");
        if (e.TryGetProperty("incognito_mode", out JsonElement incognito) && incognito.ValueKind == JsonValueKind.True)
            return Verdict.Skip("a private session");
        const string Prefix = "spotify:track:";
        string? uri = Text(e, "spotify_track_uri");
        string? id = uri?.StartsWith(Prefix, StringComparison.Ordinal) == true ? uri[Prefix.Length..] : null;
        bool playedOut = Text(e, "reason_end") == "trackdone";
        return Spotify(artist, title, Text(e, "master_metadata_album_album_name"), id, Text(e, "ts"), Number(e, "ms_played"), playedOut, HistorySource.SpotifyExtended);
    }

    private static Verdict Spotify(
        string? artist, string? title, string? album, string? id, string? time, double? milliseconds, bool playedOut, HistorySource source)
    {
        if (string.IsNullOrWhiteSpace(artist))
            return Verdict.Reject("no artist");
        if (artist == "Unknown Artist")
            return Verdict.Skip("an unknown artist");
        if (milliseconds is not (>= 0 and < 1e9))
            return Verdict.Reject("the time played is no number of milliseconds");
        if (!HistoryTime.TryParse(time, out DateTimeOffset? at) || at is null)
            return Verdict.Reject("no readable time");
        int seconds = (int)(milliseconds.Value / 1000);
        return Verdict.Keep(new Listen
        {
            Artist = artist,
            Title = title,
            Album = album,
            TrackId = id,
            At = at,
            Seconds = seconds,
            Plays = HistoryTime.IsPlay(seconds, playedOut ? seconds : -1) ? 1 : 0,
            Source = source,
        });
    }

    private static Verdict ListenBrainz(JsonElement e)
    {
        if (!e.TryGetProperty("track_metadata", out JsonElement track) || track.ValueKind != JsonValueKind.Object)
            return Verdict.Reject("no track_metadata");
        if (!HistoryTime.FromUnix((long)(Number(e, "listened_at") is { } n and > -1e15 and < 1e15 ? n : -1), out DateTimeOffset? at))
            return Verdict.Reject("no readable time");
        string? id = null;
        if (track.TryGetProperty("additional_info", out JsonElement more) && more.ValueKind == JsonValueKind.Object && Text(more, "spotify_id") is { } link)
            id = link.Split('/')[^1];
        return Scrobble(Text(track, "artist_name"), Text(track, "track_name"), Text(track, "release_name"), id, at, HistorySource.ListenBrainz);
    }

    private static Verdict LastfmTrack(JsonElement e)
    {
        if (e.TryGetProperty("@attr", out JsonElement attributes) && attributes.ValueKind == JsonValueKind.Object && Text(attributes, "nowplaying") == "true")
            return Verdict.Skip("playing when the page was fetched");
        string? uts = e.TryGetProperty("date", out JsonElement date) && date.ValueKind == JsonValueKind.Object ? Text(date, "uts") : null;
        return HistoryTime.TryParse(uts, out DateTimeOffset? at)
            ? Scrobble(TextOrInside(e, "artist"), Text(e, "name"), TextOrInside(e, "album"), null, at, HistorySource.Lastfm)
            : Verdict.Reject("no readable time");
    }

    private static Verdict Scrobble(string? artist, string? title, string? album, string? id, DateTimeOffset? at, HistorySource source) =>
        string.IsNullOrWhiteSpace(artist)
        ? Verdict.Reject("no artist")
        : Verdict.Keep(new Listen { Artist = artist, Title = title, Album = string.IsNullOrEmpty(album) ? null : album, TrackId = id, At = at, Source = source });

    private IEnumerable<JsonElement> Items(JsonElement root)
    {
        try
        {
            return _isPages ? TracksOfPage(root) : [root];
        }
        catch (InvalidOperationException)
        {
            return [root]; // A lone surrogate in a property's name: judged, and rejected, as a whole.
        }
    }

    /// <summary>A page holds an array of tracks, or one track; files of tracks without their page exist too.</summary>
    private static IEnumerable<JsonElement> TracksOfPage(JsonElement root)
    {
        if (!root.TryGetProperty("recenttracks", out JsonElement page))
            return [root];
        if (page.ValueKind != JsonValueKind.Object || !page.TryGetProperty("track", out JsonElement tracks))
            return [];
        return tracks.ValueKind == JsonValueKind.Array ? tracks.EnumerateArray() : [tracks];
    }

    /// <summary>All property names in the first bytes, at any depth; it does not matter where the head ends.</summary>
    private static HashSet<string> PropertyNames(ReadOnlySpan<byte> head)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        JsonElements elements = new(new MemoryStream(head.ToArray()));
        for (int i = 0; i < 3 && elements.Read(); i++)
        {
            try
            {
                Utf8JsonReader reader = new(elements.Element, isFinalBlock: false, default);
                while (reader.Read())
                {
                    if (reader.TokenType == JsonTokenType.PropertyName)
                        names.Add(reader.GetString()!);
                }
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // What was found before it went wrong still tells what the file is meant to be.
            }
        }

        return names;
    }

    private static string? Text(JsonElement e, string name) => e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out JsonElement value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Null => null,
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        }
        : null;

    /// <summary>Last.fm puts the name of an artist or album into <c>#text</c> or <c>name</c> of an object.</summary>
    private static string? TextOrInside(JsonElement e, string name) => e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out JsonElement value)
        ? value.ValueKind == JsonValueKind.Object ? Text(value, "#text") ?? Text(value, "name") : Text(e, name)
        : null;

    private static double? Number(JsonElement e, string name) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out JsonElement v) && v.ValueKind == JsonValueKind.Number && v.TryGetDouble(out double n)
            ? n
            : null;

    private readonly record struct Verdict(Listen Listen, string? Skipped, string? Rejected)
    {
        public static Verdict Keep(Listen listen) => new(listen, null, null);

        public static Verdict Skip(string reason) => new(default, reason, null);

        public static Verdict Reject(string reason) => new(default, null, reason);
    }
}
