using Segue.Interactions;
using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>
/// Alternating least squares for implicit feedback (Hu, Koren and Volinsky 2008; Rendle, Krichene, Zhang and Koren 2021, arXiv 2110.14037): with
/// one side's vectors fixed, the other side's are the solutions of independent small linear systems; so take turns. Our departures:
/// (1) zeros tempered by popularity and confidence by rank (<see cref="AlsOptions"/>); every objective is weights of one row solver (<see
/// cref="AlsProblem"/>); (2) the systems are solved in the eigenbasis of the Gramian (<see cref="AlsHalfStep"/>); (3) the model is kept in a basis of
/// its own: the eigenbasis of the artists' weighted Gramian, so that fold-in is the training's row solve.
/// </summary>
internal static class AlsTrainer
{
    /// <param name="plays">Users × artists.</param>
    public static AlsResult Train(Plays plays, AlsOptions options, AlsRun? run = null, CancellationToken cancel = default) =>
        Train(plays.Counts, options, run, cancel);

    /// <param name="counts">Plays, users × artists; cells of 0 plays count as not observed.</param>
    /// <exception cref="SegueException">An option is out of range, or there is nothing to learn from.</exception>
    /// <exception cref="OperationCanceledException">Canceled between two pieces of work.</exception>
    public static AlsResult Train(CsrMatrix counts, AlsOptions options, AlsRun? run = null, CancellationToken cancel = default)
    {
        options.Validate();
        run ??= new AlsRun();
        long started = run.Time.GetTimestamp();
        using AlsTraining training = new(counts, options, run.Start, side: run.Side);
        AlsCourse course = new(training, options, run);
        while (training.Iteration < options.Iterations && !course.IsStalled)
            course.Iterate(cancel);
        course.TakeBest();

        int nonzeros = training.Nonzeros;
        AlsModel model = training.Finish(cancel);
        AlsReport report = new()
        {
            Users = counts.Rows,
            Artists = counts.Columns,
            Nonzeros = nonzeros,
            Losses = course.Losses,
            Validations = course.Validations,
            BestIteration = course.BestIteration,
            SecondsPerIteration = course.Seconds,
            Seconds = run.Time.GetElapsedTime(started).TotalSeconds,
        };
        return new AlsResult(model, report);
    }

    /// <summary>
    /// Adds users and artists to a model without training all of it again (partial fit): new rows are solved against what the model has, to the end,
    /// users and artists in turn. What the model has keeps its vectors, up to the turn into the new basis that all of them make: their
    /// products are the same but for rounding.
    /// </summary>
    /// <param name="counts">All plays: the first rows and columns are the model's users and artists, in its order; new ones follow.</param>
    /// <param name="side">Rows beside the users, when the model was trained with such; about all artists.</param>
    /// <param name="rounds">Two let new artists and new users who know each other settle; more bring little.</param>
    /// <exception cref="SegueException">The plays are smaller than the model, or a count is out of range.</exception>
    public static AlsModel Extend(
        AlsModel model, CsrMatrix counts, AlsSideRows? side = null, int rounds = 2, int threads = 0, CancellationToken cancel = default)
    {
        if (counts.Rows < model.UserCount || counts.Columns < model.ArtistCount)
            throw new SegueException($"the plays are {counts.Rows} × {counts.Columns}, but the model has {model.UserCount} users and {model.ArtistCount} artists");
        AlsStart start = new(WithZeroRows(model.UserFactors, counts.Rows), WithZeroRows(model.ArtistFactors, counts.Columns));
        using AlsTraining training = new(counts, model.Options with { Threads = threads }, start, model.UserCount, model.ArtistCount, side);
        for (int round = 0; round < rounds; round++)
            training.SolveNew(cancel);
        return training.Finish(cancel);
    }

    private static MatrixView WithZeroRows(MatrixView factors, int rows)
    {
        float[] longer = new float[rows * factors.Columns];
        factors.Values.CopyTo(longer);
        return new MatrixView(longer, rows, factors.Columns);
    }
}

/// <summary>The course of one training: iterations with what is told, kept and decided after each.</summary>
internal sealed class AlsCourse
{
    private readonly AlsTraining _training;
    private readonly AlsOptions _options;
    private readonly AlsRun _run;
    private readonly AlsValidation? _validation;
    private MatrixView _bestUsers, _bestArtists;

    public AlsCourse(AlsTraining training, AlsOptions options, AlsRun run)
    {
        (_training, _options, _run) = (training, options, run);
        _validation = run.HeldOut is { } heldOut ? new AlsValidation(training, heldOut) : null;
        if (run.Resume is not { } from)
            return;
        if (from.VectorWidth != VectorWidth.Name)
        {
            throw new SegueException($"the checkpoint was made with {from.VectorWidth} vectors, but this machine computes with {VectorWidth.Name}, "
                + "and going on would give bytes that neither gives alone; resume on a machine like the first, or start anew");
        }

        if (from.ProblemKey != training.ProblemKey)
            throw new SegueException("the checkpoint is of other plays or other options; resume with those it was made with, or start anew");
        if (from.Iteration > options.Iterations || (_validation is not null && from.Validations.Count != from.Iteration))
            throw new SegueException($"the checkpoint is at iteration {from.Iteration} and does not fit {options.Iterations} iterations with this held-out part");
        training.Restore(from);
        (_bestUsers, _bestArtists) = (from.BestUsers, from.BestArtists);
        Losses.AddRange(from.Losses);
        Validations.AddRange(_validation is null ? [] : from.Validations);
    }

    public List<double> Losses { get; } = [];

    public List<double> Validations { get; } = [];

    public List<double> Seconds { get; } = [];

    public int BestIteration => Validations.Count == 0 ? _training.Iteration : Validations.IndexOf(Validations.Max()) + 1;

    public bool IsStalled => Validations.Count > 0 && _training.Iteration - BestIteration >= _run.Patience;

    public void Iterate(CancellationToken cancel)
    {
        long before = _run.Time.GetTimestamp();
        _training.Iterate(cancel);
        Seconds.Add(_run.Time.GetElapsedTime(before).TotalSeconds);
        double loss = double.NaN, validation = double.NaN;
        if (_run.TrackLoss)
            Losses.Add(loss = _training.Loss(cancel));
        if (_validation is not null)
        {
            Validations.Add(validation = _validation.Compute(cancel));
            if (BestIteration == _training.Iteration)
                (_bestUsers, _bestArtists) = (_training.X.Copy(), _training.Y.Copy());
        }

        _run.Progress?.Report(new AlsProgress(_training.Iteration, _options.Iterations, loss, Seconds[^1], validation));
        _run.Checkpoint?.Invoke(State);
    }

    private AlsCheckpoint State() => new(
        _training.ProblemKey,
        VectorWidth.Name,
        _training.Iteration,
        _training.X.Copy(),
        _training.Y.Copy(),
        [.. Losses],
        [.. Validations],
        _bestUsers,
        _bestArtists);

    /// <summary>Puts the factors of the best iteration back, where that is not the last.</summary>
    public void TakeBest()
    {
        if (_validation is not null && BestIteration != _training.Iteration)
            _training.Restore(_bestUsers, _bestArtists);
    }
}
