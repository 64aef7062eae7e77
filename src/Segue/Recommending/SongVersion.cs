using Segue.Catalogue;

namespace Segue.Recommending;

/// <summary>When two tracks are one song, or by one artist, to a listener.</summary>
internal static class SongVersion
{
    /// <summary>Main artist and bare title: a remaster, a live take or a radio edit is the same song, however it is spelt.</summary>
    public static (int Artist, string Title) Of(Tracks tracks, int track) =>
        (tracks.ArtistsOf[track] is [int artist, ..] ? artist : -1, SongTitle.Loose(tracks.Titles[track]));

    public static bool AreOne(Tracks tracks, int a, int b) => tracks.SongOf[a] == tracks.SongOf[b] || Of(tracks, a) == Of(tracks, b);

    public static bool ShareArtist(Tracks tracks, int a, int b)
    {
        ReadOnlySpan<int> others = tracks.ArtistsOf[b];
        foreach (int artist in tracks.ArtistsOf[a])
        {
            if (others.Contains(artist))
                return true;
        }

        return false;
    }
}
