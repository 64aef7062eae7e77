using System.Numerics.Tensors;
using Segue.Embedding;
using Segue.Numerics;

namespace Segue.Bench;

/// <summary>
/// Token vectors T that, summed over a text's pieces, come near the model's vector of the text:
/// <code>min over T of  ‖X T − M‖² + λ‖T − T₀‖²,   X[text, piece] = count / n^p for a text of n pieces</code>
/// T₀ are the model's vectors of the single pieces (plain distillation), scaled to fit best. Only the direction of a sum counts in the end, so
/// the power p is free; between a mean (1) and a sum (0), 0.5 keeps long and short texts at about one length. Solved for D = T − T₀ by conjugate
/// gradient on (XᵀX + λI) D = Xᵀ(M − X T₀), all columns of M at once (each with its own step).
/// </summary>
internal sealed class StaticFit(FitTexts texts, float[] start, float[] targets, int dimensions)
{
    private const int Iterations = 40;
    private readonly int[] _train = [.. Enumerable.Range(0, texts.Texts.Count).Where(i => !texts.IsHeldOut[i])];

    public float[] Solve(float ridge, float power, Action<string> report)
    {
        float[] weights = [.. texts.Rows.Select(r => MathF.Pow(r.Length, -power))];
        float[] scaled = [.. start];
        Rescale(scaled, weights);
        NormalEquations equations = new(this, texts, weights, ridge);
        float[] residual = equations.Gradient(scaled, targets), direction = [.. residual], change = new float[start.Length];
        double[] rr = Dots(residual, residual), first = rr;
        for (int k = 0; k < Iterations; k++)
        {
            // α = rᵀr / pᵀAp; D += α p; r −= α A p; β = r'ᵀr' / rᵀr; p = r + β p
            float[] product = equations.Apply(direction);
            double[] step = Divide(rr, Dots(direction, product));
            AddScaled(change, direction, step, 1);
            AddScaled(residual, product, step, -1);
            double[] next = Dots(residual, residual), beta = Divide(next, rr);
            ScaleAndAdd(direction, beta, residual);
            rr = next;
            report($"conjugate gradient {k + 1}: residual {Math.Sqrt(rr.Sum() / first.Sum()):E2}");
            if (rr.Sum() < 1e-8 * first.Sum())
                break;
        }

        TensorPrimitives.Add(change, scaled, change);
        return change;
    }

    /// <summary>The mean cosine to the model's vectors of the held-out texts, by kind.</summary>
    public IReadOnlyDictionary<string, double> HeldOut(float[] vectors)
    {
        float[] sum = new float[dimensions];
        return MeanByKind(i =>
        {
            Sum(vectors, texts.Rows[i], sum);
            return TensorPrimitives.CosineSimilarity(sum, Target(i));
        });
    }

    /// <summary>The same for a reduced table: its vectors are put back into the model's space by the axes.</summary>
    public IReadOnlyDictionary<string, double> HeldOut(StaticEmbeddingGenerator generator, float[] axes)
    {
        float[] small = new float[generator.Dimensions], full = new float[dimensions];
        return MeanByKind(i =>
        {
            generator.Embed(texts.Texts[i], small);
            Array.Clear(full);
            for (int k = 0; k < small.Length; k++)
                TensorPrimitives.MultiplyAdd(axes.AsSpan(k * dimensions, dimensions), small[k], full, full);
            return TensorPrimitives.CosineSimilarity(full, Target(i));
        });
    }

    /// <summary>The axes that keep most of the texts' sums: eigenvectors of Σ v vᵀ over unit vectors v = X T / |X T|, not centered, because cosines
    /// are not.</summary>
    public float[] PrincipalAxes(float[] vectors, int count)
    {
        double[] gram = new double[dimensions * dimensions];
        float[] part = new float[dimensions * dimensions], sum = new float[dimensions];
        for (int at = 0; at < _train.Length; at += 1024)
        {
            Array.Clear(part);
            foreach (int i in _train.AsSpan(at, Math.Min(1024, _train.Length - at)))
            {
                Sum(vectors, texts.Rows[i], sum);
                TensorPrimitives.Divide(sum, TensorPrimitives.Norm<float>(sum), sum);
                for (int r = 0; r < dimensions; r++)
                    TensorPrimitives.MultiplyAdd(sum, sum[r], part.AsSpan(r * dimensions, dimensions), part.AsSpan(r * dimensions, dimensions));
            }

            for (int k = 0; k < gram.Length; k++)
                gram[k] += part[k];
        }

        SymmetricEigen.Decompose(gram, dimensions, new double[dimensions]);
        return [.. gram.Take(count * dimensions).Select(v => (float)v)];
    }

