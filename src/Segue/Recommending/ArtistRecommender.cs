using Segue.Factorization;
using Segue.Interactions;
using Segue.Numerics;

namespace Segue.Recommending;

/// <summary>Which artists, and how many.</summary>
internal sealed record ArtistOptions
{
    public int Count { get; init; } = 10;

    /// <summary>Leave out what the listener has heard; disliked artists are always left out.</summary>
    public bool ExcludeHeard { get; init; } = true;

    /// <summary>One an artist: false leaves it out. Null lets all pass.</summary>
    public bool[]? Allowed { get; init; }

    /// <summary>How many artists of the history a row names as its reasons.</summary>
    public int ReasonsMax { get; init; } = 3;
}

/// <summary>Artists for a listener, with the artists of their history that speak for each.</summary>
internal static class ArtistRecommender
{
    /// <summary>A row names at most so many tags: the third says what the first two said.</summary>
    private const int TagsMax = 2;

    /// <returns>Best first. A listener without history gets what most listeners play, and the reason says so.</returns>
    /// <exception cref="SegueException">The profile does not fit the model.</exception>
    public static IReadOnlyList<ArtistRecommendation> Recommend(IExplainedTaste model, Plays plays, Profile profile, ArtistOptions options)
    {
        bool known = profile.Artists.Length > 0;
        return [.. Best(model, profile, OncePerName(plays, options)).Select((found, i) => new ArtistRecommendation(
            i + 1,
            found.Index,
            found.Score,
            known ? Reasons(model, plays, profile, found.Index, options.ReasonsMax) : [new Reason(ReasonKind.Popular)]))];
    }

    /// <summary>No name stands twice in an answer, whatever ids it has.</summary>
    private static ArtistOptions OncePerName(Plays plays, ArtistOptions options)
    {
        if (plays.TwinCount == 0)
            return options;
        bool[] allowed = new bool[plays.Artists.Count];
        for (int artist = 0; artist < allowed.Length; artist++)
            allowed[artist] = plays.MainOf(artist) == artist && options.Allowed?[artist] != false;
        return options with { Allowed = allowed };
    }

    /// <summary>The best artists of a listener, without reasons.</summary>
    public static Scored[] Best(IExplainedTaste model, Profile profile, ArtistOptions options)
    {
        IEnumerable<int> left = options.ExcludeHeard ? profile.Artists.Concat(profile.Disliked) : profile.Disliked;
        int[] excluded = [.. left.Distinct().Order()];
        if (model is AlsModel als && profile.Artists.Length > 0)
            return als.Search.Search(als.FoldIn(profile), options.Count, excluded, options.Allowed);
        float[] scores = Score(model, profile);
        foreach (int artist in excluded)
            scores[artist] = float.NegativeInfinity;
        for (int i = 0; options.Allowed is { } allowed && i < scores.Length; i++)
        {
            if (!allowed[i])
                scores[i] = float.NegativeInfinity;
        }

        return [.. Largest.Indices(scores, options.Count).Select(artist => new Scored(artist, scores[artist]))];
    }

    /// <summary>
    /// The best artists of many listeners of the training. Where scores are inner products, the vectors of the training are taken as they are, which
    /// its last step has solved to the end: one listener alone gets the same list, but for what that solver leaves in the last decimals.
    /// </summary>
    /// <param name="users">Users of the plays.</param>
    /// <param name="threads">0 for one a processor. The answer does not depend on it.</param>
    /// <returns>One list a user, in their order.</returns>
    public static Ragged<Scored> BestOfMany(
        IExplainedTaste model, Plays plays, ReadOnlyMemory<int> users, ArtistOptions options, int threads, CancellationToken cancellationToken)
    {
        options = OncePerName(plays, options);
        if (model is AlsModel { Options.LastUserStep: true } als)
            return BestByVectors(als, plays, users.Span, options, threads, cancellationToken);
        Scored[][] best = new Scored[users.Length][];
        int most = threads > 0 ? threads : Environment.ProcessorCount;
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = most, CancellationToken = cancellationToken };
        Parallel.For(0, best.Length, parallel, n => best[n] = Best(model, plays.WithMains(Profile.OfUser(plays, users.Span[n])), options));
        return Ragged<Scored>.From(best);
    }

    private static Ragged<Scored> BestByVectors(
        AlsModel als, Plays plays, ReadOnlySpan<int> users, ArtistOptions options, int threads, CancellationToken cancellationToken)
    {
        int f = als.Options.Factors;
        float[] vectors = new float[users.Length * f];
        int[][] heard = new int[users.Length][];
        for (int n = 0; n < users.Length; n++)
        {
            als.UserFactors.Row(users[n]).CopyTo(vectors.AsSpan(n * f));
            heard[n] = options.ExcludeHeard ? plays.MainsOf(plays.Counts.RowIndices(users[n])) : [];
        }

        return als.Search.Index.SearchAll(new MatrixView(vectors, users.Length, f), options.Count,
            options.ExcludeHeard ? Ragged<int>.From(heard) : null, als.Search.FilterOf(options.Allowed), threads, cancellationToken);
    }

    /// <summary>The score of every artist: the model's for a listener with history, else the share of listeners who play the artist.</summary>
    public static float[] Score(IExplainedTaste model, Profile profile)
    {
        float[] scores = new float[model.ArtistCount];
        if (profile.Artists.Length > 0)
        {
            model.Score(profile, scores);
            return scores;
        }

        for (int i = 0; i < scores.Length; i++)
            scores[i] = (float)model.ListenersOf(i) / Math.Max(1, model.UserCount);
        return scores;
    }

    /// <summary>What adds most to a score, as shares of it: artists of the history, shared tags, friends who play the artist; most first.</summary>
    /// <param name="count">How many artists of the history are named at most; tags are fewer, and friends are one reason.</param>
    public static IReadOnlyList<Reason> Reasons(IExplainedTaste model, Plays plays, Profile profile, int artist, int count)
    {
        AlsExplanation why = model.Explain(profile, artist);
        if (why.Score <= 0)
            return [];
        IEnumerable<Reason> reasons = why.Parts
            .Where(p => p.Part > 0 && p.Artist != artist)
            .Take(count)
            .Select(p => new Reason(ReasonKind.BecauseYouPlayed, Artist: plays.Artists.Names[p.Artist], Part: Share(p.Part)))
            .Concat(why.Tags.Take(TagsMax).Select(t => new Reason(ReasonKind.TaggedLike, Text: t.Tag, Part: Share(t.Part))));
        if (why.Friends is { Playing: > 0, Part: > 0 })
            reasons = reasons.Append(new Reason(ReasonKind.FriendsPlay, Text: $"{why.Friends.Playing} of {why.Friends.Of}", Part: Share(why.Friends.Part)));
        return [.. reasons.OrderByDescending(r => r.Part)];

        double Share(double part) => Math.Min(1, part / why.Score);
    }
}
