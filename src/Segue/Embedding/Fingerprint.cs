using System.IO.Hashing;

namespace Segue.Embedding;

/// <summary>What tells one embedder from another: vectors of one must never be compared with vectors of another.</summary>
internal static class Fingerprint
{
    /// <summary>The name of a sentence-transformer and the first digits of the hash of its files: "all-MiniLM-L6-v2/model.onnx#1b2c3d4e".</summary>
    public static string OfModel(SentenceTransformer model)
    {
        var hash = new XxHash3();
        foreach (string file in (string[])[model.NetworkPath, model.VocabularyPath])
        {
            using FileStream stream = File.OpenRead(file);
            hash.Append(stream);
        }

        string folder = Path.GetFileName(Path.GetDirectoryName(model.VocabularyPath)) ?? "";
        return $"{folder}/{Path.GetFileName(model.NetworkPath)}#{Convert.ToHexStringLower(hash.GetCurrentHash())[..8]}";
    }
}
