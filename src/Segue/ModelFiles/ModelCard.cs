using System.Text.Json;
using System.Text.Json.Nodes;

namespace Segue.ModelFiles;

/// <summary>
/// What a version is made of: <c>card.json</c> beside its files. No time stamp and no duration stands in it, because the same data,
/// parameters and seed give the same bytes.
/// </summary>
public sealed record ModelCard
{
    public const int FormatMax = 1;

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

    public string ToJson()
    {
        JsonObject files = [];
        foreach ((string name, (long bytes, string sha256)) in Files)
            files[name] = new JsonObject { ["bytes"] = bytes, ["sha256"] = sha256 };
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
        return card.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";
    }

    /// <exception cref="ModelFileException">Not a card of ours.</exception>
    public static ModelCard Read(string path)
    {
        try
        {
            JsonNode card = JsonNode.Parse(File.ReadAllText(path)) ?? throw new JsonException();
            if ((string?)card["segue"] != "card")
                throw new ModelFileException(path, "is not a card of a Segue model");
            if ((int?)card["format"] is not (>= 1 and <= FormatMax))
                throw new ModelFileException(path, $"has format {card["format"]}, but this program reads 1 to {FormatMax}; was it written by a newer Segue?");
            ModelCard read = new()
            {
                Kind = (string)card["kind"]!,
                Data = (string)card["data"]!,
                Seed = (int?)card["seed"],
                Parameters = (JsonObject)card["parameters"]!.DeepClone(),
                Metrics = (JsonObject)card["metrics"]!.DeepClone(),
            };
            foreach ((string name, JsonNode? file) in (JsonObject)card["files"]!)
                read.Files[name] = ((long)file!["bytes"]!, (string)file["sha256"]!);
            return read;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or InvalidCastException or FormatException
            or ArgumentNullException)
        {
            throw new ModelFileException(path, "is damaged: not a readable card", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(path, e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : $"cannot be read ({e.Message})", e);
        }
    }
}
