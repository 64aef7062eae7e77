using CsCheck;
using Segue.Numerics;
using Xunit;

namespace Segue.Tests;

/// <summary>Goal: fast kernels compute what their obvious twins compute. Method: random shapes, also those that fill no block. The suite runs without
/// AVX2 too.</summary>
public sealed class NumericsAlsTests
{
    private static readonly Gen<(int Rows, int F, int Seed)> s_shapes = Gen.Select(Gen.Int[1, 200], Gen.Int[1, 70], Gen.Int[0, 1000]);

    [Fact]
    public void Gramian_is_the_weighted_sum_of_outer_products() => s_shapes.Sample(
        shape =>
        {
            (int rows, int f, int seed) = shape;
            using Workers workers = new(2);
            AlignedMatrix y = RandomMatrix(rows, f, seed);
            using Gramian fast = new(y.Stride, workers);
            float[] weights = [.. Enumerable.Range(0, rows).Select(i => (i * 37 % 11) / 7f)];
            double[] gramian = new double[f * f];
            for (int call = 0; call < 2; call++)
                fast.Compute(y, weights, gramian); // The second call must not see the first one's sums.
            for (int i = 0; i < f; i++)
            {
                for (int j = 0; j < f; j++)
                {
                    double expected = Enumerable.Range(0, rows).Sum(k => (double)weights[k] * y.Row(k)[i] * y.Row(k)[j]);
                    Assert.Equal(expected, gramian[(i * f) + j], 1e-5 * (1 + rows));
                }
            }
        },
        iter: 30);

    [Fact]
    public unsafe void Packed_products_are_matrix_products_in_place_or_not() => s_shapes.Sample(
        shape =>
        {
            (int rows, int f, int seed) = shape;
            rows = Math.Min(rows, PackedMatrix.RowsMax);
            AlignedMatrix a = RandomMatrix(rows, f, seed), before = RandomMatrix(rows, f, seed), other = new(rows, f);
            using PackedMatrix matrix = new(a.Stride, a.Stride);
            float[] axes = [.. Enumerable.Range(0, f * f).Select(k => MathF.Sin(k + seed))];
            for (int k = 0; k < f; k++)
                matrix.SetColumn(k, axes.AsSpan(k * f, f));
            using NativeBlock scratch = new(sizeof(float) * PackedMatrix.ScratchLength(a.Stride));
            matrix.Multiply(a.At(0), a.Stride, rows, other.At(0), other.Stride);
            matrix.MultiplyInPlace(a.At(0), a.Stride, rows, (float*)scratch.Data);
            Assert.Equal(a.Copy().Values, other.Copy().Values);
            for (int r = 0; r < rows; r++)
            {
                for (int k = 0; k < f; k++)
                    Assert.Equal(Enumerable.Range(0, f).Sum(i => before.Row(r)[i] * axes[(k * f) + i]), a.Row(r)[k], 1e-4);
                for (int k = f; k < a.Stride; k++)
                    Assert.Equal(0, a.At(r)[k]);
            }
        },
        iter: 50);

    /// <summary>Goal: both formats and every length of list, with prefetch to the end of the lists and no further.</summary>
    [Fact]
    public void Passes_over_gathered_rows_are_sums_over_them() => Gen.Select(Gen.Int[1, 60], Gen.Int[1, 100], Gen.Int[0, 1000]).Sample(
        shape =>
        {
            (int n, int f, int seed) = shape;
            AlignedMatrix y = RandomMatrix(50, f, seed);
            using GatherTable table = new(50, y.Stride);
            table.Store(y, 0, 50);
            table.End(50);
            CheckPasses<Bfloat16Rows>(table, y, n, seed, 0.01f);
            CheckPasses<FloatRows>(null, y, n, seed, 1e-4f);
        },
        iter: 100);

