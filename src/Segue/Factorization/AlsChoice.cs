using Segue.Interactions;

namespace Segue.Factorization;

/// <summary>One short training of a choice.</summary>
/// <param name="Ndcg">NDCG@10 on what was held out, the mean over its listeners.</param>
internal sealed record AlsChoicePoint(float Ridge, float Exponent, double Ndcg);

/// <summary>A ridge without a unit and a popularity exponent.</summary>
internal readonly record struct AlsChoicePair(float Ridge, float Exponent);

/// <summary>
/// Ridge and popularity exponent by eight short trainings: four ridges, two exponents, 64 factors, 5 iterations, judged on a tenth held out. The formula
/// is within 3% of the best on sets of real plays; this is for odd data, where it loses up to a fifth. What is chosen has no unit, so that a sample of
/// the listeners may choose for all. Decided by sizes, hashes and the seed, on any number of threads.
/// </summary>
/// <param name="Points">What was measured, in the order in which it was.</param>
/// <param name="Formula">Ridge and exponent that the formula gives.</param>
/// <param name="Listeners">How many listeners the trainings had.</param>
/// <param name="Folds">How often a tenth was held out.</param>
internal sealed record AlsChoice(IReadOnlyList<AlsChoicePoint> Points, AlsChoicePair Chosen, AlsChoicePair Formula, int Listeners, int Folds)
{
    /// <summary>Fewer listeners hold out some 200 plays: choosing by them is a lottery.</summary>
    public const int ListenersMin = 100;

    private const int ListenersMax = 5000, Factors = 64, Iterations = 5, ExtensionsMax = 2;

    /// <summary>Below it a tenth of the plays says too little, and three tenths are asked.</summary>
    private const int ListenersForOneFold = 1000;

    /// <summary>Ridges that are neighbors on the grid lie a factor of about √2 apart.</summary>
    private const float NeighborFactor = 1.5f;

    private static readonly float[] s_ridges = [0.28f, 0.40f, 0.56f, 0.80f], s_exponents = [0, 0.3f];

    private static readonly float[] s_lower = [0.20f, 0.14f], s_higher = [1.13f];

    /// <summary>Tries and chooses.</summary>
    /// <param name="counts">What is trained on; nothing that is kept for a test. Tags and friends have no part in it.</param>
    /// <param name="options">A ridge or an exponent given here is kept, and only the other chosen.</param>
    /// <param name="progress">Told after each training: done, of, and what it found.</param>
    /// <exception cref="SegueException">There are too few listeners, or there is nothing to choose.</exception>
    public static AlsChoice Choose(
        CsrMatrix counts, AlsOptions options, IProgress<(int Done, int Of, AlsChoicePoint Point)>? progress = null, CancellationToken cancel = default)
    {
        options.Validate();
        Check(counts, options);
        CsrMatrix sample = Splits.SomeListeners(counts, ListenersMax, options.Seed);
        Split[] folds = [.. Enumerable.Range(0, sample.Rows < ListenersForOneFold ? 3 : 1)
            .Select(n => Splits.Random(sample, 0.1, unchecked(options.Seed ^ (0x0c4015e + n))))];
        float[] exponents = options.PopularityExponent is float exponent ? [exponent] : s_exponents;
        List<AlsChoicePoint> points = [];
        List<float> wanted = options.Ridge is float ridge ? [ridge] : [.. s_ridges];
        for (int extension = 0; wanted.Count > 0; extension++)
        {
            int all = points.Count + (wanted.Count * exponents.Length);
            foreach ((float r, float e) in wanted.SelectMany(r => exponents.Select(e => (r, e))))
            {
                points.Add(new AlsChoicePoint(r, e, Try(folds, options with { Ridge = r, PopularityExponent = e }, cancel)));
                progress?.Report((points.Count, all, points[^1]));
            }

            wanted = options.Ridge is null && extension < ExtensionsMax ? Beyond(points) : [];
        }

        PlaysShape shape = PlaysShape.Of(counts);
        AlsChoicePair formula = new(AlsFromData.Ridge(shape), new AlsOptions().ResolvedFor(shape).PopularityExponent!.Value);
        return new AlsChoice(points, Smoothest(points), formula, sample.Rows, folds.Length);
    }

    /// <summary>The options with what was chosen.</summary>
    public AlsOptions Over(AlsOptions options) => options with { Ridge = Chosen.Ridge, PopularityExponent = Chosen.Exponent };

    /// <summary>
    /// By margins, as single values are noisy: the ridge with the best mean over the exponents; then the exponent with the best mean over that ridge and its
    /// neighbors. Ties go to what is nearer to 0.4 and 0.3.
    /// </summary>
    internal static AlsChoicePair Smoothest(IReadOnlyList<AlsChoicePoint> points)
    {
        float ridge = BestRidge(points);
        float exponent = points.Where(p => Math.Max(p.Ridge / ridge, ridge / p.Ridge) <= NeighborFactor).GroupBy(p => p.Exponent)
            .OrderByDescending(g => g.Average(p => p.Ndcg)).ThenBy(g => Math.Abs(g.Key - 0.3f)).First().Key;
        return new AlsChoicePair(ridge, exponent);
    }

    private static float BestRidge(IReadOnlyList<AlsChoicePoint> points) => points.GroupBy(p => p.Ridge)
        .OrderByDescending(g => g.Average(p => p.Ndcg)).ThenBy(g => Math.Abs(Math.Log(g.Key / 0.4))).First().Key;

    /// <summary>The next ridge beyond the end of the grid at which the best one lies; none where it lies inside.</summary>
    private static List<float> Beyond(List<AlsChoicePoint> points)
    {
        float best = BestRidge(points);
        if (best == points.Min(p => p.Ridge))
            return [.. s_lower.Where(r => r < best).Take(1)];
        return best == points.Max(p => p.Ridge) ? [.. s_higher.Where(r => r > best).Take(1)] : [];
    }

    private static double Try(Split[] folds, AlsOptions options, CancellationToken cancel)
    {
        double sum = 0;
        int count = 0;
        AlsOptions brief = options with { Factors = Math.Min(Factors, options.Factors), Iterations = Iterations };
        foreach (Split fold in folds)
        {
            using AlsTraining training = new(fold.Train, brief, start: null);
            while (training.Iteration < brief.Iterations)
                training.Iterate(cancel);
            training.SolveUsers(cancel);
            AlsValidation validation = new(training, fold.Test);
            sum += validation.Compute(cancel) * validation.UserCount;
            count += validation.UserCount;
        }

        return sum / count;
    }

    private static void Check(CsrMatrix counts, AlsOptions options)
    {
        if (options.Objective == AlsObjective.Classic)
            throw new SegueException("the classic objective has no ridge that could be chosen; choose with the objective ials");
        if (options.Regularization is not null || (options.Ridge is not null && options.PopularityExponent is not null))
            throw new SegueException("ridge and popularity exponent are chosen, but were given; leave one of them out, and the regularization");
        int listeners = Enumerable.Range(0, counts.Rows).Count(u => counts.RowValues(u).ContainsAnyExcept(0f));
        if (listeners < ListenersMin)
            throw new SegueException($"choosing needs {ListenersMin} listeners, and there are {listeners}; the defaults follow the data and need none");
    }
}
