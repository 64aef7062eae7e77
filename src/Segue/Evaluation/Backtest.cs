using Segue.Interactions;

namespace Segue.Evaluation;

/// <summary>When to stand, what counts as a love, and how far down the lists to look.</summary>
internal sealed record BacktestOptions
{
    /// <summary>The dates to stand at; empty takes <see cref="DateCount"/> dates spread over the history.</summary>
    public IReadOnlyList<DateTimeOffset> Dates { get; init; } = [];

    /// <summary>How many dates to take where none is named: the days on which 30% to 70% of the plays had been played, evenly; one date stands at
    /// half.</summary>
    public int DateCount { get; init; } = 5;

    /// <summary>An artist first played after the date is a love when it was then played so often. Fewer plays are a trial.</summary>
    public int LovePlays { get; init; } = 5;

    /// <summary>Only artists first played within so many days after the date; null asks for all up to the end of the history.</summary>
    public int? WithinDays { get; init; }

    /// <summary>Lengths of lists to judge.</summary>
    public IReadOnlyList<int> Cutoffs { get; init; } = [10, 20, 50, 100];

    /// <summary>How many artists each method is asked for; a love below that has no rank.</summary>
    public int Depth => Math.Max(200, Cutoffs.Max());
}

/// <summary>A way to recommend artists, as a backtest asks it.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Meaning">What it does, in a few words.</param>
/// <param name="CanName">Whether an artist could stand in its lists at all; a way that recommends songs names no artist without songs.</param>
/// <param name="Rank">From a listener to artists they have not heard (dense indices), best first, at most as many as asked.</param>
internal sealed record BacktestMethod(string Name, string Meaning, Func<int, bool> CanName, Func<Profile, int, IReadOnlyList<int>> Rank);

/// <summary>
/// Would it have foretold what a listener came to love? Stand at a date of a dated history, know only the plays before it, recommend, and look up
/// what came:
/// a later love is an artist first played after the date, and then at least <see cref="BacktestOptions.LovePlays"/> times. The listener is folded in,
/// as any stranger is; the community's model is trained once. What follows from that: (1) the community must not hold the listener themself: <see
/// cref="SameListener"/> looks for them, and the caller trains without them; (2) the community's plays carry no dates: others' later plays are in the
/// model, which flatters every method but chance alike; (3) dates of one history overlap in what they ask for: the range over dates says how much the
/// date matters, the interval of recall goes by loves (<see cref="BacktestReport.Recall"/>), and neither says anything about other listeners. Splits
/// of many listeners at random, with stricter tests, are <see cref="Evaluator"/>'s.
/// </summary>
internal static class Backtest
{
    /// <summary>Where automatic dates lie: after this share of the plays, and up to that. Before there is little known, after little left to
    /// foretell.</summary>
    private const double FirstShare = 0.3, LastShare = 0.7, OnlyShare = 0.5;

    /// <param name="plays">One listener's plays in any order. Artists from <paramref name="artistCount"/> on are unknown to the community: loved, not
    /// foretold.</param>
    /// <param name="artistCount">Artists of the community's model.</param>
    /// <param name="methods">What to compare, the one of interest first.</param>
    /// <exception cref="SegueException">There are no plays, a date lies outside them, or no date has both something known and something to
    /// foretell.</exception>
    public static BacktestReport Run(
        IReadOnlyList<DatedPlay> plays, int artistCount, IReadOnlyList<BacktestMethod> methods, BacktestOptions? options = null,
        IProgress<(int Done, int Of)>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new BacktestOptions();
        if (plays.Count == 0)
            throw new SegueException("a backtest needs dated plays, and there are none; lists of artists have no dates");
        DatedPlay[] ordered = [.. plays.OrderBy(p => p.UnixSeconds).ThenBy(p => p.Artist)];
        Love[] loves = Loves(ordered, options.LovePlays);
        List<BacktestDate> dates = [];
        DateTimeOffset[] wanted = options.Dates.Count > 0 ? [.. options.Dates.Distinct().Order()] : Dates(ordered, options.DateCount);
        for (int n = 0; n < wanted.Length; n++)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Report((n, wanted.Length));
            if (At(wanted[n], ordered, loves, artistCount, methods, options) is { } date)
                dates.Add(date);
        }

