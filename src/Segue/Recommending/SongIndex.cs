using System.Numerics.Tensors;
using Segue.Catalogue;
using Segue.Mood;
using Segue.Mood.Knowledge;
using Segue.Numerics;
using Segue.VectorSearch;

namespace Segue.Recommending;

/// <summary>The songs that can be recommended, with all that is known of how they feel: features as percentiles, and vectors of their
/// descriptions.</summary>
internal sealed class SongIndex
{
    private readonly ReadOnlyMemory<int> _trackOfRow;
    private readonly Lazy<IVectorIndex> _vectors;

    /// <param name="tracks">The catalogue.</param>
    /// <param name="percentiles">What <see cref="FeaturePercentiles.Compute"/> made of it.</param>
    /// <param name="vectors">The vectors of descriptions; a track whose embedding failed has none.</param>
    /// <param name="regions">Where the songs of each mood lie (<see cref="MoodRegions.Learn"/>); null ranks by the features alone.</param>
    /// <param name="trackOfRow">The track of each row of <paramref name="vectors"/>, ascending.</param>
    /// <param name="embedder">What made the vectors.</param>
    /// <exception cref="ArgumentException">The parts are not about the same tracks.</exception>
    /// <param name="knowledge">What is known of the songs beyond how they sound (<see cref="SongKnowledge.Learn"/>); null ranks by features and
    /// genres alone.</param>
    public SongIndex(
        Tracks tracks, MatrixView percentiles, MoodRegions? regions, IVectorIndex vectors, ReadOnlyMemory<int> trackOfRow,
            string embedder, SongKnowledge? knowledge = null)
        : this(tracks, percentiles, regions, new Lazy<IVectorIndex>(vectors), trackOfRow, embedder, knowledge)
    {
    }

    /// <summary>With vectors that are opened when they are first needed: a wish in words needs none, and reading them is most of the time to open a
    /// database.</summary>
    public SongIndex(
        Tracks tracks, MatrixView percentiles, MoodRegions? regions, Lazy<IVectorIndex> vectors, ReadOnlyMemory<int> trackOfRow,
            string embedder, SongKnowledge? knowledge = null)
    {
        if (percentiles.Rows != MoodFeatures.Count || percentiles.Columns != tracks.Count)
            throw new ArgumentException($"{percentiles.Rows} × {percentiles.Columns} percentiles are not those of {tracks.Count} tracks.");
        int last = -1;
        foreach (int track in trackOfRow.Span)
        {
            if (track <= last || track >= tracks.Count)
                throw new ArgumentException($"A vector is said to be track {track}'s, of {tracks.Count}.", nameof(trackOfRow));
            last = track;
        }

        (Tracks, Percentiles, Regions, _vectors, _trackOfRow, Embedder) = (tracks, percentiles, regions, vectors, trackOfRow, embedder);
        Knowledge = knowledge;
        Scorer = new MoodScorer(tracks, percentiles, regions, knowledge);
    }

    public Tracks Tracks { get; }

    /// <summary>One row a feature, one column a track: the share of songs with less of it, 0..1 (<see cref="FeaturePercentiles"/>).</summary>
    public MatrixView Percentiles { get; }

    public MoodRegions? Regions { get; }

    /// <summary>What is known of the songs beyond how they sound.</summary>
    public SongKnowledge? Knowledge { get; }

    /// <summary>The year in which each song came out, 0 where unknown; empty where none is known.</summary>
    public ReadOnlyMemory<short> SongYears => Knowledge?.Facts.SongYears ?? Tracks.Columns.Years;

    /// <summary>How well each song meets a wish.</summary>
    public MoodScorer Scorer { get; }

    /// <summary>The vectors of descriptions, by row; <see cref="TrackOfRow"/> says whose.</summary>
    /// <exception cref="SegueException">Opening them found that they are damaged, or not of these tracks.</exception>
    public IVectorIndex Vectors => _vectors.Value is var vectors && vectors.RowLimit <= _trackOfRow.Length
        ? vectors
        : throw new SegueException($"{vectors.RowLimit} vectors are not those of {_trackOfRow.Length} tracks; build the database anew");

    public ReadOnlyMemory<int> TrackOfRow => _trackOfRow;

    /// <summary>What made the vectors, e.g. "static" or "onnx:all-MiniLM-L6-v2". Queries must be embedded by the same.</summary>
    public string Embedder { get; }

