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
/// Makes the table of the static embedder from a sentence-transformer (docs/embedding.md). Texts: the catalogue's titles; people's tags; the phrases
/// of a lexicon; single words, those of the vocabulary and those that it only has in pieces; and random groups of 2 to 6 words, a fifth of them
/// function words, because a piece such as "##oom" learns its meaning only where it stands. A twentieth of each kind is held out and judges the
/// result; the model's vectors of all texts are kept in a cache folder, because they take minutes.
/// </summary>
internal static class MakeStatic
{
    private const int Dimensions = 256, Groups = 120_000, GroupsInPieces = 20_000, Seed = 1;

    // As frequent in titles and wishes as they are rare among the vocabulary's words.
    private static readonly string[] s_functionWords =
        [.. "the a of and in to for with my your you me i we it on at from by is not no this that like".Split(' ')];

    public static int Run(string[] args)
    {
        Arguments arguments = new(args, "model", "tracks", "tags", "phrases", "out", "cache", "ridge", "power");
        string cache = arguments.Get("cache", Path.Combine(Path.GetTempPath(), "segue-make-static"));
        using OnnxEmbeddingGenerator model = new(arguments.Require("model"));
        using EmbeddingCache known = EmbeddingCache.Open(cache, Embedders.IdOf(model), model.Dimensions);
        WordPieceTokenizer tokenizer = model.Tokenizer;
        string[] pieces =
            [.. Enumerable.Range(0, tokenizer.VocabularySize).Select(tokenizer.PieceOf).Where(p => !p.StartsWith("[unused", StringComparison.Ordinal) && p != "[MASK]")];

        FitTexts texts = new(pieces, tokenizer);
        texts.Add("titles", ReadTitles(arguments.Require("tracks")));
        texts.Add("tags", File.ReadLines(arguments.Require("tags"), Encoding.Latin1).Skip(1).Select(l => l.Split('\t')[^1]));
        string[] whole = [.. pieces.Where(p => p.Length > 1 && p.All(char.IsAsciiLetter))];
        texts.Add("groups", RandomGroups(Groups, s_functionWords, whole, whole, whole, whole));
        texts.Add("phrases", File.ReadLines(arguments.Require("phrases")).Where(l => !l.StartsWith('#')).Select(l => l.Split('\t')[0]));
        string[] split = texts.WordsInPieces();
        texts.Add("whole words", whole);
        texts.Add("words in pieces", split);
        texts.Add("groups with words in pieces", RandomGroups(GroupsInPieces, s_functionWords, whole, whole, split, split));

        int[][] alone = [.. pieces.Select(p => new[] { tokenizer.Start, tokenizer.IdOf(p), tokenizer.End })];
        float[] start = Vectors(model, alone, known);
        float[] targets = Vectors(model, texts.ModelIds, known);

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

    /// <summary>Each word is from one of the kinds, all equally likely.</summary>
    private static IEnumerable<string> RandomGroups(int count, params string[][] kinds)
    {
        Random random = new(Seed);
        for (int i = 0; i < count; i++)
        {
            string[] group = new string[random.Next(2, 7)];
            for (int w = 0; w < group.Length; w++)
            {
                string[] kind = kinds[random.Next(kinds.Length)];
                group[w] = kind[random.Next(kind.Length)];
            }

            yield return string.Join(' ', group);
        }
    }

    /// <summary>The model's vectors of encoded texts; what the cache has is not computed again.</summary>
    private static float[] Vectors(OnnxEmbeddingGenerator model, int[][] ids, EmbeddingCache cache)
    {
        int size = model.Dimensions;
        float[] vectors = new float[(long)ids.Length * size];
        UInt128[] keys = [.. ids.Select(i => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(i.AsSpan())))];
        int[] missing = [.. Enumerable.Range(0, ids.Length).Where(i => !cache.TryGet(keys[i], vectors.AsSpan(i * size, size)))];
        long began = Stopwatch.GetTimestamp();
        int done = 0;
        foreach (int[] chunk in missing.Chunk(8192))
        {
            var part = model.Generate([.. chunk.Select(i => ids[i])], CancellationToken.None);
            for (int k = 0; k < chunk.Length; k++)
            {
                part[k].Vector.Span.CopyTo(vectors.AsSpan(chunk[k] * size));
                cache.Add(keys[chunk[k]], part[k].Vector.Span);
            }

            cache.Flush();
            done += chunk.Length;
            Console.Error.WriteLine($"{done} of {missing.Length} through the model, {done / Stopwatch.GetElapsedTime(began).TotalSeconds:F0} a second");
        }

        return vectors;
    }
}

/// <summary>The texts of the fit: as the model reads them, and as counts of the table's pieces. Every twentieth of a kind is held out.</summary>
internal sealed class FitTexts(string[] pieces, WordPieceTokenizer tokenizer)
{
    private const int HeldOutOneIn = 20, SplitWordTextsMin = 2;
    private readonly Dictionary<int, int> _rowOf = pieces.Select((p, i) => (Id: tokenizer.IdOf(p), Row: i)).ToDictionary(p => p.Id, p => p.Row);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<int[]> _modelIds = [];

    public int[][] ModelIds => [.. _modelIds];

    public List<string> Texts { get; } = [];

    /// <summary>Rows of the table, one entry an occurrence.</summary>
    public List<int[]> Rows { get; } = [];

    public List<string> Kinds { get; } = [];

    public List<bool> IsHeldOut { get; } = [];

    public int PieceCount => pieces.Length;

    /// <summary>The words of the texts so far, of ASCII letters and in at least two texts, that take at least two pieces.</summary>
    public string[] WordsInPieces()
    {
        int[] ids = new int[64];
        return [.. Texts.SelectMany((t, i) => Kinds[i] == "groups" ? [] : t.ToLowerInvariant().Split(' ').Distinct())
            .Where(w => w.Length is > 2 and < 20 && w.All(char.IsAsciiLetter)).CountBy(w => w)
            .Where(w => w.Value >= SplitWordTextsMin && tokenizer.Pieces(w.Key, ids) > 1).Select(w => w.Key).Order(StringComparer.Ordinal)];
    }

    public void Add(string kind, IEnumerable<string> texts)
    {
        int[] buffer = new int[256];
        foreach (string text in texts)
        {
            int[] ids = buffer[..tokenizer.Encode(text, buffer)];
            int[] rows = [.. ids[1..^1].Where(id => id != tokenizer.Unknown).Select(id => _rowOf[id])];
            if (rows.Length == 0 || !_seen.Add(string.Join(' ', ids)))
                continue;
            _modelIds.Add(ids);
            Texts.Add(text);
            Rows.Add(rows);
            Kinds.Add(kind);
            IsHeldOut.Add(Texts.Count % HeldOutOneIn == 0);
        }
    }
}
