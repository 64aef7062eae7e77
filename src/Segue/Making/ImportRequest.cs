using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Segue.Asking;
using Segue.Catalogue;
using Segue.Import;
using Segue.Interactions;

namespace Segue.Making;

/// <summary>Files to take in.</summary>
public sealed record ImportRequest
{
    /// <summary>Files (plain, .gz, .zip) or folders; at least one.</summary>
    public ImmutableArray<string> Paths { get; init; } = [];

    /// <summary>Keep a listening history as this profile; null for plays and tracks.</summary>
    public string? ProfileName { get; init; }

    /// <summary>What the columns of one's own tables hold, as <c>user=listener,artist=band,plays=n</c>; null where the header says it.</summary>
    public string? Map { get; init; }

    /// <summary>Where times were written down that do not say it: <c>Europe/Berlin</c> or <c>+02:00</c>; null for UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Which comes first in dates such as 3/4/2022: <c>dmy</c> or <c>mdy</c>; null where the column itself says it.</summary>
    public string? Dates { get; init; }

    /// <summary>0..1: the share of rows that may be rejected before the import is refused.</summary>
    public double MaxRejected { get; init; } = ImportOptions.Default.RejectedShareMax;

    /// <summary>Every fault of the request; empty when it can be made.</summary>
    public IReadOnlyList<RequestFault> Validate() =>
    [
        .. Paths.Length > 0 ? Check.Fine : [new RequestFault("paths", "is missing: say which files to read", "a path")],
        .. MaxRejected is >= 0 and <= 1 ? Check.Fine : [new RequestFault("maxRejected", $"is a share from 0 to 1, not {MaxRejected}", "0..1")],
        .. TimeZone is null ? Check.Fine : Check.Reads("timeZone", TimeZone, ImportOptions.ZoneOf),
        .. Dates is null ? Check.Fine : Check.Reads("dates", Dates, ImportOptions.OrderOf),
        .. MapFaults(),
    ];

    /// <summary>The request as the room of imports takes it; the request is valid.</summary>
    internal ImportOptions Options() => ImportOptions.Default with
    {
        RejectedShareMax = MaxRejected,
        Map = MapPairs().ToDictionary(StringComparer.Ordinal),
        Dates = Dates is null ? DateOrder.Open : ImportOptions.OrderOf(Dates),
        TimeZone = TimeZone is null ? null : ImportOptions.ZoneOf(TimeZone),
    };

    private IEnumerable<KeyValuePair<string, string>> MapPairs() => Parts().Select(p => p.Split('=', 2)).Select(p => KeyValuePair.Create(p[0], p[1]));

    private string[] Parts() => (Map ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private IEnumerable<RequestFault> MapFaults()
    {
        HashSet<string> roles = new(StringComparer.Ordinal);
        foreach (string part in Parts())
        {
            if (part.Split('=', 2) is not [{ Length: > 0 } role, { Length: > 0 }] || !roles.Add(role))
                yield return new("map", $"takes ROLE=COLUMN,... with each role once; '{part}' is not that", "ROLE=COLUMN,...");
            else if (!ImportOptions.IsRole(role))
            {
                yield return new("map", $"says '{role}', but '{role}' is nothing that a column can hold; "
                    + "say user, artist, artistid, plays, title, album, time, id, genre or an audio feature", "a role");
            }
        }
    }
}

/// <summary>What is in files or was taken in from them.</summary>
public sealed record DataReport
{
    /// <summary>The profile that was kept; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Profile { get; init; }

    /// <summary>Who played what; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PlaysSummary? Plays { get; init; }

    /// <summary>Tracks with features; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TracksSummary? Tracks { get; init; }

    /// <summary>One listener's own history; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HistorySummary? History { get; init; }

    /// <summary>What became of every row, as JSON; null where no file was read.</summary>
    [JsonPropertyName("ledger"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonObject? LedgerJson => Ledger?.ToJson();

    /// <summary>What became of every row; null where no file was read.</summary>
    [JsonIgnore]
    public Ledger? Ledger { get; init; }

    /// <summary>What a person should know of it.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What was found, before or without saving it.</summary>
    internal static DataReport Of(Imported found) => new()
    {
        Plays = found.Plays is { } plays ? PlaysSummary.Of(plays, found.Side) : null,
        Tracks = found.Tracks is { } tracks ? TracksSummary.Of(tracks) : null,
        History = found.History is { } history ? HistorySummary.Of(history) : null,
        Ledger = found.Ledger,
    };
}

/// <summary>How many plays there are.</summary>
/// <param name="Users">Listeners.</param>
/// <param name="Artists">Artists.</param>
/// <param name="Nonzeros">Pairs of the two.</param>
/// <param name="Taggings">Tags that listeners gave artists; null for none.</param>
/// <param name="Friendships">Of the listeners; null for none.</param>
/// <param name="Version">Where they were kept; null where they were not.</param>
public sealed record PlaysSummary(
    int Users,
    int Artists,
    int Nonzeros,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Taggings,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Friendships,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Version = null)
{
    internal static PlaysSummary Of(Plays plays, SideInformation? side) => new(
        plays.UserIds.Count,
        plays.Artists.Count,
        plays.Counts.Nonzeros,
        side is { Taggings.Count: > 0 } ? side.Taggings.Count : null,
        side?.Friends is { } friends ? friends.Nonzeros / 2 : null);
}

/// <summary>How many tracks there are.</summary>
/// <param name="Tracks">Rows with an id.</param>
/// <param name="Artists">Names of artists.</param>
/// <param name="Genres">Names of genres.</param>
/// <param name="Version">Where they were kept; null where they were not.</param>
public sealed record TracksSummary(
    int Tracks,
    int Artists,
    int Genres,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Version = null)
{
    internal static TracksSummary Of(Tracks tracks) => new(tracks.Count, tracks.ArtistNames.Count, tracks.GenreNames.Count);
}

/// <summary>How much of a history there is.</summary>
/// <param name="Plays">Plays.</param>
/// <param name="Skips">Songs that were skipped.</param>
/// <param name="Artists">Distinct names.</param>
/// <param name="Last">The day of the last play, or "unknown".</param>
public sealed record HistorySummary(long Plays, long Skips, int Artists, string Last)
{
    internal static HistorySummary Of(History history) => new(
        (long)history.Entries().Sum(e => e.Plays),
        history.Listens.Count(l => l.Skipped),
        history.Listens.Select(l => NameKey.Of(l.Artist)).Distinct(StringComparer.Ordinal).Count(),
        history.LastPlayed?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) ?? "unknown");
}
