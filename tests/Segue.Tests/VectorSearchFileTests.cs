using Segue.ModelFiles;
using Segue.Numerics;
using Segue.VectorSearch;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: an index survives the disk, and a damaged file is refused, never misread. Method: save, open, compare; then cut the file at every
/// length and flip bits in thousands of places. Seen to fail: with the checksum test taken out of TensorFile.Open, thousands of flips opened.
/// </summary>
public sealed class VectorSearchFileTests
{
    public static TheoryData<string, Enum> Kinds
    {
        get
        {
            TheoryData<string, Enum> kinds = [];
            foreach (string kind in new[] { "flat", "flat-int8", "hnsw", "hnsw-changed", "hnsw-float32" })
            {
                foreach (Metric metric in Enum.GetValues<Metric>())
                    kinds.Add(kind, metric);
            }

            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_was_saved_answers_the_same(string kind, Enum metricGiven)
    {
        Metric metric = (Metric)metricGiven;
        using ScratchFolder folder = new();
        using MappedFiles files = new();
        string path = folder.File("v.safetensors"), again = folder.File("again.safetensors");
        IVectorIndex index = Build(kind, metric, 400, 24);
        VectorIndexFiles.Save(index, path);
        IVectorIndex opened = VectorIndexFiles.Open(path, files);
        opened.Validate();
        Assert.Equal((index.Count, index.Dimensions, index.Metric), (opened.Count, opened.Dimensions, opened.Metric));
        MatrixView queries = ObviousIndex.Clustered(30, 24, 9);
        for (int q = 0; q < queries.Rows; q++)
            Assert.Equal(index.Search(queries.Row(q), 10), opened.Search(queries.Row(q), 10));
        VectorIndexFiles.Save(opened, again);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(again));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_cut_or_damaged_file_is_refused(string kind, Enum metricGiven)
    {
        Metric metric = (Metric)metricGiven;
        using ScratchFolder folder = new();
        using MappedFiles files = new();
        string path = folder.File("v.safetensors"), damaged = folder.File("damaged.safetensors");
        VectorIndexFiles.Save(Build(kind, metric, 12, 5), path);
        byte[] bytes = File.ReadAllBytes(path);
        for (int length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(damaged, bytes[..length]);
            Assert.Throws<ModelFileException>(() => VectorIndexFiles.Open(damaged, files));
        }

        Random random = new(1);
        for (int i = 0; i < bytes.Length; i++)
        {
            int bit = random.Next(8);
            bytes[i] ^= (byte)(1 << bit);
            File.WriteAllBytes(damaged, bytes);
            Assert.Throws<ModelFileException>(() => VectorIndexFiles.Open(damaged, files));
            bytes[i] ^= (byte)(1 << bit);
        }

        File.WriteAllBytes(damaged, [.. bytes, 0]);
        Assert.Throws<ModelFileException>(() => VectorIndexFiles.Open(damaged, files));
        File.WriteAllBytes(damaged, bytes);
        Assert.Equal(12, VectorIndexFiles.Open(damaged, files).Count);
    }

    [Fact]
    public void A_file_of_another_kind_is_refused_by_name()
    {
        using ScratchFolder folder = new();
        using MappedFiles files = new();
        string path = folder.File("other.safetensors");
        new TensorWriter("als", 1).Add("rows", (ReadOnlyMemory<float>)new float[4], 2, 2).Save(path);
        string problem = Assert.Throws<ModelFileException>(() => VectorIndexFiles.Open(path, files)).Message;
        Assert.Contains("holds 'als', but 'vectors' was expected", problem);
    }

    [Fact]
    public void An_opened_index_can_be_written_to()
    {
        using ScratchFolder folder = new();
        using MappedFiles files = new();
        string path = folder.File("v.safetensors");
        MatrixView rows = ObviousIndex.Clustered(300, 16, 4);
        VectorIndexFiles.Save(HnswIndex.Build(rows, Metric.Cosine), path);
        var opened = (HnswIndex)VectorIndexFiles.Open(path, files);
        Assert.True(opened.Remove(7));
        Assert.Equal(300, opened.Add(rows.Row(7)));
        Assert.Equal(300, opened.Search(rows.Row(7), 1)[0].Row);
        opened.Validate();
        Assert.Equal(7, ((HnswIndex)VectorIndexFiles.Open(path, files)).Search(rows.Row(7), 1)[0].Row); // The file is as it was.
    }

    [Fact]
    public void Links_that_lead_out_of_the_graph_are_refused_even_with_a_right_checksum()
    {
        using ScratchFolder folder = new();
        using MappedFiles files = new();
        string path = folder.File("v.safetensors");
        HnswIndex index = HnswIndex.Build(ObviousIndex.Clustered(50, 8, 4), Metric.Cosine);
        unsafe
        {
            index.Graph.Links.Start[40] = 50;
        }

        VectorIndexFiles.Save(index, path);
        Assert.Contains("a link lies outside", Assert.Throws<ModelFileException>(() => VectorIndexFiles.Open(path, files)).Message);
    }

    private static HnswIndex Changed(int rows, int dimensions, Metric metric)
    {
        HnswIndex index = HnswIndex.Build(ObviousIndex.Clustered(rows, dimensions, 4), metric);
        MatrixView more = ObviousIndex.Clustered(3, dimensions, 5);
        index.Update(rows / 2, more.Row(0));
        index.Remove(1);
        index.Add(more.Row(1));
        index.Remove(2);
        index.Update(2, more.Row(2));
        index.Remove(rows);
        index.Add(more.Row(1));
        index.Remove(rows + 1);
        index.Remove(0);
        for (int i = index.Count; i < rows; i++)
            index.Add(more.Row(i % 3));
        return index;
    }

    private static IVectorIndex Build(string kind, Metric metric, int rows, int dimensions) => kind switch
    {
        "flat" => new FlatIndex(ObviousIndex.Clustered(rows, dimensions, 4), metric),
        "flat-int8" => new FlatIndex(ObviousIndex.Clustered(rows, dimensions, 4), metric, Quantization.Int8),
        "hnsw" => HnswIndex.Build(ObviousIndex.Clustered(rows, dimensions, 4), metric),
        "hnsw-float32" => HnswIndex.Build(ObviousIndex.Clustered(rows, dimensions, 4), metric, new HnswOptions { Precision = Precision.Float32 }),
        "hnsw-changed" => Changed(rows, dimensions, metric),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
