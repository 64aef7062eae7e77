using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Segue.Catalogue;
using Segue.Recommending;

namespace Segue.Asking;

/// <summary>Songs, best first, with all that a person needs to understand them.</summary>
/// <param name="For">Who and what was asked for.</param>
/// <param name="Model">Which models answered.</param>
/// <param name="Rows">Best first; fewer than asked where filters leave fewer.</param>
public sealed record SongAnswer(AskedFor For, ModelVersions Model, [property: JsonPropertyName("items"), JsonPropertyOrder(1)] IReadOnlyList<SongRow> Rows)
{
    /// <summary>How the wish was read; null where there was none.</summary>
    public WishReading? Reading { get; init; }

    /// <summary>The listener's own moods, where songs were judged by them; null otherwise.</summary>
    public IReadOnlyList<OwnMood>? Moods { get; init; }

    /// <summary>How much of one listener's history has songs in the catalogue; null without one.</summary>
    public JoinedArtists? Joined { get; init; }

    /// <summary>How well each listener of a group is served; null for one listener.</summary>
    public IReadOnlyList<ServedListener>? Listeners { get; init; }

    /// <summary>What a person should know of the answer: names that did not match, songs of a list that are not in the catalogue.</summary>
    [JsonPropertyOrder(9)]
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>One song of an answer.</summary>
public record SongRow
{
    /// <summary>1-based.</summary>
    public required int Rank { get; init; }

    /// <summary>The catalogue's id.</summary>
    public required string TrackId { get; init; }

    /// <summary>The title.</summary>
    public required string Title { get; init; }

    /// <summary>The main one first.</summary>
    public required IReadOnlyList<string> Artists { get; init; }

    /// <summary>May be empty.</summary>
    public required string Album { get; init; }

    /// <summary>The first genre; null where none is known.</summary>
    public string? Genre { get; init; }

    /// <summary>All genres of the catalogue; may be empty.</summary>
    public required IReadOnlyList<string> Genres { get; init; }

    /// <summary>0..100; null where unknown.</summary>
    public int? Popularity { get; init; }

    /// <summary>The year in which it came out; null where unknown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Year { get; init; }

    /// <summary>0..1: the sum of the parts.</summary>
    [JsonIgnore]
    public double Score => Parts.Sum;

    /// <summary>As JSON tells it: the sum of the parts as JSON tells them.</summary>
    [JsonInclude, JsonPropertyName("score")]
    internal decimal ScoreTold => Parts.ByName().Sum(p => Rounded.To4(p.Value));

    /// <summary>What the score is made of.</summary>
    public required ScoreParts Parts { get; init; }

    /// <summary>How it meets the wish, part by part, on the scale of the wish; null without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WishFit? Wish { get; init; }

    /// <summary>What made it a candidate: "taste", "mood", "similar-artist" ...</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>What speaks for it, and what does not.</summary>
    public required IReadOnlyList<Reason> Reasons { get; init; }

    /// <summary>Its audio features, where measured.</summary>
    public required SongFeatures Features { get; init; }

    /// <summary>In a group: what it would score for each listener alone; null otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, double>? Scores { get; init; }

    /// <summary>In a group: the listeners it is there for; null otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? ServedListeners { get; init; }

