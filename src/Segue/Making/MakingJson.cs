using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Segue.Making;

/// <summary>Reports of what was made as JSON, in the shapes of the product's contract.</summary>
public static class MakingJson
{
    private static readonly MakingContext s_context = new(new JsonSerializerOptions(MakingContext.Default.Options)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The report as text.</summary>
    /// <typeparam name="T">A type of report.</typeparam>
    public static string Write<T>(T report) => JsonSerializer.Serialize(report, (JsonTypeInfo<T>)s_context.GetTypeInfo(typeof(T))!);
}

/// <summary>What System.Text.Json needs to know of reports, made at build: no reflection at run time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DataReport))]
[JsonSerializable(typeof(TrainReport))]
[JsonSerializable(typeof(ExtendReport))]
[JsonSerializable(typeof(BuildReport))]
internal sealed partial class MakingContext : JsonSerializerContext;
