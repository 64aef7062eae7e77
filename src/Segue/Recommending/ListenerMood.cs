using System.Numerics.Tensors;
using Segue.Catalogue;
using Segue.Mood;
using Segue.Numerics;

namespace Segue.Recommending;

/// <summary>One of the moods that live in a listener.</summary>
/// <param name="Song">The loved song that is nearest to the others of this mood: what the mood is called by.</param>
/// <param name="Share">How much of what the listener loves belongs to it, 0..1; the shares of a listener's moods add up to 1.</param>
/// <param name="Songs">The loved songs that belong to it.</param>
/// <param name="Feel">In what most of them stand out, e.g. "calm and sad"; empty when in nothing.</param>
internal sealed record MoodCenter(int Song, double Share, IReadOnlyList<int> Songs, string Feel);

/// <summary>
/// The mood of a listener, read from songs they love. Nobody has one mood only: the songs are partitioned around medoids (<see cref="KMedoids"/>) by
/// how alike they feel, into the fewest groups whose mean silhouette is within <see cref="Elbow"/> of the best, up to <see cref="CentersMax"/>; into
/// one where no partition reaches <see cref="SilhouetteMin"/>; never so that a mood has less than <see cref="ShareMin"/>. A song is judged by its
/// best mood: shareᵝ · (mean likeness to the songs of that mood), weighted as the songs are loved.
/// </summary>
internal sealed class ListenerMood : ISongMood
{
    /// <summary>More than four moods cannot be told from some thirty artists' songs.</summary>
    private const int CentersMax = 4;

    /// <summary>
    /// Kaufman and Rousseeuw (1990) call less than 0.25 "no substantial structure"; likenesses lie closer together than their distances. With 0.2
    /// half of the listeners of Last.fm-2K have one mood, a fifth two, a quarter more. More moods serve more of what a listener likes (the hidden
    /// artists' songs are nearer to a list: 1.43 standard deviations with as many as four, 1.46 with one), fewer serve the largest better (the list
    /// is nearer to them: 1.33 with one, 1.38).
    /// </summary>
    private const double SilhouetteMin = 0.2;

    /// <summary>Silhouettes rise with every split of songs into artists; what is gained must be more than that.</summary>
    private const double Elbow = 0.03;

    /// <summary>A mood of less is a stray song.</summary>
    private const double ShareMin = 0.1;

    /// <summary>β: what a mood of half of the love loses against a mood of all is 7%, about as much as one song of the right genre differs from the
    /// next.</summary>
    private const double ShareExponent = 0.1;

    private readonly SongIndex _songs;
    private readonly SongLikeness _likeness;
    private readonly int[] _loved, _centerOf;
    private readonly double[] _weights, _inCenter;

    /// <param name="songs">The catalogue.</param>
    /// <param name="loved">Songs the listener loves, each once, and how much, positive; at least one.</param>
    public ListenerMood(SongIndex songs, IReadOnlyList<(int Track, double Weight)> loved)
    {
        ArgumentOutOfRangeException.ThrowIfZero(loved.Count, nameof(loved));
        (_songs, _likeness) = (songs, new SongLikeness(songs));
        _loved = [.. loved.Select(l => l.Track)];
        double all = loved.Sum(l => l.Weight);
        _weights = [.. loved.Select(l => l.Weight / all)];
        KMedoids groups = Partition();
        _centerOf = groups.ClusterOf;
        double[] share = [.. groups.Medoids.Select((_, c) => _weights.Where((_, i) => _centerOf[i] == c).Sum())];
        // What a loved song adds to the score of its mood: its part of the mean likeness, times shareᵝ.
        _inCenter = [.. _weights.Select((w, i) => w / share[_centerOf[i]] * Math.Pow(share[_centerOf[i]], ShareExponent))];
        Centers = [.. groups.Medoids.Select((m, c) =>
        {
            int[] members = [.. _loved.Where((_, i) => _centerOf[i] == c)];
            return new MoodCenter(_loved[m], share[c], members, StandOut.Common(songs, members));
        })];
    }

    /// <summary>The listener's moods, in no order.</summary>
    public IReadOnlyList<MoodCenter> Centers { get; }

    public void Score(ReadOnlySpan<int> tracks, Span<double> scores)
    {
        double[] means = _likeness.ToGroups(_loved, _centerOf, _inCenter, Centers.Count, tracks);
        for (int t = 0; t < tracks.Length; t++)
            scores[t] = Math.Clamp(TensorPrimitives.Max(means.AsSpan(t * Centers.Count, Centers.Count)), 0, 1);
    }

