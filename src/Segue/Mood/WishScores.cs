using System.Numerics.Tensors;
using Segue.Catalogue;
using Segue.Mood.Concepts;
using Segue.Mood.Knowledge;

namespace Segue.Mood;

/// <summary>
/// How well every song meets one wish. Each concept scores every song as a sum of parts (<see cref="ConceptEvidence"/>, and the features that its
/// words ask for); concepts are joined so that none buys off another; what the wish asks of features beyond them, of tempos, and of likeness to songs
/// it names is added, then how well known a song is; what is no music for listening stays out unless the wish asks for it.
/// <para>Joining: with one concept e is its score. With several, each becomes h = 5c·(min(e, τ) + 0.3·max(0, e − τ) − m)/max(τ − m, ½), m the median
/// of e over the songs and τ the quantile from which on a song has enough (<see cref="ConceptWeights"/>): up to τ a concept is met, and more of it
/// counts a third, so that "turkish pop" is Turkish and pop. A concept that is not wanted takes up to 8 away, and its labels out altogether.</para>
/// The summands of a song's score are its parts: <see cref="Explain"/>.
/// </summary>
internal sealed class WishScores
{
    private const float JoinScale = 5, Beyond = 0.3f, SpreadMin = 0.5f, AgainstScale = 8, AgainstFrom = 0.4f, AgainstArtistFrom = 0.5f;
    private const float AgainstLabelFrom = 0.5f, AgainstOtherLabelFrom = 0.8f;
    private const float LikenessMost = 4, LikeArtist = 2.5f, LikeArtistOfSong = 1.2f;
    private const float PlainScale = 4, PlainAlone = 5, GenreBeside = 6, GenreAlone = 4, RangeScale = 3;

    /// <summary>Taken away from a song of unknown year where years are asked for.</summary>
    private const float UnknownYear = 20;

    /// <summary>A named genre or place is there at all from half of the way to τ on.</summary>
    private const double NamedFrom = 0.5;
    private const double MetByLabelFrom = 0.25;

    /// <summary>Less evidence than this above the median song is none, however few have more.</summary>
    private const double NamedLeast = 1;
    private const int LabelledMin = 20, NamedSongsMin = 60;

    /// <summary>Nothing else makes up for it: taken away, times c, from a song that lacks a genre or place.</summary>
    private const float LacksNamed = 6;

    private readonly MoodScorer _scorer;
    private readonly SongKnowledge _knowledge;
    private readonly List<Joined> _joined = [];
    private readonly List<Likeness> _likenesses = [];
    private readonly List<(Joined Joined, bool[] Lacks)> _lacking = [];
    private readonly float[] _fame;

    /// <summary>Likeness of artists to what the wish names.</summary>
    private sealed record Likeness(WishReference Reference, float[] OfArtist, float Scale);

    /// <summary>One concept, or the plain wants of the features, with what makes its score.</summary>
    private sealed record Joined(WishConcept? Asked, ConceptEvidence? Evidence, FeatureFit? Features, float FeatureScale, double Median,
        double Met, float Weight, bool Bends)
    {
        public double Spread => Math.Max(Met - Median, SpreadMin);

        public float Of(float e) => Asked is { IsNegated: true }
            ? -AgainstScale * Math.Clamp(((e - (float)Median) / (float)Math.Max(Met - Median, 1e-3) - AgainstFrom) / (1 - AgainstFrom), 0, 1)
            : !Bends ? e
            : JoinScale * Weight * (Math.Min(e, (float)Met) + Beyond * Math.Max(0, e - (float)Met) - (float)Median) / (float)Spread;
    }

