using Segue.Catalogue;
using Segue.Import;
using Segue.Interactions;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a kept history comes back as it was, is never half written, and is gone when forgotten; names meet the catalogue carefully and never
/// wildly. Method: round trips, a damaged byte at every place, and names that must and must not match. Seen to fail: without the checksum, and
/// with loose matching that takes the first of several.
/// </summary>
public sealed class ImportProfileTests
{
    [Fact]
    public void What_is_kept_comes_back_and_is_forgotten_without_trace()
    {
        using ScratchFolder folder = new();
        ListenerProfiles profiles = new(folder.Path);
        History history = HistoryReader.Read(folder.Write("h", "artist,title,album,time\nLow,a,x,2020-01-01\nBl\"ur,b,,2020-01-31\n"));
        history = profiles.Update("me", _ => history);
        History lists = HistoryReader.Read(folder.Write("l", "Low - c\nAbba\n"));
        History both = profiles.Update("me", before => HistoryReader.Read([folder.File("l")], before).History);
        Assert.Equal(both.Listens, profiles.Load("me").Listens);
        Assert.Equal([.. lists.Listens, .. history.Listens], both.Listens.OrderBy(l => l.At is not null).ThenBy(l => l.At));
        Assert.Equal(["me"], profiles.List());
        Assert.True(profiles.Forget("me"));
        Assert.False(profiles.Forget("me"));
        Assert.DoesNotContain(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories), f => Path.GetFileName(f).StartsWith("me"));
        Assert.Contains("unknown profile 'me'", Assert.Throws<UnknownNameException>(() => profiles.Load("me")).Message);
    }

    /// <summary>A stopped import's temporary goes, whoever has its process number now, and with it what an earlier version left.</summary>
    [Theory]
    [InlineData(".me.history.{0}-1.segue-tmp")]
    [InlineData("me.history.new")]
    [InlineData("me.history")]
    public void What_only_a_killed_import_left_is_forgotten_too(string left)
    {
        using ScratchFolder folder = new();
        ListenerProfiles profiles = new(folder.Path);
        Assert.False(profiles.Forget("me"));
        profiles.Update("you", _ => HistoryReader.Read(folder.Write("h", "Low\n")));
        int running = OperatingSystem.IsLinux() ? 1 : Environment.ProcessId;
        string path = Path.Combine(profiles.Folder, string.Format(System.Globalization.CultureInfo.InvariantCulture, left, running));
        File.WriteAllText(path, "half of a history");
        Assert.True(profiles.Forget("me"));
        Assert.False(File.Exists(path));
        Assert.False(profiles.Forget("me"));
        Assert.Equal(["you"], profiles.List());
    }

    [Fact]
    public void A_history_that_lies_elsewhere_is_forgotten_where_it_lies()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs symbolic links");
        using ScratchFolder folder = new(), elsewhere = new();
        ListenerProfiles profiles = new(folder.Path);
        Directory.CreateDirectory(profiles.Folder);
        File.CreateSymbolicLink(Path.Combine(profiles.Folder, "me.history"), elsewhere.File("mine"));
        profiles.Update("me", _ => HistoryReader.Read(folder.Write("h", "Low\n")));
        Assert.True(File.Exists(elsewhere.File("mine")));
        elsewhere.Write(".mine.1-7.segue-tmp", "half of a history");
        Assert.True(profiles.Forget("me"));
        Assert.Empty(Directory.GetFiles(elsewhere.Path));
        Assert.False(profiles.Forget("me"));
    }

    /// <summary>A checksum proves no sense: the lines stand under a right one.</summary>
    [Theory]
    [InlineData("99999999999999\t0\t1\t-1\t0\tLow\t\t\t\t")]
    [InlineData("-99999999999999\t0\t1\t-1\t0\tLow\t\t\t\t")]
    [InlineData("253402300799\t0\t1\t2147483647\t0\tLow\t\t\t\t")]
    [InlineData("soon\t0\t1\t-1\t0\tLow\t\t\t\t")]
    [InlineData("\t99\t1\t-1\t0\tLow\t\t\t\t")]
    [InlineData("\t0\tNaN\t-1\t0\tLow\t\t\t\t")]
    [InlineData("\t0\t-3\t-1\t0\tLow\t\t\t\t")]
    public void A_line_without_sense_is_damage(string line)
    {
        using ScratchFolder folder = new();
        ListenerProfiles profiles = new(folder.Path);
        Directory.CreateDirectory(profiles.Folder);
        byte[] body = System.Text.Encoding.UTF8.GetBytes($"#segue-history 1\n{line}\n");
        string end = $"#end 1 {Convert.ToHexStringLower(System.IO.Hashing.XxHash128.Hash(body))}\n";
        File.WriteAllBytes(Path.Combine(profiles.Folder, "me.history"), [.. body, .. System.Text.Encoding.UTF8.GetBytes(end)]);
        Assert.Contains("is damaged", Assert.Throws<DataException>(() => profiles.Load("me")).Message);
    }

    [Fact]
    public void Names_of_profiles_stay_inside_their_folder()
    {
        using ScratchFolder folder = new();
        foreach (string bad in (string[])["../x", "a/b", "", ".hidden", "a b", new string('a', 65), "\\"])
            Assert.Throws<SegueException>(() => new ListenerProfiles(folder.Path).Find(bad));
    }

    [Fact]
    public void Any_changed_byte_is_noticed()
    {
        using ScratchFolder folder = new();
        ListenerProfiles profiles = new(folder.Path);
        profiles.Update("me", _ => HistoryReader.Read(folder.Write("h", "artist,title,time\nLow,a,2020-01-01\n")));
        string path = Directory.GetFiles(profiles.Folder, "me*").Single();
        byte[] good = File.ReadAllBytes(path);
        for (int i = 0; i < good.Length - 1; i++)
        {
            byte[] bad = [.. good];
            bad[i] ^= 0x15;
            File.WriteAllBytes(path, bad);
            Assert.Throws<DataException>(() => profiles.Load("me"));
        }

        File.WriteAllBytes(path, good[..^20]);
        Assert.Throws<DataException>(() => profiles.Load("me"));
    }

    [Fact]
    public void A_failed_update_leaves_what_was_there_and_a_second_writer_is_told()
    {
        using ScratchFolder folder = new();
        ListenerProfiles profiles = new(folder.Path);
        History history = HistoryReader.Read(folder.Write("h", "Low\n"));
        profiles.Update("me", _ => history);
        Assert.Throws<SegueException>(() => profiles.Update("me", _ => throw new SegueException("stop")));
        SegueException held = Assert.Throws<SegueException>(() => profiles.Update("me", _ => new ListenerProfiles(folder.Path).Update("you", _ => history)));
        Assert.Matches($@"process {Environment.ProcessId} \(.+\), since \d\d:\d\d:\d\d, is writing a profile right now", held.Message);
        Assert.DoesNotContain(Directory.GetFiles(profiles.Folder), f => f.EndsWith(".writer"));
        Assert.Equal(history.Listens, profiles.Load("me").Listens);
    }

    [Theory]
    [InlineData("Sigur Ros", "Sigur Rós")]
    [InlineData("beatles", "The Beatles")]
    [InlineData("The The Beatles", null)]
    [InlineData("Massive Attack feat. Horace Andy", "Massive Attack")]
    [InlineData("ac dc", "AC/DC")]
    [InlineData("Nirvana", "Nirvana")]
    [InlineData("Massive Attac", null)]
    [InlineData("Twins", null)] // "The Twins" and "Twins!": two have that form, so none is taken.
    [InlineData("Simon & Garfunkel", null)]
    public void Artists_match_carefully(string written, string? found)
    {
        string[] names = ["Sigur Rós", "The Beatles", "Massive Attack", "AC/DC", "Nirvana", "The Twins", "Twins!", "Simon"];
        Artists artists = new(TextColumn.From(names.Select((_, i) => $"id{i}")), TextColumn.From(names));
        using ScratchFolder folder = new();
        (Profile profile, MatchReport report) = HistoryMatcher.ToArtists(HistoryReader.Read(folder.Write("h", $"artist,plays\n{written},3\n")), artists);
        Assert.Equal(found is null ? [] : [Array.IndexOf(names, found)], profile.Artists);
        Assert.Equal(found is null ? 0 : 1, report.PlaysShare);
        if (written == "Massive Attac")
            Assert.Equal("Massive Attack", report.Missing.Single().Nearest);
    }

    [Fact]
    public void A_profile_keeps_how_long_ago_each_artist_was_played()
    {
        Artists artists = new(TextColumn.From(["a", "b", "c"]), TextColumn.From(["Air", "Björk", "Cake"]));
        using ScratchFolder folder = new();
        string dated = folder.Write("h.csv", "Air,Moon Safari,All I Need,01 Jul 2022 12:00\nBjork,Debut,Play Dead,11 Jul 2022 12:00\n"
            + "Air,Moon Safari,La Femme,09 Jul 2022 12:00\n");
        Profile profile = HistoryMatcher.ToArtists(HistoryReader.Read(dated), artists).Profile;
        Assert.Equal([0, 1], profile.Artists);
        Assert.Equal([2f, 0f], profile.DaysSince!);
        Profile undated = HistoryMatcher.ToArtists(HistoryReader.Read(folder.Write("l", "artist,plays\nCake,3\nAir,1\n")), artists).Profile;
        Assert.Null(undated.DaysSince);

        Profile joined = Profile.Join(profile, undated with { Disliked = [1] });
        Assert.Equal([0, 1, 2], joined.Artists);
        Assert.Equal([3f, 1f, 3f], joined.Plays);
        Assert.Equal([2f, 0f, float.NaN], joined.DaysSince!);
        Assert.Equal([1], joined.Disliked);
        Profile without = joined.Without([1]);
        Assert.Equal([0, 2], without.Artists);
        Assert.Equal([3f, 3f], without.Plays);
        Assert.Equal([2f, float.NaN], without.DaysSince!);
    }

    [Theory]
    [InlineData("Song 2 - Remastered 2011", "Song 2")]
    [InlineData("Song 2 (Live)", "Song 2")]
    [InlineData("Song 2 (2012 Remaster) [Live at Leeds]", "Song 2")]
    [InlineData("Stan (feat. Dido)", "Stan")]
    [InlineData("Live and Let Die", "Live and Let Die")]
    [InlineData("(Live)", "(Live)")]
    [InlineData("Song 2 - Someone's Remix", "Song 2 - Someone's Remix")]
    [InlineData("Deliverance", "Deliverance")]
    [InlineData("Song 2 - Deliverance", "Song 2 - Deliverance")]
    [InlineData("Song 2 (Alive)", "Song 2 (Alive)")]
    [InlineData("Song 2 - 25th Anniversary Remaster", "Song 2")]
    [InlineData("Song 2 (Explicit)", "Song 2")]
    public void Marks_of_versions_go_and_nothing_else(string title, string rest) =>
        Assert.Equal(NameKey.Of(rest), SongTitle.Bare(title));

    [Fact]
    public void Songs_are_found_by_id_title_or_version_and_weigh_once()
    {
        SampleWorld world = Sample.Generate();
        string title = world.Tracks.Titles[0], artist = world.Tracks.ArtistNamesOf(0).First();
        using ScratchFolder folder = new();
        string csv = $"artist,title,plays\n\"{artist}\",\"{title.ToUpperInvariant()}\",3\n\"{artist}\",\"{title} - Remastered 2011\",2\nNobody,\"{title}\",1\n";
        (IReadOnlyList<(int Track, double Plays)> played, MatchReport report) = HistoryMatcher.ToTracks(HistoryReader.Read(folder.Write("h", csv)), world.Tracks);
        Assert.Equal([(0, 5.0)], played);
        Assert.Equal((1, 1, 1), (report.Exact, report.Careful, report.Missing.Count));
    }
}
