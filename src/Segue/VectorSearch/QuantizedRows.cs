using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Segue.VectorSearch;

/// <summary>How a row is kept for the last, precise comparison.</summary>
internal enum Precision
{
    /// <summary>
    /// 4 more bits beside the int8 codes of the walk, 12 in all: half a byte a dimension, and as good as float32 for ranking (the error of a
    /// component is 1/4,064 of the row's largest). 100,000 × 384: 19 MB.
    /// </summary>
    Bits12,

    /// <summary>The float32 rows themselves. 100,000 × 384: 154 MB.</summary>
    Float32,
}

/// <summary>
/// Rows as int8 codes with one scale each, x ≈ s·c with s = max|x|/127, and what refines them. Under cosine, rows are brought to length 1 first.
/// <para>One scale a row, and no rotation or codebook before it: on the 100,000 × 384 benchmark a scan of the codes with the best 72 compared
/// precisely misses none of the true ten of 1,000 queries, so more machinery has nothing to win there.</para>
/// </summary>
internal sealed unsafe class QuantizedRows
{
    /// <summary>Squared lengths that differ by less than this share are taken for equal: those of unit vectors do by rounding.</summary>
    private const float EvenShare = 0.99f;

    private QuantizedRows(int dimensions, Metric metric, Precision? precision, Block<sbyte> codes, Block<float> scales)
    {
        (Dimensions, Metric, Precision, Codes, Scales) = (dimensions, metric, precision, codes, scales);
        Stride = StrideOf(dimensions);
    }

    public int Dimensions { get; }

    public Metric Metric { get; }

    /// <summary>What refines the codes; null when the float32 rows are kept elsewhere.</summary>
    public Precision? Precision { get; }

    /// <summary>Dimensions, rounded up to the kernels' lane.</summary>
    public int Stride { get; }

    public int Capacity => Scales.Length;

    public Block<sbyte> Codes { get; }

    public Block<float> Scales { get; }

    /// <summary>‖x‖² of each row, for L2 only.</summary>
    public Block<float>? SquaredLengths { get; private init; }

    /// <summary>‖x‖² of each row under inner product, where rows can be added: see <see cref="Lift"/>. No file has them.</summary>
    public Block<float>? LiftLengths { get; private init; }

    /// <summary>The largest and the smallest of <see cref="LiftLengths"/>.</summary>
    public float LiftLengthMax { get; private set; }

    public float LiftLengthMin { get; private set; } = float.PositiveInfinity;

    /// <summary>Whether the lengths make no difference to what is near: always so but under inner product.</summary>
    public bool HasEvenLengths
    {
        get => Metric != Metric.InnerProduct || (LiftLengths is null ? field : LiftLengthMin >= EvenShare * LiftLengthMax);
        private init;
    }

    /// <summary>The low nibbles, for <see cref="Precision.Bits12"/>.</summary>
    public Block<byte>? Low { get; private init; }

    /// <summary>The rows themselves, padded to the stride, for <see cref="Precision.Float32"/>.</summary>
    public Block<float>? Floats { get; private init; }

    public static int StrideOf(int dimensions) => (dimensions + Int8Kernels.Lane - 1) / Int8Kernels.Lane * Int8Kernels.Lane;

    public static QuantizedRows Allocate(int capacity, int dimensions, Metric metric, Precision? precision)
    {
        long stride = StrideOf(dimensions);
        return new QuantizedRows(dimensions, metric, precision, Block<sbyte>.Allocate(capacity * stride), Block<float>.Allocate(capacity))
        {
            SquaredLengths = metric == Metric.L2 ? Block<float>.Allocate(capacity) : null,
            LiftLengths = metric == Metric.InnerProduct && precision is not null ? Block<float>.Allocate(capacity) : null,
            Low = precision == VectorSearch.Precision.Bits12 ? Block<byte>.Allocate(capacity * stride / 2) : null,
            Floats = precision == VectorSearch.Precision.Float32 ? Block<float>.Allocate(capacity * stride) : null,
        };
    }

