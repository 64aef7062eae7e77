namespace Segue.Import;

/// <summary>A stream whose beginning can be looked at before it is read.</summary>
internal sealed class HeadStream : ForwardStream
{
    private readonly byte[] _head;
    private int _given, _dropped;

    public HeadStream(Stream inner, int bytes)
        : base(inner)
    {
        byte[] head = new byte[bytes];
        int got = inner.ReadAtLeast(head, bytes, throwOnEndOfStream: false);
        _head = head[..got];
        IsWhole = got < bytes;
    }

    /// <summary>The first bytes.</summary>
    public ReadOnlyMemory<byte> Head => _head.AsMemory(_dropped);

    /// <summary>Whether there is nothing behind them.</summary>
    public bool IsWhole { get; }

    public override int Read(Span<byte> buffer)
    {
        if (_given == _head.Length)
            return Inner.Read(buffer);
        int count = Math.Min(buffer.Length, _head.Length - _given);
        _head.AsSpan(_given, count).CopyTo(buffer);
        _given += count;
        return count;
    }

    /// <summary>Leaves out the first bytes: a byte order mark.</summary>
    public void Drop(int bytes) => (_given, _dropped) = (_given + bytes, _dropped + bytes);
}
