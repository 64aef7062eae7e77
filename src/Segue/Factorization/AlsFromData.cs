using Segue.Interactions;

namespace Segue.Factorization;

/// <summary>
/// The numbers of <see cref="AlsOptions"/> that have a unit, from the size and density of the data. With U users, I artists, N cells with plays:
/// <code>
/// w₀ = √(N / UI)
/// s  = (√(N/U) + √(N/I)) / √((N/U + w₀I)(N/I + w₀U))      the largest singular value of noise of this size, weighted as the rows are
/// λ  = ridge · s
/// </code>
/// With ridges λ wᵤ and λ wᵢ a direction leaves zero if and only if its singular value, so weighted, is above λ (Bai, Yin 1993 for s). The best λ goes
/// from 0.001 to 0.19 between data sets, the best ridge from 0.26 to 0.8. Tags and other rows beside the users are not counted.
/// </summary>
internal static class AlsFromData
{
    /// <summary>The ridge where none is given.</summary>
    public const float Ridge = 0.45f;

    /// <summary>From here on factors shrink to nothing and the ranking is noise.</summary>
    public const float RidgeMax = 1.5f;

    /// <summary>The exponent where none is given; never more than 0.003 NDCG@10 below the best of 0.1 to 0.3 on eight sets of plays.</summary>
    public const float PopularityExponent = 0.2f;

    /// <summary>λ of the classic objective, which has another unit: the best on Last.fm-2K with log confidence and α 2.</summary>
    public const float ClassicRegularization = 50;

    private const double ZeroWeightMin = 0.01, ZeroWeightMax = 1;

    /// <summary>The same options with nothing left open.</summary>
    /// <param name="counts">What is trained on, users × artists; cells of 0 plays do not count.</param>
    public static AlsOptions ResolvedFor(this AlsOptions options, CsrMatrix counts) =>
        options.ResolvedFor(counts.Rows, counts.Columns, counts.Nonzeros - System.MemoryExtensions.Count(counts.Values.Span, 0f));

    /// <param name="cells">Cells with plays.</param>
    public static AlsOptions ResolvedFor(this AlsOptions options, int users, int artists, int cells)
    {
        if (options.IsResolved() || cells == 0)
            return options;
        if (options.Objective == AlsObjective.Classic)
        {
            return options with
            {
                Regularization = options.Regularization ?? ClassicRegularization,
                ZeroWeight = options.ZeroWeight ?? 1,
                PopularityExponent = options.PopularityExponent ?? 0,
                Ridge = null,
            };
        }

        float zeros = options.ZeroWeight ?? (float)Math.Clamp(Math.Sqrt(cells / ((double)users * artists)), ZeroWeightMin, ZeroWeightMax);
        double noise = Noise(users, artists, cells, zeros, options.RegularizationExponent);
        return options with
        {
            Regularization = options.Regularization ?? (float)((options.Ridge ?? Ridge) * noise),
            ZeroWeight = zeros,
            PopularityExponent = options.PopularityExponent ?? PopularityExponent,
            Ridge = null,
        };
    }

    /// <summary>Whether no number is left to the data.</summary>
    public static bool IsResolved(this AlsOptions options) =>
        options is { Regularization: not null, ZeroWeight: not null, PopularityExponent: not null };

    /// <summary>s, the unit of the ridge.</summary>
    /// <param name="exponent">ν, how the ridge grows with a row's weight.</param>
    public static double Noise(int users, int artists, int cells, double zeroWeight, double exponent)
    {
        double ofUser = (double)cells / users, ofArtist = (double)cells / artists;
        double weights = (ofUser + (zeroWeight * artists)) * (ofArtist + (zeroWeight * users));

        // A square root is the same to the last bit on every machine, a power is not.
        return (Math.Sqrt(ofUser) + Math.Sqrt(ofArtist)) / (exponent == 1 ? Math.Sqrt(weights) : Math.Pow(weights, exponent / 2));
    }
}
