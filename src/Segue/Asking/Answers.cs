using System.Text.Json.Serialization;
using Segue.Recommending;

namespace Segue.Asking;

/// <summary>Which versions of the models gave an answer.</summary>
/// <param name="Als">The taste model; null where it was not asked.</param>
/// <param name="Vdb">The database of songs; null where it was not asked.</param>
public sealed record ModelVersions(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Als = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Vdb = null);

/// <summary>For whom, and for what, an answer is; what was not asked for is null.</summary>
public sealed record AskedFor
{
    /// <summary>A user of the training data.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? User { get; init; }

    /// <summary>The file of the listener's own history.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? History { get; init; }

    /// <summary>The users of a group.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Users { get; init; }

    /// <summary>The histories of a group.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Histories { get; init; }

    /// <summary>A kept profile.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Profile { get; init; }

    /// <summary>Artists that are liked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Like { get; init; }

    /// <summary>Artists that are not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Dislike { get; init; }

    /// <summary>The wish, with what else was asked of the mood.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Mood { get; init; }

    /// <summary>Songs to be like.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SongName>? Songs { get; init; }

    /// <summary>The artist to be like.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Artist { get; init; }

    internal static AskedFor Of(Listener listener) => listener.IsGroup
        ? new()
        {
            User = UsersOf(listener) is [var user] ? user : null,
            History = HistoriesOf(listener) is [var history] ? history : null,
            Users = UsersOf(listener),
            Histories = HistoriesOf(listener),
            Dislike = NoneIfEmpty([.. listener.Members.SelectMany(m => m.Disliked).Distinct()]),
        }
        : new()
        {
            User = listener.UserId,
            History = listener.HistoryPath,
            Profile = listener.ProfileName,
            Like = NoneIfEmpty(listener.Liked),
            Dislike = NoneIfEmpty(listener.Disliked),
        };

    private static IReadOnlyList<string> UsersOf(Listener group) => [.. group.Members.Select(m => m.UserId).OfType<string>()];

    private static IReadOnlyList<string> HistoriesOf(Listener group) => [.. group.Members.Select(m => m.HistoryPath).OfType<string>()];

    private static IReadOnlyList<string>? NoneIfEmpty(IReadOnlyList<string> names) => names.Count > 0 ? names : null;
}

/// <summary>A song by its names.</summary>
/// <param name="TrackId">The catalogue's id.</param>
/// <param name="Title">The title.</param>
/// <param name="Artists">The main one first.</param>
public sealed record SongName(string TrackId, string Title, IReadOnlyList<string> Artists);

/// <summary>Artists for a listener, or like an artist.</summary>
/// <param name="For">Who and what was asked for.</param>
/// <param name="Model">Which models answered.</param>
/// <param name="Rows">Best first.</param>
public sealed record ArtistAnswer(AskedFor For, ModelVersions Model, [property: JsonPropertyName("items")] IReadOnlyList<ArtistRow> Rows)
{
    /// <summary>How many artists of the listener's own are known to the model.</summary>
    [JsonIgnore]
    public int ArtistsHeard { get; init; }

    /// <summary>What a person should know of the answer: names that did not match.</summary>
    [JsonPropertyOrder(9)]
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>One artist of an answer.</summary>
/// <param name="Rank">1-based.</param>
/// <param name="ArtistId">The id in the plays.</param>
/// <param name="Artist">The name.</param>
/// <param name="Score">The model's; higher is better, about 0..1.</param>
/// <param name="Reasons">What adds most to the score; their parts are shares of it.</param>
public sealed record ArtistRow(
    int Rank, string ArtistId, string Artist, [property: JsonConverter(typeof(SixDecimals))] double Score, IReadOnlyList<Reason> Reasons);

/// <summary>Why an artist has its score for a listener. The parts of history, tags and friends add up to the score.</summary>
/// <param name="For">Who asked.</param>
/// <param name="Model">Which model answered.</param>
/// <param name="ArtistId">The id in the plays.</param>
/// <param name="Artist">The name.</param>
/// <param name="Score">The model's score.</param>
/// <param name="Rank">1-based among artists the listener has not heard.</param>
/// <param name="Parts">What each artist of the history adds, the largest first.</param>
/// <param name="Tags">What shared tags add, the largest first.</param>
/// <param name="Friends">What friends add; null where there are none.</param>
/// <param name="Without">What the score and the rank would be without the artists that speak most for it.</param>
public sealed record ArtistExplanation(
    AskedFor For,
    ModelVersions Model,
    string ArtistId,
    string Artist,
    double Score,
    int Rank,
    IReadOnlyList<ArtistPart> Parts,
    IReadOnlyList<TagShare> Tags,
    FriendsShare? Friends,
    IReadOnlyList<ArtistCounterfactual> Without)
{
    /// <summary>Whether the listener has heard the artist already.</summary>
    [JsonIgnore]
    public bool IsHeard { get; init; }

    /// <summary>How many artists the listener has not heard.</summary>
    [JsonIgnore]
    public int Unheard { get; init; }

    /// <summary>What a person should know of the answer: names that did not match.</summary>
    [JsonPropertyOrder(9)]
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>What one artist of a history adds to a score.</summary>
/// <param name="Part">In units of the score; may be negative.</param>
/// <param name="Confidence">The confidence of the play.</param>
public sealed record ArtistPart(string ArtistId, string Artist, double Part, float Confidence);

/// <summary>What a tag that both carry adds to a score.</summary>
public sealed record TagShare(string Tag, double Part);

/// <summary>What the friends who play an artist add to its score.</summary>
public sealed record FriendsShare(int Playing, int Of, double Part);

/// <summary>Score and rank of an artist if the listener had never played another.</summary>
/// <param name="Artist">The other.</param>
public sealed record ArtistCounterfactual(string Artist, double Score, int Rank);
