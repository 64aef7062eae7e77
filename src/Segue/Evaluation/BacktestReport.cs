namespace Segue.Evaluation;

/// <summary>An artist that a listener came to love.</summary>
/// <param name="Artist">Dense index; from the community's number of artists on for one that it does not know.</param>
/// <param name="First">When it was first played.</param>
/// <param name="Plays">Plays from then to the end of the history.</param>
internal sealed record Love(int Artist, DateTimeOffset First, double Plays);

/// <summary>One date of a backtest.</summary>
/// <param name="At">The date; plays before it are known.</param>
/// <param name="PlaysBefore">Plays known.</param>
/// <param name="ArtistsBefore">Artists known that the community knows too.</param>
/// <param name="Loves">What is to be foretold, by first play.</param>
/// <param name="UnknownLoves">Loves that the community does not know: nothing could foretell them.</param>
/// <param name="Lists">What each method recommends, best first.</param>
internal sealed record BacktestDate(
    DateTimeOffset At, int PlaysBefore, int ArtistsBefore, IReadOnlyList<Love> Loves, int UnknownLoves, IReadOnlyList<int[]> Lists)
{
    /// <summary>1-based rank of a love in a method's list, 0 where it is not in it.</summary>
    public int RankOf(int method, Love love) => Array.IndexOf(Lists[method], love.Artist) + 1;

    /// <param name="k">How many of a list are looked at.</param>
    public RankingMetrics Metrics(int method, int k) => RankingMetrics.Of(Lists[method], [.. Loves.Select(l => l.Artist).Order()], k);

    public int Hits(int method, int k) => Loves.Count(l => RankOf(method, l) is > 0 and var rank && rank <= k);
}

/// <summary>A love that stood in a list before it was first played.</summary>
/// <param name="At">The earliest date at which it did.</param>
/// <param name="Rank">Its place then, 1-based.</param>
internal sealed record Foretold(Love Love, DateTimeOffset At, int Rank)
{
    public double DaysBefore => (Love.First - At).TotalDays;
}

/// <summary>A mean over dates with the least and the most of a date.</summary>
internal readonly record struct DateRange(double Mean, double Least, double Most);

/// <summary>A recall and its 95% interval; not numbers where too few stretches of time have loves.</summary>
internal readonly record struct RecallEstimate(double Recall, double Low, double High)
{
    public bool HasInterval => !double.IsNaN(Low);
}

/// <summary>What a backtest found. Immutable.</summary>
internal sealed record BacktestReport
{
    /// <summary>Blocks of time that loves stand in, and how many must have some for an interval.</summary>
    private const int BlockCount = 12, BlocksMin = 5;

    public required IReadOnlyList<BacktestMethod> Methods { get; init; }

    public required BacktestOptions Options { get; init; }

    /// <summary>The dates at which something was known and something was to be foretold, ascending.</summary>
    public required IReadOnlyList<BacktestDate> Dates { get; init; }

    /// <summary>First play of the history.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Last play of the history.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Every love that some date asks for, once, by first play.</summary>
    public required IReadOnlyList<Love> Loves { get; init; }

    /// <summary>Mean over dates, and the least and the most of a date: how much the date matters. No interval: dates of one history ask for the same loves.</summary>
    /// <param name="of">One number a date.</param>
    public DateRange Over(Func<BacktestDate, double> of)
    {
        double[] values = [.. Dates.Select(of)];
        return new DateRange(values.Average(), values.Min(), values.Max());
    }

    /// <summary>The share of what was asked for that stood among the first k, over all dates together, and its 95% interval.</summary>
    /// <remarks>
    /// The love is what varies, not the date: one has h dates that found it, of n that asked for it, and recall = Σh / Σn. Loves of the same weeks are
    /// alike, so the time from the first date to the end is cut into twelve blocks, loves stand in the block of their first play, and with G blocks
    /// that have some <c>z = (h − recall n) / mean n</c>, standard error <c>sd(z) / √G</c>, interval by Student's t. Covers about 92% where a bootstrap over
    /// dates covers 62 to 74%.
    /// </remarks>
    public RecallEstimate Recall(int method, int k)
    {
        double[] found = new double[BlockCount], asked = new double[BlockCount];
        foreach (BacktestDate date in Dates)
        {
            foreach (Love love in date.Loves)
            {
                int block = BlockOf(love.First);
                asked[block]++;
                found[block] += date.RankOf(method, love) is > 0 and var rank && rank <= k ? 1 : 0;
            }
        }

        int[] blocks = [.. Enumerable.Range(0, BlockCount).Where(b => asked[b] > 0)];
        double recall = found.Sum() / asked.Sum(), mean = asked.Sum() / Math.Max(1, blocks.Length);
        if (blocks.Length < BlocksMin)
            return new RecallEstimate(recall, double.NaN, double.NaN);
        double variance = blocks.Sum(b => Math.Pow((found[b] - (recall * asked[b])) / mean, 2)) / (blocks.Length - 1);
        double half = StudentT.Quantile975(blocks.Length - 1) * Math.Sqrt(variance / blocks.Length);
        return new RecallEstimate(recall, Math.Max(0, recall - half), Math.Min(1, recall + half));
    }

    private int BlockOf(DateTimeOffset first)
    {
        double share = (first - Dates[0].At) / (To - Dates[0].At);
        return double.IsFinite(share) ? Math.Clamp((int)(share * BlockCount), 0, BlockCount - 1) : 0;
    }

    /// <summary>The middle rank over all loves of all dates; null when half of them or more stand in no list.</summary>
    public double? MedianRank(int method)
    {
        int[] ranks = [.. Dates.SelectMany(d => d.Loves.Select(l => d.RankOf(method, l) is > 0 and var rank ? rank : int.MaxValue)).Order()];
        int upper = ranks[ranks.Length / 2];
        return upper == int.MaxValue ? null : ranks.Length % 2 == 1 ? upper : (ranks[ranks.Length / 2 - 1] + upper) / 2.0;
    }

    /// <summary>Share of the loves asked for that a method could name at all.</summary>
    public double CanName(int method) => Loves.Count(l => Methods[method].CanName(l.Artist)) / (double)Loves.Count;

    /// <summary>The loves that stood among the first k of a method's list at some date before they were first played, by first play.</summary>
    public IReadOnlyList<Foretold> Foretold(int method, int k) =>
    [
        .. Loves.Select(love => Dates.Where(d => d.Loves.Contains(love) && d.RankOf(method, love) is > 0 and var rank && rank <= k)
            .Select(d => new Foretold(love, d.At, d.RankOf(method, love))).FirstOrDefault()).OfType<Foretold>(),
    ];
}
