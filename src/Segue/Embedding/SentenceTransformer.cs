using System.Text.Json;

namespace Segue.Embedding;

/// <summary>How the vectors of a text's tokens become the vector of the text.</summary>
internal enum Pooling
{
    /// <summary>The mean over the tokens that the attention mask marks.</summary>
    Mean,

    /// <summary>The vector of the first token, [CLS].</summary>
    FirstToken,
}

/// <summary>
/// A sentence-transformer as its publisher lays it out in a folder: the network (<c>onnx/model.onnx</c>), <c>vocab.txt</c>, and small JSON files that
/// say how to use it (<c>modules.json</c>, <c>config.json</c>, <c>sentence_bert_config.json</c>, <c>tokenizer_config.json</c>, the pooling's
/// <c>config.json</c>). What does not fit what this program can do is refused by name rather than run wrongly.
/// </summary>
/// <param name="NetworkPath">The .onnx file.</param>
/// <param name="VocabularyPath">The vocab.txt beside or above it.</param>
/// <param name="TokensMax">The most tokens a text may have, [CLS] and [SEP] included; longer texts are cut.</param>
/// <param name="Pooling">How token vectors are put together.</param>
/// <param name="HiddenSize">The size of the vectors as config.json has it, or 0 where it does not say.</param>
internal sealed record SentenceTransformer(string NetworkPath, string VocabularyPath, int TokensMax, Pooling Pooling, int HiddenSize)
{
    /// <summary>Where the model does not say how long texts may be.</summary>
    public const int UsualTokensMax = 256;

    /// <summary>Finds the parts of a model.</summary>
    /// <param name="path">The model's folder (with <c>onnx/model.onnx</c> or <c>model.onnx</c> in it), or one .onnx file of it.</param>
    /// <exception cref="ModelFileException">Something is missing, or the model is of another kind.</exception>
    public static SentenceTransformer Open(string path)
    {
        string network = FindNetwork(path);
        string beside = Path.GetDirectoryName(Path.GetFullPath(network))!;
        string folder = File.Exists(Path.Combine(beside, "vocab.txt")) || Path.GetFileName(beside) != "onnx" ? beside : Path.GetDirectoryName(beside)!;
        string vocabulary = Path.Combine(folder, "vocab.txt");
        if (!File.Exists(vocabulary))
        {
            throw new ModelFileException(network, File.Exists(Path.Combine(folder, "tokenizer.json"))
                ? $"there is a tokenizer.json but no vocab.txt in {folder}; only models with a BERT WordPiece vocabulary can be used, e.g. all-MiniLM-L6-v2"
                : $"there is no vocab.txt in {folder}; put the vocab.txt of the model's publisher there");
        }

        if (Setting(Path.Combine(folder, "tokenizer_config.json"), "do_lower_case") is { ValueKind: JsonValueKind.False })
            throw new ModelFileException(network, "is a cased model (tokenizer_config.json has do_lower_case false); only uncased ones can be used");
        JsonElement? positions = Setting(Path.Combine(folder, "config.json"), "max_position_embeddings");
        JsonElement? tokens = Setting(Path.Combine(folder, "sentence_bert_config.json"), "max_seq_length");
        int tokensMax = Math.Min(Number(tokens) ?? UsualTokensMax, Number(positions) ?? 512);
        int hiddenSize = Number(Setting(Path.Combine(folder, "config.json"), "hidden_size")) ?? 0;
        RefusePrompts(Path.Combine(folder, "config_sentence_transformers.json"));
        Pooling pooling = PoolingOf(Path.Combine(folder, PoolingFolder(Path.Combine(folder, "modules.json")), "config.json"));
        return new SentenceTransformer(network, vocabulary, Math.Clamp(tokensMax, 2, 8192), pooling, hiddenSize);
    }