    /// <summary>What tells songs apart: equal for all versions of one.</summary>
    internal (int Artist, string Title) SongOf(int track) =>
        Knowledge is { } knowledge ? (knowledge.Facts.VersionOf.Span[track], "") : SongVersion.Of(Tracks, track);

    /// <summary>A track's vector at length 1; empty when it has none.</summary>
    public float[] VectorOf(int track)
    {
        int row = _trackOfRow.Span.BinarySearch(track);
        if (row < 0)
            return [];
        float[] vector = new float[Vectors.Dimensions];
        Vectors.CopyVector(row, vector);
        float length = TensorPrimitives.Norm<float>(vector);
        if (length > 0)
            TensorPrimitives.Divide(vector, length, vector);
        return vector;
    }

    /// <summary>The tracks whose vectors are nearest to a track's, itself among them; none when it has no vector.</summary>
    public IReadOnlyList<int> Neighbors(int track, int count)
    {
        float[] vector = VectorOf(track);
        return vector.Length == 0 ? [] : [.. Vectors.Search(vector, count).Select(n => _trackOfRow.Span[n.Row])];
    }
}

/// <summary>
/// How alike two songs feel, 0..1: half by their audio features, the rest by what they are (genre) and by the vectors of their descriptions.
/// Feature distance is a weighted mean of percentile differences: percentiles, because half of all songs have an instrumentalness of nearly 0 and a
/// raw difference would only see the other half. Weights found by listening to neighbours of well-known songs; no claim that they are optimal.
/// </summary>
internal sealed class SongLikeness(SongIndex songs)
{
    private const double FeelWeight = 0.55, GenreWeight = 0.25, VectorWeight = 0.2;

    /// <summary>How much each feature counts in how a song sounds.</summary>
    internal static readonly IReadOnlyList<(AudioFeature Feature, double Weight)> Feel =
    [
        (AudioFeature.Energy, 1.2), (AudioFeature.Valence, 1.2), (AudioFeature.Danceability, 1), (AudioFeature.Acousticness, 1), (AudioFeature.Tempo, 0.7),
        (AudioFeature.Instrumentalness, 0.8), (AudioFeature.Loudness, 0.7), (AudioFeature.Speechiness, 0.6), (AudioFeature.Liveness, 0.3), (AudioFeature.Mode, 0.3),
    ];

    private static readonly double s_weights = Feel.Sum(f => f.Weight);

    public double Of(int a, int b) => Of(Look(a), Look(b));

    /// <summary>The likeness of each candidate to its nearest seed, or to all of them on the mean.</summary>
    /// <param name="seeds">The songs to be like.</param>
    /// <param name="candidates">The songs to judge.</param>
    /// <param name="toAll">True: the mean over the seeds; false: the largest (a listener has several moods, and one is enough).</param>
    /// <param name="likeness">Receives one a candidate, 0..1.</param>
    /// <param name="nearest">Receives the seed each candidate is most like.</param>
    public void ToSeeds(ReadOnlySpan<int> seeds, ReadOnlySpan<int> candidates, bool toAll, Span<double> likeness, Span<int> nearest)
    {
        double[] each = ToEach(seeds, candidates);
        for (int c = 0; c < candidates.Length; c++)
        {
            ReadOnlySpan<double> row = each.AsSpan(c * seeds.Length, seeds.Length);
            if (row.IsEmpty)
            {
                likeness[c] = 0;
                continue;
            }

            int best = TensorPrimitives.IndexOfMax(row);
            nearest[c] = seeds[best];
            likeness[c] = toAll ? TensorPrimitives.Average(row) : row[best];
        }
    }

    /// <summary>The likeness of each candidate to each seed.</summary>
    /// <returns>candidates × seeds, row-major, 0..1.</returns>
    internal double[] ToEach(ReadOnlySpan<int> seeds, ReadOnlySpan<int> candidates)
    {
        Song[] from = new Song[seeds.Length];
        for (int s = 0; s < from.Length; s++)
            from[s] = Look(seeds[s]);
        double[] each = new double[(long)candidates.Length * from.Length];
        int at = 0;
        foreach (int candidate in candidates)
        {
            Song song = Look(candidate);
            foreach (Song seed in from)
                each[at++] = Of(seed, song);
        }

        return each;
    }

