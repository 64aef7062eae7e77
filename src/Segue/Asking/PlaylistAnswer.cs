using System.Text.Json;
using System.Text.Json.Serialization;
using Segue.Export;

namespace Segue.Asking;

/// <summary>A playlist, ready to be written in any <see cref="PlaylistFormat"/>.</summary>
/// <param name="Title">Its name: what was asked for, unless the request names it.</param>
/// <param name="Unresolved">What was asked for and is not there, as the user wrote it.</param>
/// <param name="Annotation">How it came about; may be empty.</param>
/// <param name="Rows">In the order of playing.</param>
public sealed record PlaylistAnswer(
    string Title,
    IReadOnlyList<string> Unresolved,
    string Annotation,
    [property: JsonPropertyName("items")] IReadOnlyList<PlaylistRow> Rows)
{
    /// <summary>The playlist as formats take it.</summary>
    [JsonIgnore]
    public Playlist Playlist { get; init; } = new() { Title = "", Tracks = [] };

    /// <summary>What a person should know of the answer: names that did not match, songs of a list that are not in the catalogue.</summary>
    [JsonPropertyOrder(9)]
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>One song of a playlist.</summary>
public sealed record PlaylistRow
{
    /// <summary>1-based.</summary>
    public required int Rank { get; init; }

    /// <summary>The catalogue's id.</summary>
    public required string TrackId { get; init; }

    /// <summary>The title.</summary>
    public required string Title { get; init; }

    /// <summary>The main one first.</summary>
    public required IReadOnlyList<string> Artists { get; init; }

    /// <summary>Its length; null where unknown.</summary>
    public double? Seconds { get; init; }

    /// <summary>Where it plays, from a list of one's own; null where only the id is known.</summary>
    public string? Location { get; init; }

    /// <summary>Why it is here.</summary>
    public required string Why { get; init; }

    /// <summary>
    /// What this way to ask knows of the song besides, by name: "score", or "step" and "likeness" on a path, or the feature of a curve and its "target".
    /// </summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement> Facts { get; } = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
}
