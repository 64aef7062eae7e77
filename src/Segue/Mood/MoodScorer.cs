using System.Numerics.Tensors;
using Segue.Catalogue;
using Segue.Mood.Knowledge;
using Segue.Numerics;

namespace Segue.Mood;

/// <summary>
/// How well each track meets a wish, as a sum of parts: for each mention of a genre 4 × the weight of the track's best genre in it, and for each
/// wanted feature |w| · log(p + 0.05), p the track's percentile in the wanted direction. The logarithm is there so that one extreme does not
/// buy off a want that is not met: a song at the 99th percentile of "loud" and the 5th of "happy" is no answer to "loud and happy".
/// <para>Scoring is one pass over the tracks a want (a multiply-add over a table of logarithms, made once a feature and direction). Immutable
/// but for those tables; safe for many threads.</para>
/// </summary>
internal sealed class MoodScorer
{
    /// <summary>What a mention of a genre weighs against the features; found by hand on the development wishes.</summary>
    internal const float GenreScale = 4;

    // Where a wish names a genre and no feature, lean to the typical songs of that genre.
    private const float TypicalScale = 0.5f;
    internal const float Floor = 0.05f;

    // Standard deviation of log(p + 0.05) for p uniform on 0..1, and the share of the regions, from the study on labelled tracks.
    private const double LogDeviation = 0.78, RegionShare = 0.2;

    private readonly MatrixView _percentiles;
    private readonly GenreTable _genres;
    private readonly MoodRegions? _regions;
    private readonly float[]?[] _logs = new float[2 * MoodFeatures.Count][];

    /// <param name="tracks">The catalogue.</param>
    /// <param name="percentiles">What <see cref="FeaturePercentiles.Compute"/> made of it.</param>
    /// <param name="regions">Where the songs of each mood lie; null ranks by the features alone.</param>
    /// <param name="knowledge">What is known beyond how the songs sound; null ranks by features and genres alone.</param>
    public MoodScorer(Tracks tracks, MatrixView percentiles, MoodRegions? regions = null, SongKnowledge? knowledge = null)
    {
        if (percentiles.Rows != MoodFeatures.Count || percentiles.Columns != tracks.Count)
            throw new ArgumentException($"Percentiles of {percentiles.Rows} × {percentiles.Columns} for {tracks.Count} tracks.", nameof(percentiles));
        if (regions is not null && regions.Values.Columns != tracks.Count)
            throw new ArgumentException($"Regions of {regions.Values.Columns} tracks for {tracks.Count}.", nameof(regions));
        (Tracks, _percentiles, _regions, Knowledge) = (tracks, percentiles, regions, knowledge);
        _genres = new GenreTable(tracks, percentiles);
    }

    public MoodScorer(Tracks tracks)
        : this(tracks, FeaturePercentiles.Compute(tracks))
    {
    }

    public Tracks Tracks { get; }

    /// <summary>What is known of the songs beyond how they sound; null where nothing was learned.</summary>
    public SongKnowledge? Knowledge { get; }

    /// <summary>γ of <see cref="ReferenceTarget"/>: what one unlikeness weighs against one likeness; another only to measure what it does.</summary>
    internal float Away { get; init; } = 0.75f;

    /// <summary>The percentile of a track in the direction of a weight's sign, 0..1.</summary>
    public float Percentile(AudioFeature feature, int track, float direction)
    {
        float p = _percentiles.Row((int)feature)[track];
        return direction < 0 ? 1 - p : p;
    }

    /// <summary>Scores every track; −∞ where the wish excludes it. The larger the better, comparable within one wish only.</summary>
    /// <param name="scores">One a track.</param>
    public void Score(Wish wish, Span<float> scores)
    {
        if (scores.Length != Tracks.Count)
            throw new ArgumentException($"{scores.Length} scores for {Tracks.Count} tracks.", nameof(scores));
        if (ScoresOf(wish) is { } known)
        {
            known.Total.AsSpan().CopyTo(scores);
            return;
        }

        scores.Clear();
        foreach ((AudioFeature feature, float weight) in Weights(wish))
            TensorPrimitives.MultiplyAdd(Logs(feature, weight), Math.Abs(weight), scores, scores);
        foreach (FeatureTarget range in wish.Ranges)
            RangeOf(range).Add(Tracks.Feature(range.Feature), _percentiles.Row((int)range.Feature), scores);
        foreach (GenreWant genre in wish.Genres)
            _genres.AddBest(genre.Weights, GenreScale, scores);
        foreach ((int mood, float weight) in RegionsOf(wish))
            TensorPrimitives.MultiplyAdd(_regions!.Values.Row(mood), weight, scores, scores);
        AddReferences(wish, scores);
        ExcludeFrom(wish, scores);
    }

