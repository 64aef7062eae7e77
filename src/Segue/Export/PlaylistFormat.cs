using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Xml;
using Segue.Catalogue;

namespace Segue.Export;

/// <summary>
/// How a <see cref="Playlist"/> is written. All are UTF-8 without byte order mark, and the same playlist gives the same bytes.
/// <list type="bullet">
/// <item>M3U8: <c>#EXTM3U</c>, then <c>#EXTINF:seconds,Artist - Title</c> and an address a song. A song that has no address anywhere is a comment:
/// an M3U entry is an address and nothing else.</item>
/// <item>XSPF (https://xspf.org/spec): XML; what is not found stands in the playlist's annotation.</item>
/// <item>JSPF (https://xspf.org/jspf): the same as JSON, as ListenBrainz takes it.</item>
/// <item>CSV (RFC 4180): a row a song with a header, rows of what was not found at the end. A cell that a spreadsheet would run as a formula
/// (it begins with = + - @) gets an apostrophe before it, which the spreadsheet hides.</item>
/// <item>HTML: a page to look at, with a feature drawn over the songs.</item>
/// </list>
/// </summary>
public sealed class PlaylistFormat
{
    /// <summary>M3U, in UTF-8.</summary>
    public static readonly PlaylistFormat M3u8 = new("M3U8", ".m3u8", WriteM3u8);
    /// <summary>XML, https://xspf.org/spec.</summary>
    public static readonly PlaylistFormat Xspf = new("XSPF", ".xspf", WriteXspf);
    /// <summary>The same as JSON, https://xspf.org/jspf.</summary>
    public static readonly PlaylistFormat Jspf = new("JSPF", ".jspf", WriteJspf);
    /// <summary>A table, RFC 4180.</summary>
    public static readonly PlaylistFormat Csv = new("CSV", ".csv", WriteCsv);
    /// <summary>A page to look at.</summary>
    public static readonly PlaylistFormat Html = new("HTML", ".html", PlaylistPage.Write);

    private const string XspfNamespace = "http://xspf.org/ns/0/";

    private readonly Action<Playlist, TextWriter> _write;

    private PlaylistFormat(string name, string extension, Action<Playlist, TextWriter> write) => (Name, Extension, _write) = (name, extension, write);

    /// <summary>Every format, in the order in which help shows them.</summary>
    public static IReadOnlyList<PlaylistFormat> All { get; } = [M3u8, Xspf, Jspf, Csv, Html];

    /// <summary>"M3U8", "XSPF" ...</summary>
    public string Name { get; }

    /// <summary>With the dot.</summary>
    public string Extension { get; }

    /// <summary>The format of a file by its extension (.m3u8, .m3u, .xspf, .jspf, .json, .csv, .html, .htm; case does not matter).</summary>
    /// <exception cref="SegueException">Another extension.</exception>
    public static PlaylistFormat OfFile(string path)
    {
        string extension = Path.GetExtension(path).ToLowerInvariant();
        extension = extension switch { ".m3u" => ".m3u8", ".json" => ".jspf", ".htm" => ".html", _ => extension };
        return All.FirstOrDefault(f => f.Extension == extension)
            ?? throw new SegueException($"{path}: the ending '{extension}' is no playlist format; use {string.Join(", ", All.Select(f => f.Extension))}");
    }

