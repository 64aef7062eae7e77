using System.Text;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using CsCheck;
using Segue.Catalogue;
using Segue.Export;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: what is written is what other programs read, whatever stands in a title. Method: golden files; readers of each format written from its
/// specification; XSPF against a schema; any text at all as title. Seen to fail: with Clean left out (an XML error on U+0001, two lines in an
/// M3U for one title with a line break), and with the quoting of CSV left out.
/// </summary>
public sealed class PlaylistTests
{
    private static readonly Playlist s_sample = new()
    {
        Title = "Sad & slow <for a rainy night>",
        Annotation = "slow, sad; not: vocals.",
        Tracks =
        [
            new()
            {
                Title = "Teardrop", Artists = ["Massive Attack", "Liz Fraser"], Album = "Mezzanine", Seconds = 330.7734,
                Id = "67Hna13dNDkZvBpTXRIaOJ", Note = "as calm as Roads",
            },
            new() { Title = "=HYPERLINK(\"http://x\")", Artists = ["+44"], Id = "B1A9C0E9-D987-4042-AE91-78D6A3267D69" },
            new() { Title = "Línea,\r\nrota\u0001", Artists = ["José \"Pepe\" González"], Seconds = 61.5, Id = "t17", Location = "/music/José/a song #1.mp3" },
            new() { Title = "Cœur", Location = "../José/Cœur 100%.ogg" },
            new() { Title = "Nowhere", Id = "t18" },
        ],
        Unresolved = ["Paranoid Andriod", "-5\ndegrees"],
    };

    [Fact]
    public void M3u8_is_a_line_a_song() => Assert.Equal(
        """
        #EXTM3U
        #PLAYLIST:Sad & slow <for a rainy night>
        # slow, sad; not: vocals.
        #EXTINF:331,Massive Attack, Liz Fraser - Teardrop
        #EXTALB:Mezzanine
        https://open.spotify.com/track/67Hna13dNDkZvBpTXRIaOJ
        # No address: +44 - =HYPERLINK("http://x")
        #EXTINF:62,José "Pepe" González - Línea, rota
        file:///music/Jos%C3%A9/a%20song%20%231.mp3
        #EXTINF:-1,Cœur
        ../José/Cœur 100%.ogg
        # No address: Nowhere
        # Not found: Paranoid Andriod
        # Not found: -5 degrees

        """, Text(PlaylistFormat.M3u8, s_sample), ignoreLineEndingDifferences: false);

    [Fact]
    public void Xspf_holds_every_song_with_what_is_known_of_it() => Assert.Equal(
        """
        <?xml version="1.0" encoding="utf-8"?>
        <playlist version="1" xmlns="http://xspf.org/ns/0/">
          <title>Sad &amp; slow &lt;for a rainy night&gt;</title>
          <creator>Segue</creator>
          <annotation>slow, sad; not: vocals. Not found: Paranoid Andriod; -5 degrees.</annotation>
          <trackList>
            <track>
              <location>https://open.spotify.com/track/67Hna13dNDkZvBpTXRIaOJ</location>
              <identifier>spotify:track:67Hna13dNDkZvBpTXRIaOJ</identifier>
              <title>Teardrop</title>
              <creator>Massive Attack, Liz Fraser</creator>
              <annotation>as calm as Roads</annotation>
              <album>Mezzanine</album>
              <duration>330773</duration>
            </track>
            <track>
              <identifier>https://musicbrainz.org/recording/b1a9c0e9-d987-4042-ae91-78d6a3267d69</identifier>
              <title>=HYPERLINK("http://x")</title>
              <creator>+44</creator>
            </track>
            <track>
              <location>file:///music/Jos%C3%A9/a%20song%20%231.mp3</location>
              <title>Línea, rota</title>
              <creator>José "Pepe" González</creator>
              <duration>61500</duration>
            </track>
            <track>
              <location>../Jos%C3%A9/C%C5%93ur%20100%25.ogg</location>
              <title>Cœur</title>
            </track>
            <track>
              <title>Nowhere</title>
            </track>
          </trackList>
        </playlist>

        """, Text(PlaylistFormat.Xspf, s_sample), ignoreLineEndingDifferences: false);

