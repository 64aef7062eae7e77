using System.Diagnostics;
using System.Text.Json;
using Segue.Catalogue;
using Segue.Embedding;
using Segue.Evaluation;
using Segue.Factorization;
using Segue.Import;
using Segue.Interactions;
using Segue.Mood;
using Segue.Numerics;
using Segue.Recommending;
using Segue.VectorSearch;

namespace Segue.Bench;

/// <summary>
/// The pipeline on plays joined with tracks: a fifth of each listener's artists is hidden, 50 songs are asked for. How many hidden artists are among
/// the songs' artists, how near the songs' mood is to the listener's, beside taste alone; with paired intervals over listeners. Then the time of an
/// answer.
/// <c>--grid taste|popularity</c> compares settings on a validation part: a fifth hidden again inside the training part, the test part unseen.
/// </summary>
internal static class PipelineBench
{
    public static int Run(string[] args)
    {
        Arguments options = new(args, "plays", "tracks", "seed", "listeners", "n", "grid", "time");
        Plays all = Importer.ReadPlays(options.Require("plays")).Plays;
        SongIndex songs = IndexOf(Importer.ReadTracks(options.Require("tracks")).Tracks);
        int seed = options.Int("seed", 1);
        Split split = Splits.OfEach(all.Counts, 0.2, seed);
        string grid = options.Get("grid", "");
        if (grid.Length > 0)
            split = Splits.OfEach(split.Train, 0.2, seed + 100);
        Plays plays = new(all.UserIds, all.Artists, split.Train);
        AlsModel als = AlsTrainer.Train(split.Train, new AlsOptions { Seed = seed }, new AlsRun { TrackLoss = false }).Model;
        Pipeline pipeline = new(als, plays, songs);
        int count = options.Int("n", 50), step = Math.Max(1, plays.Counts.Rows / options.Int("listeners", plays.Counts.Rows));
        int[] users = [.. Enumerable.Range(0, plays.Counts.Rows / step).Select(u => u * step)];
        SongReport report = SongEvaluator.Evaluate(pipeline, songs.Tracks, split, users, [.. Settings(grid, count)]);
        Print(new { bench = "pipeline", split = report.Split, report.Count, listeners = report.Users.Count, report.Hidden });
        foreach (SongResult result in report.Results)
            Compare(result, report.Results[0]);
        if (options.Get("time", "yes") == "yes")
            Time(pipeline, split, users);
        return 0;
    }

    public static SongIndex IndexOf(Tracks tracks)
    {
        using StaticEmbeddingGenerator generator = new();
        float[] vectors = new float[tracks.Count * generator.Dimensions];
        List<int> embedded = [];
        for (int t = 0; t < tracks.Count; t++)
        {
            if (generator.Embed(Description.Of(tracks, t), vectors.AsSpan(embedded.Count * generator.Dimensions, generator.Dimensions)))
                embedded.Add(t);
        }

        MatrixView rows = new(vectors.AsMemory(0, embedded.Count * generator.Dimensions), embedded.Count, generator.Dimensions);
        return new SongIndex(tracks, FeaturePercentiles.Compute(tracks), null, new FlatIndex(rows, Metric.Cosine), embedded.ToArray(), "static");
    }

    /// <summary>Taste alone first: what the others are compared with.</summary>
    private static IEnumerable<SongSetting> Settings(string grid, int count)
    {
        PipelineOptions defaults = new(), alone = defaults with { Taste = 1 };
        SelectionOptions selection = new() { Count = count };
        yield return new SongSetting("taste", 1, alone, selection);
        if (grid == "taste")
        {
            foreach (double taste in new[] { 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.0 })
                yield return new SongSetting("taste", taste, defaults with { Taste = taste }, selection);
        }
        else if (grid == "popularity")
        {
            foreach (double popularity in new[] { 0, 0.05, 0.1, 0.2, 0.3 })
                yield return new SongSetting("popularity", popularity, defaults with { Popularity = popularity }, selection);
        }
        else
        {
            yield return new SongSetting("taste", PipelineOptions.TasteWithOwnMood, defaults, selection);
            yield return new SongSetting("taste alone, max-per-artist", 1, alone, selection with { MaxPerArtist = 1 });
            yield return new SongSetting("defaults, max-per-artist", 1, defaults, selection with { MaxPerArtist = 1 });
            yield return new SongSetting("mood alone, taste", 0, defaults with { Taste = 0 }, selection);
        }
    }

