using System.Collections.Immutable;

namespace Segue.Asking;

/// <summary>Artists for a listener.</summary>
public sealed record ArtistRequest
{
    /// <summary>Who asks.</summary>
    public Listener For { get; init; } = Listener.Anybody;

    /// <summary>How many rows, 1 or more; <see cref="SongRequest.All"/> for every artist.</summary>
    public int Count { get; init; } = 10;

    /// <summary>Leave out what the listener has heard.</summary>
    public bool ExcludeHeard { get; init; } = true;

    /// <summary>Not these artists.</summary>
    public ImmutableArray<string> NotArtists { get; init; } = [];

    /// <summary>Only artists with a song of any of these genres; empty for all. This and what follows needs a catalogue of songs.</summary>
    public ImmutableArray<string> Genres { get; init; } = [];

    /// <summary>Only artists with a song of none of these genres.</summary>
    public ImmutableArray<string> NotGenres { get; init; } = [];

    /// <summary>False: only artists with a song that is not explicit.</summary>
    public bool Explicit { get; init; } = true;

    /// <summary>0..100: only artists with a song at least so popular.</summary>
    public double PopularityMin { get; init; }

    /// <summary>0..100: only artists with a song at most so popular.</summary>
    public double PopularityMax { get; init; } = 100;

    /// <summary>Whether anything is asked of the artists' songs.</summary>
    internal bool AsksOfSongs => Genres.Length + NotGenres.Length > 0 || !Explicit || PopularityMin > 0 || PopularityMax < 100;

    /// <summary>Every fault of the request; empty when it can be asked.</summary>
    public IReadOnlyList<RequestFault> Validate() =>
    [
        .. Check.AtLeast("count", Count, 1),
        .. Check.Popularity(PopularityMin, PopularityMax),
        .. For.Faults(),
        .. OfOne.Faults(For),
    ];
}

/// <summary>Artists that the same people play.</summary>
/// <param name="Artist">The name.</param>
public sealed record SimilarArtistsRequest(string Artist)
{
    /// <summary>How many rows, 1 or more.</summary>
    public int Count { get; init; } = 10;

    /// <summary>Correct for popularity: what is special about the artist rather than what is common.</summary>
    public bool Niche { get; init; }

    /// <summary>Every fault of the request; empty when it can be asked.</summary>
    public IReadOnlyList<RequestFault> Validate() => Check.AtLeast("count", Count, 1);
}

/// <summary>Why an artist has its score for a listener.</summary>
/// <param name="Artist">The name.</param>
public sealed record ExplainArtistRequest(string Artist)
{
    /// <summary>Whose score it is; somebody of whom something is known.</summary>
    public required Listener For { get; init; }

    /// <summary>Every fault of the request; empty when it can be asked.</summary>
    public IReadOnlyList<RequestFault> Validate() => [.. For.Faults(), .. OfOne.Faults(For), .. OfOne.Unknown(For)];
}

/// <summary>Why a song has its score and place for a listener.</summary>
/// <param name="Song">"TITLE - ARTIST", or a title.</param>
/// <param name="Asked">The request whose answer it would stand in; its listener is somebody of whom something is known.</param>
public sealed record ExplainSongRequest(string Song, SongRequest Asked)
{
    /// <summary>How many artists of the history to try without, 1 or more.</summary>
    public int Count { get; init; } = 4;

    /// <summary>Every fault of the request; empty when it can be asked.</summary>
    public IReadOnlyList<RequestFault> Validate() =>
        [.. Asked.Validate(), .. Check.AtLeast("count", Count, 1), .. OfOne.Faults(Asked.For), .. OfOne.Unknown(Asked.For)];
}

/// <summary>What is asked for one listener, not for several or nobody.</summary>
internal static class OfOne
{
    public static RequestFault[] Faults(Listener? listener) => listener is { IsGroup: true }
        ? [new("for", "is several listeners, but this answers one; songs and playlists are for several, too", "one listener")]
        : Check.Fine;

    public static RequestFault[] Unknown(Listener? listener) =>
        listener is { IsKnown: true } ? Check.Fine : [new("for", "is missing: an explanation needs a listener of whom something is known", "a listener")];
}
