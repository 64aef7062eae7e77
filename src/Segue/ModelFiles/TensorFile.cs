using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Segue.Writing;

namespace Segue.ModelFiles;

/// <summary>
/// A safetensors file (https://github.com/huggingface/safetensors), mapped into memory: an 8-byte little-endian header length, a JSON header
/// that gives each tensor's dtype, shape and offsets, then the tensors without gaps. NumPy reads it with the safetensors package.
/// <para>Ours carry three entries of metadata: <c>segue</c> (what the file holds: its magic), <c>version</c> (of that layout) and
/// <c>xxh128</c>, the XXH128 of the whole file computed with those 32 digits as zeros. Opening checks all three, so that a file that was cut,
/// damaged or made by something else is refused and never misread.</para>
/// </summary>
internal sealed class TensorFile : IDisposable
{
    private const int HeaderBytesMax = 16 << 20;
    private const string HashKey = "\"xxh128\":\"";
    private const int HashDigits = 32;

    private readonly MappedBytes _bytes;
    private readonly Dictionary<string, Entry> _tensors;
    private readonly Dictionary<string, string> _metadata;
    private readonly long _dataStart;

    private TensorFile(string path, MappedBytes bytes, Dictionary<string, Entry> tensors, Dictionary<string, string> metadata, long dataStart) =>
        (Path, _bytes, _tensors, _metadata, _dataStart) = (path, bytes, tensors, metadata, dataStart);

    public string Path { get; }

    public long LengthBytes => _bytes.Length;

    public IReadOnlyCollection<string> Names => _tensors.Keys;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>The XXH128 of the whole file that it carries, which opening has checked.</summary>
    public string Checksum => _metadata["xxh128"];

