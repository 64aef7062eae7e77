using System.Text;
using Segue.Import;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: what people's programs write is read for what it is, or refused by name; nothing that looks like a table becomes a list of artists.
/// Method: the first lines of each export, with values of our own, and the listens that are in them. Seen to fail: each, before its columns,
/// its dates or its container were known.
/// </summary>
public sealed class ImportExportsTests
{
    private const string AppleHeader =
        "Artist Name,Song Name,Album Name,Event Type,Event End Timestamp,Play Duration Milliseconds,End Reason Type,Client IP Address\n";

    private const string ITunesXml = """
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
        <plist version="1.0"><dict><key>Major Version</key><integer>1</integer>
        <key>Tracks</key><dict>
        <key>1</key><dict><key>Track ID</key><integer>1</integer>
          <key>Name</key><string>Human Behaviour &amp; more</string><key>Artist</key><string>Björk</string>
          <key>Total Time</key><integer>252000</integer><key>Date Added</key><date>2019-01-01T00:00:00Z</date>
          <key>Play Count</key><integer>7</integer></dict>
        <key>2</key><dict><key>Name</key><string>Never</string><key>Artist</key><string>Low</string></dict>
        <key>3</key><dict><key>Name</key><string>News</string>
          <key>Artist</key><string>Radio</string><key>Play Count</key><integer>3</integer><key>Podcast</key><true/></dict>
        </dict><key>Playlists</key><array><dict><key>Name</key><string>Library</string>
          <key>Play Count</key><integer>9</integer></dict></array></dict></plist>
        """;

    private const string Extended =
        "ts,username,platform,ms_played,conn_country,ip_addr,master_metadata_track_name,master_metadata_album_artist_name,"
            + "spotify_track_uri,episode_name,"
        + "reason_end,skipped,incognito_mode\n";

    /// <summary>Content, and every listen as "artist/title/plays/date".</summary>
    public static TheoryData<string, string, string[]> Read => new()
    {
        {
            "Excel, month first", "Keane,Hopes,Bedshaped,1/22/23 1:02\nAir,Moon,Sexy Boy,1/2/23 23:55\n", ["Air/Sexy Boy/1/2023-01-02",
                "Keane/Bedshaped/1/2023-01-22"]
        },
        {
            "Excel, semicolons", "Moby;Play;Porcelain;01/10/2017 21:47\nLow;x;Two-Step;13/10/2017 9:47\n", ["Low/Two-Step/1/2017-10-13",
                "Moby/Porcelain/1/2017-10-01"]
        },
        { "dots", "artist;title;date\nLow;a;03.04.2022 9:05\nLow;b;04.04.22\n", ["Low/a/1/2022-04-03", "Low/b/1/2022-04-04"] },
        {
            "twelve hours", "artist,title,time\nLow,a,\"4/13/2022, 11:05:09 PM\"\nLow,b,4/1/2022 12:01 AM\n",
            ["Low/a/1/2022-04-13", "Low/b/1/2022-04-01"]
        },
        {
            "pandas, .NET, JavaScript",
            "artist,title,time\nLow,a,2013-07-08 02:44:34+00:00\nLow,b,2013-07-09T02:44:34.1234567Z\nLow,c,Wed Jul 10 2013 02:44:34 "
                + "GMT+0200 (CEST)\n"
            + "Low,d,/Date(1373510674000)/\nLow,e,635092262740000000\n",
            ["Low/a/1/2013-07-08", "Low/b/1/2013-07-09", "Low/c/1/2013-07-10", "Low/d/1/2013-07-11", "Low/e/1/2013-07-12"]
        },
        {
            "numbers", "artist,title,timestamp\nLow,a,1373251474\nLow,b,1373251474000\nLow,c,1373251474000000000\nLow,d,1373251474.0\nLow,"
                + "e,41463.5\n",
            ["Low/a/1/2013-07-08", "Low/b/1/2013-07-08", "Low/c/1/2013-07-08", "Low/d/1/2013-07-08", "Low/e/1/2013-07-08"]
        },
        { "date and time apart", "Artist,Track,Date,Time\nLow,a,31 Jan 2021, 23:36\n", ["Low/a/1/2021-01-31"] },
        {
            "Last.fm-Scrubbler", "Low,x,Two-Step,02/13/2020 10:00:00,Low,00:04:12\nLow,x,Sunflower,02/03/2020 10:05:00,Low,00:04:00\n",
            ["Low/Sunflower/1/2020-02-03", "Low/Two-Step/1/2020-02-13"]
        },
        {
            "lastfmstats", "\"Artist\";\"Album\";\"AlbumId\";\"Track\";\"Date#ann\"\n\"Low\";\"x, y\";\"\";\"Two-Step\";\"1373251474000\"\n",
            ["Low/Two-Step/1/2013-07-08"]
        },
        {
            "lastfmstats, JSON", """{"username":"ann","scrobbles":[{"track":"Two-Step","artist":"Low","album":"x","albumId":"","date":"""
                + """1373251474000}]}""",
            ["Low/Two-Step/1/2013-07-08"]
        },
        {
            "Libre.fm in UTF-7", "+ACM- Data export from Libre.fm,,,\n+ACM- example.org,,,\nArtist,Track,Album,Time\nBj+APY-rk,J+APM-ga,,"
                + "1690347960\n",
            ["Björk/Jóga/1/2023-07-26"]
        },
        { "junk above the header", "Export of ann\n2023-07-26,,\nArtist,Track,Album,Time\nLow,a,,1690347960\n", ["Low/a/1/2023-07-26"] },
    };

