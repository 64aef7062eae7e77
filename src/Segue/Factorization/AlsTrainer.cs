using Segue.Interactions;
using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>
/// Alternating least squares for implicit feedback (Hu, Koren and Volinsky 2008; Rendle, Krichene, Zhang and Koren 2021, arXiv 2110.14037): with
/// one side's vectors fixed, the other side's are the solutions of independent small linear systems; so take turns. Our departures:
/// (1) zeros tempered by popularity and confidence by rank (<see cref="AlsOptions"/>); every objective is weights of one row solver (<see cref="AlsProblem"/>);
/// (2) the systems are solved in the eigenbasis of the Gramian (<see cref="AlsHalfStep"/>);
/// (3) the model is kept in a basis of its own: the eigenbasis of the artists' weighted Gramian, so that fold-in is the training's row solve.
/// </summary>
public static class AlsTrainer
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
        using AlsTraining training = new(counts, options, run.Start);
        List<double> losses = [], seconds = [];
        while (training.Iteration < options.Iterations)
        {
            long before = run.Time.GetTimestamp();
            training.Iterate(cancel);
            seconds.Add(run.Time.GetElapsedTime(before).TotalSeconds);
            if (run.TrackLoss)
                losses.Add(training.Loss(cancel));
            run.Progress?.Report(new AlsProgress(training.Iteration, options.Iterations, losses.Count > 0 ? losses[^1] : double.NaN, seconds[^1]));
        }

        int nonzeros = training.Nonzeros;
        AlsModel model = training.Finish(cancel);
        AlsReport report = new()
        {
            Users = counts.Rows,
            Artists = counts.Columns,
            Nonzeros = nonzeros,
            Losses = losses,
            SecondsPerIteration = seconds,
            Seconds = run.Time.GetElapsedTime(started).TotalSeconds,
        };
        return new AlsResult(model, report);
    }
}

/// <summary>A training between two iterations: the problem, the factors of both sides, and the machinery that moves them.</summary>
internal sealed class AlsTraining : IDisposable
{
    private readonly AlsOptions _options;
    private readonly AlsProblem _problem;
    private readonly Workers _workers;
    private readonly AlsHalfStep _users, _artists;
    private readonly NativeMatrix _x, _y;

    public AlsTraining(CsrMatrix counts, AlsOptions options, AlsStart? start)
    {
        _options = options;
        _problem = AlsProblem.Build(counts, options);
        if (Nonzeros == 0)
            throw new SegueException("there is nothing to learn from: no user has played any artist");
        _workers = new Workers(options.Threads);
        _x = Start(counts.Rows, options, start?.Users, stream: 0, "users");
        _y = Start(counts.Columns, options, start?.Artists, stream: 1, "artists");
        _users = new AlsHalfStep(_problem.Users, _problem.Shift, options.Factors, _workers);
        _artists = new AlsHalfStep(_problem.Artists, _problem.Shift, options.Factors, _workers);
    }

    /// <summary>How many iterations were done.</summary>
    public int Iteration { get; private set; }

    public int Nonzeros => _problem.Users.Confidence.Nonzeros;

    /// <summary>Users, then artists.</summary>
    public void Iterate(CancellationToken cancel)
    {
        _users.Solve(_x, _y, _problem.Artists.ZeroWeight, cancel);
        _artists.Solve(_y, _x, _problem.Users.ZeroWeight, cancel);
        Iteration++;
    }

    public double Loss(CancellationToken cancel) => AlsLoss.Of(_problem, _x, _y, _workers, cancel);

    /// <summary>The model of the factors as they are; the training is over after it.</summary>
    public AlsModel Finish(CancellationToken cancel)
    {
        double[] eigenvalues = _options.LastUserStep
            ? _users.Solve(_x, _y, _problem.Artists.ZeroWeight, cancel)
            : AlsHalfStep.Turn(_x, _y, _problem.Artists.ZeroWeight, _workers, cancel);
        int[] listeners = new int[_y.Rows];
        for (int i = 0; i < listeners.Length; i++)
            listeners[i] = _problem.Artists.Confidence.RowLength(i);
        return new AlsModel(_options, _x.IntoView(), _y.IntoView(), eigenvalues, listeners);
    }

    public void Dispose() => _workers.Dispose(); // The factors live on in the model.

    /// <summary>Small, so that the first scores are near 0, and no two directions alike: standard deviation 0.1 / √f.</summary>
    private static NativeMatrix Start(int rows, AlsOptions options, MatrixView? start, ulong stream, string what)
    {
        if (start is { } given)
        {
            if (given.Rows != rows || given.Columns != options.Factors)
                throw new SegueException($"the start factors of the {what} are {given.Rows} × {given.Columns}, but {rows} × {options.Factors} are needed");
            return NativeMatrix.CopyOf(given);
        }

        NativeMatrix random = new(rows, options.Factors);
        for (int r = 0; r < rows; r++)
            SeededNormal.Fill(random.Row(r), (ulong)options.Seed, ((ulong)r << 1) | stream, 0.1f / MathF.Sqrt(options.Factors));
        return random;
    }
}
