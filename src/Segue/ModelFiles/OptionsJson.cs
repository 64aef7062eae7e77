using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Segue.Factorization;

namespace Segue.ModelFiles;

/// <summary>Options of models as they stand in the metadata of their files, enums as words.</summary>
[JsonSourceGenerationOptions(UseStringEnumConverter = true)]
[JsonSerializable(typeof(AlsOptions))]
[JsonSerializable(typeof(SideOptions))]
internal sealed partial class OptionsJson : JsonSerializerContext
{
    /// <summary>Reads options over their defaults, which hold for what an older file does not have: a source-generated reader leaves zeros
    /// there.</summary>
    /// <exception cref="JsonException">It is no JSON object, or a value is no option's.</exception>
    public static T Read<T>(string json, T defaults, JsonTypeInfo<T> type)
        where T : class
    {
        JsonNode? read = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
        JsonObject whole = JsonSerializer.SerializeToNode(defaults, type)!.AsObject();
        foreach ((string name, JsonNode? value) in read as JsonObject ?? throw new JsonException("The options are no JSON object."))
            whole[name] = value?.DeepClone();
        return whole.Deserialize(type)!;
    }
}
