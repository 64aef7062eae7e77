using System.Text.Json;
using System.Text.Json.Nodes;

namespace Segue.Embedding;

/// <summary>Where Ollama is and how it is spoken to.</summary>
internal sealed record OllamaOptions : EndpointOptions
{
    /// <summary>Its address; its own default.</summary>
    public Uri BaseUrl { get; init; } = new("http://127.0.0.1:11434");

    /// <summary>Fetch the model when the server does not have it?</summary>
    public bool PullMissing { get; init; }

    /// <summary>What is going on while it is fetched.</summary>
    public IProgress<string>? Progress { get; init; }

    /// <summary>Reads OLLAMA_HOST as Ollama's own client does: a URL, <c>host</c>, <c>host:port</c> or <c>:port</c>.</summary>
    public static OllamaOptions From(EmbedderContext context) => new()
    {
        BaseUrl = context.Variable("OLLAMA_HOST") is { } host && !string.IsNullOrWhiteSpace(host) ? ParseHost(host.Trim()) : new OllamaOptions().BaseUrl,
        PullMissing = context.PullMissing,
        Progress = context.Progress,
    };

    /// <summary>Without the password that an address may carry.</summary>
    public override string ToString() => MaskedUrl.Of(BaseUrl);

    internal static Uri ParseHost(string host)
    {
        bool hasScheme = host.Contains("://", StringComparison.Ordinal);
        string address = hasScheme ? host : "http://" + (host.StartsWith(':') ? "127.0.0.1" + host : host);
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
            throw new SegueException($"OLLAMA_HOST is '{MaskedUrl.Of(host)}', but a URL, host:port or host was expected");
        UriBuilder builder = new(url);
        if (!hasScheme && url.IsDefaultPort && !host.EndsWith(":80", StringComparison.Ordinal))
            builder.Port = 11434;
        if (url.Host is "0.0.0.0" or "[::]")
            builder.Host = "127.0.0.1"; // Where the server listens is not where it is found.
        return builder.Uri;
    }
}

/// <summary>
/// Embeddings of a model that Ollama serves (<c>/api/embed</c>, in batches). Texts that are longer than the model's context are cut by the server. A
/// blank text is not sent, because the server gives nothing for it when it stands alone and something when it does not.
/// </summary>
internal sealed class OllamaEmbeddingGenerator : EndpointEmbeddingGenerator
{
    // The first release with /api/embed.
    private static readonly Version s_versionMin = new(0, 3, 0);
    private readonly OllamaOptions _options;

    private OllamaEmbeddingGenerator(string model, OllamaOptions options)
        : base("ollama", model, options.BaseUrl, options, new EmbeddingEndpoint("Ollama", options.BaseUrl, key: null, options)) => _options = options;

    /// <summary>Finds the server, checks its version and the model (fetching it if asked to), and embeds one word to learn the dimensions.</summary>
    /// <exception cref="EmbedderException">It is not there, is too old, lacks the model, or the model makes no embeddings.</exception>
    public static Task<OllamaEmbeddingGenerator> ConnectAsync(string model, OllamaOptions? options = null, CancellationToken cancellationToken = default)
    {
        OllamaEmbeddingGenerator generator = new(model, options ?? new OllamaOptions());
        return ConnectedAsync(generator, () => generator.FindModelAsync(cancellationToken));
    }

    private async Task FindModelAsync(CancellationToken cancellationToken)
    {
        await CheckVersionAsync(cancellationToken);
        string? digest = await DigestAsync(cancellationToken);
        if (digest is null)
        {
            if (!_options.PullMissing)
                throw new EmbedderException($"Ollama at {Endpoint.Shown} does not have the model '{Model}'; fetch it with 'ollama pull {Model}'");
            await PullAsync(cancellationToken);
            digest = await DigestAsync(cancellationToken) ?? throw new EmbedderException($"Ollama fetched '{Model}' but does not list it");
        }

        await LearnDimensionsAsync(digest, cancellationToken);
    }