    public WishScores(MoodScorer scorer, SongKnowledge knowledge, Wish wish)
    {
        (_scorer, _knowledge, Wish) = (scorer, knowledge, wish);
        int n = scorer.Tracks.Count;
        Total = new float[n];
        Named = new bool[n];
        Array.Fill(Named, true);
        _fame = knowledge.Parts.HasFlag(EvidenceParts.Fame) ? FameWeights(wish) : [];
        WishConcept[] concepts = [.. wish.Concepts.Where(c => c.Concept.Kind is not (ConceptKind.Fame or ConceptKind.Obscure))];
        // What a negation asks of the features ("not sad" is happier) stands for itself; but of what a genre is like nothing is asked.
        FeatureFit[] ofConcepts = [.. concepts.Select(c => scorer.Fit(wish, c.IsNegated ? [] : wish.Wants.Where(w => IsOf(w, c)), c.Concept.Kind == ConceptKind.Mood))];
        FeatureFit plain = scorer.Fit(wish, wish.Wants.Where(w => !concepts.Any(c => (!c.IsNegated || c.Concept.IsNamed) && IsOf(w, c))), moods: concepts.Length == 0);
        int positive = concepts.Count(c => !c.IsNegated) + (plain.IsEmpty ? 0 : 1);
        bool bends = positive > 1 && knowledge.Parts.HasFlag(EvidenceParts.Joining);
        for (int c = 0; c < concepts.Length; c++)
            Join(concepts[c], ofConcepts[c], bends);
        if (!plain.IsEmpty)
            Join(null, plain, bends);
        AddRest(wish);
        SettleNamed();
        for (int view = 0; view < _fame.Length; view++)
            TensorPrimitives.MultiplyAdd(knowledge.Fame.Row(view), _fame[view], Total, Total);
        if (knowledge.Parts.HasFlag(EvidenceParts.Intruders))
            TakeIntruders(wish.Allowed);
        scorer.ExcludeFrom(wish, Total);
        if (wish.Years is { } years && !knowledge.Facts.SongYears.IsEmpty)
            TakeOtherYears(years);
    }

    public Wish Wish { get; }

    /// <summary>One a track; −∞ where the wish rules it out.</summary>
    public float[] Total { get; }

    /// <summary>One a track: whether it has enough of every genre and place that the wish names.</summary>
    public bool[] Named { get; }

    private void Join(WishConcept? asked, FeatureFit features, bool bends)
    {
        ConceptEvidence? evidence = asked is null ? null : _knowledge.Concepts.Of(asked.Concept);
        float scale = asked is null ? bends ? PlainScale : PlainAlone : evidence!.Weights.Features;
        float[] e = new float[Total.Length];
        evidence?.Sum.CopyTo(e, 0);
        features.AddTo(e, scale);
        ConceptWeights weights = evidence?.Weights ?? ConceptWeights.Of(ConceptKind.Mood);
        double[] quantiles = Quantiles.Of(e, 0.5, weights.MetAt);
        double met = asked is not { Concept.IsNamed: true } ? quantiles[1]
            : Math.Max(Math.Max(quantiles[1], quantiles[0] + NamedLeast), MetByLabel(evidence!, e));
        Joined joined = new(asked, evidence, features, scale, quantiles[0], met, weights.Join, bends);
        _joined.Add(joined);
        for (int t = 0; t < e.Length; t++)
            Total[t] += joined.Of(e[t]);
        if (asked is { IsNegated: true })
            RuleOut(evidence!, asked.Concept.IsNamed ? AgainstLabelFrom : AgainstOtherLabelFrom);
        else if (asked is { IsNegated: false, Concept.IsNamed: true })
        {
            double from = joined.Median + NamedFrom * (joined.Met - joined.Median);
            bool[] lacks = new bool[e.Length];
            for (int t = 0; t < e.Length; t++)
            {
                lacks[t] = e[t] < from;
                Total[t] -= lacks[t] ? LacksNamed * joined.Weight : 0;
            }

            _lacking.Add((joined, lacks));
        }
    }

    /// <summary>Songs have to have all genres and places that are named; where too few have all of them, the least firm gives way: a genre before a
    /// place, the later before the earlier.</summary>
    private void SettleNamed()
    {
        (Joined Joined, bool[] Lacks)[] firm = [.. _lacking.OrderByDescending(l => l.Joined.Weight)];
        for (int count = firm.Length; count > 0; count--)
        {
            Array.Fill(Named, true);
            foreach ((_, bool[] lacks) in firm.Take(count))
            {
                for (int t = 0; t < Named.Length; t++)
                    Named[t] &= !lacks[t];
            }

            if (count == 1 || Named.Count(n => n) >= NamedSongsMin)
                return;
        }
    }

