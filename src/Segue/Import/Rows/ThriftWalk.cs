namespace Segue.Import;

/// <summary>
/// Walks over a structure in Thrift's compact protocol without understanding it, to know that it is one, is not nested too deep, and ends where it
/// should. The decoder of Parquet believes the description at the end of a file, and goes round forever in one that does not end; this looks first.
/// See https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md.
/// </summary>
internal ref struct ThriftWalk(ReadOnlySpan<byte> bytes)
{
    private const int DepthMax = 32;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at, _list;
    private ulong _longest;

    /// <summary>Whether the bytes are one whole structure and nothing behind it.</summary>
    /// <param name="list">The number of a field of it that is a list.</param>
    /// <param name="longest">How many elements that list has, at most (a field may stand twice).</param>
    public static bool IsStruct(ReadOnlySpan<byte> bytes, int list, out ulong longest)
    {
        ThriftWalk walk = new(bytes) { _list = list };
        bool isOne = walk.Struct(0) && walk._at == bytes.Length;
        longest = walk._longest;
        return isOne;
    }

    private bool Struct(int depth)
    {
        ulong id = 0;
        while (depth < DepthMax && Byte(out byte header))
        {
            if (header == 0)
                return true;
            ulong step = (ulong)(header >> 4), zigzag = 0;
            int type = header & 15;
            if (step == 0 && !Varint(out zigzag))
                return false;
            id = step > 0 ? id + step : zigzag >> 1; // A negative one is none that is looked for.
            bool isWanted = depth == 0 && id == (ulong)_list && type is 9 or 10;
            if (type > 2 && !(isWanted ? List(depth, isWanted) : Value(type, depth)))
                return false; // True and false stand in the header itself.
        }

        return false;
    }

    private bool Value(int type, int depth) => type switch
    {
        1 or 2 or 3 => Skip(1),
        4 or 5 or 6 => Varint(out _),
        7 => Skip(8),
        8 => Varint(out ulong length) && Skip(length),
        9 or 10 => List(depth),
        11 => Map(depth),
        12 => Struct(depth + 1),
        _ => false,
    };

    private bool List(int depth, bool isWanted = false)
    {
        if (depth >= DepthMax || !Byte(out byte header))
            return false;
        ulong count = (ulong)(header >> 4);
        if (count == 15 && !Varint(out count))
            return false;
        _longest = isWanted ? Math.Max(_longest, count) : _longest;
        return Values(count, depth, header & 15, 0);
    }

    private bool Map(int depth)
    {
        if (depth >= DepthMax || !Varint(out ulong count))
            return false;
        return count == 0 || (Byte(out byte types) && Values(count, depth, types >> 4, types & 15));
    }

    /// <summary>Every element takes a byte at least, so a count that lies ends at the end of the bytes.</summary>
    private bool Values(ulong count, int depth, int first, int second)
    {
        for (ulong i = 0; i < count; i++)
        {
            if (!Value(first, depth + 1) || (second > 0 && !Value(second, depth + 1)))
                return false;
        }

        return true;
    }

    private bool Byte(out byte value)
    {
        bool has = _at < _bytes.Length;
        value = has ? _bytes[_at++] : (byte)0;
        return has;
    }

    private bool Varint(out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 64 && Byte(out byte b); shift += 7)
        {
            value |= (ulong)(b & 127) << shift;
            if (b < 128)
                return true;
        }

        return false;
    }

    private bool Skip(ulong count)
    {
        if (count > (ulong)(_bytes.Length - _at))
            return false;
        _at += (int)count;
        return true;
    }
}
