using Microsoft.Extensions.AI;

namespace Segue.Embedding;

/// <summary>Which embedder, as a person writes it: <c>static</c>, <c>onnx:DIR</c>, <c>ollama:MODEL</c>, <c>openai:MODEL</c>.</summary>
/// <param name="Kind">What stands before the colon, in lower case.</param>
/// <param name="Argument">What stands after it: a folder, or a model's name; may be empty.</param>
public sealed record EmbedderSpec(string Kind, string Argument)
{
    /// <exception cref="SegueException">Nothing stands before the colon.</exception>
    public static EmbedderSpec Parse(string text)
    {
        int colon = text.IndexOf(':');
        string kind = (colon < 0 ? text : text[..colon]).Trim().ToLowerInvariant();
        return kind.Length > 0
            ? new EmbedderSpec(kind, colon < 0 ? "" : text[(colon + 1)..].Trim())
            : throw new SegueException($"'{text}' names no embedder; try static, onnx:DIR, ollama:MODEL or openai:MODEL");
    }

    /// <summary>As it was written.</summary>
    public override string ToString() => Argument.Length == 0 ? Kind : $"{Kind}:{Argument}";
}

/// <summary>What an embedder may need besides its name.</summary>
public sealed record EmbedderContext
{
    /// <summary>Threads for those that compute here; 0 is one a core.</summary>
    public int Threads { get; init; }

    /// <summary>May a server fetch a model that it does not have? Off: models are gigabytes, nobody should get one by a typing error.</summary>
    public bool PullMissing { get; init; }

    /// <summary>What is going on while a model is fetched, a line at a time.</summary>
    public IProgress<string>? Progress { get; init; }

    /// <summary>The environment's variables (OLLAMA_HOST, OPENAI_API_KEY, OPENAI_BASE_URL).</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;
}

/// <summary>
/// The embedders that there are, by kind. Immutable: <see cref="With"/> gives a larger set. The library knows those that need nothing native;
/// packages add theirs (<c>Embedders.Known.WithOnnx()</c> of Segue.Onnx).
/// </summary>
public sealed class Embedders
{
    /// <summary>Makes an embedder that is ready to work and knows its metadata: provider, model, dimensions.</summary>
    /// <param name="argument">What stood after the colon, not empty where one is needed.</param>
    public delegate Task<IEmbeddingGenerator<string, Embedding<float>>> Factory(string argument, EmbedderContext context, CancellationToken cancellationToken);

    private readonly SortedDictionary<string, (string? Argument, Factory Create)> _kinds;

    private Embedders(SortedDictionary<string, (string? Argument, Factory Create)> kinds) => _kinds = kinds;

    /// <summary><c>static</c>, <c>ollama:MODEL</c> and <c>openai:MODEL</c>.</summary>
    public static Embedders Known { get; } = new Embedders(new(StringComparer.Ordinal))
        .With("static", null, (_, _, _) => Task.FromResult<IEmbeddingGenerator<string, Embedding<float>>>(new StaticEmbeddingGenerator()))
        .With("ollama", "MODEL", async (model, context, cancel) => await OllamaEmbeddingGenerator.ConnectAsync(model, OllamaOptions.From(context), cancel))
        .With("openai", "MODEL", async (model, context, cancel) => await OpenAIEmbeddingGenerator.ConnectAsync(model, OpenAIOptions.From(context), cancel));

    /// <summary>How each is written: "ollama:MODEL", "static" ...</summary>
    public IEnumerable<string> Forms => _kinds.Select(k => Form(k.Key, k.Value.Argument));

    /// <param name="kind">What stands before the colon.</param>
    /// <param name="argument">What must stand after it ("DIR"), or null for nothing.</param>
    /// <param name="create">Makes the embedder.</param>
    public Embedders With(string kind, string? argument, Factory create) => new(new(_kinds, StringComparer.Ordinal) { [kind] = (argument, create) });

    /// <summary>Makes the embedder that a person asked for.</summary>
    /// <exception cref="UnknownNameException">There is no such kind.</exception>
    /// <exception cref="SegueException">It lacks its argument, or cannot work; the message says why.</exception>
    public Task<IEmbeddingGenerator<string, Embedding<float>>> CreateAsync(EmbedderSpec spec, EmbedderContext context, CancellationToken cancellationToken = default)
    {
        if (!_kinds.TryGetValue(spec.Kind, out (string? Argument, Factory Create) kind))
            throw new UnknownNameException("embedder", spec.ToString(), [.. Forms]);
        if (kind.Argument is null != (spec.Argument.Length == 0))
            throw new SegueException($"'{spec}' is not how this embedder is written; write {Form(spec.Kind, kind.Argument)}");
        return kind.Create(spec.Argument, context, cancellationToken);
    }

    /// <summary>
    /// The name that vectors carry, so that those of one embedder never meet those of another: "static:minilm#1b2c3d4e",
    /// "ollama:all-minilm:latest#6cf97aa9".
    /// </summary>
    public static string IdOf(IEmbeddingGenerator<string, Embedding<float>> generator) =>
        generator.GetService(typeof(EmbeddingGeneratorMetadata)) is EmbeddingGeneratorMetadata { ProviderName: { } provider, DefaultModelId: { } model }
            ? $"{provider}:{model}"
            : throw new ArgumentException("The embedder does not say what it is (EmbeddingGeneratorMetadata with provider and model).", nameof(generator));

    private static string Form(string kind, string? argument) => argument is null ? kind : $"{kind}:{argument}";
}
