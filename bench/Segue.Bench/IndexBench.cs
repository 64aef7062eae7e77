using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Segue.ModelFiles;
using Segue.Numerics;
using Segue.VectorSearch;

namespace Segue.Bench;

/// <summary>
/// Vector indexes on any vectors: build seconds, memory, file, open time, and recall@10 against queries a second on one thread. One JSON object a
/// line; with
/// <c>--picture FILE.png</c> the curve as a picture. Scores are inner products, which is what the truth of gen_vec.py holds.
/// </summary>
internal static class IndexBench
{
    private const int K = 10;
    private const string Anywhere = "anywhere", Near = "around a row", Far = "all but around a row";

    private static readonly int[] s_efs = [10, 16, 24, 32, 48, 64, 96, 128, 192];
    private static readonly double[] s_shares = [0.01, 0.05, 0.1, 0.2, 0.5];
    private static readonly string[] s_filters = [Anywhere, Near, Far];

    public static int Run(string[] args)
    {
        Arguments a = new(args, "base", "query", "truth", "dim", "threads", "index", "m", "ef-construction", "picture");
        int dim = a.Int("dim", 0), threads = a.Int("threads", Environment.ProcessorCount);
        if (dim <= 0)
            throw new SegueException("--dim is needed: how many float32 a vector has");
        MatrixView rows = Matrix(a.Require("base"), dim), queries = Matrix(a.Require("query"), dim);
        int[] truth = Read<int>(a.Require("truth"));
        if (truth.Length != queries.Rows * K)
            throw new SegueException($"--truth holds {truth.Length} numbers, but {queries.Rows} queries need {queries.Rows * K}");
        string folder = Directory.CreateTempSubdirectory("segue-bench-").FullName;
        try
        {
            Truth t = new(queries, truth);
            string which = a.Get("index", "all");
            if (which is "all" or "flat")
                Flat(rows, t, threads, folder);
            if (which is "all" or "flat-int8")
                FlatInt8(rows, t, threads, folder);
            if (which is "all" or "hnsw")
            {
                HnswOptions options = new() { M = a.Int("m", 16), EfConstruction = a.Int("ef-construction", 200) };
                List<(double Recall, double QueriesPerSecond)> curve = Hnsw(rows, t, threads, folder, options);
                if (a.Get("picture", "") is { Length: > 0 } picture)
                    Draw(curve, rows, picture);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static void Flat(MatrixView rows, Truth t, int threads, string folder)
    {
        var clock = Stopwatch.StartNew();
        FlatIndex index = new(rows, Metric.InnerProduct);
        Describe("flat", clock.Elapsed.TotalSeconds, 4L * rows.Rows * rows.Columns, index, threads, folder);
        double bandwidth = Bandwidth(rows);
        (double recall, double speed) = Measure(t, Math.Min(200, t.Queries.Rows), (q, found) => index.Search(q, found));
        double read = speed * rows.Rows * rows.Columns * 4;
        Print(new
        {
            index = "flat",
            recallAt10 = recall,
            queriesPerSecond = speed,
            gigabytesPerSecond = read / 1e9,
            memoryGigabytesPerSecond = bandwidth / 1e9,
            shareOfBandwidth = read / bandwidth,
        });
        foreach (int n in new[] { 1, threads }.Distinct())
        {
            int batch = Math.Min(1_024, t.Queries.Rows);
            MatrixView first = new(t.Queries.Memory[..(batch * t.Queries.Columns)], batch, t.Queries.Columns);
            double best = double.MaxValue;
            for (int pass = 0; pass < 3; pass++)
            {
                var watch = Stopwatch.StartNew();
                index.SearchMany(first, K, threads: n);
                best = Math.Min(best, watch.Elapsed.TotalSeconds);
            }

            Print(new { index = "flat", batch, threads = n, queriesPerSecond = batch / best });
        }
    }

    private static void FlatInt8(MatrixView rows, Truth t, int threads, string folder)
    {
        var clock = Stopwatch.StartNew();
        FlatIndex index = new(rows, Metric.InnerProduct, Quantization.Int8);
        Describe("flat-int8", clock.Elapsed.TotalSeconds, 5L * rows.Rows * rows.Columns, index, threads, folder);
        (double recall, double speed) = Measure(t, Math.Min(1_000, t.Queries.Rows), (q, found) => index.Search(q, found));
        Print(new { index = "flat-int8", recallAt10 = recall, queriesPerSecond = speed });
    }

    private static List<(double Recall, double QueriesPerSecond)> Hnsw(MatrixView rows, Truth t, int threads, string folder, HnswOptions options)
    {
        var clock = Stopwatch.StartNew();
        HnswIndex built = HnswIndex.Build(rows, Metric.InnerProduct, options, threads);
        var index = (HnswIndex)Describe("hnsw", clock.Elapsed.TotalSeconds, built.MemoryBytes, built, threads, folder);
        List<(double, double)> curve = [];
        foreach (int ef in s_efs)
        {
            (double recall, double speed) = Measure(t, t.Queries.Rows, (q, found) => index.Search(q, found, null, ef));
            curve.Add((recall, speed));
            Print(new { index = "hnsw", ef, recallAt10 = recall, queriesPerSecond = speed });
        }

        foreach ((string shape, double share) in from shape in s_filters from share in s_shares select (shape, share))
        {
            FlatIndex exact = new(rows, Metric.InnerProduct);
            RowSet allowed = Filter(exact, shape, share);
            int count = Math.Min(200, t.Queries.Rows);
            int[] truth = [.. Enumerable.Range(0, count).SelectMany(q => exact.Search(t.Queries.Row(q), K, allowed).Select(n => n.Row))];
            (double recall, double speed) = Measure(new Truth(t.Queries, truth), count, (q, found) => index.Search(q, found, allowed));
            Print(new { index = "hnsw", filter = shape, filterKeeps = share, recallAt10 = recall, queriesPerSecond = speed });
        }

        return curve;
    }

    /// <summary>Rows anywhere, those around one row, or all but those around one. Seeded, and the same in every run.</summary>
    private static RowSet Filter(FlatIndex exact, string shape, double share)
    {
        Random random = new(1);
        int limit = exact.RowLimit;
        RowSet Around(double part) => RowSet.Of(limit, exact.Search(exact.Rows.Row(random.Next(limit)), (int)(part * limit)).Select(n => n.Row));
        return shape switch
        {
            Near => Around(share),
            Far => Around(1 - share).Not(),
            _ => RowSet.Where(limit, _ => random.NextDouble() < share),
        };
    }

    /// <summary>Saves, opens and describes an index; gives the opened one back, so that what is timed is what a program uses.</summary>
    private static IVectorIndex Describe(string name, double buildSeconds, long memoryBytes, IVectorIndex index, int threads, string folder)
    {
        string path = Path.Combine(folder, name + ".safetensors");
        VectorIndexFiles.Save(index, path);
        double best = double.MaxValue;
        IVectorIndex opened = index;
        MappedFiles files = new(); // What is returned lies in them.
        for (int i = 0; i < 3; i++)
        {
            var clock = Stopwatch.StartNew();
            opened = VectorIndexFiles.Open(path, files);
            best = Math.Min(best, clock.Elapsed.TotalMilliseconds);
        }

        Print(new
        {
            index = name,
            rows = index.Count,
            dimensions = index.Dimensions,
            threads,
            buildSeconds,
            memoryBytes,
            fileBytes = new FileInfo(path).Length,
            openMs = best,
            peakMemoryBytes = Process.GetCurrentProcess().PeakWorkingSet64,
        });
        return opened;
    }

    /// <summary>Recall@10, and the queries a second of the better of two passes on one thread.</summary>
    private static (double Recall, double QueriesPerSecond) Measure(Truth t, int count, Search search)
    {
        Neighbor[] found = new Neighbor[K];
        double best = double.MaxValue;
        int hits = 0;
        for (int pass = 0; pass < 2; pass++)
        {
            hits = 0;
            var clock = Stopwatch.StartNew();
            for (int q = 0; q < count; q++)
            {
                int n = search(t.Queries.Row(q), found);
                ReadOnlySpan<int> expected = t.Rows.AsSpan(q * K, K);
                for (int i = 0; i < n; i++)
                    hits += expected.Contains(found[i].Row) ? 1 : 0;
            }

            best = Math.Min(best, clock.Elapsed.TotalSeconds);
        }

        return (hits / (double)(K * count), count / best);
    }

    /// <summary>Bytes a second that one thread reads of the same memory, adding up vectors of it.</summary>
    private static double Bandwidth(MatrixView rows)
    {
        double best = double.MaxValue;
        for (int pass = 0; pass < 5; pass++)
        {
            var clock = Stopwatch.StartNew();
            _ = System.Numerics.Tensors.TensorPrimitives.Sum(MemoryMarshal.Cast<float, int>(rows.Values));
            best = Math.Min(best, clock.Elapsed.TotalSeconds);
        }

        return 4.0 * rows.Rows * rows.Columns / best;
    }

    private static void Draw(List<(double Recall, double QueriesPerSecond)> curve, MatrixView rows, string path)
    {
        ScottPlot.Plot plot = new();
        plot.Add.Scatter(curve.Select(c => c.Recall).ToArray(), curve.Select(c => Math.Log10(c.QueriesPerSecond)).ToArray()).LegendText = "Segue HNSW, one thread";
        plot.Title($"{rows.Rows:n0} vectors of {rows.Columns} dimensions");
        plot.XLabel("recall@10");
        plot.YLabel("queries a second");
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic
        {
            LabelFormatter = y => Math.Pow(10, y).ToString("n0", CultureInfo.InvariantCulture),
        };
        plot.ShowLegend(ScottPlot.Alignment.LowerLeft);
        plot.SavePng(path, 900, 600);
    }

    private static MatrixView Matrix(string path, int dim)
    {
        float[] values = Read<float>(path);
        return values.Length % dim == 0 ? new(values, values.Length / dim, dim) : throw new SegueException($"{path}: {values.Length} float32 are no whole rows of {dim}");
    }

    private static T[] Read<T>(string path)
        where T : unmanaged
    {
        if (!File.Exists(path))
            throw new SegueException($"{path}: there is no such file");
        using FileStream stream = File.OpenRead(path);
        T[] values = new T[stream.Length / Marshal.SizeOf<T>()];
        for (int start = 0; start < values.Length; start += 1 << 26)
            stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan(start, Math.Min(1 << 26, values.Length - start))));
        return values;
    }

    private static void Print(object line) => Console.WriteLine(JsonSerializer.Serialize(line));

    private delegate int Search(ReadOnlySpan<float> query, Span<Neighbor> found);

    private sealed record Truth(MatrixView Queries, int[] Rows);
}
