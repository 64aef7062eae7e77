using System.IO.Compression;
using System.Text;
using Segue.Import;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: every export of a listener's own history is told from its content and read to the same few facts. Method: one fixture a format, written
/// here after the format's description, all of them the same three listens. Seen to fail: with the 30-second rule, the podcast rule and the
/// comment lines taken out one at a time.
/// </summary>
public sealed class ImportHistoryTests
{
    private const string Ghan = "\"uts\",\"utc_time\",\"artist\",\"artist_mbid\",\"album\",\"album_mbid\",\"track\",\"track_mbid\"\n"
        + "\"1597150020\",\"11 Aug 2020, 12:47\",\"Björk\",\"\",\"Debut\",\"\",\"Venus as a Boy\",\"\"\n"
        + "\"1597150320\",\"11 Aug 2020, 12:52\",\"Low\",\"x\",\"\",\"\",\"Two-Step\",\"\"\n";

    private const string Account = """
        [ { "endTime" : "2020-08-11 12:47", "artistName" : "Björk", "trackName" : "Venus as a Boy", "msPlayed" : 282000 },
          { "endTime" : "2020-08-11 12:52", "artistName" : "Low", "trackName" : "Two-Step", "msPlayed" : 300000 },
          { "endTime" : "2020-08-11 12:53", "artistName" : "Blur", "trackName" : "Song 2", "msPlayed" : 4000 } ]
        """;

    private const string Extended = """
        [{"ts":"2020-08-11T12:47:33Z","username":"secret-name","platform":"Phone","ms_played":282000,"conn_country":"DE","ip_addr_decrypted":"203.0.113.9",
          "master_metadata_track_name":"Venus as a Boy","master_metadata_album_artist_name":"Björk","master_metadata_album_album_name":"Debut",
          "spotify_track_uri":"spotify:track:5SuOikwiRyPMVoIQDJUgSV","episode_name":null,"reason_end":"trackdone","skipped":null,"incognito_mode":false},
         {"ts":"2020-08-11T12:52:40Z","ms_played":300000,"master_metadata_track_name":"Two-Step","master_metadata_album_artist_name":"Low",
          "master_metadata_album_album_name":"x","spotify_track_uri":"spotify:track:1","episode_name":null,"skipped":false,"incognito_mode":false},
         {"ts":"2020-08-11T12:53:01Z","ms_played":4000,"master_metadata_track_name":"Song 2","master_metadata_album_artist_name":"Blur","skipped":true},
         {"ts":"2020-08-11T13:53:01Z","ms_played":400000,"master_metadata_track_name":null,"master_metadata_album_artist_name":null,"episode_name":"News"},
         {"ts":"2020-08-11T14:53:01Z","ms_played":400000,"master_metadata_track_name":"x","master_metadata_album_artist_name":"y","incognito_mode":true}]
        """;

    private const string LastfmPage = """
        {"recenttracks":{"track":[
          {"artist":{"mbid":"","#text":"Low"},"name":"Two-Step","album":{"#text":""},"@attr":{"nowplaying":"true"}},
          {"artist":{"mbid":"","#text":"Björk"},"name":"Venus as a Boy","album":{"#text":"Debut"},"date":{"uts":"1597150020","#text":"11 Aug 2020"}},
          {"artist":{"name":"Low"},"name":"Two-Step","album":{"#text":""},"date":{"uts":"1597150320"}}],"@attr":{"user":"secret-name","page":"1"}}}
        """;

    private const string ListenBrainz =
        """
        {"listened_at":1597150020,"user_name":"secret-name","track_metadata":{"artist_name":"Björk","track_name":"Venus as a Boy","release_name":"Debut"}}
        {"listened_at":1597150320,"track_metadata":{"artist_name":"Low","track_name":"Two-Step","additional_info":{"spotify_id":"https://open.spotify.com/track/1"}}}

        """;

    private const string ScrobblerLog = "#AUDIOSCROBBLER/1.1\n#TZ/UTC\n#CLIENT/Rockbox\n"
        + "Björk\tDebut\tVenus as a Boy\t3\t282\tL\t1597150020\t\nLow\t\tTwo-Step\t4\t300\tL\t1597150320\t\nBlur\tBlur\tSong 2\t2\t120\tS\t1597150400\t\n";

    public static TheoryData<string, string, int> Dated => new()
    {
        { "Spotify account data", Account, 3 },
        { "Spotify extended history", Extended, 3 },
        { "Last.fm export (lastfm-to-csv)", "Björk,Debut,Venus as a Boy,11 Aug 2020 12:47\nLow,,Two-Step,11 Aug 2020 12:52\n", 2 },
        { "Last.fm export (ghan.nl)", Ghan, 2 },
        { "Last.fm API pages", LastfmPage, 2 },
        { "ListenBrainz listens", ListenBrainz, 2 },
        { "Libre.fm or Maloja export", "# from my server\n# second\nArtist,Track,Album,Time\nBjörk,Venus as a Boy,Debut,1597150020\nLow,Two-Step,,1597150320\n", 2 },
        { "scrobbler log", ScrobblerLog, 3 },
        { "table of listens", "title;artist;played at\nVenus as a Boy;Björk;2020-08-11T12:47:00Z\nTwo-Step;Low;2020-08-11T12:52:00+00:00\n", 2 },
    };

