using System.Numerics;
using System.Runtime.CompilerServices;

namespace Segue.VectorSearch;

/// <summary>An immutable set of row numbers as a bitmap: one bit test in the middle of a search, and its size known before it starts.</summary>
internal sealed class RowSet
{
    private readonly ulong[] _bits;

    private RowSet(ulong[] bits, int limit)
    {
        (_bits, Limit) = (bits, limit);
        foreach (ulong word in bits)
            Count += BitOperations.PopCount(word);
    }

    /// <summary>Rows at or beyond this number are not in the set, whatever the index holds by now.</summary>
    public int Limit { get; }

    /// <summary>How many rows are in the set.</summary>
    public int Count { get; }

    internal ReadOnlySpan<ulong> Words => _bits;

    /// <summary>The rows 0..limit-1 for which a condition holds; it is asked once a row.</summary>
    public static RowSet Where(int limit, Func<int, bool> condition)
    {
        ulong[] bits = Empty(limit);
        for (int row = 0; row < limit; row++)
        {
            if (condition(row))
                bits[row >> 6] |= 1UL << row;
        }

        return new RowSet(bits, limit);
    }

    /// <summary>The given rows; doubles count once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A row is negative or not below the limit.</exception>
    public static RowSet Of(int limit, IEnumerable<int> rows)
    {
        ulong[] bits = Empty(limit);
        foreach (int row in rows)
        {
            if ((uint)row >= (uint)limit)
                throw new ArgumentOutOfRangeException(nameof(rows), row, $"Rows must be from 0 to {limit - 1}.");
            bits[row >> 6] |= 1UL << row;
        }

        return new RowSet(bits, limit);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(int row) => (uint)row < (uint)Limit && (_bits[row >> 6] >> row & 1) != 0;

    /// <summary>The rows that are in both sets.</summary>
    public RowSet And(RowSet other)
    {
        int limit = Math.Min(Limit, other.Limit);
        ulong[] bits = Empty(limit);
        for (int i = 0; i < bits.Length; i++)
            bits[i] = _bits[i] & other._bits[i];
        if ((limit & 63) != 0)
            bits[^1] &= (1UL << limit) - 1;
        return new RowSet(bits, limit);
    }

    /// <summary>The rows below <see cref="Limit"/> that are not in the set.</summary>
    public RowSet Not()
    {
        ulong[] bits = Empty(Limit);
        for (int i = 0; i < bits.Length; i++)
            bits[i] = ~_bits[i];
        if ((Limit & 63) != 0)
            bits[^1] &= (1UL << Limit) - 1;
        return new RowSet(bits, Limit);
    }

    private static ulong[] Empty(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return new ulong[(limit + 63) >> 6];
    }
}
