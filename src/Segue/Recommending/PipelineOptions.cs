namespace Segue.Recommending;

/// <summary>How the sides of a score are weighed.</summary>
public sealed record PipelineOptions
{
    /// <summary>0 listens to the mood alone, 1 to taste alone.</summary>
    public double Taste { get; init; } = 0.5;

    /// <summary>Weight of popularity beside the two. A tenth: between songs that fit alike, the known one; never more than that.</summary>
    public double Popularity { get; init; } = 0.1;

    /// <summary>
    /// 0..1: towards 1 popularity counts less and being little known (to people, and to the listener) counts more. Among the same candidates more of it never
    /// gives more popular songs.
    /// </summary>
    public double Discovery { get; init; }

    /// <summary>Leave out songs of artists the listener has heard.</summary>
    public bool ExcludeHeard { get; init; } = true;

    /// <summary>How many artists of the history a row names as its reasons.</summary>
    public int ReasonsMax { get; init; } = 2;
}
