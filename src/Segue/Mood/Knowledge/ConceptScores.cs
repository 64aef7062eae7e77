using System.Collections.Concurrent;
using System.Numerics.Tensors;
using Segue.Mood.Concepts;

namespace Segue.Mood.Knowledge;

/// <summary>What each kind of evidence says of a concept; what the wish asks of the features comes to it in <see cref="WishScores"/>.</summary>
internal sealed class ConceptEvidence
{
    public required Concept Concept { get; init; }

    public required ConceptWeights Weights { get; init; }

    /// <summary>Tags: one an artist, standardized over the songs, within −2..4.</summary>
    public required float[] Tags { get; init; }

    /// <summary>The best weight of the concept's labels times the share of the artist's songs that have it.</summary>
    public required float[] LabelsOfArtist { get; init; }

    /// <summary>The labels of the catalogue that speak for it.</summary>
    public required (int Label, float Weight)[] Labels { get; init; }

    /// <summary>Tracks with a word of the concept in their title (1) or album (0.5).</summary>
    public required Dictionary<int, float> Named { get; init; }

    /// <summary>The concept's compilations.</summary>
    public required int[] Compilations { get; init; }

    /// <summary>The tracks on one of them.</summary>
    public required HashSet<int> On { get; init; }

    /// <summary>Like the songs of its compilations: one a track; empty where there are none.</summary>
    public required float[] Like { get; init; }

    /// <summary>The weighted sum of all this: one a track.</summary>
    public required float[] Sum { get; init; }
}

/// <summary>Scores concepts by what tags, labels, compilations and names say, and keeps the last ones.</summary>
internal sealed class ConceptScores(SongKnowledge knowledge, EvidenceParts parts)
{
    private const float ZLow = -2, ZHigh = 4, OwnTag = 1.25f, OtherVoice = 0.8f, CompilationsHalf = 2, LanguageShare = 2;
    private const float InDecade = 4, TaggedOften = 20, SaidShare = 0.02f;
    private const int KeptMax = 96;

    /// <summary>What their names give away says as much as a label where it is asked for.</summary>
    internal const Intruder Said = Intruder.Noise | Intruder.Spoken | Intruder.Christmas | Intruder.Karaoke;

    private readonly ConcurrentDictionary<string, ConceptEvidence> _kept = new(StringComparer.Ordinal);

    public ConceptEvidence Of(Concept concept)
    {
        if (_kept.TryGetValue(concept.Key, out ConceptEvidence? known))
            return known;
        if (_kept.Count >= KeptMax)
            _kept.Clear();
        return _kept.GetOrAdd(concept.Key, _ => Make(concept));
    }

    private ConceptEvidence Make(Concept concept)
    {
        CatalogueFacts facts = knowledge.Facts;
        int[] compilations = knowledge.Compilations.For(concept);
        HashSet<int> on = Members(compilations);
        ConceptEvidence evidence = new()
        {
            Concept = concept,
            Weights = ConceptWeights.Of(concept.Kind).With(parts),
            Tags = TagsOf(concept),
            Labels = Labels(concept),
            LabelsOfArtist = LabelsOfArtist(Labels(concept)),
            Named = Names(concept),
            Compilations = compilations,
            On = on,
            Like = on.Count == 0 ? [] : LikeOf(on, compilations.Length),
            Sum = new float[facts.Tracks.Count],
        };
        Add(evidence);
        return evidence;
    }

    private void Add(ConceptEvidence evidence)
    {
        CatalogueFacts facts = knowledge.Facts;
        ConceptWeights weights = evidence.Weights;
        float[] labels = new float[facts.Tracks.GenreNames.Count], ofArtist = new float[evidence.Tags.Length], sum = evidence.Sum;
        foreach ((int label, float weight) in evidence.Labels)
            labels[label] = weight * weights.Label;
        for (int a = 0; a < ofArtist.Length; a++)
            ofArtist[a] = weights.Tags * evidence.Tags[a] + weights.LabelsOfArtist * evidence.LabelsOfArtist[a];
        Intruder asked = evidence.Concept.Allows & Said;
        for (int t = 0; t < sum.Length; t++)
        {
            float best = ((Intruder)knowledge.Intruders.Span[t] & asked) != Intruder.None ? weights.Label : 0, worst = 0;
            foreach (int label in facts.Tracks.GenresOf[t])
                (best, worst) = (Math.Max(best, labels[label]), Math.Min(worst, labels[label]));
            sum[t] = best + worst + (facts.MainArtist[t] is >= 0 and var artist ? ofArtist[artist] : 0);
        }

        ReadOnlySpan<short> years = evidence.Concept.Years is null ? [] : facts.SongYears.Span;
        for (int t = 0; t < years.Length; t++)
            sum[t] += Dated(evidence.Concept, years[t]);
        if (evidence.Like.Length > 0)
            TensorPrimitives.MultiplyAdd(evidence.Like, weights.Like, sum, sum);
        foreach (int track in evidence.On)
            sum[track] += weights.On;
        foreach ((int track, float named) in evidence.Named)
            sum[track] += weights.Name * named;
    }

    /// <summary>What a year says of a decade; nothing where it is unknown.</summary>
    internal static float Dated(Concept concept, int year) =>
        year == 0 || concept.Years is not { } years ? 0 : years.Contains(year) ? InDecade : -InDecade;

    /// <summary>Tags of a concept, for a voice less those of the other.</summary>
    private float[] TagsOf(Concept concept)
    {
        float[] tags = Standardized(concept);
        if (concept.Kind == ConceptKind.Place)
            Deny(concept, tags);
        if (concept.Kind != ConceptKind.Voice || tags.Length == 0)
            return tags;
        foreach (Concept other in ConceptTable.Default.All.Where(c => c.Kind == ConceptKind.Voice && c.Name != concept.Name))
            TensorPrimitives.MultiplyAdd(Standardized(other), -OtherVoice, tags, tags);
        return tags;
    }