        if (dates.Count == 0)
        {
            int after = loves.Count(l => l.First >= wanted[0]);
            throw new SegueException(
                $"at {string.Join(", ", wanted.Select(w => w.ToString("yyyy-MM-dd")))} there is nothing to test: {after} artists were first played later and then "
                + $"{options.LovePlays} times or more, and the community knows none of them, or none of those before; try another date, or fewer plays for a love");
        }

        return new BacktestReport
        {
            Methods = methods,
            Options = options,
            Dates = dates,
            From = At(ordered[0]),
            To = At(ordered[^1]),
            Loves = [.. loves.Where(l => dates.Any(d => d.Loves.Contains(l)))],
        };
    }

    /// <summary>Days on which evenly spaced shares of the plays had been played, each once.</summary>
    /// <param name="plays">In order of time.</param>
    public static DateTimeOffset[] Dates(ReadOnlySpan<DatedPlay> plays, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        List<DateTimeOffset> dates = [];
        for (int n = 0; n < count; n++)
        {
            double share = count == 1 ? OnlyShare : FirstShare + (LastShare - FirstShare) * n / (count - 1);
            dates.Add(new DateTimeOffset(At(plays[(int)(share * plays.Length)]).Date, TimeSpan.Zero));
        }

        return [.. dates.Distinct()];
    }

    /// <summary>Every artist that was played often enough from its first play on, by first play.</summary>
    private static Love[] Loves(DatedPlay[] ordered, int playsMin)
    {
        Dictionary<int, (DatedPlay First, double Plays)> found = [];
        foreach (DatedPlay play in ordered)
            found[play.Artist] = found.TryGetValue(play.Artist, out var known) ? (known.First, known.Plays + play.Plays) : (play, play.Plays);
        return [.. found.Values.Where(f => f.Plays >= playsMin).Select(f => new Love(f.First.Artist, At(f.First), f.Plays)).OrderBy(l => l.First).ThenBy(l => l.Artist)];
    }

    /// <returns>Null when nothing is known before the date, or nothing known to the community is loved after it.</returns>
    private static BacktestDate? At(
        DateTimeOffset at, DatedPlay[] ordered, Love[] loves, int artistCount, IReadOnlyList<BacktestMethod> methods, BacktestOptions options)
    {
        if (at <= At(ordered[0]) || at > At(ordered[^1]))
            throw new SegueException($"{at:yyyy-MM-dd} is outside the history, which runs from {At(ordered[0]):yyyy-MM-dd} to {At(ordered[^1]):yyyy-MM-dd}");
        DatedPlay[] before = [.. ordered.TakeWhile(p => p.UnixSeconds < at.ToUnixTimeSeconds())];
        Profile profile = Known(before, artistCount);
        DateTimeOffset end = options.WithinDays is int days ? at.AddDays(days) : DateTimeOffset.MaxValue;
        Love[] later = [.. loves.Where(l => l.First >= at && l.First < end)], asked = [.. later.Where(l => l.Artist < artistCount)];
        if (profile.Artists.Length == 0 || asked.Length == 0)
            return null;
        return new BacktestDate(at, before.Length, profile.Artists.Length, asked, later.Length - asked.Length,
            [.. methods.Select(m => Unheard(m, profile, options.Depth))]);
    }

    /// <summary>The listener as they were known on the date, with how long ago each artist was played last.</summary>
    private static Profile Known(DatedPlay[] before, int artistCount)
    {
        Profile profile = Profile.Of(before.Where(p => p.Artist < artistCount).Select(p => (p.Artist, p.Plays)));
        Dictionary<int, long> last = before.GroupBy(p => p.Artist).ToDictionary(g => g.Key, g => g.Max(p => p.UnixSeconds));
        return profile with { DaysSince = [.. profile.Artists.Select(a => (float)TimeSpan.FromSeconds(before[^1].UnixSeconds - last[a]).TotalDays)] };
    }

    /// <summary>A list that names heard artists, or one twice, would not be a recommendation: that is a bug of the method.</summary>
    private static int[] Unheard(BacktestMethod method, Profile profile, int depth)
    {
        int[] list = [.. method.Rank(profile, depth).Take(depth)];
        return list.Distinct().Count() == list.Length && !list.Intersect(profile.Artists).Any()
            ? list
            : throw new InvalidOperationException($"Method '{method.Name}' recommends an artist twice, or one that was heard.");
    }

    private static DateTimeOffset At(DatedPlay play) => DateTimeOffset.FromUnixTimeSeconds(play.UnixSeconds);
}
