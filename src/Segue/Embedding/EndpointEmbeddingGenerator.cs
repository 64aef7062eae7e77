using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Segue.Embedding;

/// <summary>Embeddings of a model on a server, in batches. What the kinds of server differ in is how they are asked.</summary>
internal abstract class EndpointEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly EndpointOptions _options;
    private readonly string _provider;
    private readonly Uri _baseUrl;
    private EmbeddingGeneratorMetadata _metadata;

    /// <param name="provider">The name of the kind of server in the metadata, e.g. "ollama".</param>
    private protected EndpointEmbeddingGenerator(string provider, string model, Uri baseUrl, EndpointOptions options, EmbeddingEndpoint endpoint)
    {
        (_provider, _baseUrl, _options) = (provider, baseUrl, options);
        Model = model;
        Endpoint = endpoint;
        _metadata = new EmbeddingGeneratorMetadata(provider, baseUrl, model);
    }

    /// <summary>The length of the vectors.</summary>
    public int Dimensions { get; private set; }

    private protected EmbeddingEndpoint Endpoint { get; }

    /// <summary>As the server calls it.</summary>
    private protected string Model { get; }

    /// <inheritdoc/>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        return EndpointVectors.GenerateAsync(values, _options.BatchTexts, _metadata.DefaultModelId, texts => AskAsync(texts, options?.Dimensions, cancellationToken));
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        Endpoint.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Connects a generator; one that cannot be is disposed.</summary>
    private protected static async Task<T> ConnectedAsync<T>(T generator, Func<Task> connect)
        where T : EndpointEmbeddingGenerator
    {
        try
        {
            await connect();
            return generator;
        }
        catch
        {
            generator.Dispose();
            throw;
        }
    }

    /// <summary>Embeds one word, to know that the model answers and how long its vectors are.</summary>
    /// <param name="modelId">What tells the model from every other, on this server and elsewhere: a cache of embeddings goes by it.</param>
    private protected async Task LearnDimensionsAsync(string modelId, CancellationToken cancellationToken)
    {
        float[][] probe = await AskAsync(["music"], null, cancellationToken);
        Dimensions = probe[0].Length;
        _metadata = new EmbeddingGeneratorMetadata(_provider, _baseUrl, modelId, Dimensions);
    }

    /// <summary>One request.</summary>
    /// <param name="texts">At most as many as a batch has, none of them blank.</param>
    /// <param name="dimensions">The length wanted, or null for the model's own.</param>
    /// <returns>A vector a text, as they came.</returns>
    private protected abstract Task<float[][]> AskAsync(string[] texts, int? dimensions, CancellationToken cancellationToken);

    /// <summary>What is sent, whatever the server.</summary>
    private protected JsonObject Body(string[] texts, int? dimensions)
    {
        JsonObject body = new() { ["model"] = Model, ["input"] = new JsonArray([.. texts.Select(t => (JsonNode?)t)]) };
        if (dimensions is { } d)
            body["dimensions"] = d;
        return body;
    }
}
