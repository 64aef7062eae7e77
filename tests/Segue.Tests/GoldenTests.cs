using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Segue.Catalogue;
using Segue.Import;
using Segue.Interactions;
using Segue.Numerics;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: what commands answer, as tables and as JSON, changes only where somebody means it. Method: every command on the invented sample, compared
/// with
/// <c>Golden/</c>; what a clock, a path or another processor's last digits change is leveled first. Seen to fail: by another key in a row, a column
/// that moved, a score that changed in its third digit. After a change that is meant: <c>SEGUE_GOLDEN=write ./segue test -- --filter-class
/// Segue.Tests.GoldenTests</c>, then read the difference.
/// </summary>
public sealed partial class GoldenTests(GoldenHome home) : IClassFixture<GoldenHome>
{
    private const string Calm = "calm and dreamy";

    /// <summary>Name of the file and the command line; <c>{x}</c> is a file of <see cref="GoldenHome"/>. Those that ask come in both
    /// shapes.</summary>
    private static readonly (string Name, string Line)[] s_asking =
    [
        ("recommend-user", "recommend --user 7 -n 5"),
        ("recommend-wish", $"recommend --user 7 --mood '{Calm}' -n 5"),
        ("recommend-rules-out", "recommend --user 7 --mood 'no metal' -n 4"),
        ("recommend-weights", "recommend --user 7 --taste 0.3 --discovery 0.5 --diversity 0.4 --max-per-genre 2 --exclude-heard no -n 5"),
        ("recommend-likes", "recommend --like {artist} --dislike {other} --not-genre alt-rock --min-popularity 20 -n 5"),
        ("recommend-history", "recommend --history {history} -n 4"),
        ("recommend-profile", "recommend --profile me --half-life 100 -n 4"),
        ("recommend-nobody", "recommend -n 5"),
        ("recommend-group", $"recommend --user 7 --user 9 --mood '{Calm}' -n 4"),
        ("artists-user", "recommend artists --user 7 -n 5"),
        ("artists-likes", "recommend artists --like {artist} --dislike {other} -n 4"),
        ("artists-filtered", "recommend artists --user 7 --genre alt-rock --not-artist {other} --exclude-heard no -n 4"),
        ("songs-wish", $"recommend songs --mood '{Calm}' -n 5"),
        ("songs-wish-odd", "recommend songs --mood 'melancolic but not slow, 90 to 120 bpm, zzyzx' -n 3"),
        ("songs-like", "recommend songs --song {song} -n 4"),
        ("songs-like-shifted", "recommend songs --song {song} --shift valence=+0.3 -n 4"),
        ("songs-id", "recommend songs --song-id {id} -n 3"),
        ("songs-targets", "recommend songs --target energy=low --target tempo=90..110 --explicit no --bpm 80..120 -n 4"),
        ("songs-more-less", "recommend songs --more-like {artist} --less-like {other} -n 4"),
        ("songs-among", "recommend songs --mood happy --among {library} -n all"),
        ("similar-artist", "similar artist {artist} -n 5"),
        ("similar-artist-niche", "similar artist {artist} -n 4 --niche"),
        ("similar-song", "similar song {song} -n 4"),
        ("explain-artist", "explain {other} --user 7 -n 4"),
        ("explain-song", "explain --song {song} --user 7"),
        ("explain-song-wish", $"explain --song {{song}} --like {{artist}} --dislike {{other}} --mood '{Calm}'"),
        ("evaluate", "evaluate --plays {plays} --model als popularity itemknn --k 5 10"),
        ("evaluate-songs", "evaluate --songs --plays {plays} --listeners 4"),
        ("backtest", "backtest --history {history} --dates 2"),
        ("tune", "tune --plays {small} --settings 3"),
        ("data-list", "data list"),
        ("data-check", "data check {plays}"),
        ("data-check-history", "data check {history}"),
        ("model-list", "model list"),
        ("model-info", "model info als"),
        ("model-verify", "model verify"),
    ];

