using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Segue.ModelFiles;
using Segue.Numerics;
using Segue.VectorSearch;

namespace Segue.VectorData;

/// <summary>
/// A store in a folder: <c>collections/</c> with versions (<see cref="VersionStore"/>), each a whole store. Of each collection one tensor file, with
/// its layout, its records as lines of JSON by row, and its vectors; and one for each HNSW graph, so that none is built anew.
/// </summary>
internal static class StoreFiles
{
    public const string Kind = "collections";

    private const string Magic = "vector-collection", Layout = "layout", Name = "name", Records = "records", Extension = ".safetensors";
    private const int FileVersion = 1;
    private const byte LineEnd = (byte)'\n';

    private static readonly JsonSerializerOptions s_json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Types of values that a file can hold, by the name that a layout has for them.</summary>
    private static readonly Dictionary<string, Type> s_types = new[]
    {
        typeof(string), typeof(bool), typeof(byte), typeof(short), typeof(int), typeof(long), typeof(float), typeof(double), typeof(decimal),
        typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan),
    }.SelectMany(Forms).ToDictionary(type => type.ToString(), StringComparer.Ordinal);

    /// <exception cref="SegueException">A property's values cannot be written, or the folder cannot.</exception>
    public static void Save(StoredCollections collections, string folder, CancellationToken cancellation)
    {
        (string Name, StoredCollection Data)[] all = [.. collections.Names.Select(n => (n, collections.Find(n))).Where(c => c.Item2 is not null)!];
        foreach ((string name, StoredCollection data) in all)
            CheckTypes(name, data.Layout);
        ModelCard card = new() { Kind = Kind, Data = "", Parameters = new JsonObject { ["collections"] = all.Length } };
        new VersionStore(folder, Kind).Write(card, staging =>
        {
            for (int i = 0; i < all.Length; i++)
                all[i].Data.WithoutWriters(() => Save(all[i].Name, all[i].Data, Path.Combine(staging, Stem(i))), cancellation);
        });
    }

    /// <param name="files">Owns the mappings of graphs: the collections are good until it is disposed.</param>
    /// <exception cref="SegueException">There is no store, or a file of it is missing or damaged.</exception>
    public static StoredCollections Open(string folder, MappedFiles files)
    {
        string version = new VersionStore(folder, Kind).Find().Folder;
        ModelCard card = ModelCard.Read(Path.Combine(version, "card.json"));
        StoredCollections collections = new();
        for (int i = 0; card.Files.ContainsKey(Stem(i) + Extension); i++)
        {
            (string name, StoredCollection data) = Load(Path.Combine(version, Stem(i)), files);
            collections.Add(name, data);
        }

        return collections;
    }

    private static string Stem(int number) => string.Create(CultureInfo.InvariantCulture, $"collection-{number:0000}");

    private static string GraphPath(string stem, int property) => string.Create(CultureInfo.InvariantCulture, $"{stem}-{property}{Extension}");

    private static IEnumerable<Type> Forms(Type type)
    {
        yield return type;
        yield return type.MakeArrayType();
        yield return typeof(List<>).MakeGenericType(type);
        if (type.IsValueType)
            yield return typeof(Nullable<>).MakeGenericType(type);
    }

    private static void CheckTypes(string name, RecordLayout layout)
    {
        foreach (StoredProperty p in layout.Properties)
        {
            if (p.Type == StoredProperty.Vector || s_types.ContainsKey(p.Type))
                continue;
            throw new SegueException(
                $"collection '{name}' cannot be saved: '{p.Name}' is a {p.Type}; texts, numbers, times, Guids, and arrays and lists of them can");
        }
    }

    private static void Save(string name, StoredCollection data, string stem)
    {
        TensorWriter file = new(Magic, FileVersion);
        file.Metadata[Name] = name;
        file.Metadata[Layout] = JsonSerializer.Serialize(data.Layout.Properties, s_json);
        StoredProperty[] properties = data.Layout.Properties;
        MemoryStream lines = new();
        foreach (StoredRecord? record in data.Rows)
        {
            using (Utf8JsonWriter line = new(lines))
                WriteLine(line, record, properties);
            lines.WriteByte(LineEnd);
        }

        file.Add<byte>(Records, lines.GetBuffer().AsMemory(0, (int)lines.Length));
        for (int p = 0; p < properties.Length; p++)
        {
            if (properties[p].Vectors is not { } vectors)
                continue;
            int[] with = [.. Enumerable.Range(0, data.Rows.Count).Where(r => data.Rows[r]?.Vectors[p] is not null)];
            float[] values = new float[checked(with.Length * vectors.Dimensions)];
            for (int i = 0; i < with.Length; i++)
                data.Rows[with[i]]!.Vectors[p]!.Value.Span.CopyTo(values.AsSpan(i * vectors.Dimensions));
            file.Add<int>(RowsOf(p), with).Add<float>(VectorsOf(p), values, with.Length, vectors.Dimensions);
            if (data.Graph(p) is { } graph)
                VectorIndexFiles.Save(graph, GraphPath(stem, p));
        }

        file.Save(stem + Extension);
    }

    private static string RowsOf(int property) => string.Create(CultureInfo.InvariantCulture, $"{property}.rows");

    private static string VectorsOf(int property) => string.Create(CultureInfo.InvariantCulture, $"{property}.vectors");

    /// <summary>The values in the layout's order; of a vector only that there is one.</summary>
    private static void WriteLine(Utf8JsonWriter line, StoredRecord? record, StoredProperty[] properties)
    {
        if (record is null)
        {
            line.WriteNullValue();
            return;
        }

        line.WriteStartArray();
        for (int p = 0; p < properties.Length; p++)
        {
            if (properties[p].Type == StoredProperty.Vector)
                line.WriteBooleanValue(record.Vectors[p] is not null);
            else
                JsonSerializer.Serialize(line, record.Values[p], s_types[properties[p].Type], s_json);
        }

        line.WriteEndArray();
    }

    private static (string Name, StoredCollection Data) Load(string stem, MappedFiles files)
    {
        TensorFile file = files.Open(stem + Extension, Magic, FileVersion);
        try
        {
            StoredProperty[] properties = JsonSerializer.Deserialize<StoredProperty[]>(file.Metadata[Layout], s_json)
                ?? throw new ArgumentException("it has no layout");
            ReadOnlyMemory<byte> lines = file.Read<byte>(Records);
            StoredRecord?[] rows = new StoredRecord?[lines.Span.Count(LineEnd)];
            for (int r = 0, start = 0; r < rows.Length; r++)
            {
                int length = lines.Span[start..].IndexOf(LineEnd);
                rows[r] = ReadLine(lines.Slice(start, length), properties);
                start += length + 1;
            }

            HnswIndex?[] graphs = new HnswIndex?[properties.Length];
            for (int p = 0; p < properties.Length; p++)
            {
                if (properties[p].Vectors is not { } vectors)
                    continue;
                ReadVectors(file, p, properties[p], rows);
                if (vectors.Hnsw is not null)
                    graphs[p] = OpenGraph(GraphPath(stem, p), vectors, rows.Count(row => row?.Vectors[p] is not null), files);
            }

            return (file.Metadata[Name], new StoredCollection(new RecordLayout(properties), rows, graphs));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or ArgumentException or IndexOutOfRangeException)
        {
            // The checksum is right, so a program other than this one wrote it.
            throw new ModelFileException(file.Path, "is damaged: " + e.Message, e);
        }
    }

    private static StoredRecord? ReadLine(ReadOnlyMemory<byte> line, StoredProperty[] properties)
    {
        using JsonDocument json = JsonDocument.Parse(line);
        if (json.RootElement.ValueKind == JsonValueKind.Null)
            return null;
        object?[] values = new object?[properties.Length];
        for (int p = 0; p < properties.Length; p++)
        {
            JsonElement value = json.RootElement[p];
            if (properties[p].Type != StoredProperty.Vector && value.ValueKind != JsonValueKind.Null)
                values[p] = value.Deserialize(s_types[properties[p].Type], s_json);
        }

        return new StoredRecord(values, new ReadOnlyMemory<float>?[properties.Length]);
    }

    private static void ReadVectors(TensorFile file, int property, StoredProperty stored, StoredRecord?[] rows)
    {
        MatrixView vectors = file.ReadMatrix(VectorsOf(property));
        ReadOnlySpan<int> with = file.Read<int>(RowsOf(property), vectors.Rows).Span;
        for (int i = 0; i < vectors.Rows; i++)
        {
            float[] vector = vectors.Row(i).ToArray();
            StoredRecord record = rows[with[i]] ?? throw new ArgumentException($"row {with[i]} has a vector and no record");
            record.Vectors[property] = vector;
            if (stored.Type == StoredProperty.Vector)
                record.Values[property] = vector;
        }
    }

    private static HnswIndex OpenGraph(string path, StoredVectors vectors, int count, MappedFiles files)
    {
        var graph = VectorIndexFiles.Open(path, files) as HnswIndex;
        return graph is not null && (graph.Dimensions, graph.Metric, graph.Count) == (vectors.Dimensions, vectors.Metric, count)
            ? graph
            : throw new ModelFileException(path, $"is not the graph of {count} vectors of {vectors.Dimensions} dimensions under {vectors.Metric}");
    }
}
