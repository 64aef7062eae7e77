using System.Diagnostics;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using nietras.SeparatedValues;
using Segue.Embedding;
using Segue.Onnx;

namespace Segue.Bench;

/// <summary>
/// Makes the table of the static embedder from a sentence-transformer (docs/embedding.md). Texts: the catalogue's titles, people's tags, and random
/// groups of 2 to 6 words of the vocabulary, a fifth of them function words. A twentieth of each kind is held out and judges the result; the
/// model's vectors of all texts are kept in a cache folder, because they take minutes.
/// </summary>
internal static class MakeStatic
{
    private const int Dimensions = 256, Groups = 120_000, Seed = 1;

    // As frequent in titles and wishes as they are rare among the vocabulary's words.
    private static readonly string[] s_functionWords =
        [.. "the a of and in to for with my your you me i we it on at from by is not no this that like".Split(' ')];

    public static int Run(string[] args)
    {
        Arguments arguments = new(args, "model", "tracks", "tags", "out", "cache", "ridge", "power", "groups");
        string cache = arguments.Get("cache", Path.Combine(Path.GetTempPath(), "segue-make-static"));
        Directory.CreateDirectory(cache);
        using OnnxEmbeddingGenerator model = new(arguments.Require("model"));
        WordPieceTokenizer tokenizer = model.Tokenizer;
        string[] pieces =
            [.. Enumerable.Range(0, tokenizer.VocabularySize).Select(tokenizer.PieceOf).Where(p => !p.StartsWith("[unused", StringComparison.Ordinal) && p != "[MASK]")];

        FitTexts texts = new(pieces, tokenizer);
        texts.Add("titles", ReadTitles(arguments.Require("tracks")));
        if (arguments.Get("tags", "") is { Length: > 0 } tags)
            texts.Add("tags", File.ReadLines(tags, Encoding.Latin1).Skip(1).Select(l => l.Split('\t')[^1]));
        texts.Add("groups", RandomGroups(pieces, arguments.Int("groups", Groups)));

        string modelId = Fingerprint.OfModel(SentenceTransformer.Open(arguments.Require("model"))).Split('#')[1];
        int[][] alone = [.. pieces.Select(p => new[] { tokenizer.Start, tokenizer.IdOf(p), tokenizer.End })];
        float[] start = Vectors(model, alone, Path.Combine(cache, $"pieces-{modelId}.f32"));
        float[] targets = Vectors(model, texts.ModelIds, Path.Combine(cache, $"texts-{modelId}-{texts.Hash}.f32"));

        StaticFit fit = new(texts, start, targets, model.Dimensions);
        float ridge = float.Parse(arguments.Get("ridge", "1")), power = float.Parse(arguments.Get("power", "0.5"));
        Print("plain distillation", fit.HeldOut(start));
        float[] fitted = fit.Solve(ridge, power, message => Console.Error.WriteLine(message));
        Print($"ridge fit, {model.Dimensions} dimensions, float32", fit.HeldOut(fitted));
        float[] axes = fit.PrincipalAxes(fitted, Dimensions);
        float[] reduced = StaticFit.Project(fitted, axes, model.Dimensions, Dimensions);
        foreach (int special in (int[])[tokenizer.Padding, tokenizer.Unknown, tokenizer.Start, tokenizer.End])
            reduced.AsSpan(Array.IndexOf(pieces, tokenizer.PieceOf(special)) * Dimensions, Dimensions).Clear();
        byte[] table = StaticVectors.Write(pieces, reduced);
        StaticEmbeddingGenerator generator = new(StaticVectors.Read(table, "the new table"));
        Print($"the table: {Dimensions} dimensions, int8", fit.HeldOut(generator, axes));
        File.WriteAllBytes(arguments.Require("out"), table);
        string file = arguments.Require("out");
        Console.WriteLine(JsonSerializer.Serialize(new { file, bytes = table.Length, pieces = pieces.Length, dimensions = generator.Dimensions }));
        return 0;
    }

