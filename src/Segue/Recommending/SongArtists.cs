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

    /// <returns>Null where there is no such artist, or nothing to learn from.</returns>
    public static AllArtists? Join(AlsModel als, Plays plays, SongIndex songs)
    {
        if (songs.Knowledge is not { } knowledge)
            return null;
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
            return null;
        ArtistSongs described = new(knowledge.Facts, songs.Percentiles);
        int f = als.Options.Factors;
        float[] coefficients = ArtistVectors.FitToSongs(
            described, [.. joined], [.. weights], a => als.ArtistFactors.Memory.Slice(played[a] * f, f), f, CancellationToken.None);
        int known = als.ArtistCount, all = known + strangers.Count;
        float[] factors = new float[all * f];
        als.ArtistFactors.Values.CopyTo(factors);
        Parallel.For(0, strangers.Count, s => ArtistVectors.Guess(described, strangers[s], coefficients, factors.AsSpan((known + s) * f, f)));
        return new AllArtists(new MatrixView(factors, all, f), Named(plays.Artists, [.. strangers.Select(s => tracks.ArtistNames[s])]));
    }

    private static Artists Named(Artists artists, string[] names) => new(
        TextColumn.From([.. Texts(artists.Ids), .. names.Select(n => IdPrefix + n)]),
        TextColumn.From([.. Texts(artists.Names), .. names]));

    private static IEnumerable<string> Texts(TextColumn column) => Enumerable.Range(0, column.Count).Select(i => column[i]);
}

/// <summary>The artists of the plays and, behind them, those that are known by their songs alone.</summary>
/// <param name="Factors">A vector an artist; those of the plays are the model's own.</param>
/// <param name="Artists">Their ids and names.</param>
internal sealed record AllArtists(MatrixView Factors, Artists Artists)
{
    /// <summary>The model with all of these artists.</summary>
    /// <exception cref="ArgumentException">They are those of another model.</exception>
    public IExplainedTaste Of(IExplainedTaste taste) =>
        taste is SideInformed informed ? informed.WithArtists(Factors) : ((AlsModel)taste).WithArtists(Factors);

    /// <summary>The plays with all of these artists.</summary>
    public Plays Of(Plays plays) => new(plays.UserIds, Artists, plays.Counts.Widened(Artists.Count), plays.ByUserId);
}
