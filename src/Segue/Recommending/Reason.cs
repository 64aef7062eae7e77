using System.Text.Json.Serialization;

namespace Segue.Recommending;

/// <summary>What a <see cref="Reason"/> says.</summary>
public enum ReasonKind
{
    /// <summary>The listener played <see cref="Reason.Artist"/>, and the taste model gives <see cref="Reason.Part"/> of the score to that.</summary>
    BecauseYouPlayed,

    /// <summary>Artists of the history carry the tag <see cref="Reason.Text"/>, as this one does.</summary>
    TaggedLike,

    /// <summary>Friends of the listener play the artist; <see cref="Reason.Text"/> says how many of how many.</summary>
    FriendsPlay,

    /// <summary>The listener plays this very artist.</summary>
    YouPlay,

    /// <summary>The song feels like <see cref="Reason.Song"/>; <see cref="Reason.Text"/> says in what both stand out ("calm and sad"), where they
    /// do.</summary>
    FeelsLike,

    /// <summary>The taste for what was played lately asks for it, most for <see cref="Reason.Artist"/>.</summary>
    PlayedLately,

    /// <summary>Few know the song; <see cref="Reason.Part"/> is the share of songs that are less popular.</summary>
    KnownByFew,

    /// <summary>
    /// The dislike of <see cref="Reason.Artist"/> moves the song up by <see cref="Reason.Part"/> of the score, <see cref="Reason.Text"/> says on
    /// which sides.
    /// </summary>
    UnlikeDisliked,

    /// <summary>The song meets what <see cref="Reason.Text"/> asks.</summary>
    Matches,

    /// <summary>What people and the catalogue say that speaks for the song: <see cref="Reason.Text"/> is "tagged 90s by 14 people" or "stands on
    /// Running Songs".</summary>
    Evidence,

    /// <summary>The song does not meet what <see cref="Reason.Text"/> asks.</summary>
    Misses,

    /// <summary>The song is unlike <see cref="Reason.Text"/>, which the wish keeps away from; <see cref="Reason.Part"/> is 1 − the
    /// likeness.</summary>
    KeepsAway,

    /// <summary>Nothing is known of the listener: the song is here because many like it.</summary>
    Popular,
}

/// <summary>Why a row is there.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Artist">The artist the reason speaks of, if one.</param>
/// <param name="Song">The song the reason speaks of, if one.</param>
/// <param name="Text">The words of the wish, the tag, or the number of friends that the reason speaks of, if any.</param>
/// <param name="Part">The share of the score it accounts for, 0..1, if it has one.</param>
public sealed record Reason(
    ReasonKind Kind,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Artist = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Song = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text = null,
    [property: JsonConverter(typeof(FourDecimals)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Part = null)
{
    /// <summary>As people read it: "because you played Massive Attack (34%)".</summary>
    public override string ToString()
    {
        string share = Part is double part ? $" ({part:0%})" : "";
        return Kind switch
        {
            ReasonKind.BecauseYouPlayed => $"because you played {Artist}{share}",
            ReasonKind.TaggedLike => $"tagged {Text} like what you play{share}",
            ReasonKind.FriendsPlay => $"{Text} friends play it{share}",
            ReasonKind.YouPlay => $"you play {Artist}",
            ReasonKind.FeelsLike => Text is null ? $"feels like {Song}{share}" : $"as {Text} as {Song}{share}",
            ReasonKind.PlayedLately => $"you played {Artist} lately{share}",
            ReasonKind.KnownByFew => $"known by few (less popular than {1 - Part:0%} of songs)",
            ReasonKind.UnlikeDisliked => $"up because you dislike {Artist} ({Text})",
            ReasonKind.Matches => $"matches {Text}{share}",
            ReasonKind.Evidence => Text ?? "",
            ReasonKind.Misses => $"misses {Text}",
            ReasonKind.KeepsAway => $"keeps away from {Text}{share}",
            _ => "popular",
        };
    }
}