    /// <summary>Columns of a file of ours. The one that the precision needs must be there; lengths must agree.</summary>
    /// <param name="hasEvenLengths">What is known of <see cref="HasEvenLengths"/> under inner product.</param>
    public static QuantizedRows Over(
        int dimensions,
        Metric metric,
        ReadOnlyMemory<sbyte> codes,
        ReadOnlyMemory<float> scales,
        ReadOnlyMemory<float> squaredLengths,
        ReadOnlyMemory<byte> low = default,
        ReadOnlyMemory<float> floats = default,
        bool hasEvenLengths = false)
    {
        long stride = StrideOf(dimensions), count = scales.Length;
        bool isFloat = floats.Length != 0, isFine = low.Length != 0;
        if (dimensions <= 0 || codes.Length != count * stride || squaredLengths.Length != (metric == Metric.L2 ? count : 0)
            || (isFloat && (isFine || floats.Length != count * stride)) || (isFine && low.Length != count * stride / 2))
            throw new ArgumentException($"columns of codes do not fit {count} rows of {dimensions} dimensions");
        return new QuantizedRows(
            dimensions,
            metric,
            isFloat ? VectorSearch.Precision.Float32 : isFine ? VectorSearch.Precision.Bits12 : null,
            Block<sbyte>.Over(codes),
            Block<float>.Over(scales))
        {
            SquaredLengths = metric == Metric.L2 ? Block<float>.Over(squaredLengths) : null,
            Low = isFine ? Block<byte>.Over(low) : null,
            Floats = isFloat ? Block<float>.Over(floats) : null,
            HasEvenLengths = hasEvenLengths,
        };
    }

    /// <summary>The same rows in memory of our own, with room for more.</summary>
    public QuantizedRows Resized(int capacity)
    {
        QuantizedRows rows = new(Dimensions, Metric, Precision, Codes.Resized((long)capacity * Stride), Scales.Resized(capacity))
        {
            SquaredLengths = SquaredLengths?.Resized(capacity),
            LiftLengths = LiftLengths?.Resized(capacity) ?? (Metric == Metric.InnerProduct ? Block<float>.Allocate(capacity) : null),
            LiftLengthMax = LiftLengthMax,
            LiftLengthMin = LiftLengthMin,
            Low = Low?.Resized((long)capacity * Stride / 2),
            Floats = Floats?.Resized((long)capacity * Stride),
        };
        if (Metric == Metric.InnerProduct && LiftLengths is null)
            rows.MeasureLengths(Math.Min(Capacity, capacity));
        return rows;
    }

    /// <summary>
    /// What a row is lifted by in one more dimension, so that all rows are equally long: √(max‖x‖² − ‖x‖²). Then the nearest by inner product are
    /// those by distance, and a graph has somewhere to lead (Bachrach et al., "Speeding up the Xbox recommender system using a Euclidean
    /// transformation for inner-product spaces", RecSys 2014). Queries lie at 0 there, so that a search needs none of it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Lift(int row) => MathF.Sqrt(MathF.Max(0, LiftLengthMax - LiftLengths!.Start[row]));

    /// <summary>Sets the codes of a row on their way into the cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int row)
    {
        if (!Sse.IsSupported)
            return;
        sbyte* codes = Codes.Start + (long)row * Stride;
        for (int i = 0; i < Stride; i += 64)
            Sse.Prefetch0(codes + i);
    }

