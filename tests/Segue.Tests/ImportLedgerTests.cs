using System.Text.Encodings.Web;
using System.Text.Json;
using Segue.Import;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the ledger tells what went wrong, where, in the words of the file, and nothing of the person; its notes say what would go wrong in
/// silence. Method: rows with personal values that must not be found in anything the ledger says. Seen to fail: with whole rows as samples.
/// </summary>
public sealed class ImportLedgerTests
{
    private static readonly string[] s_personal = ["secret-name", "Atlantis", "203.0.113.9", "Gotham"];

    public static TheoryData<string, string> Personal => new()
    {
        {
            "ms_played",
            """[{"username":"secret-name","conn_country":"Atlantis","ip_addr":"203.0.113.9","ts":"2020-08-11T12:47:33Z","ms_played":"non"""
                + """e","master_metadata_track_name":"a","master_metadata_album_artist_name":"Low"},"""
            + """{"username":"secret-name","conn_country":"Atlantis","ip_addr":"203.0.113.9","ts":"2020-08-11T12:47:33Z","ms_played":n"""
                + """ull,"master_metadata_track_name":"b","master_metadata_album_artist_name":"Low"}]"""
        },
        {
            "ts", """{"username":"secret-name","ip_addr":"203.0.113.9","ms_played":5,"master_metadata_track_n"""
                + """ame":"a","ts":"2020-,"master_metadata_album_artist_name":"Low","conn_country":"Atlantis"}"""
        },
        { "soon", "ip_address,city_name,artist,title,time\n203.0.113.9,Gotham,Low,a,soon\n203.0.113.9,Gotham,Low,b,soon\n" },
        { "expected 5", "artist,ip_address,city_name,title,time\nLow,203.0.113.9,Gotham,a\n" },
        {
            "listened_at", """{"user_name":"secret-name","listened_at":"soon","track_metadata":{"artist_name":"Low","track_n"""
                + """ame":"a","additional_info":{"listener_city":"Gotham","country":"Atlantis"}}}"""
        },
        { "artist", """{"user":{"email":"secret-name","country":"Atlantis"},"artist":["Low"],"title":"a","time":1597150020}""" },
        { "quote is opened", "artist,title,city,time\nLow,\"a,Gotham,1597150020\n" },
    };

    [Theory]
    [MemberData(nameof(Personal))]
    public void Nothing_personal_is_shown_and_what_is_wrong_is(string wrong, string content)
    {
        using ScratchFolder folder = new();
        (_, Ledger ledger) = HistoryReader.Read([folder.Write("x", content)], null, new ImportOptions { RejectedShareMax = 1 });
        string told = string.Join('\n', ledger.Summary()) + ledger.ToJson().ToJsonString(s_plain);
        Assert.Contains(wrong, told);
        Assert.All(s_personal, p => Assert.DoesNotContain(p, told));
        LedgerReason reason = ledger.Files[0].Reasons.First();
        Assert.Equal(reason.Samples.Count, reason.Samples.Select(s => s.Line).Distinct().Count());
        string refused = Assert.Throws<DataException>(() => HistoryReader.Read(folder.File("x"))).Message;
        Assert.All(s_personal, p => Assert.DoesNotContain(p, refused));
    }

    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void Samples_are_quoted_as_they_stand()
    {
        using ScratchFolder folder = new();
        const string Row = "\"say \"\"hi\"\" 🎵\",\"a\",soon";
        Ledger ledger = HistoryReader.Read([folder.Write("x", "artist,title,time\n" + Row + "\n")], null,
            new ImportOptions { RejectedShareMax = 1 }).Ledger;
        Assert.Equal(Row, ledger.Files[0].Reasons.Single().Samples[0].Text);
    }

    public static TheoryData<string, string> Notes => new()
    {
        { "columns that are not used: mood, shuffle", "artist,title,mood,shuffle\nLow,a,x,y\n" },
        { "3 rows have no time", "artist,title,time\nLow,a,\nLow,b,\nLow,c,\nLow,d,1597150020\n" },
        { "before the year 2000", "artist,title,time\nLow,a,17\nLow,b,1597150020\n" },
        { "skips and no plays", "artist,title,ms_played,time\nLow,a,900,1597150020\n" },
        { "the history is empty", "Name,Artist,Date Added,Plays\nb,Low,1/2/23,\n" },
        {
            "in a language", """[{"header":"YouTube Music","title":"Obejrzano: a","subtitles":[{"name":"Low - Topic"}]"""
                + ""","time":"2023-07-26T05:06:00Z","titleUrl":"x"}]"""
        },
    };

    [Theory]
    [MemberData(nameof(Notes))]
    public void What_would_go_wrong_in_silence_is_said(string note, string content)
    {
        using ScratchFolder folder = new();
        Ledger ledger = HistoryReader.Read([folder.Write("x", content)], null).Ledger;
        Assert.Contains(ledger.Notes, n => n.Contains(note));
    }

    [Fact]
    public void What_plays_now_is_no_play()
    {
        using ScratchFolder folder = new();
        Ledger ledger = HistoryReader.Read([folder.Write("x", "Low,,a,\nLow,,b,11 Aug 2020 12:52\nLow,,c,11 Aug 2020 12:50\n")], null).Ledger;
        Assert.Contains("playing", ledger.Files[0].Reasons.Single().Reason);
        ledger = HistoryReader.Read([folder.Write("y", """{"recenttracks":{"track":[{"artist":{"#text":"Low"},"name":"a"}"""
            + """,{"artist":{"#text":"Low"},"name":"a","date":{"uts":"1597150020"}}]}}""")], null).Ledger;
        Assert.Equal((1L, 1L), (ledger.Accepted, ledger.Skipped));
    }
}
