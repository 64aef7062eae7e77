using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>What was done so far: told after every iteration.</summary>
/// <param name="Iteration">1-based; the last user step, if there is one, counts as one more than <paramref name="Iterations"/>.</param>
/// <param name="Loss">The loss over the weights of all cells, or NaN when it is not tracked.</param>
/// <param name="Seconds">Spent on this iteration, the loss not counted.</param>
public readonly record struct AlsProgress(int Iteration, int Iterations, double Loss, double Seconds);

/// <summary>Factors to start from: users × factors and artists × factors.</summary>
public sealed record AlsStart(MatrixView Users, MatrixView Artists);

/// <summary>How a training is run: nothing in here changes the model of a run that ends, except where it starts.</summary>
public sealed record AlsRun
{
    public IProgress<AlsProgress>? Progress { get; init; }

    /// <summary>Where to start; random factors from the seed when null.</summary>
    public AlsStart? Start { get; init; }

    /// <summary>Compute the loss after each iteration: one more pass over the plays, about a tenth of an iteration's time.</summary>
    public bool TrackLoss { get; init; } = true;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>How a training went. It stands beside the model and not in it, because the same data, options and seed give the same model bytes.</summary>
public sealed record AlsReport
{
    public required int Users { get; init; }

    public required int Artists { get; init; }

    /// <summary>Cells with plays.</summary>
    public required int Nonzeros { get; init; }

    /// <summary>The loss after each iteration, divided by the weights of all cells; empty when it was not tracked.</summary>
    public required IReadOnlyList<double> Losses { get; init; }

    public required IReadOnlyList<double> SecondsPerIteration { get; init; }

    /// <summary>Everything, from confidences to the model.</summary>
    public required double Seconds { get; init; }
}

/// <summary>A trained model and how it came about.</summary>
public sealed record AlsResult(AlsModel Model, AlsReport Report);