    [Fact]
    public void Eigenvectors_are_orthonormal_and_rebuild_the_matrix() => Gen.Select(Gen.Int[1, 60], Gen.Int[0, 1000], Gen.Int[0, 3]).Sample(
        shape =>
        {
            (int n, int seed, int kind) = shape;
            Random random = new(seed);
            double[] a = new double[n * n];
            for (int i = 0; i < n; i++)
            {
                for (int j = i; j < n; j++)
                {
                    double value = kind switch { 0 => random.NextDouble() - 0.5, 1 => i == j ? 3 : 0, 2 => 1, _ => i / 3 == j / 3 ? random.NextDouble() : 0 };
                    a[(i * n) + j] = a[(j * n) + i] = value;
                }
            }

            double[] vectors = [.. a], values = new double[n];
            SymmetricEigen.Decompose(vectors, n, values);
            Assert.Equal(values.OrderDescending(), values);
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    Assert.Equal(i == j ? 1 : 0, Enumerable.Range(0, n).Sum(k => vectors[(i * n) + k] * vectors[(j * n) + k]), 1e-10);
                    Assert.Equal(a[(i * n) + j], Enumerable.Range(0, n).Sum(k => values[k] * vectors[(k * n) + i] * vectors[(k * n) + j]), 1e-10);
                }
            }
        },
        iter: 60);

    /// <summary>
    /// Eigenvectors hold where a row's tail is far below its head, and where most of the spectrum is rounding noise. Seen to fail: with the tail taken as a
    /// difference (residual 1e-9), with neighbors alone for convergence (it threw).
    /// </summary>
    [Fact]
    public void Eigenvectors_hold_on_small_tails_and_low_ranks()
    {
        double[] small = [2, 1, 1e-9, 1, 2, 1, 1e-9, 1, 2];
        CheckResidual(small, 3, 1e-15);
        for (int seed = 0; seed < 20; seed++)
        {
            // 30 rows of many magnitudes in 64 dimensions.
            const int n = 64, rank = 30;
            Random random = new(seed);
            double[] y = [.. Enumerable.Range(0, rank * n).Select(k => (random.NextDouble() - 0.5) * Math.Pow(10, -(k / n) / 3.0))], a = new double[n * n];
            for (int i = 0; i < n * n; i++)
                a[i] = Enumerable.Range(0, rank).Sum(k => y[(k * n) + (i / n)] * y[(k * n) + (i % n)]);
            CheckResidual(a, n, 1e-14);
        }
    }

    [Fact]
    public void A_matrix_that_is_not_finite_is_named_as_such()
    {
        foreach (int n in new[] { 1, 2, 3, 8 })
        {
            double[] a = new double[n * n];
            a[^1] = double.NaN;
            Assert.Contains("not finite", Assert.Throws<ArithmeticException>(() => SymmetricEigen.Decompose(a, n, new double[n])).Message, StringComparison.Ordinal);
        }
    }

    private static void CheckResidual(double[] a, int n, double tolerance)
    {
        double[] vectors = [.. a], values = new double[n];
        SymmetricEigen.Decompose(vectors, n, values);
        for (int k = 0; k < n; k++)
        {
            for (int i = 0; i < n; i++)
                Assert.Equal(values[k] * vectors[(k * n) + i], Enumerable.Range(0, n).Sum(j => a[(i * n) + j] * vectors[(k * n) + j]), tolerance * n * values[0]);
        }
    }

    [Fact]
    public void Cholesky_solves_and_refuses()
    {
        const int n = 33;
        Random random = new(1);
        double[] b = [.. Enumerable.Range(0, n * n).Select(_ => random.NextDouble() - 0.5)], a = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                a[(i * n) + j] = Enumerable.Range(0, n).Sum(k => b[(i * n) + k] * b[(j * n) + k]) + (i == j ? 0.1 : 0);
        }

        double[] x = [.. Enumerable.Range(0, n).Select(i => (double)i)], right = new double[n], l = [.. a];
        for (int i = 0; i < n; i++)
            right[i] = Enumerable.Range(0, n).Sum(k => a[(i * n) + k] * x[k]);
        Assert.True(Cholesky.Factorize(l, n));
        Cholesky.Solve(l, n, right);
        for (int i = 0; i < n; i++)
            Assert.Equal(x[i], right[i], 1e-8);
        Assert.False(Cholesky.Factorize([1, 2, 2, 1], 2));
        Assert.False(Cholesky.Factorize([double.NaN], 1));
    }

    [Fact]
    public void Workers_do_every_piece_once_and_pass_failures_on()
    {
        using Workers workers = new(4);
        for (int round = 0; round < 50; round++)
        {
            int[] done = new int[97];
            workers.Run(done.Length, (_, piece) => Interlocked.Increment(ref done[piece]));
            Assert.All(done, d => Assert.Equal(1, d));
        }

        Assert.Throws<InvalidOperationException>(() => workers.Run(10, (_, piece) => throw new InvalidOperationException()));
        using CancellationTokenSource cancel = new();
        cancel.Cancel();
        Assert.Throws<OperationCanceledException>(() => workers.Run(10, (_, _) => Assert.Fail("canceled before"), cancel.Token));
        workers.Run(3, (_, _) => { });
    }

    [Fact]
    public void Normal_deviates_are_normal_and_stand_by_their_number()
    {
        float[] values = new float[20_000], again = new float[7];
        SeededNormal.Fill(values, 5, 3, 2);
        SeededNormal.Fill(again, 5, 3, 2);
        Assert.Equal(values[..7], again);
        Assert.Equal(0, values.Average(), 0.05f);
        Assert.Equal(4, values.Average(v => v * v), 0.15f);
        Assert.Equal(0.6827, values.Count(v => Math.Abs(v) < 2) / 20_000.0, 0.01);
        SeededNormal.Fill(again, 6, 3, 2);
        Assert.NotEqual(values[..7], again);
    }

    private static unsafe void CheckPasses<TFormat>(GatherTable? table, AlignedMatrix y, int n, int seed, float tolerance)
        where TFormat : struct, IRowFormat
    {
        int padded = (n + 7) / 8 * 8, stride = y.Stride;
        Random random = new(seed);
        using NativeBlock block = new(sizeof(float) * ((4L * stride) + (5 * padded)));
        float* x = (float*)block.Data, r = x + stride, d = r + stride, q = d + stride, a = q + stride, b = a + padded, e = b + padded, s = e + padded;
        int* index = (int*)(s + padded);
        for (int k = 0; k < y.Columns; k++)
            x[k] = random.NextSingle() - 0.5f;
        for (int j = 0; j < padded; j++)
            (index[j], a[j], b[j]) = j < n ? (random.Next(50), random.NextSingle(), random.NextSingle()) : (50, 0, 0);
        byte* rows = table is null ? (byte*)y.Data : table.Data;
        int ahead = Math.Max(0, n - GatheredRows<TFormat>.Distance);
        GatheredRows<TFormat> gathered = new(rows, stride, stride, index, a, b, padded, index + GatheredRows<TFormat>.Distance, ahead);
        gathered.Residual(x, e, r, d);
        gathered.Apply(x, s, q);
        for (int k = 0; k < y.Columns; k++)
        {
            double expectedR = 0, expectedD = 0, expectedQ = 0;
            for (int j = 0; j < n; j++)
            {
                float[] t = y.Row(index[j]).ToArray();
                double dot = Enumerable.Range(0, y.Columns).Sum(i => (double)t[i] * x[i]);
                expectedR += (b[j] - (a[j] * dot)) * t[k];
                expectedD += a[j] * t[k] * t[k];
                expectedQ += a[j] * dot * t[k];
            }

            Assert.Equal(expectedR, r[k], tolerance * (1 + n));
            Assert.Equal(expectedD, d[k], tolerance * (1 + n));
            Assert.Equal(expectedQ, q[k], tolerance * (1 + n));
        }
    }

    private static AlignedMatrix RandomMatrix(int rows, int f, int seed)
    {
        AlignedMatrix matrix = new(rows, f);
        for (int r = 0; r < rows; r++)
            SeededNormal.Fill(matrix.Row(r), (ulong)seed, (ulong)r, 0.5f);
        return matrix;
    }
}
