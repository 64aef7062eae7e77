using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Segue.Embedding;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a server that is absent, old, slow, wrong or broken gives one clear error, or a text without a vector, and never a wrong vector. Method:
/// doubles on loopback; the good one is itself checked against what a real Ollama answered. Seen to fail: a short answer shifted all vectors by one.
/// </summary>
public sealed class EmbeddingOllamaTests
{
    private static readonly OllamaOptions s_quick = new() { Backoff = TimeSpan.FromMilliseconds(1), Timeout = TimeSpan.FromSeconds(30) };

    [Fact]
    public async Task The_double_answers_as_a_real_one_did()
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(TestData.Require("reference", "ollama", "exchanges.json")));
        using EmbeddingServerDouble server = new(EmbeddingFakes.Ollama());
        using HttpClient client = new();
        string[] paths = ["/", "/api/version", "/api/tags", "/api/embed", "/v1/embeddings", "/api/nothing"];
        int compared = 0;
        foreach (JsonElement exchange in json.RootElement.GetProperty("exchanges").EnumerateArray())
        {
            JsonElement request = exchange.GetProperty("request"), body = request.GetProperty("body"), expected = exchange.GetProperty("response");
            string path = request.GetProperty("path").GetString()!, text = body.ValueKind == JsonValueKind.String ? body.GetString()! : body.GetRawText();
            if (!paths.Contains(path) || text.Contains("... ", StringComparison.Ordinal) || exchange.GetProperty("case").GetString()!.Contains("longer"))
                continue;
            using HttpRequestMessage message = new(new HttpMethod(request.GetProperty("method").GetString()!), new Uri(server.Url, path));
            if (message.Method == HttpMethod.Post)
                message.Content = new StringContent(text, Encoding.UTF8);
            using HttpResponseMessage answer = await client.SendAsync(message);
            string got = await answer.Content.ReadAsStringAsync(), name = exchange.GetProperty("case").GetString()!;
            Assert.True((int)answer.StatusCode == exchange.GetProperty("status").GetInt32(), name);
            if (expected.ValueKind == JsonValueKind.String)
                Assert.Equal(expected.GetString()!.Trim(), got.Trim());
            else if (expected.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.String)
                Assert.Equal(error.GetString(), (string?)JsonNode.Parse(got)!["error"]);
            else if (expected.TryGetProperty("embeddings", out JsonElement vectors))
                Assert.Equal(vectors.GetArrayLength(), JsonNode.Parse(got)!["embeddings"]!.AsArray().Count);
            compared++;
        }

        Assert.InRange(compared, 14, 29);
    }

    [Theory]
    [InlineData("0.2.1", "all-minilm", "is version 0.2.1; 0.3.0 or newer is needed")]
    [InlineData("0.13.5", "nomic", "does not have the model 'nomic'; fetch it with 'ollama pull nomic'")]
    public async Task What_is_missing_is_said(string version, string model, string message)
    {
        using EmbeddingServerDouble server = new(EmbeddingFakes.Ollama(version));
        EmbedderException e = await Assert.ThrowsAsync<EmbedderException>(() => OllamaEmbeddingGenerator.ConnectAsync(model, s_quick with { BaseUrl = server.Url }));
        Assert.Contains(message, e.Message);
    }

    [Theory]
    [InlineData("0.0.0")]
    [InlineData("0.3.0-rc1")]
    public async Task Builds_from_source_and_candidates_are_welcome(string version)
    {
        using EmbeddingServerDouble server = new(EmbeddingFakes.Ollama(version));
        using OllamaEmbeddingGenerator generator = await OllamaEmbeddingGenerator.ConnectAsync("all-minilm", s_quick with { BaseUrl = server.Url });
        Assert.Equal("ollama:all-minilm:latest#6cf97aa9", Embedders.IdOf(generator));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_said_at_once()
    {
        Uri nowhere;
        using (EmbeddingServerDouble server = new(_ => "{}"))
            nowhere = server.Url;
        EmbedderException e = await Assert.ThrowsAsync<EmbedderException>(() => OllamaEmbeddingGenerator.ConnectAsync("m", s_quick with { BaseUrl = nowhere }));
        Assert.Contains("Ollama is not there", e.Message);
    }

    [Fact]
    public async Task A_model_is_fetched_when_asked_for_with_progress()
    {
        using EmbeddingServerDouble server = new(EmbeddingFakes.Ollama());
        List<string> lines = [];
        OllamaOptions options = s_quick with { BaseUrl = server.Url, PullMissing = true, Progress = new Lines(lines) };
        using OllamaEmbeddingGenerator generator = await OllamaEmbeddingGenerator.ConnectAsync("pullable", options);
        Assert.Contains("pullable: pulling 6cf97aa9, 1 of 43 MB", lines);
        EmbedderException e = await Assert.ThrowsAsync<EmbedderException>(() => OllamaEmbeddingGenerator.ConnectAsync("absent", options));
        Assert.Contains("could not fetch 'absent': pull model manifest", e.Message);
    }

    [Theory]
    [InlineData("{\"status\":\"pulling manifest\"}\n", "stopped fetching")]
    [InlineData("{\"status\":\"pulling manifest\"}\nnonsense\n", "broke off")]
    public async Task A_fetch_that_breaks_off_is_no_success(string lines, string message)
    {
        Func<DoubleRequest, DoubleAnswer> good = EmbeddingFakes.Ollama();
        using EmbeddingServerDouble server = new(r => r.Path == "/api/pull" ? new DoubleAnswer(200, lines) : good(r));
        EmbedderException e = await Assert.ThrowsAsync<EmbedderException>(
            () => OllamaEmbeddingGenerator.ConnectAsync("x", s_quick with { BaseUrl = server.Url, PullMissing = true }));
        Assert.Contains(message, e.Message);
    }

    [Theory]
    [InlineData("""{"embeddings":[[1,0,0,0,0,0,0,0]]}""", "gave 1 vectors for 2 texts")]
    [InlineData("""{"embeddings":[[1,0],[1,0]]}""", "2 dimensions where 8 were expected")]
    [InlineData("""{"embeddings":[[],[]]}""", "0 dimensions where 8")]
    [InlineData("""{"embeddings":[1,2]}""", "is it Ollama?")]
    [InlineData("""[]""", "is it Ollama?")]
    [InlineData("""{"embeddings":""", "is no JSON")]
    [InlineData("<html>", "is no JSON")]
    public async Task An_answer_that_cannot_be_right_is_refused_whole(string answer, string message)
    {
        EmbedderException e = await Assert.ThrowsAsync<EmbedderException>(() => AskTwo(_ => answer));
        Assert.Contains(message, e.Message);
    }

    [Theory]
    [InlineData("[1e999,0,0,0,0,0,0,0]")]
    [InlineData("[null,1,0,0,0,0,0,0]")]
    [InlineData("[\"NaN\",1,0,0,0,0,0,0]")]
    [InlineData("[0,0,0,0,0,0,0,0]")]
    public async Task A_vector_that_is_none_is_that_texts_failure_alone(string vector)
    {
        GeneratedEmbeddings<Embedding<float>> answer = await AskTwo(_ => $$"""{"embeddings":[{{vector}},[0,3,4,0,0,0,0,0]]}""");
        Assert.True(answer[0].Vector.IsEmpty);
        Assert.Equal([0, 0.6f, 0.8f, 0, 0, 0, 0, 0], answer[1].Vector.ToArray());
    }

    [Fact]
    public async Task Busy_and_broken_servers_are_asked_again_a_few_times()
    {
        const string Good = """{"embeddings":[[1,0,0,0,0,0,0,0],[0,1,0,0,0,0,0,0]]}""";
        int asked = 0;
        DoubleAnswer[] troubles = [new(503, """{"error":"busy"}"""), new(200, Good) { CutAfter = 10 }, new(429, "") { Headers = ["Retry-After: 0"] }];
        Assert.Equal(2, (await AskTwo(_ => asked < troubles.Length ? troubles[asked++] : Good)).Count);
        asked = 0;
        EmbedderException e = await Assert.ThrowsAsync<EmbedderException>(() => AskTwo(_ =>
        {
            asked++;
            return new DoubleAnswer(500, """{"error":"out of memory"}""");
        }));
        Assert.Contains("out of memory (4 attempts)", e.Message);
        Assert.Equal(4, asked);
    }

    [Fact]
    public async Task A_slow_server_is_not_waited_for_forever()
    {
        EmbedderException e = await Assert.ThrowsAsync<EmbedderException>(
            () => AskTwo(_ => new DoubleAnswer(200, "{}") { Delay = TimeSpan.FromSeconds(20) }, s_quick with { Timeout = TimeSpan.FromSeconds(0.5), Attempts = 2 }));
        Assert.Contains("no answer within 0.5 s", e.Message);
    }

    [Fact]
    public async Task Redirects_are_not_followed()
    {
        using EmbeddingServerDouble elsewhere = new(_ => """{"embeddings":[[1],[1]]}""");
        EmbedderException e = await Assert.ThrowsAsync<EmbedderException>(
            () => AskTwo(_ => new DoubleAnswer(307, "") { Headers = [$"Location: {elsewhere.Url}api/embed"] }));
        Assert.Contains("redirects api/embed to", e.Message);
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task Texts_that_are_refused_are_told_from_a_server_that_is_broken() =>
        Assert.Contains("too rude", (await Assert.ThrowsAsync<TextRejectedException>(() => AskTwo(_ => new DoubleAnswer(400, """{"error":"too rude"}""")))).Message);

    [Theory]
    [InlineData("http://box:1234/", "http://box:1234/")]
    [InlineData("https://box/ollama", "https://box/ollama")]
    [InlineData("box", "http://box:11434/")]
    [InlineData("box:80", "http://box/")]
    [InlineData(":4000", "http://127.0.0.1:4000/")]
    [InlineData("0.0.0.0", "http://127.0.0.1:11434/")]
    public void Its_address_is_read_as_its_own_client_does(string variable, string url) =>
        Assert.Equal(url, OllamaOptions.From(new EmbedderContext { Variable = _ => variable }).BaseUrl.AbsoluteUri);

    [Fact]
    public void A_wrong_address_is_said() =>
        Assert.Contains("OLLAMA_HOST", Assert.Throws<SegueException>(() => OllamaOptions.From(new EmbedderContext { Variable = _ => "ftp://x" })).Message);

    /// <summary>Connects to a good server that answers embeddings of two texts as told.</summary>
    private static async Task<GeneratedEmbeddings<Embedding<float>>> AskTwo(Func<DoubleRequest, DoubleAnswer> answer, OllamaOptions? options = null)
    {
        Func<DoubleRequest, DoubleAnswer> good = EmbeddingFakes.Ollama();
        using EmbeddingServerDouble server = new(r => r.Path == "/api/embed" && r.Body.Contains("\"two\"", StringComparison.Ordinal) ? answer(r) : good(r));
        using OllamaEmbeddingGenerator generator = await OllamaEmbeddingGenerator.ConnectAsync("all-minilm", (options ?? s_quick) with { BaseUrl = server.Url });
        return await generator.GenerateAsync(["one", "two"]);
    }

    private sealed class Lines(List<string> lines) : IProgress<string>
    {
        public void Report(string value) => lines.Add(value);
    }
}
