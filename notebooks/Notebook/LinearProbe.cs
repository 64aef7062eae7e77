using System.Numerics.Tensors;
using Segue.Numerics;

namespace Segue.Notebooks;

/// <summary>
/// How much of a quantity can be read off vectors by a line (Alain, Bengio 2016): ridge regression on four fifths of the rows, R² on the fifth that
/// it has not seen. 1 is all of it; 0 is no better than the mean; below 0 worse.
/// </summary>
internal sealed class LinearProbe
{
    /// <summary>Share of the mean diagonal: a few thousand songs and some hundred dimensions need it, or tempo is learned by heart.</summary>
    private const double Ridge = 0.1;

    private readonly MatrixView _vectors;
    private readonly double[] _mean, _factor;
    private readonly int _size;

    /// <param name="vectors">Rows × dimensions, at least five rows.</param>
    public LinearProbe(MatrixView vectors)
    {
        (_vectors, _size) = (vectors, vectors.Columns);
        int[] learned = [.. Enumerable.Range(0, vectors.Rows).Where(IsLearned)];
        _mean = new double[_size];
        _factor = new double[_size * _size];
        double[] row = new double[_size], mean = new double[_size];
        foreach (int r in learned)
        {
            Fill(r, row);
            TensorPrimitives.Add<double>(mean, row, mean);
        }

        TensorPrimitives.Divide<double>(mean, learned.Length, mean);
        _mean = mean;
        foreach (int r in learned)
        {
            Fill(r, row);
            for (int i = 0; i < _size; i++)
                TensorPrimitives.MultiplyAdd(row.AsSpan(0, i + 1), row[i], _factor.AsSpan(i * _size, i + 1), _factor.AsSpan(i * _size, i + 1));
        }

        double trace = Enumerable.Range(0, _size).Sum(i => _factor[(i * _size) + i]);
        for (int i = 0; i < _size; i++)
            _factor[(i * _size) + i] += Ridge * trace / _size;
        if (!Cholesky.Factorize(_factor, _size))
            throw new SegueException("the vectors of a probe are all the same, or not finite");
    }

    /// <param name="target">One finite number a row.</param>
    /// <returns>R² on the rows that were not learned from.</returns>
    public double R2(ReadOnlySpan<float> target)
    {
        double[] weights = new double[_size], row = new double[_size];
        double mean = 0;
        int count = 0;
        for (int r = 0; r < _vectors.Rows; r++)
        {
            if (!IsLearned(r))
                continue;
            Fill(r, row);
            TensorPrimitives.MultiplyAdd<double>(row, target[r], weights, weights);
            (mean, count) = (mean + target[r], count + 1);
        }

        Cholesky.Solve(_factor, _size, weights);
        mean /= count;
        double error = 0, variance = 0;
        for (int r = 0; r < _vectors.Rows; r++)
        {
            if (IsLearned(r))
                continue;
            Fill(r, row);
            double rest = target[r] - mean - TensorPrimitives.Dot<double>(row, weights);
            (error, variance) = (error + (rest * rest), variance + ((target[r] - mean) * (target[r] - mean)));
        }

        return 1 - (error / variance);
    }

    private static bool IsLearned(int row) => row % 5 != 4;

    private void Fill(int r, double[] row)
    {
        TensorPrimitives.ConvertTruncating<float, double>(_vectors.Row(r), row);
        TensorPrimitives.Subtract<double>(row, _mean, row);
    }
}
