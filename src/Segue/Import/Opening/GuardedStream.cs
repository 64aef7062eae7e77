using System.IO.Hashing;

namespace Segue.Import;

/// <summary>
/// How much may come out of a file or an archive, all its members and what is packed in them together: a few kilobytes which unpack to terabytes end
/// in an error instead of a full night, be it in one member or a little in each of thousands.
/// </summary>
/// <param name="name">Of the file or archive.</param>
/// <param name="compressedBytes">What was read of it, or its length.</param>
internal sealed class UnpackBudget(string name, Func<long> compressedBytes)
{
    /// <summary>Histories and sets of plays unpack to 5 to 30 times their size; deflate can reach 1,032.</summary>
    private const long RatioMax = 250;

    /// <summary>Nothing this small is an attack worth naming.</summary>
    private const long BytesAlwaysAllowed = 256L << 20;

    private long _bytes;

    /// <exception cref="DataException">It is used up.</exception>
    public void Take(int bytes)
    {
        _bytes += bytes;
        if (_bytes > BytesAlwaysAllowed && _bytes / RatioMax > Math.Max(1, compressedBytes()))
        {
            throw new DataException(name, 0,
                $"unpacks to more than {RatioMax} times its size, as only a zip bomb does; if it is sound, unpack it and import the plain file");
        }
    }
}

/// <summary>What comes out of a compressed file, within a budget. Damage is reported with the file's name.</summary>
internal sealed class GuardedStream(Stream inner, string name, UnpackBudget budget, (long Bytes, uint Crc)? expected = null)
    : ForwardStream(inner)
{
    private readonly Crc32 _crc = new();
    private long _bytes;

    public override int Read(Span<byte> buffer)
    {
        int read;
        try
        {
            read = Inner.Read(buffer);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            throw new DataException(name, 0, $"the compressed data are damaged or cut off ({e.Message.TrimEnd('.')}); fetch or export the file again", e);
        }

        _bytes += read;
        budget.Take(read);
        if (expected is { } whole)
        {
            _crc.Append(buffer[..read]);
            if (read == 0 && buffer.Length > 0 && (_bytes, _crc.GetCurrentHashAsUInt32()) != whole)
                throw new DataException(name, 0, "the compressed data are damaged or cut off (length or checksum is wrong); fetch or export the file again");
        }

        return read;
    }
}
