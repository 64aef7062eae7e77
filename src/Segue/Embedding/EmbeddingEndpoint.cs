using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Polly;
using Polly.Retry;

namespace Segue.Embedding;

/// <summary>How a server is spoken to.</summary>
internal abstract record EndpointOptions
{
    /// <summary>Texts a request, 1..2048. 64: a batch takes a second or so on a processor, and a lost one costs little.</summary>
    public int BatchTexts { get; init; } = 64;

    /// <summary>How long one request may take. Two minutes: the first after a pause also loads the model.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often a request is sent in all when the server is busy, slow or drops the connection.</summary>
    public int Attempts { get; init; } = 4;

    /// <summary>The pause before the second attempt; doubled before each further one.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The clock of the pauses.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>
/// A JSON endpoint on HTTP that may be slow, busy, broken or hostile: time limits, retries with growing pauses where a retry can help, answers no
/// longer than what was asked can take, redirects refused (texts and keys go where the user said, nowhere else), and one clear line for every way
/// it can fail.
/// </summary>
internal sealed class EmbeddingEndpoint : IDisposable
{
    /// <summary>Of an answer that holds no vectors: a list of models, an error, a line of a stream.</summary>
    public const int TextBytesMax = 1 << 20;

    private const int ErrorBytesMax = 1 << 16;

    private static readonly TimeSpan s_pauseMax = TimeSpan.FromSeconds(30);
    private readonly HttpClient _client;
    private readonly Uri _baseUrl;
    private readonly EndpointOptions _options;
    private readonly string _name;
    private readonly string? _key;
    private readonly ResiliencePipeline<Attempt> _retries;

    /// <param name="name">How to call the server in errors, e.g. "Ollama".</param>
    /// <param name="baseUrl">Paths are appended to it.</param>
    /// <param name="key">A bearer token, or null. It never appears in a message, even if the server repeats it.</param>
    /// <param name="options">Limits.</param>
    public EmbeddingEndpoint(string name, Uri baseUrl, string? key, EndpointOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Attempts, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchTexts, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.BatchTexts, 2048, nameof(options));
        (_name, _options, _key) = (name, options, key);
        _retries = Retries(options);
        _baseUrl = new Uri(baseUrl.AbsoluteUri.TrimEnd('/') + "/");
        Shown = MaskedUrl.Of(_baseUrl);
        SocketsHttpHandler handler = new() { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(15) };
        _client = new HttpClient(handler) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
        if (key is not null)
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>Its address as messages show it.</summary>
    public string Shown { get; }

    /// <summary>Sends a request and parses the answer; a body makes it a POST.</summary>
    /// <param name="path">Appended to the address.</param>
    /// <param name="body">Null for a GET.</param>
    /// <param name="bytesMax">What the answer may take: more is not read.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TextRejectedException">Status 400, 413 or 422.</exception>
    /// <exception cref="EmbedderException">Anything else that went wrong, after all attempts.</exception>
    public async Task<JsonDocument> SendAsync(string path, JsonObject? body, long bytesMax, CancellationToken cancellationToken)
    {
        Attempt last = await _retries.ExecuteAsync(async token => await TryAsync(path, body, bytesMax, token), cancellationToken);
        return last.Answer
            ?? throw new EmbedderException($"{_name} at {Shown} did not answer {path}: {last.Problem} ({_options.Attempts} attempts)");
    }

    /// <summary>Sends a POST whose answer comes line by line, each a JSON object, as long as it takes.</summary>
    public async IAsyncEnumerable<JsonElement> StreamAsync(
        string path, JsonObject body, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = Request(path, body);
        HttpResponseMessage response;
        try
        {
            response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e);
        }

        using (response)
        {
            if (response.StatusCode != HttpStatusCode.OK)
                throw Refusal(response, path, await TextOf(response, cancellationToken));
            BoundedLines lines = new(await response.Content.ReadAsStreamAsync(cancellationToken), TextBytesMax);
            while (true)
            {
                JsonElement? line = null;
                try
                {
                    if (await lines.ReadAsync(cancellationToken) is not { } text)
                        yield break;
                    if (text.Length == 0)
                        continue;
                    using JsonDocument json = JsonDocument.Parse(text);
                    line = json.RootElement.Clone();
                }
                catch (InvalidDataException e)
                {
                    throw new EmbedderException($"{_name} at {Shown} sent a line of more than {TextBytesMax >> 10:N0} KB in {path}", e);
                }
                catch (Exception e) when (e is IOException or HttpRequestException or JsonException)
                {
                    throw new EmbedderException($"{_name} at {Shown} broke off in the middle of {path}: {Safe(e.Message)}", e);
                }

                yield return line.Value;
            }
        }
    }

    /// <summary>A message with the key, should it be in there, taken out, and cut to a line.</summary>
    public string Safe(string message)
    {
        if (!string.IsNullOrEmpty(_key))
            message = message.Replace(_key, "(key)", StringComparison.Ordinal);
        message = message.ReplaceLineEndings(" ").Trim();
        return message.Length <= 300 ? message : message[..297] + "...";
    }

