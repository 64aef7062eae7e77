using Segue.Embedding;

namespace Segue.Mood;

/// <summary>The built-in static embedder as the mood room uses it. Opened at the first unknown word, not before.</summary>
internal static class StaticWords
{
    private static readonly Lazy<StaticEmbeddingGenerator> s_embedder = new(() => new StaticEmbeddingGenerator());

    /// <summary>One vector a text; empty where a text has no known piece. A <see cref="TextEmbedder"/>; thread-safe.</summary>
    public static IReadOnlyList<ReadOnlyMemory<float>> Embed(IReadOnlyList<string> texts)
    {
        ReadOnlyMemory<float>[] vectors = new ReadOnlyMemory<float>[texts.Count];
        if (texts.Count < 64)
        {
            for (int i = 0; i < vectors.Length; i++)
                vectors[i] = One(texts[i]);
        }
        else
        {
            Parallel.For(0, vectors.Length, i => vectors[i] = One(texts[i]));
        }

        return vectors;
    }

    /// <summary>Whether the embedder's vocabulary of 30,000 has the word whole: then it is a word, and no slip of the pen.</summary>
    internal static bool IsWord(string word) => s_embedder.Value.IsOnePiece(word);

    // Words fall into pieces of three letters and more; keys pressed at random into ones and twos, whose sum means nothing.
    private const int PiecesOfNoWord = 4;
    private const double LettersOfNoPiece = 2.5;

    private static ReadOnlyMemory<float> One(string text)
    {
        int pieces = text.Contains(' ') ? 0 : s_embedder.Value.CountPieces(text);
        if (pieces >= PiecesOfNoWord && text.Length < LettersOfNoPiece * pieces)
            return ReadOnlyMemory<float>.Empty;
        float[] vector = new float[s_embedder.Value.Dimensions];
        return s_embedder.Value.Embed(text, vector) ? vector : ReadOnlyMemory<float>.Empty;
    }
}
