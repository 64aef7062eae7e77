using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Segue.Numerics;

/// <summary>Small vector loops that <see cref="TensorPrimitives"/> lacks or that must not lose precision.</summary>
internal static class Kernels
{
    /// <summary>The plane rotation of QL: (x, y) = (c x - s y, s x + c y).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rotate(Span<double> x, Span<double> y, double c, double s)
    {
        int k = 0, width = Vector<double>.Count;
        Vector<double> vc = new(c), vs = new(s);
        for (; k <= x.Length - width; k += width)
        {
            Vector<double> a = new(x[k..]), b = new(y[k..]);
            ((vc * a) - (vs * b)).CopyTo(x[k..]);
            ((vs * a) + (vc * b)).CopyTo(y[k..]);
        }

        for (; k < x.Length; k++)
            (x[k], y[k]) = ((c * x[k]) - (s * y[k]), (s * x[k]) + (c * y[k]));
    }

    /// <summary>x · y of float32 values with the sum in float64.</summary>
    public static double DotInDouble(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        int k = 0, width = Vector<float>.Count;
        Vector<double> low = default, high = default;
        for (; k <= x.Length - width; k += width)
        {
            Vector.Widen(new Vector<float>(x[k..]), out Vector<double> x0, out Vector<double> x1);
            Vector.Widen(new Vector<float>(y[k..]), out Vector<double> y0, out Vector<double> y1);
            low += x0 * y0;
            high += x1 * y1;
        }

        double sum = Vector.Sum(low + high);
        for (; k < x.Length; k++)
            sum += (double)x[k] * y[k];
        return sum;
    }

    /// <summary>The lower triangle of  A += Σⱼ wⱼ rowⱼ rowⱼ'  in float64; four rows a sweep, so that A goes through the registers a quarter as
    /// often.</summary>
    public static void AddWeightedGramian(ReadOnlySpan<double> rows, int n, int f, ReadOnlySpan<float> weights, Span<double> a)
    {
        int width = Vector<double>.Count;
        Span<double> w = stackalloc double[4];
        for (int j = 0; j < n; j += 4)
        {
            int left = Math.Min(4, n - j);
            ReadOnlySpan<double> r0 = rows.Slice(j * f, f), r1 = rows.Slice((j + Math.Min(1, left - 1)) * f, f);
            ReadOnlySpan<double> r2 = rows.Slice((j + Math.Min(2, left - 1)) * f, f), r3 = rows.Slice((j + Math.Min(3, left - 1)) * f, f);
            for (int q = 0; q < 4; q++)
                w[q] = q < left ? weights[j + q] : 0; // Rows past the end repeat the last one with weight 0.
            for (int i = 0; i < f; i++)
            {
                double w0 = w[0] * r0[i], w1 = w[1] * r1[i], w2 = w[2] * r2[i], w3 = w[3] * r3[i];
                Vector<double> v0 = new(w0), v1 = new(w1), v2 = new(w2), v3 = new(w3);
                Span<double> to = a.Slice(i * f, i + 1);
                int k = 0;
                for (; k <= i + 1 - width; k += width)
                {
                    Vector<double> sum = new Vector<double>(to[k..]) + (v0 * new Vector<double>(r0[k..])) + (v1 * new Vector<double>(r1[k..]));
                    (sum + (v2 * new Vector<double>(r2[k..])) + (v3 * new Vector<double>(r3[k..]))).CopyTo(to[k..]);
                }

                for (; k <= i; k++)
                    to[k] += (w0 * r0[k]) + (w1 * r1[k]) + (w2 * r2[k]) + (w3 * r3[k]);
            }
        }
    }
}
