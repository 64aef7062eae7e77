using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Segue.Numerics;

/// <summary>
/// All eigenvalues and eigenvectors of a symmetric matrix in float64: Householder reduction to tridiagonal form, then implicit QL with
/// Wilkinson's shift (Golub and Van Loan, Matrix Computations, 8.3). Our departures:
/// (1) everything works on rows, so that the inner loops are contiguous: the transformation is kept transposed and row k of the result is eigenvector
/// k; (2) eigenvalues are ordered from the largest to the smallest, and each vector's largest component is positive: one matrix has one answer.
/// </summary>
internal static class SymmetricEigen
{
    private const int SweepsMax = 60;

    /// <param name="a">n × n, symmetric, row-major; the upper triangle is read. On return row k holds the unit eigenvector of <paramref
    /// name="values"/>[k].</param>
    /// <param name="values">On return the n eigenvalues, descending.</param>
    /// <exception cref="ArithmeticException">The matrix is not finite, or the sweeps do not converge; the message says which.</exception>
    public static void Decompose(Span<double> a, int n, Span<double> values)
    {
        if (n == 0)
            return;
        double[] offDiagonal = new double[n], tau = new double[n], vectors = new double[n * n];
        Tridiagonalize(a, n, values, offDiagonal, tau);
        AccumulateReflections(a, n, tau, vectors);
        DiagonalizeQl(values, offDiagonal, vectors, n);

        int[] order = new int[n];
        for (int k = 0; k < n; k++)
            order[k] = k;
        double[] unordered = values.ToArray();
        Array.Sort(order, (i, j) => unordered[j].CompareTo(unordered[i]) is var c && c != 0 ? c : i.CompareTo(j));
        for (int k = 0; k < n; k++)
        {
            values[k] = unordered[order[k]];
            Span<double> to = a.Slice(k * n, n);
            vectors.AsSpan(order[k] * n, n).CopyTo(to);
            if (to[TensorPrimitives.IndexOfMaxMagnitude<double>(to)] < 0)
                TensorPrimitives.Negate(to, to);
        }
    }

    /// <summary>A -> H A H for one reflection H = I - tau v v' a column; v stays in row k of A, right of the diagonal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tridiagonalize(Span<double> a, int n, Span<double> d, double[] e, double[] tau)
    {
        double[] w = new double[n];
        for (int k = 0; k < n - 2; k++)
        {
            Span<double> v = a.Slice((k * n) + k + 1, n - k - 1);
            d[k] = a[(k * n) + k];
            // The tail by itself: taken from the sum of all it would be lost below 1e-8 of the head, and the off-diagonals with it.
            double first = v[0], tail = TensorPrimitives.SumOfSquares<double>(v[1..]), squares = (first * first) + tail;
            if (!double.IsFinite(squares))
                throw NotFinite();
            if (tail <= 1e-300)
            {
                (tau[k], e[k]) = (0, first);
                continue;
            }

            double alpha = first > 0 ? -Math.Sqrt(squares) : Math.Sqrt(squares), u = first - alpha;
            TensorPrimitives.Divide(v, u, v);
            v[0] = 1;
            (tau[k], e[k]) = (-u / alpha, alpha);

            // w = tau A v - (tau/2)(w'v) v;  A -= v w' + w v'.  Only the upper triangle is kept.
            Span<double> p = w.AsSpan(0, v.Length);
            p.Clear();
            for (int i = 0; i < v.Length; i++)
            {
                Span<double> row = a.Slice(((i + k + 1) * n) + i + k + 1, v.Length - i);
                p[i] += TensorPrimitives.Dot<double>(row, v[i..]);
                TensorPrimitives.MultiplyAdd(row[1..], v[i], p[(i + 1)..], p[(i + 1)..]);
            }

            TensorPrimitives.Multiply(p, tau[k], p);
            TensorPrimitives.MultiplyAdd(v, -tau[k] / 2 * TensorPrimitives.Dot<double>(p, v), p, p);
            for (int i = 0; i < v.Length; i++)
            {
                Span<double> row = a.Slice(((i + k + 1) * n) + i + k + 1, v.Length - i);
                TensorPrimitives.MultiplyAdd(p[i..], -v[i], row, row);
                TensorPrimitives.MultiplyAdd(v[i..], -p[i], row, row);
            }
        }

        if (n > 1)
            (d[n - 2], e[n - 2]) = (a[((n - 2) * n) + n - 2], a[((n - 2) * n) + n - 1]);
        d[n - 1] = a[(n * n) - 1];
    }

    /// <summary>Z' = the product of the reflections, so that row k of <paramref name="z"/> starts as the k-th basis vector of the tridiagonal
    /// form.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AccumulateReflections(ReadOnlySpan<double> a, int n, double[] tau, double[] z)
    {
        for (int i = 0; i < n; i++)
            z[(i * n) + i] = 1;
        for (int k = n - 3; k >= 0; k--)
        {
            if (tau[k] == 0)
                continue;
            ReadOnlySpan<double> v = a.Slice((k * n) + k + 1, n - k - 1);
            for (int i = k + 1; i < n; i++)
            {
                Span<double> row = z.AsSpan((i * n) + k + 1, v.Length);
                TensorPrimitives.MultiplyAdd(v, -tau[k] * TensorPrimitives.Dot(row, v), row, row);
            }
        }
    }

    /// <summary>
    /// An off-diagonal is nothing when it is so beside its neighbors on the diagonal, or beside the largest of all: a matrix of low rank has a tail of
    /// rounding noise over many magnitudes, where neighbors say nothing and the sweeps would never end.
    /// </summary>
    private static void DiagonalizeQl(Span<double> d, double[] e, double[] z, int n)
    {
        double scale = 0;
        for (int k = 0; k < n; k++)
            scale = Math.Max(scale, Math.Abs(d[k]) + Math.Abs(e[k]));
        if (!double.IsFinite(scale))
            throw NotFinite();
        for (int l = 0; l < n; l++)
        {
            for (int sweep = 0; ; sweep++)
            {
                int m = l;
                while (m < n - 1 && Math.Abs(e[m]) > Math.Max(2.3e-16 * (Math.Abs(d[m]) + Math.Abs(d[m + 1])), 2.3e-17 * scale))
                    m++;
                if (m == l)
                    break;
                if (sweep == SweepsMax)
                    throw new ArithmeticException($"Eigenvalue {l} of {n} did not converge in {SweepsMax} sweeps.");
                Sweep(d, e, z, n, l, m);
            }
        }
    }

    private static ArithmeticException NotFinite() => new("The matrix holds values that are not finite.");

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sweep(Span<double> d, double[] e, double[] z, int n, int l, int m)
    {
        double g = (d[l + 1] - d[l]) / (2 * e[l]);
        g = d[m] - d[l] + (e[l] / (g + Math.CopySign(double.Hypot(g, 1), g)));
        double s = 1, c = 1, p = 0;
        for (int i = m - 1; i >= l; i--)
        {
            double f = s * e[i], b = c * e[i], r = Math.Sqrt((f * f) + (g * g));
            e[i + 1] = r;
            if (r == 0)
            {
                d[i + 1] -= p;
                e[m] = 0;
                return;
            }

            (s, c) = (f / r, g / r);
            g = d[i + 1] - p;
            r = ((d[i] - g) * s) + (2 * c * b);
            p = s * r;
            d[i + 1] = g + p;
            g = (c * r) - b;
            Kernels.Rotate(z.AsSpan(i * n, n), z.AsSpan((i + 1) * n, n), c, s);
        }

        d[l] -= p;
        e[l] = g;
        e[m] = 0;
    }
}
