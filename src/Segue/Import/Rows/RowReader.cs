using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Segue.Import;

/// <summary>How the rows of a file are cut into fields.</summary>
/// <param name="Separator">The byte between fields.</param>
/// <param name="Quotes">Whether a field may stand in double quotes (RFC 4180), with separators and line ends inside and quotes doubled.</param>
internal readonly record struct RowShape(byte Separator, bool Quotes)
{
    public static RowShape Tabs => new((byte)'\t', false);

    public static RowShape Commas => new((byte)',', true);

    /// <summary>For messages.</summary>
    public string SeparatorName => (char)Separator switch { '\t' => "tab", ',' => "comma", ';' => "semicolon", '|' => "bar", var c => $"'{c}'" };
}

/// <summary>
/// Cuts a stream of bytes into rows and fields, in place, in one buffer: nothing is allocated a row. Lines end with LF or CRLF.
/// A row is looked for from its first byte; where the buffer ends before the row does, the buffer is refilled and the row is looked for again.
///
/// Hostile input costs bounded memory and time: a row longer than <see cref="RowBytesMax"/> is reported as a bad row, and reading goes on with
/// the next line. The same with a quote that is opened and never closed, which costs the one line on which it stands and not the rest of the file.
/// A row that is no valid UTF-8 is taken for Windows-1252, the superset of Latin-1 that old exports are written in, and counted.
/// </summary>
internal sealed class RowReader(Stream stream, RowShape shape) : TableRows
{
    /// <summary>Long enough for any list of artists, short enough that a file without line ends does not fill the memory.</summary>
    public const int RowBytesMax = 1 << 20;

    public static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    private readonly SearchValues<byte> _ends = SearchValues.Create([shape.Separator, (byte)'\n']);
    private readonly List<(int Start, int Length)> _fields = []; // A start below zero is one in the scratch.
    private readonly List<byte> _scratch = []; // Fields with doubled quotes, which stand in no other way anywhere.
    private byte[] _buffer = new byte[1 << 17];
    private byte[] _row = []; // The buffer, or the row in UTF-8 where the file is not.
    private int _start, _end; // What of the buffer is filled and not yet consumed.
    private int _rowStart, _rowLength;
    private long _nextLine = 1;
    private bool _streamEnded;

    private enum Cut
    {
        Whole,
        NeedsMore,
        Unclosed,
    }

    public override int Count => _fields.Count;

    /// <summary>A field, without its quotes.</summary>
    public override ReadOnlySpan<byte> this[int field] => _fields[field] is ( < 0 and var at, var length)
        ? CollectionsMarshal.AsSpan(_scratch).Slice(~at, length)
        : _row.AsSpan(_fields[field].Start, _fields[field].Length);

    /// <summary>The row as it stands in the file; for a bad row, its start.</summary>
    public ReadOnlySpan<byte> Row => _row.AsSpan(_rowStart, _rowLength);

    public override bool IsBlank => _rowLength == 0;

    /// <summary>Passes over rows that are known already: comments and the header.</summary>
    public void Skip(int rows)
    {
        for (int i = 0; i < rows && Read(); i++)
        {
        }
    }

    public override bool Read()
    {
        Problem = null;
        Line = _nextLine;
        while (true)
        {
            if (_start == _end && !Fill())
                return false;
            Cut cut = TryCut(_start, out int next, out int newlines);
            if (cut == Cut.NeedsMore)
            {
                if (_end - _start < RowBytesMax && Fill())
                    continue;
                if (_end - _start >= RowBytesMax && !_streamEnded)
                    return BadRow($"the row is longer than {RowBytesMax >> 20} MB");
                continue; // The stream has ended: the next cut ends with it.
            }

            if (cut == Cut.Unclosed)
                return BadRow("a quote is opened and never closed");
            _start = next;
            _nextLine += newlines;
            return true;
        }
    }

    /// <summary>
    /// The row as it stands. Of a table with personal columns their places are empty, and of a row with more or fewer fields, where it is not known
    /// which those are, only what stands before the first.
    /// </summary>
    public override byte[] Shown(int faulty = -1)
    {
        byte[] row = Row.ToArray();
        if (Hidden.Count > 0)
        {
            int whole = Problem is null && Count == Columns ? Count : Math.Min(Count, Hidden[0]);
            IEnumerable<string> fields = Enumerable.Range(0, whole).Select(f => Hidden.Contains(f) ? "…" : Encoding.UTF8.GetString(this[f]));
            row = Encoding.UTF8.GetBytes(string.Join((char)shape.Separator, fields.Concat(whole < Count || Problem is not null ? ["…"] : [])));
        }

        return faulty >= 0 && faulty < Count && row.Length > LedgerReason.CharsMax ? [.. this[faulty], .. " in "u8, .. row] : row;
    }

    protected override string WrongWidth(int columns) => $"expected {columns} {shape.SeparatorName}-separated columns, found {Count}";