    private static readonly (string Name, string Line)[] s_oneShape =
    [
        ("demo.json", "demo --json --home {fresh}"),
        ("songs-queries.jsonl", "recommend songs --queries {wishes} -n 2"),
        ("playlist.m3u8", "playlist --user 7 --mood 'sad and slow' -n 4"),
        ("playlist.xspf", "playlist --song {song} -n 3 --format xspf"),
        ("playlist.jspf", "playlist --mood happy -n 3 --format jspf --title Joy"),
        ("playlist.csv", "playlist --like {artist} -n 3 --format csv"),
        ("playlist-curve.html", "playlist --mood folk --curve peak --minutes 15 --format html"),
        ("playlist-told.json", "playlist --mood happy --among {library} -n 5 -o {out} --json"),
        ("playlist-path.json", "playlist --from {song} --to {far} --steps 4 -o {out} --json"),
        ("playlist-curve.json", "playlist --mood folk --curve peak --minutes 15 -o {out} --json"),
        ("train-als.json", "train-als --plays {plays} --factors 8 --iterations 3 --home {fresh} --json"),
        ("train-als.txt", "train-als --plays {plays} --factors 8 --iterations 3 --home {fresh}"),
        ("build-vdb.json", "build-vdb --tracks {tracks} --index hnsw --home {fresh} --json"),
        ("build-vdb.txt", "build-vdb --tracks {tracks} --home {fresh}"),
        ("data-import.json", "data import {plays} {tracks} --home {fresh} --json"),
        ("data-import.txt", "data import {plays} {tracks} --home {fresh}"),
        ("data-import-as.json", "data import {history} --as you --home {fresh} --json"),
        ("data-sample.json", "data sample --home {fresh} --json"),
        ("model-rollback.json", "model rollback als {version} --json"),
    ];

