using System.Buffers;
using System.Text.Json;

namespace Segue.Import;

/// <summary>
/// Cuts a stream of JSON into its objects without reading it whole: the elements of an array (of arrays), or objects one after the other as in
/// JSON Lines. Only brackets and strings are looked at here; what is inside an object is judged by whoever parses it. An object that never
/// ends, is longer than <see cref="ElementBytesMax"/>, or text that is no object, is handed out as a bad row, and reading goes on behind it.
/// </summary>
/// <param name="stream">UTF-8.</param>
/// <param name="within">The property whose array holds the objects, where they stand inside another; null where they do not.</param>
internal sealed class JsonElements(Stream stream, string? within = null)
{
    /// <summary>A page of Last.fm's API with 1,000 scrobbles is about one megabyte.</summary>
    public const int ElementBytesMax = 16 << 20;

    private static readonly SearchValues<byte> s_outside = SearchValues.Create("\"{}\n"u8), s_inside = SearchValues.Create("\"\\"u8);

    private readonly bool _isInside = within is not null;

    private byte[] _buffer = new byte[1 << 16];
    private int _start, _end;
    private int _elementLength;
    private long _line = 1, _elementLine;
    private long _count;
    private bool _shareLines;
    private string? _within = within;

    /// <summary>Where the element stands: the 1-based line on which it starts, or from where two share a line on, its number.</summary>
    public long Line => _shareLines ? _count : _elementLine;

    /// <summary>The object, braces included; for a bad row its beginning.</summary>
    public ReadOnlySpan<byte> Element => _buffer.AsSpan(_start - _elementLength, _elementLength);

    /// <summary>What is wrong with the element as such, or null.</summary>
    public string? Problem { get; private set; }

    /// <summary>Goes to the next object.</summary>
    public bool Read()
    {
        Problem = null;
        _elementLength = 0;
        if (_within is not null && !Enter())
            return false;
        while (true)
        {
            if (_start == _end && !Fill())
                return false;
            byte b = _buffer[_start];
            if (b == ']' && _isInside)
                return false; // What follows the array is no row.
            if (b == '{')
                return ReadObject();
            if (b is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)',' or (byte)'[' or (byte)']' or 0x1e))
                return ReadGarbage();
            _line += b == '\n' ? 1 : 0;
            _start++;
        }
    }

    /// <summary>Goes to the array that holds the objects.</summary>
    private bool Enter()
    {
        byte[] name = JsonSerializer.SerializeToUtf8Bytes(_within, JsonSerializerOptions.Default);
        const int SpaceMax = 256; // Between the name and its array.
        while (true)
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
            int at = rest.IndexOf(name);
            ReadOnlySpan<byte> behind = at < 0 ? [] : rest[(at + name.Length)..].TrimStart(" \r\n\t:"u8);
            if (behind is [(byte)'[', ..])
            {
                int next = rest.Length - behind.Length + 1;
                (_line, _start, _within) = (_line + rest[..next].Count((byte)'\n'), _start + next, null);
                return true;
            }

            bool mayGoOn = at >= 0 && behind.IsEmpty && rest.Length - at < name.Length + SpaceMax;
            int keep = mayGoOn ? rest.Length - at : at >= 0 ? rest.Length - at - name.Length : Math.Min(rest.Length, name.Length);
            _line += rest[..^keep].Count((byte)'\n');
            _start = _end - keep;
            if ((at < 0 || behind.IsEmpty) && !Fill())
                return false;
        }
    }

    private bool ReadObject()
    {
        Start();
        int depth = 0, at = _start;
        bool inString = false, tooLong = false;
        while (true)
        {
            int next = _buffer.AsSpan(at, _end - at).IndexOfAny(inString ? s_inside : s_outside);
            bool endsInEscape = next >= 0 && inString && _buffer[at + next] == '\\' && at + next + 1 == _end;
            if (next < 0 || endsInEscape)
            {
                at = endsInEscape ? at + next : _end;
                if (_end - _start > ElementBytesMax)
                {
                    // Too long to be kept: go on counting brackets, and forget what was counted.
                    tooLong = true;
                    _buffer.AsSpan(at, _end - at).CopyTo(_buffer.AsSpan(_start + 256));
                    (_end, at) = (_start + 256 + _end - at, _start + 256);
                }

                int before = _start;
                if (!Fill())
                    return Bad(tooLong ? TooLong : "the file ends inside this object; was it cut off?", _end);
                at -= before - _start;
                continue;
            }

            at += next;
            byte b = _buffer[at];
            if (inString)
            {
                inString = b != '"';
                at += b == '\\' ? 2 : 1;
                continue;
            }

            at++;
            if (b == '\n')
                _line++;
            else if (b == '"')
                inString = true;
            else if (b == '{')
                depth++;
            else if (--depth == 0)
                return tooLong ? Bad(TooLong, at) : Good(at);
        }
    }

    private void Start()
    {
        _shareLines |= _count++ > 0 && _elementLine == _line;
        _elementLine = _line;
    }

    private static string TooLong => $"an object longer than {ElementBytesMax >> 20} MB";

    private bool Good(int end)
    {
        (_elementLength, _start) = (end - _start, end);
        return true;
    }

    private bool Bad(string problem, int end)
    {
        Good(end);
        Problem = problem;
        return true;
    }

    /// <summary>Up to the next brace or line end, at most what the buffer holds.</summary>
    private bool ReadGarbage()
    {
        Start();
        int next = _buffer.AsSpan(_start, _end - _start).IndexOfAny((byte)'{', (byte)'\n');
        return Bad("expected an object in braces", next < 0 ? _end : _start + next);
    }

    private bool Fill() => StreamWindow.Fill(stream, ref _buffer, ref _start, ref _end);
}
