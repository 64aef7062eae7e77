using System.Text.Json;

namespace Segue.Tests;

/// <summary>A text with the ids and the vector that the original Python library gives (sentence-transformers, all-MiniLM-L6-v2, fp32).</summary>
internal sealed record ReferenceEmbedding(string Group, string Text, int[] Tokens, float[] Vector)
{
    private static readonly Lazy<ReferenceEmbedding[]> s_all = new(Read);

    /// <summary>All of them, or none where the file is absent.</summary>
    public static IReadOnlyList<ReferenceEmbedding> Load() => s_all.Value;

    private static ReferenceEmbedding[] Read()
    {
        string path = Path.Combine(TestData.Shared, "models", "reference_embeddings.json");
        if (!File.Exists(path))
            return [];
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. json.RootElement.GetProperty("items").EnumerateArray().Select(item => new ReferenceEmbedding(
            item.GetProperty("group").GetString()!, item.GetProperty("text").GetString()!,
            [.. item.GetProperty("tokens").EnumerateArray().Select(t => t.GetInt32())], [.. item.GetProperty("vector").EnumerateArray().Select(v => v.GetSingle())]))];
    }
}
