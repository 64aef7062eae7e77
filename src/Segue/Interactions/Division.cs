namespace Segue.Interactions;

/// <summary>Which plays are held out.</summary>
internal enum DivisionKind
{
    /// <summary>A share of all pairs, drawn evenly.</summary>
    Random,

    /// <summary>So many artists of each listener, drawn evenly.</summary>
    LeaveOut,

    /// <summary>The artists that each listener came to last; needs dates.</summary>
    LeaveLastOut,

    /// <summary>Artists that a listener came to after a date; needs dates.</summary>
    Temporal,
}

/// <summary>How plays are divided into what is learnt from and what is asked for; one rule for evaluations, searches and early stopping.</summary>
internal sealed record Division
{
    public DivisionKind Kind { get; init; }

    /// <summary>0..1, without the ends: the share of pairs to hold out (random; temporal without <see cref="After"/>: the latest).</summary>
    public double Share { get; init; } = 0.2;

    /// <summary>1 or more: artists to hold out of each listener (leave-out, leave-last-out).</summary>
    public int Leave { get; init; } = 1;

    /// <summary>Temporal: from when on; null for the time after which <see cref="Share"/> of the pairs began.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>Whether another seed gives another split.</summary>
    public bool IsDrawn => Kind is DivisionKind.Random or DivisionKind.LeaveOut;

    /// <exception cref="SegueException">The plays have no dates, which the kind needs, or nothing would be left on one side.</exception>
    public Split Of(Plays plays, int seed) => Kind switch
    {
        DivisionKind.Random => Splits.Random(plays.Counts, Share, seed),
        DivisionKind.LeaveOut => Splits.LeaveOut(plays.Counts, Leave, seed),
        DivisionKind.LeaveLastOut => Splits.LeaveLastOut(plays, Leave, seed),
        _ => Splits.Temporal(plays, After ?? Splits.TimeBefore(plays, Share)),
    };
}
