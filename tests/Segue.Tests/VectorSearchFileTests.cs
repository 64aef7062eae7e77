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
    public static TheoryData<string, Metric> Kinds
    {
        get
        {
            TheoryData<string, Metric> kinds = [];
            foreach (string kind in new[] { "flat" })
            {
                foreach (Metric metric in Enum.GetValues<Metric>())
                    kinds.Add(kind, metric);
            }

            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_was_saved_answers_the_same(string kind, Metric metric)
    {
        using ScratchFolder folder = new();
        string path = folder.File("v.safetensors"), again = folder.File("again.safetensors");
        IVectorIndex index = Build(kind, metric, 400, 24);
        VectorIndexFiles.Save(index, path);
        IVectorIndex opened = VectorIndexFiles.Open(path);
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
    public void A_cut_or_damaged_file_is_refused(string kind, Metric metric)
    {
        using ScratchFolder folder = new();
        string path = folder.File("v.safetensors"), damaged = folder.File("damaged.safetensors");
        VectorIndexFiles.Save(Build(kind, metric, 12, 5), path);
        byte[] bytes = File.ReadAllBytes(path);
        for (int length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(damaged, bytes[..length]);
            Assert.Throws<ModelFileException>(() => VectorIndexFiles.Open(damaged));
        }

        Random random = new(1);
        for (int i = 0; i < bytes.Length; i++)
        {
            int bit = random.Next(8);
            bytes[i] ^= (byte)(1 << bit);
            File.WriteAllBytes(damaged, bytes);
            Assert.Throws<ModelFileException>(() => VectorIndexFiles.Open(damaged));
            bytes[i] ^= (byte)(1 << bit);
        }

        File.WriteAllBytes(damaged, [.. bytes, 0]);
        Assert.Throws<ModelFileException>(() => VectorIndexFiles.Open(damaged));
        File.WriteAllBytes(damaged, bytes);
        Assert.Equal(12, VectorIndexFiles.Open(damaged).Count);
    }

    [Fact]
    public void A_file_of_another_kind_is_refused_by_name()
    {
        using ScratchFolder folder = new();
        string path = folder.File("other.safetensors");
        new TensorWriter("als", 1).Add("rows", (ReadOnlyMemory<float>)new float[4], 2, 2).Save(path);
        Assert.Contains("holds 'als', but 'vectors' was expected", Assert.Throws<ModelFileException>(() => VectorIndexFiles.Open(path)).Message);
    }

    private static IVectorIndex Build(string kind, Metric metric, int rows, int dimensions) => kind switch
    {
        "flat" => new FlatIndex(ObviousIndex.Clustered(rows, dimensions, 4), metric),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