    [Theory]
    [MemberData(nameof(Dated))]
    public void Each_export_is_known_by_its_content(string format, string content, int listens)
    {
        using ScratchFolder folder = new();
        foreach (Encoding encoding in (Encoding[])[new UTF8Encoding(true), Encoding.Unicode])
        {
            string path = folder.File("anything");
            File.WriteAllBytes(path, [.. encoding.GetPreamble(), .. encoding.GetBytes(content)]);
            (History history, Ledger ledger) = HistoryReader.Read([path], null);
            Assert.Equal(format, ledger.Files.Single().Format);
            Assert.Equal(listens, history.Listens.Count);
            Assert.True(ledger.Reconciles && ledger.Rejected == 0, string.Join('\n', ledger.Summary()));
            IReadOnlyList<HistoryEntry> entries = history.Entries();
            Assert.Equal(("Björk", "Venus as a Boy", 1.0), (entries[0].Artist, entries[0].Title, entries[0].Plays));
            Assert.Equal(("Low", "Two-Step", 1.0), (entries[1].Artist, entries[1].Title, entries[1].Plays));
            Assert.InRange(entries[0].LastPlayed!.Value, DateTimeOffset.UnixEpoch.AddSeconds(1597150020), DateTimeOffset.UnixEpoch.AddSeconds(1597150060));
            if (listens == 3)
                Assert.Equal(("Blur", 0.0, 1), (entries[2].Artist, entries[2].Plays, entries[2].Skips));
            Assert.NotNull(Importer.Read([path]).History);
        }
    }