    /// <summary>Writes the playlist as UTF-8; the stream stays open.</summary>
    public void Write(Playlist playlist, Stream stream)
    {
        using StreamWriter writer = new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
        _write(playlist, writer);
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    private static void WriteM3u8(Playlist playlist, TextWriter writer)
    {
        writer.WriteLine("#EXTM3U");
        writer.WriteLine($"#PLAYLIST:{PlaylistText.Clean(playlist.Title)}");
        if (PlaylistText.Clean(playlist.Annotation) is { Length: > 0 } annotation)
            writer.WriteLine($"# {annotation}");
        foreach (PlaylistTrack track in playlist.Tracks)
        {
            string title = PlaylistText.Clean(track.Title), creator = track.Creator, name = creator.Length > 0 ? $"{creator} - {title}" : title;
            if ((IsPlainPath(track.Location) ? track.Location : track.Address) is not string address)
            {
                writer.WriteLine($"# No address: {name}");
                continue;
            }

            long seconds = track.Milliseconds is long ms ? (ms + 500) / 1000 : -1;
            writer.WriteLine($"#EXTINF:{seconds.ToString(CultureInfo.InvariantCulture)},{name}");
            if (PlaylistText.Clean(track.Album) is { Length: > 0 } album)
                writer.WriteLine($"#EXTALB:{album}");
            writer.WriteLine(address);
        }

        foreach (string unresolved in playlist.Unresolved)
            writer.WriteLine($"# Not found: {PlaylistText.Clean(unresolved)}");
    }

    /// <summary>
    /// Paths stand in an M3U as they are: many players decode no %XX. Only one that would not be read back as a path becomes a URI: VLC 3 takes
    /// what follows a # for a fragment and a leading "12:" for a scheme.
    /// </summary>
    private static bool IsPlainPath(string location) => location.Length > 0 && !location.Contains('#') && location.Trim() == location
        && PlaylistText.Clean(location) == location
        && (SongPlace.IsWindows(location) || PlaylistText.ToUri(location)?.StartsWith("./", StringComparison.Ordinal) == false);

    private static void WriteXspf(Playlist playlist, TextWriter writer)
    {
        using XmlWriter xml = XmlWriter.Create(writer, new XmlWriterSettings { Indent = true, NewLineChars = "\n", Encoding = new UTF8Encoding(false) });
        xml.WriteStartElement("playlist", XspfNamespace);
        xml.WriteAttributeString("version", "1");
        Element("title", playlist.Title);
        Element("creator", playlist.Creator);
        Element("annotation", $"{playlist.Annotation} {playlist.NoteOnUnresolved}");
        xml.WriteStartElement("trackList", XspfNamespace);
        foreach (PlaylistTrack track in playlist.Tracks)
        {
            xml.WriteStartElement("track", XspfNamespace);
            Element("location", track.Address);
            Element("identifier", track.Identifier);
            Element("title", track.Title);
            Element("creator", track.Creator);
            Element("annotation", track.Note);
            Element("album", track.Album);
            Element("duration", track.Milliseconds?.ToString(CultureInfo.InvariantCulture));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.Flush();
        writer.WriteLine();

        void Element(string name, string? text)
        {
            if (text is not null && PlaylistText.Clean(text) is { Length: > 0 } clean)
                xml.WriteElementString(name, XspfNamespace, clean);
        }
    }

    private static void WriteJspf(Playlist playlist, TextWriter writer)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject("playlist");
            Text("title", playlist.Title);
            Text("creator", playlist.Creator);
            Text("annotation", $"{playlist.Annotation} {playlist.NoteOnUnresolved}");
            json.WriteStartArray("track");
            foreach (PlaylistTrack track in playlist.Tracks)
            {
                json.WriteStartObject();
                One("location", track.Address);
                One("identifier", track.Identifier);
                Text("title", track.Title);
                Text("creator", track.Creator);
                Text("annotation", track.Note);
                Text("album", track.Album);
                if (track.Milliseconds is long duration)
                    json.WriteNumber("duration", duration);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();

            void Text(string name, string text)
            {
                if (PlaylistText.Clean(text) is { Length: > 0 } clean)
                    json.WriteString(name, clean);
            }

            void One(string name, string? uri)
            {
                if (uri is null)
                    return;
                json.WriteStartArray(name);
                json.WriteStringValue(uri);
                json.WriteEndArray();
            }
        }

        writer.WriteLine(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }

    private static void WriteCsv(Playlist playlist, TextWriter writer)
    {
        Row("position", "title", "artists", "album", "seconds", "id", "location", "note");
        int number = 0;
        foreach (PlaylistTrack track in playlist.Tracks)
        {
            string seconds = track.Milliseconds is long ms ? (ms / 1000.0).ToString("0.###", CultureInfo.InvariantCulture) : "";
            Row($"{++number}", track.Title, string.Join("; ", track.Artists.Select(PlaylistText.Clean)), track.Album, seconds, track.Id, track.Location, track.Note);
        }

        foreach (string unresolved in playlist.Unresolved)
            Row("", unresolved, "", "", "", "", "", "not found");

        void Row(params ReadOnlySpan<string> cells)
        {
            for (int i = 0; i < cells.Length; i++)
            {
                if (i > 0)
                    writer.Write(',');
                writer.Write(Cell(cells[i]));
            }

            writer.Write("\r\n"); // RFC 4180
        }

        static string Cell(string text)
        {
            string clean = PlaylistText.Clean(text);
            if (clean.Length > 0 && "=+-@＝＋－＠".Contains(clean[0]))
                clean = "'" + clean;
            return clean.AsSpan().IndexOfAny(',', '"') >= 0 ? $"\"{clean.Replace("\"", "\"\"")}\"" : clean;
        }
    }
}
