using Segue.Embedding;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the key goes to the address that was set, and nowhere else. Method: a double that repeats the key in its error. Seen to fail: the
/// server's own words printed as they came.
/// </summary>
public sealed class EmbeddingOpenAITests
{
    private const string Key = "sk-test-abcdef0123456789";

    [Fact]
    public async Task The_key_is_sent_but_never_shown()
    {
        using EmbeddingServerDouble server = new(_ => new DoubleAnswer(401, $$$"""{"error":{"message":"Incorrect API key provided: {{{Key}}}."}}"""));
        OpenAIOptions options = OptionsOf(server.Url);
        EmbedderException e = await Assert.ThrowsAsync<EmbedderException>(() => OpenAIEmbeddingGenerator.ConnectAsync("m", options));
        Assert.Equal("Bearer " + Key, server.Requests[0].Headers["Authorization"]);
        Assert.Contains("refused the key: Incorrect API key provided: (key).", e.Message);
        Assert.DoesNotContain(Key, e + options.ToString());
    }

    [Fact]
    public async Task Without_a_key_the_public_address_is_not_even_asked()
    {
        EmbedderException e = await Assert.ThrowsAsync<EmbedderException>(() => OpenAIEmbeddingGenerator.ConnectAsync("m"));
        Assert.Contains("set OPENAI_API_KEY", e.Message);
    }

    [Theory]
    [InlineData("""{"data":[{"index":0,"embedding":[1,0]},{"index":0,"embedding":[1,0]}]}""", "twice")]
    [InlineData("""{"data":[{"index":7,"embedding":[1,0]}]}""", "text 7 of 1")]
    [InlineData("""{"data":[]}""", "0 vectors for 1 texts")]
    [InlineData("""{"ok":true}""", "is the base URL right")]
    [InlineData("""{"data":[{"index":0,"embedding":"AAAA"}]}""", "is the base URL right")]
    public async Task An_answer_that_cannot_be_right_is_refused(string answer, string message)
    {
        using EmbeddingServerDouble server = new(_ => answer);
        EmbedderException e = await Assert.ThrowsAsync<EmbedderException>(() => OpenAIEmbeddingGenerator.ConnectAsync("m", OptionsOf(server.Url)));
        Assert.Contains(message, e.Message);
    }

    [Fact]
    public async Task A_path_in_the_base_address_is_kept()
    {
        using EmbeddingServerDouble server = new(EmbeddingFakes.Ollama());
        using OpenAIEmbeddingGenerator generator = await OpenAIEmbeddingGenerator.ConnectAsync("all-minilm", OptionsOf(new Uri(server.Url, "v1/")));
        Assert.Equal("/v1/embeddings", server.Requests[0].Path);
        Assert.Equal(EmbeddingFakes.Dimensions, generator.Dimensions);
    }

    private static OpenAIOptions OptionsOf(Uri url) => new() { BaseUrl = url, Key = Key, Backoff = TimeSpan.FromMilliseconds(1) };
}
