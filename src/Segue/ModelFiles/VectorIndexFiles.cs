using System.Globalization;
using System.Numerics.Tensors;
using Segue.Numerics;
using Segue.VectorSearch;

namespace Segue.ModelFiles;

/// <summary>Vector indexes as tensor files. What is opened stays mapped: its rows are read from the disk's cache when a search needs them.</summary>
internal static class VectorIndexFiles
{
    public const string FileName = "vectors.safetensors";

    private const string Magic = "vectors";
    private const int FileVersion = 1;

    /// <summary>What an HNSW index under inner product says of its rows' lengths; without it they are taken for uneven.</summary>
    private const string Lengths = "lengths", EvenLengths = "even";

    /// <summary>Columns before the codes are filled up to a whole cache line, so that rows of codes start on one in the mapped file too.</summary>
    private const int LineBytes = 64;

    /// <summary>Writes an index as one file; the same index gives the same bytes.</summary>
    public static void Save(IVectorIndex index, string path)
    {
        TensorWriter file = new(Magic, FileVersion);
        file.Metadata["metric"] = index.Metric.ToString();
        switch (index)
        {
            case FlatIndex flat:
                SaveFlat(flat, file);
                break;
            case HnswIndex hnsw:
                SaveHnsw(hnsw, file);
                break;
            default:
                throw new ArgumentException($"{index.GetType().Name} has no file layout.", nameof(index));
        }

        file.Save(path);
    }

    /// <summary>Opens an index for searching. The whole file is checked first, so that a damaged one is refused and never misread.</summary>
    /// <param name="files">Owns the mapping: the index is good until it is disposed.</param>
    /// <exception cref="ModelFileException">Missing, cut, damaged or foreign.</exception>
    public static IVectorIndex Open(string path, MappedFiles files)
    {
        TensorFile file = files.Open(path, Magic, FileVersion);
        if (!Enum.TryParse(file.Metadata.GetValueOrDefault("metric"), out Metric metric) || !Enum.IsDefined(metric))
            throw new ModelFileException(path, $"has metric '{file.Metadata.GetValueOrDefault("metric")}', which this program does not know");
        string kind = file.Metadata.GetValueOrDefault("index") ?? "";
        return kind switch
        {
            "flat" => OpenFlat(file, metric),
            "hnsw" => OpenHnsw(file, metric),
            _ => throw new ModelFileException(path, $"holds an index of kind '{kind}', which this program does not know"),
        };
    }

    private static void SaveFlat(FlatIndex flat, TensorWriter file)
    {
        file.Metadata["index"] = "flat";
        file.Add("rows", flat.Rows.Memory, flat.Rows.Rows, flat.Rows.Columns);
        if (flat.Metric == Metric.Cosine)
            file.Add("inverse_lengths", Padded(flat.InverseLengths));
        if (flat.Codes is not null)
            AddCodes(file, flat.Codes, flat.Count);
    }

    private static FlatIndex OpenFlat(TensorFile file, Metric metric)
    {
        MatrixView rows = file.ReadMatrix("rows");
        return Columns.Checked(file, () => new FlatIndex(
            rows,
            metric,
            metric == Metric.Cosine ? First<float>(file, "inverse_lengths", rows.Rows) : default,
            file.Has("codes") ? ReadCodes(file, metric, rows.Rows, rows.Columns) : null));
    }

    private static void SaveHnsw(HnswIndex index, TensorWriter file)
    {
        HnswGraph graph = index.Graph;
        int count = graph.Count;
        void Note(string name, long value) => file.Metadata[name] = value.ToString(CultureInfo.InvariantCulture);
        file.Metadata["index"] = "hnsw";
        Note("dimensions", index.Dimensions);
        Note("m", graph.M);
        Note("ef_construction", index.Options.EfConstruction);
        Note("ef_search", index.Options.EfSearch);
        file.Metadata["seed"] = index.Options.Seed.ToString(CultureInfo.InvariantCulture);
        Note("count", count);
        Note("entry", graph.Entry);
        Note("row_limit", index.RowLimit);
        if (index.Metric == Metric.InnerProduct)
            file.Metadata[Lengths] = graph.Rows.HasEvenLengths ? EvenLengths : "uneven";
        file.Add("links", graph.Links.First(count * 2 * graph.M));
        file.Add("upper", Padded(graph.Upper.First(graph.UpperUsed)));
        if (graph.DeadCount > 0)
            file.Add("dead", Padded(graph.Dead.First((count + 63) / 64)));
        if (graph.RowOf is not null && !IsIdentity(graph, count))
            file.Add("row_of", Padded(graph.RowOf.First(count)));
        AddCodes(file, graph.Rows, count);
        file.Add("levels", graph.Levels.First(count));
    }

