using System.Numerics.Tensors;
using Segue.Interactions;
using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>Settings of <see cref="Bpr"/>; found by hand on a validation part of Last.fm-2K.</summary>
internal sealed record BprOptions
{
    public int Factors { get; init; } = 64;

    /// <summary>Passes over as many draws as there are interactions.</summary>
    public int Epochs { get; init; } = 60;

    public float Step { get; init; } = 0.05f;

    public float Regularization { get; init; } = 0.01f;

    public int Seed { get; init; } = 1;
}

/// <summary>
/// Bayesian personalized ranking (Rendle, Freudenthaler, Gantner, Schmidt-Thieme, UAI 2009): for a listener u, an artist i they know and one j they
/// do not, maximize ln σ(s_ui − s_uj), s_ui = b_i + x_u·y_i, by stochastic gradient steps over random triples. One thread, since the order of steps
/// is part of the result. Our departure: listeners' vectors are not kept; any listener's is found by the same steps with the artists' side fixed.
/// </summary>
internal sealed class Bpr : ITasteModel
{
    private readonly BprOptions _options;
    private readonly float[] _bias, _factors;

    private Bpr(BprOptions options, float[] bias, float[] factors) => (_options, _bias, _factors) = (options, bias, factors);

    public string Name => "bpr";

    public int ArtistCount => _bias.Length;

    /// <param name="plays">Users × artists; only whether there are plays counts.</param>
    public static Bpr Train(CsrMatrix plays, BprOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new BprOptions();
        plays = TasteModels.Played(plays);
        int f = options.Factors;
        float[] x = new float[plays.Rows * f], y = new float[plays.Columns * f], bias = new float[plays.Columns];
        SeededNormal.Fill(x, (ulong)options.Seed, 0, 0.1f);
        SeededNormal.Fill(y, (ulong)options.Seed, 1, 0.1f);
        int[] users = new int[plays.Nonzeros];
        for (int user = 0, k = 0; user < plays.Rows; user++)
        {
            for (int n = 0; n < plays.RowLength(user); n++)
                users[k++] = user;
        }

        Random random = new(options.Seed);
        ReadOnlySpan<int> artists = plays.Indices.Span;
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int draw = 0; draw < users.Length; draw++)
            {
                int k = random.Next(users.Length), user = users[k], liked = artists[k], other = random.Next(plays.Columns);
                if (plays.RowIndices(user).BinarySearch(other) < 0)
                    Step(options, x.AsSpan(user * f, f), y, bias, liked, other, moveArtists: true);
            }
        }

        return new Bpr(options, bias, y);
    }

    /// <inheritdoc/>
    public void Score(Profile profile, Span<float> scores)
    {
        TasteModels.Check(profile, ArtistCount);
        int f = _options.Factors;
        float[] x = FoldIn(profile);
        for (int i = 0; i < scores.Length; i++)
            scores[i] = _bias[i] + TensorPrimitives.Dot<float>(x, _factors.AsSpan(i * f, f));
    }

    private float[] FoldIn(Profile profile)
    {
        float[] x = new float[_options.Factors];
        int[] liked = [.. profile.Artists.Where((_, k) => profile.Plays[k] > 0)];
        if (liked.Length == 0)
            return x;
        Random random = new(_options.Seed);
        for (int draw = 0; draw < liked.Length * _options.Epochs; draw++)
        {
            int artist = liked[draw % liked.Length], other = random.Next(ArtistCount);
            if (Array.BinarySearch(liked, other) < 0)
                Step(_options, x, _factors, _bias, artist, other, moveArtists: false);
        }

        return x;
    }

    /// <summary>One step up the gradient of ln σ(s_ui − s_uj) − λ/2 (|x|² + |y_i|² + |y_j|² + b_i² + b_j²).</summary>
    private static void Step(BprOptions options, Span<float> x, float[] y, float[] bias, int liked, int other, bool moveArtists)
    {
        int f = x.Length;
        Span<float> yi = y.AsSpan(liked * f, f), yj = y.AsSpan(other * f, f);
        float margin = bias[liked] - bias[other] + TensorPrimitives.Dot<float>(x, yi) - TensorPrimitives.Dot<float>(x, yj);
        float pull = options.Step / (1 + MathF.Exp(margin)), keep = 1 - (options.Step * options.Regularization);
        if (!moveArtists)
        {
            for (int c = 0; c < f; c++)
                x[c] = (x[c] * keep) + (pull * (yi[c] - yj[c]));
            return;
        }

        for (int c = 0; c < f; c++)
        {
            (float user, float i, float j) = (x[c], yi[c], yj[c]);
            (x[c], yi[c], yj[c]) = ((user * keep) + (pull * (i - j)), (i * keep) + (pull * user), (j * keep) - (pull * user));
        }

        bias[liked] = (bias[liked] * keep) + pull;
        bias[other] = (bias[other] * keep) - pull;
    }
}