    public static TheoryData<string, string> Cases => [.. s_asking
        .SelectMany(c => new[] { (c.Name + ".txt", c.Line), (c.Name + ".json", c.Line + " --json") })
        .Concat(s_oneShape)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Answers_are_those_on_record(string name, string line)
    {
        using ScratchFolder scratch = new();
        string[] words = [.. Words().Matches(line).Select(w => home.Fill(w.Value.Trim('\''), scratch))];
        (int code, string output, string error) = Cli.Run([.. words, .. words.Contains("--home") ? Array.Empty<string>() : ["--home", home.Path]]);
        Assert.True(code == 0, error);
        string text = Level(output, scratch);
        string path = Path.Combine(TestData.Repository, "tests", "Segue.Tests", "Golden", name);
        if (Environment.GetEnvironmentVariable("SEGUE_GOLDEN") == "write")
            File.WriteAllText(path, text);
        string[] expected = File.ReadAllLines(path), got = text.TrimEnd('\n').Split('\n');
        Assert.Equal(expected.Length, got.Length);
        int[] other = [.. Enumerable.Range(0, got.Length).Where(i => !AreAlike(expected[i], got[i]))];
        IEnumerable<string> told = other.Select(i => $"{name}:{i + 1}\n expected {expected[i]}\n      got {got[i]}\n");
        Assert.True(other.Length <= OtherLines(got.Length), string.Concat(told));
    }

    /// <summary>Without what a clock, a folder's name or the content hash of a version bring, and without blanks at the ends of lines.</summary>
    private string Level(string text, ScratchFolder scratch)
    {
        text = text.ReplaceLineEndings("\n").Replace(scratch.Path, "<scratch>").Replace(home.Folder, "<home>").Replace(Path.GetFileName(home.Folder), "<folder>");
        text = Version().Replace(text, m => m.Value[..4] + "-<hash>");
        text = Hash().Replace(text, "<sha256>");
        text = Checksum().Replace(text, "<xxh128>");
        text = Clock().Replace(text, "$1<time>");
        text = Width().Replace(text, "<width>");
        return Blanks().Replace(text, "").Trim('\n') + "\n";
    }

    /// <summary>
    /// Equal but for the last digits of numbers. Where vectors have another width than where the files were written, sums are added in another order
    /// and factors are rounded elsewhere: there any number will do, near neighbors may change places (<see cref="OtherLines"/>), and what is compared
    /// is what stands where.
    /// </summary>
    private static bool AreAlike(string expected, string got)
    {
        string[] a = Numbers().Split(Spread().Replace(expected, " ")), b = Numbers().Split(Spread().Replace(got, " "));
        return a.Length == b.Length && a.Zip(b).All(p => p.First == p.Second || p is { First.Length: > 0, Second.Length: > 0 }
            && double.TryParse(p.First, CultureInfo.InvariantCulture, out double x)
            && double.TryParse(p.Second, CultureInfo.InvariantCulture, out double y)
            && (VectorWidth.Name != WrittenWith || Math.Abs(x - y) <= Tolerance(p.First)));
    }

    /// <summary>How many lines may tell of something else.</summary>
    private static int OtherLines(int lines) => VectorWidth.Name == WrittenWith ? 0 : 2 + lines / 10;

    /// <summary>The vectors of the machine that wrote the files.</summary>
    private const string WrittenWith = "AVX2";

    private static double Tolerance(string number)
    {
        int decimals = number.IndexOf('.') is >= 0 and var dot ? number.Length - dot - 1 : 0;
        return decimals == 0 ? 1 : Math.Max(Math.Pow(10, -decimals) * 1.01, 2e-4);
    }

    [GeneratedRegex(@" +")]
    private static partial Regex Spread();

    [GeneratedRegex(@"'[^']*'|\S+")]
    private static partial Regex Words();

    [GeneratedRegex(@"\b00\d\d-[0-9a-f]{12}\b")]
    private static partial Regex Version();

    [GeneratedRegex(@"\b[0-9a-f]{64}\b|\b[0-9a-f]{12}(?=\.\.\.)|(?<= )[0-9a-f]{12}(?= )")]
    private static partial Regex Hash();

    [GeneratedRegex("""(?<="xxh128": ")[0-9a-f]{32}""")]
    private static partial Regex Checksum();

    [GeneratedRegex("""("(?:seconds|peakMemoryBytes|trainSeconds|scoreSeconds)": |in |(?<="secondsPerIteration": \[[^\]]*))\d+(?:\.\d+)?(?: s\b)?""")]
    private static partial Regex Clock();

    [GeneratedRegex("AVX-512|AVX2|software")]
    private static partial Regex Width();

    [GeneratedRegex(@"[ \t]+(?=\n|$)")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"((?<![\w.])-?\d+(?:\.\d+)?)")]
    private static partial Regex Numbers();
}

/// <summary>A home with both models and a kept profile, and files of the sample for commands to read.</summary>
public sealed class GoldenHome : IDisposable
{
    private const int Listener = 7;

    private readonly ScratchFolder _folder = new();
    private readonly Dictionary<string, string> _values = [];

    public GoldenHome()
    {
        SampleWorld world = Sample.Generate();
        foreach (string[] line in new[] { new[] { "demo" }, ["data", "import", _folder.Write("me.txt", "artist\n" + Names(world, 12)), "--as", "me"] })
        {
            (int code, _, string error) = Cli.Run([.. line, "--home", Path]);
            Assert.True(code == 0, error);
        }

        (_values["artist"], _values["other"]) = (world.Plays.Artists.Names[5], world.Plays.Artists.Names[40]);
        int known = Enumerable.Range(0, world.Tracks.Count).First(t => world.Tracks.ArtistNamesOf(t).First() == _values["other"]);
        (_values["song"], _values["id"], _values["far"]) = (world.Tracks.DisplayName(known), world.Tracks.Ids[known], world.Tracks.DisplayName(1500));
        _values["plays"] = _folder.Write("plays.tsv", "user\tartist\tplays\n" + PlaysOf(world.Plays, world.Plays.Counts.Rows));
        _values["small"] = _folder.Write("small.tsv", "user\tartist\tplays\n" + PlaysOf(world.Plays, 120));
        _values["tracks"] = _folder.Write("tracks.csv", TracksOf(world.Tracks, 300));
        _values["history"] = _folder.Write("listens.jsonl", HistoryOf(world.Plays));
        _values["wishes"] = _folder.Write("wishes.txt", "sad and slow\n\nqwertzuiop\nhappy\n");
        _values["library"] = _folder.Write("library.m3u", "#EXTM3U\n" + string.Concat(Enumerable.Range(0, 12).Select(i =>
            $"#EXTINF:180,x\nspotify:track:{world.Tracks.Ids[i * 97]}\n")));
        _values["version"] = System.IO.Path.GetFileName(Directory.GetDirectories(_folder.File("home/models/als")).Single());
    }

