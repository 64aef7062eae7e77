using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>
/// One half of an iteration: all rows of X with Y fixed. Factors are defined up to a common rotation, so both are turned into the eigenbasis of
/// G = Σ zⱼyⱼyⱼ' first; there each row's system is  diagonal + Σ_S (c − shift) yy',  and neither a ridge nor a scale of one row's own costs anything.
/// Nothing is ever turned back.
/// </summary>
internal sealed class AlsHalfStep
{
    /// <summary>Rows of one piece of work: few enough to share out evenly, enough to keep their factors in L2.</summary>
    private const int PieceRows = 48;

    /// <summary>Interactions that end a piece early; pieces above it (one long row) go first, so that no thread is left with one at the end.</summary>
    private const int PieceInteractions = 6000;

    private readonly AlsSide _side;
    private readonly float _shift;
    private readonly Workers _workers;
    private readonly (int First, int End)[] _pieces;
    private readonly AlsExactSolver[] _exact;

    public AlsHalfStep(AlsSide side, float shift, int factors, Workers workers)
    {
        (_side, _shift, _workers) = (side, shift, workers);
        _pieces = Pieces(side.Confidence.Starts.Span);
        _exact = new AlsExactSolver[workers.Count];
        for (int w = 0; w < workers.Count; w++)
            _exact[w] = new AlsExactSolver(factors);
    }

    /// <summary>Turns X and Y and solves X.</summary>
    /// <param name="zeroWeight">z of the fixed side.</param>
    /// <returns>The eigenvalues of G, descending: the diagonal that belongs to Y as it is now.</returns>
    public double[] Solve(NativeMatrix x, NativeMatrix y, float[] zeroWeight, CancellationToken cancel)
    {
        double[] eigenvalues = Turn(x, y, zeroWeight, _workers, cancel);
        _workers.Run(_pieces.Length, (worker, piece) => SolveExactly(x, y, eigenvalues, worker, piece), cancel);
        return eigenvalues;
    }

    /// <summary>Turns both into the eigenbasis of Y's weighted Gramian.</summary>
    public static double[] Turn(NativeMatrix x, NativeMatrix y, float[] zeroWeight, Workers workers, CancellationToken cancel)
    {
        int f = y.Columns;
        double[] gramian = new double[f * f], eigenvalues = new double[f];
        DenseProducts.Gramian(y, zeroWeight, gramian, workers, cancel);
        SymmetricEigen.Decompose(gramian, f, eigenvalues);
        float[] q = new float[f * f];
        for (int k = 0; k < f; k++)
        {
            eigenvalues[k] = Math.Max(0, eigenvalues[k]); // A Gramian has none below zero but for rounding.
            for (int i = 0; i < f; i++)
                q[(i * f) + k] = (float)gramian[(k * f) + i];
        }

        DenseProducts.Rotate(y, q, workers, cancel);
        DenseProducts.Rotate(x, q, workers, cancel);
        return eigenvalues;
    }

    private void SolveExactly(NativeMatrix x, NativeMatrix y, double[] eigenvalues, int worker, int piece)
    {
        double[] d = new double[eigenvalues.Length];
        for (int u = _pieces[piece].First; u < _pieces[piece].End; u++)
        {
            for (int k = 0; k < d.Length; k++)
                d[k] = (_side.ZeroWeight[u] * eigenvalues[k]) + _side.Ridge[u];
            ReadOnlySpan<float> c = _side.Confidence.RowValues(u);
            float[] a = new float[c.Length];
            for (int j = 0; j < a.Length; j++)
                a[j] = c[j] - _shift;
            _exact[worker].Solve(y, _side.Confidence.RowIndices(u), a, c, d, x.Row(u));
        }
    }

    private static (int First, int End)[] Pieces(ReadOnlySpan<int> starts)
    {
        List<(int First, int End)> large = [], usual = [];
        for (int first = 0; first < starts.Length - 1;)
        {
            int end = first + 1;
            while (end < starts.Length - 1 && end - first < PieceRows && starts[end + 1] - starts[first] <= PieceInteractions)
                end++;
            (starts[end] - starts[first] > PieceInteractions ? large : usual).Add((first, end));
            first = end;
        }

        return [.. large, .. usual];
    }
}
