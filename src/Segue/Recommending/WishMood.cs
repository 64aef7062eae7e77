using System.Numerics.Tensors;
using Segue.Mood;
using Segue.Mood.Concepts;
using Segue.Mood.Knowledge;
using Segue.Numerics;

namespace Segue.Recommending;

/// <summary>
/// The mood of a wish. A mood score is a sum of logarithms; here it becomes how well a song fits, 0..1: the geometric mean of what it meets,
/// exp((score − best possible score) / weight asked for).
/// </summary>
internal sealed class WishMood : ISongMood
{
    // As in MoodScorer: log(1 + 0.05) is the most a want of weight 1 can add, 4 the most a genre can.
    private const double LogMax = 0.048790164, GenreScale = 4;

    /// <summary>Up to this part of all songs a heap finds the best sooner than sorting does.</summary>
    private const int SortShare = 16;

    /// <summary>
    /// Taste chooses among this share of the songs. What a song is (an era, a voice, an instrument) is not a matter of taste; what is sad, or for a
    /// party, is: whoever loves metal means a party with it.
    /// </summary>
    private const double MetShareOfFacts = 0.1, MetShareOfMoods = 1;

    /// <summary>Whether a wish is met at all is seen from so many of the best.</summary>
    private const int VerdictSongs = 20;

    private readonly MoodScorer _scorer;
    private readonly WishScores? _parts;
    private readonly float[] _scores;
    private readonly Lazy<double> _metFrom;
    private readonly double _best, _least, _weight;

    public WishMood(SongIndex songs, Wish wish)
    {
        (_scorer, Wish) = (songs.Scorer, wish);
        _parts = _scorer.ScoresOf(wish);
        _scores = _parts?.Total ?? new float[songs.Tracks.Count];
        if (_parts is null)
            _scorer.Score(wish, _scores);
        _metFrom = new Lazy<double>(() => Quantiles.Of(_scores, 1 - (IsFact(wish) ? MetShareOfFacts : MetShareOfMoods))[0]);
        double asked = wish.Wants.Sum(w => Math.Abs((double)w.Weight)) + wish.Ranges.Count * FeatureTarget.Weight;
        // Likeness to a named song has no bound of its own, and regions can add a little: the best song there is then counts as a full fit.
        double bound = asked * LogMax + wish.Genres.Count * GenreScale, found = _scores.Length > 0 ? TensorPrimitives.Max<float>(_scores) : 0;
        _best = wish.References.Count > 0 || _parts is not null ? found : Math.Max(bound, found);
        _least = _scores.Where(float.IsFinite).DefaultIfEmpty(0).Min();
        _weight = Math.Max(1, asked + wish.Genres.Count + wish.References.Count);
    }

    public Wish Wish { get; }

    public string Text => Wish.Text.Length > 0 ? Wish.Text : string.Join(", ", Wish.Ranges.Select(r => r.ToString()).Concat(Wish.Wants.SelectMany(w => w.Phrases)));

    /// <summary>The songs that the wish names to be like: not to be recommended themselves.</summary>
    public IReadOnlyCollection<int> Seeds => [.. Wish.References.Where(r => r is { Kind: ReferenceKind.Song, Use: Use.Resemble }).SelectMany(r => r.Tracks)];

    /// <summary>What a person should know before they look at the answers.</summary>
    public MoodVerdict Verdict() => MoodVerdict.Of(_scorer, Wish, BestSongs.Of(_scores, _scorer.Tracks.SongOf, VerdictSongs, null), _parts);

    /// <summary>Where every part can be said, the place between the least and the best song there is, so that the parts add up; else the geometric
    /// mean of what is met.</summary>
    public void Score(ReadOnlySpan<int> tracks, Span<double> scores)
    {
        for (int i = 0; i < tracks.Length; i++)
        {
            double score = _scores[tracks[i]];
            scores[i] = _parts is null ? Math.Clamp(Math.Exp((score - _best) / _weight), 0, 1)
                : double.IsNegativeInfinity(score) ? 0
                : _best > _least ? (score - _least) / (_best - _least) : 1;
        }
    }

    public IReadOnlyList<MoodPart> Parts(int track) => _parts?.Explain(track) ?? [];

    public bool OnlyRulesOut =>
        Wish.Wants.Count + Wish.Ranges.Count + Wish.Genres.Count == 0 && Wish.Concepts.All(c => c.IsNegated)
            && Wish.References.All(r => r.Use is Use.Exclude or Use.Avoid);

