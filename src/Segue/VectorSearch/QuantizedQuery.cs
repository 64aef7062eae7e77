using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Segue.VectorSearch;

/// <summary>The query side of the int8 kernels: codes, their magnitudes, and the padded float32 vector. One a thread, used again and again.</summary>
internal sealed unsafe class QuantizedQuery(int dimensions)
{
    private readonly int _stride = QuantizedRows.StrideOf(dimensions);
    private readonly Block<sbyte> _codes = Block<sbyte>.Allocate(QuantizedRows.StrideOf(dimensions));
    private readonly Block<byte> _magnitudes = Block<byte>.Allocate(QuantizedRows.StrideOf(dimensions));
    private readonly Block<float> _floats = Block<float>.Allocate(QuantizedRows.StrideOf(dimensions));
    private sbyte* _current;
    private float _scale, _squaredLength, _lift;

    /// <summary>Takes a vector that was checked.</summary>
    public void Set(ReadOnlySpan<float> vector, float inverseLength)
    {
        Span<float> floats = _floats.Writable(0, dimensions);
        TensorPrimitives.Multiply(vector, inverseLength, floats);
        float largest = Math.Abs(TensorPrimitives.MaxMagnitude<float>(floats)), multiplier = largest > 0 ? 127 / largest : 0;
        for (int d = 0; d < dimensions; d++)
            _codes.Start[d] = (sbyte)MathF.Round(floats[d] * multiplier);
        _scale = largest / 127;
        _squaredLength = TensorPrimitives.SumOfSquares<float>(floats);
        _lift = 0;
        _current = _codes.Start;
        SetMagnitudes();
    }

    /// <summary>Takes a stored row, under inner product with its lift; only its codes count, so <see cref="Precise"/> does not apply.</summary>
    public void Set(QuantizedRows rows, int row)
    {
        _current = rows.Codes.Start + (long)row * _stride;
        _scale = rows.Scales.Start[row];
        _squaredLength = rows.SquaredLengths is null ? 0 : rows.SquaredLengths.Start[row];
        _lift = rows.LiftLengths is null ? 0 : rows.Lift(row);
        SetMagnitudes();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Score(QuantizedRows rows, int row)
    {
        float dot = _scale * rows.Scales.Start[row] * Int8Kernels.Dot(_current, _magnitudes.Start, rows.Codes.Start + (long)row * _stride, _stride);
        if (rows.SquaredLengths is not null)
            return (2 * dot) - rows.SquaredLengths.Start[row] - _squaredLength;
        return _lift == 0 ? dot : dot + (_lift * rows.Lift(row));
    }

    /// <summary>
    /// How far the score of a row by its codes may be from the precise one: four standard deviations of what rounding query and row leaves, each
    /// component being off by up to half a step, evenly.
    /// </summary>
    public float Doubt(QuantizedRows rows, int row)
    {
        float step = rows.Scales.Start[row];
        double codes = 0;
        for (int d = 0; d < dimensions; d++)
            codes += Math.Pow(rows.Codes.Start[((long)row * _stride) + d], 2);
        double variance = ((_squaredLength * step * step) + (codes * step * step * _scale * _scale)) / 12;
        return (float)(4 * Math.Sqrt(variance) * (rows.Metric == Metric.L2 ? 2 : 1));
    }

    public float Precise(QuantizedRows rows, int row) => rows.Precise(row, _floats.Start, _squaredLength);

    private void SetMagnitudes()
    {
        byte* magnitudes = _magnitudes.Start;
        for (int d = 0; d < _stride; d += 32)
            Vector256.Store(Vector256.Abs(Vector256.Load(_current + d)).AsByte(), magnitudes + d);
    }
}
