using Segue.Numerics;
using Segue.VectorSearch;

namespace Segue.ModelFiles;

/// <summary>Vector indexes as tensor files. What is opened stays mapped: its rows are read from the disk's cache when a search needs them.</summary>
public static class VectorIndexFiles
{
    public const string FileName = "vectors.safetensors";

    private const string Magic = "vectors";
    private const int FileVersion = 1;

    /// <summary>Writes an index as one file; the same index gives the same bytes.</summary>
    public static void Save(IVectorIndex index, string path)
    {
        TensorWriter file = new(Magic, FileVersion);
        file.Metadata["metric"] = index.Metric.ToString();
        switch (index)
        {
            case FlatIndex flat:
                file.Metadata["index"] = "flat";
                file.Add("rows", flat.Rows.Memory, flat.Rows.Rows, flat.Rows.Columns);
                if (index.Metric == Metric.Cosine)
                    file.Add("inverse_lengths", flat.InverseLengths);
                break;
            default:
                throw new ArgumentException($"{index.GetType().Name} has no file layout.", nameof(index));
        }

        file.Save(path);
    }

    /// <summary>Opens an index for searching. The whole file is checked first, so that a damaged one is refused and never misread.</summary>
    /// <exception cref="ModelFileException">Missing, cut, damaged or foreign.</exception>
    public static IVectorIndex Open(string path)
    {
        TensorFile file = TensorFile.Open(path, Magic, FileVersion);
        if (!Enum.TryParse(file.Metadata.GetValueOrDefault("metric"), out Metric metric) || !Enum.IsDefined(metric))
            throw new ModelFileException(path, $"has metric '{file.Metadata.GetValueOrDefault("metric")}', which this program does not know");
        string kind = file.Metadata.GetValueOrDefault("index") ?? "";
        return kind switch
        {
            "flat" => OpenFlat(file, metric),
            _ => throw new ModelFileException(path, $"holds an index of kind '{kind}', which this program does not know"),
        };
    }

    private static FlatIndex OpenFlat(TensorFile file, Metric metric)
    {
        MatrixView rows = file.ReadMatrix("rows");
        ReadOnlyMemory<float> inverses = metric == Metric.Cosine ? file.Read<float>("inverse_lengths", rows.Rows) : default;
        return Columns.Checked(file, () => new FlatIndex(rows, metric, inverses));
    }
}
