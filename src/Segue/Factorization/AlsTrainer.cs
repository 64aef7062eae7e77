using Segue.Interactions;

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
