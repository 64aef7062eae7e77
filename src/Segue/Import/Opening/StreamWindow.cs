namespace Segue.Import;

/// <summary>What readers see of a stream at a time: a buffer that moves on, and grows to the longest thing in it.</summary>
internal static class StreamWindow
{
    /// <summary>Moves what is left to the front and reads on. Positions inside the window move with its start.</summary>
    /// <returns>False at the end of the stream.</returns>
    public static bool Fill(Stream stream, ref byte[] buffer, ref int start, ref int end)
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }

        if (end == buffer.Length)
            Array.Resize(ref buffer, buffer.Length * 2);
        int read = stream.Read(buffer, end, buffer.Length - end);
        end += read;
        return read > 0;
    }
}
