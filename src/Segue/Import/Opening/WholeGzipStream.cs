using System.IO.Compression;

namespace Segue.Import;

/// <summary>
/// Gzip that notices when it was cut off. .NET's stream takes the end of the input for the end of the data, so that half a download would
/// pass for a whole one. Here a small gzip member with known content is put behind the input: where the input is whole, it comes out as the
/// last bytes (gzip allows several members in a row); where it was cut, it is swallowed as compressed data and comes out as anything else.
/// </summary>
internal sealed class WholeGzipStream(Stream inner)
    : ForwardStream(new GZipStream(new Followed(inner), CompressionMode.Decompress))
{
    private static readonly byte[] s_mark = "\u0001segue: the end\u0002"u8.ToArray();
    private static readonly byte[] s_markPacked = Pack(s_mark);

    private readonly byte[] _held = new byte[(1 << 16) + s_mark.Length];
    private int _start, _end;

    /// <exception cref="InvalidDataException">The data end before their end.</exception>
    public override int Read(Span<byte> buffer)
    {
        // As many bytes as the mark has are always held back: they may be the mark.
        while (_end - _start <= s_mark.Length)
        {
            _held.AsSpan(_start, _end - _start).CopyTo(_held);
            (_start, _end) = (0, _end - _start);
            int read = Inner.Read(_held, _end, _held.Length - _end);
            _end += read;
            if (read == 0)
                return _held.AsSpan(_start, _end - _start).SequenceEqual(s_mark) ? 0 : throw new InvalidDataException("they end before their end");
        }

        int count = Math.Min(buffer.Length, _end - _start - s_mark.Length);
        _held.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    private static byte[] Pack(byte[] content)
    {
        MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
            gzip.Write(content);
        return packed.ToArray();
    }

    /// <summary>A stream with the packed mark behind it.</summary>
    private sealed class Followed(Stream inner) : ForwardStream(inner)
    {
        private int _given = -1;

        public override int Read(Span<byte> buffer)
        {
            if (_given < 0)
            {
                int read = Inner.Read(buffer);
                if (read > 0 || buffer.Length == 0)
                    return read;
                _given = 0;
            }

            int count = Math.Min(buffer.Length, s_markPacked.Length - _given);
            s_markPacked.AsSpan(_given, count).CopyTo(buffer);
            _given += count;
            return count;
        }
    }
}
