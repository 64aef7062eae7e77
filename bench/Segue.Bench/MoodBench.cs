using System.Diagnostics;
using System.Text.Json;
using Segue.Catalogue;
using Segue.Import;
using Segue.Mood;
using Segue.Numerics;

namespace Segue.Bench;

/// <summary>
/// <c>mood --queries FILE.json --tracks FILE.csv --embedder none|static|onnx:DIR|...</c>: the score of each wish and the means, as JSON lines.
/// With <c>--wishes-only yes</c> the means alone, with <c>--ablate yes</c> the means with each part of the reading taken away.
/// </summary>
internal static class MoodBench
{
    public static int Run(string[] args)
    {
        var arguments = new Arguments(args, "queries", "tracks", "embedder", "ablate", "lexicon", "means");
        IReadOnlyList<BenchWish> wishes = MoodWishes.Read(arguments.Require("queries"));
        Tracks tracks = Importer.ReadTracks(arguments.Require("tracks")).Tracks;
        string embedder = arguments.Get("embedder", "static");
        MatrixView percentiles = FeaturePercentiles.Compute(tracks);
        Lexicon lexicon = arguments.Get("lexicon", "") is { Length: > 0 } own ? Lexicon.Load(own) : Lexicon.Default;
        var reader = new WishReader(lexicon, new CatalogueNames(tracks));
        Measure(reader, new MoodScorer(tracks, percentiles), percentiles, wishes, embedder, arguments.Get("means", "no") == "no");
        return 0;
    }

    private static void Measure(WishReader reader, MoodScorer scorer, MatrixView percentiles, IReadOnlyList<BenchWish> wishes, string embedder, bool each)
    {
        List<(string Set, double Score, double Ms)> scores = [];
        foreach (BenchWish wish in wishes)
        {
            long start = Stopwatch.GetTimestamp();
            Wish read = reader.Read(wish.Text);
            MoodRanking ranking = scorer.Rank(read, MoodWishes.Top);
            double ms = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            double score = MoodWishes.Score(wish, scorer.Tracks, percentiles, [.. ranking.Items.Select(i => i.Track)]);
            scores.Add((wish.Set, score, ms));
            if (each)
                Print(new { query = wish.Text, score = Math.Round(score, 4), reading = read.ToString(), ms = Math.Round(ms, 2) });
        }

        foreach (IGrouping<string, (string Set, double Score, double Ms)> set in scores.GroupBy(s => s.Set))
            Print(new { set = set.Key, embedder, wishes = set.Count(), mean = Math.Round(set.Average(s => s.Score), 4) });
        double[] times = [.. scores.Select(s => s.Ms).Order()];
        Print(new { set = "all", embedder, wishes = scores.Count, mean = Math.Round(scores.Average(s => s.Score), 4),
            medianMs = Math.Round(times[times.Length / 2], 2) });
    }

    private static void Print(object line) => Console.WriteLine(JsonSerializer.Serialize(line, s_json));

    private static readonly JsonSerializerOptions s_json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