    /// <summary>A genre, country or language that the wish names wins over a listener's taste: taste orders the songs that have it.</summary>
    public bool Forbids(int track) => float.IsNegativeInfinity(_scores[track]) || _parts?.Named[track] == false;

    private static bool IsFact(Wish wish) =>
        wish.Concepts.Any(c => !c.IsNegated && c.Concept.Kind is not (ConceptKind.Mood or ConceptKind.Occasion or ConceptKind.Fame or ConceptKind.Obscure));

    /// <summary>From there on taste decides.</summary>
    public bool IsMetBy(int track) => _parts is null || _scores[track] >= _metFrom.Value;

    public IReadOnlyList<int> Best(int count, bool[] allowed)
    {
        float[] open = new float[_scores.Length];
        for (int t = 0; t < open.Length; t++)
            open[t] = allowed[t] ? _scores[t] : float.NegativeInfinity;
        if (count <= open.Length / SortShare)
            return Largest.Indices(open, count);
        int[] tracks = [.. Enumerable.Range(0, open.Length).Where(t => open[t] > float.NegativeInfinity)];
        float[] keys = [.. tracks.Select(t => -open[t])];
        Array.Sort(keys, tracks); // Equal scores come in any order here; Selection puts them in one.
        return tracks.Length <= count ? tracks : tracks[..count];
    }

    public IReadOnlyList<Reason> Reasons(int track) =>
        _parts is null ? OfFeatures(_scorer.Explain(Wish, track)) : [.. OfEvidence(_parts.Explain(track)), .. OfWants(track)];

    /// <summary>What speaks for the song, the strongest first, and what it lacks.</summary>
    private static IEnumerable<Reason> OfEvidence(IReadOnlyList<MoodPart> parts)
    {
        IEnumerable<MoodPart> speaking = parts.Where(p =>
            p.Kind is (>= MoodPartKind.Tag and <= MoodPartKind.LikeCompilation) or MoodPartKind.Genre or MoodPartKind.ArtistLikeness);
        foreach (MoodPart part in speaking.Where(p => p is { Fit: > 0, Part: > 0 }).OrderByDescending(p => p.Part))
            yield return new Reason(ReasonKind.Evidence, Text: part.Label);
        foreach (MoodPart part in parts.Where(p => p.Kind is MoodPartKind.Range or MoodPartKind.Reference or MoodPartKind.Unlike))
        {
            yield return part.Kind == MoodPartKind.Unlike
                ? new Reason(ReasonKind.KeepsAway, Text: part.Phrases[0], Part: Math.Clamp(part.Fit, 0, 1))
                : new Reason(part.IsMet ? ReasonKind.Matches : ReasonKind.Misses, Text: part.Label, Part: Math.Clamp(part.Fit, 0, 1));
        }

        foreach (MoodPart part in parts.Where(p => p.Kind is MoodPartKind.Lacks or MoodPartKind.Intruder || p.Kind == MoodPartKind.Against && p.Fit == 0))
            yield return new Reason(ReasonKind.Misses, Text: part.Label, Part: 0);
    }

    /// <summary>How the song stands in each feature that the wish asks for.</summary>
    private IEnumerable<Reason> OfWants(int track) => Wish.Wants
        .Select(w => (Word: MoodFeatures.EndOf(w.Feature, w.Weight), Fit: (double)_scorer.Percentile(w.Feature, track, w.Weight)))
        .Select(w => new Reason(w.Fit >= MoodPart.MetFrom ? ReasonKind.Matches : ReasonKind.Misses, Text: w.Word, Part: Math.Clamp(w.Fit, 0, 1)))
        .OrderBy(r => r.Kind == ReasonKind.Misses);

    private static IReadOnlyList<Reason> OfFeatures(IReadOnlyList<MoodPart> parts)
    {
        IEnumerable<MoodPart> asked = parts.Where(p => p.Kind is not (MoodPartKind.TypicalOfGenre or MoodPartKind.Region));
        return [.. asked.Select(p => p.Kind == MoodPartKind.Unlike
                ? new Reason(ReasonKind.KeepsAway, Text: p.Phrases[0], Part: Math.Clamp(p.Fit, 0, 1))
                : new Reason(p.IsMet ? ReasonKind.Matches : ReasonKind.Misses, Text: p.Label, Part: Math.Clamp(p.Fit, 0, 1)))
            .OrderBy(r => r.Kind == ReasonKind.Misses)];
    }
}
