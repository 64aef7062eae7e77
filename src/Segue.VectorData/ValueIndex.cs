namespace Segue.VectorData;

/// <summary>The rows of each value of a property.</summary>
internal sealed class ValueIndex
{
    private static readonly object s_null = new();

    private readonly Dictionary<object, HashSet<int>> _rows = [];

    public void Add(object? value, int row)
    {
        if (!_rows.TryGetValue(value ?? s_null, out HashSet<int>? rows))
            _rows[value ?? s_null] = rows = [];
        rows.Add(row);
    }

    public void Remove(object? value, int row)
    {
        if (_rows.TryGetValue(value ?? s_null, out HashSet<int>? rows) && rows.Remove(row) && rows.Count == 0)
            _rows.Remove(value ?? s_null);
    }

    public IReadOnlyCollection<int> Find(object? value) => _rows.TryGetValue(value ?? s_null, out HashSet<int>? rows) ? rows : [];
}
