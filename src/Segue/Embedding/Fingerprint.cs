using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace Segue.Embedding;

/// <summary>What tells one embedder from another: vectors of one must never be compared with vectors of another.</summary>
internal static class Fingerprint
{
    /// <summary>
    /// The name of a sentence-transformer and the first digits of the hash of its files: "all-MiniLM-L6-v2/model.onnx#1b2c3d4e". Weights that lie
    /// beside the network, and settings other than the usual ones, are in the hash.
    /// </summary>
    public static string OfModel(SentenceTransformer model)
    {
        var hash = new XxHash3();
        foreach (string file in (string[])[model.NetworkPath, .. WeightsOf(model.NetworkPath), model.VocabularyPath])
        {
            using FileStream stream = File.OpenRead(file);
            hash.Append(stream);
        }

        if (model.Pooling != Pooling.Mean || model.TokensMax != SentenceTransformer.UsualTokensMax)
            hash.Append(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{model.Pooling} of {model.TokensMax}")));
        string folder = Path.GetFileName(Path.GetDirectoryName(model.VocabularyPath)) ?? "";
        return $"{folder}/{Path.GetFileName(model.NetworkPath)}#{Convert.ToHexStringLower(hash.GetCurrentHash())[..8]}";
    }

    /// <summary>
    /// The files that hold weights of a network beside it, as of networks over 2 GB. The network names each in an entry "location" of its protocol
    /// buffers: field 1 of length 8, then field 2 with the length and the name.
    /// </summary>
    private static IEnumerable<string> WeightsOf(string network)
    {
        const int NameMax = 127; // A length of one byte; exporters write "model.onnx_data".
        byte[] mark = [0x0a, 8, .. "location"u8, 0x12], buffer = new byte[1 << 20];
        SortedSet<string> names = new(StringComparer.Ordinal);
        using FileStream stream = File.OpenRead(network);
        for (int held = 0, read; (read = stream.Read(buffer, held, buffer.Length - held)) > 0;)
        {
            int end = held + read;
            for (int at = 0, found; (found = buffer.AsSpan(at, end - at).IndexOf(mark)) >= 0; at += found + mark.Length)
            {
                ReadOnlySpan<byte> rest = buffer.AsSpan(at + found + mark.Length, end - at - found - mark.Length);
                if (rest.Length > 0 && rest[0] is > 0 and <= NameMax && rest.Length > rest[0])
                    names.Add(Encoding.UTF8.GetString(rest.Slice(1, rest[0])));
            }

            // What an entry may have begun with is looked at once more, with what follows.
            held = Math.Min(end, mark.Length + NameMax + 1);
            buffer.AsSpan(end - held, held).CopyTo(buffer);
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(network))!;
        return names.Select(n => Path.Combine(folder, n)).Where(File.Exists);
    }
}
