using System.Globalization;
using System.Text.Json;
using Segue.Catalogue;

namespace Segue.Import;

/// <summary>One listen of each service's JSON.</summary>
internal static class JsonListens
{
    private const double MillisecondsMax = 1e9;

    private const string UnsetClock =
        "some rows have no time, or one before the year 2000, from a clock that was not set; they count as plays without a date";

    private const string UnknownLanguage = "titles are in a language in which this program does not know 'Watched'; artists alone were read";

    /// <summary>What YouTube puts before a title ("Watched Creep") and behind it, in some languages.</summary>
    private static readonly string[] s_watched = ["Watched ", "Has visto ", "Vous avez regardé ", "Hai guardato ", "Hai visto ", "Assistiu a "];
    private static readonly string[] s_watchedBehind = [" angesehen", " bekeken"];

    public static Verdict SpotifyAccount(JsonElement e) =>
        Spotify(e, ("artistName", "trackName", null), id: null, time: "endTime", played: "msPlayed", playedOut: false, HistorySource.SpotifyAccount);

    public static Verdict SpotifyExtended(JsonElement e)
    {
        if (Text(e, "master_metadata_album_artist_name") is null && Text(e, "master_metadata_track_name") is null)
        {
            return Verdict.Skip(
                Text(e, "episode_name") is not null ? "a podcast" : Text(e, "audiobook_title") is not null ? "an audiobook" : "a song without name");
        }

        if (e.TryGetProperty("incognito_mode", out JsonElement incognito) && incognito.ValueKind == JsonValueKind.True)
            return Verdict.Skip("a private session");
        string? id = Text(e, "spotify_track_uri") is { Length: > 0 } uri ? TrackId.Bare(uri) : null;
        bool playedOut = Text(e, "reason_end") == "trackdone";
        return Spotify(e, ("master_metadata_album_artist_name", "master_metadata_track_name", "master_metadata_album_album_name"), id,
            time: "ts", played: "ms_played", playedOut, HistorySource.SpotifyExtended);
    }

    public static Verdict ListenBrainz(JsonElement e)
    {
        if (!e.TryGetProperty("track_metadata", out JsonElement track) || track.ValueKind != JsonValueKind.Object)
            return Verdict.Reject("no track_metadata", "track_metadata");
        if (e.TryGetProperty("playing_now", out JsonElement now) && now.ValueKind == JsonValueKind.True)
            return Verdict.Skip("playing when the list was made");
        string? id = Text(Property(track, "additional_info"), "spotify_id") is { } link ? TrackId.Bare(link) : null;
        return Scrobble(e, "listened_at", (Text(track, "artist_name"), "track_metadata.artist_name"), new Listen
        {
            Artist = "",
            Title = Text(track, "track_name"),
            Album = Text(track, "release_name"),
            TrackId = id,
            Source = HistorySource.ListenBrainz,
        });
    }