    public static TheoryData<string, string, string[]> ReadOfServices => new()
    {
        {
            "Apple Music's activity", AppleHeader + "Low,a,x,PLAY_END,2021-02-03T10:00:00.123Z,238000,NATURAL_END_OF_TRACK,1.2.3.4\n"
            + "Low,a,x,PLAY_START,2021-02-03T10:00:01Z,,,1.2.3.4\nLow,b,x,PLAY_END,2021-02-03T10:05:00Z,1200,TRACK_SKIPPED_FORWARDS,1.2.3.4\n",
            ["Low/a/1/2021-02-03", "Low/b/0/2021-02-03"]
        },
        {
            "Apple Music's daily tracks",
            "Date Played,Play Duration Milliseconds,Play Count,Skip Count,Track Description\n"
                + "20210203,238000,2,0,Low - Two-Step\n", ["Low/Two-Step/2/2021-02-03"]
        },
        { "Spotify's extended history as a table", Extended
            + "2021-02-03T10:00:00Z,ann,ios,240000,DE,1.2.3.4,a,Low,spotify:track:1,,trackdone,FALSE,FALSE\n"
            + "2021-02-03T10:05:00Z,ann,ios,9000,DE,1.2.3.4,b,Low,spotify:track:2,,fwdbtn,TRUE,FALSE\n"
            + "2021-02-03T11:00:00Z,ann,ios,900000,DE,1.2.3.4,,,,News,trackdone,FALSE,FALSE\n"
            + "2021-02-03T12:00:00Z,ann,ios,900000,DE,1.2.3.4,c,Low,spotify:track:3,,trackdone,FALSE,TRUE\n",
            ["Low/a/1/2021-02-03", "Low/b/0/2021-02-03"] },
        { "seconds", "artist,title,seconds_played,time\nLow,a,29,1373251474\nLow,b,30,1373251475\n", ["Low/a/0/2013-07-08", "Low/b/1/2013-07-08"] },
        { "a flag", "artist,title,skipped,time\nLow,a,1,1373251474\nLow,b,0,1373251475\n", ["Low/a/0/2013-07-08", "Low/b/1/2013-07-08"] },
        { "half of a short track", "artist,title,ms_played,duration_ms,time\nLow,a,20000,38000,1373251474\n", ["Low/a/1/2013-07-08"] },
    };

