using Segue.Factorization;
using Segue.Interactions;

namespace Segue.Evaluation;

/// <summary>One setting, trained for some iterations and judged on the validation part.</summary>
internal sealed record Trial(AlsOptions Options, int Iterations, double Ndcg)
{
    /// <summary>What is searched over: name, value, and whether its scale is logarithmic.</summary>
    internal static IReadOnlyList<(string Name, Func<Trial, double> Of, bool Log)> Axes { get; } =
    [
        ("ridge", t => t.Options.Ridge!.Value, true),
        ("weight of zeros", t => t.Options.ZeroWeight!.Value, true),
        ("popularity exponent", t => t.Options.PopularityExponent!.Value, false),
        ("factors", t => t.Options.Factors, false),
    ];

    public string Describe() => FormattableString.Invariant(
        $"{Options.Confidence.ToString().ToLowerInvariant()} confidence, {Options.Factors} factors, ridge {Options.Ridge:0.###}, ")
        + FormattableString.Invariant($"weight of zeros {Options.ZeroWeight:0.####}, popularity exponent {Options.PopularityExponent:0.##}");
}

/// <summary>What a search found.</summary>
/// <param name="Trials">Every setting at the best of its rounds, the defaults first, then in the order in which they were drawn.</param>
/// <param name="Best">The best of all that was measured, with the iterations it was measured at.</param>
internal sealed record TuningResult(IReadOnlyList<Trial> Trials, Trial Best, int ValidationInteractions);

/// <summary>
/// Searches settings of ALS by successive halving (Jamieson, Talwalkar, AISTATS 2016): many settings for few iterations, the better third for twice as many,
/// and so on. Settings are drawn at random around the defaults, which take part in every round. Judged by NDCG@10 on a validation part and
/// nothing else: what is held out for the test must not be among them.
/// </summary>
internal static class Tuning
{
    private const int Keep = 3, FirstIterations = 3, LastIterations = 24;

    /// <summary>Of the validation part, so that it is another than an evaluation's of the same seed.</summary>
    public static int SplitSeed(int seed) => unchecked(seed + 0x5eed);

    /// <param name="split">What may be learnt from, divided into what settings train on and are judged by; nothing that is kept for a test.</param>
    /// <param name="side">Tags and friends to train with; null for plays alone.</param>
    /// <param name="settings">How many to start with; 27 make four rounds.</param>
    public static TuningResult Search(
        Split split, SideInformation? side = null, int settings = 27, int seed = 1, int threads = 0,
        IProgress<(int Done, int Of, Trial Trial)>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings, 1);
        SideInformation? known = side?.Without(split.Test);
        AlsOptions[] drawn = Draw(split.Train, settings, seed, threads);
        Trial?[] best = new Trial?[settings];
        double[] latest = new double[settings];
        int done = 0;
        int[] alive = [.. Enumerable.Range(0, settings)];
        int[] rounds = Rounds(settings);
        for (int round = 0; round < rounds.Length; round++)
        {
            alive = Survivors(alive, latest, rounds[round]);
            int iterations = FirstIterations << round;
            foreach (int n in alive)
            {
                Trial trial = Try(split, known, drawn[n] with { Iterations = iterations }, cancellation);
                latest[n] = trial.Ndcg;
                if (best[n] is null || trial.Ndcg > best[n]!.Ndcg)
                    best[n] = trial;
                progress?.Report((++done, rounds.Sum(), trial));
            }
        }

        Trial[] trials = [.. best.Select(t => t!)];
        return new TuningResult(trials, trials.MaxBy(t => t.Ndcg)!, split.Test.Nonzeros);
    }

    /// <summary>How many settings each round has: a third of the one before and the defaults, which have no place to lose.</summary>
    private static int[] Rounds(int settings)
    {
        List<int> counts = [settings];
        for (int left = settings / Keep; left >= 1 && FirstIterations << counts.Count <= LastIterations; left /= Keep)
            counts.Add(Math.Min(left + 1, counts[^1]));
        return [.. counts];
    }

    /// <summary>The best by the last round, and the defaults.</summary>
    private static int[] Survivors(int[] alive, double[] latest, int count) =>
        [.. alive.OrderBy(n => n == 0 ? 0 : 1).ThenByDescending(n => latest[n]).ThenBy(n => n).Take(count)];

    private static Trial Try(Split split, SideInformation? side, AlsOptions options, CancellationToken cancellation)
    {
        ITasteModel model = side is null
            ? AlsTrainer.Train(split.Train, options, new AlsRun { TrackLoss = false }, cancellation).Model
            : SideInformed.Train(split.Train, side, options, cancellation: cancellation);
        double ndcg = Evaluator.Evaluate(model, split, new EvaluationOptions { Threads = options.Threads }, cancellation).Mean("ndcg", 10);
        return new Trial(options, options.Iterations, ndcg);
    }

    /// <summary>The defaults, then settings drawn around them: ridge and zeros by factors of up to three, confidence and length from a list.</summary>
    private static AlsOptions[] Draw(CsrMatrix train, int settings, int seed, int threads)
    {
        Random random = new(seed);
        float Around(float center) => center * MathF.Pow(3, (2 * random.NextSingle()) - 1);
        PlaysShape shape = PlaysShape.Of(train);
        AlsOptions resolved = new AlsOptions().ResolvedFor(shape);
        AlsOptions defaults = new()
        {
            Ridge = AlsFromData.Ridge(shape),
            ZeroWeight = resolved.ZeroWeight,
            PopularityExponent = resolved.PopularityExponent,
            Seed = seed,
            Threads = threads,
        };
        AlsOptions[] drawn = new AlsOptions[settings];
        drawn[0] = defaults;
        for (int n = 1; n < settings; n++)
        {
            AlsConfidence confidence = (n % 4) switch { 0 => AlsConfidence.Binary, 1 => AlsConfidence.Log, _ => AlsConfidence.Rank };
            drawn[n] = defaults with
            {
                Confidence = confidence,
                Ridge = Math.Min(AlsFromData.RidgeMax, Around(AlsFromData.Ridge(shape))),
                ZeroWeight = Around(defaults.ZeroWeight ?? 1),
                PopularityExponent = MathF.Round(random.NextSingle() * 0.6f, 2),
                Factors = new[] { 64, 96, 128, 192 }[random.Next(4)],
            };
        }

        return drawn;
    }
}
