using System.Collections.Concurrent;
using System.Numerics.Tensors;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.AI;
using Microsoft.ML.OnnxRuntime;
using Segue.Embedding;
using Segue.ModelFiles;

namespace Segue.Onnx;

/// <summary>How a sentence-transformer is run.</summary>
public sealed record OnnxOptions
{
    /// <summary>
    /// Batches that run at once, each on a thread of its own; 0 is one a core. Threads inside a run would wait for each other at every layer,
    /// which at these sizes takes a good part of the time, and most of it on a machine that has other work.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>
    /// Texts a run of the network, 1..1024. 16 of about equal length, so that the work space of a thread stays in its cache: with int8 and 28 tokens
    /// a text, 8, 16, 32 and 64 embed 928, 951, 833 and 736 texts a second on 2 cores (<c>./bench/run embed</c>).
    /// </summary>
    public int BatchTexts { get; init; } = 16;
}

/// <summary>
/// Sentence-transformers on ONNX Runtime: tokens, network, mean over the attention mask (or [CLS], as the model says), length 1.
/// <para>The texts of one call are sorted by length and run in batches padded to the longest of each: padding costs as much as text, so a caller that
/// has many texts should hand over thousands at a time. Results come back in the order of the texts. Calls from several threads are safe and
/// share the network.</para>
/// <para>An int8 model quantizes activations by the range of the whole batch, so its vectors depend a little on which texts stand together
/// (cosine 0.991 between batches of 16 and of 1, 0.978 at worst of 300); those of fp32 models do not.</para>
/// </summary>
public sealed class OnnxEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly OnnxOptions _options;
    private readonly SentenceTransformer _model;
    private readonly WordPieceTokenizer _tokenizer;
    private readonly Shared<InferenceSession> _session;
    private readonly string _output;
    private readonly bool _hasTypes;
    private readonly EmbeddingGeneratorMetadata _metadata;

    /// <param name="path">The model's folder, or one .onnx file in it.</param>
    /// <param name="options">How to run it.</param>
    /// <exception cref="ModelFileException">Missing, damaged, or not a sentence-transformer that this program can run.</exception>
    public OnnxEmbeddingGenerator(string path, OnnxOptions? options = null)
    {
        _options = options ?? new OnnxOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(_options.Threads, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchTexts, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_options.BatchTexts, 1024, nameof(options));
        _model = SentenceTransformer.Open(path);
        _tokenizer = _model.OpenTokenizer();
        InferenceSession session = Load(_model.NetworkPath);
        try
        {
            _hasTypes = CheckInputs(session, _model.NetworkPath);
            (_output, Dimensions) = FindOutput(session, _model);
        }
        catch
        {
            session.Dispose();
            throw;
        }

        _session = new Shared<InferenceSession>(session);
        _metadata = new EmbeddingGeneratorMetadata("onnx", providerUri: null, Fingerprint.OfModel(_model), Dimensions);
    }

    /// <summary>The length of the vectors.</summary>
    public int Dimensions { get; }

    internal WordPieceTokenizer Tokenizer => _tokenizer;

    /// <inheritdoc/>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.Dimensions is { } wanted && wanted != Dimensions)
            throw new SegueException($"{_model.NetworkPath} makes vectors of {Dimensions} dimensions, not of {wanted}");
        string[] texts = [.. values];
        return Task.Run(() => Generate(texts, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    /// <summary>
    /// No call begins after it (<see cref="ObjectDisposedException"/>); calls that run go on to their end, and the network is freed with the last.
    /// </summary>
    public void Dispose() => _session.Retire();

    private GeneratedEmbeddings<Embedding<float>> Generate(string[] texts, CancellationToken cancellationToken)
    {
        int[][] ids = new int[texts.Length][];
        int[] buffer = new int[_model.TokensMax];
        for (int i = 0; i < texts.Length; i++)
            ids[i] = buffer.AsSpan(0, _tokenizer.Encode(texts[i], buffer)).ToArray();
        return Generate(ids, cancellationToken);
    }

    /// <summary>Embeds texts that were encoded already, each with [CLS] and [SEP].</summary>
    internal GeneratedEmbeddings<Embedding<float>> Generate(int[][] ids, CancellationToken cancellationToken)
    {
        using Lease<InferenceSession> session = _session.Acquire();
        int[] order = [.. Enumerable.Range(0, ids.Length).OrderBy(i => ids[i].Length)];
        Embedding<float>[] embeddings = new Embedding<float>[ids.Length];
        int threads = _options.Threads > 0 ? _options.Threads : Environment.ProcessorCount;
        ParallelOptions parallel = new() { CancellationToken = cancellationToken, MaxDegreeOfParallelism = threads };
        try
        {
            // One batch at a time to whoever is free, the longest first: what is left at the end is short.
            int[][] batches = [.. order.Chunk(_options.BatchTexts).Reverse()];
            Parallel.ForEach(Partitioner.Create(batches, loadBalance: true), parallel, batch => RunBatch(session.Value, batch, ids, embeddings));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerException!);
        }

        long tokens = ids.Sum(i => (long)i.Length);
        return new GeneratedEmbeddings<Embedding<float>>(embeddings) { Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens } };
    }

    /// <param name="batch">Indexes of the texts, the longest last.</param>
    private void RunBatch(InferenceSession session, int[] batch, int[][] ids, Embedding<float>[] embeddings)
    {
        int width = ids[batch[^1]].Length;
        long[] shape = [batch.Length, width];
        long[] inputIds = new long[batch.Length * width], mask = new long[inputIds.Length];
        inputIds.AsSpan().Fill(_tokenizer.Padding);
        for (int b = 0; b < batch.Length; b++)
        {
            int[] tokens = ids[batch[b]];
            for (int t = 0; t < tokens.Length; t++)
                (inputIds[b * width + t], mask[b * width + t]) = (tokens[t], 1);
        }

        using OrtValue idsValue = OrtValue.CreateTensorValueFromMemory(inputIds, shape), maskValue = OrtValue.CreateTensorValueFromMemory(mask, shape);
        using OrtValue? types = _hasTypes ? OrtValue.CreateTensorValueFromMemory(new long[inputIds.Length], shape) : null;
        Dictionary<string, OrtValue> inputs = new(StringComparer.Ordinal) { ["input_ids"] = idsValue, ["attention_mask"] = maskValue };
        if (types is not null)
            inputs["token_type_ids"] = types;
        using RunOptions run = new();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, inputs, [_output]);
        ReadOnlySpan<float> hidden = outputs[0].GetTensorDataAsSpan<float>();
        if (hidden.Length != (long)batch.Length * width * Dimensions)
        {
            throw new ModelFileException(_model.NetworkPath,
                $"gave {hidden.Length} numbers for {batch.Length} texts of {width} tokens; {Dimensions} a token were expected");
        }

        for (int b = 0; b < batch.Length; b++)
        {
            float[] vector = Pool(hidden.Slice(b * width * Dimensions, width * Dimensions), ids[batch[b]].Length);
            embeddings[batch[b]] = new Embedding<float>(vector) { ModelId = _metadata.DefaultModelId };
        }
    }

    /// <summary>v = Σₜ hₜ over the tokens that are there, then v / |v|: the mean's divisor falls out of the norm.</summary>
    private float[] Pool(ReadOnlySpan<float> hidden, int tokens)
    {
        float[] vector = hidden[..Dimensions].ToArray();
        for (int t = 1; t < tokens && _model.Pooling == Pooling.Mean; t++)
            TensorPrimitives.Add(vector, hidden.Slice(t * Dimensions, Dimensions), vector);
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
        return vector;
    }

    private static InferenceSession Load(string network)
    {
        using SessionOptions options = new()
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        try
        {
            return new InferenceSession(network, options);
        }
        catch (OnnxRuntimeException e)
        {
            string detail = e.Message.ReplaceLineEndings(" ");
            throw new ModelFileException(network, $"is no ONNX model that can be loaded; it may be damaged, cut off, or a Git LFS pointer ({detail})", e);
        }
    }

    /// <returns>Whether the network wants token types besides ids and mask.</returns>
    private static bool CheckInputs(InferenceSession session, string network)
    {
        string[] known = ["input_ids", "attention_mask", "token_type_ids"], names = [.. session.InputMetadata.Keys];
        bool fits = names.All(known.Contains) && known[..2].All(names.Contains) && session.InputMetadata.Values.All(m => m.ElementType == typeof(long));
        return fits
            ? names.Contains(known[2])
            : throw new ModelFileException(network, $"takes ({string.Join(", ", session.InputMetadata.Select(m => $"{m.Key} {m.Value.ElementType?.Name}"))}), "
                + $"but ({string.Join(", ", known)}) of Int64 were expected; is it a sentence-transformer of the BERT family?");
    }

    private static (string Name, int Dimensions) FindOutput(InferenceSession session, SentenceTransformer model)
    {
        foreach (string name in (string[])["last_hidden_state", "token_embeddings", .. session.OutputMetadata.Keys])
        {
            if (!session.OutputMetadata.TryGetValue(name, out NodeMetadata? output) || output.ElementType != typeof(float) || output.Dimensions is not [_, _, var size])
                continue;
            if (size <= 0)
                size = model.HiddenSize;
            if (size > 0)
                return (name, size);
        }

        string got = string.Join(", ", session.OutputMetadata.Select(m => $"{m.Key} [{string.Join(", ", m.Value.Dimensions)}]"));
        throw new ModelFileException(model.NetworkPath, $"gives ({got}), but last_hidden_state [texts, tokens, size] of float was expected");
    }
}
