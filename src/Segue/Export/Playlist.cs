using System.Text;
using Segue.Catalogue;

namespace Segue.Export;

/// <summary>A recommendation as other programs take it: songs in order, and what was asked for but could not be found.</summary>
public sealed record Playlist
{
    /// <summary>Its name.</summary>
    public required string Title { get; init; }

    /// <summary>Who made it.</summary>
    public string Creator { get; init; } = "Segue";

    /// <summary>How it came about, e.g. the wish and how it was read; may be empty.</summary>
    public string Annotation { get; init; } = "";

    /// <summary>In the order of playing.</summary>
    public required IReadOnlyList<PlaylistTrack> Tracks { get; init; }

    /// <summary>What could not be resolved, as the user wrote it. Every format carries it: nobody should have to count rows to see that a song is
    /// missing.</summary>
    public IReadOnlyList<string> Unresolved { get; init; } = [];

    /// <summary>What the HTML page draws over the songs; null for nothing.</summary>
    internal PlaylistGraph? Graph { get; init; }

    internal string NoteOnUnresolved => Unresolved.Count == 0 ? "" : $"Not found: {string.Join("; ", Unresolved.Select(u => PlaylistText.Clean(u)))}.";
}

/// <summary>One song of a <see cref="Playlist"/>.</summary>
public sealed record PlaylistTrack
{
    /// <summary>The title.</summary>
    public required string Title { get; init; }

    /// <summary>The main one first.</summary>
    public IReadOnlyList<string> Artists { get; init; } = [];

    /// <summary>May be empty.</summary>
    public string Album { get; init; } = "";

    /// <summary>Length in seconds; NaN where unknown.</summary>
    public double Seconds { get; init; } = double.NaN;

    /// <summary>The catalogue's id. 22 letters and digits are taken for Spotify's, a UUID for a MusicBrainz recording.</summary>
    public string Id { get; init; } = "";

    /// <summary>A path or address at which it plays; empty where only the id is known.</summary>
    public string Location { get; init; } = "";

    /// <summary>Why it is here; may be empty.</summary>
    public string Note { get; init; } = "";

    /// <summary>A track of the catalogue.</summary>
    internal static PlaylistTrack Of(Tracks tracks, int track, string location = "", string note = "") => new()
    {
        Title = tracks.Titles[track],
        Artists = [.. tracks.ArtistNamesOf(track)],
        Album = tracks.Albums[track],
        Seconds = tracks.Feature(AudioFeature.Duration)[track],
        Id = tracks.Ids[track],
        Location = location,
        Note = note,
    };

    internal string Creator => string.Join(", ", Artists.Select(a => PlaylistText.Clean(a)).Where(a => a.Length > 0));

    internal long? Milliseconds => Seconds is >= 0 and < 1e9 ? (long)Math.Round(Seconds * 1000) : null;

    /// <summary>What names the recording everywhere, as a URI; null for ids that mean something here only.</summary>
    internal string? Identifier => IsSpotify ? $"spotify:track:{Id}" : IsMusicBrainz ? $"https://musicbrainz.org/recording/{Id.ToLowerInvariant()}" : null;

    /// <summary>Where it plays, as a URI reference: the location, else Spotify's page; null when there is neither.</summary>
    internal string? Address => Location.Length > 0 ? PlaylistText.ToUri(Location) : IsSpotify ? $"https://open.spotify.com/track/{Id}" : null;

    private bool IsSpotify => Id.Length == 22 && Id.All(char.IsAsciiLetterOrDigit);

    private bool IsMusicBrainz => Id.Length == 36 && Guid.TryParseExact(Id, "D", out _);
}

/// <summary>Text from anywhere, made fit for one line of a file.</summary>
internal static class PlaylistText
{
    /// <summary>
    /// One line without control characters, and nothing that XML 1.0 or UTF-8 cannot hold. Line and paragraph separators count as white space:
    /// some players end a line there.
    /// </summary>
    public static string Clean(string text)
    {
        StringBuilder clean = new(text.Length);
        bool space = false;
        foreach (Rune rune in text.EnumerateRunes()) // Lone surrogates come out as U+FFFD.
        {
            if (Rune.IsWhiteSpace(rune) || Rune.IsControl(rune))
            {
                space = clean.Length > 0;
                continue;
            }

            if (space)
                clean.Append(' ');
            space = false;
            clean.Append(rune.Value is 0xfffe or 0xffff ? Rune.ReplacementChar.ToString() : rune.ToString());
        }

        return clean.ToString();
    }

    /// <summary>
    /// A path or address as a URI reference (RFC 3986): rooted paths get <c>file://</c>, everything that may not stand in a URI is written as
    /// %XX of its UTF-8, and what is an address already keeps its own %XX. Null for an address that is broken beyond that ("http://[").
    /// </summary>
    public static string? ToUri(string location)
    {
        bool isAddress = HasScheme(location), isWindows = Path.DirectorySeparatorChar == '\\' || SongPlace.IsWindows(location);
        string path = !isAddress && isWindows ? location.Replace('\\', '/') : location;
        StringBuilder uri = new(path.Length + 16);
        if (!isAddress && (Path.IsPathRooted(location) || SongPlace.IsWindows(location)))
        {
            // After two slashes a host's name would follow: Windows means one by it, elsewhere it is the root folder written twice.
            bool isShare = isWindows && path.StartsWith("//", StringComparison.Ordinal);
            uri.Append(isShare ? "file://" : "file:///");
            path = path.TrimStart('/');
        }
        else if (!isAddress && path.Split('/')[0].Contains(':'))
            uri.Append("./"); // Else "12: a song.mp3" would be an address of scheme 12.
        foreach (byte b in Encoding.UTF8.GetBytes(path))
        {
            bool stays = char.IsAsciiLetterOrDigit((char)b) || "-._~/!$&'()*+,;=:@"u8.Contains(b) || isAddress && "%?#[]"u8.Contains(b);
            if (stays)
                uri.Append((char)b);
            else
                uri.Append('%').Append(b.ToString("X2"));
        }

        return Uri.TryCreate(uri.ToString(), UriKind.RelativeOrAbsolute, out _) ? uri.ToString() : null;
    }

    /// <summary>"https://...", "file:/...": two letters at least, so that "C:" stays a drive.</summary>
    private static bool HasScheme(string location)
    {
        int colon = location.IndexOf(":/", StringComparison.Ordinal);
        return colon >= 2 && char.IsAsciiLetter(location[0]) && location.AsSpan(0, colon).IndexOfAnyExcept(s_schemeCharacters) < 0;
    }

    private static readonly System.Buffers.SearchValues<char> s_schemeCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
}
