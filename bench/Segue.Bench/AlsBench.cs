using System.Diagnostics;
using System.Runtime;
using System.Text.Json.Nodes;
using Segue.Factorization;
using Segue.Interactions;
using Segue.Numerics;

namespace Segue.Bench;

/// <summary>Seconds an iteration of ALS and what came of them, beside what the machine can do.</summary>
internal static class AlsBench
{
    public static int Run(string[] args)
    {
        Arguments options = new(args,
            "plays", "factors", "iterations", "threads", "solver", "objective", "regularization", "alpha", "confidence", "loss", "plot", "start");
        int threads = options.Int("threads", Environment.ProcessorCount), factors = options.Int("factors", 128), iterations = options.Int("iterations", 10);
        string solver = options.Get("solver", "segue");
        Print(new JsonObject
        {
            ["bench"] = "als",
            ["cpu"] = AlsMachine.Cpu(),
            ["processors"] = Environment.ProcessorCount,
            ["fmaGflops1"] = Math.Round(AlsMachine.FmaGflops(1), 1),
            ["fmaGflops2"] = Math.Round(AlsMachine.FmaGflops(2), 1),
        });
        long before = Stopwatch.GetTimestamp();
        CsrMatrix counts = BenchPlays.Read(options.Require("plays")).Counts;
        Print(new JsonObject
        {
            ["users"] = counts.Rows,
            ["artists"] = counts.Columns,
            ["nonzeros"] = counts.Nonzeros,
            ["readSeconds"] = Math.Round(Stopwatch.GetElapsedTime(before).TotalSeconds, 2),
        });
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);

        AlsOptions als = Settings(options) with { Factors = factors, Iterations = iterations, Threads = threads };
        bool withLoss = options.Get("loss", "yes") == "yes";
        Curve curve = solver == "classic" ? Plain(counts, als, withLoss) : Segue(counts, als, withLoss, options.Get("start", "own") == "classic");
        Report(curve, als, counts, solver);
        if (options.Get("plot", "") is { Length: > 0 } folder)
        {
            Curve other = solver == "classic" ? Segue(counts, als, true, true) : Plain(counts, als, true);
            AlsPlots.LossAgainstTime(folder, $"{counts.Nonzeros / 1e6:0.0} M plays, {factors} factors, {threads} threads", [curve, other]);
        }