    /// <summary>How well each song meets a wish, in parts; null where nothing is known of the songs but how they sound.</summary>
    internal WishScores? ScoresOf(Wish wish) => Knowledge is null ? null : new WishScores(this, Knowledge, wish);

    /// <summary>Some wants of the features as one number a song.</summary>
    /// <param name="moods">Whether the regions of the wish's moods count.</param>
    internal FeatureFit Fit(Wish wish, IEnumerable<FeatureWant> wants, bool moods)
    {
        FeatureWant[] all = [.. wants];
        double deviation = LogDeviation * Math.Sqrt(all.Sum(w => (double)w.Weight * w.Weight));
        Wish part = wish with { Wants = all };
        return new FeatureFit([.. all.Select(w => (Logs(w.Feature, w.Weight), Math.Abs(w.Weight)))],
            moods && all.Length > 0 ? [.. RegionsOf(part).Select(r => (RegionOf(r.Mood), r.Weight))] : [], deviation, Tracks.Count);
    }

    private ReadOnlyMemory<float> RegionOf(int mood) => _regions!.Values.Memory.Slice(mood * Tracks.Count, Tracks.Count);

    internal void AddGenre(GenreWant genre, float scale, Span<float> scores) => _genres.AddBest(genre.Weights, scale, scores);

    internal void AddRanges(Wish wish, float scale, Span<float> scores)
    {
        foreach (FeatureTarget range in wish.Ranges)
        {
            float[] fits = new float[scores.Length];
            RangeOf(range).Add(Tracks.Feature(range.Feature), _percentiles.Row((int)range.Feature), fits);
            TensorPrimitives.MultiplyAdd(fits, scale, scores, scores);
        }
    }

    internal IEnumerable<MoodPart> ExplainRanges(Wish wish, float scale, int track)
    {
        foreach (FeatureTarget range in wish.Ranges)
        {
            double near = RangeOf(range).Nearness(Tracks.Feature(range.Feature)[track], _percentiles.Row((int)range.Feature)[track]);
            yield return new MoodPart(MoodPartKind.Range, range.ToString(), [range.ToString()], (float)(scale * FeatureTarget.Weight * Math.Log(near + Floor)), near);
        }
    }

    internal IEnumerable<MoodPart> ExplainReferences(Wish wish, int track) =>
        ReferencesOf(wish, Use.Resemble).Select(r => r.Explain(_percentiles, _genres, track))
            .Concat(ReferencesOf(wish, Use.Avoid).Select(r => r.ExplainUnlike(_percentiles, _genres, Away, track)));

    internal void AddReferences(Wish wish, Span<float> scores)
    {
        foreach (ReferenceTarget reference in ReferencesOf(wish, Use.Resemble))
            reference.Add(_percentiles, _genres, scores);
        foreach (ReferenceTarget reference in ReferencesOf(wish, Use.Avoid))
            reference.AddUnlike(_percentiles, _genres, Away, scores);
    }

    /// <summary>Sets to −∞ what the wish rules out.</summary>
    internal void ExcludeFrom(Wish wish, Span<float> scores)
    {
        ExcludeReferences(wish, scores);
        for (int track = 0; wish.Explicit is { } wanted && track < scores.Length; track++)
        {
            if (Tracks.IsExplicit(track) != wanted)
                scores[track] = float.NegativeInfinity;
        }

        for (int genre = 0; wish.ExcludedGenres.Count > 0 && genre < _genres.Count; genre++)
        {
            if (wish.Excludes(_genres.NameOf(genre)))
                Exclude(_genres.TracksOf(genre), scores);
        }
    }

