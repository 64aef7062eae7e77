using System.Text;
using Microsoft.Extensions.AI;
using Segue.Embedding;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: no server makes this program hold or print what it should not: endless lines, huge answers, absurd dimensions, passwords in addresses.
/// Method: doubles that send them. Would fail: each, with the bound taken away.
/// </summary>
public sealed class EmbeddingBoundsTests
{
    private static readonly OllamaOptions s_quick = new() { Backoff = TimeSpan.FromMilliseconds(1), Attempts = 1 };

    [Fact]
    public async Task A_line_without_end_is_refused()
    {
        string endless = "{\"status\":\"" + new string('x', 8 << 20);
        OllamaOptions options = s_quick with { PullMissing = true };
        string message = await Refused(r => r.Path == "/api/pull" ? new DoubleAnswer(200, endless) : null, "absent", options);
        Assert.Contains("a line of more than 1,024 KB in api/pull", message);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 1)]
    [InlineData("a\nbb\r\n\nccc", 4)]
    [InlineData("a\n", 1)]
    public async Task Lines_are_read_as_they_end(string text, int count)
    {
        foreach (int chunk in (int[])[1, 2, 100])
        {
            BoundedLines lines = new(new Trickle(Encoding.UTF8.GetBytes(text), chunk), 10);
            List<string> read = [];
            while (await lines.ReadAsync(default) is { } line)
                read.Add(Encoding.UTF8.GetString(line.Span));
            Assert.Equal(count, read.Count);
            Assert.Equal(text.Replace("\r", "").TrimEnd('\n'), string.Join('\n', read));
        }

        BoundedLines tooLong = new(new Trickle(new byte[100_000], 100), 10);
        await Assert.ThrowsAsync<InvalidDataException>(() => tooLong.ReadAsync(default));
    }

    [Fact]
    public async Task An_answer_longer_than_what_was_asked_can_take_is_not_held()
    {
        string huge = "{\"embeddings\":[[" + string.Join(",", Enumerable.Repeat("0.1", 10_000_000)) + "]]}";
        string message = await Refused(r => r.Path == "/api/embed" ? new DoubleAnswer(200, huge) : null);
        Assert.Matches(@"answered api/embed with more than [\d,]+ bytes, more than it can take", message);
        Assert.Contains("more than 1,048,576 bytes", await Refused(r => r.Path == "/api/version" ? new DoubleAnswer(200, huge) : null));
        Assert.Contains("status 404: {\"embeddings", await Refused(r => r.Path == "/api/version" ? new DoubleAnswer(404, huge) : null));
    }

    [Theory]
    [InlineData(65_537)]
    [InlineData(400_000)]
    public async Task Absurd_dimensions_are_refused(int dimensions)
    {
        string vector = "{\"embeddings\":[[" + string.Join(",", Enumerable.Repeat("1", dimensions)) + "]]}";
        string message = await Refused(r => r.Path == "/api/embed" ? new DoubleAnswer(200, vector) : null);
        Assert.Contains($"{dimensions:N0} dimensions; at most 65,536", message);
    }

    [Fact]
    public async Task An_embedder_that_names_more_than_can_be_held_is_refused_before_anything_is_made_of_it()
    {
        using ScratchFolder scratch = new();
        EmbedderException e = await Assert.ThrowsAsync<EmbedderException>(
            () => TrackEmbedder.EmbedAsync(Segue.Import.Sample.Generate().Tracks, new Boastful(400_000_000), scratch.File("cache")));
        Assert.Contains("3,000 tracks with 400,000,000 dimensions would take 4,800 GB", e.Message);
        Assert.False(Directory.Exists(scratch.File("cache")));
    }

    [Fact]
    public async Task The_cache_is_of_the_whole_address_and_of_nobodys_password()
    {
        Assert.NotEqual(Id("http://box/a/v1"), Id("http://box/b/v1"));
        Assert.NotEqual(Id("http://box/v1"), Id("https://box/v1"));
        Assert.Equal(Id("http://box/v1"), Id("http://ann:s3cret@box/v1"));
        Assert.DoesNotContain("s3cret", Id("http://ann:s3cret@box/v1"));

        using EmbeddingServerDouble server = new(EmbeddingFakes.Ollama());
        using OllamaEmbeddingGenerator generator = await OllamaEmbeddingGenerator.ConnectAsync("all-minilm", s_quick with { BaseUrl = server.Url });
        Assert.Contains(server.Url.Authority, TrackEmbedder.CacheIdOf(generator));

        static string Id(string url) => TrackEmbedder.CacheIdOf(new Boastful(3) { Url = new Uri(url) });
    }

    [Theory]
    [InlineData("OLLAMA_HOST", "ftp://ann:s3cret@box")]
    [InlineData("OLLAMA_HOST", "ann:s3cret@")]
    [InlineData("OPENAI_BASE_URL", "ann:s3cret@box")]
    [InlineData("OPENAI_BASE_URL", "ftp://ann:s3c@ret@box/?key=s3cret")]
    public void A_password_in_an_address_that_is_none_is_not_shown(string name, string value)
    {
        EmbedderContext context = new() { Variable = v => v == name ? value : null };
        SegueException e = Assert.Throws<SegueException>(
            () => name == "OLLAMA_HOST" ? (object)OllamaOptions.From(context) : OpenAIOptions.From(context));
        Assert.Contains(name, e.Message);
        Assert.DoesNotContain("s3c", e.Message);
        Assert.DoesNotContain("ann", e.Message);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(307)]
    [InlineData(503)]
    public async Task Nor_is_one_in_an_address_that_fails(int status)
    {
        string[] headers = ["Location: http://ann:s3cret@elsewhere/?token=s3cret"];
        using EmbeddingServerDouble server = new(_ => new DoubleAnswer(status, "{}") { Headers = headers });
        Uri url = new UriBuilder(server.Url) { UserName = "ann", Password = "s3cret" }.Uri;
        OllamaOptions ollama = s_quick with { BaseUrl = url };
        OpenAIOptions openAI = new() { BaseUrl = url, Attempts = 1 };
        Func<Task>[] connects = [() => OllamaEmbeddingGenerator.ConnectAsync("m", ollama), () => OpenAIEmbeddingGenerator.ConnectAsync("m", openAI)];
        foreach (Func<Task> connect in connects)
        {
            EmbedderException e = await Assert.ThrowsAsync<EmbedderException>(connect);
            Assert.Contains("127.0.0.1", e.Message);
            Assert.DoesNotContain("s3cret", e.Message + ollama + openAI);
        }
    }

    [Theory]
    [InlineData("sk-s3cret\nX-Evil: 1")]
    [InlineData("sk-s3\u00e9cret")]
    [InlineData("sk s3cret")]
    public void A_key_that_cannot_be_sent_is_said_and_not_shown(string key)
    {
        EmbedderContext context = new() { Variable = v => v == "OPENAI_API_KEY" ? key : null };
        SegueException e = Assert.Throws<SegueException>(() => OpenAIOptions.From(context));
        Assert.Contains("OPENAI_API_KEY", e.Message);
        Assert.DoesNotContain("cret", e.Message);
    }

    [Theory]
    [InlineData("http://box/a", "http://box/a")]
    [InlineData("http://ann:pa@ss@box/a", "http://...@box/a")]
    [InlineData("https://box/a?sig=s3cret", "https://box/a?...")]
    [InlineData("https://box/a#s3cret", "https://box/a?...")]
    [InlineData("ann:pass@box", "...@box")]
    [InlineData("", "")]
    public void An_address_is_shown_without_its_secrets(string address, string shown) => Assert.Equal(shown, MaskedUrl.Of(address));

    /// <summary>The message of a connection to a server that answers as told, and else as a good one.</summary>
    private static async Task<string> Refused(Func<DoubleRequest, DoubleAnswer?> answer, string model = "all-minilm", OllamaOptions? options = null)
    {
        Func<DoubleRequest, DoubleAnswer> good = EmbeddingFakes.Ollama();
        using EmbeddingServerDouble server = new(r => answer(r) ?? good(r));
        return (await Assert.ThrowsAsync<EmbedderException>(
            () => OllamaEmbeddingGenerator.ConnectAsync(model, (options ?? s_quick) with { BaseUrl = server.Url }))).Message;
    }

    /// <summary>Says how long its vectors are, and makes none.</summary>
    private sealed class Boastful(int dimensions) : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Uri? Url { get; init; }

        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("test", Url, "boastful", dimensions) : null;

        public void Dispose()
        {
        }
    }

    private sealed class Trickle(byte[] content, int chunk) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(chunk, buffer.Length)], cancellationToken);
    }
}
