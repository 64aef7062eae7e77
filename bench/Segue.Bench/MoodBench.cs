using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Segue.Catalogue;
using Segue.Import;
using Segue.Mood;
using Segue.Numerics;
using Segue.Onnx;

namespace Segue.Bench;

/// <summary>
/// <c>mood --queries FILE.json --tracks FILE.csv --embedder none|static|onnx:DIR</c>: the score of each wish and the means, as JSON lines.
/// <c>--regions yes</c> mixes in where songs of a mood lie; <c>--means yes</c> prints the means alone; <c>--ablate yes</c> takes away one part of the
/// reading after the other.
/// </summary>
internal static class MoodBench
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private sealed record Setting(string Name, WishReader Reader, MoodScorer Scorer);

    public static int Run(string[] args)
    {
        var arguments = new Arguments(args, "queries", "tracks", "embedder", "regions", "ablate", "lexicon", "means");
        IReadOnlyList<BenchWish> wishes = MoodWishes.Read(arguments.Require("queries"));
        Tracks tracks = Importer.ReadTracks(arguments.Require("tracks")).Tracks;
        MatrixView percentiles = FeaturePercentiles.Compute(tracks);
        Lexicon lexicon = arguments.Get("lexicon", "") is { Length: > 0 } own ? Lexicon.Load(own) : Lexicon.Default;
        string embedder = arguments.Get("embedder", "static");
        UnknownWords? unknown = EmbedderOf(embedder) is { } embed ? new UnknownWords(lexicon, embed) : null;
        bool ablate = arguments.Get("ablate", "no") != "no", each = arguments.Get("means", "no") == "no" && !ablate;
        MoodRegions? regions = ablate || arguments.Get("regions", "no") != "no"
            ? new MoodRegions(MoodRegions.Learn(tracks, percentiles, StaticWords.Embed), lexicon)
            : null;
        MoodScorer plain = new(tracks, percentiles), mixed = new(tracks, percentiles, regions);
        IEnumerable<Setting> settings = ablate
            ? Ablations(tracks, lexicon, unknown, plain, mixed)
            : [new Setting(embedder + (regions is null ? "" : "+regions"), Reader(tracks, lexicon, unknown), mixed)];
        foreach (Setting setting in settings)
            Measure(setting, percentiles, wishes, each);

        return 0;
    }

    private static WishReader Reader(Tracks tracks, Lexicon lexicon, UnknownWords? unknown) => new(lexicon, new CatalogueNames(tracks), unknown, StaticWords.IsWord);

    /// <summary>The whole reading, then with one part less each.</summary>
    private static IEnumerable<Setting> Ablations(Tracks tracks, Lexicon lexicon, UnknownWords? unknown, MoodScorer plain, MoodScorer mixed)
    {
        var names = new CatalogueNames(tracks);
        yield return new Setting("whole reading", Reader(tracks, lexicon, unknown), plain);
        yield return new Setting("with regions", Reader(tracks, lexicon, unknown), mixed);
        yield return new Setting("no unknown words", new WishReader(lexicon, names, null, StaticWords.IsWord), plain);
        yield return new Setting("no names", new WishReader(lexicon, null, unknown, StaticWords.IsWord), plain);
        // Every word is one: nothing is a slip.
        yield return new Setting("no misspellings", new WishReader(lexicon, names, unknown, _ => true), plain);
        yield return new Setting("no phrases of several words", Reader(tracks, Only(lexicon, lexicon.Languages, e => !e.Phrase.Contains(' ')), unknown), plain);
        yield return new Setting("English only", Reader(tracks, Only(lexicon, ["en"], _ => true), unknown), plain);
        foreach (int percent in (int[])[10, 20, 40, 100])
        {
            Random random = new(1);
            Lexicon less = Only(lexicon, ["en"], e => e.Role != WordRole.Asks || random.Next(100) >= percent);
            UnknownWords? fewer = unknown is null ? null : new UnknownWords(percent == 100 ? lexicon : less, StaticWords.Embed);
            yield return new Setting($"{percent}% of the phrases taken away", Reader(tracks, less, fewer), plain);
        }
    }

    /// <summary>A lexicon with some of its languages and entries.</summary>
    private static Lexicon Only(Lexicon lexicon, IEnumerable<string> languages, Func<LexiconEntry, bool> keep)
    {
        Vocabulary Kept(string language)
        {
            Vocabulary kept = new(language);
            foreach (LexiconEntry entry in lexicon.EntriesOf(language).Where(keep))
                kept.Add(entry);
            return kept;
        }

        return new Lexicon([.. languages.Select(Kept)], Kept(""));
    }

    private static TextEmbedder? EmbedderOf(string name)
    {
        if (name == "none")
            return null;
        if (name == "static")
            return StaticWords.Embed;
        if (!name.StartsWith("onnx:", StringComparison.Ordinal))
            throw new SegueException($"'{name}' is no embedder of this benchmark; write none, static or onnx:DIR");
        var generator = new OnnxEmbeddingGenerator(name[5..]);
        return texts => [.. generator.GenerateAsync(texts).GetAwaiter().GetResult().Select(e => e.Vector)];
    }

    private static void Measure(Setting setting, MatrixView percentiles, IReadOnlyList<BenchWish> wishes, bool each)
    {
        List<(string Set, double Score, double Ms)> scores = [];
        foreach (BenchWish wish in wishes)
        {
            long start = Stopwatch.GetTimestamp();
            Wish read = setting.Reader.Read(wish.Text);
            MoodRanking ranking = setting.Scorer.Rank(read, MoodWishes.Top);
            double ms = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            double score = MoodWishes.Score(wish, setting.Scorer.Tracks, percentiles, [.. ranking.Items.Select(i => i.Track)]);
            scores.Add((wish.Set, score, ms));
            if (each)
                Print(new { query = wish.Text, score = Math.Round(score, 4), reading = read.ToString(), ms = Math.Round(ms, 2) });
        }

        foreach (IGrouping<string, (string Set, double Score, double Ms)> set in scores.GroupBy(s => s.Set))
            Print(new { setting = setting.Name, set = set.Key, wishes = set.Count(), mean = Math.Round(set.Average(s => s.Score), 4) });
        double[] times = [.. scores.Select(s => s.Ms).Order()];
        double mean = Math.Round(scores.Average(s => s.Score), 4), medianMs = Math.Round(times[times.Length / 2], 2);
        Print(new { setting = setting.Name, set = "all", wishes = scores.Count, mean, medianMs });
    }

    private static void Print(object line) => Console.WriteLine(JsonSerializer.Serialize(line, s_json));
}
