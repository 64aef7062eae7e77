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
    private readonly AlignedMatrix _x, _y;
    private AlsLoss? _loss;

    /// <param name="keptUsers">The first users keep their vectors: <see cref="AlsTrainer.Extend"/>.</param>
    /// <param name="keptArtists">And the first artists theirs.</param>
    public AlsTraining(CsrMatrix counts, AlsOptions options, AlsStart? start, int keptUsers = 0, int keptArtists = 0, AlsSideRows? side = null)
    {
        (UserCount, _problem) = (counts.Rows, AlsProblem.Build(counts, options, side));
        _options = _problem.Options;
        if (Nonzeros == 0)
            throw new SegueException("there is nothing to learn from: no user has played any artist");
        _x = Start(_problem.Users.Count, counts.Rows, options, start?.Users, stream: 0, "users");
        _y = Start(counts.Columns, counts.Columns, options, start?.Artists, stream: 1, "artists");
        int longest = Math.Max(Longest(_problem.Users.Confidence), Longest(_problem.Artists.Confidence));
        _shop = new AlsWorkshop(Math.Max(_x.Rows, _y.Rows), longest, options.Factors, options.Threads);
        _users = new AlsHalfStep(_problem.Users, _problem.Artists.ZeroWeight, _problem.Shift, _x, _y, _shop, keptUsers);
        _artists = new AlsHalfStep(_problem.Artists, _problem.Users.ZeroWeight, _problem.Shift, _y, _x, _shop, keptArtists);
    }

    /// <summary>How many iterations were done.</summary>
    public int Iteration { get; private set; }

    /// <summary>What the training is about, in a number: a checkpoint belongs to one problem. Iterations and threads are not part of it.</summary>
    public string ProblemKey => _problem.Key;

    /// <summary>Rows of <see cref="X"/> that are users; side rows follow.</summary>
    public int UserCount { get; }

    public AlignedMatrix X => _x;

    public AlignedMatrix Y => _y;

    public AlsWorkshop Shop => _shop;

    public AlsProblem Problem => _problem;

    public AlsPhases Phases => _shop.Phases;

    /// <summary>Cells of users; side rows have their own.</summary>
    public int Nonzeros => _problem.Users.Confidence.Starts.Span[UserCount];

    /// <summary>
    /// Users, then artists. Beyond 256 factors by blocks, but for the users of the second iteration: by then there is something to see, and one look
    /// at the whole sorts strong directions into the first blocks and leaves blocks with little pull on each other (loss 5% lower from there on).
    /// </summary>
    public void Iterate(CancellationToken cancel)
    {
        Iteration++;
        foreach (AlsHalfStep side in (ReadOnlySpan<AlsHalfStep>)[_users, _artists])
        {
            if (_options.Solver == AlsSolver.Cholesky)
                side.Solve(cancel);
            else
                side.Approach(AlsEffort.InIteration(Iteration), whole: Iteration == 2 && side == _users, cancel);
        }
    }

    public void Restore(AlsCheckpoint checkpoint)
    {
        Restore(checkpoint.Users, checkpoint.Artists);
        Iteration = checkpoint.Iteration;
    }

    public void Restore(MatrixView users, MatrixView artists)
    {
        if (users.Rows != _x.Rows || artists.Rows != _y.Rows || users.Columns != _x.Columns || artists.Columns != _y.Columns)
            throw new SegueException("the checkpoint's factors have another shape than this training's");
        _x.Load(users);
        _y.Load(artists);
    }

    /// <summary>Solves the rows that are not kept, both sides, to convergence.</summary>
    public void SolveNew(CancellationToken cancel)
    {
        _users.Converge(cancel);
        _artists.Converge(cancel);
    }

    /// <summary>Solves the users to the end against the artists as they are: each has the vector that fold-in gives.</summary>
    public void SolveUsers(CancellationToken cancel)
    {
        if (_options.Solver == AlsSolver.Cholesky)
            _users.Solve(cancel);
        else
            _users.Converge(cancel);
    }

    public double Loss(CancellationToken cancel) => (_loss ??= new AlsLoss(_problem, _x, _y, _shop)).Compute(cancel);

    /// <summary>The model of the factors as they are; the training is over after it.</summary>
    public AlsModel Finish(CancellationToken cancel)
    {
        if (_options.LastUserStep)
            SolveUsers(cancel);
        else
            _users.Turn(cancel);
        int[] listeners = new int[_y.Rows];
        for (int i = 0; i < listeners.Length; i++)
            listeners[i] = UsersAmong(_problem.Artists.Confidence.RowIndices(i));
        return new AlsModel(_options, Users(), _y.IntoView(), _shop.Whole.Value.Eigenvalues, listeners, _problem.Scale);
    }

    /// <summary>The users' vectors, without those of side rows.</summary>
    private MatrixView Users()
    {
        MatrixView all = _x.IntoView();
        return new MatrixView(all.Memory[..(UserCount * all.Columns)], UserCount, all.Columns);
    }

    /// <summary>How many of these ascending rows are users.</summary>
    private int UsersAmong(ReadOnlySpan<int> rows)
    {
        int side = rows.BinarySearch(UserCount);
        return side < 0 ? ~side : side;
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

    /// <summary>Small, so that the first scores are near 0, and no two directions alike: standard deviation 0.1 / √f. Side rows always start
    /// so.</summary>
    private static AlignedMatrix Start(int rows, int wanted, AlsOptions options, MatrixView? start, ulong stream, string what)
    {
        if (start is { } given && (given.Rows != wanted || given.Columns != options.Factors))
            throw new SegueException($"the start factors of the {what} are {given.Rows} × {given.Columns}, but {wanted} × {options.Factors} are needed");
        AlignedMatrix factors = new(rows, options.Factors);
        for (int r = 0; r < rows; r++)
        {
            if (start is { } old && r < wanted)
                old.Row(r).CopyTo(factors.Row(r));
            else
                AlsStart.Random(factors.Row(r), r, options.Seed, stream);
        }

        return factors;
    }
}