    /// <summary>The tokenizer of the model.</summary>
    public WordPieceTokenizer OpenTokenizer()
    {
        try
        {
            using FileStream vocabulary = File.OpenRead(VocabularyPath);
            return WordPieceTokenizer.FromVocabulary(vocabulary, VocabularyPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(VocabularyPath, $"cannot be read ({e.Message})", e);
        }
    }

    private static string FindNetwork(string path)
    {
        if (File.Exists(path))
            return path;
        if (!Directory.Exists(path))
            throw new ModelFileException(path, "there is no such file or folder; name the folder of a sentence-transformer "
                + "(with onnx/model.onnx and vocab.txt) or its .onnx file");
        string[] places = [Path.Combine(path, "onnx", "model.onnx"), Path.Combine(path, "model.onnx")];
        return places.FirstOrDefault(File.Exists) ?? throw new ModelFileException(path, Directory.GetFiles(path, "*.onnx", SearchOption.AllDirectories) is [var other, ..]
            ? $"there is neither onnx/model.onnx nor model.onnx in this folder, but {Path.GetRelativePath(path, other)}: name that file"
            : "there is no onnx/model.onnx and no model.onnx in this folder; PyTorch weights alone cannot be run, fetch the model's ONNX export");
    }

    /// <summary>
    /// Goes through the steps from tokens to vector that modules.json lists: the network, a pooling, and perhaps the normalization that every vector
    /// gets here. Any other step (a dense layer, weights of words) would be left out, and its model's vectors would be wrong.
    /// </summary>
    /// <returns>The folder of the pooling's settings.</returns>
    private static string PoolingFolder(string file)
    {
        const string usual = "1_Pooling";
        if (Json(file) is not { } root)
            return usual;
        string[] types = ["Transformer", "Pooling", "Normalize"];
        try
        {
            (string Type, string Path)[] steps = [.. root.EnumerateArray().OrderBy(m => m.GetProperty("idx").GetInt32()).Select(m => (
                Text(m, "type").Split('.')[^1], Text(m, "path")))];
            if (Array.Find(steps, s => !types.Contains(s.Type)) is { Type: { } strange })
                throw new ModelFileException(file, $"lists a step '{strange}', which is not known here; expected {string.Join(", ", types)}");
            if (!steps.Select(s => s.Type).SequenceEqual(types[..2]) && !steps.Select(s => s.Type).SequenceEqual(types))
            {
                throw new ModelFileException(file,
                    $"lists the steps {string.Join(", ", steps.Select(s => s.Type))}; expected {types[0]}, {types[1]} and perhaps {types[2]}");
            }

            return steps[1].Path;
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new ModelFileException(file, "is no list of a sentence-transformer's steps, each with idx, type and path", e);
        }
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? throw new FormatException();

    private static Pooling PoolingOf(string file)
    {
        const string mode = "pooling_mode_";
        string[] modes = Json(file) is { ValueKind: JsonValueKind.Object } settings
            ? [.. settings.EnumerateObject()
                .Where(p => p.Name.StartsWith(mode, StringComparison.Ordinal) && p.Value.ValueKind == JsonValueKind.True)
                .Select(p => p.Name[mode.Length..])]
            : ["mean_tokens"];
        return modes switch
        {
            ["mean_tokens"] => Pooling.Mean,
            ["cls_token"] => Pooling.FirstToken,
            _ => throw new ModelFileException(
                file, $"asks for a pooling other than mean or [CLS], which this program does not know ({string.Join(" and ", modes)})"),
        };
    }

    /// <summary>Words that the model wants in front of every text are not put there.</summary>
    private static void RefusePrompts(string file)
    {
        if (Setting(file, "default_prompt_name") is { ValueKind: JsonValueKind.String } name)
            throw new ModelFileException(file, $"wants the prompt '{name.GetString()}' in front of every text; it is not put there");
    }

    private static int? Number(JsonElement? element) => element is { ValueKind: JsonValueKind.Number } e && e.TryGetInt32(out int n) ? n : null;

    private static JsonElement? Setting(string file, string name) =>
        Json(file) is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty(name, out JsonElement value) ? value : null;

    /// <summary>What a file holds; null where it is not there.</summary>
    private static JsonElement? Json(string file)
    {
        if (!File.Exists(file))
            return null;
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file));
            return json.RootElement.Clone();
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(file, $"cannot be read as JSON ({e.Message})", e);
        }
    }
}