    private static void Print(string what, IReadOnlyDictionary<string, double> cosines) =>
        Console.WriteLine(JsonSerializer.Serialize(new { vectors = what, heldOutCosine = cosines.ToDictionary(c => c.Key, c => Math.Round(c.Value, 4)) }));

    private static IEnumerable<string> ReadTitles(string path)
    {
        using SepReader reader = Sep.Reader(o => o with { Unescape = true }).FromFile(path);
        List<string> titles = [];
        foreach (SepReader.Row row in reader)
            titles.Add(row["track_name"].ToString());
        return titles;
    }

    private static IEnumerable<string> RandomGroups(string[] pieces, int count)
    {
        string[] words = [.. pieces.Where(p => p.Length > 1 && p.All(char.IsAsciiLetter))];
        Random random = new(Seed);
        for (int i = 0; i < count; i++)
        {
            string[] group = new string[random.Next(2, 7)];
            for (int w = 0; w < group.Length; w++)
                group[w] = random.Next(5) == 0 ? s_functionWords[random.Next(s_functionWords.Length)] : words[random.Next(words.Length)];
            yield return string.Join(' ', group);
        }
    }

    private static float[] Vectors(OnnxEmbeddingGenerator model, int[][] ids, string cache)
    {
        float[] vectors = new float[(long)ids.Length * model.Dimensions];
        Span<byte> bytes = MemoryMarshal.AsBytes(vectors.AsSpan());
        if (File.Exists(cache) && new FileInfo(cache).Length == bytes.Length)
        {
            using FileStream stream = File.OpenRead(cache);
            stream.ReadExactly(bytes);
            return vectors;
        }

        long began = Stopwatch.GetTimestamp();
        const int Chunk = 8192;
        for (int i = 0; i < ids.Length; i += Chunk)
        {
            var part = model.Generate(ids[i..Math.Min(i + Chunk, ids.Length)], CancellationToken.None);
            for (int k = 0; k < part.Count; k++)
                part[k].Vector.Span.CopyTo(vectors.AsSpan((i + k) * model.Dimensions));
            Console.Error.WriteLine($"{i + part.Count} of {ids.Length} through the model, {(i + part.Count) / Stopwatch.GetElapsedTime(began).TotalSeconds:F0} a second");
        }

        using (FileStream stream = File.Create(cache + ".new"))
            stream.Write(bytes);
        File.Move(cache + ".new", cache, overwrite: true);
        return vectors;
    }
}

/// <summary>The texts of the fit: as the model reads them, and as counts of the table's pieces. Every twentieth of a kind is held out.</summary>
internal sealed class FitTexts(string[] pieces, WordPieceTokenizer tokenizer)
{
    private const int HeldOutOneIn = 20;
    private readonly Dictionary<int, int> _rowOf = pieces.Select((p, i) => (Id: tokenizer.IdOf(p), Row: i)).ToDictionary(p => p.Id, p => p.Row);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<int[]> _modelIds = [];
    private readonly XxHash3 _hash = new();

    public int[][] ModelIds => [.. _modelIds];

    public List<string> Texts { get; } = [];

    /// <summary>Rows of the table, one entry an occurrence.</summary>
    public List<int[]> Rows { get; } = [];

    public List<string> Kinds { get; } = [];

    public List<bool> IsHeldOut { get; } = [];

    public int PieceCount => pieces.Length;

    public string Hash => Convert.ToHexStringLower(_hash.GetCurrentHash())[..8];

    public void Add(string kind, IEnumerable<string> texts)
    {
        int[] buffer = new int[256];
        foreach (string text in texts)
        {
            int[] ids = buffer[..tokenizer.Encode(text, buffer)];
            int[] rows = [.. ids[1..^1].Where(id => id != tokenizer.Unknown).Select(id => _rowOf[id])];
            if (rows.Length == 0 || !_seen.Add(string.Join(' ', ids)))
                continue;
            _hash.Append(MemoryMarshal.AsBytes(ids.AsSpan()));
            _modelIds.Add(ids);
            Texts.Add(text);
            Rows.Add(rows);
            Kinds.Add(kind);
            IsHeldOut.Add(Texts.Count % HeldOutOneIn == 0);
        }
    }
}
