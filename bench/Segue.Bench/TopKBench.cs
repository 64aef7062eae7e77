using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Segue.Factorization;
using Segue.Numerics;

namespace Segue.Bench;

/// <summary>
/// Top 10 of every artist for every listener, heard ones excluded: blocks of users on all threads, users one by one, and the naive twin (every score,
/// one thread a user) in the same run. Factors come from a short training on the plays, or from files of raw float32.
/// </summary>
internal static class TopKBench
{
    private const int K = 10;

    public static int Run(string[] args)
    {
        Arguments options = new(args, "plays", "factors", "threads", "iterations", "users", "user-factors", "artist-factors");
        int factors = options.Int("factors", 128), threads = options.Int("threads", Environment.ProcessorCount);
        BenchPlays plays = BenchPlays.Read(options.Require("plays"));
        (float[] x, float[] y) = options.Get("user-factors", "") is { Length: > 0 } file
            ? (ReadRaw(file, plays.Counts.Rows, factors), ReadRaw(options.Require("artist-factors"), plays.Counts.Columns, factors))
            : Train(plays, factors, options.Int("iterations", 8), threads);
        int users = Math.Min(plays.Counts.Rows, options.Int("users", plays.Counts.Rows));
        MatrixView queries = new(x.AsMemory(0, users * factors), users, factors);
        Ragged<int> heard = new(plays.Counts.Starts[..(users + 1)], plays.Counts.Indices[..plays.Counts.Starts.Span[users]]);

        long start = Stopwatch.GetTimestamp();
        TopK index = new(new MatrixView(y, plays.Counts.Columns, factors), threads);
        double build = Stopwatch.GetElapsedTime(start).TotalSeconds;
        index.SearchAll(new MatrixView(x.AsMemory(0, Math.Min(users, 2000) * factors), Math.Min(users, 2000), factors), K, null, null, threads); // Warm code.
        long exact = index.ExactScores;
        start = Stopwatch.GetTimestamp();
        Ragged<Scored> all = index.SearchAll(queries, K, heard, threads: threads);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double exactPerUser = (double)(index.ExactScores - exact) / users;

        double[] latencies = OneByOne(index, queries, heard);
        (double naive, int disagree) = Naive(index, queries, heard, y, all, threads);
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            bench = "topk",
            users,
            artists = plays.Counts.Columns,
            factors,
            threads,
            k = K,
            buildSeconds = Round(build),
            usersPerSecond = Math.Round(users / seconds),
            exactScoresPerUser = Round(exactPerUser),
            oneUserMedianMs = Round(latencies[latencies.Length / 2]),
            oneUserP99Ms = Round(latencies[latencies.Length * 99 / 100]),
            naiveUsersPerSecond = Round(naive),
            timesNaive = Round(users / seconds / naive),
            listsThatDiffer = disagree,
        }));
        return disagree == 0 ? 0 : 1;
    }

    private static (float[] Users, float[] Artists) Train(BenchPlays plays, int factors, int iterations, int threads)
    {
        AlsOptions options = new() { Factors = factors, Iterations = iterations, Threads = threads };
        AlsModel model = AlsTrainer.Train(plays.Counts, options, new AlsRun { TrackLoss = false }).Model;
        return (model.UserFactors.Values.ToArray(), model.ArtistFactors.Values.ToArray());
    }

    private static double[] OneByOne(TopK index, MatrixView queries, Ragged<int> heard)
    {
        int count = Math.Min(queries.Rows, 3_000), step = queries.Rows / count;
        double[] ms = new double[count];
        for (int n = 0; n < count; n++)
        {
            int user = n * step;
            long start = Stopwatch.GetTimestamp();
            index.Search(queries.Row(user), K, heard[user]);
            ms[n] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(ms);
        return ms;
    }

    /// <summary>Every score of some users, heap of ten; also the check that the lists are the same.</summary>
    private static (double UsersPerSecond, int Disagree) Naive(TopK index, MatrixView queries, Ragged<int> heard, float[] y, Ragged<Scored> found, int threads)
    {
        int count = Math.Min(queries.Rows, 400), step = queries.Rows / count, disagree = 0;
        MatrixView artists = new(y, index.Rows, index.Columns);
        long start = Stopwatch.GetTimestamp();
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, n =>
        {
            int user = n * step;
            Best best = new(Math.Min(K, index.Rows));
            for (int artist = 0; artist < artists.Rows; artist++)
            {
                float score = TopK.Dot(queries.Row(user), artists.Row(artist));
                if (score >= best.Threshold && heard[user].BinarySearch(artist) < 0)
                    best.Offer(new Scored(artist, score));
            }

            if (!best.Drain().AsSpan().SequenceEqual(found[user]))
                Interlocked.Increment(ref disagree);
        });
        return (count / Stopwatch.GetElapsedTime(start).TotalSeconds, disagree);
    }

    private static float[] ReadRaw(string path, int rows, int columns)
    {
        float[] values = new float[(long)rows * columns];
        using FileStream stream = File.OpenRead(path);
        stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    private static double Round(double value) => Math.Round(value, 3);
}
