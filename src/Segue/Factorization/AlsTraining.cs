using Segue.Interactions;
using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>A training between two iterations: the problem, the factors of both sides, and the machinery that moves them.</summary>
internal sealed class AlsTraining : IDisposable
{
    private readonly AlsOptions _options;
    private readonly AlsProblem _problem;
    private readonly AlsWorkshop _shop;
    private readonly AlsHalfStep _users, _artists;
    private readonly NativeMatrix _x, _y;
    private AlsLoss? _loss;

    public AlsTraining(CsrMatrix counts, AlsOptions options, AlsStart? start)
    {
        _options = options;
        _problem = AlsProblem.Build(counts, options);
        if (Nonzeros == 0)
            throw new SegueException("there is nothing to learn from: no user has played any artist");
        _x = Start(counts.Rows, options, start?.Users, stream: 0, "users");
        _y = Start(counts.Columns, options, start?.Artists, stream: 1, "artists");
        int longest = Math.Max(Longest(_problem.Users.Confidence), Longest(_problem.Artists.Confidence));
        _shop = new AlsWorkshop(Math.Max(_x.Rows, _y.Rows), longest, options.Factors, options.Threads);
        _users = new AlsHalfStep(_problem.Users, _problem.Artists.ZeroWeight, _problem.Shift, _x, _y, _shop);
        _artists = new AlsHalfStep(_problem.Artists, _problem.Users.ZeroWeight, _problem.Shift, _y, _x, _shop);
    }

    /// <summary>How many iterations were done.</summary>
    public int Iteration { get; private set; }

    public AlsPhases Phases => _shop.Phases;

    public int Nonzeros => _problem.Users.Confidence.Nonzeros;

    /// <summary>Users, then artists.</summary>
    public void Iterate(CancellationToken cancel)
    {
        Iteration++;
        foreach (AlsHalfStep side in (ReadOnlySpan<AlsHalfStep>)[_users, _artists])
        {
            if (_options.Solver == AlsSolver.Cholesky)
                side.Solve(cancel);
            else
                side.Approach(AlsEffort.InIteration(Iteration), cancel);
        }
    }

    public double Loss(CancellationToken cancel) => (_loss ??= new AlsLoss(_problem, _x, _y, _shop)).Compute(cancel);

    /// <summary>The model of the factors as they are; the training is over after it.</summary>
    public AlsModel Finish(CancellationToken cancel)
    {
        if (!_options.LastUserStep)
            _users.Turn(cancel);
        else if (_options.Solver == AlsSolver.Cholesky)
            _users.Solve(cancel);
        else
            _users.Converge(cancel);
        int[] listeners = new int[_y.Rows];
        for (int i = 0; i < listeners.Length; i++)
            listeners[i] = _problem.Artists.Confidence.RowLength(i);
        return new AlsModel(_options, _x.IntoView(), _y.IntoView(), _shop.Eigenvalues, listeners);
    }

    /// <summary>Lets go of threads and buffers; the factors live on in the model.</summary>
    public void Dispose()
    {
        _users.Dispose();
        _artists.Dispose();
        _shop.Dispose();
    }

    private static int Longest(CsrMatrix matrix)
    {
        int longest = 0;
        for (int r = 0; r < matrix.Rows; r++)
            longest = Math.Max(longest, matrix.RowLength(r));
        return longest;
    }

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
