using System.Numerics.Tensors;
using Segue.Interactions;

namespace Segue.Factorization;

/// <summary>What one artist of the listener's history adds to a score.</summary>
internal readonly record struct AlsPart(int Artist, float Confidence, double Part);

/// <summary>What a tag adds to a score, because artists of the listener's history carry it too.</summary>
internal readonly record struct TagPart(string Tag, double Part);

/// <summary>What the listener's friends add to a score: by playing the artist, and by having a taste for it.</summary>
/// <param name="Playing">Friends who play the artist.</param>
/// <param name="Of">All friends of the listener.</param>
internal readonly record struct FriendsPart(int Playing, int Of, double Part);

/// <summary>A score as a sum over the listener's history, and over tags and friends where the model knows them.</summary>
/// <param name="Parts">One for each artist of the history, largest first.</param>
internal sealed record AlsExplanation(int Artist, double Score, IReadOnlyList<AlsPart> Parts)
{
    /// <summary>One for each tag that the artist shares with the history, largest first. With the other parts they add up to the score.</summary>
    public IReadOnlyList<TagPart> Tags { get; init; } = [];

    public FriendsPart Friends { get; init; }
}

/// <summary>What would be if the listener's history were another.</summary>
/// <param name="Rank">1-based, among the artists that are not in the history.</param>
internal readonly record struct AlsCounterfactual(double Score, int Rank)
{
    internal static AlsCounterfactual Of(ITasteModel model, Profile profile, int artist, IReadOnlyCollection<int> removed)
    {
        bool[] keep = [.. profile.Artists.Select(i => !removed.Contains(i))];
        float[] scores = new float[model.ArtistCount];
        model.Score(profile with
        {
            Artists = [.. profile.Artists.Where((_, k) => keep[k])],
            Plays = [.. profile.Plays.Where((_, k) => keep[k])],
            Disliked = [.. profile.Disliked.Where(i => !removed.Contains(i))],
        }, scores);
        float score = scores[artist];
        foreach (int heard in profile.Artists.Concat(profile.Disliked))
            scores[heard] = float.NegativeInfinity;
        int rank = 1;
        for (int i = 0; i < scores.Length; i++)
        {
            if (scores[i] > score || (scores[i] == score && i < artist))
                rank++;
        }

        return new AlsCounterfactual(score, rank);
    }
}

internal sealed partial class AlsModel
{
    /// <summary>
    /// Why an artist has its score (Hu, Koren and Volinsky 2008, section 5): x = A⁻¹ Σ cⱼyⱼ, so  yᵢ·x = Σ cⱼ yⱼ·(A⁻¹yᵢ),  one term an artist of the
    /// history. Dislikes act through A and have no part; <see cref="Without"/> shows what they do.
    /// </summary>
    public AlsExplanation Explain(Profile profile, int artist)
    {
        RowSystem row = RowSystem.Of(this, profile);
        double[] z = new double[Options.Factors];
        TensorPrimitives.ConvertChecked(ArtistFactors.Row(artist), z);
        AlsExactSolver solver = Rent();
        solver.SolveFor(ArtistFactors, row.Artists, row.A, row.D, z);
        _solvers.Add(solver);

        AlsPart[] parts = new AlsPart[row.Liked];
        double[] y = new double[Options.Factors];
        double score = 0;
        for (int j = 0; j < parts.Length; j++)
        {
            TensorPrimitives.ConvertChecked(ArtistFactors.Row(row.Artists[j]), y);
            parts[j] = new AlsPart(row.Artists[j], row.B[j], row.B[j] * TensorPrimitives.Dot<double>(y, z));
            score += parts[j].Part;
        }

        Array.Sort(parts, (p, q) => p.Part != q.Part ? q.Part.CompareTo(p.Part) : p.Artist.CompareTo(q.Artist));
        return new AlsExplanation(artist, score, parts);
    }

    /// <summary>Where an artist would stand if the listener had never heard, liked or disliked some others: one more solve, and one pass over the
    /// artists.</summary>
    /// <param name="removed">Artists to take out of the history; none gives the score and rank as they are.</param>
    public AlsCounterfactual Without(Profile profile, int artist, params IReadOnlyCollection<int> removed) =>
        AlsCounterfactual.Of(this, profile, artist, removed);
}
