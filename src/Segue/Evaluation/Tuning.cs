using Segue.Factorization;
using Segue.Interactions;

namespace Segue.Evaluation;

/// <summary>One setting, trained for some iterations and judged on the validation part.</summary>
internal sealed record Trial(AlsOptions Options, int Iterations, double Ndcg)
{
    /// <summary>What is searched over: name, value, and whether its scale is logarithmic.</summary>
    internal static IReadOnlyList<(string Name, Func<Trial, double> Of, bool Log)> Axes { get; } =
    [
        ("regularization", t => t.Options.Regularization, true),
        ("weight of zeros", t => t.Options.ZeroWeight, true),
        ("popularity exponent", t => t.Options.PopularityExponent, false),
        ("factors", t => t.Options.Factors, false),
    ];

    public string Describe() => FormattableString.Invariant(
        $"{Options.Confidence.ToString().ToLowerInvariant()} confidence, {Options.Factors} factors, regularization {Options.Regularization:0.#####}, ")
        + FormattableString.Invariant($"weight of zeros {Options.ZeroWeight:0.####}, popularity exponent {Options.PopularityExponent:0.##}");
}

/// <summary>What a search found.</summary>
/// <param name="Trials">Every setting at its last round, the defaults first, then in the order in which they were drawn.</param>
/// <param name="Best">The best of the last round.</param>
internal sealed record TuningResult(IReadOnlyList<Trial> Trials, Trial Best, int ValidationInteractions);

/// <summary>
/// Searches settings of ALS by successive halving (Jamieson, Talwalkar, AISTATS 2016): many settings for few iterations, the better third for twice
/// as many,
/// and so on. Settings are drawn at random around the defaults, which take part themselves. Judged by NDCG@10 on a fifth of the given plays and
/// nothing else:
/// what is held out for the test must not be among them.
/// </summary>
internal static class Tuning
{
    private const int Keep = 3, FirstIterations = 3;

    /// <param name="plays">The training part.</param>
    /// <param name="settings">How many to start with; 27 make four rounds.</param>
    public static TuningResult Search(
        CsrMatrix plays, int settings = 27, int seed = 1, int threads = 0,
        IProgress<(int Done, int Of, Trial Trial)>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings, 1);
        Split split = Splits.Random(plays, 0.2, unchecked(seed + 0x5eed));
        AlsOptions[] drawn = Draw(settings, seed, threads);
        Trial[] latest = [.. drawn.Select(o => new Trial(o, 0, 0))];
        int[] alive = [.. Enumerable.Range(0, settings)];
        int work = 0, done = 0;
        for (int n = settings; n >= 1; n = n == 1 ? 0 : Math.Max(1, n / Keep))
            work += n;
        for (int iterations = FirstIterations; ; iterations *= 2)
        {
            foreach (int n in alive)
            {
                AlsOptions options = drawn[n] with { Iterations = iterations };
                AlsModel model = AlsTrainer.Train(split.Train, options, new AlsRun { TrackLoss = false }, cancellation).Model;
                double ndcg = Evaluator.Evaluate(model, split, new EvaluationOptions { Threads = threads }, cancellation).Mean("ndcg", 10);
                latest[n] = new Trial(options, iterations, ndcg);
                progress?.Report((++done, work, latest[n]));
            }

            alive = [.. alive.OrderByDescending(n => latest[n].Ndcg).ThenBy(n => n)];
            if (alive.Length == 1 || iterations >= FirstIterations * 8)
                return new TuningResult(latest, latest[alive[0]], split.Test.Nonzeros);
            alive = alive[..Math.Max(1, alive.Length / Keep)];
        }
    }

    /// <summary>The defaults, then settings drawn around them: ridge and zeros by factors of up to three, confidence and length from a
    /// list.</summary>
    private static AlsOptions[] Draw(int settings, int seed, int threads)
    {
        Random random = new(seed);
        float Around(float center) => center * MathF.Pow(3, (2 * random.NextSingle()) - 1);
        AlsOptions defaults = new() { Seed = seed, Threads = threads };
        AlsOptions[] drawn = new AlsOptions[settings];
        drawn[0] = defaults;
        for (int n = 1; n < settings; n++)
        {
            AlsConfidence confidence = (n % 4) switch { 0 => AlsConfidence.Binary, 1 => AlsConfidence.Log, _ => AlsConfidence.Rank };
            drawn[n] = defaults with
            {
                Confidence = confidence,
                Regularization = Around(defaults.Regularization),
                ZeroWeight = Around(defaults.ZeroWeight),
                PopularityExponent = MathF.Round(random.NextSingle() * 0.6f, 2),
                Factors = new[] { 64, 96, 128, 192 }[random.Next(4)],
            };
        }

        return drawn;
    }
}
