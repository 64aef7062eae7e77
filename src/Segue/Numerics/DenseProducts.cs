using System.Numerics.Tensors;

namespace Segue.Numerics;

/// <summary>The two matrix products of an ALS half-step: weighted Gramians and rotations of all rows.</summary>
internal static class DenseProducts
{
    /// <summary>Fixed, so that sums are made in one order whatever the number of threads.</summary>
    private const int Partitions = 32;

    /// <summary>Rows whose products are added up in float32 before they go to float64: the error stays below 1e-6 at any number of rows.</summary>
    private const int FloatRows = 2016;

    /// <summary>G = Σⱼ wⱼ yⱼ yⱼ' over all rows of Y.</summary>
    /// <param name="y">n × f.</param>
    /// <param name="weights">One a row, or empty for 1.</param>
    /// <param name="gramian">f × f, overwritten; both triangles are filled.</param>
    public static void Gramian(NativeMatrix y, ReadOnlyMemory<float> weights, Span<double> gramian, Workers workers, CancellationToken cancel = default)
    {
        int f = y.Columns;
        double[][] parts = new double[Partitions][];
        workers.Run(
            Partitions,
            (_, part) =>
            {
                parts[part] = new double[f * f];
                float[] block = new float[f * f], scaled = new float[f];
                int end = (int)((long)y.Rows * (part + 1) / Partitions);
                for (int start = (int)((long)y.Rows * part / Partitions); start < end; start += FloatRows)
                {
                    Array.Clear(block);
                    for (int j = start; j < Math.Min(end, start + FloatRows); j++)
                    {
                        Span<float> row = y.Row(j);
                        TensorPrimitives.Multiply(row, weights.IsEmpty ? 1 : weights.Span[j], scaled);
                        for (int i = 0; i < f; i++)
                            TensorPrimitives.MultiplyAdd(row[i..], scaled[i], block.AsSpan((i * f) + i, f - i), block.AsSpan((i * f) + i, f - i));
                    }

                    for (int k = 0; k < block.Length; k++)
                        parts[part][k] += block[k];
                }
            },
            cancel);

        gramian.Clear();
        foreach (double[] part in parts)
            TensorPrimitives.Add(gramian, part, gramian);
        for (int i = 0; i < f; i++)
        {
            for (int j = 0; j < i; j++)
                gramian[(i * f) + j] = gramian[(j * f) + i];
        }
    }

    /// <summary>Y = Y Q for all rows, in place.</summary>
    /// <param name="q">f × f; its columns are the new axes.</param>
    public static void Rotate(NativeMatrix y, float[] q, Workers workers, CancellationToken cancel = default)
    {
        const int blockRows = 256;
        int f = y.Columns;
        workers.Run(
            (y.Rows + blockRows - 1) / blockRows,
            (_, block) =>
            {
                Span<float> turned = new float[f];
                for (int j = block * blockRows; j < Math.Min(y.Rows, (block + 1) * blockRows); j++)
                {
                    Span<float> row = y.Row(j);
                    turned.Clear();
                    for (int k = 0; k < f; k++)
                        TensorPrimitives.MultiplyAdd(q.AsSpan(k * f, f), row[k], turned, turned);
                    turned.CopyTo(row);
                }
            },
            cancel);
    }
}
