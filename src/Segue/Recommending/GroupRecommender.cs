using Segue.Interactions;

namespace Segue.Recommending;

/// <summary>One row of a group's answer. Its score and parts are means over the listeners; its reasons are those of the listener it is best
/// for.</summary>
/// <param name="Scores">One a listener: what it would score for them alone, 0..1 among the group's candidates.</param>
/// <param name="For">The listeners it is there for: those who score it nearly as high as whoever scores it highest.</param>
internal sealed record GroupRow(SongRecommendation Item, IReadOnlyList<double> Scores, IReadOnlyList<int> For);

/// <summary>Songs for several listeners together.</summary>
/// <param name="Satisfaction">
/// One a listener, 0..1: the sum of their scores of these songs over that of the best list of this length they could have had for themselves
/// (Masthoff's normalized satisfaction).
/// </param>
internal sealed record GroupAnswer(IReadOnlyList<GroupRow> Rows, IReadOnlyList<double> Satisfaction);

/// <summary>
/// Songs for several listeners together. The candidates are everybody's (<see cref="Pipeline"/>), each listener scores all of them, and the songs are
/// chosen one by one: the next is the one after which the listener served least so far is served best. On 100 groups of Last.fm-2K (<c>bench/run
/// group</c>) the least-served listener then has a satisfaction of 0.863 on the mean, by averages 0.840; docs/ways-to-ask.md has every strategy. What
/// anybody dislikes is left out, and, unless heard songs are wanted, what anybody has heard.
/// </summary>
internal static class GroupRecommender
{
    /// <summary>Songs to choose among, by rows wanted; one version of each and capped by artist before the choice, so that any choice keeps the
    /// caps.</summary>
    private const int PoolFactor = 15, PoolMin = 300;

    /// <summary>A row is for those who score it at least this share of whoever scores it highest.</summary>
    private const double ForFrom = 0.9;

    /// <param name="pipeline">The models.</param>
    /// <param name="songs">The catalogue.</param>
    /// <param name="listeners">Two or more.</param>
    /// <param name="wish">The mood of all; null for everybody's own.</param>
    /// <exception cref="SegueException">A profile does not fit the model, or a filter names what the catalogue does not have.</exception>
    public static GroupAnswer Recommend(Pipeline pipeline, SongIndex songs, IReadOnlyList<Profile> listeners, ISongMood? wish, PipelineOptions options,
        SongFilter filter, SelectionOptions selection) => Recommend(pipeline, songs, listeners, wish, options, filter, selection, GroupChoice.LeastServedNext);

    /// <param name="choose">[listener][item] scores and a count, to the items chosen: another rule, to compare with.</param>
    internal static GroupAnswer Recommend(
        Pipeline pipeline,
        SongIndex songs,
        IReadOnlyList<Profile> listeners,
        ISongMood? wish,
        PipelineOptions options,
        SongFilter filter,
        SelectionOptions selection,
        Func<double[][], int, int[]> choose)
    {
        int[] heard = [.. listeners.SelectMany(l => l.Artists).Distinct()], disliked = [.. listeners.SelectMany(l => l.Disliked).Distinct()];
        int[] all = [.. listeners.SelectMany(l => pipeline.Candidates(l, wish, options, filter, heard, disliked)).Distinct().Order()];
        Judgement[] judged = [.. listeners.Select(l => pipeline.Judge(all, l, wish, options))];
        double[] mean = [.. all.Select((_, c) => judged.Average(j => j.Parts[c].Sum))];

        // Half the mean, half the best for anybody: what only one of them loves must be among what is chosen from.
        double[] keys = [.. all.Select((_, c) => (mean[c] + judged.Max(j => j.Parts[c].Sum)) / 2)];
        int count = selection.Count, pool = (int)Math.Min(all.Length, Math.Max(PoolMin, (long)PoolFactor * count));
        SongLikeness likeness = new(songs);
        int[] chosenFrom = [.. Selection.Choose(songs.Tracks, all, keys, selection with { Count = Math.Max(1, pool) }, likeness.Of, songs.SongOf)];
        double[][] scores = [.. judged.Select(j => chosenFrom.Select(c => j.Parts[c].Sum).ToArray())];
        int[] chosen = choose(scores, count);
        GroupRow[] rows = [.. chosen.Select((at, i) =>
        {
            int c = chosenFrom[at];
            double[] each = [.. scores.Select(s => s[at])];
            double highest = each.Max();
            SongParts parts = Mean([.. judged.Select(j => j.Parts[c])]);
            IReadOnlyList<Reason> reasons = judged[Array.IndexOf(each, highest)].Reasons(all[c]);
            return new GroupRow(new SongRecommendation(i + 1, all[c], parts.Sum, parts, reasons), each,
                [.. Enumerable.Range(0, each.Length).Where(l => each[l] >= ForFrom * highest)]);
        })];
        return new GroupAnswer(rows, [.. scores.Select(s => GroupChoice.Satisfaction(s, chosen))]);
    }

    private static SongParts Mean(SongParts[] parts) => new(
        parts.Average(p => p.Taste), parts.Average(p => p.Mood), parts.Average(p => p.Popularity), parts.Average(p => p.Recency), parts.Average(p => p.Discovery));
}

/// <summary>One listener's view of given tracks.</summary>
/// <param name="Parts">One a track.</param>
/// <param name="Reasons">What speaks for a track.</param>
internal sealed record Judgement(SongParts[] Parts, Func<int, IReadOnlyList<Reason>> Reasons);

/// <summary>From a score of each listener for each item to a choice of items.</summary>
internal static class GroupChoice
{
    /// <summary>Each next item is the one after which the listener served least is served best; where that is equal, all together.</summary>
    /// <param name="scores">[listener][item], 0..1.</param>
    /// <returns>Items, first choice first; at most as many as there are.</returns>
    public static int[] LeastServedNext(double[][] scores, int count) => OneByOne(scores, count, (served, item) =>
        (Enumerable.Range(0, scores.Length).Min(l => served[l] + scores[l][item]), scores.Average(s => s[item])));

    /// <summary>Takes the item of the largest key again and again.</summary>
    /// <param name="key">
    /// From what each listener has been served so far (the sum of their scores) and an item; two numbers, because many are equal in the first.
    /// </param>
    public static int[] OneByOne(double[][] scores, int count, Func<double[], int, (double, double)> key)
    {
        double[] served = new double[scores.Length];
        List<int> chosen = [];
        HashSet<int> left = [.. Enumerable.Range(0, scores[0].Length)];
        while (chosen.Count < count && left.Count > 0)
        {
            int best = left.Order().MaxBy(item => key(served, item));
            left.Remove(best);
            chosen.Add(best);
            for (int l = 0; l < served.Length; l++)
                served[l] += scores[l][best];
        }

        return [.. chosen];
    }

    /// <summary>The listener's scores of what was chosen over those of the best list of that length.</summary>
    public static double Satisfaction(double[] scores, int[] chosen)
    {
        double best = scores.OrderDescending().Take(chosen.Length).Sum();
        return best > 0 ? chosen.Sum(c => scores[c]) / best : 1;
    }
}