    /// <summary>
    /// A score as how well a song fits the wish, 0..1: the geometric mean over what was asked, exp((score − best possible score) / what the asks
    /// weigh).
    /// </summary>
    /// <returns>Gives the fit of a score of <see cref="Score"/> for this wish.</returns>
    public Func<float, double> FitOf(Wish wish)
    {
        double features = Weights(wish).Sum(w => (double)Math.Abs(w.Weight)) + wish.Ranges.Count * FeatureTarget.Weight, best = features * Math.Log(1 + Floor);
        foreach (ReferenceTarget reference in ReferencesOf(wish, Use.Resemble))
            (best, features) = (best + reference.Best, features + reference.Weight);
        best += wish.Genres.Sum(g => GenreScale * g.Weights.Where(w => HasGenre(w.Genre)).Select(w => w.Weight).DefaultIfEmpty(0).Max());
        best += RegionsOf(wish).Sum(r => MoodRegions.ClipAt * r.Weight);
        double weight = Math.Max(1, features + wish.Genres.Count);
        return score => Math.Clamp(Math.Exp((score - best) / weight), 0, 1);
    }

    /// <summary>The parts of one track's score, which add up to it; the largest want first.</summary>
    public IReadOnlyList<MoodPart> Explain(Wish wish, int track)
    {
        if (ScoresOf(wish) is { } scores)
            return scores.Explain(track);
        List<MoodPart> parts = [];
        foreach (GenreWant genre in wish.Genres)
        {
            float best = _genres.BestOf(genre.Weights, track);
            parts.Add(new MoodPart(MoodPartKind.Genre, genre.Phrase, [genre.Phrase], GenreScale * best, best));
        }

        foreach ((AudioFeature feature, float weight) in Weights(wish))
        {
            FeatureWant? want = wish.Wants.FirstOrDefault(w => w.Feature == feature);
            float p = Percentile(feature, track, weight);
            parts.Add(new MoodPart(want is null ? MoodPartKind.TypicalOfGenre : MoodPartKind.Feature, MoodFeatures.EndOf(feature, weight), want?.Phrases ?? [],
                Math.Abs(weight) * Logs(feature, weight)[track], p));
        }

        parts.AddRange(ExplainRanges(wish, 1, track));
        foreach ((int mood, float weight) in RegionsOf(wish))
        {
            float z = _regions!.Values.Row(mood)[track];
            string name = MoodRegions.Names[mood];
            parts.Add(new MoodPart(MoodPartKind.Region, $"where {name} songs are", [name], weight * z, Math.Clamp(0.5 + z / 3, 0, 1)));
        }

        parts.AddRange(ExplainReferences(wish, track));
        return parts;
    }

    /// <summary>Ranks the songs, each once (its best version), the best first.</summary>
    /// <param name="count">How many at most.</param>
    /// <param name="allowed">Which tracks may stand in the ranking; all where it is null.</param>
    public MoodRanking Rank(Wish wish, int count, Func<int, bool>? allowed = null)
    {
        WishScores? known = ScoresOf(wish);
        float[] scores = known?.Total ?? new float[Tracks.Count];
        if (known is null)
            Score(wish, scores);
        IReadOnlyList<(int Track, float Score)> best = BestSongs.Of(scores, Tracks.SongOf, count, allowed);
        return new MoodRanking(wish, [.. best], MoodVerdict.Of(this, wish, best, known));
    }

    /// <summary>The best percentile any song has in a direction: below 1 where many share the end ("major").</summary>
    internal float BestPercentile(AudioFeature feature, float direction) =>
        direction < 0 ? 1 - TensorPrimitives.Min(_percentiles.Row((int)feature)) : TensorPrimitives.Max(_percentiles.Row((int)feature));

    internal bool HasGenre(string genre) => _genres.IndexOf(genre) is >= 0 and var g && _genres.TracksOf(g).Length > 0;

    /// <summary>The share of the wish's genres that a track has, 0..1.</summary>
    internal float GenreFit(GenreWant want, int track) => _genres.BestOf(want.Weights, track);

    /// <summary>The weights of the features: what was asked, or what is typical of the genres where nothing was.</summary>
    private IEnumerable<(AudioFeature Feature, float Weight)> Weights(Wish wish)
    {
        if (wish.Wants.Count > 0 || wish.Genres.Count == 0)
            return wish.Wants.Select(w => (w.Feature, w.Weight));
        GenreWeight[] genres = [.. wish.Genres.SelectMany(g => g.Weights)];
        return Enumerable.Range(0, MoodFeatures.Count).Select(f => (AudioFeature)f).Where(f => f is not (AudioFeature.Popularity or AudioFeature.Duration))
            .Select(f => (f, TypicalScale * _genres.LeanOf(genres, f))).Where(w => Math.Abs(w.Item2) > 0.05f);
    }

