namespace Segue.Import;

/// <summary>
/// Walks over a structure in Thrift's compact protocol without understanding it, to know that it is one, is not nested too deep, and ends where it should.
/// The decoder of Parquet believes the description at the end of a file, and goes round forever in one that does not end; this looks first.
/// See https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md.
/// </summary>
internal ref struct ThriftWalk(ReadOnlySpan<byte> bytes)
{
    private const int DepthMax = 32;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    /// <summary>Whether the bytes are one whole structure and nothing behind it.</summary>
    public static bool IsStruct(ReadOnlySpan<byte> bytes)
    {
        ThriftWalk walk = new(bytes);
        return walk.Struct(0) && walk._at == bytes.Length;
    }

    private bool Struct(int depth)
    {
        while (depth < DepthMax && Byte(out byte header))
        {
            if (header == 0)
                return true;
            bool hasLongId = header >> 4 == 0;
            int type = header & 15;
            if ((hasLongId && !Varint(out _)) || (type > 2 && !Value(type, depth)))
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

    private bool List(int depth)
    {
        if (depth >= DepthMax || !Byte(out byte header))
            return false;
        ulong count = (ulong)(header >> 4);
        if (count == 15 && !Varint(out count))
            return false;
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
