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
        float[] scores = Score(model, profile);
        bool known = profile.Artists.Length > 0;
        foreach (int artist in options.ExcludeHeard ? profile.Artists.Concat(profile.Disliked) : profile.Disliked)
            scores[artist] = float.NegativeInfinity;
        for (int i = 0; options.Allowed is { } allowed && i < scores.Length; i++)
        {
            if (!allowed[i])
                scores[i] = float.NegativeInfinity;
        }

        for (int i = 0; i < scores.Length; i++)
        {
            if (plays.MainOf(i) != i)
                scores[i] = float.NegativeInfinity; // No name stands twice in an answer.
        }

        int[] best = Largest.Indices(scores, options.Count);
        return [.. best.Select((artist, i) => new ArtistRecommendation(
            i + 1, artist, scores[artist], known ? Reasons(model, plays, profile, artist, options.ReasonsMax) : [new Reason(ReasonKind.Popular)]))];
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