        return 0;
    }

    internal sealed record Curve(string Name, List<double> Seconds, List<double> Losses);

    private static AlsOptions Settings(Arguments options)
    {
        // The classic objective by default, raw plays and ridge 0.05: what the peers minimize in the published comparison.
        AlsOptions chosen = options.Get("objective", "classic") == "ials"
            ? new AlsOptions()
            : AlsOptions.Classic with { Confidence = AlsConfidence.Linear, Alpha = 1, Regularization = 0.05f };
        return chosen with
        {
            Solver = options.Get("solver", "segue") == "cholesky" ? AlsSolver.Cholesky : AlsSolver.ConjugateGradient,
            Regularization = options.Get("regularization", "") is { Length: > 0 } ridge ? float.Parse(ridge) : chosen.Regularization,
            Alpha = float.Parse(options.Get("alpha", chosen.Alpha.ToString())),
            Confidence = Enum.Parse<AlsConfidence>(options.Get("confidence", chosen.Confidence.ToString()), ignoreCase: true),
            LastUserStep = false,
        };
    }

    /// <param name="classicStart">Start from the factors that the classic algorithm starts from; for losses, as it takes memory.</param>
    private static Curve Segue(CsrMatrix counts, AlsOptions options, bool withLoss, bool classicStart)
    {
        Curve curve = new("Segue", [], []);
        using AlsTraining training = new(counts, options, classicStart ? AlsPlain.Start(counts, options.Factors) : null);
        while (training.Iteration < options.Iterations)
        {
            long before = Stopwatch.GetTimestamp();
            training.Iterate(default);
            Step(curve, before, withLoss ? new Func<double>(() => training.Loss(default)) : null);
        }

        Print(new JsonObject
        {
            ["gramianSeconds"] = Math.Round(training.Phases.Gramian / options.Iterations, 4),
            ["eigenSeconds"] = Math.Round(training.Phases.Eigen / options.Iterations, 4),
            ["turnSeconds"] = Math.Round(training.Phases.Turn / options.Iterations, 4),
            ["solveSeconds"] = Math.Round(training.Phases.Solve / options.Iterations, 4),
        });
        return curve;
    }

    private static Curve Plain(CsrMatrix counts, AlsOptions options, bool withLoss)
    {
        Curve curve = new("classic algorithm, plain C#", [], []);
        AlsProblem problem = AlsProblem.Build(counts, options);
        AlsPlain plain = new(problem.Users.Confidence, problem.Options.Regularization!.Value, options.Factors, options.Threads);
        using AlsWorkshop shop = new(1, 1, options.Factors, options.Threads);
        for (int i = 0; i < options.Iterations; i++)
        {
            long before = Stopwatch.GetTimestamp();
            plain.Iterate();
            Step(curve, before, !withLoss ? null : new Func<double>(() =>
            {
                AlignedMatrix x = AlignedMatrix.CopyOf(new MatrixView(plain.X, counts.Rows, options.Factors));
                AlignedMatrix y = AlignedMatrix.CopyOf(new MatrixView(plain.Y, counts.Columns, options.Factors));
                return new AlsLoss(problem, x, y, shop).Compute();
            }));
        }

        return curve;
    }

    private static void Step(Curve curve, long before, Func<double>? loss)
    {
        curve.Seconds.Add(Stopwatch.GetElapsedTime(before).TotalSeconds);
        JsonObject line = new() { ["iteration"] = curve.Seconds.Count, ["seconds"] = Math.Round(curve.Seconds[^1], 4) };
        if (loss is not null)
        {
            curve.Losses.Add(loss());
            line["loss"] = Math.Round(curve.Losses[^1], 9);
        }

        Print(line);
    }

    private static void Report(Curve curve, AlsOptions options, CsrMatrix counts, string solver)
    {
        double[] sorted = [.. curve.Seconds.Skip(curve.Seconds.Count > 2 ? 1 : 0).Order()]; // The first one compiles.
        double median = sorted[sorted.Length / 2], f = options.Factors, rows = counts.Rows + (double)counts.Columns;

        // Gramians n f², four rotations of 2 n f² in all, and three passes (two steps) of 4 f over each interaction from both sides, plus the
        // diagonal.
        double flops = (rows * f * f) + (4 * rows * f * f) + (2.0 * counts.Nonzeros * f * ((3 * 4) + 3));

        // Bytes to and from memory: each interaction's row of the table once from both sides (later steps find it in the caches); of the factors
        // Gramian, turn and table read three times and write one and a half, the solved side reads and writes once.
        int stride = AlignedMatrix.PaddedTo(options.Factors);
        double bytes = (2.0 * counts.Nonzeros * stride * sizeof(ushort)) + (rows * stride * sizeof(float) * 6.5);
        long peak = AlsMachine.PeakBytes(); // Before the machine is measured, which takes memory too.
        double fma = AlsMachine.FmaGflops(options.Threads), read = AlsMachine.ReadGigabytes(options.Threads);
        JsonObject line = new()
        {
            ["solver"] = solver,
            ["factors"] = options.Factors,
            ["threads"] = options.Threads,
            ["secondsPerIteration"] = Math.Round(median, 4),
            ["meanSeconds"] = Math.Round(curve.Seconds.Average(), 4),
            ["loss"] = curve.Losses.Count > 0 ? Math.Round(curve.Losses[^1], 9) : null,
            ["peakMemoryBytes"] = peak,
            ["fmaGflops"] = Math.Round(fma, 1),
            ["readGigabytesPerSecond"] = Math.Round(read, 1),
        };
        if (solver == "segue")
        {
            line["gflops"] = Math.Round(flops / median / 1e9, 1);
            line["shareOfFma"] = Math.Round(flops / median / 1e9 / fma, 2);
            line["gigabytesPerSecond"] = Math.Round(bytes / median / 1e9, 1);
            line["shareOfBandwidth"] = Math.Round(bytes / median / 1e9 / read, 2);
        }

        Print(line);
    }

    private static void Print(JsonObject line) => Console.WriteLine(line.ToJsonString());
}