    public void Dispose() => _client.Dispose();

    /// <summary>As often as the options say, with pauses that double, or as long as the server asks for (Retry-After).</summary>
    private static ResiliencePipeline<Attempt> Retries(EndpointOptions options)
    {
        if (options.Attempts == 1)
            return ResiliencePipeline<Attempt>.Empty;
        return new ResiliencePipelineBuilder<Attempt> { TimeProvider = options.Clock }
            .AddRetry(new RetryStrategyOptions<Attempt>
            {
                MaxRetryAttempts = options.Attempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                Delay = options.Backoff,
                MaxDelay = s_pauseMax,
                ShouldHandle = made => ValueTask.FromResult(made.Outcome.Result is { Answer: null }),
                DelayGenerator = made => ValueTask.FromResult(Shorter(made.Outcome.Result?.PauseWanted, s_pauseMax)),
            })
            .Build();
    }

    private static TimeSpan? Shorter(TimeSpan? wanted, TimeSpan most) => wanted > most ? most : wanted;

    /// <summary>One request, and what came of it; throws where another attempt would come to the same.</summary>
    private async Task<Attempt> TryAsync(string path, JsonObject? body, long bytesMax, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.Timeout);
        try
        {
            using HttpRequestMessage request = Request(path, body);
            using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                string said = await TextOf(response, limit.Token);
                return IsWorthAnother(response.StatusCode)
                    ? Attempt.Failed($"status {(int)response.StatusCode}, {said}", response.Headers.RetryAfter?.Delta)
                    : throw Refusal(response, path, said);
            }

            try
            {
                (byte[] bytes, bool isWhole) = await ReadAsync(response, bytesMax, limit.Token);
                return isWhole
                    ? new Attempt(JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 16 }))
                    : throw new EmbedderException($"{_name} at {Shown} answered {path} with more than {bytesMax:N0} bytes, more than it can take");
            }
            catch (JsonException e)
            {
                return Attempt.Failed($"the answer is no JSON ({Safe(e.Message)})");
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Attempt.Failed($"no answer within {_options.Timeout.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            throw Unreachable(e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Attempt.Failed(Safe(e.Message));
        }
    }

    private HttpRequestMessage Request(string path, JsonObject? body)
    {
        HttpRequestMessage request = new(body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(_baseUrl, path));
        if (body is not null)
        {
            // A length instead of chunks: some small servers know no chunked requests.
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.ToJsonString()));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        return request;
    }

    private static bool IsWorthAnother(HttpStatusCode status) => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;

    private SegueException Refusal(HttpResponseMessage response, string path, string said)
    {
        int status = (int)response.StatusCode;
        string where = $"{_name} at {Shown}";
        return status switch
        {
            >= 300 and < 400 => new EmbedderException($"{where} redirects {path} to '{WhereTo(response)}', which is not followed; "
                + "if that is the right place, set it as the base URL"),
            400 or 413 or 422 => new TextRejectedException($"{where} refused the texts: {said}"),
            401 or 403 => new EmbedderException($"{where} refused the key: {said}"),
            _ => new EmbedderException($"{where} answered {path} with status {status}: {said}"),
        };
    }

    private string WhereTo(HttpResponseMessage response) => Safe(response.Headers.Location is { } to ? MaskedUrl.Of(to) : "nowhere");

    private EmbedderException Unreachable(HttpRequestException e) =>
        new($"{_name} is not there: {Shown} cannot be reached ({Safe(e.Message)}); is it running?", e);

    /// <summary>What a server says of an error: {"error": "..."} or {"error": {"message": "..."}}, or the text as it is.</summary>
    private async Task<string> TextOf(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string text = Encoding.UTF8.GetString((await ReadAsync(response, ErrorBytesMax, cancellationToken)).Bytes);
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            JsonElement error = json.RootElement.GetProperty("error");
            return Safe((error.ValueKind == JsonValueKind.Object ? error.GetProperty("message") : error).ToString());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return Safe(text);
        }
    }

    /// <summary>The body, as far as it may go: memory grows with what comes, not with what is announced.</summary>
    private static async Task<(byte[] Bytes, bool IsWhole)> ReadAsync(
        HttpResponseMessage response, long bytesMax, CancellationToken cancellationToken)
    {
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using MemoryStream all = new();
        byte[] buffer = new byte[1 << 16];
        while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            int kept = (int)Math.Min(read, bytesMax - all.Length);
            all.Write(buffer, 0, kept);
            if (kept < read)
                return (all.ToArray(), false);
        }

        return (all.ToArray(), true);
    }

    /// <summary>What one request came to: an answer, or a problem that another attempt may not have.</summary>
    /// <param name="PauseWanted">How long the server asks to be left alone.</param>
    private sealed record Attempt(JsonDocument? Answer, string Problem = "", TimeSpan? PauseWanted = null)
    {
        public static Attempt Failed(string problem, TimeSpan? pauseWanted = null) => new(null, problem, pauseWanted);
    }
}