    [Theory]
    [InlineData("#TZ/UTC", "+02:00", 0)] // The file says it: what a person says is not asked for.
    [InlineData("#TZ/UNKNOWN", null, 0)]
    [InlineData("#TZ/UNKNOWN", "+02:00", 2)]
    [InlineData("#TZ/UNKNOWN", "-0330", -3.5)]
    [InlineData("#TZ/UNKNOWN", "Europe/Berlin", 2)] // In August.
    public void Local_clocks_of_scrobblers_are_read_where_they_stood(string header, string? zone, double hours)
    {
        using ScratchFolder folder = new();
        ImportOptions options = new() { TimeZone = zone is null ? null : ImportOptions.ZoneOf(zone) };
        (History history, Ledger ledger) = HistoryReader.Read([folder.Write("x", ScrobblerLog.Replace("#TZ/UTC", header))], null, options);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(1597150020).AddHours(-hours), history.Listens[0].At);
        Assert.Equal(zone is null, ledger.Notes.Any(n => n.Contains("--time-zone")));
        (history, _) = HistoryReader.Read([folder.Write("y", "title,artist,time\nVenus,Björk,2020-08-11 12:47\nx,Low,2020-08-11T12:52:00+00:00\n")], null, options);
        double table = zone is null ? 0 : ImportOptions.ZoneOf(zone).GetUtcOffset(new DateTime(2020, 8, 11)).TotalHours;
        Assert.Equal(new DateTimeOffset(2020, 8, 11, 12, 47, 0, TimeSpan.Zero).AddHours(-table), history.Listens.Single(l => l.Title == "Venus").At);
        Assert.Equal(new DateTimeOffset(2020, 8, 11, 12, 52, 0, TimeSpan.Zero), history.Listens.Single(l => l.Title == "x").At);
        Assert.Contains("Europe/Berlin", Assert.Throws<SegueException>(() => ImportOptions.ZoneOf("Berlin")).Message);
    }

    [Fact]
    public void Podcasts_private_sessions_and_what_plays_now_are_left_out_and_said()
    {
        using ScratchFolder folder = new();
        Ledger ledger = HistoryReader.Read([folder.Write("x", Extended)], null).Ledger;
        Assert.Equal(["a podcast", "a private session"], ledger.Files[0].Reasons.Select(r => r.Reason));
        ledger = HistoryReader.Read([folder.Write("y", LastfmPage)], null).Ledger;
        Assert.Equal((3L, 2L, 1L), (ledger.RowsRead, ledger.Accepted, ledger.Skipped));
        Assert.Equal("Low", HistoryReader.Read(folder.Write("z",
            """{"recenttracks":{"track":{"artist":{"#text":"Low"},"name":"b","date":{"uts":"1597150020"}}}}""")).Listens[0].Artist);
    }

    [Fact]
    public void A_spotify_zip_is_read_whole_and_no_play_counts_twice()
    {
        using ScratchFolder folder = new();
        using (ZipArchive zip = ZipFile.Open(folder.File("my_spotify_data.zip"), ZipArchiveMode.Create))
        {
            void Add(string name, string content)
            {
                using StreamWriter writer = new(zip.CreateEntry(name).Open());
                writer.Write(content);
            }

            Add("MyData/StreamingHistory_music_0.json", Account);
            Add("MyData/Streaming_History_Audio_2019-2021_3.json", Extended);
            Add("MyData/Userdata.json", """{"username":"secret-name","email":"a@b"}""");
            Add("MyData/Streaming_History_Video_2.json", "[]");
            Add("MyData/Read_Me_First.pdf", "%PDF-1.4");
        }

        (History history, Ledger ledger) = HistoryReader.Read([folder.File("my_spotify_data.zip")], null);
        Assert.Equal(3, history.Listens.Count);
        Assert.Equal(3, ledger.Merged);
        Assert.Contains(ledger.Notes, n => n.Contains("Userdata.json"));
        (History again, Ledger second) = HistoryReader.Read([folder.File("my_spotify_data.zip"), folder.Write("ghan.csv", Ghan)], history);
        Assert.Equal(history.Listens, again.Listens);
        Assert.Equal(0, second.Accepted);
    }

    [Fact]
    public void Lists_tables_of_counts_and_playlists()
    {
        using ScratchFolder folder = new();
        History Read(string content) => HistoryReader.Read(folder.Write("list", content));
        Assert.Equal([("Massive Attack", null), ("Low", "Two-Step"), ("Jay-Z", null)], Read("# mine\nMassive Attack\n\nLow - Two-Step\nJay-Z\n").Listens
            .Select(l => (l.Artist, l.Title)).OrderByDescending(l => l.Artist[0] == 'M').ThenByDescending(l => l.Title));
        Assert.Equal([3f, 12f], Read("artist,plays\nLow,12\nBlur,3\n").Listens.Select(l => l.Plays));
        Assert.Equal([3f, 12f], Read("Low\t12\nBlur\t3\n").Listens.Select(l => l.Plays));
        Assert.Equal("Two-Step", Read("#EXTM3U\n#EXTINF:300,Low - Two-Step\n/music/low.mp3\n").Listens.Single().Title);
        Listen id = Read("userID\tartistID\tweight\n2\t51\t13883\n2\t52\t11690\n").Listens[0];
        Assert.Equal(("51", 13883f), (id.ArtistId, id.Plays));
        Assert.Contains("2 listeners", Assert.Throws<DataException>(() => Read("userID\tartistID\tweight\n2\t51\t3\n3\t52\t1\n")).Message);
    }

    [Fact]
    public void Totals_imported_twice_are_not_added()
    {
        using ScratchFolder folder = new();
        string path = folder.Write("t", "artist,plays\nLow,12\nBlur,3\nLow,1\n");
        (History once, _) = HistoryReader.Read([path], null);
        (History twice, Ledger ledger) = HistoryReader.Read([path], once);
        Assert.Equal(13, once.Entries()[0].Plays);
        Assert.Equal(once.Listens, twice.Listens);
        Assert.Equal((0L, 3L), (ledger.Accepted, ledger.Merged));
    }

    [Fact]
    public void Old_plays_weigh_less_with_a_half_life()
    {
        using ScratchFolder folder = new();
        History history = HistoryReader.Read(folder.Write("h", "artist,title,time\nLow,a,2020-01-01\nBlur,b,2020-01-31\n"));
        Assert.Equal([1.0, 0.5], history.Entries(TimeSpan.FromDays(30)).Select(e => e.Plays));
        Assert.Equal("Blur", history.Entries(TimeSpan.FromDays(30))[0].Artist);
    }

    [Fact]
    public void Broken_json_is_rejected_row_by_row()
    {
        using ScratchFolder folder = new();
        string deep = "{\"track_metadata\":" + string.Concat(Enumerable.Repeat("{\"a\":", 200)) + "1" + new string('}', 201);
        string lines = ListenBrainz.Trim() + "\n" + deep + "\n{\"track_metadata\": {\"artist_name\": 7, } }\nnot json\n"
            + "{\"listened_at\":1e300,\"track_metadata\":{\"artist_name\":\"\\ud800\"}}\n{\"listened_at\":1,\"track_metadata\":{";
        (History history, Ledger ledger) = HistoryReader.Read([folder.Write("x", lines)], null, new ImportOptions { RejectedShareMax = 1 });
        Assert.Equal((7L, 2L, 5L), (ledger.RowsRead, ledger.Accepted, ledger.Rejected));
        Assert.Equal(2, history.Listens.Count);
        Assert.Contains(ledger.Files[0].Reasons, r => r.Reason.Contains("cut off") && r.Samples[0].Line == 7);
        Assert.Contains(ledger.Files[0].Reasons, r => r.Reason == "nested too deep");
        DataException e = Assert.Throws<DataException>(() => HistoryReader.Read(folder.File("x")));
        Assert.Contains(":3:", e.Message);
    }
}
