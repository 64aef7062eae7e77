namespace Segue.Interactions;

/// <summary>A sparse matrix of non-negative float32 in compressed rows; columns ascend within a row and none stands twice. Immutable.</summary>
internal sealed class CsrMatrix
{
    private readonly ReadOnlyMemory<int> _starts;
    private readonly ReadOnlyMemory<int> _indices;
    private readonly ReadOnlyMemory<float> _values;

    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="starts">rows + 1 ascending offsets into <paramref name="indices"/>.</param>
    /// <param name="indices">Column of each entry, ascending within a row.</param>
    /// <param name="values">Value of each entry, finite and not negative.</param>
    /// <exception cref="ArgumentException">The parts do not make such a matrix.</exception>
    public CsrMatrix(int rows, int columns, ReadOnlyMemory<int> starts, ReadOnlyMemory<int> indices, ReadOnlyMemory<float> values)
    {
        ReadOnlySpan<int> s = starts.Span, x = indices.Span;
        ReadOnlySpan<float> v = values.Span;
        if (rows < 0 || columns < 0 || s.Length != rows + 1 || s[0] != 0 || s[^1] != x.Length || x.Length != v.Length)
            throw new ArgumentException($"{s.Length} offsets, {x.Length} indices and {v.Length} values do not make a matrix of {rows} rows.", nameof(starts));
        for (int r = 0; r < rows; r++)
        {
            if (s[r + 1] < s[r] || s[r + 1] > x.Length)
                throw new ArgumentException($"Row {r} is said to run from entry {s[r]} to {s[r + 1]} of {x.Length}.", nameof(starts));
            int last = -1;
            for (int k = s[r]; k < s[r + 1]; k++)
            {
                if (x[k] <= last || x[k] >= columns || !(v[k] >= 0 && v[k] <= float.MaxValue))
                    throw new ArgumentException($"Row {r} has column {x[k]} with value {v[k]} after column {last} of {columns}.", nameof(indices));
                last = x[k];
            }
        }

        (Rows, Columns, _starts, _indices, _values) = (rows, columns, starts, indices, values);
    }

    public int Rows { get; }

    public int Columns { get; }

    public int Nonzeros => _indices.Length;

    public ReadOnlyMemory<int> Starts => _starts;

    public ReadOnlyMemory<int> Indices => _indices;

    public ReadOnlyMemory<float> Values => _values;

    public int RowLength(int row) => _starts.Span[row + 1] - _starts.Span[row];

    public ReadOnlySpan<int> RowIndices(int row) => _indices.Span[_starts.Span[row].._starts.Span[row + 1]];

    public ReadOnlySpan<float> RowValues(int row) => _values.Span[_starts.Span[row].._starts.Span[row + 1]];

    /// <summary>The same entries with other values, e.g. confidences for plays.</summary>
    public CsrMatrix WithValues(ReadOnlyMemory<float> values) => new(Rows, Columns, _starts, _indices, values);

    /// <summary>The same entries in a matrix of more columns.</summary>
    public CsrMatrix Widened(int columns) => new(Rows, columns, _starts, _indices, _values);

    public CsrMatrix Transpose()
    {
        ReadOnlySpan<int> s = _starts.Span, x = _indices.Span;
        ReadOnlySpan<float> v = _values.Span;
        int[] starts = new int[Columns + 1];
        foreach (int c in x)
            starts[c + 1]++;
        for (int c = 0; c < Columns; c++)
            starts[c + 1] += starts[c];
        int[] fill = starts[..Columns];
        int[] indices = new int[x.Length];
        float[] values = new float[x.Length];
        for (int r = 0; r < Rows; r++)
        {
            for (int k = s[r]; k < s[r + 1]; k++)
            {
                int at = fill[x[k]]++;
                (indices[at], values[at]) = (r, v[k]);
            }
        }

        return new CsrMatrix(Columns, Rows, starts, indices, values);
    }

    /// <summary>From entries in any order; entries of one cell are added up in the order in which they came.</summary>
    /// <exception cref="ArgumentException">Columns of different length, an entry outside the matrix, or a value that is negative or not
    /// finite.</exception>
    public static CsrMatrix FromEntries(int rows, int columns, ReadOnlySpan<int> row, ReadOnlySpan<int> column, ReadOnlySpan<float> value)
    {
        if (row.Length != column.Length || row.Length != value.Length)
            throw new ArgumentException($"{row.Length} rows, {column.Length} columns and {value.Length} values are no entries.", nameof(row));
        int[] starts = new int[rows + 1];
        foreach (int r in row)
        {
            if ((uint)r >= (uint)rows)
                throw new ArgumentException($"Row {r} is outside a matrix of {rows} rows.", nameof(row));
            starts[r + 1]++;
        }

        for (int r = 0; r < rows; r++)
            starts[r + 1] += starts[r];
        int[] fill = starts[..rows];
        int[] indices = new int[row.Length];
        float[] values = new float[row.Length];
        for (int k = 0; k < row.Length; k++)
        {
            int at = fill[row[k]]++;
            (indices[at], values[at]) = (column[k], value[k]);
        }

        // Sort each row by column and add up equal columns, in the order in which they came.
        int write = 0;
        int[] merged = new int[rows + 1];
        for (int r = 0; r < rows; r++)
        {
            int start = starts[r], end = starts[r + 1], first = write;
            SortStable(indices.AsSpan(start, end - start), values.AsSpan(start, end - start));
            for (int k = start; k < end; k++)
            {
                if (write > first && indices[write - 1] == indices[k])
                    values[write - 1] += values[k];
                else
                    (indices[write], values[write++]) = (indices[k], values[k]);
            }

            merged[r + 1] = write;
        }

        return new CsrMatrix(rows, columns, merged, indices.AsMemory(0, write), values.AsMemory(0, write));
    }

    private static void SortStable(Span<int> keys, Span<float> values)
    {
        bool sorted = true;
        for (int i = 1; i < keys.Length && sorted; i++)
            sorted = keys[i - 1] < keys[i];
        if (sorted)
            return;

        // The position as low half of the key makes the unstable sort stable.
        long[] order = new long[keys.Length];
        for (int i = 0; i < order.Length; i++)
            order[i] = ((long)keys[i] << 32) | (uint)i;
        float[] old = values.ToArray();
        Array.Sort(order);
        for (int i = 0; i < order.Length; i++)
            (keys[i], values[i]) = ((int)(order[i] >> 32), old[(int)(order[i] & 0xffffffff)]);
    }
}