    /// <summary>
    /// What most songs with the fullest label reach: a label is on a thousand songs at most, so that a quantile over all songs may fall beside it.
    /// </summary>
    private double MetByLabel(ConceptEvidence evidence, float[] e)
    {
        float most = evidence.Labels.Length == 0 ? 0 : evidence.Labels.Max(l => l.Weight);
        float[] labelled = [.. Enumerable.Range(0, e.Length).Where(t => HasLabel(evidence, t, most)).Select(t => e[t])];
        return labelled.Length < LabelledMin ? double.NegativeInfinity : Quantiles.Of(labelled, MetByLabelFrom)[0];
    }

    private bool HasLabel(ConceptEvidence evidence, int track, float weight)
    {
        foreach (int label in _scorer.Tracks.GenresOf[track])
        {
            foreach ((int l, float w) in evidence.Labels)
            {
                if (l == label && w >= weight)
                    return true;
            }
        }

        return false;
    }

    /// <summary>The summands of one track's score.</summary>
    public IReadOnlyList<MoodPart> Explain(int track)
    {
        List<MoodPart> parts = [];
        foreach (Joined joined in _joined)
            AddParts(joined, track, parts);
        bool named = Wish.Concepts.Any(c => c.Concept.IsNamed && !c.IsNegated);
        foreach (GenreWant genre in RestOfGenres(Wish, named))
        {
            float fit = _scorer.GenreFit(genre, track);
            parts.Add(new MoodPart(MoodPartKind.Genre, genre.Phrase, [genre.Phrase], (Wish.Concepts.Count > 0 ? GenreBeside : GenreAlone) * fit, fit));
        }

        parts.AddRange(_scorer.ExplainRanges(Wish, RangeScale, track));
        parts.AddRange(_scorer.ExplainReferences(Wish, track));
        foreach (Likeness likeness in _likenesses)
        {
            float z = _knowledge.Facts.MainArtist[track] is >= 0 and var artist ? likeness.OfArtist[artist] : 0;
            string name = likeness.Reference.Name;
            parts.Add(new MoodPart(MoodPartKind.ArtistLikeness, $"{(z > 0 ? "an artist like" : "no artist like")} {name}", [name],
                likeness.Scale * z, z > 1 == likeness.Scale > 0 ? 1 : 0));
        }

        float fame = 0;
        for (int view = 0; view < _fame.Length; view++)
            fame += _fame[view] * _knowledge.Fame.Row(view)[track];
        parts.Add(new MoodPart(MoodPartKind.Fame, _fame.Length == 0 || fame > 0 == _fame[0] > 0 ? "well known" : "little known", [], fame, fame > 0 ? 1 : 0));
        if (Wish.Years is { } years && !_knowledge.Facts.SongYears.IsEmpty)
        {
            int year = _knowledge.Facts.SongYears.Span[track];
            string when = year == 0 ? "of unknown year" : $"from {year}";
            parts.Add(new MoodPart(MoodPartKind.Year, when, [years.ToString()], year == 0 ? -UnknownYear : 0, year > 0 ? 1 : 0));
        }

        Intruder kinds = (Intruder)_knowledge.Intruders.Span[track] & ~Wish.Allowed;
        if (IntruderTable.Default.PenaltyOf(kinds) is > 0 and var penalty)
            parts.Add(new MoodPart(MoodPartKind.Intruder, $"is {string.Join(", ", IntruderTable.Kinds(kinds).Select(IntruderTable.NameOf))}", [], -penalty, 0));
        return parts;
    }