    public static TheoryData<string, string, string[]> ReadOfLibraries => new()
    {
        { "iTunes, XML", ITunesXml, ["Björk/Human Behaviour & more/7/"] },
        {
            "iTunes, text", "Name\tArtist\tAlbum\tTime\tDate Added\tPlays\tLast Played\tSkips\r\"Weird\" Song\tLow\tx\t253\t1/2/23 1:"
                + "02\t12\t1/22/23 1:02\t1\rb\tLow\tx\t99\t1/2/23\t\t\t\r",
            ["Low/\"Weird\" Song/12/"]
        },
        {
            "Maloja, JSON",
            """{"maloja":{"export_time":1},"scrobbles":[{"time":1690347960,"track":{"artists":["Low","Guest"]"""
                + ""","title":"a","album":{"albumtitle":"x"},"length":200},"duration":null},"""
            + """{"time":1690348960,"track":{"artists":["Low"],"title":"b","album":null,"length":null},"duration":12}]}""",
            ["Low/a/1/2023-07-26", "Low/b/0/2023-07-26"]
        },
        {
            "YouTube Music",
            """[{"header":"YouTube Music","title":"Watched Two-Step","titleUrl":"https://music.youtube.com/watch?v=1","subtitles":[{"n"""
                + """ame":"Low - Topic"}],"time":"2023-07-26T05:06:00.123Z","products":["YouTube"]},"""
            + """{"header":"YouTube","title":"Watched a film","subtitles":[{"name":"Someone"}],"time":"2023-07-26T06:06:00Z","products":"""
                + """["YouTube"]}]""",
            ["Low/Two-Step/1/2023-07-26"]
        },
        {
            "Exportify without features",
            "\"Track URI\",\"Track Name\",\"Artist URI(s)\",\"Artist Name(s)\",\"Added At\"\n\"spotify:track:1\",\"a\",\"u,v\",\"Tyler\\, "
                + "The Creator, Low\",\"2020-01-01T00:00:00Z\"\n",
            ["Tyler, The Creator/a/1/"]
        },
        {
            "cut at the header's separator", "Artist;Title;Time\nLow;a, b, c;1373251474\nLow;d, e, f;1373251475\n", ["Low/a, b, "
                + "c/1/2013-07-08", "Low/d, e, f/1/2013-07-08"]
        },
        { "quoted, with tabs", "\"Artist\"\t\"Title\"\t\"Time\"\n\"Low\"\t\"a\"\t\"1373251474\"\n", ["Low/a/1/2013-07-08"] },
        {
            "a list of names with commas", "Tyler, The Creator\nCrosby, Stills, Nash\nEarth, Wind & Fire\n", ["Crosby, Stills, Nash//1/",
                "Earth, Wind & Fire//1/", "Tyler, The Creator//1/"]
        },
        { "a list under its name", "Artist\nLow\n", ["Low//1/"] },
    };

    [Theory]
    [MemberData(nameof(Read))]
    [MemberData(nameof(ReadOfServices))]
    [MemberData(nameof(ReadOfLibraries))]
    public void Is_read_for_what_it_is(string what, string content, string[] listens)
    {
        using ScratchFolder folder = new();
        (History history, Ledger ledger) = HistoryReader.Read([folder.Write("export", content)], null);
        IEnumerable<string> found = history.Listens.Select(l => $"{l.Artist}/{l.Title}/{l.Plays}/{l.At:yyyy-MM-dd}").Order(StringComparer.Ordinal);
        Assert.True(found.SequenceEqual(listens), $"{what}: {string.Join(", ", found)}\n{string.Join('\n', ledger.Summary())}");
        Assert.True(ledger.Reconciles && ledger.Rejected == 0, what);
    }