    private float[] Logs(AudioFeature feature, float direction)
    {
        ref float[]? slot = ref _logs[2 * (int)feature + (direction < 0 ? 1 : 0)];
        return Volatile.Read(ref slot) ?? (slot = MakeLogs(_percentiles.Row((int)feature), direction < 0));
    }

    private static float[] MakeLogs(ReadOnlySpan<float> percentiles, bool low)
    {
        float[] logs = new float[percentiles.Length];
        if (low)
            TensorPrimitives.Subtract(1, percentiles, logs);
        else
            percentiles.CopyTo(logs);
        TensorPrimitives.Add(logs, Floor, logs);
        TensorPrimitives.Log(logs, logs);
        return logs;
    }

    /// <summary>The moods of a wish and what a z-score of 1 in their region adds.</summary>
    private IEnumerable<(int Mood, float Weight)> RegionsOf(Wish wish)
    {
        if (_regions is null)
            yield break;
        int[] moods = [.. wish.Moods.Select(m => _regions.MoodOf(m.Entry)).Where(m => m >= 0).Distinct()];

        // z(features) · 0.8 + z(regions) · 0.2, in units of the features' score: its deviation is that of log(p + 0.05) times the length of the
        // weights.
        double deviation = LogDeviation * Math.Sqrt(wish.Wants.Sum(w => (double)w.Weight * w.Weight));
        foreach (int mood in moods)
            yield return (mood, (float)(deviation * RegionShare / (1 - RegionShare) / moods.Length));
    }

    private ReferenceTarget[] ReferencesOf(Wish wish, Use use)
    {
        WishReference[] named = [.. wish.References.Where(r => r.Use == use)];
        return [.. named.Select(r => new ReferenceTarget(r, wish, Tracks, _percentiles, 1f / named.Length))];
    }

    /// <summary>A song named as an example is no answer, and nothing by whom the wish keeps away from; an artist "by" whom songs are wanted leaves
    /// only those.</summary>
    private void ExcludeReferences(Wish wish, Span<float> scores)
    {
        HashSet<int> only = [.. wish.References.Where(r => r.Use == Use.Only).SelectMany(r => r.Tracks)];
        for (int track = 0; only.Count > 0 && track < scores.Length; track++)
        {
            if (!only.Contains(track))
                scores[track] = float.NegativeInfinity;
        }

        foreach (WishReference reference in wish.References.Where(r => r.Use is Use.Exclude or Use.Avoid))
            Exclude(reference.Tracks.ToArray(), scores);
        HashSet<int> songs = [.. wish.References.Where(r => r.Kind == ReferenceKind.Song).SelectMany(r => r.Tracks).Select(t => Tracks.SongOf[t])];
        for (int track = 0; songs.Count > 0 && track < scores.Length; track++)
        {
            if (songs.Contains(Tracks.SongOf[track]))
                scores[track] = float.NegativeInfinity;
        }
    }

    private static void Exclude(ReadOnlySpan<int> tracks, Span<float> scores)
    {
        foreach (int track in tracks)
            scores[track] = float.NegativeInfinity;
    }

    private RangeFit RangeOf(FeatureTarget range)
    {
        ReadOnlySpan<float> values = Tracks.Feature(range.Feature);
        double low = double.IsInfinity(range.Low) ? 0 : FeaturePercentiles.Of(values, Tracks.SongOf, range.Low);
        double high = double.IsInfinity(range.High) ? 1 : FeaturePercentiles.Of(values, Tracks.SongOf, range.High);
        return new RangeFit(range.Low, range.High, low, high);
    }

    /// <summary>1 inside the range; outside it falls to 0 over a fifth of all songs.</summary>
    private readonly record struct RangeFit(double Low, double High, double PercentileLow, double PercentileHigh)
    {
        private const double Reach = 0.2;

        public double Nearness(float value, float percentile)
        {
            if (float.IsNaN(value))
                return 0.5;
            double outside = value < Low ? PercentileLow - percentile : value > High ? percentile - PercentileHigh : -1;
            return outside < 0 ? 1 : Math.Max(0, 1 - Reach / 4 - outside / Reach);
        }

        public void Add(ReadOnlySpan<float> values, ReadOnlySpan<float> percentiles, Span<float> scores)
        {
            for (int i = 0; i < scores.Length; i++)
                scores[i] += (float)(FeatureTarget.Weight * Math.Log(Nearness(values[i], percentiles[i]) + Floor));
        }
    }
}
