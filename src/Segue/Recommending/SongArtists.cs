using Segue.Catalogue;
using Segue.Factorization;
using Segue.Interactions;
using Segue.Mood.Knowledge;
using Segue.Numerics;

namespace Segue.Recommending;

/// <summary>
/// Artists of the catalogue whom nobody in the plays knows, with a taste vector from their songs: a ridge from how an artist's songs are labelled and
/// sound to the factors of the artists that are in both (<see cref="ArtistVectors.FitToSongs"/>). They follow the artists of the plays, so that they
/// can be liked, disliked, resembled, recommended and explained as those are; their vectors are short where little follows from the songs, so that a
/// stranger needs more to come first.
/// </summary>
internal static class SongArtists
{
    private const int ListenersCountedMax = 50;
    private const float UnknownWeight = 0.3f;

    /// <summary>What the id of such an artist begins with: no plays have it.</summary>
    public const string IdPrefix = "songs:";

    /// <returns>The model and its plays with the catalogue's other artists behind those of the plays; the same where there are none, or nothing to
    /// learn from.</returns>
    public static (IExplainedTaste Taste, Plays Plays) Join(IExplainedTaste taste, Plays plays, SongIndex songs)
    {
        AlsModel? als = taste as AlsModel ?? (taste as SideInformed)?.Als;
        if (als is null || songs.Knowledge is not { } knowledge)
            return (taste, plays);
        Tracks tracks = songs.Tracks;
        List<int> strangers = [], joined = [];
        List<float> weights = [];
        int[] played = new int[tracks.ArtistNames.Count];
        for (int a = 0; a < played.Length; a++)
        {
            played[a] = plays.Artists.ByName.Find(tracks.ArtistNames[a]);
            if (played[a] < 0)
                strangers.Add(a);
            else if (als.Listeners[played[a]] > 0)
            {
                joined.Add(a);
                weights.Add(MathF.Sqrt(Math.Min(als.Listeners[played[a]], ListenersCountedMax)) + UnknownWeight);
            }
        }

        if (joined.Count == 0 || strangers.Count == 0)
            return (taste, plays);
        ArtistSongs described = new(knowledge.Facts, songs.Percentiles);
        int f = als.Options.Factors;
        float[] coefficients = ArtistVectors.FitToSongs(
            described, [.. joined], [.. weights], a => als.ArtistFactors.Memory.Slice(played[a] * f, f), f, CancellationToken.None);
        float[] factors = new float[strangers.Count * f];
        Parallel.For(0, strangers.Count, s => ArtistVectors.Guess(described, strangers[s], coefficients, factors.AsSpan(s * f, f)));
        MatrixView more = new(factors, strangers.Count, f);
        return (taste is SideInformed informed ? informed.WithArtists(more) : als.WithArtists(more),
            WithArtists(plays, [.. strangers.Select(s => tracks.ArtistNames[s])]));
    }

    private static Plays WithArtists(Plays plays, string[] names)
    {
        TextColumn ids = TextColumn.From([.. Texts(plays.Artists.Ids), .. names.Select(n => IdPrefix + n)]);
        TextColumn all = TextColumn.From([.. Texts(plays.Artists.Names), .. names]);
        return new Plays(plays.UserIds, new Artists(ids, all), plays.Counts.Widened(ids.Count), plays.ByUserId);
    }

    private static IEnumerable<string> Texts(TextColumn column) => Enumerable.Range(0, column.Count).Select(i => column[i]);
}
