using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Segue.Catalogue;
using Segue.Interactions;
using Segue.Mood;
using Segue.Numerics;

namespace Segue.Bench;

/// <summary>
/// Wishes with rules: <c>wish_judge.py</c> in C#. Of the first 20, the share that keeps every rule, and the share that is noise, children's, spoken, Christmas or karaoke
/// and was not asked for. Rules for eras and voices look at tags of Last.fm: there the figure says that an answer does what its reading says, not that it is true.
/// </summary>
internal sealed partial class RuleJudge : IJudge
{
    private const int First = 20, PeopleMin = 2;
    private readonly Tracks _tracks;
    private readonly MatrixView _percentiles;
    private readonly JsonElement[] _wishes;
    private readonly Dictionary<string, HashSet<string>> _tagsOf = new(StringComparer.Ordinal);

    /// <param name="path">A file such as <c>wishes.json</c>.</param>
    /// <param name="artists">The artists of the plays.</param>
    /// <param name="side">Their tags; null where there are none.</param>
    public RuleJudge(Tracks tracks, MatrixView percentiles, string path, Artists? artists, SideInformation? side)
    {
        (_tracks, _percentiles) = (tracks, percentiles);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
        _wishes = [.. document.RootElement.GetProperty("wishes").EnumerateArray().Select(w => w.Clone())];
        foreach (var given in (side?.Taggings ?? []).GroupBy(t =>
            (Artist: artists!.Names[t.Artist].ToLowerInvariant(), Tag: side!.TagNames[t.Tag].ToLowerInvariant())))
        {
            if (given.Count() < PeopleMin)
                continue;
            if (!_tagsOf.TryGetValue(given.Key.Artist, out HashSet<string>? tags))
                _tagsOf[given.Key.Artist] = tags = new HashSet<string>(StringComparer.Ordinal);
            tags.Add(given.Key.Tag);
        }
    }

    public string Name => "rules";

    public IReadOnlyList<string> Wishes => [.. _wishes.Select(w => w.GetProperty("q").GetString()!)];

    public Judged Judge(int wish, WishReader reader, MoodScorer scorer)
    {
        JsonElement rules = _wishes[wish];
        string text = rules.GetProperty("q").GetString()!;
        int[] top = [.. scorer.Rank(reader.Read(text), First).Items.Select(i => i.Track)];
        return Of(wish, top);
    }

    /// <summary>What an answer is worth, whoever gave it.</summary>
    public Judged Of(int wish, IReadOnlyList<int> top)
    {
        JsonElement rules = _wishes[wish];
        string[] allowed = [.. rules.GetProperty("allow").EnumerateArray().Select(a => a.GetString()!)];
        int right = 0, intruders = 0;
        foreach (int track in top.Take(First))
        {
            bool intruder = Intruders(track).Any(k => !allowed.Contains(k) && !(k == "disney" && allowed.Contains("children")));
            intruders += intruder ? 1 : 0;
            bool no = rules.TryGetProperty("no", out JsonElement against) && against.EnumerateObject().Any() && Holds(against, track);
            right += !intruder && !no && rules.GetProperty("groups").EnumerateArray().All(g => Holds(g, track)) ? 1 : 0;
        }

        Dictionary<string, double> values =
            new() { ["right"] = right / (double)First, ["intruders"] = intruders / (double)Math.Max(1, Math.Min(First, top.Count)) };
        return new Judged(rules.GetProperty("q").GetString()!, rules.GetProperty("kind").GetString()!, values, top);
    }

    private bool Holds(JsonElement group, int track)
    {
        string title = _tracks.Titles[track].ToLowerInvariant(), album = _tracks.Albums[track].ToLowerInvariant();
        string artist = _tracks.ArtistNamesOf(track).FirstOrDefault("").ToLowerInvariant();
        return Words(group, "g").Intersect(_tracks.GenreNamesOf(track)).Any()
            || _tagsOf.TryGetValue(artist, out HashSet<string>? tags) && Words(group, "t").Any(tags.Contains)
            || Words(group, "w").Any(w => Regex.IsMatch(title, $@"\b{Regex.Escape(w)}\b", RegexOptions.None, TimeSpan.FromSeconds(1)))
                || Words(group, "wa").Any(w => Regex.IsMatch(album, $@"\b{Regex.Escape(w)}\b", RegexOptions.None, TimeSpan.FromSeconds(1)))
            || group.TryGetProperty("f", out JsonElement features)
                && features.EnumerateObject().Any(f => IsThere(f.Name, f.Value.GetString()!, track));
    }

    private bool IsThere(string feature, string rule, int track)
    {
        float p = _percentiles.Row((int)Enum.Parse<AudioFeature>(feature, ignoreCase: true))[track];
        double x = double.Parse(rule[1..], CultureInfo.InvariantCulture);
        return rule[0] == '>' ? p > x : p < x;
    }

    private static IEnumerable<string> Words(JsonElement group, string name) =>
        group.TryGetProperty(name, out JsonElement words) ? words.EnumerateArray().Select(w => w.GetString()!) : [];

    private IEnumerable<string> Intruders(int track)
    {
        HashSet<string> genres = [.. _tracks.GenreNamesOf(track)];
        string text = $"{_tracks.Titles[track]} {_tracks.Albums[track]} {string.Join(';', _tracks.ArtistNamesOf(track))}".ToLowerInvariant();
        float speech = _tracks.Feature(AudioFeature.Speechiness)[track];
        if (genres.Contains("sleep") && SleepNoise().IsMatch(text) || Noise().IsMatch(text))
            yield return "noise";
        if (genres.Contains("kids") || genres.Contains("children"))
            yield return "children";
        if (genres.Contains("disney"))
            yield return "disney";
        if (genres.Contains("comedy") && speech > 0.5 || speech > 0.85)
            yield return "spoken";
        if (Christmas().IsMatch(text))
            yield return "christmas";
        if (Karaoke().IsMatch(text))
            yield return "karaoke";
    }

    [GeneratedRegex(@"noise|\bfan\b|vacuum|hair ?dryer|rauschen|rain|thunder|waves|sounds?\b|womb|washing|hz\b|loop", RegexOptions.None, 1000)]
    private static partial Regex SleepNoise();

    [GeneratedRegex(@"white noise|brown noise|pink noise|rain sounds|noise loop|weisses rauschen", RegexOptions.None, 1000)]
    private static partial Regex Noise();

    [GeneratedRegex(@"christmas|xmas|\bsanta\b|jingle|\bnoel\b|navidad|weihnacht|\bnatale?\b|sleigh|mistletoe|let it snow|silent night|stille nacht|holy night|rudolph"
        + @"|little drummer boy|frosty the|deck the halls", RegexOptions.None, 1000)]
    private static partial Regex Christmas();

    [GeneratedRegex(@"karaoke|tribute to|made famous by|in the style of|lullaby renditions|8.?bit", RegexOptions.None, 1000)]
    private static partial Regex Karaoke();
}