    /// <summary>
    /// For each mood, as many of the songs nearest to it in audio features as it has a share, nearest first: one pass over the features of the
    /// catalogue a mood.
    /// </summary>
    public IReadOnlyList<int> Best(int count, bool[] allowed)
    {
        float[] nearness = new float[_songs.Tracks.Count];
        List<(int Track, float Nearness)> found = [];
        for (int c = 0; c < Centers.Count; c++)
        {
            int[] members = [.. Enumerable.Range(0, _loved.Length).Where(i => _centerOf[i] == c)];
            _likeness.FeelDistances([.. members.Select(i => _loved[i])], [.. members.Select(i => _weights[i])], nearness);
            for (int t = 0; t < nearness.Length; t++)
                nearness[t] = allowed[t] ? -nearness[t] : float.NegativeInfinity;
            found.AddRange(Largest.Indices(nearness, (int)Math.Ceiling(count * Centers[c].Share)).Select(t => (t, nearness[t])));
        }

        return [.. found.OrderByDescending(f => f.Nearness).ThenBy(f => f.Track).Select(f => f.Track).Distinct().Take(count)];
    }

    /// <summary>The loved song it is most like, and in what both stand out.</summary>
    public IReadOnlyList<Reason> Reasons(int track)
    {
        (int song, double likeness) = Nearest([track])[0];
        string both = StandOut.Common(_songs, [track, song]);
        return [new Reason(ReasonKind.FeelsLike, Song: _songs.Tracks.DisplayName(song), Text: both.Length > 0 ? both : null, Part: likeness)];
    }

    /// <summary>For each track the loved song that it is most like, and how much, 0..1.</summary>
    internal (int Song, double Likeness)[] Nearest(ReadOnlySpan<int> tracks)
    {
        double[] each = _likeness.ToEach(_loved, tracks);
        (int, double)[] nearest = new (int, double)[tracks.Length];
        for (int t = 0; t < tracks.Length; t++)
        {
            ReadOnlySpan<double> row = each.AsSpan(t * _loved.Length, _loved.Length);
            int best = TensorPrimitives.IndexOfMax(row);
            nearest[t] = (_loved[best], row[best]);
        }

        return nearest;
    }

    private KMedoids Partition()
    {
        int n = _loved.Length;
        double[] each = _likeness.ToEach(_loved, _loved);
        double[,] distances = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                distances[i, j] = i == j ? 0 : 1 - each[i * n + j];
        }

        KMedoids[] partitions = [.. Enumerable.Range(1, Math.Min(CentersMax, n)).Select(k => KMedoids.Of(distances, _weights, k)).Where(IsOfMoods)];
        double best = partitions.Max(p => p.Silhouette);
        return best < SilhouetteMin ? partitions[0] : partitions.First(p => p.Silhouette >= best - Elbow);

        bool IsOfMoods(KMedoids partition) => partition.Medoids.Length == 1
            || partition.Medoids.Select((_, c) => _weights.Where((_, i) => partition.ClusterOf[i] == c).Sum()).Min() >= ShareMin;
    }
}

/// <summary>In what songs stand out from all others, in words.</summary>
internal static class StandOut
{
    /// <summary>A feature stands out in the lowest and in the highest quarter of all songs.</summary>
    private const double Edge = 0.25;

    private const int WordsMax = 2;

    // Both ends, or the high end only: that a song is sung and not spoken is nothing to remark on.
    private static readonly (AudioFeature Feature, bool LowToo)[] s_features =
    [
        (AudioFeature.Energy, true), (AudioFeature.Valence, true), (AudioFeature.Danceability, true), (AudioFeature.Acousticness, true),
        (AudioFeature.Tempo, true), (AudioFeature.Instrumentalness, false), (AudioFeature.Speechiness, false),
    ];

    /// <summary>"calm and sad": what most of the songs have in common, in which the median song stands out most; empty when in nothing.</summary>
    /// <remarks>Of two songs both must stand out: with an even number the median is the less extreme of the two in the middle.</remarks>
    public static string Common(SongIndex songs, IReadOnlyList<int> tracks)
    {
        List<(string Word, double By)> words = [];
        foreach ((AudioFeature feature, bool lowToo) in s_features)
        {
            double[] p = [.. tracks.Select(t => (double)songs.Percentiles.Row((int)feature)[t]).Order()];
            double low = p[p.Length / 2], high = p[(p.Length - 1) / 2];
            if (low <= Edge && lowToo)
                words.Add((MoodFeatures.EndOf(feature, -1), Edge - low));
            else if (high >= 1 - Edge)
                words.Add((MoodFeatures.EndOf(feature, 1), high - (1 - Edge)));
        }

        return string.Join(" and ", words.OrderByDescending(w => w.By).Take(WordsMax).Select(w => w.Word));
    }
}
