using System.Numerics;

namespace Segue.Numerics;

/// <summary>
/// A fixed orthogonal transform that spreads every vector evenly over its coordinates: random signs, then Walsh-Hadamard (Ailon, Chazelle 2009)
/// over the first 2^m coordinates and once more over the last 2^m, where 2^m is the largest power of two that fits. n log n additions, no matrix.
/// </summary>
internal sealed class SignedHadamard
{
    private readonly double[] _signs;
    private readonly int _width;

    public SignedHadamard(int length)
    {
        _width = length == 0 ? 0 : 1 << BitOperations.Log2((uint)length);
        _signs = new double[length];
        // Any fixed pattern without structure will do: bits of the golden ratio's multiples, mixed (splitmix64).
        for (int i = 0; i < length; i++)
        {
            ulong z = (ulong)(i + 1) * 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            _signs[i] = ((z ^ (z >> 31)) & 1) == 0 ? 1 : -1;
        }
    }

    /// <summary>Transforms in double, so that what rounding adds is far below what the codes of <see cref="TopK"/> cost.</summary>
    public void Apply(ReadOnlySpan<float> from, Span<double> to)
    {
        for (int i = 0; i < from.Length; i++)
            to[i] = from[i] * _signs[i];
        Hadamard(to[.._width]);
        if (_width < from.Length)
            Hadamard(to.Slice(from.Length - _width, _width));
    }

    private static void Hadamard(Span<double> v)
    {
        for (int half = 1; half < v.Length; half *= 2)
        {
            for (int start = 0; start < v.Length; start += 2 * half)
            {
                Span<double> low = v.Slice(start, half), high = v.Slice(start + half, half);
                for (int i = 0; i < low.Length; i++)
                    (low[i], high[i]) = (low[i] + high[i], low[i] - high[i]);
            }
        }

        double scale = 1 / Math.Sqrt(v.Length);
        for (int i = 0; i < v.Length; i++)
            v[i] *= scale;
    }
}