    /// <summary>Opens and checks a file that <see cref="TensorWriter"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <param name="magic">What it must hold, e.g. "als".</param>
    /// <param name="versionMax">The newest version of that layout this program reads.</param>
    /// <exception cref="ModelFileException">Missing, cut, damaged, foreign, or too new.</exception>
    public static TensorFile Open(string path, string magic, int versionMax)
    {
        MappedBytes bytes = MappedBytes.Open(path);
        try
        {
            TensorFile file = Parse(path, bytes);
            if (!file._metadata.TryGetValue("segue", out string? found) || found != magic)
                throw new ModelFileException(path, found is null ? "is a safetensors file, but not one of Segue's" : $"holds '{found}', but '{magic}' was expected");
            string layout = file._metadata.GetValueOrDefault("version") ?? "";
            if (!int.TryParse(layout, NumberStyles.None, CultureInfo.InvariantCulture, out int version) || version < 1 || version > versionMax)
                throw new ModelFileException(path, $"has layout version '{layout}', but this program reads 1 to {versionMax}; was it written by a newer Segue?");
            file.CheckHash();
            return file;
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    public int Version => int.Parse(_metadata["version"], CultureInfo.InvariantCulture);

    public bool Has(string name) => _tensors.ContainsKey(name);

    /// <summary>The values of a tensor, row-major, straight from the mapped file.</summary>
    /// <exception cref="ModelFileException">There is no such tensor, or it has another type or shape.</exception>
    public ReadOnlyMemory<T> Read<T>(string name, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        Entry entry = Find(name);
        if (entry.Dtype != DtypeOf<T>())
            throw new ModelFileException(Path, $"tensor '{name}' is {entry.Dtype}, but {DtypeOf<T>()} was expected");
        if (shape.Length > 0 && !shape.SequenceEqual(entry.Shape))
            throw new ModelFileException(Path, $"tensor '{name}' has shape [{string.Join(", ", entry.Shape)}], but [{string.Join(", ", shape.ToArray())}] was expected");
        return _bytes.Slice<T>(_dataStart + entry.Start, entry.End - entry.Start);
    }

    public IReadOnlyList<long> Shape(string name) => Find(name).Shape;

    public void Dispose() => _bytes.Dispose();

    internal static string DtypeOf<T>() => default(T) switch
    {
        float => "F32",
        double => "F64",
        Half => "F16",
        int => "I32",
        long => "I64",
        ulong => "U64",
        uint => "U32",
        ushort => "U16",
        short => "I16",
        sbyte => "I8",
        byte => "U8",
        _ => throw new NotSupportedException($"{typeof(T)} is no tensor type."),
    };

    private static int SizeOf(string dtype) => dtype switch
    {
        "F64" or "I64" or "U64" => 8,
        "F32" or "I32" or "U32" => 4,
        "F16" or "U16" or "I16" => 2,
        "I8" or "U8" => 1,
        _ => 0,
    };

    private Entry Find(string name) => _tensors.TryGetValue(name, out Entry? entry) ? entry : throw new ModelFileException(Path, $"has no tensor '{name}'");

    private static TensorFile Parse(string path, MappedBytes bytes)
    {
        if (bytes.Length < 8)
            throw new ModelFileException(path, $"is {bytes.Length} bytes long: no model file, or one that was cut off");
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span(0, 8));
        if (headerLength is < 2 or > HeaderBytesMax || (long)headerLength > bytes.Length - 8)
            throw new ModelFileException(path, "is not a safetensors file, or it was cut off");
        long dataStart = 8 + (long)headerLength, dataBytes = bytes.Length - dataStart;
        Dictionary<string, Entry> tensors = new(StringComparer.Ordinal);
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        try
        {
            using JsonDocument header = JsonDocument.Parse(bytes.Span(8, (int)headerLength).ToArray(), new JsonDocumentOptions { MaxDepth = 8 });
            foreach (JsonProperty property in header.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__")
                {
                    foreach (JsonProperty m in property.Value.EnumerateObject())
                        metadata[m.Name] = m.Value.GetString() ?? "";
                    continue;
                }

                string dtype = property.Value.GetProperty("dtype").GetString() ?? "";
                long[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())];
                JsonElement offsets = property.Value.GetProperty("data_offsets");
                long start = offsets[0].GetInt64(), end = offsets[1].GetInt64();
                int width = SizeOf(dtype);
                if (width == 0)
                    throw new ModelFileException(path, $"has a tensor '{property.Name}' of type '{dtype}', which Segue never writes: not one of its files");
                long size = shape.Aggregate((long)width, (a, s) => checked(a * s));
                if (shape.Any(s => s < 0) || start < 0 || end < start || end - start != size || end > dataBytes || start % width != 0)
                    throw new ModelFileException(path, $"tensor '{property.Name}' does not lie in the file; it was cut off or damaged");
                if (!tensors.TryAdd(property.Name, new Entry(dtype, shape, start, end)))
                    throw new ModelFileException(path, $"tensor '{property.Name}' stands twice");
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException
            or IndexOutOfRangeException or ArgumentException)
        {
            throw new ModelFileException(path, "has a damaged header, or is not a safetensors file", e);
        }

        long expected = 0;
        foreach (Entry entry in tensors.Values.OrderBy(t => t.Start).ThenBy(t => t.End))
        {
            if (entry.Start != expected)
                throw new ModelFileException(path, "has gaps or overlaps between its tensors");
            expected = entry.End;
        }

        if (expected != dataBytes)
            throw new ModelFileException(path, $"holds {dataBytes} bytes of data, but its header speaks of {expected}; it was cut off or damaged");
        return new TensorFile(path, bytes, tensors, metadata, dataStart);
    }

    private void CheckHash()
    {
        int at = HashOffset(_bytes.Span(8, (int)(_dataStart - 8)));
        if (at < 0 || _metadata.GetValueOrDefault("xxh128")?.Length != HashDigits || 8 + at + HashDigits > _dataStart)
            throw new ModelFileException(Path, "carries no checksum");
        byte[] header = _bytes.Span(0, (int)_dataStart).ToArray();
        string expected = Encoding.ASCII.GetString(header, 8 + at, HashDigits);
        header.AsSpan(8 + at, HashDigits).Fill((byte)'0');
        var hash = new XxHash128();
        hash.Append(header);
        for (long offset = _dataStart; offset < _bytes.Length; offset += 1 << 30)
            hash.Append(_bytes.Span(offset, (int)Math.Min(1 << 30, _bytes.Length - offset)));
        if (Convert.ToHexStringLower(hash.GetCurrentHash()) != expected)
            throw new ModelFileException(Path, "is damaged: its checksum does not agree");
    }

    /// <summary>The checksum that a file carries, unchecked; null where it is no tensor file of ours.</summary>
    public static string? ChecksumOf(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] length = new byte[8];
        if (file.ReadAtLeast(length, length.Length, throwOnEndOfStream: false) < length.Length)
            return null;
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(length);
        if (headerLength > HeaderBytesMax || (long)headerLength > file.Length - length.Length)
            return null;
        byte[] header = new byte[headerLength];
        file.ReadExactly(header);
        int at = HashOffset(header);
        return at >= 0 && at + HashDigits <= header.Length ? Encoding.ASCII.GetString(header, at, HashDigits) : null;
    }