    private async Task CheckVersionAsync(CancellationToken cancellationToken)
    {
        using JsonDocument answer = await Endpoint.SendAsync("api/version", null, EmbeddingEndpoint.TextBytesMax, cancellationToken);
        string text = Text(answer.RootElement, "version") ?? throw Strange("api/version");
        // Built from source, it says 0.0.0; a release candidate has a suffix.
        if (Version.TryParse(text.Split('-', '+')[0], out Version? version) && version != new Version(0, 0, 0) && version < s_versionMin)
            throw new EmbedderException($"Ollama at {Endpoint.Shown} is version {text}; {s_versionMin} or newer is needed (/api/embed): update it");
    }

    /// <summary>"all-minilm:latest#6cf97aa9": the model's full name and the first digits of its digest; null when the server lacks it.</summary>
    private async Task<string?> DigestAsync(CancellationToken cancellationToken)
    {
        using JsonDocument answer = await Endpoint.SendAsync("api/tags", null, 16 * EmbeddingEndpoint.TextBytesMax, cancellationToken);
        if (List(answer.RootElement, "models") is not { } models)
            throw Strange("api/tags");
        string wanted = Model.Contains(':') ? Model : Model + ":latest";
        foreach (JsonElement model in models.EnumerateArray())
        {
            if (Text(model, "name") is { } name && name.Equals(wanted, StringComparison.OrdinalIgnoreCase))
                return Text(model, "digest") is { Length: >= 8 } digest ? $"{name}#{digest.Replace("sha256:", "", StringComparison.Ordinal)[..8]}" : name;
        }

        return null;
    }

    /// <summary>An error can come as a line of an answer that began with status 200, and only "success" is success.</summary>
    private async Task PullAsync(CancellationToken cancellationToken)
    {
        string last = "";
        await foreach (JsonElement line in Endpoint.StreamAsync("api/pull", new JsonObject { ["model"] = Model }, cancellationToken))
        {
            if (Text(line, "error") is { } error)
                throw new EmbedderException($"Ollama could not fetch '{Model}': {Endpoint.Safe(error)}");
            last = Text(line, "status") ?? last;
            long total = Number(line, "total"), completed = Number(line, "completed");
            _options.Progress?.Report(total > 0 ? $"{Model}: {last}, {completed >> 20} of {total >> 20} MB" : $"{Model}: {last}");
        }

        if (last != "success")
            throw new EmbedderException($"Ollama stopped fetching '{Model}' after '{Endpoint.Safe(last)}'; try again, it goes on where it was");
    }

    private protected override async Task<float[][]> AskAsync(string[] texts, int? dimensions, CancellationToken cancellationToken)
    {
        long bytesMax = EndpointVectors.BytesMax(texts.Length, dimensions ?? Dimensions);
        using JsonDocument answer = await Endpoint.SendAsync("api/embed", Body(texts, dimensions), bytesMax, cancellationToken);
        if (List(answer.RootElement, "embeddings") is not { } list || list.EnumerateArray().Any(v => v.ValueKind != JsonValueKind.Array))
            throw Strange("api/embed");
        float[][] vectors = [.. list.EnumerateArray().Select(EndpointVectors.Numbers)];
        return EndpointVectors.Checked(vectors, texts.Length, dimensions ?? Dimensions, $"Ollama at {Endpoint.Shown}");
    }

    private EmbedderException Strange(string path) => new($"{Endpoint.Shown} does not answer {path} as Ollama does; is it Ollama?");

    private static JsonElement? Property(JsonElement element, string name, JsonValueKind kind) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == kind ? value : null;

    private static JsonElement? List(JsonElement element, string name) => Property(element, name, JsonValueKind.Array);

    private static string? Text(JsonElement element, string name) => Property(element, name, JsonValueKind.String)?.GetString();

    private static long Number(JsonElement element, string name) =>
        Property(element, name, JsonValueKind.Number) is { } value && value.TryGetInt64(out long number) ? number : 0;
}
