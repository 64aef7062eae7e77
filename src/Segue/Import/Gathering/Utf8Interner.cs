using System.IO.Hashing;
using Segue.Catalogue;
using Segue.Numerics;

namespace Segue.Import;

/// <summary>
/// Distinct byte strings by order of first appearance: open addressing over one block of bytes, so that 17 million rows of the same
/// 360,000 ids make no garbage. Up to 2 GB of distinct text.
/// </summary>
internal sealed class Utf8Interner
{
    private readonly List<int> _starts = [0];
    private byte[] _bytes = new byte[1 << 12];
    private int[] _slots = new int[1 << 10]; // index + 1, 0 is free
    private uint[] _hashes = new uint[1 << 10];
    private int _last = -1;

    public int Count => _starts.Count - 1;

    public ReadOnlySpan<byte> this[int index] => _bytes.AsSpan(_starts[index], _starts[index + 1] - _starts[index]);

    public int IndexOf(ReadOnlySpan<byte> text)
    {
        // Files are mostly grouped by listener: the id of the row before is the likeliest.
        if (_last >= 0 && this[_last].SequenceEqual(text))
            return _last;
        uint hash = (uint)XxHash3.HashToUInt64(text);
        int mask = _slots.Length - 1, at = (int)hash & mask;
        for (; _slots[at] != 0; at = (at + 1) & mask)
        {
            if (_hashes[at] == hash && this[_slots[at] - 1].SequenceEqual(text))
                return _last = _slots[at] - 1;
        }

        return _last = Add(text, hash, at);
    }

    /// <summary>The strings in the given order, as a column.</summary>
    public TextColumn ToColumn(ReadOnlySpan<int> order)
    {
        int[] starts = new int[order.Length + 1];
        for (int i = 0; i < order.Length; i++)
            starts[i + 1] = starts[i] + this[order[i]].Length;
        byte[] bytes = new byte[starts[^1]];
        for (int i = 0; i < order.Length; i++)
            this[order[i]].CopyTo(bytes.AsSpan(starts[i]));
        return new TextColumn(new Ragged<byte>(starts, bytes));
    }

    private int Add(ReadOnlySpan<byte> text, uint hash, int at)
    {
        int end = checked(_starts[^1] + text.Length);
        if (end > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(end, _bytes.Length * 2L)));
        text.CopyTo(_bytes.AsSpan(_starts[^1]));
        _starts.Add(end);
        (_slots[at], _hashes[at]) = (Count, hash);
        if (Count * 2 > _slots.Length)
            Grow();
        return Count - 1;
    }

    private void Grow()
    {
        int[] slots = new int[_slots.Length * 2];
        uint[] hashes = new uint[slots.Length];
        int mask = slots.Length - 1;
        for (int i = 0; i < _slots.Length; i++)
        {
            if (_slots[i] == 0)
                continue;
            int at = (int)_hashes[i] & mask;
            while (slots[at] != 0)
                at = (at + 1) & mask;
            (slots[at], hashes[at]) = (_slots[i], _hashes[i]);
        }

        (_slots, _hashes) = (slots, hashes);
    }
}