    internal static int HashOffset(ReadOnlySpan<byte> header) => header.IndexOf(Encoding.ASCII.GetBytes(HashKey)) is >= 0 and var at ? at + HashKey.Length : -1;

    private sealed record Entry(string Dtype, long[] Shape, long Start, long End);
}

/// <summary>Collects tensors and writes them as one <see cref="TensorFile"/>. The same tensors give the same bytes.</summary>
internal sealed class TensorWriter(string magic, int version)
{
    private readonly List<(string Name, string Dtype, int Size, long[] Shape, Func<ReadOnlyMemory<byte>> Bytes, long Length)> _tensors = [];

    /// <summary>Extra metadata, e.g. the name of an embedder.</summary>
    public SortedDictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <param name="name">Unique in the file.</param>
    /// <param name="values">Row-major values; kept by reference until written.</param>
    /// <param name="shape">Their shape; one dimension when left out.</param>
    public TensorWriter Add<T>(string name, ReadOnlyMemory<T> values, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        long[] dimensions = shape.Length == 0 ? [values.Length] : shape.ToArray();
        if (name == "__metadata__" || _tensors.Any(t => t.Name == name))
            throw new ArgumentException($"A file has one '{name}'.", nameof(name));
        if (dimensions.Any(d => d < 0) || dimensions.Aggregate(1L, (a, s) => checked(a * s)) != values.Length)
            throw new ArgumentException($"{values.Length} values of '{name}' do not have shape [{string.Join(", ", dimensions)}].", nameof(shape));
        int size = Unsafe.SizeOf<T>();
        _tensors.Add((name, TensorFile.DtypeOf<T>(), size, dimensions, () => new CastMemory<T>(values).Memory, (long)values.Length * size));
        return this;
    }

    /// <summary>Writes the file and forces it to the disk. Not atomic: write it where nobody looks yet (<see cref="VersionStore.Write"/>).</summary>
    /// <exception cref="IOException">No space, no such folder.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission.</exception>
    public void Save(string path)
    {
        using FileStream stream = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        Save(stream);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Writes the file to a stream, e.g. one of <see cref="AtomicFile"/>.</summary>
    public void Save(Stream stream)
    {
        // Wide types first, so that every tensor is aligned without gaps (the format allows none).
        var ordered = _tensors.OrderByDescending(t => t.Size).ToArray();
        byte[] header = Header(ordered);
        var hash = new XxHash128();
        hash.Append(header);
        foreach (var tensor in ordered)
            hash.Append(tensor.Bytes().Span);
        int at = 8 + TensorFile.HashOffset(header.AsSpan(8));
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash.GetCurrentHash())).CopyTo(header, at);

        stream.Write(header);
        foreach (var tensor in ordered)
            stream.Write(tensor.Bytes().Span);
    }

    private byte[] Header(IEnumerable<(string Name, string Dtype, int Size, long[] Shape, Func<ReadOnlyMemory<byte>> Bytes, long Length)> tensors)
    {
        using MemoryStream json = new();
        json.Write(new byte[8]);
        using (Utf8JsonWriter writer = new(json))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("__metadata__");
            writer.WriteString("segue", magic);
            writer.WriteString("version", version.ToString(CultureInfo.InvariantCulture));
            writer.WriteString("xxh128", new string('0', 32));
            foreach ((string key, string value) in Metadata)
            {
                if (key is "segue" or "version" or "xxh128")
                    throw new InvalidOperationException($"Metadata '{key}' is the file's own.");
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
            long offset = 0;
            foreach (var tensor in tensors)
            {
                writer.WriteStartObject(tensor.Name);
                writer.WriteString("dtype", tensor.Dtype);
                writer.WriteStartArray("shape");
                foreach (long s in tensor.Shape)
                    writer.WriteNumberValue(s);
                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets");
                writer.WriteNumberValue(offset);
                writer.WriteNumberValue(offset += tensor.Length);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        while (json.Length % 64 != 0)
            json.WriteByte((byte)' ');
        byte[] bytes = json.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)bytes.Length - 8);
        return bytes;
    }

    private sealed class CastMemory<T>(ReadOnlyMemory<T> values) : System.Buffers.MemoryManager<byte>
        where T : unmanaged
    {
        public override Span<byte> GetSpan()
        {
            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values.Span);
            return MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(bytes), bytes.Length);
        }

        public override System.Buffers.MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
