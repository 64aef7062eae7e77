using Segue.Catalogue;
using Segue.Mood.Concepts;
using Segue.Numerics;

namespace Segue.Mood.Knowledge;

/// <summary>
/// What is known of a catalogue's songs beyond how they sound, made once and kept beside the index: versions, fame, compilations, the words of names,
/// what is no music for listening, and, where listeners' plays and tags are at hand, vectors of all artists and what tags say of them. Without those,
/// tags say nothing and the rest stands. Immutable but for the scores of concepts, which are kept as they are asked for; safe for many threads.
/// </summary>
internal sealed class SongKnowledge : IWishVocabulary
{
    /// <summary>A title word that fewer songs have says nothing of a kind of song.</summary>
    private const int TitleSongsMin = 5;

    // What tells of a concept: a label or tag that is mostly it, given often enough, or lists made for it.
    private const float LabelClear = 0.4f, TagClear = 0.6f;
    private const int TagUsesFew = 30, CompilationsFew = 2;

    private float[]? _lengths, _labelLengths;
    private readonly Dictionary<string, int> _labelIndex = new(StringComparer.Ordinal);

    internal SongKnowledge(
        CatalogueFacts facts, MatrixView fame, ReadOnlyMemory<ushort> intruders, Compilations compilations, NameWords titles, NameWords albums,
        ArtistSpace artists, TagSpace tags, CompilationRidge ridge, ReadOnlyMemory<sbyte> cosines)
    {
        (Facts, Fame, Intruders, Compilations, Titles, Albums) = (facts, fame, intruders, compilations, titles, albums);
        (Artists, Tags, Ridge, Cosines) = (artists, tags, ridge, cosines);
        for (int g = 0; g < facts.Tracks.GenreNames.Count; g++)
            _labelIndex.TryAdd(WishTokens.Normalize(facts.Tracks.GenreNames[g]), g);
        Concepts = new ConceptScores(this, EvidenceParts.All);
    }

    private SongKnowledge(SongKnowledge other, EvidenceParts parts)
        : this(other.Facts, other.Fame, other.Intruders, other.Compilations, other.Titles, other.Albums, other.Artists, other.Tags, other.Ridge, other.Cosines) =>
        (Concepts, Parts) = (new ConceptScores(this, parts), parts);

    /// <summary>The same with some kinds of evidence taken away, to measure what they are worth.</summary>
    internal SongKnowledge With(EvidenceParts parts) => new(this, parts);

    internal EvidenceParts Parts { get; } = EvidenceParts.All;

    public Tracks Tracks => Facts.Tracks;

    /// <summary>Whether listeners' tags and plays are part of it.</summary>
    public bool KnowsListeners => Artists.Dimensions > 0;

    internal CatalogueFacts Facts { get; }

    /// <summary>One row a view of how well known a song is, one column a track, standardized.</summary>
    internal MatrixView Fame { get; }

    /// <summary><see cref="Intruder"/> flags, one a track.</summary>
    internal ReadOnlyMemory<ushort> Intruders { get; }

    internal Compilations Compilations { get; }

    internal NameWords Titles { get; }

    internal NameWords Albums { get; }

    internal ArtistSpace Artists { get; }

    internal TagSpace Tags { get; }

    /// <summary>The length of each artist's vector.</summary>
    internal float[] ArtistLengths => LazyInitializer.EnsureInitialized(ref _lengths, () => Artists.Lengths());

    /// <summary>The length of each artist's shares of labels.</summary>
    internal float[] LabelLengths => LazyInitializer.EnsureInitialized(ref _labelLengths, MeasureLabels);

    private float[] MeasureLabels()
    {
        float[] lengths = new float[Facts.SongsOfMain.Count];
        for (int label = 0; label < Facts.ArtistsOfLabel.Count; label++)
        {
            foreach ((int artist, float share) in Facts.ArtistsOfLabel[label])
                lengths[artist] += share * share;
        }

        return Array.ConvertAll(lengths, MathF.Sqrt);
    }

    internal CompilationRidge Ridge { get; }

    internal ReadOnlyMemory<sbyte> Cosines { get; }

    internal ConceptScores Concepts { get; }

