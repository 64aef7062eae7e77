namespace Segue.Recommending;

/// <summary>How the sides of a score are weighed.</summary>
internal sealed record PipelineOptions
{
    /// <summary>
    /// 0 listens to the mood alone, 1 to taste alone. Null: <see cref="TasteWithOwnMood"/> for the listener's own moods, <see cref="TasteWithWish"/>
    /// where a wish was spoken, <see cref="TasteOfNobody"/> where nothing is known of who spoke it.
    /// </summary>
    public double? Taste { get; init; }

    /// <summary>
    /// Beside the listener's own moods taste weighs four times as much: of 0.3 to 1, tried on validation parts of Last.fm-2K, the smallest that
    /// surely (95%) finds at least nine tenths of the hidden artists that taste alone finds; the songs' mood is then already most of the way from
    /// taste's to the mood's own.
    /// </summary>
    public const double TasteWithOwnMood = 0.8;

    /// <summary>A wish is what the listener asked for: as much as taste.</summary>
    public const double TasteWithWish = 0.5;

    /// <summary>The taste of everybody: between songs that meet the wish alike, one of an artist that people play.</summary>
    public const double TasteOfNobody = 0.2;

    internal double TasteFor(bool known, bool wish) => Taste ?? (!known ? TasteOfNobody : wish ? TasteWithWish : TasteWithOwnMood);

    /// <summary>
    /// Weight of popularity beside the two. A twentieth: between songs that fit alike, the known one; never more than that. On validation parts of
    /// Last.fm-2K none at all finds 1% more hidden artists, a tenth 2% fewer.
    /// </summary>
    public double Popularity { get; init; } = 0.05;

    /// <summary>
    /// 0..1: towards 1 popularity counts less and being little known (to people, and to the listener) counts more. Among the same candidates more of
    /// it never gives more popular songs.
    /// </summary>
    public double Discovery { get; init; }

    /// <summary>Leave out songs of artists the listener has heard.</summary>
    public bool ExcludeHeard { get; init; } = true;

    /// <summary>How many artists of the history a row names as its reasons.</summary>
    public int ReasonsMax { get; init; } = 2;
}
