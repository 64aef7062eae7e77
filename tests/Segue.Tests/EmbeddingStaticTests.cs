using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Segue.Embedding;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the built-in table means what the model means, and a damaged one is never misread. Method: the model's vectors of the reference texts, a
/// small table with known sums, every bit and every cut of that table. Seen to fail: scale forgotten, tails taken for heads, checksum over the header
/// only.
/// </summary>
public sealed class EmbeddingStaticTests
{
    private static readonly string[] s_pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "sad", "happy", "##er"];
    private static readonly float[] s_vectors = [0, 0, 0, 0, 0, 0, 0, 0, 3, 4, -127, 0, 0, 1];

    [Fact]
    public void A_vector_is_the_sum_of_its_pieces_at_length_1()
    {
        StaticEmbeddingGenerator generator = new(StaticVectors.Read(StaticVectors.Write(s_pieces, s_vectors), "test"));
        float[] vector = new float[2];
        Assert.True(generator.Embed("Sad!", vector));
        Assert.Equal(0.6f, vector[0], 0.01f);
        Assert.Equal(0.8f, vector[1], 0.01f);
        Assert.True(generator.Embed("happyer", vector));
        Assert.Equal([-127 / MathF.Sqrt(127 * 127 + 1), 1 / MathF.Sqrt(127 * 127 + 1)], vector, (a, b) => MathF.Abs(a - b) < 1e-4f);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(37)]
    [InlineData(600)]
    public void It_agrees_with_the_obvious_sum_at_any_size(int dimensions)
    {
        Random random = new(dimensions);
        float[] vectors = new float[s_pieces.Length * dimensions];
        for (int i = 4 * dimensions; i < vectors.Length; i++)
            vectors[i] = random.NextSingle() - 0.5f;
        StaticVectors table = StaticVectors.Read(StaticVectors.Write(s_pieces, vectors), "test");
        double[] sum = new double[dimensions];
        foreach (int piece in (int[])[4, 5, 6, 4])
        {
            for (int d = 0; d < dimensions; d++)
                sum[d] += (double)table.Scales[piece] * table.Values[piece * dimensions + d];
        }

        double norm = Math.Sqrt(sum.Sum(s => s * s));
        float[] vector = new float[dimensions];
        Assert.True(new StaticEmbeddingGenerator(table).Embed("sad happyer sad", vector));
        Assert.Equal(sum.Select(s => (float)(s / norm)), vector, (a, b) => MathF.Abs(a - b) < 1e-5f);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\n")]
    [InlineData("!?")]
    [InlineData("unknown")]
    [InlineData("[PAD]")]
    public async Task A_text_without_a_known_piece_has_no_vector(string text)
    {
        StaticEmbeddingGenerator generator = new(StaticVectors.Read(StaticVectors.Write(s_pieces, s_vectors), "test"));
        Assert.False(generator.Embed(text, new float[2]));
        Assert.True((await generator.GenerateAsync([text]))[0].Vector.IsEmpty);
    }

    [Fact]
    public void Near_in_meaning_is_near_in_the_built_in_table()
    {
        StaticEmbeddingGenerator generator = new();
        double Cosine(string a, string b) => TensorPrimitives.CosineSimilarity(Embed(generator, a), Embed(generator, b));
        Assert.True(Cosine("melancholy", "sadness") > Cosine("melancholy", "joyful") + 0.1);
        Assert.True(Cosine("workout music", "songs for the gym") > Cosine("workout music", "a quiet evening"));
        Assert.True(Cosine("Björk", "bjork") > 0.999);
    }

    [Fact]
    public void The_built_in_table_orders_moods_as_the_model_does()
    {
        ReferenceEmbedding[] moods = [.. ReferenceEmbedding.Load().Where(r => r.Group == "mood")];
        Assert.SkipWhen(moods.Length == 0, "needs models/reference_embeddings.json");
        StaticEmbeddingGenerator generator = new();
        List<double> ours = [], models = [];
        for (int i = 0; i < moods.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                ours.Add(TensorPrimitives.CosineSimilarity(Embed(generator, moods[i].Text), Embed(generator, moods[j].Text)));
                models.Add(TensorPrimitives.CosineSimilarity(moods[i].Vector, moods[j].Vector));
            }
        }

        double correlation = Correlation(ours, models);
        Assert.True(correlation > 0.75, $"correlation of the cosines {correlation:F3}");
    }

    [Fact]
    public async Task It_embeds_the_same_alone_in_a_list_and_from_many_threads()
    {
        StaticEmbeddingGenerator generator = new();
        string[] texts = [.. Enumerable.Range(0, 1000).Select(i => $"song number {i} about the rain")];
        GeneratedEmbeddings<Embedding<float>> many = await generator.GenerateAsync(texts);
        Parallel.For(0, texts.Length, i => Assert.Equal(Embed(generator, texts[i]), many[i].Vector.ToArray()));
    }

    [Fact]
    public void Embedding_ascii_allocates_nothing_and_long_texts_are_cut()
    {
        StaticEmbeddingGenerator generator = new();
        float[] vector = new float[generator.Dimensions];
        generator.Embed("mid energy, happy, minor, slow", vector);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            generator.Embed("mid energy, happy, minor, slow", vector);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(Embed(generator, string.Concat(Enumerable.Repeat("sad ", 512)) + "happy"), Embed(generator, string.Concat(Enumerable.Repeat("sad ", 512))));
    }

    [Fact]
    public void A_table_cut_anywhere_or_with_any_bit_flipped_is_refused()
    {
        byte[] good = StaticVectors.Write(s_pieces, s_vectors);
        for (int length = 0; length < good.Length; length++)
            Assert.Throws<ModelFileException>(() => StaticVectors.Read(good.AsMemory(0, length), "test"));
        for (int bit = 0; bit < good.Length * 8; bit++)
        {
            byte[] bad = [.. good];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<ModelFileException>(() => StaticVectors.Read(bad, "test"));
        }
    }

    [Fact]
    public void The_resource_is_at_most_8_MB()
    {
        FileInfo file = new(Path.Combine(TestData.Repository, "src", "Segue", "Embedding", "Resources", "static-minilm.vec"));
        Assert.InRange(file.Length, 7_000_000, 8_000_000);
    }

    private static float[] Embed(StaticEmbeddingGenerator generator, string text)
    {
        float[] vector = new float[generator.Dimensions];
        Assert.True(generator.Embed(text, vector));
        return vector;
    }

    private static double Correlation(List<double> a, List<double> b)
    {
        double ma = a.Average(), mb = b.Average();
        double Cross(List<double> x, double mx, List<double> y, double my) => x.Zip(y, (p, q) => (p - mx) * (q - my)).Sum();
        return Cross(a, ma, b, mb) / Math.Sqrt(Cross(a, ma, a, ma) * Cross(b, mb, b, mb));
    }
}
