using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Segue.Embedding;

/// <summary>
/// What the generators that ask a server have in common: texts in batches, and mistrust of what comes back. As many vectors as texts, all of one
/// size, finite, not zero; then length 1. One vector that is not so is that text's failure alone (an embedding of no dimensions); a wrong count or
/// size puts the whole answer in doubt and is an error.
/// </summary>
internal static class EndpointVectors
{
    /// <summary>No model has a quarter of it; what a server names beyond is refused before anything is made of that size.</summary>
    public const int DimensionsMax = 1 << 16;

    /// <summary>A number with its sign, digits, exponent, comma, and the line and indent of a server that prints prettily.</summary>
    private const int BytesANumber = 40;

    /// <summary>What an answer with these vectors can take as text.</summary>
    /// <param name="dimensions">0 where nobody knows yet.</param>
    public static long BytesMax(int texts, int dimensions) =>
        EmbeddingEndpoint.TextBytesMax + (long)texts * BytesANumber * (dimensions > 0 ? dimensions : DimensionsMax);

    /// <param name="values">All texts; blank ones are not sent and have no vector.</param>
    /// <param name="batchTexts">Texts a request.</param>
    /// <param name="modelId">Noted on every embedding.</param>
    /// <param name="ask">Sends one batch and gives the vectors as they came.</param>
    public static async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, int batchTexts, string? modelId, Func<string[], Task<float[][]>> ask)
    {
        string[] texts = [.. values];
        Embedding<float>[] embeddings = new Embedding<float>[texts.Length];
        Array.Fill(embeddings, new Embedding<float>(ReadOnlyMemory<float>.Empty) { ModelId = modelId });
        foreach (int[] batch in Enumerable.Range(0, texts.Length).Where(i => !string.IsNullOrWhiteSpace(texts[i])).Chunk(batchTexts))
        {
            float[][] vectors = await ask([.. batch.Select(i => texts[i])]);
            for (int k = 0; k < batch.Length; k++)
            {
                if (UnitLength.TryNormalize(vectors[k]))
                    embeddings[batch[k]] = new Embedding<float>(vectors[k]) { ModelId = modelId };
            }
        }

        return new GeneratedEmbeddings<Embedding<float>>(embeddings);
    }

    /// <summary>Reads a JSON list of numbers; anything in it that is no number becomes NaN.</summary>
    public static float[] Numbers(JsonElement list)
    {
        float[] numbers = new float[list.GetArrayLength()];
        int at = 0;
        foreach (JsonElement n in list.EnumerateArray())
            numbers[at++] = n.ValueKind == JsonValueKind.Number && n.TryGetSingle(out float v) ? v : float.NaN;
        return numbers;
    }

    /// <summary>Refuses an answer that is not one vector a text, each of the size that is expected (0: of any one size).</summary>
    public static float[][] Checked(float[][] vectors, int texts, int dimensions, string server)
    {
        if (vectors.Length != texts)
            throw new EmbedderException($"{server} gave {vectors.Length} vectors for {texts} texts; nothing of this answer can be trusted");
        foreach (float[] vector in vectors)
        {
            dimensions = dimensions == 0 ? vector.Length : dimensions;
            if (vector.Length > DimensionsMax)
                throw new EmbedderException($"{server} gave a vector of {vector.Length:N0} dimensions; at most {DimensionsMax:N0} can be used");
            if (vector.Length != dimensions || dimensions == 0)
                throw new EmbedderException($"{server} gave a vector of {vector.Length} dimensions where {dimensions} were expected; did the model change?");
        }

        return vectors;
    }
}