    private static void Compare(SongResult result, SongResult first)
    {
        double[] recall = [.. result.PerListener.Select(m => m.Recall)], alone = [.. first.PerListener.Select(m => m.Recall)];
        Print(new
        {
            setting = result.Setting.Name,
            recall = Interval(Significance.Bootstrap(recall)),
            ofTasteAlone = Round(recall.Average() / alone.Average()),
            ofTasteAloneInterval = Ratio(recall, alone),
            ndcg = Round(result.PerListener.Average(m => m.Ndcg)),
            moodToHidden = Round(Known(result.MoodToHidden, result.MoodToHidden).Average()),
            moodToHiddenLessTasteAlone = Difference(result.MoodToHidden, first.MoodToHidden),
            hiddenToMood = Round(Known(result.HiddenToMood, result.HiddenToMood).Average()),
            hiddenToMoodLessTasteAlone = Difference(result.HiddenToMood, first.HiddenToMood),
            moodToKnown = Round(Known(result.MoodToKnown, result.MoodToKnown).Average()),
            moodToKnownLessTasteAlone = Difference(result.MoodToKnown, first.MoodToKnown),
            coverage = Round(result.Catalogue.Coverage),
            gini = Round(result.Catalogue.Gini),
            novelty = Round(result.Catalogue.Novelty),
            popularity = Math.Round(result.Popularity.Average(), 1),
        });
    }

    /// <summary>One listener after the other, on one thread. Every other listener warms the process up and is not timed: code compiled, names looked
    /// up.</summary>
    private static void Time(Pipeline pipeline, Split split, int[] users)
    {
        List<double> times = [];
        for (int n = 0; n < Math.Min(1000, users.Length); n++)
        {
            bool timed = n >= 100 && n % 2 == 1;
            Profile profile = Evaluator.ProfileOf(split.Train, users[n]);
            long start = Stopwatch.GetTimestamp();
            pipeline.Recommend(profile, null, new PipelineOptions(), new SongFilter(), new SelectionOptions());
            if (timed)
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        (double median, double p90) = (Round(times[times.Count / 2]), Round(times[times.Count * 9 / 10]));
        Print(new { answer = "10 songs", listeners = times.Count, medianMs = median, p90Ms = p90, maxMs = Round(times[^1]) });
    }

    private static double[] Known(IReadOnlyList<double> values, IReadOnlyList<double> other) =>
        [.. values.Where((v, n) => double.IsFinite(v) && double.IsFinite(other[n]))];

    private static double[] Difference(IReadOnlyList<double> values, IReadOnlyList<double> first)
    {
        PairedDifference d = Significance.Paired(Known(values, first), Known(first, values));
        return [Round(d.Difference), Round(d.Low), Round(d.High)];
    }

    /// <summary>The interval of a ratio of means by the bootstrap over listeners, both means from the same draw.</summary>
    private static double[] Ratio(double[] values, double[] first)
    {
        Random random = new(1);
        double[] ratios = new double[1000];
        for (int s = 0; s < ratios.Length; s++)
        {
            double a = 0, b = 0;
            for (int n = 0; n < values.Length; n++)
            {
                int pick = random.Next(values.Length);
                (a, b) = (a + values[pick], b + first[pick]);
            }

            ratios[s] = a / b;
        }

        Array.Sort(ratios);
        return [Round(ratios[25]), Round(ratios[975])];
    }

    private static double[] Interval(Estimate e) => [Round(e.Mean), Round(e.Low), Round(e.High)];

    private static double Round(double value) => Math.Round(value, 4);

    private static void Print(object line) => Console.WriteLine(JsonSerializer.Serialize(line));
}
