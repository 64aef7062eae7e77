using Segue.Factorization;
using Segue.Interactions;
using Segue.Numerics;

namespace Segue.Evaluation;

/// <summary>How to evaluate.</summary>
internal sealed record EvaluationOptions
{
    /// <summary>Lengths of lists to judge.</summary>
    public IReadOnlyList<int> Cutoffs { get; init; } = [10];

    /// <summary>0 means one a processor. The result is the same on any number.</summary>
    public int Threads { get; init; }

    /// <summary>Called with (listeners done, listeners in all), from any thread.</summary>
    public IProgress<(int Done, int Of)>? Progress { get; init; }
}

/// <summary>
/// Judges a model by full ranking: every artist that is not in a listener's training part is a candidate, none is sampled (Krichene, Rendle, KDD
/// 2020, on why sampled metrics mislead). The listeners are those with at least one held-out artist that they are not known to know.
/// </summary>
internal static class Evaluator
{
    /// <summary>Slices look 50 deep, so lists are at least that long.</summary>
    private const int DepthMin = 50;

    /// <param name="model">Safe to use from several threads; trained on <c>split.Train</c> and nothing else.</param>
    /// <exception cref="SegueException">The model and the split do not fit, or there is nobody to judge by.</exception>
    public static EvaluationReport Evaluate(ITasteModel model, Split split, EvaluationOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new EvaluationOptions();
        CsrMatrix train = split.Train;
        if (model.ArtistCount != train.Columns)
            throw new SegueException($"the model ranks {model.ArtistCount} artists, but the plays have {train.Columns}; was it trained on other data?");
        if (options.Cutoffs.Count == 0 || options.Cutoffs.Any(k => k < 1))
            throw new SegueException($"cut-offs are [{string.Join(", ", options.Cutoffs)}], but must be whole numbers of 1 or more");
        CsrMatrix test = Splits.Without(split.Test, train);
        int[] users = [.. Enumerable.Range(0, test.Rows).Where(u => test.RowLength(u) > 0)];
        if (users.Length == 0)
            throw new SegueException("no listener has an artist held out; is the test part empty, or all of it in the training part?");

        int[] cutoffs = [.. options.Cutoffs.Distinct().Order()];
        Scored[][] lists = Rank(model, train, users, Math.Max(DepthMin, cutoffs[^1]), options, cancellation);
        int[][] artists = [.. lists.Select(list => (int[])[.. list.Select(s => s.Index)])];
        int[] listeners = ListenersOf(train);
        return new EvaluationReport
        {
            Model = model.Name,
            Split = split.Kind,
            Cutoffs = cutoffs,
            Users = users,
            PerListener = [.. cutoffs.Select(k => (RankingMetrics[])[.. users.Select((u, n) => RankingMetrics.Of(artists[n], test.RowIndices(u), k))])],
            Catalogue = [.. cutoffs.Select(k => CatalogueMetrics.Of(artists, listeners, train.Rows, k))],
            Lists = lists,
            HeldOut = [.. users.Select(u => test.RowIndices(u).ToArray())],
            Slices = Slicing.Of(train, test, users, artists, listeners, cutoffs[0]),
            Leaks = LeakCheck.Find(split, (model as AlsModel ?? (model as SideInformed)?.Als) is { } als ? als.Listeners : default),
            Artists = train.Columns,
            TrainInteractions = train.Nonzeros,
            TestInteractions = test.Nonzeros,
            PlaysError = model is BiasedSvd svd ? svd.Error(train, test) : null,
        };
    }

    /// <summary>A listener of the training part as models see them.</summary>
    public static Profile ProfileOf(CsrMatrix train, int user) =>
        new() { User = user, Artists = train.RowIndices(user).ToArray(), Plays = train.RowValues(user).ToArray(), InTraining = true };

    /// <summary>For each artist, the users of the training part who know it.</summary>
    public static int[] ListenersOf(CsrMatrix train)
    {
        int[] count = new int[train.Columns];
        foreach (int artist in train.Indices.Span)
            count[artist]++;
        return count;
    }

