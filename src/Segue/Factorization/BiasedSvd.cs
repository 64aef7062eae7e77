using System.Numerics.Tensors;
using Segue.Interactions;
using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>Settings of <see cref="BiasedSvd"/>; the defaults give the lowest error on a validation part of Last.fm-2K.</summary>
internal sealed record BiasedSvdOptions
{
    public int Factors { get; init; } = 16;

    public int Epochs { get; init; } = 30;

    /// <summary>Step at the start; it falls to a tenth, evenly.</summary>
    public float Step { get; init; } = 0.02f;

    /// <summary>λ, for each observation.</summary>
    public float Regularization { get; init; } = 0.08f;

    public int Seed { get; init; } = 1;
}

/// <summary>
/// Matrix factorization as people use it for ratings (Koren, Bell, Volinsky, "Matrix factorization techniques for recommender systems", 2009; Funk
/// 2006):
/// log(1 + plays) ≈ μ + b_u + b_i + q_i · p_u over what was observed, by stochastic gradient descent. It foretells how often an artist is played
/// by somebody who plays it, which is not whether they would: its rankings are poor, and it is here to show that.
/// Our departure: listeners' sides are not kept; b_u and p_u of any listener are the ridge regression of their history on the artists' side.
/// </summary>
internal sealed class BiasedSvd : ITasteModel
{
    private readonly float _mean, _ridge;
    private readonly float[] _bias;
    private readonly MatrixView _factors;

    private BiasedSvd(float mean, float[] bias, MatrixView factors, float ridge) => (_mean, _bias, _factors, _ridge) = (mean, bias, factors, ridge);

    public string Name => "svd";

    public int ArtistCount => _bias.Length;

    /// <param name="plays">Users × artists.</param>
    public static BiasedSvd Train(CsrMatrix plays, BiasedSvdOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new BiasedSvdOptions();
        int f = options.Factors;
        float[] p = new float[plays.Rows * f], q = new float[plays.Columns * f], userBias = new float[plays.Rows], bias = new float[plays.Columns];
        SeededNormal.Fill(p, (ulong)options.Seed, 0, 0.1f);
        SeededNormal.Fill(q, (ulong)options.Seed, 1, 0.1f);
        int[] users = new int[plays.Nonzeros], order = new int[plays.Nonzeros];
        float[] ratings = new float[plays.Nonzeros];
        double sum = 0;
        for (int user = 0, k = 0; user < plays.Rows; user++)
        {
            foreach (float count in plays.RowValues(user))
            {
                (users[k], order[k], ratings[k]) = (user, k, MathF.Log(1 + count));
                sum += ratings[k++];
            }
        }

        float mean = (float)(sum / Math.Max(1, ratings.Length));
        Random random = new(options.Seed);
        ReadOnlySpan<int> artists = plays.Indices.Span;
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            cancellation.ThrowIfCancellationRequested();
            random.Shuffle(order);
            float step = options.Step * (1 - (0.9f * epoch / options.Epochs)), shrink = 1 - (step * options.Regularization);
            foreach (int k in order)
            {
                int user = users[k], artist = artists[k];
                Span<float> pu = p.AsSpan(user * f, f), qi = q.AsSpan(artist * f, f);
                float error = ratings[k] - mean - userBias[user] - bias[artist] - TensorPrimitives.Dot<float>(pu, qi);
                userBias[user] = (userBias[user] * shrink) + (step * error);
                bias[artist] = (bias[artist] * shrink) + (step * error);
                for (int c = 0; c < f; c++)
                    (pu[c], qi[c]) = ((pu[c] * shrink) + (step * error * qi[c]), (qi[c] * shrink) + (step * error * pu[c]));
            }
        }

        return new BiasedSvd(mean, bias, new MatrixView(q, plays.Columns, f), options.Regularization);
    }

    /// <summary>The log(1 + plays) that is expected of a listener for each artist.</summary>
    public void Score(Profile profile, Span<float> scores)
    {
        TasteModels.Check(profile, ArtistCount);
        (float userBias, float[] p) = FoldIn(profile);
        for (int i = 0; i < scores.Length; i++)
            scores[i] = _mean + userBias + _bias[i] + TensorPrimitives.Dot<float>(p, _factors.Row(i));
    }

    /// <summary>Root mean square and mean absolute error of log(1 + plays) over the test part, each listener folded in from the training
    /// part.</summary>
    public (double Rmse, double Mae) Error(CsrMatrix train, CsrMatrix test)
    {
        double squares = 0, absolute = 0;
        for (int user = 0; user < test.Rows; user++)
        {
            if (test.RowLength(user) == 0)
                continue;
            (float userBias, float[] p) = FoldIn(new Profile { Artists = train.RowIndices(user).ToArray(), Plays = train.RowValues(user).ToArray() });
            for (int k = 0; k < test.RowLength(user); k++)
            {
                int artist = test.RowIndices(user)[k];
                double error = Math.Log(1 + test.RowValues(user)[k]) - _mean - userBias - _bias[artist] - TensorPrimitives.Dot<float>(p, _factors.Row(artist));
                (squares, absolute) = (squares + (error * error), absolute + Math.Abs(error));
            }
        }

        int count = Math.Max(1, test.Nonzeros);
        return (Math.Sqrt(squares / count), absolute / count);
    }

    /// <summary>(b, p) minimizes Σ (r − μ − b_i − b − q_i·p)² + λn (b² + |p|²): a small linear system, the bias as one more factor that is always
    /// 1.</summary>
    private (float Bias, float[] P) FoldIn(Profile profile)
    {
        int f = _factors.Columns, size = f + 1, n = profile.Artists.Length;
        if (n == 0)
            return (0, new float[f]);
        double[] a = new double[size * size], x = new double[size], row = new double[size];
        for (int i = 0; i < size; i++)
            a[(i * size) + i] = _ridge * n;
        for (int k = 0; k < n; k++)
        {
            row[0] = 1;
            TensorPrimitives.ConvertTruncating<float, double>(_factors.Row(profile.Artists[k]), row.AsSpan(1));
            double rest = Math.Log(1 + profile.Plays[k]) - _mean - _bias[profile.Artists[k]];
            for (int i = 0; i < size; i++)
            {
                x[i] += row[i] * rest;
                for (int j = 0; j <= i; j++)
                    a[(i * size) + j] += row[i] * row[j];
            }
        }

        if (!Cholesky.Factorize(a, size))
            throw new SegueException("a listener's equations cannot be solved: the regularization must be above 0");
        Cholesky.Solve(a, size, x);
        float[] p = new float[f];
        for (int c = 0; c < f; c++)
            p[c] = (float)x[c + 1];
        return ((float)x[0], p);
    }
}