    [Fact]
    public void Csv_is_quoted_and_runs_nothing_in_a_spreadsheet() => Assert.Equal(string.Join("\r\n",
        "position,title,artists,album,seconds,id,location,note",
        "1,Teardrop,Massive Attack; Liz Fraser,Mezzanine,330.773,67Hna13dNDkZvBpTXRIaOJ,,as calm as Roads",
        "2,\"'=HYPERLINK(\"\"http://x\"\")\",'+44,,,B1A9C0E9-D987-4042-AE91-78D6A3267D69,,",
        "3,\"Línea, rota\",\"José \"\"Pepe\"\" González\",,61.5,t17,/music/José/a song #1.mp3,",
        "4,Cœur,,,,,../José/Cœur 100%.ogg,",
        "5,Nowhere,,,,t18,,",
        ",Paranoid Andriod,,,,,,not found",
        ",'-5 degrees,,,,,,not found",
        ""), Text(PlaylistFormat.Csv, s_sample));

    [Fact]
    public void Jspf_says_what_xspf_says()
    {
        using JsonDocument json = JsonDocument.Parse(Text(PlaylistFormat.Jspf, s_sample));
        JsonElement playlist = json.RootElement.GetProperty("playlist");
        XElement xspf = XDocument.Parse(Text(PlaylistFormat.Xspf, s_sample)).Root!;
        XNamespace ns = "http://xspf.org/ns/0/";
        foreach (string name in (string[])["title", "creator", "annotation"])
            Assert.Equal(xspf.Element(ns + name)!.Value, playlist.GetProperty(name).GetString());
        XElement[] tracks = [.. xspf.Element(ns + "trackList")!.Elements()];
        JsonElement[] list = [.. playlist.GetProperty("track").EnumerateArray()];
        Assert.Equal(tracks.Length, list.Length);
        for (int i = 0; i < list.Length; i++)
        {
            Assert.Equal(
                tracks[i].Elements().Select(e => (e.Name.LocalName, e.Value)),
                list[i].EnumerateObject().Select(p => (p.Name, p.Value.ValueKind == JsonValueKind.Array ? p.Value[0].GetString()! : p.Value.ToString())));
        }
    }

    /// <summary>Any text in any field: each format is read back by a reader of its specification, with one entry a song and the cleaned text in
    /// it.</summary>
    [Fact]
    public void Any_text_survives_every_format()
    {
        Gen<string> text = Gen.OneOf(Gen.String, Gen.Char["/:.=+-@#\",;'\n\r\t\u0000\u0085\u2028\ufffe\ud800\udc00 aé<&>]"].Array[0, 12].Select(c => new string(c)));
        Gen<PlaylistTrack> track = Gen.Select(text, text, text, text, Gen.Double).Select((title, artist, album, location, seconds) =>
            new PlaylistTrack { Title = title, Artists = [artist, "B"], Album = album, Location = location, Seconds = seconds, Id = album });
        Gen.Select(text, text, track.Array[0, 5], text.Array[0, 3]).Sample((title, annotation, tracks, unresolved) =>
        {
            Playlist playlist = new() { Title = title, Annotation = annotation, Tracks = tracks, Unresolved = unresolved };
            string[] titles = [.. tracks.Select(t => PlaylistText.Clean(t.Title))];

            XDocument xspf = Valid(Text(PlaylistFormat.Xspf, playlist));
            XNamespace ns = "http://xspf.org/ns/0/";
            Assert.Equal(titles, xspf.Descendants(ns + "track").Select(t => t.Element(ns + "title")?.Value ?? ""));

            using JsonDocument jspf = JsonDocument.Parse(Text(PlaylistFormat.Jspf, playlist));
            Assert.Equal(titles, jspf.RootElement.GetProperty("playlist").GetProperty("track").EnumerateArray()
                .Select(t => t.TryGetProperty("title", out JsonElement found) ? found.GetString()! : ""));

            string[][] rows = ReadCsv(Text(PlaylistFormat.Csv, playlist));
            Assert.All(rows, r => Assert.Equal(8, r.Length));
            Assert.Equal(1 + tracks.Length + unresolved.Length, rows.Length);
            Assert.Equal(titles.Select(t => t.Length > 0 && "=+-@".Contains(t[0]) ? "'" + t : t), rows[1..(tracks.Length + 1)].Select(r => r[1]));
            Assert.DoesNotContain(rows.SelectMany(r => r), cell => cell.Length > 0 && "=+-@\t\r".Contains(cell[0]));

            string[] lines = Text(PlaylistFormat.M3u8, playlist).Split('\n')[..^1];
            Assert.Equal(tracks.Count(t => t.Address is not null), lines.Count(l => !l.StartsWith('#')));
            Assert.Equal(tracks.Length, lines.Count(l => l.StartsWith("#EXTINF:") || l.StartsWith("# No address:")));
            Assert.DoesNotContain(lines, l => l.Any(char.IsControl));
        }, iter: 500);
    }