    /// <summary>What a person should know of the best songs: of which concept hardly anything is known, and which gave way to the others.</summary>
    public IEnumerable<string> Shortfalls(int[] best)
    {
        Joined[] wanted = [.. _joined.Where(j => j.Asked is { IsNegated: false })];
        string[] lacking = [.. wanted.Where(j => best.Count(t => EvidenceOf(j, t) >= j.Median + NamedFrom * (j.Met - j.Median)) < best.Length / 2.0)
            .Select(j => $"'{j.Asked!.Phrase}'")];
        if (lacking.Length > 0)
            yield return wanted.Length == 1 ? $"few songs are known to be {lacking[0]}; shown is what comes nearest"
                : $"few songs have all of it: {string.Join(" and ", lacking)} gave way";
    }

    private static float EvidenceOf(Joined joined, int track) => joined.Evidence!.Sum[track] + joined.FeatureScale * joined.Features!.Of(track);

    private void AddParts(Joined joined, int track, List<MoodPart> parts)
    {
        List<MoodPart> own = joined.Asked is { } asked ? [.. new WishExplanation(_knowledge).PartsOf(asked, joined.Evidence!, track)] : [];
        string[] phrases = joined.Asked is null ? [] : [joined.Asked.Phrase];
        if (!joined.Features!.IsEmpty)
            own.Add(new MoodPart(MoodPartKind.Feature, joined.Asked?.Phrase ?? "how it sounds", phrases, joined.FeatureScale * joined.Features.Of(track), 0));
        float e = own.Sum(p => p.Part), score = joined.Of(e);
        if (joined.Asked is { IsNegated: true })
        {
            parts.Add(new MoodPart(MoodPartKind.Against, $"{(score < 0 ? "has" : "has nothing of")} {phrases[0]}", phrases, score, score < 0 ? 0 : 1));
            return;
        }

        float scale = joined.Bends ? JoinScale * joined.Weight / (float)joined.Spread : 1;
        parts.AddRange(own.Where(p => p.Part != 0).Select(p => p with { Part = p.Part * scale }));
        if (joined.Bends)
            parts.Add(new MoodPart(MoodPartKind.Joining, $"so much of {(phrases.Length > 0 ? phrases[0] : "it")} is enough", phrases, score - e * scale, 1));
        if (Lacks(joined, e))
            parts.Add(new MoodPart(MoodPartKind.Lacks, $"is not {phrases[0]}", phrases, -LacksNamed * joined.Weight, 0));
    }

    private static bool Lacks(Joined joined, float e) =>
        joined is { Asked: { IsNegated: false, Concept.IsNamed: true } } && e < joined.Median + NamedFrom * (joined.Met - joined.Median);

    /// <summary>Takes out songs with a label that is not wanted, and those of artists most of whose songs have it.</summary>
    /// <param name="from">The weight from which on a label is what was named: "without saxophone" does not take out jazz.</param>
    private void RuleOut(ConceptEvidence evidence, float from)
    {
        HashSet<int> labels = [.. evidence.Labels.Where(l => l.Weight >= from).Select(l => l.Label)];
        for (int t = 0; labels.Count > 0 && t < Total.Length; t++)
        {
            bool has = from < AgainstOtherLabelFrom
                && _knowledge.Facts.MainArtist[t] is >= 0 and var artist && evidence.LabelsOfArtist[artist] >= AgainstArtistFrom;
            foreach (int label in _scorer.Tracks.GenresOf[t])
                has |= labels.Contains(label);
            if (has)
                Total[t] = float.NegativeInfinity;
        }
    }

