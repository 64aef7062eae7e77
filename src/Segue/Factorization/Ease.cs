using System.Numerics.Tensors;
using Segue.Interactions;
using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>
/// EASE^R, the linear model that predicts every artist from all others (Steck, WWW 2019): B minimizes |X − XB|² + λ|B|² with a diagonal of zeros,
/// which has the closed form B = I − P / diag(P) by columns, P = (XᵀX + λI)⁻¹. Our departure: P is artists × artists, far too large for music, but by
/// Woodbury
/// <code>P = (I − Xᵀ G X) / λ,   G = (X Xᵀ + λI)⁻¹</code>
/// and G is only users × users. A listener x (in the training or not) is scored by s = G (X x), then
/// <code>xP = (x − Xᵀ s) / λ,   score(j) = x_j − (xP)_j / P_jj</code>
/// so nothing larger than G is ever made. Training needs users² × 12 bytes (G in float64, then in float32 beside it) and users³ work, the model users² × 4.
/// </summary>
internal sealed class Ease : ITasteModel
{
    /// <summary>4.8 GB in training, of which the model keeps 1.6; beyond that, ALS is the model to take.</summary>
    public const int UsersMax = 20_000;

    /// <summary>λ in units of √(mean listeners of an artist): best or next to it on twelve sets, where the best λ goes from 100 to 1,600.</summary>
    private const double LambdaUnit = 70;

    private readonly CsrMatrix _users, _artists;
    private readonly float[] _inverse;
    private readonly float[] _diagonal;
    private readonly float _lambda;

    private Ease(CsrMatrix users, CsrMatrix artists, float[] inverse, float[] diagonal, float lambda) =>
        (_users, _artists, _inverse, _diagonal, _lambda) = (users, artists, inverse, diagonal, lambda);

    public string Name => "ease";

    public int ArtistCount => _users.Columns;

    /// <param name="plays">Users × artists; only whether there are plays counts.</param>
    /// <param name="lambda">λ; null for 70 √(plays' cells / artists), which is 144 on Last.fm-2K and 895 on MovieLens-1M.</param>
    /// <exception cref="SegueException">There are more than <see cref="UsersMax"/> users.</exception>
    public static Ease Train(CsrMatrix plays, float? lambda = null, int threads = 0, CancellationToken cancellation = default)
    {
        int n = plays.Rows;
        if (n > UsersMax)
            throw new SegueException($"ease needs a matrix of users × users, which for {n} users is too large (at most {UsersMax}); use als");
        CsrMatrix users = TasteModels.Played(plays), artists = users.Transpose();
        float ridge = lambda ?? (float)(LambdaUnit * Math.Sqrt((double)users.Nonzeros / users.Columns));
        double[] g = Overlaps(users, artists, ridge);
        SpdInverse.Invert(g, n, threads, cancellation);
        float[] inverse = new float[g.Length];
        TensorPrimitives.ConvertTruncating<double, float>(g, inverse);

        // P_jj = (1 − x_jᵀ G x_j) / λ with x_j the listeners of j.
        float[] diagonal = new float[plays.Columns];
        for (int j = 0; j < diagonal.Length; j++)
        {
            double sum = 0;
            foreach (int u in artists.RowIndices(j))
            {
                foreach (int v in artists.RowIndices(j))
                    sum += g[((long)u * n) + v];
            }

            diagonal[j] = (float)((1 - sum) / ridge);
        }

        return new Ease(users, artists, inverse, diagonal, ridge);
    }

    /// <inheritdoc/>
    public void Score(Profile profile, Span<float> scores)
    {
        TasteModels.Check(profile, ArtistCount);
        int n = _users.Rows;
        float[] overlap = new float[n], s = new float[n];
        scores.Clear();
        for (int k = 0; k < profile.Artists.Length; k++)
        {
            if (profile.Plays[k] <= 0)
                continue;
            scores[profile.Artists[k]] = 1;
            foreach (int user in _artists.RowIndices(profile.Artists[k]))
                overlap[user]++;
        }

        // s = G (X x): the sum of the columns of G (its rows, it is symmetric) for the users that share an artist.
        for (int user = 0; user < n; user++)
        {
            if (overlap[user] != 0)
                TensorPrimitives.MultiplyAdd(_inverse.AsSpan(user * n, n), overlap[user], s, s);
        }

        // x − (x − Xᵀ s) / (λ P_jj)
        Span<float> walked = new float[ArtistCount];
        for (int user = 0; user < n; user++)
        {
            foreach (int artist in _users.RowIndices(user))
                walked[artist] += s[user];
        }

        for (int j = 0; j < scores.Length; j++)
            scores[j] -= (scores[j] - walked[j]) / (_lambda * _diagonal[j]);
    }

    /// <summary>X Xᵀ + λI: how many artists two users share.</summary>
    private static double[] Overlaps(CsrMatrix users, CsrMatrix artists, float lambda)
    {
        int n = users.Rows;
        double[] g = new double[(long)n * n];
        for (int user = 0; user < n; user++)
        {
            Span<double> row = g.AsSpan(user * n, n);
            foreach (int artist in users.RowIndices(user))
            {
                foreach (int other in artists.RowIndices(artist))
                    row[other]++;
            }

            row[user] += lambda;
        }

        return g;
    }
}
