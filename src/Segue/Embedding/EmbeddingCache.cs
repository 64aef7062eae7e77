using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace Segue.Embedding;

/// <summary>
/// Vectors that one embedder made, by the hash of their text, in one file that only grows: a rebuild embeds only what changed, and work that was
/// killed goes on where it was.
/// <para>Layout (little-endian): a header of 64 bytes (<c>SEGUECCH</c>, u32 version 1, u32 dimensions, the 16-byte XXH128 of the embedder's id,
/// zeros, u64 XXH3 of the 56 bytes before), then records of one size: the 16-byte XXH128 of the text as UTF-16, f32[dimensions], u64 XXH3 of both.
/// Opening reads all records. One that does not hold is passed over and costs its text's vector, which may have been paid for, and no other; behind
/// the last that holds the file is cut: after a kill or a power cut the last few may be torn. A damaged header is written again, because the file's
/// name and the records say all that stood in it; a whole one of another version or embedder begins the file anew.</para>
/// <para>One process at a time; not thread-safe.</para>
/// </summary>
internal sealed class EmbeddingCache : IDisposable
{
    private const int HeaderBytes = 64, FormatVersion = 1, KeyBytes = 16, HashBytes = 8;
    private readonly FileStream _file;
    private readonly Dictionary<UInt128, long> _offsets = [];
    private readonly int _recordBytes;
    private readonly byte[] _record;
    private long _end;

    private EmbeddingCache(FileStream file, int dimensions)
    {
        (_file, Dimensions) = (file, dimensions);
        _recordBytes = KeyBytes + dimensions * sizeof(float) + HashBytes;
        _record = new byte[_recordBytes];
    }

    /// <summary>The length of the vectors.</summary>
    public int Dimensions { get; }

    /// <summary>How many texts it knows.</summary>
    public int Count => _offsets.Count;

    /// <summary>Opens the cache of an embedder, or begins it.</summary>
    /// <param name="folder">Holds one file an embedder; made when it is not there.</param>
    /// <param name="embedderId">As <see cref="Embedders.IdOf"/> gives it.</param>
    /// <param name="dimensions">The length of its vectors.</param>
    /// <param name="keep">Use what is in it? False begins it anew.</param>
    /// <exception cref="SegueException">Another process has it open, or the disk does not allow it.</exception>
    public static EmbeddingCache Open(string folder, string embedderId, int dimensions, bool keep = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        byte[] header = Header(embedderId, dimensions);
        string path = Path.Combine(folder, Convert.ToHexStringLower(header.AsSpan(16, 8)) + ".cache");
        FileStream? file = null;
        try
        {
            Directory.CreateDirectory(folder);
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1 << 16);
            EmbeddingCache cache = new(file, dimensions);
            if (!keep || !cache.TryLoad(header))
                cache.Begin(header);
            return cache;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new SegueException($"{path}: cannot be opened ({e.Message}); if another build is running with this home, wait for it", e);
        }
    }

    /// <summary>What a text is known by.</summary>
    public static UInt128 KeyOf(ReadOnlySpan<char> text) => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(text));

    /// <summary>Is the vector of this text here?</summary>
    public bool Contains(UInt128 key) => _offsets.ContainsKey(key);

    /// <param name="vector">Receives the vector.</param>
    /// <returns>False when it is not here.</returns>
    public bool TryGet(UInt128 key, Span<float> vector)
    {
        if (!_offsets.TryGetValue(key, out long offset))
            return false;
        _file.Position = offset + KeyBytes;
        _file.ReadExactly(MemoryMarshal.AsBytes(vector[..Dimensions]));
        return true;
    }

    /// <summary>Adds a vector; a text that is there keeps the one it has.</summary>
    public void Add(UInt128 key, ReadOnlySpan<float> vector)
    {
        if (vector.Length != Dimensions)
            throw new ArgumentException($"The cache holds vectors of {Dimensions} dimensions, not of {vector.Length}.", nameof(vector));
        if (!_offsets.TryAdd(key, _end))
            return;
        BinaryPrimitives.WriteUInt128LittleEndian(_record, key);
        MemoryMarshal.AsBytes(vector).CopyTo(_record.AsSpan(KeyBytes));
        BinaryPrimitives.WriteUInt64LittleEndian(_record.AsSpan(^HashBytes), XxHash3.HashToUInt64(_record.AsSpan(..^HashBytes)));
        _file.Position = _end;
        _file.Write(_record);
        _end += _recordBytes;
    }

    /// <summary>Hands what was added to the operating system: from here on a kill loses nothing of it.</summary>
    public void Flush() => _file.Flush();

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static byte[] Header(string embedderId, int dimensions)
    {
        byte[] header = new byte[HeaderBytes];
        "SEGUECCH"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), dimensions);
        XxHash128.Hash(Encoding.UTF8.GetBytes($"{embedderId}\n{dimensions}"), header.AsSpan(16, 16));
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(^HashBytes), XxHash3.HashToUInt64(header.AsSpan(..^HashBytes)));
        return header;
    }

    private void Begin(byte[] header)
    {
        _file.SetLength(0);
        _file.Position = 0;
        _file.Write(header);
        _file.Flush();
        _end = HeaderBytes;
    }

    /// <returns>False where nothing in the file is of use.</returns>
    private bool TryLoad(byte[] header)
    {
        byte[] found = new byte[HeaderBytes];
        if (_file.ReadAtLeast(found, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes)
            return false;
        bool isWhole = found.AsSpan().SequenceEqual(header);
        if (!isWhole && XxHash3.HashToUInt64(found.AsSpan(..^HashBytes)) == BinaryPrimitives.ReadUInt64LittleEndian(found.AsSpan(^HashBytes)))
            return false;
        _end = HeaderBytes;
        for (long at = HeaderBytes; _file.ReadAtLeast(_record, _recordBytes, throwOnEndOfStream: false) == _recordBytes; at += _recordBytes)
        {
            if (XxHash3.HashToUInt64(_record.AsSpan(..^HashBytes)) != BinaryPrimitives.ReadUInt64LittleEndian(_record.AsSpan(^HashBytes)))
                continue;
            _offsets[BinaryPrimitives.ReadUInt128LittleEndian(_record)] = at;
            _end = at + _recordBytes;
        }

        if (_file.Length != _end)
            _file.SetLength(_end);
        if (!isWhole)
        {
            _file.Position = 0;
            _file.Write(header);
            _file.Flush();
        }

        return true;
    }
}