    private static int Trimmed(ReadOnlySpan<byte> line) => line.EndsWith("\r"u8) ? line.Length - 1 : line.Length;

    /// <summary>Cuts the row that starts at <paramref name="start"/>; quoted fields are unescaped in place only once the whole row is
    /// known.</summary>
    private Cut TryCut(int start, out int next, out int newlines)
    {
        _fields.Clear();
        _scratch.Clear();
        ReadOnlySpan<byte> data = _buffer.AsSpan(0, _end);
        bool escapes = false;
        newlines = 1;
        next = _end;
        for (int at = start; ;)
        {
            int from = at;
            if (shape.Quotes && at < data.Length && data[at] == '"')
            {
                int close = EndOfQuoted(data, at, ref newlines, ref escapes);
                if (close < 0)
                    return _streamEnded ? Cut.Unclosed : Cut.NeedsMore;
                at = close;
            }

            int length = data[at..].IndexOfAny(_ends);
            if (length < 0 && !_streamEnded)
                return Cut.NeedsMore;
            int end = length < 0 ? data.Length : at + length;
            bool rowEnds = length < 0 || data[end] == '\n';
            _fields.Add((from, rowEnds ? Trimmed(data[from..end]) : end - from));
            at = end + 1;
            if (!rowEnds)
                continue;
            next = Math.Min(at, data.Length);
            Finish(start, Trimmed(data[start..end]), escapes);
            return Cut.Whole;
        }
    }

    /// <summary>The position after the closing quote of a field that opens at <paramref name="open"/>, or -1.</summary>
    private static int EndOfQuoted(ReadOnlySpan<byte> data, int open, ref int newlines, ref bool escapes)
    {
        escapes = true;
        for (int at = open + 1; ;)
        {
            int quote = data[at..].IndexOf((byte)'"');
            if (quote < 0)
                return -1;
            newlines += data.Slice(at, quote).Count((byte)'\n');
            at += quote + 1;
            if (at >= data.Length || data[at] != '"')
                return at;
            at++;
        }
    }

    private void Finish(int start, int length, bool escapes)
    {
        (_row, _rowStart, _rowLength) = (_buffer, start, length);
        if (!Utf8.IsValid(Row))
            ToUtf8();
        if (!escapes)
            return;
        for (int f = 0; f < _fields.Count; f++)
        {
            if (_fields[f].Length > 0 && _row[_fields[f].Start] == '"')
                _fields[f] = Unquote(_fields[f].Start, _fields[f].Length);
        }
    }

    /// <summary>"a ""b"" c" becomes a "b" c. Text after the closing quote, which RFC 4180 does not know, is kept.</summary>
    private (int Start, int Length) Unquote(int start, int length)
    {
        ReadOnlySpan<byte> field = _row.AsSpan(start, length);
        if (field[1..].IndexOf((byte)'"') == length - 2)
            return (start + 1, length - 2);
        int from = _scratch.Count;
        bool open = true;
        for (int read = 1; read < length; read++)
        {
            if (open && field[read] == '"')
            {
                if (read + 1 < length && field[read + 1] == '"')
                    _scratch.Add(field[read++]);
                else
                    open = false;
                continue;
            }

            _scratch.Add(field[read]);
        }

        return (~from, _scratch.Count - from);
    }

    private void ToUtf8()
    {
        NotUtf8 = (NotUtf8.Count + 1, NotUtf8.Count == 0 ? Line : NotUtf8.FirstLine);
        MemoryStream row = new(_rowLength * 2);
        int from = _rowStart;
        for (int f = 0; f < _fields.Count; f++)
        {
            (int start, int length) = _fields[f];
            row.Write(_buffer.AsSpan(from, start - from)); // The separator, which is ASCII.
            int begins = (int)row.Length;
            row.Write(Encoding.UTF8.GetBytes(Windows1252.GetString(_buffer, start, length)));
            _fields[f] = (begins, (int)row.Length - begins);
            from = start + length;
        }

        (_row, _rowStart, _rowLength) = (row.ToArray(), 0, (int)row.Length);
    }

    /// <summary>Gives up the line that starts here, and only it: what follows is read as if it had not been there.</summary>
    private bool BadRow(string problem)
    {
        _fields.Clear();
        int newline = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
        int sample = Math.Min(512, newline < 0 ? _end - _start : newline);
        _row = _buffer.AsSpan(_start, sample).ToArray();
        (_rowStart, _rowLength, Problem) = (0, sample, problem);
        while (newline < 0)
        {
            _start = _end = 0;
            if (!Fill())
                break;
            newline = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
        }

        _start = newline < 0 ? _end : _start + newline + 1;
        _nextLine++;
        return true;
    }

    private bool Fill()
    {
        if (_streamEnded)
            return false;
        _streamEnded = !StreamWindow.Fill(stream, ref _buffer, ref _start, ref _end);
        return !_streamEnded;
    }
}