    /// <summary>Dense index of the track.</summary>
    internal int Track { get; init; }
}

/// <summary>The summands of a song's score. JSON has four decimals of each, and a score that is the sum of these.</summary>
/// <param name="Taste">How much the listener's taste asks for the song's artist.</param>
/// <param name="Mood">How near the song is to the wish, or to the songs it should be like.</param>
/// <param name="Popularity">How popular it is.</param>
/// <param name="Recency">How much what was played lately asks for the artist; null where that says nothing.</param>
/// <param name="Discovery">How little known it is; null where no discovery was asked for.</param>
public sealed record ScoreParts(
    [property: JsonConverter(typeof(FourDecimals))] double Taste,
    [property: JsonConverter(typeof(FourDecimals))] double Mood,
    [property: JsonConverter(typeof(FourDecimals))] double Popularity,
    [property: JsonConverter(typeof(FourDecimals)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Recency = null,
    [property: JsonConverter(typeof(FourDecimals)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Discovery = null)
{
    /// <summary>The score.</summary>
    [JsonIgnore]
    public double Sum => Taste + Mood + Popularity + (Recency ?? 0) + (Discovery ?? 0);

    /// <summary>The parts by name: taste, mood and popularity always, the others where there is something of them.</summary>
    public IEnumerable<(string Name, double Value)> ByName()
    {
        yield return ("taste", Taste);
        yield return ("mood", Mood);
        yield return ("popularity", Popularity);
        if (Recency is double recency)
            yield return ("recency", recency);
        if (Discovery is double discovery)
            yield return ("discovery", discovery);
    }

    internal static ScoreParts Of(SongParts parts) => new(
        parts.Taste, parts.Mood, parts.Popularity, parts.Recency == 0 ? null : parts.Recency, parts.Discovery == 0 ? null : parts.Discovery);
}

/// <summary>How a song meets a wish: parts that add up.</summary>
/// <param name="Parts">Tags, labels, compilations, titles, features, fame, what is kept out.</param>
public sealed record WishFit([property: JsonPropertyOrder(1)] IReadOnlyList<WishPart> Parts)
{
    /// <summary>The sum of the parts; comparable among the songs of one wish.</summary>
    [JsonIgnore]
    public double Score => Parts.Sum(p => p.Part);

    /// <summary>As JSON tells it: the sum of the parts as JSON tells them.</summary>
    [JsonInclude, JsonPropertyName("score")]
    internal decimal ScoreTold => Parts.Sum(p => Rounded.To4(p.Part));
}

/// <summary>One summand of how a song meets a wish.</summary>
/// <param name="Kind">"Tag", "Compilation", "Fame" ...</param>
/// <param name="Phrase">The words of the wish that ask for it; null where none do.</param>
/// <param name="Text">As a person reads it: "tagged 90s by 14 people".</param>
/// <param name="Part">What it adds.</param>
public sealed record WishPart(string Kind, string? Phrase, string Text, [property: JsonConverter(typeof(FourDecimals))] double Part);

/// <summary>Audio features of a song as Spotify defines them; null where not measured. 0..1 but for loudness (dB) and tempo (BPM).</summary>
public sealed record SongFeatures(
    [property: JsonConverter(typeof(FourDecimals)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Danceability,
    [property: JsonConverter(typeof(FourDecimals)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Energy,
    [property: JsonConverter(typeof(FourDecimals)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Loudness,
    [property: JsonConverter(typeof(FourDecimals)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Speechiness,
    [property: JsonConverter(typeof(FourDecimals)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Acousticness,
    [property: JsonConverter(typeof(FourDecimals)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Instrumentalness,
    [property: JsonConverter(typeof(FourDecimals)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Liveness,
    [property: JsonConverter(typeof(FourDecimals)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Valence,
    [property: JsonConverter(typeof(FourDecimals)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Tempo)
{
    internal static SongFeatures Of(Tracks tracks, int track)
    {
        return new(
            Value(AudioFeature.Danceability),
            Value(AudioFeature.Energy),
            Value(AudioFeature.Loudness),
            Value(AudioFeature.Speechiness),
            Value(AudioFeature.Acousticness),
            Value(AudioFeature.Instrumentalness),
            Value(AudioFeature.Liveness),
            Value(AudioFeature.Valence),
            Value(AudioFeature.Tempo));

        double? Value(AudioFeature feature) => tracks.Feature(feature)[track] is var value && float.IsFinite(value) ? (double)(decimal)value : null;
    }
}

/// <summary>One of the moods that live in a listener.</summary>
/// <param name="Share">How much of what they love it is, 0..1.</param>
/// <param name="Feel">"calm and sad"; empty where it is near the middle of all songs.</param>
/// <param name="Song">The song in its middle.</param>
/// <param name="TrackId">That song's id.</param>
/// <param name="Songs">The listener's songs of this mood.</param>
public sealed record OwnMood([property: JsonConverter(typeof(SixDecimals))] double Share, string Feel, string Song, string TrackId, IReadOnlyList<string> Songs)
{
    /// <summary>"60% calm and sad, like Teardrop - Massive Attack".</summary>
    public override string ToString() => $"{Share:0%} {(Feel.Length > 0 ? Feel + ", " : "")}like {Song}";
}

/// <summary>How much of a listener's history has songs in the catalogue.</summary>
/// <param name="Artists">Artists that have.</param>
/// <param name="OfArtists">Artists in all.</param>
/// <param name="PlaysShare">Share of the plays, 0..1.</param>
public sealed record JoinedArtists(int Artists, int OfArtists, [property: JsonConverter(typeof(SixDecimals))] double PlaysShare);

/// <summary>How well a listener of a group is served.</summary>
/// <param name="Listener">"user 2".</param>
/// <param name="Satisfaction">0..1: their scores of these songs over those of the best list for them alone.</param>
/// <param name="Rows">How many songs are there for them.</param>
public sealed record ServedListener(string Listener, [property: JsonConverter(typeof(SixDecimals))] double Satisfaction, int Rows);

/// <summary>Why a song has its score and place: its row, and what would be otherwise.</summary>
public sealed record SongExplanation : SongRow
{
    [SetsRequiredMembers]
    internal SongExplanation(SongRow row, AskedFor asked, ModelVersions model, int of, string? leftOut, IReadOnlyList<SongCounterfactual> without)
        : base(row) => (For, Model, Of, LeftOut, Without) = (asked, model, of, leftOut, without);

    /// <summary>Who and what was asked for.</summary>
    [JsonPropertyOrder(-2)]
    public AskedFor For { get; }

    /// <summary>Which models answered.</summary>
    [JsonPropertyOrder(-1)]
    public ModelVersions Model { get; }

    /// <summary>How many songs it is ranked among.</summary>
    [JsonPropertyOrder(1)]
    public int Of { get; }

    /// <summary>Why an answer would leave it out; null where none would.</summary>
    [JsonPropertyOrder(2)]
    public string? LeftOut { get; }

    /// <summary>What would be otherwise, each by ranking everything anew.</summary>
    [JsonPropertyOrder(3)]
    public IReadOnlyList<SongCounterfactual> Without { get; }

    /// <summary>What a person should know of the answer: names that did not match.</summary>
    [JsonPropertyOrder(9)]
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>How the wish was read; null where there was none.</summary>
    [JsonIgnore]
    public WishReading? Reading { get; init; }
}

/// <summary>What would become of a song if something were otherwise.</summary>
/// <param name="Kind">"artist", "dislike" or "mood": the kind of thing that is taken away.</param>
/// <param name="Name">The artist, or the words of the wish.</param>
/// <param name="Score">The song's score then.</param>
/// <param name="Rank">Its rank then, 1-based.</param>
public sealed record SongCounterfactual(string Kind, string Name, [property: JsonConverter(typeof(SixDecimals))] double Score, int Rank);
