using Segue.Interactions;

namespace Segue.Factorization;

/// <summary>
/// The numbers of <see cref="AlsOptions"/> that have a unit, from the size and density of the data. With U users, I artists, N cells with plays:
/// <code>
/// w₀ = √(N / UI)
/// s  = (√(N/U) + √(N/I)) / √((N/U + w₀I)(N/I + w₀U))      the largest singular value of noise of this size, weighted as the rows are
/// λ  = ridge · s
/// exponent = 0.3 where √(N / UI) is 0.05 or less, 0 from 0.1 on, in between on the line
/// h  = (mean nᵤ² / (N/U)²) (mean nᵢ² / (N/I)²)            how uneven listeners and artists are: 1 where each has as many plays as the others
/// ridge = 0.63 where h is 2.5 or less, 0.45 from 4 on, in between on the line
/// </code>
/// With ridges λ wᵤ and λ wᵢ a direction leaves zero if and only if its singular value, so weighted, is above λ (Bai, Yin 1993 for s). The best λ goes
/// from 0.001 to 0.19 between data sets, the best ridge from 0.26 to 0.8. Tags and other rows beside the users are not counted.
/// </summary>
internal static class AlsFromData
{
    /// <summary>
    /// The ridge of uneven data, as all real sets of plays are, and of even ones. Real taste goes by a power law: there is something to learn below
    /// the edge of noise too. Where no listener plays more and no artist is better known than others there is little but noise below it. Found by
    /// hand on twenty sets (docs/taste.md); no claim that it is optimal.
    /// </summary>
    private const float RidgeUneven = 0.45f, RidgeEven = 0.63f;

    private const double Uneven = 4, Even = 2.5;

    /// <summary>From here on factors shrink to nothing and the ranking is noise.</summary>
    public const float RidgeMax = 1.5f;

    /// <summary>λ of the classic objective, which has another unit: the best on Last.fm-2K with log confidence and α 2.</summary>
    public const float ClassicRegularization = 50;

    private const double ZeroWeightMin = 0.01, ZeroWeightMax = 1;

    /// <summary>
    /// Where most cells are zeros, those of well-known artists say more; where data are dense, all of them say enough. Found by hand on nine sets (docs/taste.md):
    /// beside 0.2 for all it is 0.004 to 0.007 NDCG@10 better on six with a root of 0.08 and more, and 0.0015 on Last.fm-2K; nowhere worse by more than 0.001.
    /// </summary>
    private const double TemperedBelow = 0.05, PlainFrom = 0.1, ExponentMax = 0.3;

    /// <summary>The same options with nothing left open.</summary>
    /// <param name="counts">What is trained on, users × artists; cells of 0 plays do not count.</param>
    public static AlsOptions ResolvedFor(this AlsOptions options, CsrMatrix counts) =>
        options.IsResolved() ? options : options.ResolvedFor(PlaysShape.Of(counts));

    public static AlsOptions ResolvedFor(this AlsOptions options, PlaysShape shape)
    {
        if (options.IsResolved() || shape.Cells == 0)
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

        double root = Math.Sqrt(shape.Density);
        float zeros = options.ZeroWeight ?? (float)Math.Clamp(root, ZeroWeightMin, ZeroWeightMax);
        double noise = Noise(shape.Users, shape.Artists, shape.Cells, zeros, options.RegularizationExponent);
        return options with
        {
            Regularization = options.Regularization ?? (float)((options.Ridge ?? Ridge(shape)) * noise),
            ZeroWeight = zeros,
            PopularityExponent = options.PopularityExponent ?? (float)(ExponentMax * Math.Clamp((PlainFrom - root) / (PlainFrom - TemperedBelow), 0, 1)),
            Ridge = null,
        };
    }

    /// <summary>The ridge where none is given.</summary>
    public static float Ridge(PlaysShape shape) =>
        (float)(RidgeUneven + ((RidgeEven - RidgeUneven) * Math.Clamp((Uneven - shape.Unevenness) / (Uneven - Even), 0, 1)));

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

/// <summary>What the defaults are made of. Cells of 0 plays do not count.</summary>
/// <param name="Unevenness">h: the mean square of a listener's number of artists over the square of its mean, times the same of artists.</param>
internal readonly record struct PlaysShape(int Users, int Artists, int Cells, double Unevenness)
{
    /// <summary>The share of cells with plays.</summary>
    public double Density => Cells / ((double)Users * Artists);

    public static PlaysShape Of(CsrMatrix counts)
    {
        int[] listeners = new int[counts.Columns];
        int cells = 0;
        double ofUsers = 0;
        for (int user = 0; user < counts.Rows; user++)
        {
            int played = 0;
            for (int k = 0; k < counts.RowLength(user); k++)
            {
                if (counts.RowValues(user)[k] <= 0)
                    continue;
                listeners[counts.RowIndices(user)[k]]++;
                played++;
            }

            cells += played;
            ofUsers += (double)played * played;
        }

        double ofArtists = 0;
        foreach (int n in listeners)
            ofArtists += (double)n * n;
        double squared = (double)Math.Max(1, cells) * Math.Max(1, cells);
        return new PlaysShape(counts.Rows, counts.Columns, cells, counts.Rows * ofUsers / squared * (counts.Columns * ofArtists / squared));
    }
}
