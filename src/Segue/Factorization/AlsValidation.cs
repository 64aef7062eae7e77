using System.Numerics.Tensors;
using Segue.Interactions;
using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>
/// NDCG@10 on held-out cells, for stopping early: binary relevance, every artist the user has not heard in the training ranked, the ideal is
/// min(10, held-out). At most 2,000 users, evenly spread: enough for ±0.005, and cheap beside an iteration. The user's vector is the one the
/// iteration left.
/// </summary>
internal sealed class AlsValidation
{
    private const int UsersMax = 2000, Cutoff = 10;

    private readonly AlsTraining _training;
    private readonly CsrMatrix _heldOut;
    private readonly int[] _users;
    private readonly double[] _ndcg;
    private readonly float[][] _scores;

    public AlsValidation(AlsTraining training, CsrMatrix heldOut)
    {
        if (heldOut.Rows != training.UserCount || heldOut.Columns != training.Y.Rows)
            throw new SegueException($"the held-out part is {heldOut.Rows} × {heldOut.Columns}, but the plays are {training.UserCount} × {training.Y.Rows}");
        int[] users = [.. Enumerable.Range(0, heldOut.Rows).Where(u => heldOut.RowLength(u) > 0)];
        if (users.Length == 0)
            throw new SegueException("the held-out part is empty; hold out more, or train without it");
        int count = Math.Min(UsersMax, users.Length);
        _users = [.. Enumerable.Range(0, count).Select(k => users[(int)((long)k * users.Length / count)])];
        (_training, _heldOut, _ndcg) = (training, heldOut, new double[count]);
        _scores = new float[training.Shop.Workers.Count][];
        for (int w = 0; w < _scores.Length; w++)
            _scores[w] = new float[training.Y.Rows];
    }

    /// <summary>How many users are asked.</summary>
    public int UserCount => _users.Length;

    public double Compute(CancellationToken cancel)
    {
        _training.Shop.Workers.Run(_users.Length, (worker, k) => _ndcg[k] = Of(_users[k], _scores[worker]), cancel);
        return TensorPrimitives.Average<double>(_ndcg);
    }

    private double Of(int user, float[] scores)
    {
        for (int i = 0; i < scores.Length; i++)
            scores[i] = TensorPrimitives.Dot<float>(_training.X.Row(user), _training.Y.Row(i));
        foreach (int heard in _training.Problem.Users.Confidence.RowIndices(user))
            scores[heard] = float.NegativeInfinity;
        ReadOnlySpan<int> wanted = _heldOut.RowIndices(user);
        int[] top = Largest.Indices(scores, Cutoff);
        double gain = 0, ideal = 0;
        for (int k = 0; k < Math.Min(Cutoff, Math.Max(top.Length, wanted.Length)); k++)
        {
            gain += k < top.Length && wanted.BinarySearch(top[k]) >= 0 ? 1 / Math.Log2(k + 2) : 0;
            ideal += k < wanted.Length ? 1 / Math.Log2(k + 2) : 0;
        }

        return gain / ideal;
    }
}
