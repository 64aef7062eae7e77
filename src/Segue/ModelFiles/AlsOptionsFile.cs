using System.Text.Json;
using System.Text.Json.Serialization;
using Segue.Factorization;
using Segue.Writing;

namespace Segue.ModelFiles;

/// <summary>
/// Options of the taste model in a JSON file, so that what <c>tune</c> found reaches <c>train-als</c> and <c>evaluate</c>. What a file leaves out keeps
/// its default; a name that is no option is an error.
/// </summary>
internal sealed record AlsOptionsFile
{
    public AlsObjective? Objective { get; init; }

    public int? Factors { get; init; }

    public int? Iterations { get; init; }

    public float? Ridge { get; init; }

    public float? Regularization { get; init; }

    public float? ZeroWeight { get; init; }

    public float? PopularityExponent { get; init; }

    public AlsConfidence? Confidence { get; init; }

    public float? Alpha { get; init; }

    public AlsSolver? Solver { get; init; }

    /// <exception cref="DataException">The file is no JSON, or has a name or value that is no option.</exception>
    public static AlsOptions Read(string path)
    {
        try
        {
            AlsOptionsFile file = JsonSerializer.Deserialize(File.ReadAllText(path), AlsOptionsFileJson.Default.AlsOptionsFile) ?? throw new JsonException("it is empty");
            AlsOptions options = file.Over(new AlsOptions());
            options.Validate();
            return options;
        }
        catch (Exception e) when (e is JsonException or SegueException)
        {
            throw new DataException(path, 0, $"holds no options of the taste model: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SegueException($"{path} cannot be read: {e.Message}");
        }
    }

    public static void Write(string path, AlsOptions options) => AtomicFile.Write(path, JsonSerializer.Serialize(
        new AlsOptionsFile
        {
            Factors = options.Factors,
            Iterations = options.Iterations,
            Ridge = options.Ridge,
            Regularization = options.Regularization,
            ZeroWeight = options.ZeroWeight,
            PopularityExponent = options.PopularityExponent,
            Confidence = options.Confidence,
            Alpha = options.Alpha,
        },
        AlsOptionsFileJson.Default.AlsOptionsFile) + "\n");

    private AlsOptions Over(AlsOptions defaults) => defaults with
    {
        Objective = Objective ?? defaults.Objective,
        Factors = Factors ?? defaults.Factors,
        Iterations = Iterations ?? defaults.Iterations,
        Ridge = Ridge,
        Regularization = Regularization,
        ZeroWeight = ZeroWeight,
        PopularityExponent = PopularityExponent,
        Confidence = Confidence ?? defaults.Confidence,
        Alpha = Alpha ?? defaults.Alpha,
        Solver = Solver ?? defaults.Solver,
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    WriteIndented = true,
    NewLine = "\n",
    Converters = [typeof(CamelCaseConverter<AlsObjective>), typeof(CamelCaseConverter<AlsConfidence>), typeof(CamelCaseConverter<AlsSolver>)])]
[JsonSerializable(typeof(AlsOptionsFile))]
internal sealed partial class AlsOptionsFileJson : JsonSerializerContext;

/// <summary>Enums as words, never as numbers: "conjugateGradient".</summary>
internal sealed class CamelCaseConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
