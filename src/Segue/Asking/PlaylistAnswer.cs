using System.Text.Json.Nodes;
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
    public required Playlist Playlist { get; init; }

    /// <summary>What a person should know of the answer: names that did not match, songs of a list that are not in the catalogue.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>One song of a playlist.</summary>
/// <param name="Rank">1-based.</param>
/// <param name="TrackId">The catalogue's id.</param>
/// <param name="Title">The title.</param>
/// <param name="Artists">The main one first.</param>
/// <param name="Seconds">Its length; null where unknown.</param>
/// <param name="Location">Where it plays, from a list of one's own; null where only the id is known.</param>
/// <param name="Why">Why it is here.</param>
public sealed record PlaylistRow(int Rank, string TrackId, string Title, IReadOnlyList<string> Artists, double? Seconds, string? Location, string Why)
{
    /// <summary>What this way to ask knows of the song besides, by name: "score", or "step" and "likeness" on a path, or the feature of a curve and its "target".</summary>
    [JsonExtensionData]
    public JsonObject? Facts { get; init; }
}
