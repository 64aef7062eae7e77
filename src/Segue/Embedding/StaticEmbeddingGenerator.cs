using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Microsoft.Extensions.AI;

namespace Segue.Embedding;

/// <summary>
/// The embedder that is always there: the vector of a text is the sum of the vectors of its pieces, at length 1. No native code, no download, some
/// microseconds a text.
/// <para>The vectors were fitted, by <c>./bench/run make-static</c>, so that these sums come close to what all-MiniLM-L6-v2 makes of titles, tags and
/// groups of words; docs/embedding.md has the method and how close. A sum knows no order: "not happy, sad" and "not sad, happy" are one.</para>
/// <para>A text without any known piece (empty, or in a script that the vocabulary lacks) has no vector: <see cref="Embed"/> says so, and
/// <see cref="GenerateAsync"/> gives an embedding of no dimensions. Never zeros: they would be near to everything and to nothing.</para>
/// <para>Thread-safe. All instances share one table.</para>
/// </summary>
internal sealed class StaticEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    // The first so many pieces of a text count: twice what the model itself reads.
    private const int PiecesMax = 512;
    private const int TextsAPiece = 256;
    private static readonly Lazy<StaticVectors> s_builtIn = new(StaticVectors.OpenBuiltIn);
    private readonly StaticVectors _table;
    private readonly EmbeddingGeneratorMetadata _metadata;

    /// <summary>Opens the table that comes with the library; a few milliseconds the first time.</summary>
    public StaticEmbeddingGenerator()
        : this(s_builtIn.Value)
    {
    }

    internal StaticEmbeddingGenerator(StaticVectors table)
    {
        _table = table;
        _metadata = new EmbeddingGeneratorMetadata("static", providerUri: null, table.Id, table.Dimensions);
    }

    /// <summary>The length of the vectors.</summary>
    public int Dimensions => _table.Dimensions;

    /// <summary>Embeds one text without allocating.</summary>
    /// <param name="text">Any text; its first 512 pieces count.</param>
    /// <param name="vector">Receives <see cref="Dimensions"/> numbers of Euclidean length 1; zeros when there is no vector.</param>
    /// <returns>False when no piece of the text is known: then there is no vector, and none must be put in an index.</returns>
    public bool Embed(ReadOnlySpan<char> text, Span<float> vector)
    {
        if (vector.Length != Dimensions)
            throw new ArgumentException($"The vector has {Dimensions} dimensions, not {vector.Length}.", nameof(vector));
        Span<int> pieces = stackalloc int[PiecesMax];
        int count = _table.Tokenizer.Pieces(text, pieces);
        vector.Clear();
        ReadOnlySpan<float> scales = _table.Scales;
        ReadOnlySpan<sbyte> values = _table.Values;
        foreach (int piece in pieces[..count])
        {
            if (scales[piece] != 0) // [UNK] has scale 0.
                AddScaled(vector, values.Slice(piece * vector.Length, vector.Length), scales[piece]);
        }

        // Opposite pieces could cancel in theory; a sum this short has no direction to speak of.
        float norm = TensorPrimitives.Norm<float>(vector);
        if (!(norm > 1e-6f))
        {
            vector.Clear();
            return false;
        }

        TensorPrimitives.Divide(vector, norm, vector);
        return true;
    }

    /// <summary>Whether the vocabulary has a word whole.</summary>
    internal bool IsOnePiece(ReadOnlySpan<char> word)
    {
        Span<int> pieces = stackalloc int[2];
        return _table.Tokenizer.Pieces(word, pieces) == 1;
    }

    /// <summary>Of how many pieces of the vocabulary a text is made; counted up to 64.</summary>
    internal int CountPieces(ReadOnlySpan<char> text)
    {
        Span<int> pieces = stackalloc int[64];
        return _table.Tokenizer.Pieces(text, pieces);
    }

    /// <inheritdoc/>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.Dimensions is { } wanted && wanted != Dimensions)
            throw new SegueException($"the static embedder makes vectors of {Dimensions} dimensions, not of {wanted}");
        cancellationToken.ThrowIfCancellationRequested();
        string[] texts = [.. values];
        Embedding<float>[] embeddings = new Embedding<float>[texts.Length];
        if (texts.Length <= TextsAPiece)
        {
            EmbedAll(texts, embeddings, 0);
            return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(embeddings));
        }

        return Task.Run(
            () =>
            {
                ParallelOptions parallel = new() { CancellationToken = cancellationToken };
                Parallel.For(0, (texts.Length + TextsAPiece - 1) / TextsAPiece, parallel, piece => EmbedAll(texts, embeddings, piece));
                return new GeneratedEmbeddings<Embedding<float>>(embeddings);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    /// <summary>Nothing to let go: the table is a part of the library.</summary>
    public void Dispose()
    {
    }

    /// <summary>v += s · row. By hand, because TensorPrimitives converts int8 to float one number at a time and needs a second pass.</summary>
    private static void AddScaled(Span<float> vector, ReadOnlySpan<sbyte> row, float scale)
    {
        ref float v = ref MemoryMarshal.GetReference(vector);
        ref sbyte r = ref MemoryMarshal.GetReference(row);
        Vector256<float> s = Vector256.Create(scale);
        int i = 0;
        for (; Vector256.IsHardwareAccelerated && i <= row.Length - Vector128<sbyte>.Count; i += Vector128<sbyte>.Count)
        {
            Vector256<short> shorts = Vector256.WidenLower(Vector128.LoadUnsafe(ref r, (nuint)i).ToVector256Unsafe());
            (Vector256<int> low, Vector256<int> high) = Vector256.Widen(shorts);
            ref float at = ref Unsafe.Add(ref v, i);
            (Vector256.ConvertToSingle(low) * s + Vector256.LoadUnsafe(ref at)).StoreUnsafe(ref at);
            (Vector256.ConvertToSingle(high) * s + Vector256.LoadUnsafe(ref at, 8)).StoreUnsafe(ref at, 8);
        }

        for (; i < row.Length; i++)
            vector[i] += row[i] * scale;
    }

    private void EmbedAll(string[] texts, Embedding<float>[] embeddings, int piece)
    {
        for (int i = piece * TextsAPiece; i < Math.Min(texts.Length, (piece + 1) * TextsAPiece); i++)
        {
            float[] vector = new float[Dimensions];
            embeddings[i] = new Embedding<float>(Embed(texts[i], vector) ? vector : ReadOnlyMemory<float>.Empty) { ModelId = _table.Id };
        }
    }
}
