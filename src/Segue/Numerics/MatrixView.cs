namespace Segue.Numerics;

/// <summary>A read-only dense matrix of float32, row-major and without padding, over memory of any kind (an array, a mapped file).</summary>
internal readonly struct MatrixView : IRows
{
    private readonly ReadOnlyMemory<float> _data;

    /// <exception cref="ArgumentException">The data are not rows × columns long.</exception>
    public MatrixView(ReadOnlyMemory<float> data, int rows, int columns)
    {
        if (data.Length != (long)rows * columns)
            throw new ArgumentException($"{data.Length} values cannot be {rows} rows of {columns}.", nameof(data));
        (_data, Rows, Columns) = (data, rows, columns);
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>All values, row after row.</summary>
    public ReadOnlySpan<float> Values => _data.Span;

    public ReadOnlyMemory<float> Memory => _data;

    public ReadOnlySpan<float> Row(int row) => _data.Span.Slice(row * Columns, Columns);

    /// <summary>The same values in memory of their own.</summary>
    public MatrixView Copy() => new(_data.ToArray(), Rows, Columns);
}

/// <summary>Rows of float32 that a kernel reads, wherever they lie.</summary>
internal interface IRows
{
    ReadOnlySpan<float> Row(int row);
}