    private static HnswIndex OpenHnsw(TensorFile file, Metric metric)
    {
        int Read(string name) => int.TryParse(file.Metadata.GetValueOrDefault(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw new ModelFileException(file.Path, $"has no number '{name}' in its header");
        return Columns.Checked(file, () =>
        {
            int count = Read("count"), m = Read("m"), rowLimit = Read("row_limit");
            HnswOptions options = new HnswOptions
            {
                M = m,
                EfConstruction = Read("ef_construction"),
                EfSearch = Read("ef_search"),
                Precision = file.Has("floats") ? Precision.Float32 : Precision.Bits12,
                Seed = ulong.TryParse(file.Metadata.GetValueOrDefault("seed"), NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed)
                    ? seed
                    : throw new ArgumentException("it has no seed"),
            }.Checked();
            ReadOnlyMemory<byte> levels = file.Read<byte>("levels", count);
            ReadOnlyMemory<int> links = file.Read<int>("links", 2L * m * count), upper = file.Read<int>("upper");
            (Block<int> upperStart, int upperUsed) = UpperStarts(levels.Span, m);
            if (upperUsed > upper.Length)
                throw new ArgumentException("it has fewer upper links than its layers need");
            CheckRange(links.Span, -1, count, "a link");
            CheckRange(upper.Span[..upperUsed], -1, count, "an upper link");
            ReadOnlyMemory<int> rowOf = file.Has("row_of") ? First<int>(file, "row_of", count) : default;
            CheckRange(rowOf.Span, 0, rowLimit, "a row");
            int entry = Read("entry");
            CheckRange([entry], count == 0 ? -1 : 0, count, "the entry");
            ReadOnlyMemory<ulong> dead = file.Has("dead") ? First<ulong>(file, "dead", (count + 63) / 64) : new ulong[(count + 63) / 64];
            HnswGraph graph = new()
            {
                M = m,
                Rows = ReadCodes(file, metric, count, Read("dimensions")),
                Links = Block<int>.Over(links),
                Levels = Block<byte>.Over(levels),
                UpperStart = upperStart,
                Upper = Block<int>.Over(upper),
                Dead = Block<ulong>.Over(dead),
                RowOf = rowOf.IsEmpty ? null : Block<int>.Over(rowOf),
                UpperUsed = upperUsed,
                DeadCount = (int)TensorPrimitives.PopCount(dead.Span),
                Count = count,
                Entry = entry,
            };
            if (!rowOf.IsEmpty || file.Has("dead") || rowLimit != count)
                graph.MapRows(rowLimit);
            return new HnswIndex(graph, options, rowLimit);
        });
    }

    private static (Block<int> Starts, int Used) UpperStarts(ReadOnlySpan<byte> levels, int m)
    {
        Block<int> starts = Block<int>.Allocate(levels.Length);
        Span<int> writable = starts.Writable(0, levels.Length);
        int used = 0;
        for (int slot = 0; slot < levels.Length; slot++)
        {
            writable[slot] = levels[slot] == 0 ? -1 : used;
            used = checked(used + levels[slot] * m);
        }

        return (starts, used);
    }

    private static void AddCodes(TensorWriter file, QuantizedRows rows, int count)
    {
        file.Add("scales", Padded(rows.Scales.First(count)));
        if (rows.SquaredLengths is not null)
            file.Add("squared_lengths", Padded(rows.SquaredLengths.First(count)));
        if (rows.Floats is not null)
            file.Add("floats", rows.Floats.First(count * rows.Stride), count, rows.Stride);
        file.Add("codes", rows.Codes.First(count * rows.Stride), count, rows.Stride);
        if (rows.Low is not null)
            file.Add("low", rows.Low.First(count * rows.Stride / 2), count, rows.Stride / 2);
    }

    private static QuantizedRows ReadCodes(TensorFile file, Metric metric, int count, int dimensions) => QuantizedRows.Over(
        dimensions,
        metric,
        file.Read<sbyte>("codes", count, QuantizedRows.StrideOf(dimensions)),
        First<float>(file, "scales", count),
        metric == Metric.L2 ? First<float>(file, "squared_lengths", count) : default,
        file.Has("low") ? file.Read<byte>("low") : default,
        file.Has("floats") ? file.Read<float>("floats") : default,
        file.Metadata.GetValueOrDefault(Lengths) == EvenLengths);

    /// <summary>The graph is walked by pointer: what the file says must be inside it.</summary>
    private static void CheckRange(ReadOnlySpan<int> values, int min, int limit, string what)
    {
        if (!values.IsEmpty && (TensorPrimitives.Min(values) < min || TensorPrimitives.Max(values) >= limit))
            throw new ArgumentException($"{what} lies outside {min}..{limit - 1}");
    }

    private static bool IsIdentity(HnswGraph graph, int count)
    {
        ReadOnlySpan<int> rows = graph.RowOf!.Values[..count];
        for (int slot = 0; slot < count; slot++)
        {
            if (rows[slot] != slot)
                return false;
        }

        return true;
    }

    private static ReadOnlyMemory<T> Padded<T>(ReadOnlyMemory<T> values)
        where T : unmanaged
    {
        int line = LineBytes / System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        if (values.Length % line == 0)
            return values;
        T[] padded = new T[(values.Length + line - 1) / line * line];
        values.CopyTo(padded);
        return padded;
    }

    private static ReadOnlyMemory<T> First<T>(TensorFile file, string name, int count)
        where T : unmanaged
    {
        ReadOnlyMemory<T> values = file.Read<T>(name);
        return count <= values.Length ? values[..count] : throw new ArgumentException($"'{name}' is shorter than {count}");
    }
}