    /// <summary>Encodes a vector that was checked.</summary>
    /// <param name="inverseLength">What it is multiplied with first: 1/‖v‖ under cosine.</param>
    public void Set(int row, ReadOnlySpan<float> vector, float inverseLength)
    {
        float largest = TensorPrimitives.MaxMagnitude(vector) is var m && m < 0 ? -m : m;
        float scale = largest * inverseLength / 127, multiplier = largest > 0 ? 127 * 16 / largest : 0;
        sbyte* codes = Codes.Start + (long)row * Stride;
        byte* low = Low is null ? null : Low.Start + (long)row * Stride / 2;
        for (int d = 0; d < Stride; d++)
        {
            int fine = d < vector.Length ? (int)MathF.Round(vector[d] * multiplier) : 0;
            int coarse = (fine + 8) >> 4;
            codes[d] = (sbyte)coarse;
            if (low != null)
                SetNibble(low, d, fine - 16 * coarse + 8);
        }

        Scales.Start[row] = scale;
        if (SquaredLengths is not null)
            SquaredLengths.Start[row] = TensorPrimitives.SumOfSquares(vector);
        if (LiftLengths is not null)
            SetLiftLength(row, TensorPrimitives.SumOfSquares(vector));
        if (Floats is not null)
            TensorPrimitives.Multiply(vector, inverseLength, Floats.Writable((long)row * Stride, Dimensions));
    }

    public long MemoryBytes => Codes.Length + (long)(Low?.Length ?? 0) + 4L * (Scales.Length + (SquaredLengths?.Length ?? 0) + (Floats?.Length ?? 0));

    /// <summary>Takes over a row of other rows of the same shape.</summary>
    public void CopyFrom(QuantizedRows other, int from, int to)
    {
        Copy(other.Codes, Codes, Stride);
        Copy(other.Scales, Scales, 1);
        Copy(other.SquaredLengths, SquaredLengths, 1);
        Copy(other.Low, Low, Stride / 2);
        Copy(other.Floats, Floats, Stride);
        if (LiftLengths is not null)
            SetLiftLength(to, other.LiftLengths!.Start[from]);

        void Copy<T>(Block<T>? source, Block<T>? target, int width)
            where T : unmanaged
        {
            if (source is not null)
                source.Values.Slice(from * width, width).CopyTo(target!.Writable((long)to * width, width));
        }
    }

    /// <summary>The vector as it was stored: at length 1 under cosine, and from 12 bits when the floats are not kept.</summary>
    public void Copy(int row, Span<float> vector)
    {
        if (Floats is not null)
        {
            Floats.Values.Slice(row * Stride, Dimensions).CopyTo(vector);
            return;
        }

        byte* low = Low!.Start + (long)row * Stride / 2;
        sbyte* codes = Codes.Start + (long)row * Stride;
        for (int d = 0; d < Dimensions; d++)
        {
            byte pair = low[d / 32 * 16 + d % 16];
            vector[d] = Scales.Start[row] * (codes[d] + ((d % 32 < 16 ? pair & 15 : pair >> 4) - 8) / 16f);
        }
    }

    /// <summary>The precise score: float32 query (padded, at length 1 under cosine) against the finest form of the row.</summary>
    public float Precise(int row, float* query, float querySquaredLength)
    {
        if (Floats is not null)
        {
            float* x = Floats.Start + (long)row * Stride;
            return Metric == Metric.L2 ? L2Kernel.Score(query, x, Stride) : DotKernel.Score(query, x, Stride);
        }

        float dot = Scales.Start[row] / 16 * Int8Kernels.Dot12(query, Codes.Start + (long)row * Stride, Low!.Start + (long)row * Stride / 2, Stride);
        return Metric == Metric.L2 ? Math.Min(0, 2 * dot - SquaredLengths!.Start[row] - querySquaredLength) : dot;
    }

    private void MeasureLengths(int count)
    {
        float[] vector = new float[Dimensions];
        for (int row = 0; row < count; row++)
        {
            Copy(row, vector);
            SetLiftLength(row, TensorPrimitives.SumOfSquares<float>(vector));
        }
    }

    private void SetLiftLength(int row, float squared)
    {
        LiftLengths!.Start[row] = squared;
        LiftLengthMax = Math.Max(LiftLengthMax, squared);
        LiftLengthMin = Math.Min(LiftLengthMin, squared);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetNibble(byte* low, int d, int value)
    {
        byte* pair = low + d / 32 * 16 + d % 16;
        *pair = d % 32 < 16 ? (byte)(*pair & 0xF0 | value) : (byte)(*pair & 0x0F | value << 4);
    }
}
