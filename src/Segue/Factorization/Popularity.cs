using Segue.Interactions;

namespace Segue.Factorization;

/// <summary>Ranks artists by how many listeners they have, the same for everybody: what any model has to beat.</summary>
internal sealed class Popularity : ITasteModel
{
    private readonly float[] _listeners;

    /// <param name="plays">Users × artists; cells of 0 plays do not count.</param>
    public Popularity(CsrMatrix plays)
    {
        _listeners = new float[plays.Columns];
        ReadOnlySpan<int> artists = plays.Indices.Span;
        for (int k = 0; k < artists.Length; k++)
            _listeners[artists[k]] += plays.Values.Span[k] > 0 ? 1 : 0;
    }

    public string Name => "popularity";

    public int ArtistCount => _listeners.Length;

    /// <inheritdoc/>
    public void Score(Profile profile, Span<float> scores)
    {
        TasteModels.Check(profile, ArtistCount);
        _listeners.CopyTo(scores);
    }
}

/// <summary>Ranks artists by chance: what no model may fall below. The same history and seed give the same order.</summary>
/// <param name="artists">How many artists there are.</param>
internal sealed class RandomRanking(int artists, int seed = 1) : ITasteModel
{
    public string Name => "random";

    public int ArtistCount => artists;

    /// <inheritdoc/>
    public void Score(Profile profile, Span<float> scores)
    {
        TasteModels.Check(profile, ArtistCount);
        int mixed = seed;
        foreach (int artist in profile.Artists)
            mixed = unchecked((mixed * 31) + artist);
        Random random = new(mixed);
        for (int i = 0; i < artists; i++)
            scores[i] = random.NextSingle();
    }
}
