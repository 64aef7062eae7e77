using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Segue.Recommending;

namespace Segue.Asking;

/// <summary>
/// Answers as JSON, in the shapes of the product's contract: what the command line prints with <c>--json</c> and what a server sends. Fields are
/// added, never renamed.
/// </summary>
public static class AnswerJson
{
    /// <summary>One line a document.</summary>
    public static JsonSerializerOptions Compact { get; } = Options(indented: false);

    /// <summary>For people to read.</summary>
    public static JsonSerializerOptions Indented { get; } = Options(indented: true);

    /// <summary>The answer as text.</summary>
    /// <typeparam name="T">A type of answer.</typeparam>
    public static string Write<T>(T answer, bool indented = false) =>
        JsonSerializer.Serialize(answer, (JsonTypeInfo<T>)(indented ? Indented : Compact).GetTypeInfo(typeof(T)));

    private static JsonSerializerOptions Options(bool indented)
    {
        JsonSerializerOptions options = new(AnswerContext.Default.Options)
        {
            WriteIndented = indented,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = AnswerContext.Default.WithAddedModifier(LeaveOutWhatWasNotAsked),
        };
        options.MakeReadOnly();
        return options;
    }

    /// <summary>A listener's answer has a reading and moods even where they are null; other answers have what they have.</summary>
    private static void LeaveOutWhatWasNotAsked(JsonTypeInfo type)
    {
        if (type.Type != typeof(SongAnswer))
            return;
        foreach (JsonPropertyInfo property in type.Properties)
        {
            property.ShouldSerialize = property.Name switch
            {
                "reading" => (answer, value) => value is not null || (SongAnswer)answer is { Joined: not null } or { Listeners: not null },
                "moods" => (answer, _) => ((SongAnswer)answer).Joined is not null,
                "joined" or "listeners" => (_, value) => value is not null,
                _ => null,
            };
        }
    }
}

/// <summary>What System.Text.Json needs to know of answers, made at build: no reflection at run time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(KebabCaseConverter<ReasonKind>)],
    NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(SongAnswer))]
[JsonSerializable(typeof(ArtistAnswer))]
[JsonSerializable(typeof(ArtistExplanation))]
[JsonSerializable(typeof(SongExplanation))]
[JsonSerializable(typeof(PlaylistAnswer))]
internal sealed partial class AnswerContext : JsonSerializerContext;

/// <summary>Enums as words: "because-you-played".</summary>
internal sealed class KebabCaseConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower)
    where T : struct, Enum;