    /// <summary>The weighted mean likeness of each candidate to groups of seeds. Cosines add up, so a group's vectors are compared as one: half of
    /// the time.</summary>
    /// <param name="groupOf">The group of each seed, 0-based.</param>
    /// <param name="weights">What each seed adds to its group's mean.</param>
    /// <returns>candidates × groups, row-major.</returns>
    internal double[] ToGroups(ReadOnlySpan<int> seeds, ReadOnlySpan<int> groupOf, ReadOnlySpan<double> weights, int groups, ReadOnlySpan<int> candidates)
    {
        Song[] from = new Song[seeds.Length];
        float[][] vectors = [.. Enumerable.Range(0, groups).Select(_ => new float[songs.Vectors.Dimensions])];
        double[] ofVectors = new double[groups];
        for (int s = 0; s < from.Length; s++)
        {
            from[s] = Look(seeds[s]);
            if (from[s].Vector.Length == 0)
                continue;
            TensorPrimitives.MultiplyAdd(from[s].Vector, (float)weights[s], vectors[groupOf[s]], vectors[groupOf[s]]);
            ofVectors[groupOf[s]] += weights[s];
        }

        double[] means = new double[(long)candidates.Length * groups];
        for (int c = 0; c < candidates.Length; c++)
        {
            Song song = Look(candidates[c]);
            Span<double> mean = means.AsSpan(c * groups, groups);
            for (int s = 0; s < from.Length; s++)
                mean[groupOf[s]] += weights[s] * OfSound(from[s], song);
            for (int g = 0; g < groups && song.Vector.Length > 0; g++)
                mean[g] += VectorWeight * (TensorPrimitives.Dot<float>(vectors[g], song.Vector) + ofVectors[g]) / 2;
        }

        return means;
    }

    /// <summary>How far every song of the catalogue is by its audio features alone from the weighted mean of some.</summary>
    /// <param name="distances">Receives one a track, 0..1.</param>
    internal void FeelDistances(ReadOnlySpan<int> to, ReadOnlySpan<double> weights, Span<float> distances)
    {
        distances.Clear();
        float[] difference = new float[distances.Length];
        double all = TensorPrimitives.Sum(weights);
        foreach ((AudioFeature feature, double weight) in Feel)
        {
            ReadOnlySpan<float> row = songs.Percentiles.Row((int)feature);
            double mean = 0;
            for (int i = 0; i < to.Length; i++)
                mean += weights[i] / all * row[to[i]];
            TensorPrimitives.Subtract(row, (float)mean, difference);
            TensorPrimitives.Abs(difference, difference);
            TensorPrimitives.MultiplyAdd(difference, (float)(weight / s_weights), distances, distances);
        }
    }

    /// <summary>What is compared of a song: percentiles times their weights, which add up to 1, and the vector.</summary>
    private readonly record struct Song(int Track, float[] Feel, float[] Vector);

    private Song Look(int track)
    {
        float[] feel = new float[Feel.Count];
        for (int f = 0; f < feel.Length; f++)
            feel[f] = (float)(Feel[f].Weight / s_weights) * songs.Percentiles.Row((int)Feel[f].Feature)[track];
        return new Song(track, feel, songs.VectorOf(track));
    }

    private double Of(in Song a, in Song b)
    {
        double cosine = a.Vector.Length > 0 && b.Vector.Length > 0 ? Math.Clamp((TensorPrimitives.Dot<float>(a.Vector, b.Vector) + 1) / 2, 0, 1) : 0;
        return OfSound(a, b) + VectorWeight * cosine;
    }

    /// <summary>The part of a likeness that is no vector's.</summary>
    private double OfSound(in Song a, in Song b)
    {
        float[] x = a.Feel, y = b.Feel;
        float distance = 0;
        for (int f = 0; f < x.Length; f++)
            distance += Math.Abs(x[f] - y[f]);
        return FeelWeight * (1 - distance) + GenreWeight * SharedGenre(a.Track, b.Track);
    }

    /// <summary>Shared genres over the smaller number of genres.</summary>
    private double SharedGenre(int a, int b)
    {
        ReadOnlySpan<int> mine = songs.Tracks.GenresOf[a], theirs = songs.Tracks.GenresOf[b];
        int shared = 0;
        foreach (int g in mine)
            shared += theirs.Contains(g) ? 1 : 0;
        int fewer = Math.Min(mine.Length, theirs.Length);
        return fewer == 0 ? 0 : (double)shared / fewer;
    }
}