    public string Folder => _folder.Path;

    public string Path => _folder.File("home");

    internal string Fill(string word, ScratchFolder scratch) => word switch
    {
        "{fresh}" => scratch.File("fresh"),
        "{out}" => scratch.File("list.m3u8"),
        ['{', .. var name, '}'] => _values[name],
        _ => word,
    };

    public void Dispose() => _folder.Dispose();

    private static string Names(SampleWorld world, int count) =>
        string.Join('\n', world.Plays.Counts.RowIndices(Listener).ToArray().Take(count).Select(a => world.Plays.Artists.Names[a])) + "\n";

    private static string PlaysOf(Plays plays, int users)
    {
        StringBuilder text = new();
        for (int user = 0; user < users; user++)
        {
            for (int k = 0; k < plays.Counts.RowLength(user); k++)
            {
                string artist = plays.Artists.Names[plays.Counts.RowIndices(user)[k]];
                text.Append(CultureInfo.InvariantCulture, $"{plays.UserIds[user]}\t{artist}\t{plays.Counts.RowValues(user)[k]:0}\n");
            }
        }

        return text.ToString();
    }

    private static string TracksOf(Tracks tracks, int count)
    {
        AudioFeature[] features = [.. Enum.GetValues<AudioFeature>().Where(f => f is not AudioFeature.Popularity)];
        StringBuilder text = new("track_id,artists,album_name,track_name,popularity,explicit,track_genre");
        foreach (AudioFeature feature in features)
            text.Append(CultureInfo.InvariantCulture, $",{Heading(feature)}");
        for (int t = 0; t < count; t++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{tracks.Ids[t]},\"{string.Join(';', tracks.ArtistNamesOf(t))}\",\"{tracks.Albums[t]}\",\"{tracks.Titles[t]}\"");
            text.Append(CultureInfo.InvariantCulture, $",{tracks.Feature(AudioFeature.Popularity)[t]},{tracks.IsExplicit(t)},{tracks.GenreNamesOf(t).First()}");
            foreach (AudioFeature feature in features)
                text.Append(CultureInfo.InvariantCulture, $",{tracks.Feature(feature)[t] * (feature == AudioFeature.Duration ? 1000 : 1)}");
        }

        return text.Append('\n').ToString();
    }

    private static string Heading(AudioFeature feature) => feature switch
    {
        AudioFeature.Duration => "duration_ms",
        AudioFeature.TimeSignature => "time_signature",
        _ => feature.ToString().ToLowerInvariant(),
    };

    /// <summary>An artist of the listener's every ten days, then played every other day; as ListenBrainz exports it.</summary>
    private static string HistoryOf(Plays plays)
    {
        DateTimeOffset start = new(2020, 1, 1, 12, 0, 0, TimeSpan.Zero);
        int[] artists = plays.Counts.RowIndices(Listener).ToArray();
        StringBuilder text = new();
        for (int day = 0; day < artists.Length * 10; day++)
        {
            for (int a = 0; a <= day / 10; a++)
            {
                if ((day + a) % 2 == 0)
                {
                    long at = start.AddDays(day).AddMinutes(a).ToUnixTimeSeconds();
                    string artist = plays.Artists.Names[artists[a]];
                    text.Append(CultureInfo.InvariantCulture,
                        $$$"""{"listened_at":{{{at}}},"track_metadata":{"artist_name":"{{{artist}}}","track_name":"x"}}""");
                    text.Append('\n');
                }
            }
        }

        return text.ToString();
    }
}