    public static Verdict LastfmTrack(JsonElement e)
    {
        if (Text(Property(e, "@attr"), "nowplaying") == "true" || Property(e, "date").ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            return Verdict.Skip("playing when the page was fetched");
        Listen listen = new() { Artist = "", Title = Text(e, "name"), Album = TextOrInside(e, "album"), Source = HistorySource.Lastfm };
        return Scrobble(Property(e, "date"), "uts", (TextOrInside(e, "artist"), "artist"), listen);
    }

    /// <summary>{"time", "track": {"artists": [...], "title", "album": {"albumtitle"}, "length"}, "duration"}.</summary>
    public static Verdict Maloja(JsonElement e)
    {
        if (!e.TryGetProperty("track", out JsonElement track) || track.ValueKind != JsonValueKind.Object)
            return Verdict.Reject("no track", "track");
        JsonElement first = First(Property(track, "artists"));
        string? artist = first.ValueKind == JsonValueKind.String ? first.GetString() : Text(first, "name");
        int seconds = Number(e, "duration") is { } played and >= 0 and < MillisecondsMax ? (int)played : -1;
        int length = Number(track, "length") is { } whole and > 0 and < MillisecondsMax ? (int)whole : -1;
        return Scrobble(e, "time", (artist, "track.artists"), new Listen
        {
            Artist = "",
            Title = Text(track, "title"),
            Album = Text(Property(track, "album"), "albumtitle"),
            Seconds = seconds,
            Plays = seconds < 0 || HistoryTime.IsPlay(seconds, length) ? 1 : 0,
            Source = HistorySource.Maloja,
        });
    }

    /// <summary>{"header": "YouTube Music", "title": "Watched Creep", "subtitles": [{"name": "Radiohead - Topic"}], "time"}.</summary>
    public static Verdict YouTubeMusic(JsonElement e)
    {
        if (Text(e, "header") != "YouTube Music")
            return Verdict.Skip("a video that was not watched in YouTube Music");
        string? channel = Text(First(Property(e, "subtitles")), "name");
        const string Topic = " - Topic";
        string? artist = channel?.EndsWith(Topic, StringComparison.Ordinal) == true ? channel[..^Topic.Length] : channel;
        if (artist is null or "Release" or "Music Library Uploads")
            return Verdict.Skip("a song without artist");
        string title = Text(e, "title") ?? "";
        string? song = s_watched.FirstOrDefault(w => title.StartsWith(w, StringComparison.Ordinal)) is { } before ? title[before.Length..]
            : s_watchedBehind.FirstOrDefault(w => title.EndsWith(w, StringComparison.Ordinal)) is { } behind ? title[..^behind.Length] : null;
        Verdict verdict = Scrobble(e, "time", (artist, "subtitles"), new Listen { Artist = "", Title = song, Source = HistorySource.YouTubeMusic });
        return song is null && verdict.Rejected is null ? verdict with { Note = UnknownLanguage } : verdict;
    }

    private static Verdict Spotify(
        JsonElement e,
        (string Artist, string Title, string? Album) names,
        string? id,
        string time,
        string played,
        bool playedOut,
        HistorySource source)
    {
        string? artist = Text(e, names.Artist);
        if (string.IsNullOrWhiteSpace(artist))
            return Verdict.Reject("no artist", names.Artist);
        if (artist == "Unknown Artist")
            return Verdict.Skip("an unknown artist");
        if (Number(e, played) is not (>= 0 and < MillisecondsMax and var milliseconds))
            return Verdict.Reject("the time played is no number of milliseconds", played);
        if (!HistoryTime.TryParse(Text(e, time), out DateTimeOffset? at) || at is null)
            return Verdict.Reject("no readable time", time);
        int seconds = (int)(milliseconds / 1000);
        return Verdict.Keep(new Listen
        {
            Artist = artist,
            Title = Text(e, names.Title),
            Album = names.Album is null ? null : Text(e, names.Album),
            TrackId = id,
            At = at,
            Seconds = seconds,
            Plays = HistoryTime.IsPlay(seconds, playedOut ? seconds : -1) ? 1 : 0,
            Source = source,
        });
    }

    private static Verdict Scrobble(JsonElement timed, string time, (string? Name, string Property) artist, Listen listen)
    {
        if (string.IsNullOrWhiteSpace(artist.Name))
            return Verdict.Reject("no artist", artist.Property);
        if (!HistoryTime.TryParse(Text(timed, time), out DateTimeOffset? at))
            return Verdict.Reject("no readable time", time);
        Verdict kept = Verdict.Keep(listen with { Artist = artist.Name, Album = string.IsNullOrEmpty(listen.Album) ? null : listen.Album, At = at });
        return at is null ? kept with { Note = UnsetClock } : kept;
    }

    /// <summary>Undefined where there is none.</summary>
    private static JsonElement Property(JsonElement e, string name) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out JsonElement value) ? value : default;

    /// <summary>The first of a list, or what is no list itself.</summary>
    private static JsonElement First(JsonElement e) => e.ValueKind != JsonValueKind.Array ? e : e.GetArrayLength() > 0 ? e[0] : default;

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
    private static string? TextOrInside(JsonElement e, string name) => Property(e, name) is { ValueKind: JsonValueKind.Object } inside
        ? Text(inside, "#text") ?? Text(inside, "name")
        : Text(e, name);

    /// <summary>A number, also one that is written as text.</summary>
    private static double? Number(JsonElement e, string name) =>
        double.TryParse(Text(e, name), CultureInfo.InvariantCulture, out double number) ? number : null;
}
