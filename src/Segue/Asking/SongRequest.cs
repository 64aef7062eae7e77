using System.Collections.Immutable;
using Segue.Catalogue;
using Segue.Import;
using Segue.Mood;
using Segue.Recommending;

namespace Segue.Asking;

/// <summary>
/// Songs: for a listener, for a wish, like other songs, or all of these together. Every default stands here. <see cref="Validate"/> tells what is
/// wrong with the request itself; names are looked up when it is answered.
/// </summary>
public sealed record SongRequest
{
    /// <summary><see cref="Count"/> for every song there is, in the order of the scores, other versions of a song too.</summary>
    public const int All = int.MaxValue;

    /// <summary>Who asks; null for songs by the wish or the examples alone, <see cref="Listener.Anybody"/> for what many like.</summary>
    public Listener? For { get; init; }

    /// <summary>A wish in free text; null or empty for none.</summary>
    public string? Mood { get; init; }

    /// <summary>Audio features to aim at: <c>valence=high</c>, <c>energy=low</c>, <c>tempo=90..110</c>.</summary>
    public ImmutableArray<string> Targets { get; init; } = [];

    /// <summary>Songs ("TITLE - ARTIST") or artists that the answers shall feel like.</summary>
    public ImmutableArray<string> MoreLike { get; init; } = [];

    /// <summary>Songs or artists that the answers shall not feel like.</summary>
    public ImmutableArray<string> LessLike { get; init; } = [];

    /// <summary>Like what was named, but moved along a feature by a share of all songs: <c>valence=+0.2</c>.</summary>
    public ImmutableArray<string> Shifts { get; init; } = [];

    /// <summary>Songs to be like, as "TITLE - ARTIST" or a title.</summary>
    public ImmutableArray<string> Songs { get; init; } = [];

    /// <summary>The same by track id; addresses such as <c>spotify:track:ID</c> are ids, too.</summary>
    public ImmutableArray<string> SongIds { get; init; } = [];

    /// <summary>How many rows, 1 or more; <see cref="All"/> for every one.</summary>
    public int Count { get; init; } = 10;

    /// <summary>0..1: 0 listens to the mood alone, 1 to taste alone; null weighs them by what is known of the listener (<see
    /// cref="PipelineOptions.Taste"/>).</summary>
    public double? Taste { get; init; }

    /// <summary>0..1: 0 prefers the known of songs that fit alike; towards 1 songs that few know.</summary>
    public double Discovery { get; init; }

    /// <summary>0..1: 0 ranks by score alone; towards 1 the rows differ more from each other.</summary>
    public double Diversity { get; init; }

    /// <summary>At most so many songs of one artist, 1 or more.</summary>
    public int MaxPerArtist { get; init; } = 3;

    /// <summary>At most so many songs of one genre, 1 or more; null for no limit.</summary>
    public int? MaxPerGenre { get; init; }

    /// <summary>Leave out songs of artists that the listener has heard.</summary>
    public bool ExcludeHeard { get; init; } = true;

    /// <summary>Only songs of any of these genres; empty for all.</summary>
    public ImmutableArray<string> Genres { get; init; } = [];

    /// <summary>No songs of these genres.</summary>
    public ImmutableArray<string> NotGenres { get; init; } = [];

    /// <summary>Nothing by these artists.</summary>
    public ImmutableArray<string> NotArtists { get; init; } = [];

    /// <summary>Whether explicit songs may be among the answers.</summary>
    public bool Explicit { get; init; } = true;

    /// <summary>0..100.</summary>
    public double PopularityMin { get; init; }

    /// <summary>0..100, not below <see cref="PopularityMin"/>.</summary>
    public double PopularityMax { get; init; } = 100;

    /// <summary>Only songs of this tempo in BPM, as measured, halved or doubled: <c>90..110</c>; null for any.</summary>
    public string? Tempo { get; init; }

    /// <summary>Only songs that came out in these years: <c>1990..1999</c>, <c>..1979</c>, <c>1994</c>; null for any. A remaster or a compilation
    /// does not make a song younger; songs of unknown year are left out.</summary>
    public string? Years { get; init; }

    /// <summary>Only these songs: somebody's own library; null for the whole catalogue.</summary>
    public SongList? Among { get; init; }

    /// <summary>Whether any mood is asked for, in words or otherwise.</summary>
    internal bool AsksForMood => !string.IsNullOrEmpty(Mood) || Targets.Length + MoreLike.Length + LessLike.Length + Shifts.Length > 0;

    internal bool NamesSongs => Songs.Length + SongIds.Length > 0;

    /// <summary>Every fault of the request; empty when it can be asked.</summary>
    public IReadOnlyList<RequestFault> Validate() =>
    [
        .. Check.AtLeast("count", Count, 1),
        .. Check.Share("taste", Taste ?? 0),
        .. Check.Share("discovery", Discovery),
        .. Check.Share("diversity", Diversity),
        .. Check.AtLeast("maxPerArtist", MaxPerArtist, 1),
        .. Check.AtLeast("maxPerGenre", MaxPerGenre ?? 1, 1),
        .. Check.Popularity(PopularityMin, PopularityMax),
        .. Targets.SelectMany(t => Check.Reads("targets", t, FeatureTarget.Parse)),
        .. Shifts.SelectMany(s => Check.Reads("shifts", s, FeatureShift.Parse)),
        .. Years is null ? [] : Check.Reads("years", Years, YearRange.Parse),
        .. Tempo is null ? [] : Check.Reads("tempo", Tempo, TempoRange.Parse),
        .. MoreLike.Intersect(LessLike).Select(n => new RequestFault("lessLike", $"names '{n}', which the answers shall be like; name it once", "another name")),
        .. For?.Faults() ?? [],
        .. For is { IsGroup: true } && Count == All
            ? [new RequestFault("count", "cannot be 'all' for several listeners; say how many songs", "a number")]
            : Check.Fine,
        .. For is null && !AsksForMood && !NamesSongs
            ? [new RequestFault("mood", "is missing: say what the songs should be like, or for whom they are")]
            : Check.Fine,
    ];
}

/// <summary>What requests check of their values; every fault is a sentence that a door can begin with its own name of the parameter.</summary>
internal static class Check
{
    public static readonly RequestFault[] Fine = [];

    public static RequestFault[] AtLeast(string parameter, int value, int least) =>
        value >= least ? Fine : [new(parameter, $"must be at least {least}, not {value}", $"{least}..")];

    public static RequestFault[] Share(string parameter, double value) => Between(parameter, value, 0, 1);

    public static RequestFault[] Between(string parameter, double value, double least, double most) =>
        value >= least && value <= most ? Fine : [new(parameter, $"must be from {least} to {most}, not {value}", $"{least}..{most}")];

    public static RequestFault[] Popularity(double least, double most) =>
    [
        .. Between("popularityMin", least, 0, 100),
        .. Between("popularityMax", most, 0, 100),
        .. least > most ? [new RequestFault("popularityMin", $"of {least} is above the largest popularity of {most}", $"0..{most}")] : Fine,
    ];

    /// <summary>A value in a form of its own, tried by reading it.</summary>
    public static RequestFault[] Reads<T>(string parameter, string text, Func<string, T> parse)
    {
        try
        {
            parse(text);
            return Fine;
        }
        catch (SegueException e)
        {
            return [new(parameter, $"is wrong: {e.Message}")];
        }
    }

    /// <exception cref="InvalidRequestException">There is a fault.</exception>
    public static void ThrowIfAny(IReadOnlyList<RequestFault> faults)
    {
        if (faults.Count > 0)
            throw new InvalidRequestException(faults);
    }
}
