namespace Segue.Import;

/// <summary>Lines that end with CR alone, as on old Macs and from some spreadsheets, as lines that end with LF.</summary>
internal sealed class CarriageReturns(Stream inner) : ForwardStream(inner)
{
    /// <summary>Whether a file is of this kind: it has CR and no LF.</summary>
    public static bool Recognize(ReadOnlySpan<byte> head) => head.Contains((byte)'\r') && !head.Contains((byte)'\n') && !head.Contains((byte)0);

    public override int Read(Span<byte> buffer)
    {
        int read = Inner.Read(buffer);
        buffer[..read].Replace((byte)'\r', (byte)'\n');
        return read;
    }
}
