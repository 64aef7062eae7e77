using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Segue.Onnx;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the vectors of the original library. Method: its vectors for 148 texts; every way a model folder can be wrong. Seen to fail: pooling
/// over the padding, results handed back in the order of length.
/// </summary>
public sealed class OnnxEmbeddingTests
{
    private static string Model => TestData.Require("models", "all-MiniLM-L6-v2");

    [Theory]
    [InlineData("onnx/model.onnx", 0.9999)]
    [InlineData("onnx/model_quantized.onnx", 0.95)]
    public async Task Vectors_are_those_of_the_original_library(string network, double cosineMin)
    {
        using OnnxEmbeddingGenerator generator = new(Path.Combine(Model, network));
        ReferenceEmbedding[] items = [.. ReferenceEmbedding.Load().Where(i => i.Group != "special")];
        GeneratedEmbeddings<Embedding<float>> vectors = await generator.GenerateAsync(items.Select(i => i.Text));
        for (int i = 0; i < items.Length; i++)
        {
            Assert.Equal(1, TensorPrimitives.Norm(vectors[i].Vector.Span), 1e-5);
            float cosine = TensorPrimitives.CosineSimilarity(vectors[i].Vector.Span, items[i].Vector);
            Assert.True(cosine >= cosineMin, $"'{items[i].Text}': cosine {cosine}");
        }
    }

    [Fact]
    public async Task A_text_gets_the_same_vector_alone_and_in_company()
    {
        using OnnxEmbeddingGenerator generator = new(Model, new OnnxOptions { Threads = 1, BatchTexts = 3 });
        string[] texts = ["a song", "", "a rather long song about the rain in the night and the sea", "another", "x"];
        GeneratedEmbeddings<Embedding<float>> together = await generator.GenerateAsync(texts);
        for (int i = 0; i < texts.Length; i++)
        {
            ReadOnlyMemory<float> alone = await generator.GenerateVectorAsync(texts[i]);
            Assert.True(TensorPrimitives.CosineSimilarity(alone.Span, together[i].Vector.Span) > 0.99999f);
        }
    }

    [Fact]
    public async Task Disposing_lets_running_batches_end_and_no_more_begin()
    {
        string[] texts = [.. Enumerable.Range(0, 400).Select(i => $"a song number {i} about the rain in the night and the sea")];
        for (int round = 0; round < 3; round++)
        {
            OnnxEmbeddingGenerator generator = new(Path.Combine(Model, "onnx/model_quantized.onnx"), new OnnxOptions { BatchTexts = 4 });
            Task<GeneratedEmbeddings<Embedding<float>>>[] running = [.. Enumerable.Range(0, 3).Select(_ => generator.GenerateAsync(texts))];
            await generator.GenerateAsync(texts.Take(8)); // By now some of the others run.
            generator.Dispose();
            generator.Dispose();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => generator.GenerateAsync(texts));
            foreach (Task<GeneratedEmbeddings<Embedding<float>>> call in running)
            {
                if (await Record.ExceptionAsync(() => call) is { } problem)
                    Assert.IsType<ObjectDisposedException>(problem); // It had not begun.
                else
                    Assert.All(await call, e => Assert.Equal(1, TensorPrimitives.Norm(e.Vector.Span), 1e-5));
            }

            Assert.Contains(running, call => call.IsCompletedSuccessfully);
        }
    }

    [Fact]
    public async Task Cancelling_stops_it_and_a_foreign_size_is_refused()
    {
        using OnnxEmbeddingGenerator generator = new(Model);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => generator.GenerateAsync(["a"], cancellationToken: new CancellationToken(canceled: true)));
        SegueException e = await Assert.ThrowsAsync<SegueException>(() => generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = 100 }));
        Assert.Contains("384", e.Message);
    }

    [Fact]
    public void A_wrong_folder_gets_an_error_that_says_what_is_missing()
    {
        string model = Model;
        using ScratchFolder scratch = new();
        AssertRefused(scratch.File("nowhere"), "no such file or folder");
        AssertRefused(scratch.Path, "no onnx/model.onnx");
        string network = scratch.Write("other.onnx", "version https://git-lfs.github.com/spec/v1");
        AssertRefused(scratch.Path, "name that file");
        AssertRefused(network, "no vocab.txt");
        scratch.Write("tokenizer.json", "{}");
        AssertRefused(network, "only models with a BERT WordPiece vocabulary");
        scratch.Write("vocab.txt", "[PAD]\n[UNK]\n");
        Assert.Throws<DataException>(() => new OnnxEmbeddingGenerator(network));
        File.WriteAllBytes(scratch.File("vocab.txt"), File.ReadAllBytes(Path.Combine(model, "vocab.txt")));
        AssertRefused(network, "no ONNX model that can be loaded");
        scratch.Write("tokenizer_config.json", """{"do_lower_case": false}""");
        AssertRefused(network, "cased");
        scratch.Write("tokenizer_config.json", "{");
        AssertRefused(network, "tokenizer_config.json: cannot be read as JSON");
        scratch.Write("tokenizer_config.json", "{}");
        Directory.CreateDirectory(scratch.File("1_Pooling"));
        scratch.Write("1_Pooling/config.json", """{"pooling_mode_max_tokens": true}""");
        AssertRefused(network, "pooling");
    }

    [Theory]
    [InlineData(1, "x", "x", "takes (x Single, attention_mask Single), but (input_ids, attention_mask, token_type_ids) of Int64 were expected")]
    [InlineData(1, "input_ids", "y", "takes (input_ids Single")]
    [InlineData(7, "input_ids", "y", "gives (y [1]), but last_hidden_state [texts, tokens, size] of float was expected")]
    public void A_network_of_another_kind_is_refused_by_what_it_takes_and_gives(int type, string input, string output, string because)
    {
        string vocabulary = Path.Combine(Model, "vocab.txt");
        using ScratchFolder scratch = new();
        File.WriteAllBytes(scratch.File("vocab.txt"), File.ReadAllBytes(vocabulary));
        File.WriteAllBytes(scratch.File("model.onnx"), IdentityNetwork(type, input, output == input ? "y" : output));
        AssertRefused(scratch.Path, because);
    }

    /// <summary>The smallest ONNX file: y = input, and an attention_mask that nobody uses. Types as in onnx.proto: 1 float, 7 int64.</summary>
    private static byte[] IdentityNetwork(int type, string input, string output)
    {
        byte[] Text(int field, string text) => Bytes(field, System.Text.Encoding.ASCII.GetBytes(text));
        byte[] Bytes(int field, params byte[][] parts) => [(byte)((field << 3) | 2), (byte)parts.Sum(p => p.Length), .. parts.SelectMany(p => p)];
        byte[] Number(int field, int value) => [(byte)(field << 3), (byte)value];
        byte[] Value(int field, string name) => Bytes(field, Text(1, name), Bytes(2, Bytes(1, Number(1, type), Bytes(2, Bytes(1, Number(1, 1))))));
        byte[] node = Bytes(1, Text(1, input), Text(2, output), Text(4, "Identity"));
        return [.. Number(1, 8), .. Bytes(7, node, Text(2, "g"), Value(11, input), Value(11, "attention_mask"), Value(12, output)), .. Bytes(8, Number(2, 13))];
    }

    private static void AssertRefused(string path, string because)
    {
        ModelFileException e = Assert.Throws<ModelFileException>(() => new OnnxEmbeddingGenerator(path));
        Assert.Contains(because, e.Message);
    }
}
