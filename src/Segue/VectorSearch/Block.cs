using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Segue.VectorSearch;

/// <summary>
/// A column of values at a fixed address that starts on a cache line: of our own (pinned, zeroed) or in a mapped file (read-only).
/// A row of 384 bytes then is six cache lines and never seven.
/// </summary>
internal sealed unsafe class Block<T>
    where T : unmanaged
{
    private const int LineBytes = 64;

    private readonly ReadOnlyMemory<T> _memory; // Keeps what Start points to alive.
    private readonly MemoryHandle _pin;

    private Block(ReadOnlyMemory<T> memory, bool isOwn)
    {
        _memory = memory;
        _pin = memory.Pin();
        Start = (T*)_pin.Pointer;
        IsOwn = isOwn;
    }

    public T* Start { get; }

    public int Length => _memory.Length;

    /// <summary>Whether it may be written to.</summary>
    public bool IsOwn { get; }

    public ReadOnlySpan<T> Values => new(Start, Length);

    /// <summary>Says whether the file that it lies in is still mapped; <see cref="Start"/> alone does not.</summary>
    /// <exception cref="ObjectDisposedException">It is not.</exception>
    public void ThrowIfGone() => _ = _memory.Span;

    public static Block<T> Allocate(long length)
    {
        int pad = LineBytes / Unsafe.SizeOf<T>();
        if (length > (Array.MaxLength / Unsafe.SizeOf<T>()) - pad)
            throw new VectorException($"{length:n0} values of {Unsafe.SizeOf<T>()} bytes are more than one index can hold; split the rows over several");
        T[] array = GC.AllocateArray<T>((int)length + pad, pinned: true);
        long address = (long)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
        int skip = (int)((LineBytes - address % LineBytes) % LineBytes / Unsafe.SizeOf<T>());
        return new Block<T>(array.AsMemory(skip, (int)length), isOwn: true);
    }

    /// <summary>Memory that does not move by itself: a mapped file's.</summary>
    public static Block<T> Over(ReadOnlyMemory<T> memory) => new(memory, isOwn: false);

    /// <summary>The first values in a new block of another length.</summary>
    public Block<T> Resized(long length)
    {
        Block<T> block = Allocate(length);
        Values[..(int)Math.Min(Length, length)].CopyTo(new Span<T>(block.Start, block.Length));
        return block;
    }

    public ReadOnlyMemory<T> First(int length) => _memory[..length];

    public Span<T> Writable(long start, int length) => IsOwn && start >= 0 && start + length <= Length
        ? new Span<T>(Start + start, length)
        : throw new InvalidOperationException("This block is not ours to write, or not so long.");
}
