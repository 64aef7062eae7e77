using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Segue.ModelFiles;

/// <summary>
/// What a version is made of: <c>card.json</c> beside its files. No time stamp and no duration stands in it, because the same data,
/// parameters and seed give the same bytes.
/// </summary>
internal sealed record ModelCard
{
    public const int FormatMax = 1;

    /// <summary>A line ends with \n on every system: the card's hash is part of the version's name.</summary>
    private static readonly JsonSerializerOptions s_layout = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>"als", "vdb", "plays", "tracks".</summary>
    public required string Kind { get; init; }

    /// <summary>Fingerprint of the data it was made from.</summary>
    public required string Data { get; init; }

    public int? Seed { get; init; }

    public JsonObject Parameters { get; init; } = [];

    /// <summary>Sizes and quality: users, items, nonzeros, loss ...</summary>
    public JsonObject Metrics { get; init; } = [];

    /// <summary>Bytes and SHA-256 (lower-case hex) of every other file of the version, by name.</summary>
    public SortedDictionary<string, (long Bytes, string Sha256)> Files { get; init; } = new(StringComparer.Ordinal);

    /// <summary>
    /// The checksums that its tensor files carry, by name: what opening a file computes anyway says whether it is the one that is meant. Cards of
    /// earlier programs have none.
    /// </summary>
    public SortedDictionary<string, string> Checksums { get; init; } = new(StringComparer.Ordinal);

    public string ToJson()
    {
        JsonObject files = [];
        foreach ((string name, (long bytes, string sha256)) in Files)
        {
            JsonObject file = new() { ["bytes"] = bytes, ["sha256"] = sha256 };
            if (Checksums.TryGetValue(name, out string? checksum))
                file["xxh128"] = checksum;
            files[name] = file;
        }

        JsonObject card = new()
        {
            ["segue"] = "card",
            ["format"] = FormatMax,
            ["kind"] = Kind,
            ["data"] = Data,
            ["seed"] = Seed,
            ["parameters"] = Parameters.DeepClone(),
            ["metrics"] = Metrics.DeepClone(),
            ["files"] = files,
        };
        return card.ToJsonString(s_layout) + "\n";
    }

    /// <exception cref="ModelFileException">Missing, not a card of ours, damaged, or too new.</exception>
    public static ModelCard Read(string path) => Read(path, out _);

    /// <param name="content">The bytes, of which the hash stands in the version's name.</param>
    /// <inheritdoc cref="Read(string)"/>
    public static ModelCard Read(string path, out byte[] content)
    {
        try
        {
            content = File.ReadAllBytes(path);
            return Parse(path, Encoding.UTF8.GetString(content));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(path, e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : $"cannot be read ({e.Message})", e);
        }
    }

    private static ModelCard Parse(string path, string json)
    {
        // Strict where System.Text.Json is lazy: a name that stands twice is an error now, not at the first access.
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            throw new ModelFileException(path, "is damaged: not a readable card", e);
        }

        if (root is not JsonObject card || Get<string>(card, "segue") != "card")
            throw new ModelFileException(path, "is not a card of a Segue model");
        if (Get<int?>(card, "format") is not (>= 1 and <= FormatMax))
        {
            string found = card["format"]?.ToJsonString() ?? "nothing";
            throw new ModelFileException(path, $"has format {found}, but this program reads 1 to {FormatMax}; was it written by a newer Segue?");
        }

        ModelCard read = new()
        {
            Kind = Get<string>(card, "kind") ?? throw Damaged("kind"),
            Data = Get<string>(card, "data") ?? throw Damaged("data"),
            Seed = card["seed"] is null ? null : Get<int?>(card, "seed") ?? throw Damaged("seed"),
            Parameters = Part("parameters"),
            Metrics = Part("metrics"),
        };
        foreach ((string name, JsonNode? node) in Part("files"))
        {
            if (node is not JsonObject file || Get<long?>(file, "bytes") is not (>= 0 and long bytes) || Get<string>(file, "sha256") is not { Length: 64 } sha256)
                throw Damaged($"files.{name}");
            if (name.Length == 0 || name != Path.GetFileName(name))
                throw new ModelFileException(path, $"is damaged: '{name}' is no name of a file beside it");
            read.Files[name] = (bytes, sha256);
            if (file["xxh128"] is not null)
                read.Checksums[name] = Get<string>(file, "xxh128") ?? throw Damaged($"files.{name}");
        }

        return read;

        JsonObject Part(string key) => card[key] is JsonObject part ? (JsonObject)part.DeepClone() : throw Damaged(key);
        ModelFileException Damaged(string key) => new(path, $"is damaged: '{key}' is missing or not what it should be");
    }

    private static T? Get<T>(JsonObject from, string key) => from[key] is JsonValue value && value.TryGetValue(out T? found) ? found : default;
}