    /// <summary>Learns all of it; some seconds for 100,000 songs. The same data give the same bytes on any number of threads.</summary>
    /// <param name="percentiles">The tracks' <see cref="FeaturePercentiles"/>.</param>
    /// <param name="listeners">Plays and tags; null where there are none.</param>
    public static SongKnowledge Learn(Tracks tracks, MatrixView percentiles, ListenerEvidence? listeners = null, CancellationToken cancel = default)
    {
        CatalogueFacts facts = CatalogueFacts.Of(tracks);
        int[] playedOf = PlayedOf(tracks, listeners);
        ArtistSpace artists = ArtistSpace.Empty;
        TagSpace tags = TagSpace.Empty;
        if (listeners is not null && playedOf.Any(p => p >= 0))
        {
            TagCounts? counts = listeners.Side is { Taggings.Count: > 0 } side ? TagCounts.Of(side, listeners.Artists.Count) : null;
            ArtistVectors vectors = ArtistVectors.Learn(listeners, counts, new ArtistSongs(facts, percentiles), playedOf, cancel);
            artists = new ArtistSpace(Array.ConvertAll(vectors.OfCatalogue, v => (Half)v), vectors.Known, vectors.Dimensions);
            tags = counts is null ? tags : TagSpace.Learn(counts, vectors, listeners, playedOf, cancel);
        }

        Compilations compilations = Compilations.Of(facts);
        sbyte[] cosines = CompilationRidge.MakeCosines(percentiles);
        Ridge ridge = CompilationRidge.Learn(facts, percentiles, artists, cosines, compilations, cancel);
        int[] known = listeners is null ? [] : [.. playedOf.Select(p => p < 0 ? 0 : listeners.Listeners.Span[p])];
        return new SongKnowledge(facts, Knowledge.Fame.Of(facts, known), IntruderRules.Of(facts), compilations, NameWords.Of(tracks.Titles), NameWords.Of(tracks.Albums),
            artists, tags, new CompilationRidge(facts, percentiles, artists, cosines, new Lazy<Ridge>(ridge)), cosines);
    }

    /// <inheritdoc/>
    public string? Label(string phrase) => _labelIndex.TryGetValue(phrase, out int label) ? Tracks.GenreNames[label] : null;

    /// <summary>The genre of this name in any spelling, or −1.</summary>
    internal int LabelIndex(string name) => _labelIndex.GetValueOrDefault(WishTokens.Normalize(name), -1);

    /// <summary>The share of an artist's songs that have a label.</summary>
    internal float ShareOf(int label, int artist)
    {
        foreach ((int other, float share) in Facts.ArtistsOfLabel[label])
        {
            if (other == artist)
                return share;
        }

        return 0;
    }

    /// <summary>Artists' values standardized, each counted once a song, and kept within bounds; in place.</summary>
    internal float[] OverSongs(float[] values, float low, float high)
    {
        double songs = 0, sum = 0, square = 0;
        for (int a = 0; a < values.Length; a++)
        {
            int count = Facts.SongsOfMain[a].Length;
            (songs, sum, square) = (songs + count, sum + count * (double)values[a], square + count * (double)values[a] * values[a]);
        }

        double mean = sum / Math.Max(1, songs), deviation = Math.Sqrt(Math.Max(0, square / Math.Max(1, songs) - mean * mean));
        for (int a = 0; a < values.Length; a++)
            values[a] = deviation < 1e-9 ? 0 : Math.Clamp((float)((values[a] - mean) / deviation), low, high);
        return values;
    }

    /// <inheritdoc/>
    public string? Tag(string phrase) => Tags.Find(phrase) is >= 0 and var tag && Tags.IsName(tag) ? Tags.Names[tag] : null;

    /// <inheritdoc/>
    public bool KnowsYears => !Tracks.Years.IsEmpty;

    /// <inheritdoc/>
    public bool Tells(Concept concept) =>
        KnowsYears && concept.Years is not null
        || concept.Labels.Any(l => l.Weight >= LabelClear && LabelIndex(l.Name) >= 0)
        || TagUsesOf(concept) >= TagUsesFew
        || Compilations.For(concept).Length >= CompilationsFew;

    private int TagUsesOf(Concept concept) =>
        concept.Tags.Where(t => t.Weight >= TagClear).Select(t => Tags.Find(t.Name)).Where(t => t >= 0).Sum(Tags.UsesOf);

    /// <inheritdoc/>
    public bool IsTitleWord(string word) => Titles.Count(word) >= TitleSongsMin || Compilations.HasWord(word);

    private static int[] PlayedOf(Tracks tracks, ListenerEvidence? listeners)
    {
        int[] played = new int[tracks.ArtistNames.Count];
        for (int a = 0; a < played.Length; a++)
            played[a] = listeners?.Artists.ByName.Find(tracks.ArtistNames[a]) ?? -1;
        return played;
    }
}