    public static TheoryData<string, string, string[]> Refused => new()
    {
        { "a table without names", "Low;x;Two-Step;yesterday\nLow;x;Sunflower;today\n", ["4 semicolon-separated columns", "--map artist=1"] },
        { "two columns", "Low,Two-Step\nBlur,Song 2\n", ["2 comma-separated columns", "--map artist=1"] },
        { "no artist", "Song Title,Played At,Device\na,2020-01-01,x\n", ["No column for the artist", "--map"] },
        { "undecidable", "artist,title,time\nLow,a,3/4/2022\nLow,b,5/6/2022\n", [":2:", "3/4/2022", "--dates dmy"] },
        { "rounded by a spreadsheet", "artist,title,time\nLow,a,1.69E+09\n", [":2:", "no readable time"] },
        { "both ways round", "artist,title,time\nLow,a,13/4/2022\nLow,b,4/13/2022\n", [":3:", "no readable time"] },
        { "Takeout as a page", "<html><body><div class=\"outer-cell mdl-cell\">Watched a</div></body></html>", ["Takeout", "JSON"] },
        { "an XSPF", "<?xml version=\"1.0\"?><playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\"></playlist>", ["XSPF", "M3U8"] },
        { "a library cut off", ITunesXml[..700], ["cut off"] },
        { "time played", "artist,title,ms_played\nLow,a,-5\n", [":2:", "number of milliseconds"] },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Or_refused_by_name(string what, string content, string[] words)
    {
        using ScratchFolder folder = new();
        string message = Assert.Throws<DataException>(() => HistoryReader.Read(folder.Write("export", content))).Message;
        foreach (string word in words)
            Assert.True(message.Contains(word), $"{what}: '{message}' lacks '{word}'");
    }

    [Fact]
    public void What_a_person_says_of_dates_and_of_columns_by_number_goes()
    {
        using ScratchFolder folder = new();
        string dates = folder.Write("d", "artist,title,time\nLow,a,3/4/2022\n"), bare = folder.Write("b", "x;Low;2022-01-02\ny;Low;2022-01-03\n");
        History Read(string path, ImportOptions options) => HistoryReader.Read([path], null, options).History;
        Assert.Equal(4, Read(dates, new ImportOptions { Dates = ImportOptions.OrderOf("dmy") }).Listens[0].At!.Value.Month);
        Assert.Equal(3, Read(dates, new ImportOptions { Dates = ImportOptions.OrderOf("mdy") }).Listens[0].At!.Value.Month);
        Assert.Contains("dmy", Assert.Throws<SegueException>(() => ImportOptions.OrderOf("ymd")).Message);
        Dictionary<string, string> map = new() { ["artist"] = "2", ["title"] = "1", ["time"] = "3" };
        Assert.Equal(["x", "y"], Read(bare, new ImportOptions { Map = map }).Listens.Select(l => l.Title));
    }

    [Fact]
    public void Logs_of_events_are_one_play_a_row_and_skips_none()
    {
        using ScratchFolder folder = new();
        const string Rows = "ann\t2009-05-04T23:08:57Z\tx\tLow\t\ta\nann\t2009-05-04T13:54:10Z\tx\tLow\t\tb\n";
        const string Header = "user_id\ttimestamp\tartist_id\tartist_name\ttrack_id\ttrack_name\n";
        string header = folder.Write("h", Header + Rows), bare = folder.Write("b", Rows);
        Assert.Equal(Importer.ReadPlays(bare).Plays.Counts.Values.ToArray(), Importer.ReadPlays(header).Plays.Counts.Values.ToArray());
        string skips = folder.Write("s", "user,artist,track,ms_played\nann,Low,a,200000\nann,Low,b,900\nbob,Low,a,40000\n");
        (Interactions.Plays plays, Ledger ledger) = Importer.ReadPlays(skips);
        Assert.Equal([1f, 1f], plays.Counts.Values.ToArray());
        Assert.Equal("a skip", ledger.Files[0].Reasons.Single().Reason);
        Assert.Contains("--map title=", Assert.Throws<DataException>(() => Importer.Read([folder.Write("p",
            "user,artist\nann,Low\n")])).Message.Replace("plays=", "title="));
        Assert.Contains("2 listeners", Assert.Throws<DataException>(() => HistoryReader.Read(skips)).Message);
    }

    [Fact]
    public void Features_in_words_ids_as_addresses_and_exportify_without_a_map()
    {
        using ScratchFolder folder = new();
        const string Header = "Track URI,Track Name,Artist URI(s),Artist Name(s),Album Name,Track Duration (ms),Explicit,Popularity,"
            + "Artist Genres,Danceability,Energy,Key,"
            + "Loudness,Mode,Speechiness,Acousticness,Instrumentalness,Liveness,Valence,Tempo,Time Signature\n";
        string path = folder.Write("t.csv", Header
            + "spotify:track:a1,One,\"u,v\",\"Tyler\\, The Creator, Low\",x,3:58,true,50,\"rap,hip hop\",0.5,0.5,C#,-6,Major,0.1,0.1,0,"
                + "0.1,0.5,120,4/4\n"
            + "https://open.spotify.com/track/b2?si=x,Two,u,\"Earth, Wind & Fire\",x,200000,false,50,,0.5,0.5,8A,-6,Dorian,0.1,0.1,0,0.1,"
                + "0.5,120,3\n");
        (Catalogue.Tracks tracks, Ledger ledger) = Importer.ReadTracks(path);
        int one = tracks.IndexOfId("a1"), two = tracks.IndexOfId("b2");
        Assert.Equal(["Tyler, The Creator", "Low"], tracks.ArtistNamesOf(one));
        Assert.Equal(["Earth, Wind & Fire"], tracks.ArtistNamesOf(two));
        Assert.Equal(["rap", "hip hop"], tracks.GenreNamesOf(one));
        float Of(Catalogue.AudioFeature feature, int track) => tracks.Feature(feature)[track];
        Assert.Equal((1f, 1f, 4f, 238f), (Of(Catalogue.AudioFeature.Key, one), Of(Catalogue.AudioFeature.Mode, one),
            Of(Catalogue.AudioFeature.TimeSignature, one),
            Of(Catalogue.AudioFeature.Duration, one)));
        Assert.True(float.IsNaN(Of(Catalogue.AudioFeature.Key, two)) && float.IsNaN(Of(Catalogue.AudioFeature.Mode, two)));
        Assert.Contains(ledger.Notes, n => n.Contains("2 values of key"));
    }

    [Fact]
    public void The_order_of_rows_does_not_show_and_totals_hold_dated_plays()
    {
        using ScratchFolder folder = new();
        string[] rows = ["Low,a,x,2020-01-01 10:00", "LOW,a,,2020-01-01 10:00", "Low,b,x,2020-01-02 10:00", "Blur,c,,", "blur,C,x,"];
        History Of(IEnumerable<string> r) => HistoryReader.Read(folder.Write("o", "artist,title,album,time\n" + string.Join('\n', r)));
        Assert.Equal(Of(rows).Listens, Of(rows.Reverse()).Listens);
        string totals = folder.Write("t", "artist,title,plays\nLow,a,5\nLow,b,1\n"), artists = folder.Write("u", "artist,plays\nLow,7\n");
        History all = HistoryReader.Read([totals, artists, folder.Write("d", "artist,title,time\nLow,a,2020-01-01\nLow,b,2020-01-02\nLow,"
            + "b,2020-01-03\n")], null).History;
        Assert.Equal(7, all.Entries().Sum(e => e.Plays), 6); // a: 5, b: 2, which the artist's 7 hold.
    }

    [Fact]
    public void One_song_played_eighty_thousand_times_takes_no_longer_than_others()
    {
        using ScratchFolder folder = new();
        StringBuilder one = new("artist,track,time\n"), two = new("[");
        for (int i = 0; i < 80_000; i++)
        {
            one.Append($"White Noise,Rain,{1_500_000_000 + i * 600}\n");
            string end = $"{DateTimeOffset.FromUnixTimeSeconds(1_500_000_200 + i * 600):yyyy-MM-dd HH:mm}";
            two.Append(i > 0 ? "," : "").Append($$"""{"endTime":"{{end}}","artistName":"White Noise",""")
                .Append("\"trackName\":\"Rain\",\"msPlayed\":200000}\n");
        }

        CancellationTokenSource tooLong = new(TimeSpan.FromSeconds(30));
        string[] paths = [folder.Write("one", one.ToString()), folder.Write("two", two.Append(']').ToString())];
        (History history, Ledger ledger) = HistoryReader.Read(paths, null, cancellation: tooLong.Token);
        Assert.False(tooLong.IsCancellationRequested);
        Assert.Equal(80_000, history.Listens.Count);
        Assert.Equal((80_000L, 80_000L), (ledger.Accepted, ledger.Merged));
    }
}
