using Segue.Mood;

namespace Segue.Recommending;

/// <summary>An artist for a listener. The reasons' parts are shares of the score and add up, with those left out, to 1.</summary>
/// <param name="Rank">1-based.</param>
/// <param name="Artist">Dense index of the artist in the plays.</param>
/// <param name="Score">The model's score; higher is better, about 0..1.</param>
public sealed record ArtistRecommendation(int Rank, int Artist, double Score, IReadOnlyList<Reason> Reasons);

/// <summary>A song. <see cref="SongParts.Sum"/> of its parts is its score.</summary>
/// <param name="Rank">1-based.</param>
/// <param name="Track">Dense index of the track.</param>
/// <param name="Score">0..1; higher is better.</param>
public sealed record SongRecommendation(int Rank, int Track, double Score, SongParts Parts, IReadOnlyList<Reason> Reasons)
{
    /// <summary>What made it a candidate.</summary>
    public CandidateSources Sources { get; init; }

    /// <summary>The summands of how well the song meets the wish; empty without one.</summary>
    public IReadOnlyList<MoodPart> Wish { get; init; } = [];
}

/// <summary>What a song's score is made of, each part already weighted.</summary>
/// <param name="Taste">How much the listener's taste asks for the song's artist.</param>
/// <param name="Mood">How near the song is to the wish, or to the songs it should be like.</param>
/// <param name="Popularity">How popular it is.</param>
/// <param name="Recency">How much what the listener played lately asks for the artist; 0 without dates.</param>
/// <param name="Discovery">How little known it is; 0 where no discovery is asked for.</param>
public readonly record struct SongParts(double Taste, double Mood, double Popularity, double Recency = 0, double Discovery = 0)
{
    public double Sum => Taste + Mood + Popularity + Recency + Discovery;

    /// <summary>What each part adds to a score beyond another's.</summary>
    public static SongParts operator -(SongParts a, SongParts b) => new(
        a.Taste - b.Taste, a.Mood - b.Mood, a.Popularity - b.Popularity, a.Recency - b.Recency, a.Discovery - b.Discovery);
}

/// <summary>Why a row is there.</summary>
/// <param name="Kind">One of the constants of this type.</param>
/// <param name="Artist">The artist the reason speaks of, if one.</param>
/// <param name="Song">The song the reason speaks of, if one.</param>
/// <param name="Text">The words of the wish, the tag, or the number of friends that the reason speaks of, if any.</param>
/// <param name="Part">The share of the score it accounts for, 0..1, if it has one.</param>
public sealed record Reason(string Kind, string? Artist = null, string? Song = null, string? Text = null, double? Part = null)
{
    /// <summary>The listener played <see cref="Artist"/>, and the taste model gives <see cref="Part"/> of the score to that.</summary>
    public const string BecauseYouPlayed = "because-you-played";

    /// <summary>Artists of the history carry the tag <see cref="Text"/>, as this one does.</summary>
    public const string TaggedLike = "tagged-like";

    /// <summary>Friends of the listener play the artist; <see cref="Text"/> says how many of how many.</summary>
    public const string FriendsPlay = "friends-play";

    /// <summary>The listener plays this very artist.</summary>
    public const string YouPlay = "you-play";

    /// <summary>The song feels like <see cref="Song"/>; <see cref="Text"/> says in what both stand out ("calm and sad"), where they do.</summary>
    public const string FeelsLike = "feels-like";

    /// <summary>The taste for what was played lately asks for it, most for <see cref="Artist"/>.</summary>
    public const string PlayedLately = "played-lately";

    /// <summary>Few know the song; <see cref="Part"/> is the share of songs that are less popular.</summary>
    public const string KnownByFew = "known-by-few";

    /// <summary>The dislike of <see cref="Artist"/> moves the song up by <see cref="Part"/> of the score, <see cref="Text"/> says on which sides.</summary>
    public const string UnlikeDisliked = "unlike-disliked";

    /// <summary>The song meets what <see cref="Text"/> asks.</summary>
    public const string Matches = "matches";

    /// <summary>What people and the catalogue say that speaks for the song: <see cref="Text"/> is "tagged 90s by 14 people" or "stands on Running Songs".</summary>
    public const string Evidence = "evidence";

    /// <summary>The song does not meet what <see cref="Text"/> asks.</summary>
    public const string Misses = "misses";

    /// <summary>The song is unlike <see cref="Text"/>, which the wish keeps away from; <see cref="Part"/> is 1 − the likeness.</summary>
    public const string KeepsAway = "keeps-away";

    /// <summary>Nothing is known of the listener: the song is here because many like it.</summary>
    public const string Popular = "popular";

    /// <summary>As people read it: "because you played Massive Attack (34%)".</summary>
    public override string ToString()
    {
        string share = Part is double part ? $" ({part:0%})" : "";
        return Kind switch
        {
            BecauseYouPlayed => $"because you played {Artist}{share}",
            TaggedLike => $"tagged {Text} like what you play{share}",
            FriendsPlay => $"{Text} friends play it{share}",
            YouPlay => $"you play {Artist}",
            FeelsLike => Text is null ? $"feels like {Song}{share}" : $"as {Text} as {Song}{share}",
            PlayedLately => $"you played {Artist} lately{share}",
            KnownByFew => $"known by few (less popular than {1 - Part:0%} of songs)",
            UnlikeDisliked => $"up because you dislike {Artist} ({Text})",
            Matches => $"matches {Text}{share}",
            Evidence => Text ?? "",
            Misses => $"misses {Text}",
            KeepsAway => $"keeps away from {Text}{share}",
            Popular => "popular",
            _ => string.Join(' ', new[] { Kind, Artist, Song, Text }.Where(s => s is not null)) + share,
        };
    }
}
