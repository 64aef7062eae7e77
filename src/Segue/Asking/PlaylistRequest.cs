using Segue.Recommending.Playlists;

namespace Segue.Asking;

/// <summary>
/// Songs in an order to be played: a ranking, a ranking arranged along a curve or to a length, or a path from one song to another.
/// </summary>
public sealed record PlaylistRequest
{
    /// <summary>What may be in it. Of a path only <see cref="SongRequest.MaxPerArtist"/> and what filters songs counts.</summary>
    public required SongRequest Songs { get; init; }

    /// <summary>The playlist's name; null for what was asked for.</summary>
    public string? Title { get; init; }

    /// <summary>A path starts with this song ("TITLE - ARTIST"); null for no path.</summary>
    public string? From { get; init; }

    /// <summary>And ends with this one.</summary>
    public string? To { get; init; }

    /// <summary>In so many steps, 1..200.</summary>
    public int Steps { get; init; } = new SongPathOptions().Steps;

    /// <summary>How energy, or another feature, moves over the list: <c>peak</c>, <c>valence=fall</c>; null for the order of the ranking.</summary>
    public string? Curve { get; init; }

    /// <summary>How long the list is in minutes, 1..720, in place of <see cref="SongRequest.Count"/>; null for so many songs.</summary>
    public double? Minutes { get; init; }

    private const int StepsMax = 200, SequenceMax = 1000;
    private const double MinutesMax = 12 * 60;

    internal bool IsPath => From is not null || To is not null;

    internal bool IsArranged => Curve is not null || Minutes is not null;

    /// <summary>Every fault of the request; empty when it can be asked.</summary>
    public IReadOnlyList<RequestFault> Validate() => IsPath
        ?
        [
            .. From is null || To is null ? [new RequestFault(From is null ? "from" : "to", "is missing: a path has two ends", "a song")] : Check.Fine,
            .. Steps is >= 1 and <= StepsMax ? Check.Fine : [new RequestFault("steps", $"is at most {StepsMax}, not {Steps}", $"1..{StepsMax}")],
            .. Check.AtLeast("maxPerArtist", Songs.MaxPerArtist, 1),
            .. Check.Popularity(Songs.PopularityMin, Songs.PopularityMax),
        ]
        :
        [
            .. Songs.Validate(),
            .. Curve is null ? [] : Check.Reads("curve", Curve, PlaylistCurve.Parse),
            .. Minutes is double minutes ? Check.Between("minutes", minutes, 1, MinutesMax) : Check.Fine,
            .. IsArranged && Songs.Count > SequenceMax
                ? [new RequestFault("count", $"is at most {SequenceMax:N0} where a curve is drawn", $"1..{SequenceMax}")]
                : Check.Fine,
        ];
}
