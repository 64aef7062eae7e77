using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Segue.Asking;
using Segue.Catalogue;
using Segue.Embedding;

namespace Segue.Making;

/// <summary>A database of songs.</summary>
public sealed record BuildRequest
{
    /// <summary>A file with tracks and audio features; null for the tracks imported into the home folder.</summary>
    public string? TracksPath { get; init; }

    /// <summary>What makes vectors of descriptions, as <see cref="EmbedderSpec"/> reads it.</summary>
    public string Embedder { get; init; } = "static";

    /// <summary>The embedders that there are; packages add theirs (<c>Embedders.Known.WithOnnx()</c>).</summary>
    public Embedders Embedders { get; init; } = Embedders.Known;

    /// <summary>"flat" looks at every vector, "hnsw" walks a graph: for a million and more.</summary>
    public string Index { get; init; } = Flat;

    /// <summary>"none", or "int8": look at a quarter of the bytes first.</summary>
    public string Quantization { get; init; } = None;

    /// <summary>Let a server fetch the model when it does not have it.</summary>
    public bool Pull { get; init; }

    /// <summary>Go on where a stopped run was, and embed only what changed.</summary>
    public bool Resume { get; init; } = true;

    /// <summary>Threads to use; 0 for one a core. The bytes do not depend on it.</summary>
    public int Threads { get; init; }

    internal const string Flat = "flat", Hnsw = "hnsw", None = "none", Int8 = "int8";

    /// <summary>Every fault of the request; empty when it can be made.</summary>
    public IReadOnlyList<RequestFault> Validate() =>
    [
        .. Check.Reads("embedder", Embedder, EmbedderSpec.Parse),
        .. Index is Flat or Hnsw ? Check.Fine : [new RequestFault("index", $"must be flat or hnsw, not '{Index}'", "flat|hnsw")],
        .. Quantization is None or Int8 ? Check.Fine : [new RequestFault("quantization", $"must be none or int8, not '{Quantization}'", "none|int8")],
    ];
}

/// <summary>What a build made.</summary>
/// <param name="Tracks">Tracks of the catalogue.</param>
/// <param name="Songs">Songs: versions under several ids are one.</param>
/// <param name="Embedder">Who made the vectors.</param>
/// <param name="Dimensions">Length of a vector.</param>
/// <param name="Index">"flat" or "hnsw".</param>
/// <param name="Quantization">"none" or "int8".</param>
/// <param name="Embedded">Texts that the embedder was asked for.</param>
/// <param name="FromCache">Tracks whose vector an earlier run, or an equal description, had made.</param>
/// <param name="Errors">Tracks without a vector, and why; their features are used all the same.</param>
/// <param name="Seconds">From the first track to the last file.</param>
/// <param name="PeakMemoryBytes">The most this process has held.</param>
/// <param name="Model">The version that was made, and is in use now.</param>
public sealed record BuildReport(
    int Tracks,
    int Songs,
    string Embedder,
    int Dimensions,
    string Index,
    string Quantization,
    int Embedded,
    int FromCache,
    IReadOnlyList<TrackProblem> Errors,
    double Seconds,
    long PeakMemoryBytes,
    string Model)
{
    /// <summary>Where a copy of the vectors went; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonObject? Store { get; init; }

    /// <summary>What a person should know of it.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>A track that got no vector.</summary>
/// <param name="TrackId">The catalogue's id.</param>
/// <param name="Text">Its description.</param>
/// <param name="Problem">What was wrong.</param>
public sealed record TrackProblem(string TrackId, string Text, string Problem)
{
    /// <summary>"Teardrop - Massive Attack".</summary>
    [JsonIgnore]
    public string Name { get; init; } = "";
}

/// <summary>A database just made, with what a copy of it elsewhere needs.</summary>
internal sealed record BuiltDatabase(BuildReport Report, Tracks Tracks, EmbeddedTracks Embedded);
