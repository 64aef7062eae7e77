using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Segue.Embedding;
using Segue.Onnx;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: every embedder can stand in for every other. Method: one suite for all of them; servers are doubles on loopback. Seen to fail: answers in
/// the order of length, a blank text sent alone (Ollama gives nothing for it), zeros for an empty text.
/// </summary>
public abstract class EmbeddingContractTests
{
    private static readonly string[] s_hostile =
        [
            "", " ", "\0\u0001\u0002", "a", "😀🎉", "\u202eabc\u202c", "\ud800", "ÅÄÖ åäö", "悲しい雨の夜の歌", "أغنية حزينة", "שיר שקט", "เพลงเศร้า", "वर्षा की रात",
            "\"\\{}[]", "[MASK]", "!?...", new('x', 1 << 20), string.Concat(Enumerable.Repeat("sad song ", 50_000)),
        ];

    protected abstract Task<IEmbeddingGenerator<string, Embedding<float>>> CreateAsync();

    [Fact]
    public async Task As_many_vectors_as_texts_in_their_order()
    {
        using IEmbeddingGenerator<string, Embedding<float>> generator = await CreateAsync();
        Assert.Empty(await generator.GenerateAsync([]));
        string[] texts = [.. Enumerable.Range(0, 70).Select(i => string.Concat(Enumerable.Repeat("happy song ", 1 + i * 7 % 10)) + $"number {i}")];
        GeneratedEmbeddings<Embedding<float>> all = await generator.GenerateAsync(texts);
        Assert.Equal(texts.Length, all.Count);
        foreach (int i in (int[])[0, 1, 40, 69])
            AssertSame(await generator.GenerateVectorAsync(texts[i]), all[i].Vector);
    }

    [Fact]
    public async Task Any_text_gets_a_finite_unit_vector_or_an_empty_one()
    {
        using IEmbeddingGenerator<string, Embedding<float>> generator = await CreateAsync();
        GeneratedEmbeddings<Embedding<float>> vectors = await generator.GenerateAsync(s_hostile);
        Assert.Equal(s_hostile.Length, vectors.Count);
        foreach (Embedding<float> vector in vectors)
        {
            if (!vector.Vector.IsEmpty)
                Assert.Equal(1, TensorPrimitives.Norm(vector.Vector.Span), 1e-4);
        }

        Assert.False(vectors[3].Vector.IsEmpty);
    }

    [Fact]
    public async Task It_says_what_it_is()
    {
        using IEmbeddingGenerator<string, Embedding<float>> generator = await CreateAsync();
        EmbeddingGeneratorMetadata metadata = generator.GetService<EmbeddingGeneratorMetadata>()!;
        Assert.NotNull(metadata.ProviderName);
        Assert.NotNull(metadata.DefaultModelId);
        Assert.Equal((await generator.GenerateVectorAsync("a")).Length, metadata.DefaultModelDimensions);
        Assert.Equal($"{metadata.ProviderName}:{metadata.DefaultModelId}", Embedders.IdOf(generator));
        Assert.Same(generator, generator.GetService(generator.GetType()));
        Assert.Null(generator.GetService(typeof(EmbeddingGeneratorMetadata), "key"));
        Assert.Null(generator.GetService(typeof(string)));
    }

    [Fact]
    public async Task Null_is_a_bug_of_the_caller_and_cancelling_is_heard()
    {
        using IEmbeddingGenerator<string, Embedding<float>> generator = await CreateAsync();
        await Assert.ThrowsAsync<ArgumentNullException>(() => generator.GenerateAsync(null!));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => generator.GenerateAsync(["a"], cancellationToken: new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Many_callers_at_once_get_their_own_answers()
    {
        using IEmbeddingGenerator<string, Embedding<float>> generator = await CreateAsync();
        string[] texts = [.. Enumerable.Range(0, 8).Select(i => $"song {(char)('a' + i)}")];
        GeneratedEmbeddings<Embedding<float>> together = await generator.GenerateAsync(texts);
        await Task.WhenAll(texts.Select(async (text, i) => AssertSame(await generator.GenerateVectorAsync(text), together[i].Vector)));
    }

    private static void AssertSame(ReadOnlyMemory<float> expected, ReadOnlyMemory<float> actual) =>
        Assert.True(TensorPrimitives.CosineSimilarity(expected.Span, actual.Span) > 0.9999f);
}

public sealed class EmbeddingContractOfStaticTests : EmbeddingContractTests
{
    protected override Task<IEmbeddingGenerator<string, Embedding<float>>> CreateAsync() =>
        Embedders.Known.CreateAsync(EmbedderSpec.Parse("static"), new EmbedderContext());
}

public sealed class EmbeddingContractOfOnnxTests : EmbeddingContractTests
{
    protected override Task<IEmbeddingGenerator<string, Embedding<float>>> CreateAsync() =>
        Embedders.Known.WithOnnx().CreateAsync(EmbedderSpec.Parse("onnx:" + TestData.Require("models", "all-MiniLM-L6-v2")), new EmbedderContext());
}

public sealed class EmbeddingContractOfOllamaTests : EmbeddingContractTests, IDisposable
{
    private readonly EmbeddingServerDouble _server = new(EmbeddingFakes.Ollama());

    public void Dispose() => _server.Dispose();

    protected override Task<IEmbeddingGenerator<string, Embedding<float>>> CreateAsync() => Embedders.Known.CreateAsync(
        EmbedderSpec.Parse("ollama:all-minilm"), new EmbedderContext { Variable = name => name == "OLLAMA_HOST" ? _server.Url.Authority : null });
}

public sealed class EmbeddingContractOfOpenAITests : EmbeddingContractTests, IDisposable
{
    private readonly EmbeddingServerDouble _server = new(EmbeddingFakes.Ollama());

    public void Dispose() => _server.Dispose();

    protected override Task<IEmbeddingGenerator<string, Embedding<float>>> CreateAsync() => Embedders.Known.CreateAsync(
        EmbedderSpec.Parse("openai:all-minilm"), new EmbedderContext { Variable = name => name == "OPENAI_BASE_URL" ? $"{_server.Url}v1" : null });
}
