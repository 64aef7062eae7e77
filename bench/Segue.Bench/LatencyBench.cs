using System.Diagnostics;
using System.Text.Json;
using Segue.Catalogue;
using Segue.Factorization;
using Segue.Interactions;
using Segue.Numerics;
using Segue.Recommending;

namespace Segue.Bench;

/// <summary>
/// What one listener waits for, on one thread: fold-in of a history that the model has never seen, an explanation, the exact top 10, and a whole
/// answer (fold-in, every artist scored, ten rows with reasons). Histories of so many artists are drawn from the plays of other listeners.
/// </summary>
internal static class LatencyBench
{
    public static int Run(string[] args)
    {
        Arguments options = new(args, "plays", "factors", "iterations", "history", "threads");
        int length = options.Int("history", 50);
        CsrMatrix counts = BenchPlays.Read(options.Require("plays")).Counts;
        AlsOptions als = new() { Factors = options.Int("factors", 128), Iterations = options.Int("iterations", 3), Threads = options.Int("threads", 0) };
        AlsModel model = AlsTrainer.Train(counts, als, new AlsRun { TrackLoss = false }).Model;
        TopK index = new(model.ArtistFactors, als.Threads);
        Profile[] profiles = [.. Enumerable.Range(0, 400).Select(n => Drawn(counts, n, length))];
        TextColumn ids = Numbers(counts.Columns);
        Plays plays = new(Numbers(counts.Rows), new Artists(ids, ids), counts);

        Console.WriteLine(JsonSerializer.Serialize(new
        {
            bench = "latency",
            cpu = AlsMachine.Cpu(),
            fmaGflops1 = Math.Round(AlsMachine.FmaGflops(1), 1),
            artists = counts.Columns,
            als.Factors,
            history = length,
            foldInMs = Milliseconds(profiles, p => model.FoldIn(p)),
            explainMs = Milliseconds(profiles, p => model.Explain(p, (p.Artists[0] + 1) % model.ArtistCount)),
            counterfactualMs = Milliseconds(profiles, p => model.Without(p, (p.Artists[0] + 1) % model.ArtistCount, p.Artists[0])),
            topTenMs = Milliseconds(profiles, p => index.Search(model.FoldIn(p), 10, p.Artists)),
            answerWithReasonsMs = Milliseconds(profiles, p => ArtistRecommender.Recommend(model, plays, p, new ArtistOptions())),
        }));
        return 0;
    }

    /// <summary>Median and 99th percentile, after a warm-up.</summary>
    private static object Milliseconds(Profile[] profiles, Action<Profile> work)
    {
        foreach (Profile profile in profiles.AsSpan(0, 100))
            work(profile);
        double[] ms = new double[profiles.Length];
        for (int n = 0; n < ms.Length; n++)
        {
            long start = Stopwatch.GetTimestamp();
            work(profiles[n]);
            ms[n] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(ms);
        return new { median = Math.Round(ms[ms.Length / 2], 3), p99 = Math.Round(ms[ms.Length * 99 / 100], 3) };
    }

    private static TextColumn Numbers(int count) => TextColumn.From([.. Enumerable.Range(0, count).Select(i => $"{i}")]);

    private static Profile Drawn(CsrMatrix counts, int seed, int length)
    {
        Random random = new(seed);
        Dictionary<int, float> history = [];
        while (history.Count < Math.Min(length, counts.Columns))
        {
            int cell = random.Next(counts.Nonzeros);
            history[counts.Indices.Span[cell]] = counts.Values.Span[cell];
        }

        return Profile.Of(history.Select(h => (h.Key, h.Value)));
    }
}
