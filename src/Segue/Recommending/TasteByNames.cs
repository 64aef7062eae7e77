using System.Numerics.Tensors;
using Segue.Factorization;
using Segue.Interactions;
using Segue.Mood.Knowledge;

namespace Segue.Recommending;

/// <summary>
/// The taste of a listener some of whose artists nobody in the plays knows. What plays say of such an artist is a guess from their songs, and a vague
/// one: the factors hold little of a kind of music that the plays hardly have. So as far as a listener is made of such artists, likeness to them in
/// labels, tags and sound (<see cref="ArtistLikeness"/>) stands in for it, from the least like at 0 to the most like at 1, beside the percentiles of
/// what the plays say: in percentiles of likeness all of K-pop would be level with what is hardly like it.
/// </summary>
internal static class TasteByNames
{
    /// <summary>Of an artist whom the plays lack too, likeness is a guess from both sides: whom they know comes first among equals.</summary>
    private const float OfStrangers = 0.85f;

    /// <param name="scores">What the model says of each artist.</param>
    /// <returns>The scores themselves where all of the listener's artists are known.</returns>
    public static float[] Of(float[] scores, IExplainedTaste model, SongIndex songs, SongJoin join, Profile profile)
    {
        int[] guessed = [.. profile.Artists.Where(a => a >= model.PlayedArtists)];
        if (guessed.Length == 0 || songs.Knowledge is not { KnowsListeners: true } knowledge)
            return scores;
        int[] catalogue = [.. guessed.SelectMany(a => join.CatalogueArtistsOf(a))];
        float[] likeness = ArtistLikeness.To(knowledge, catalogue);
        if (likeness.Length == 0)
            return scores;
        double[] near = new double[scores.Length];
        float least = TensorPrimitives.Min<float>(likeness), range = Math.Max(TensorPrimitives.Max<float>(likeness) - least, 1e-6f);
        for (int a = 0; a < likeness.Length; a++)
        {
            if (join.PlayedArtist(a) is >= 0 and var artist)
                near[artist] = (artist < model.PlayedArtists ? 1 : OfStrangers) * (likeness[a] - least) / range;
        }

        double share = (double)guessed.Length / profile.Artists.Length;
        double[] known = PercentileScale.Of(Array.ConvertAll(scores, s => (double)s));
        return [.. known.Select((k, a) => (float)((1 - share) * k + share * near[a]))];
    }
}
