using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Segue.Embedding;

/// <summary>
/// The table behind <see cref="StaticEmbeddingGenerator"/>: one vector a piece of the vocabulary, as int8 with one scale a piece. It is read where it
/// lies: the resource is a part of the assembly's mapped file, so that opening it copies nothing.
/// <para>Layout (little-endian): <c>SEGUEVEC</c>, u32 version (1), u32 pieces, u32 dimensions, u32 bytes of the vocabulary, u64 XXH3 of all that
/// follows; then f32[pieces] scales, i8[pieces × dimensions] values, and the vocabulary as in a vocab.txt. Row i belongs to line i; a scale of 0 is a
/// piece without a meaning ([UNK] and the other special ones).</para>
/// </summary>
internal sealed class StaticVectors
{
    private const int HeaderBytes = 32, FormatVersion = 1;
    private const string ResourceName = "Segue.Embedding.Resources.static-minilm.vec";
    private readonly ReadOnlyMemory<byte> _scales;
    private readonly ReadOnlyMemory<byte> _values;

    private StaticVectors(WordPieceTokenizer tokenizer, int dimensions, ReadOnlyMemory<byte> scales, ReadOnlyMemory<byte> values, ulong hash) =>
        (Tokenizer, Dimensions, _scales, _values, Id) = (tokenizer, dimensions, scales, values, "minilm#" + hash.ToString("x16")[..8]);

    public WordPieceTokenizer Tokenizer { get; }

    public int Dimensions { get; }

    /// <summary>Names this very table: its hash is in it.</summary>
    public string Id { get; }

    public ReadOnlySpan<float> Scales => MemoryMarshal.Cast<byte, float>(_scales.Span);

    /// <summary>Row-major, one row a piece.</summary>
    public ReadOnlySpan<sbyte> Values => MemoryMarshal.Cast<byte, sbyte>(_values.Span);

    /// <summary>The table that comes with the library.</summary>
    public static unsafe StaticVectors OpenBuiltIn()
    {
        Stream resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourceName)
            ?? throw new ModelFileException(ResourceName, "is missing from the library");
        if (resource is UnmanagedMemoryStream mapped)
            return Read(new MappedResource(mapped.PositionPointer, checked((int)mapped.Length)).Memory, ResourceName);
        using MemoryStream copy = new();
        resource.CopyTo(copy);
        return Read(copy.ToArray(), ResourceName);
    }

    /// <param name="bytes">A whole file.</param>
    /// <param name="name">How to call it in an error.</param>
    /// <exception cref="ModelFileException">It is foreign, cut, damaged, or of another version.</exception>
    public static StaticVectors Read(ReadOnlyMemory<byte> bytes, string name)
    {
        ReadOnlySpan<byte> header = bytes.Span;
        if (header.Length < HeaderBytes || !header.StartsWith("SEGUEVEC"u8))
            throw new ModelFileException(name, "is not a table of static vectors, or it was cut off");
        uint Field(int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[at..]);
        (uint version, uint pieces, uint dimensions, uint vocabularyBytes) = (Field(8), Field(12), Field(16), Field(20));
        if (version != FormatVersion)
            throw new ModelFileException(name, $"has version {version}, but this program reads {FormatVersion}; was it written by a newer Segue?");
        ulong expected = BinaryPrimitives.ReadUInt64LittleEndian(header[24..]);
        ReadOnlyMemory<byte> body = bytes[HeaderBytes..];
        ulong scaleBytes = pieces * 4ul, valueBytes = (ulong)pieces * dimensions;
        if (pieces is 0 or > 1 << 20 || dimensions is 0 or > 4096 || scaleBytes + valueBytes + vocabularyBytes != (ulong)body.Length)
        {
            string claim = $"its header speaks of {pieces} vectors of {dimensions} numbers";
            throw new ModelFileException(name, $"is {bytes.Length} bytes long, but {claim}; it was cut off or damaged");
        }

        if (XxHash3.HashToUInt64(body.Span) != expected)
            throw new ModelFileException(name, "is damaged: its checksum does not agree");
        int split = (int)(scaleBytes + valueBytes);
        WordPieceVocabulary vocabulary = WordPieceVocabulary.Parse(body.Span[split..]);
        return vocabulary.Count == pieces
            ? new StaticVectors(new WordPieceTokenizer(vocabulary, name), (int)dimensions, body[..(int)scaleBytes], body[(int)scaleBytes..split], expected)
            : throw new ModelFileException(name, $"has {vocabulary.Count} pieces, but {pieces} vectors");
    }

    /// <summary>Quantizes and writes a table. Rows of zeros get scale 0.</summary>
    /// <param name="pieces">The vocabulary, special pieces included.</param>
    /// <param name="vectors">Row-major, pieces × dimensions.</param>
    public static byte[] Write(IReadOnlyList<string> pieces, ReadOnlySpan<float> vectors)
    {
        int dimensions = vectors.Length / pieces.Count;
        byte[] vocabulary = System.Text.Encoding.UTF8.GetBytes(string.Concat(pieces.Select(p => p + "\n")));
        byte[] bytes = new byte[HeaderBytes + pieces.Count * (4 + dimensions) + vocabulary.Length];
        "SEGUEVEC"u8.CopyTo(bytes);
        uint[] fields = [FormatVersion, (uint)pieces.Count, (uint)dimensions, (uint)vocabulary.Length];
        for (int i = 0; i < fields.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8 + 4 * i), fields[i]);
        Span<float> scales = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(HeaderBytes, pieces.Count * 4));
        Span<sbyte> values = MemoryMarshal.Cast<byte, sbyte>(bytes.AsSpan(HeaderBytes + pieces.Count * 4, pieces.Count * dimensions));
        for (int i = 0; i < pieces.Count; i++)
        {
            ReadOnlySpan<float> row = vectors.Slice(i * dimensions, dimensions);
            float largest = 0;
            foreach (float v in row)
                largest = Math.Max(largest, Math.Abs(v));
            scales[i] = largest / 127;
            for (int d = 0; d < dimensions && largest > 0; d++)
                values[i * dimensions + d] = (sbyte)MathF.Round(row[d] / scales[i]);
        }

        vocabulary.CopyTo(bytes.AsSpan(bytes.Length - vocabulary.Length));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), XxHash3.HashToUInt64(bytes.AsSpan(HeaderBytes)));
        return bytes;
    }

    /// <summary>Part of the assembly's file, which stays mapped as long as the process lives.</summary>
    private sealed unsafe class MappedResource(byte* start, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(start, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