    private void AddRest(Wish wish)
    {
        bool named = wish.Concepts.Any(c => c.Concept.IsNamed && !c.IsNegated);
        foreach (GenreWant genre in RestOfGenres(wish, named))
            _scorer.AddGenre(genre, wish.Concepts.Count > 0 ? GenreBeside : GenreAlone, Total);
        _scorer.AddRanges(wish, RangeScale, Total);
        _scorer.AddReferences(wish, Total);
        foreach (WishReference reference in wish.References.Where(r => r.Use is Use.Resemble or Use.Avoid))
        {
            int[] artists = [.. reference.Tracks.Select(t => _knowledge.Facts.MainArtist[t]).Where(a => a >= 0).CountBy(a => a).OrderByDescending(a => a.Value)
                .Take(reference.Kind == ReferenceKind.Artist ? 1 : int.MaxValue).Select(a => a.Key)];
            float scale = (reference.Use == Use.Avoid ? -_scorer.Away : 1) * (reference.Kind == ReferenceKind.Artist ? LikeArtist : LikeArtistOfSong);
            float[] likeness = Array.ConvertAll(ArtistLikeness.To(_knowledge, artists), z => Math.Min(z, LikenessMost));
            AddLikeness(new Likeness(reference, likeness, scale / wish.References.Count(r => r.Use == reference.Use)));
        }
    }

    private void AddLikeness(Likeness likeness)
    {
        if (likeness.OfArtist.Length == 0)
            return;
        _likenesses.Add(likeness);
        for (int t = 0; t < Total.Length; t++)
            Total[t] += _knowledge.Facts.MainArtist[t] is >= 0 and var artist ? likeness.Scale * likeness.OfArtist[artist] : 0;
    }

    private static IEnumerable<GenreWant> RestOfGenres(Wish wish, bool named) =>
        named ? [] : wish.Genres.Where(g => !wish.Concepts.Any(c => IsOf(g.Phrase, c)));

    private void TakeIntruders(Intruder allowed)
    {
        ReadOnlySpan<ushort> kinds = _knowledge.Intruders.Span;
        Dictionary<ushort, float> penalties = [];
        for (int t = 0; t < Total.Length; t++)
        {
            if (kinds[t] != 0)
                Total[t] -= PenaltyOf(kinds[t], allowed, penalties);
        }
    }

    /// <summary>Leaves songs of other years out; those of unknown year come behind.</summary>
    private void TakeOtherYears(YearRange wanted)
    {
        ReadOnlySpan<short> years = _knowledge.Facts.SongYears.Span;
        for (int t = 0; t < Total.Length; t++)
            Total[t] += wanted.Contains(years[t]) ? 0 : years[t] == 0 ? -UnknownYear : float.NegativeInfinity;
    }

    private static float PenaltyOf(ushort kinds, Intruder allowed, Dictionary<ushort, float> known)
    {
        if (!known.TryGetValue(kinds, out float penalty))
            known[kinds] = penalty = IntruderTable.Default.PenaltyOf((Intruder)kinds & ~allowed);
        return penalty;
    }

    /// <summary>An artist's best known songs before the others, so that not one artist has the first ten places.</summary>
    private const float OfArtist = 0.3f;

    /// <summary>What a standard deviation of each view of fame adds.</summary>
    private static float[] FameWeights(Wish wish)
    {
        WishConcept[] positive = [.. wish.Concepts.Where(c => !c.IsNegated)];
        bool obscure = wish.Concepts.Any(c => c.Concept.Kind == (c.IsNegated ? ConceptKind.Fame : ConceptKind.Obscure));
        if (obscure)
            return [-0.3f, -0.3f, 0, 0];
        float scale = positive.Any(c => c.Concept.Kind == ConceptKind.Fame) ? 1.6f : 1;
        return positive.Length == 0 ? [0.2f, 0.1f, 0, OfArtist]
            : [0.2f * scale, (positive.Any(c => c.Concept.IsNamed) ? 0.4f : 0.3f) * scale, 0.1f * scale, OfArtist];
    }

    private static bool IsOf(FeatureWant want, WishConcept concept) => want.Phrases.Any(p => IsOf(p, concept));

    private static bool IsOf(string phrase, WishConcept concept)
    {
        string normal = WishTokens.Normalize(phrase), asked = WishTokens.Normalize(concept.Phrase);
        return concept.Concept.Phrases.Contains(normal) || $" {asked} ".Contains($" {normal} ", StringComparison.Ordinal)
            || concept.IsNegated && $" {normal} ".Contains($" {asked} ", StringComparison.Ordinal);
    }
}
