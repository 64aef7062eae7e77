namespace Segue.Numerics;

/// <summary>A list of lists in two flat columns: list i is <c>Values[Starts[i] .. Starts[i + 1]]</c>. The shape files are mapped in.</summary>
internal readonly struct Ragged<T>
    where T : unmanaged
{
    private readonly ReadOnlyMemory<int> _starts;
    private readonly ReadOnlyMemory<T> _values;

    /// <param name="starts">Count + 1 ascending offsets, the first 0 and the last <paramref name="values"/>' length.</param>
    /// <param name="values">The members of all lists, list after list.</param>
    /// <exception cref="ArgumentException">The offsets do not describe the values.</exception>
    public Ragged(ReadOnlyMemory<int> starts, ReadOnlyMemory<T> values)
    {
        ReadOnlySpan<int> s = starts.Span;
        if (s.Length == 0 || s[0] != 0 || s[^1] != values.Length)
            throw new ArgumentException($"Offsets of a ragged column must run from 0 to {values.Length}.", nameof(starts));
        for (int i = 1; i < s.Length; i++)
        {
            if (s[i] < s[i - 1])
                throw new ArgumentException($"Offset {i} of a ragged column is smaller than the one before it.", nameof(starts));
        }

        (_starts, _values) = (starts, values);
    }

    public int Count => Math.Max(0, _starts.Length - 1);

    public ReadOnlyMemory<int> Starts => _starts;

    public ReadOnlyMemory<T> Values => _values;

    public ReadOnlySpan<T> this[int index]
    {
        get
        {
            ReadOnlySpan<int> starts = _starts.Span;
            return _values.Span[starts[index]..starts[index + 1]];
        }
    }

    public static Ragged<T> From(IEnumerable<IReadOnlyList<T>> lists)
    {
        List<int> starts = [0];
        List<T> values = [];
        foreach (IReadOnlyList<T> list in lists)
        {
            values.AddRange(list);
            starts.Add(values.Count);
        }

        return new Ragged<T>(starts.ToArray(), values.ToArray());
    }
}
