using Segue.Interactions;
using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>What was done so far: told after every iteration.</summary>
/// <param name="Iteration">1-based.</param>
/// <param name="Loss">The loss over the weights of all cells, or NaN when it is not tracked.</param>
/// <param name="Seconds">Spent on this iteration, loss and validation not counted.</param>
/// <param name="Validation">NDCG@10 on the held-out part, or NaN when there is none.</param>
internal readonly record struct AlsProgress(int Iteration, int Iterations, double Loss, double Seconds, double Validation);

/// <summary>Factors to start from: users × factors and artists × factors.</summary>
internal sealed record AlsStart(MatrixView Users, MatrixView Artists)
{
    /// <summary>A warm start from an earlier model, for data in which rows may stand elsewhere, be new, or be gone.</summary>
    /// <param name="oldUsers">For each user of the new data the model's index, or -1 for a new one, who starts at random.</param>
    /// <param name="oldArtists">The same for artists.</param>
    public static AlsStart From(AlsModel model, ReadOnlySpan<int> oldUsers, ReadOnlySpan<int> oldArtists, int seed = 1) =>
        new(Pick(model.UserFactors, oldUsers, seed, 0), Pick(model.ArtistFactors, oldArtists, seed, 1));

    internal static void Random(Span<float> row, int index, int seed, ulong side) =>
        SeededNormal.Fill(row, (ulong)seed, ((ulong)index << 1) | side, 0.1f / MathF.Sqrt(row.Length));

    private static MatrixView Pick(MatrixView old, ReadOnlySpan<int> rows, int seed, ulong side)
    {
        int f = old.Columns;
        float[] picked = new float[rows.Length * f];
        for (int r = 0; r < rows.Length; r++)
        {
            Span<float> to = picked.AsSpan(r * f, f);
            if (rows[r] >= old.Rows)
                throw new SegueException($"a warm start wants row {rows[r]} of a model that has {old.Rows}");
            if (rows[r] >= 0)
                old.Row(rows[r]).CopyTo(to);
            else
                Random(to, r, seed, side);
        }

        return new MatrixView(picked, rows.Length, f);
    }
}

/// <summary>A training between two iterations. Going on from it gives the same bytes as never having stopped.</summary>
/// <param name="ProblemKey">Fingerprint of plays and options; a run refuses a checkpoint of another problem.</param>
/// <param name="VectorWidth">How wide the machine computes that made it, e.g. "AVX2"; a run on another width refuses it.</param>
/// <param name="Iteration">How many iterations were done.</param>
/// <param name="BestUsers">With a held-out part: the factors of the best iteration so far, in place of these where that is another; else
/// empty.</param>
internal sealed record AlsCheckpoint(
    string ProblemKey,
    string VectorWidth,
    int Iteration,
    MatrixView Users,
    MatrixView Artists,
    IReadOnlyList<double> Losses,
    IReadOnlyList<double> Validations,
    MatrixView BestUsers,
    MatrixView BestArtists);

/// <summary>How a training is run: nothing in here changes the model of a run that ends, except where it starts and whether it stops early.</summary>
internal sealed record AlsRun
{
    public IProgress<AlsProgress>? Progress { get; init; }

    /// <summary>Where to start; random factors from the seed when null.</summary>
    public AlsStart? Start { get; init; }

    /// <summary>Rows that train beside the users, e.g. tags of artists.</summary>
    public AlsSideRows? Side { get; init; }

    /// <summary>Compute the loss after each iteration: one more pass over the plays, about a tenth of an iteration's time.</summary>
    public bool TrackLoss { get; init; } = true;

    /// <summary>Cells kept out of the training, users × artists: stop when NDCG@10 on them rises no more, and take the best iteration's
    /// factors.</summary>
    public CsrMatrix? HeldOut { get; init; }

    /// <summary>Iterations without a better NDCG@10 before the training stops.</summary>
    public int Patience { get; init; } = 3;

    /// <summary>
    /// Called after each iteration with a way to take the state, e.g. to save it with <c>AlsFiles.SaveCheckpoint</c>. Taking it copies all factors
    /// and, the first time, hashes all plays; who does not take it pays for neither. It must be taken before the call returns.
    /// </summary>
    public Action<Func<AlsCheckpoint>>? Checkpoint { get; init; }

    /// <summary>Go on from here.</summary>
    public AlsCheckpoint? Resume { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>How a training went. It stands beside the model and not in it, because the same data, options and seed give the same model
/// bytes.</summary>
internal sealed record AlsReport
{
    public required int Users { get; init; }

    public required int Artists { get; init; }

    /// <summary>Cells with plays.</summary>
    public required int Nonzeros { get; init; }

    /// <summary>The loss after each iteration, divided by the weights of all cells; empty when it was not tracked.</summary>
    public required IReadOnlyList<double> Losses { get; init; }

    /// <summary>NDCG@10 on the held-out part after each iteration; empty when there is none.</summary>
    public required IReadOnlyList<double> Validations { get; init; }

    /// <summary>The iteration whose factors the model has, 1-based.</summary>
    public required int BestIteration { get; init; }

    /// <summary>Of the iterations of this run; a resumed one has fewer than losses.</summary>
    public required IReadOnlyList<double> SecondsPerIteration { get; init; }

    /// <summary>Everything, from confidences to the model.</summary>
    public required double Seconds { get; init; }

    /// <summary>
    /// How wide the machine computes that made the model: "AVX-512", "AVX2", "SSE", "NEON" or "software". Other widths give other last bits.
    /// </summary>
    public string VectorWidth { get; init; } = Numerics.VectorWidth.Name;
}

/// <summary>A trained model and how it came about.</summary>
internal sealed record AlsResult(AlsModel Model, AlsReport Report);