    /// <summary>Every row in the coordinates of the axes.</summary>
    public static float[] Project(float[] vectors, float[] axes, int from, int to)
    {
        float[] result = new float[vectors.Length / from * to];
        Parallel.For(0, vectors.Length / from, i =>
        {
            for (int k = 0; k < to; k++)
                result[i * to + k] = TensorPrimitives.Dot<float>(vectors.AsSpan(i * from, from), axes.AsSpan(k * from, from));
        });
        return result;
    }

    private ReadOnlySpan<float> Target(int text) => targets.AsSpan(text * dimensions, dimensions);

    private void Sum(float[] vectors, int[] rows, Span<float> sum)
    {
        sum.Clear();
        foreach (int row in rows)
            TensorPrimitives.Add(sum, vectors.AsSpan(row * dimensions, dimensions), sum);
    }

    private Dictionary<string, double> MeanByKind(Func<int, double> cosine) => Enumerable.Range(0, texts.Texts.Count).Where(i => texts.IsHeldOut[i])
        .GroupBy(i => texts.Kinds[i]).ToDictionary(g => g.Key, g => g.Average(cosine));

    /// <summary>T₀ ← s T₀ with the one s that makes ‖X T₀ − M‖ least.</summary>
    private void Rescale(float[] vectors, float[] weights)
    {
        double xm = 0, xx = 0;
        float[] sum = new float[dimensions];
        foreach (int i in _train)
        {
            Sum(vectors, texts.Rows[i], sum);
            xm += weights[i] * TensorPrimitives.Dot<float>(sum, Target(i));
            xx += weights[i] * (double)weights[i] * TensorPrimitives.SumOfSquares<float>(sum);
        }

        TensorPrimitives.Multiply(vectors, (float)(xm / xx), vectors);
    }

    private double[] Dots(float[] a, float[] b)
    {
        double[] sums = new double[dimensions];
        for (int i = 0; i < a.Length; i++)
            sums[i % dimensions] += (double)a[i] * b[i];
        return sums;
    }

    private static double[] Divide(double[] a, double[] b) => [.. a.Zip(b, (x, y) => y > 0 ? x / y : 0)];

    private void AddScaled(float[] target, float[] source, double[] factor, float sign)
    {
        for (int i = 0; i < target.Length; i++)
            target[i] += sign * (float)factor[i % dimensions] * source[i];
    }

    private void ScaleAndAdd(float[] target, double[] factor, float[] source)
    {
        for (int i = 0; i < target.Length; i++)
            target[i] = (float)factor[i % dimensions] * target[i] + source[i];
    }

    /// <summary>XᵀX + λI without ever making it. Texts are split over two halves of the dimensions' columns, so that two threads never write one
    /// number.</summary>
    private sealed class NormalEquations(StaticFit fit, FitTexts texts, float[] weights, float ridge)
    {
        private const int ColumnBlocks = 2;

        public float[] Apply(float[] p) => Accumulate(p, null, ridge);

        /// <summary>Xᵀ(M − X T).</summary>
        public float[] Gradient(float[] t, float[] m) => Accumulate(t, m, 0);

        private float[] Accumulate(float[] p, float[]? m, float ridgeTimes)
        {
            int f = p.Length / texts.PieceCount, width = f / ColumnBlocks;
            float[] result = new float[p.Length];
            TensorPrimitives.Multiply(p, ridgeTimes, result);
            Parallel.For(0, ColumnBlocks, block =>
            {
                float[] sum = new float[width];
                int column = block * width;
                foreach (int i in fit._train)
                {
                    Array.Clear(sum);
                    foreach (int row in texts.Rows[i])
                        TensorPrimitives.Add(sum, p.AsSpan(row * f + column, width), sum);
                    TensorPrimitives.Multiply(sum, m is null ? weights[i] : -weights[i], sum);
                    if (m is not null)
                        TensorPrimitives.Add(sum, m.AsSpan(i * f + column, width), sum);
                    foreach (int row in texts.Rows[i])
                        TensorPrimitives.MultiplyAdd(sum, weights[i], result.AsSpan(row * f + column, width), result.AsSpan(row * f + column, width));
                }
            });
            return result;
        }
    }
}
