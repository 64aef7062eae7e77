using System.Text.Json;
using System.Text.Json.Nodes;

namespace Segue.Embedding;

/// <summary>Where an OpenAI-compatible server is and how it is spoken to.</summary>
internal sealed record OpenAIOptions : EndpointOptions
{
    /// <summary>The address up to and with the version, e.g. <c>https://api.openai.com/v1</c>.</summary>
    public Uri BaseUrl { get; init; } = new("https://api.openai.com/v1");

    /// <summary>The key; servers of one's own often need none. It is sent to <see cref="BaseUrl"/> and appears nowhere else.</summary>
    public string? Key { get; init; }

    /// <summary>Reads OPENAI_API_KEY and OPENAI_BASE_URL.</summary>
    public static OpenAIOptions From(EmbedderContext context)
    {
        string? key = context.Variable("OPENAI_API_KEY");
        OpenAIOptions options = new() { Key = string.IsNullOrWhiteSpace(key) ? null : Checked(key.Trim()) };
        if (context.Variable("OPENAI_BASE_URL") is not { } address || string.IsNullOrWhiteSpace(address))
            return options;
        return Uri.TryCreate(address.Trim(), UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
            ? options with { BaseUrl = url }
            : throw new SegueException(
                $"OPENAI_BASE_URL is '{MaskedUrl.Of(address.Trim())}', but a URL such as https://api.openai.com/v1 was expected");
    }

    /// <summary>A header takes printable ASCII. The key is not repeated.</summary>
    private static string Checked(string key) => key.All(c => c is > ' ' and <= '~')
        ? key
        : throw new SegueException("OPENAI_API_KEY holds a line end, a space or another character that no key has; was more than the key copied?");

    /// <summary>Without the key.</summary>
    public override string ToString() => $"{MaskedUrl.Of(BaseUrl)} ({(Key is null ? "no key" : "with a key")})";
}

/// <summary>Embeddings of any server that speaks OpenAI's <c>/embeddings</c>, in batches.</summary>
internal sealed class OpenAIEmbeddingGenerator : EndpointEmbeddingGenerator
{
    private OpenAIEmbeddingGenerator(string model, OpenAIOptions options)
        : base("openai", model, options.BaseUrl, options, new EmbeddingEndpoint("The OpenAI endpoint", options.BaseUrl, options.Key, options))
    {
    }

    /// <summary>Embeds one word, to know that address, key and model are right and what the dimensions are.</summary>
    /// <exception cref="EmbedderException">They are not; the message says which.</exception>
    public static async Task<OpenAIEmbeddingGenerator> ConnectAsync(string model, OpenAIOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new OpenAIOptions();
        if (options.Key is null && options.BaseUrl.Host == new OpenAIOptions().BaseUrl.Host)
            throw new EmbedderException($"{options.BaseUrl.Host} needs a key: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server that needs none");
        OpenAIEmbeddingGenerator generator = new(model, options);
        // Two servers may call different models by one name.
        string modelId = $"{model}@{options.BaseUrl.Authority}";
        return await ConnectedAsync(generator, () => generator.LearnDimensionsAsync(modelId, cancellationToken));
    }

    private protected override async Task<float[][]> AskAsync(string[] texts, int? dimensions, CancellationToken cancellationToken)
    {
        JsonObject body = Body(texts, dimensions);
        body["encoding_format"] = "float";
        long bytesMax = EndpointVectors.BytesMax(texts.Length, dimensions ?? Dimensions);
        using JsonDocument answer = await Endpoint.SendAsync("embeddings", body, bytesMax, cancellationToken);
        // {"data": [{"index": 0, "embedding": [..]}, ..]}: the order is the indexes', whatever the order of the list.
        float[]?[] vectors = new float[]?[texts.Length];
        try
        {
            foreach (JsonElement item in answer.RootElement.GetProperty("data").EnumerateArray())
            {
                int index = item.GetProperty("index").GetInt32();
                if ((uint)index >= (uint)vectors.Length || vectors[index] is not null)
                    throw new EmbedderException($"{Endpoint.Shown} gave a vector for text {index} of {texts.Length}, or gave it twice");
                vectors[index] = EndpointVectors.Numbers(item.GetProperty("embedding"));
            }
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new EmbedderException(
                $"{Endpoint.Shown} does not answer embeddings as OpenAI does; is the base URL right (it usually ends in /v1)?", e);
        }

        return EndpointVectors.Checked([.. vectors.OfType<float[]>()], texts.Length, dimensions ?? Dimensions, $"{Endpoint.Shown}");
    }
}