    /// <summary>
    /// Who was tagged often and hardly ever as from a place is not from there, however like those from there; and where no label tells who is, only
    /// tags do: what a language sounds like is a guess.
    /// </summary>
    private void Deny(Concept concept, float[] tags)
    {
        TagSpace space = knowledge.Tags;
        Dictionary<int, float> given = [];
        foreach (int tag in concept.Tags.Select(t => space.Find(t.Name)).Where(t => t >= 0))
        {
            for (int k = 0; k < space.Artists[tag].Length; k++)
                given[space.Artists[tag][k]] = given.GetValueOrDefault(space.Artists[tag][k]) + space.People[tag][k];
        }

        bool hasLabel = concept.Labels.Any(l => l.Weight > 0 && knowledge.LabelIndex(l.Name) >= 0);
        for (int a = 0; a < tags.Length; a++)
        {
            float all = space.GivenTo(a), own = given.GetValueOrDefault(a);
            bool isSaid = own > 0 && (all < TaggedOften || own >= SaidShare * all);
            if (tags[a] > 0 && !isSaid && (!hasLabel || all >= TaggedOften))
                tags[a] = 0;
        }
    }

    /// <summary>Σ w·z / √Σw² over the concept's tags, standardized over the songs.</summary>
    private float[] Standardized(Concept concept)
    {
        TagSpace space = knowledge.Tags;
        float[] values = new float[knowledge.Facts.SongsOfMain.Count];
        (int Tag, float Weight)[] tags = [.. concept.Tags.Select(t => (space.Find(t.Name), t.Weight)).Where(t => t.Item1 >= 0)];
        if (tags.Length == 0)
            return values;
        float[] mixed = new float[space.Columns];
        float length = MathF.Sqrt(tags.Sum(t => t.Weight * t.Weight));
        foreach ((int tag, float weight) in tags)
            TensorPrimitives.MultiplyAdd(space.Ridge(tag), weight / length, mixed, mixed);
        knowledge.Artists.Project(mixed.AsSpan(0, space.Columns - 1), 1, values);
        TensorPrimitives.Add(values, mixed[^1], values);
        foreach ((int tag, float weight) in tags)
        {
            for (int k = 0; k < space.Artists[tag].Length; k++)
                values[space.Artists[tag][k]] += weight / length * OwnTag * space.Shares[tag][k];
        }

        return knowledge.OverSongs(values, ZLow, ZHigh);
    }

    private (int Label, float Weight)[] Labels(Concept concept) =>
        [.. concept.Labels.Select(l => (knowledge.LabelIndex(l.Name), l.Weight)).Where(l => l.Item1 >= 0)];

    private float[] LabelsOfArtist((int Label, float Weight)[] labels)
    {
        float[] best = new float[knowledge.Facts.SongsOfMain.Count], worst = new float[best.Length];
        foreach ((int label, float weight) in labels)
        {
            foreach ((int artist, float share) in knowledge.Facts.ArtistsOfLabel[label])
                (best[artist], worst[artist]) = (Math.Max(best[artist], weight * share), Math.Min(worst[artist], weight * share));
        }

        TensorPrimitives.Add(best, worst, best);
        return best;
    }

    /// <summary>
    /// Tracks whose title or album has a word of the concept. The words of a place are those of its language: what counts is how many of an artist's
    /// titles are in it.
    /// </summary>
    private Dictionary<int, float> Names(Concept concept)
    {
        Dictionary<int, float> named = [];
        if (concept.Kind == ConceptKind.Place)
            return InLanguage([.. concept.TitleWords.SelectMany(knowledge.Titles.With).Distinct()]);
        foreach (int track in concept.TitleWords.SelectMany(knowledge.Albums.With))
            named[track] = 0.5f;
        foreach (int track in concept.TitleWords.SelectMany(knowledge.Titles.With))
            named[track] = 1;
        return named;
    }

    private Dictionary<int, float> InLanguage(int[] titled)
    {
        Dictionary<int, float> named = [];
        foreach (IGrouping<int, int> artist in titled.GroupBy(t => knowledge.Facts.MainArtist[t]).Where(a => a.Key >= 0))
        {
            ReadOnlySpan<int> songs = knowledge.Facts.SongsOfMain[artist.Key];
            float share = Math.Min(1, LanguageShare * artist.Count() / (songs.Length + 1f));
            foreach (int song in songs)
                named[song] = share;
        }

        return named;
    }

    /// <summary>The tracks of some compilations, in all their versions.</summary>
    private HashSet<int> Members(int[] compilations)
    {
        HashSet<int> versions = [];
        foreach (int c in compilations)
        {
            foreach (int song in knowledge.Compilations.Songs[c])
                versions.Add(song);
        }

        ReadOnlyMemory<int> versionOf = knowledge.Facts.VersionOf;
        return versions.Count == 0 ? versions : [.. Enumerable.Range(0, versionOf.Length).Where(t => versions.Contains(versionOf.Span[t]))];
    }

    private float[] LikeOf(HashSet<int> on, int compilations)
    {
        float[] like = new float[knowledge.Tracks.Count];
        knowledge.Ridge.Predict(on, like);
        Fame.Standardize(like);
        TensorPrimitives.Min(like, ZHigh, like);
        TensorPrimitives.Max(like, ZLow, like);
        TensorPrimitives.Multiply(like, compilations / (compilations + CompilationsHalf), like);
        return like;
    }
}
