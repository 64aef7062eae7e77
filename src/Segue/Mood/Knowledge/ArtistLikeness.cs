using System.Numerics.Tensors;
using Segue.Numerics;

namespace Segue.Mood.Knowledge;

/// <summary>
/// How like each artist is to some others: the cosine of their vectors (<see cref="ArtistVectors"/>: who plays them, how they are tagged) and that of
/// their songs' labels, which are known of everybody; each standardized over the songs, and their sum again, within −2..8. Labels may say more: a
/// kind of music that the plays hardly have is far from everything else in them, and near to everything in the vectors.
/// </summary>
internal static class ArtistLikeness
{
    private const float Low = -2, High = 4, HighInLabels = 8, MostlyKnown = 0.5f, VectorWeight = 1.5f;

    /// <summary>The most that likeness can be.</summary>
    public const float Most = 8;

    /// <summary>The cosine of the shares of each genre label among an artist's songs, to the mean of some artists, standardized.</summary>
    private static float[] InLabels(SongKnowledge knowledge, IReadOnlyCollection<int> artists)
    {
        Ragged<(int Artist, float Share)> labels = knowledge.Facts.ArtistsOfLabel;
        float[] lengths = knowledge.LabelLengths, likeness = new float[lengths.Length];
        HashSet<int> wanted = [.. artists];
        for (int label = 0; label < labels.Count; label++)
        {
            float mean = 0;
            foreach ((int artist, float share) in labels[label])
                mean += wanted.Contains(artist) ? share / lengths[artist] : 0;
            if (mean == 0)
                continue;
            foreach ((int artist, float share) in labels[label])
                likeness[artist] += mean * share / lengths[artist];
        }

        return knowledge.OverSongs(likeness, Low, HighInLabels);
    }

    /// <summary>
    /// The mean length of vectors that are mostly known. What is guessed from songs is shorter, by as much as the songs leave open, and taken at its
    /// own length would be likelier than anybody: it has nothing of its own.
    /// </summary>
    private static float UsualLength(float[] lengths, ReadOnlySpan<float> known)
    {
        double sum = 0;
        int count = 0;
        for (int a = 0; a < lengths.Length; a++)
        {
            if (known[a] > MostlyKnown)
                (sum, count) = (sum + lengths[a], count + 1);
        }

        return count == 0 ? 0 : (float)(sum / count);
    }

    /// <param name="artists">The artists to be like; their vectors count alike.</param>
    /// <returns>One an artist; empty where nobody's plays are known, or the artists have no songs.</returns>
    public static float[] To(SongKnowledge knowledge, IReadOnlyCollection<int> artists)
    {
        ArtistSpace space = knowledge.Artists;
        if (space.Dimensions == 0 || artists.Count == 0)
            return [];
        float[] mean = new float[space.Dimensions], vector = new float[space.Dimensions];
        foreach (int artist in artists)
        {
            space.CopyVector(artist, 1, vector);
            float length = TensorPrimitives.Norm<float>(vector);
            if (length > 0)
                TensorPrimitives.MultiplyAdd(vector, 1 / length, mean, mean);
        }

        float[] likeness = new float[space.Known.Length];
        space.Project(mean, 1, likeness);
        float[] lengths = knowledge.ArtistLengths;
        float usual = UsualLength(lengths, space.Known.Span);
        for (int a = 0; a < likeness.Length; a++)
            likeness[a] = lengths[a] > 0 ? likeness[a] / Math.Max(lengths[a], usual) : 0;
        knowledge.OverSongs(likeness, Low, High);
        TensorPrimitives.MultiplyAdd(likeness, VectorWeight, InLabels(knowledge, artists), likeness);
        return knowledge.OverSongs(likeness, Low, Most);
    }
}
