using Segue.Mood;

namespace Segue.Recommending;

/// <summary>An artist for a listener. The reasons' parts are shares of the score and add up, with those left out, to 1.</summary>
/// <param name="Rank">1-based.</param>
/// <param name="Artist">Dense index of the artist in the plays.</param>
/// <param name="Score">The model's score; higher is better, about 0..1.</param>
internal sealed record ArtistRecommendation(int Rank, int Artist, double Score, IReadOnlyList<Reason> Reasons);

/// <summary>A song. <see cref="SongParts.Sum"/> of its parts is its score.</summary>
/// <param name="Rank">1-based.</param>
/// <param name="Track">Dense index of the track.</param>
/// <param name="Score">0..1; higher is better.</param>
internal sealed record SongRecommendation(int Rank, int Track, double Score, SongParts Parts, IReadOnlyList<Reason> Reasons)
{
    /// <summary>What made it a candidate.</summary>
    public CandidateSources Sources { get; init; }

    /// <summary>The summands of how well the song meets the wish; empty without one.</summary>
    public IReadOnlyList<MoodPart> Wish { get; init; } = [];
}

/// <summary>What a song's score is made of, each part already weighted.</summary>
/// <param name="Taste">How much the listener's taste asks for the song's artist.</param>
/// <param name="Mood">How near the song is to the wish, or to the songs it should be like.</param>
/// <param name="Popularity">How popular it is.</param>
/// <param name="Recency">How much what the listener played lately asks for the artist; 0 without dates.</param>
/// <param name="Discovery">How little known it is; 0 where no discovery is asked for.</param>
internal readonly record struct SongParts(double Taste, double Mood, double Popularity, double Recency = 0, double Discovery = 0)
{
    public double Sum => Taste + Mood + Popularity + Recency + Discovery;

    /// <summary>What each part adds to a score beyond another's.</summary>
    public static SongParts operator -(SongParts a, SongParts b) => new(
        a.Taste - b.Taste, a.Mood - b.Mood, a.Popularity - b.Popularity, a.Recency - b.Recency, a.Discovery - b.Discovery);
}
