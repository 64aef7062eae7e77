namespace Segue.Factorization;

/// <summary>How much a number of plays says about a like: the c of the objective.</summary>
public enum AlsConfidence
{
    /// <summary>α (0.5 + the artist's rank by plays inside the listener's history, 0..1; ties share theirs): 1 without play counts.</summary>
    Rank,

    /// <summary>α log(1 + plays); IAls divides by the mean over the training.</summary>
    Log,

    /// <summary>α · plays; IAls divides by the mean over the training.</summary>
    Linear,

    /// <summary>α, however often.</summary>
    Binary,
}

/// <summary>Which loss is minimized; see <see cref="AlsOptions"/>.</summary>
public enum AlsObjective
{
    /// <summary>Rendle et al. 2021: zeros everywhere with weight w₀, ridges that grow with the row; with popularity-tempered zeros.</summary>
    IAls,

    /// <summary>Hu, Koren and Volinsky 2008, as in benfred/implicit: zeros of weight 1 where nothing was observed, one ridge for all rows.</summary>
    Classic,
}

/// <summary>How a row's linear system is solved.</summary>
public enum AlsSolver
{
    /// <summary>Conjugate gradient in training; exact where a single row is asked for.</summary>
    Auto,

    /// <summary>A few preconditioned steps from the last solution: the loss per second is what counts.</summary>
    ConjugateGradient,

    /// <summary>Exact, in float64.</summary>
    Cholesky,
}

/// <summary>
/// What decides a model's bytes (<see cref="Threads"/> alone does not). With S the observed (u, i) and c their confidences, the loss is
/// <code>
/// IAls:     Σ_S c (x·y − 1)² + Σᵤᵢ w₀bᵢ (x·y)² + Σᵤ λ(|Sᵤ| + w₀|I|)^ν |xᵤ|² + Σᵢ λ(|Sᵢ| + w₀bᵢ|U|)^ν |yᵢ|²
/// Classic:  Σ_S c (x·y − 1)² + Σ_not-S (x·y)² + λ (|X|² + |Y|²)
/// </code>
/// with bᵢ ∝ (|Sᵢ| + 1)^PopularityExponent of mean 1. λ, w₀ and the exponent mean something else on every data set, so they come from the data
/// where they are not given (<see cref="AlsFromData"/>).
/// </summary>
public sealed record AlsOptions
{
    /// <summary>The longest vectors that are trained.</summary>
    public const int FactorsMax = 1024;

    /// <summary>What is minimized.</summary>
    public AlsObjective Objective { get; init; } = AlsObjective.IAls;

    /// <summary>Length of the vectors, 1..1024. 128: 256 gained nothing more once the zeros are tempered.</summary>
    public int Factors { get; init; } = 128;

    /// <summary>Rounds of users, then artists. Ten are enough from a small random start: 8 or 14 differ by 0.0003 NDCG@10 on Last.fm-2K.</summary>
    public int Iterations { get; init; } = 10;

    /// <summary>
    /// The ridge without a unit, above 0, at most 1.5: λ over the largest singular value that noise of the data's size and density would have (IAls only).
    /// Null for 0.45 on uneven data, as real plays are, up to 0.63 on even ones, as planted worlds are. Above 1.5 nothing would be learnt.
    /// </summary>
    public float? Ridge { get; init; }

    /// <summary>λ &gt; 0; null to take it from the data and <see cref="Ridge"/> (Classic: 50).</summary>
    public float? Regularization { get; init; }

    /// <summary>ν, how the ridge grows with the row's weight (IAls only). 1 regularizes every row alike relative to its data.</summary>
    public float RegularizationExponent { get; init; } = 1;

    /// <summary>w₀ &gt; 0, the weight of a zero against that of a play of confidence 1 (IAls only); null for the root of the data's density.</summary>
    public float? ZeroWeight { get; init; }

    /// <summary>
    /// How much surer the zero of a well-known artist is (IAls only); 0 is plain iALS. Not hearing what everybody hears says something. Null for 0.3 on
    /// sparse data, 0 on dense.
    /// </summary>
    public float? PopularityExponent { get; init; }

    /// <summary>How plays become confidence.</summary>
    public AlsConfidence Confidence { get; init; } = AlsConfidence.Rank;

    /// <summary>α &gt; 0, a factor to every confidence.</summary>
    public float Alpha { get; init; } = 1;

    /// <summary>How a row is solved.</summary>
    public AlsSolver Solver { get; init; } = AlsSolver.Auto;

    /// <summary>Solve the users once more after the last iteration, so that a known listener's vector is what fold-in gives.</summary>
    public bool LastUserStep { get; init; } = true;

    /// <summary>Share of the ridge for listeners outside the training: nothing was fitted to them, so half is better (+0.004 NDCG@10).</summary>
    public float OutsiderRidge { get; init; } = 0.5f;

    /// <summary>Of the start factors: same seed, same bytes.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>0 means one a processor. The result is the same on any number.</summary>
    public int Threads { get; init; }

    /// <summary>The objective of benfred/implicit at its best on Last.fm-2K (log plays).</summary>
    public static AlsOptions Classic { get; } = new()
    {
        Objective = AlsObjective.Classic,
        Factors = 256,
        Iterations = 15,
        Regularization = AlsFromData.ClassicRegularization,
        Confidence = AlsConfidence.Log,
        Alpha = 2,
        LastUserStep = false,
        OutsiderRidge = 1,
    };

    /// <exception cref="SegueException">An option is out of its range; the message names it.</exception>
    public void Validate()
    {
        Check(Factors is >= 1 and <= FactorsMax, "factors", Factors, $"1 to {FactorsMax}");
        Check(Iterations is >= 1 and <= 10_000, "iterations", Iterations, "1 to 10000");
        Check(Ridge is null or (> 0 and <= AlsFromData.RidgeMax), "ridge", Ridge ?? 0, $"above 0, at most {AlsFromData.RidgeMax}");
        Check(IsPositive(Regularization), "regularization", Regularization ?? 0, "above 0, at most 1e9");
        Check(Ridge is null || Regularization is null, "ridge", Ridge ?? 0, "left out where the regularization is given: one is made of the other");
        Check(RegularizationExponent is >= 0 and <= 2, "regularization exponent", RegularizationExponent, "0 to 2");
        Check(IsPositive(ZeroWeight), "zero weight", ZeroWeight ?? 0, "above 0, at most 1e9");
        Check(PopularityExponent is null or (>= -2 and <= 2), "popularity exponent", PopularityExponent ?? 0, "-2 to 2");
        Check(Alpha > 0 && float.IsFinite(Alpha), "alpha", Alpha, "a positive number");
        Check(OutsiderRidge is > 0 and <= 100, "outsider ridge", OutsiderRidge, "above 0, at most 100");
        Check(Threads is >= 0 and <= 1024, "threads", Threads, "0 (one a processor) to 1024");
        Check(Enum.IsDefined(Objective) && Enum.IsDefined(Confidence) && Enum.IsDefined(Solver), "objective, confidence or solver", "?", "one of its names");
    }

    /// <summary>Beyond a billion nothing is learnt, and sums of such numbers leave what a float can hold.</summary>
    private static bool IsPositive(float? value) => value is null or (> 0 and <= 1e9f);

    private static void Check(bool holds, string option, object got, string expected)
    {
        if (!holds)
            throw new SegueException($"{option} is {got}, but must be {expected}");
    }
}
