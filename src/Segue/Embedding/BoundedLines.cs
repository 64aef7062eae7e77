namespace Segue.Embedding;

/// <summary>The lines of a stream that may never end a line.</summary>
/// <param name="stream">Read and not closed.</param>
/// <param name="bytesMax">Of a line.</param>
internal sealed class BoundedLines(Stream stream, int bytesMax)
{
    private byte[] _buffer = new byte[1 << 12];
    private int _start, _end;

    /// <returns>The next line without its end; null when there is none.</returns>
    /// <exception cref="InvalidDataException">It is longer than lines may be.</exception>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        for (int searched = 0; ;)
        {
            int found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                int line = _start, length = searched + found;
                _start += length + 1;
                return Trimmed(line, length);
            }

            searched = _end - _start;
            if (searched > bytesMax)
                throw new InvalidDataException($"a line is longer than {bytesMax} bytes");
            MakeRoom();
            int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            _end += read;
            if (read > 0)
                continue;
            if (searched == 0)
                return null;
            int last = _start;
            _start = _end;
            return Trimmed(last, searched);
        }
    }

    private void MakeRoom()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
    }

    private ReadOnlyMemory<byte> Trimmed(int start, int length) =>
        _buffer.AsMemory(start, length > 0 && _buffer[start + length - 1] == '\r' ? length - 1 : length);
}