    [Fact]
    public void The_page_draws_the_curve_and_needs_nothing_else()
    {
        Playlist playlist = s_sample with
        {
            Title = "<script>alert(1)</script> שלום",
            Tracks = [.. s_sample.Tracks.Take(3), s_sample.Tracks[0] with { Title = "\"><img src=x onerror=alert(1)>", Note = "R&B" }],
            Graph = new PlaylistGraph("energy", [0.2, double.NaN, 0.5, 0.9], [0.1, 0.4, 0.6, 0.9]),
        };
        string page = Text(PlaylistFormat.Html, playlist);
        Assert.DoesNotContain("<script", page);
        Assert.DoesNotContain("<img", page);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt; ", page);
        Assert.Contains("R&amp;B", page);
        Assert.Contains("prefers-color-scheme: dark", page);
        Assert.DoesNotContain("src=", page.Replace("src=x", ""));
        Assert.DoesNotContain("file://", page); // No path of this machine in a page that may be handed on.
        Assert.Equal(4, page.Split("<li>").Length - 1);
        Assert.Equal(3, page.Split("<circle").Length - 1);
        Assert.Equal(["4", "3"], page.Split("points=\"").Skip(1).Select(p => $"{p[..p.IndexOf('"')].Split(' ').Length}"));
        Assert.Contains("Not found: Paranoid Andriod", page);
        Assert.DoesNotContain("<svg", Text(PlaylistFormat.Html, playlist with { Graph = null }));
    }

    /// <summary>What the specification asks beyond a schema: order of magnitude, right-to-left text, emoji, and that a parser of other make reads it
    /// too.</summary>
    [Fact]
    public void Ten_thousand_songs_in_any_script_are_valid_and_all_there()
    {
        string[] titles = ["שלום עולם", "أغنية", "🎸🔥 Rock'n'Roll", "a\u0000b\u0008c", "<&\"'>", "日本の歌", "e\u0301", "\ud83d"];
        PlaylistTrack[] tracks = [.. Enumerable.Range(0, 10_000).Select(i => new PlaylistTrack
        {
            Title = $"{titles[i % titles.Length]} {i}",
            Artists = [titles[i / 7 % titles.Length]],
            Seconds = i % 900 + 0.25,
            Location = $"/music/{titles[i % titles.Length]}/{i}.flac",
        })];
        Playlist playlist = new() { Title = "All", Tracks = tracks };
        XNamespace ns = "http://xspf.org/ns/0/";
        XElement[] written = [.. Valid(Text(PlaylistFormat.Xspf, playlist)).Descendants(ns + "track")];
        Assert.Equal(10_000, written.Length);
        string[] lines = Text(PlaylistFormat.M3u8, playlist).Split('\n');
        Assert.Equal(10_000, lines.Count(l => l.StartsWith("#EXTINF:", StringComparison.Ordinal)));
        for (int i = 0; i < 10_000; i += 97)
        {
            Assert.EndsWith($" {i}", written[i].Element(ns + "title")!.Value);
            Assert.Equal($"{(i % 900) * 1000 + 250}", written[i].Element(ns + "duration")!.Value);
            Assert.Matches("^file:///music/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+$", written[i].Element(ns + "location")!.Value); // RFC 3986
        }
    }

    [Theory]
    [InlineData("https://x.org/a%20b?c=d#e", "https://x.org/a%20b?c=d#e")]
    [InlineData("https://x.org/ü b", "https://x.org/%C3%BC%20b")]
    [InlineData("a b/c%20d.mp3", "a%20b/c%2520d.mp3")]
    [InlineData("12: song.mp3", "./12:%20song.mp3")]
    [InlineData("/a\nb", "file:///a%0Ab")]
    [InlineData("//.-;a/b", "file:///.-;a/b")]
    [InlineData("[x]", "%5Bx%5D")]
    [InlineData("http://[", null)]
    public void A_location_becomes_a_uri(string location, string? uri) => Assert.Equal(uri, PlaylistText.ToUri(location));

    [Fact]
    public void A_format_is_known_by_the_ending()
    {
        Assert.Equal(PlaylistFormat.M3u8, PlaylistFormat.OfFile("a.M3U"));
        Assert.Equal(PlaylistFormat.Xspf, PlaylistFormat.OfFile("x/y.xspf"));
        Assert.Equal(PlaylistFormat.Jspf, PlaylistFormat.OfFile("list.json"));
        SegueException e = Assert.Throws<SegueException>(() => PlaylistFormat.OfFile("list.pls"));
        Assert.Equal("list.pls: the ending '.pls' is no playlist format; use .m3u8, .xspf, .jspf, .csv, .html", e.Message);
    }

    [Fact]
    public void A_track_of_the_catalogue_brings_what_is_known()
    {
        TracksBuilder builder = new();
        float[] features = new float[Tracks.FeatureCount];
        features[(int)AudioFeature.Duration] = 200.5f;
        builder.Add(CatalogueTracksTests.Row("67Hna13dNDkZvBpTXRIaOJ", "Teardrop", ["Massive Attack", "Liz Fraser"], null) with { Features = features });
        PlaylistTrack track = PlaylistTrack.Of(builder.Build(), 0, note: "why");
        Assert.Equal(("Teardrop", "Massive Attack, Liz Fraser", "Album", 200500L, "why"), (track.Title, track.Creator, track.Album, track.Milliseconds, track.Note));
        Assert.Null((track with { Seconds = double.NaN }).Milliseconds);
    }

    private static string Text(PlaylistFormat format, Playlist playlist)
    {
        using MemoryStream stream = new();
        format.Write(playlist, stream);
        Assert.NotEqual(0xef, stream.ToArray()[0]);
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(stream.ToArray());
    }

    /// <summary>The rules of XSPF 1 that its RELAX NG schema states and that can occur here: elements, their order of nesting, how often, and their
    /// types.</summary>
    private static XDocument Valid(string xspf)
    {
        XmlSchemaSet schemas = new();
        schemas.Add("http://xspf.org/ns/0/", XmlReader.Create(new StringReader(Schema)));
        XDocument document = XDocument.Parse(xspf);
        document.Validate(schemas, (_, e) => Assert.Fail($"{e.Message}\n{xspf}"));
        Assert.Equal(("1", "{http://xspf.org/ns/0/}playlist"), (document.Root!.Attribute("version")?.Value, document.Root.Name.ToString()));
        Assert.Single(document.Root.Elements(), e => e.Name.LocalName == "trackList");
        foreach (XElement element in document.Descendants().Where(e => e.Name.LocalName is "playlist" or "track"))
        {
            foreach (var group in element.Elements().GroupBy(e => e.Name.LocalName).Where(g => g.Count() > 1))
                Assert.Contains(group.Key, (string[])["location", "identifier", "link", "meta", "extension", "track"]);
        }

        return document;
    }

    private const string Schema =
        """
        <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="http://xspf.org/ns/0/" targetNamespace="http://xspf.org/ns/0/" elementFormDefault="qualified">
          <xs:element name="playlist"><xs:complexType>
            <xs:choice maxOccurs="unbounded">
              <xs:element name="title" type="xs:string"/><xs:element name="creator" type="xs:string"/><xs:element name="annotation" type="xs:string"/>
              <xs:element name="info" type="xs:anyURI"/><xs:element name="location" type="xs:anyURI"/><xs:element name="identifier" type="xs:anyURI"/>
              <xs:element name="image" type="xs:anyURI"/><xs:element name="date" type="xs:dateTime"/><xs:element name="license" type="xs:anyURI"/>
              <xs:element name="trackList"><xs:complexType><xs:sequence>
                <xs:element name="track" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:choice minOccurs="0" maxOccurs="unbounded">
                  <xs:element name="location" type="xs:anyURI"/><xs:element name="identifier" type="xs:anyURI"/><xs:element name="title" type="xs:string"/>
                  <xs:element name="creator" type="xs:string"/><xs:element name="annotation" type="xs:string"/><xs:element name="info" type="xs:anyURI"/>
                  <xs:element name="image" type="xs:anyURI"/><xs:element name="album" type="xs:string"/><xs:element name="trackNum" type="xs:positiveInteger"/>
                  <xs:element name="duration" type="xs:nonNegativeInteger"/>
                </xs:choice></xs:complexType></xs:element>
              </xs:sequence></xs:complexType></xs:element>
            </xs:choice>
            <xs:attribute name="version" use="required" type="xs:string" fixed="1"/>
          </xs:complexType></xs:element>
        </xs:schema>
        """;

    /// <summary>RFC 4180, by hand.</summary>
    private static string[][] ReadCsv(string text)
    {
        List<string[]> rows = [];
        List<string> row = [];
        StringBuilder cell = new();
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"')
                cell.Append(text[++i]);
            else if (c == '"')
                quoted = !quoted;
            else if (!quoted && (c == ',' || c == '\r'))
            {
                row.Add(cell.ToString());
                cell.Clear();
                if (c == '\r')
                {
                    Assert.Equal('\n', text[++i]);
                    rows.Add([.. row]);
                    row.Clear();
                }
            }
            else
                cell.Append(c);
        }

        Assert.True(row.Count == 0 && cell.Length == 0, "the last line has its line break");
        return [.. rows];
    }
}
