using Segue.Catalogue;
using Segue.Interactions;

namespace Segue.Recommending;

/// <summary>
/// Where the two worlds meet: artists of the plays and songs of the catalogue, joined by name (<see cref="NameKey"/>). Answers are kept as they are
/// found; safe for many threads, which at worst find the same answer twice.
/// </summary>
internal sealed class SongJoin(Plays plays, SongIndex songs)
{
    private const int NotLookedUp = -2;

    private readonly int[] _played = NewArray(songs.Tracks.ArtistNames.Count, NotLookedUp);
    private readonly int[]?[] _songsOf = new int[plays.Artists.Count][];

    /// <summary>The played artist of this name for an artist of the catalogue, or -1.</summary>
    public int PlayedArtist(int catalogueArtist)
    {
        int played = Volatile.Read(ref _played[catalogueArtist]);
        if (played == NotLookedUp)
        {
            int found = plays.Artists.ByName.Find(songs.Tracks.ArtistNames[catalogueArtist]);
            Volatile.Write(ref _played[catalogueArtist], played = found < 0 ? found : plays.MainOf(found));
        }

        return played;
    }

    /// <summary>The artists of a track that somebody plays, the main one first.</summary>
    public IEnumerable<int> PlayedArtistsOf(int track)
    {
        for (int k = 0; k < songs.Tracks.ArtistsOf[track].Length; k++)
        {
            if (PlayedArtist(songs.Tracks.ArtistsOf[track][k]) is >= 0 and var played)
                yield return played;
        }
    }

    /// <summary>Whose song a track is: its first artist that somebody plays, or -1. A credited guest decides nothing where the main artist is
    /// known.</summary>
    public int MainArtistOf(int track) => PlayedArtistsOf(track).FirstOrDefault(-1);

    /// <summary>The artists of the catalogue that have a played artist's name.</summary>
    public IReadOnlyList<int> CatalogueArtistsOf(int playedArtist) => songs.Tracks.ByArtistName.FindAll(plays.Artists.Names[playedArtist]);

    /// <summary>All tracks of a played artist, the best known first.</summary>
    public int[] SongsOf(int playedArtist)
    {
        if (Volatile.Read(ref _songsOf[playedArtist]) is { } known)
            return known;
        int[] found = [.. songs.Tracks.ByArtistName.FindAll(plays.Artists.Names[playedArtist]).SelectMany(a => songs.Tracks.TracksOfArtist[a].ToArray()).Distinct()];
        found = [.. found.OrderByDescending(t => songs.Percentiles.Row((int)AudioFeature.Popularity)[t]).ThenBy(t => t)];
        Volatile.Write(ref _songsOf[playedArtist], found);
        return found;
    }

    /// <summary>
    /// The best known songs of a played artist that are allowed, one version each. Songs on which they are a guest are somebody else's, and count
    /// only for who has no others.
    /// </summary>
    public IEnumerable<int> BestKnown(int playedArtist, int count, bool[]? allowed = null)
    {
        HashSet<int> taken = [];
        int[] all = SongsOf(playedArtist);
        bool hasOwn = all.Any(t => MainArtistOf(t) == playedArtist);
        foreach (int track in all)
        {
            if (taken.Count == count)
                yield break;
            if (hasOwn && MainArtistOf(track) != playedArtist)
                continue;
            if ((allowed is null || allowed[track]) && taken.Add(songs.Tracks.SongOf[track]))
                yield return track;
        }
    }

    private static int[] NewArray(int length, int value)
    {
        int[] array = new int[length];
        Array.Fill(array, value);
        return array;
    }
}