    private static Scored[][] Rank(ITasteModel model, CsrMatrix train, int[] users, int depth, EvaluationOptions options, CancellationToken cancellation)
    {
        Scored[][] lists = new Scored[users.Length][];
        int done = 0;
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Parallel.For(0, users.Length, parallel, () => new float[train.Columns], (n, _, scores) =>
        {
            Profile profile = ProfileOf(train, users[n]);
            if (model is AlsModel als)
            {
                int count = Math.Min(depth, scores.Length - profile.Artists.Length);
                lists[n] = als.Search.Search(als.FoldIn(profile), count, profile.Artists, allowed: null);
            }
            else
            {
                model.Score(profile, scores);
                lists[n] = Top(scores, profile.Artists, depth, model.Name);
            }

            options.Progress?.Report((Interlocked.Increment(ref done), users.Length));
            return scores;
        }, _ => { });
        return lists;
    }

    /// <summary>The best artists that are not known, equal scores by lower index.</summary>
    private static Scored[] Top(ReadOnlySpan<float> scores, ReadOnlySpan<int> known, int depth, string model)
    {
        Best best = new(Math.Min(depth, scores.Length - known.Length));
        int next = 0;
        for (int artist = 0; artist < scores.Length; artist++)
        {
            if (next < known.Length && known[next] == artist)
            {
                next++;
                continue;
            }

            float score = scores[artist];
            if (score >= best.Threshold)
                best.Offer(new Scored(artist, score));
            else if (float.IsNaN(score))
                throw new InvalidOperationException($"Model '{model}' scored artist {artist} as not a number.");
        }

        return best.Drain();
    }
}

/// <summary>Groups of listeners by how much is known of them, and of held-out artists by how many know them.</summary>
internal static class Slicing
{
    private static readonly (int From, int To)[] s_histories = [(0, 0), (1, 5), (6, 10), (11, 20), (21, 40), (41, int.MaxValue)];

    private static readonly (int From, int To)[] s_listeners = [(0, 0), (1, 3), (4, 10), (11, 50), (51, 200), (201, int.MaxValue)];

    public static IReadOnlyList<Slice> Of(CsrMatrix train, CsrMatrix test, int[] users, int[][] lists, int[] listeners, int k)
    {
        List<Slice> slices = [];
        foreach ((int from, int to) in s_histories)
        {
            int[] group = [.. Enumerable.Range(0, users.Length).Where(n => train.RowLength(users[n]) >= from && train.RowLength(users[n]) <= to)];
            if (group.Length > 0)
            {
                slices.Add(new Slice($"listeners with {Range(from, to)} artists", group.Length,
                    group.Average(n => RankingMetrics.Of(lists[n], test.RowIndices(users[n]), k).Ndcg),
                    group.Average(n => RankingMetrics.Of(lists[n], test.RowIndices(users[n]), 10).Recall),
                    group.Average(n => RankingMetrics.Of(lists[n], test.RowIndices(users[n]), 50).Recall)));
            }
        }

        foreach ((int from, int to) in s_listeners)
        {
            int asked = 0, in10 = 0, in50 = 0;
            for (int n = 0; n < users.Length; n++)
            {
                foreach (int artist in test.RowIndices(users[n]))
                {
                    if (listeners[artist] < from || listeners[artist] > to)
                        continue;
                    int rank = Array.IndexOf(lists[n], artist, 0, Math.Min(50, lists[n].Length));
                    (asked, in10, in50) = (asked + 1, in10 + (rank is >= 0 and < 10 ? 1 : 0), in50 + (rank >= 0 ? 1 : 0));
                }
            }

            if (asked > 0)
                slices.Add(new Slice($"artists with {Range(from, to)} listeners", asked, double.NaN, (double)in10 / asked, (double)in50 / asked));
        }

        return slices;
    }

    private static string Range(int from, int to) => from == to ? $"{from}" : to == int.MaxValue ? $"over {from - 1}" : $"{from}-{to}";
}
