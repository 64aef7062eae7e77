namespace Segue.Catalogue;

/// <summary>Finds a track by what people write: "TITLE - ARTIST", or a title alone.</summary>
internal static class SongNames
{
    /// <summary>The best known track with this title and one of whose artists has this name; -1 when there is none.</summary>
    public static int Exact(Tracks tracks, string title, string artist)
    {
        string key = NameKey.Of(artist);
        return BestKnown(tracks, tracks.ByTitle.FindAll(title).Where(t => tracks.ArtistNamesOf(t).Any(a => NameKey.Of(a) == key)));
    }

    /// <summary>The track of "TITLE - ARTIST" (either may contain " - "), or of a title alone.</summary>
    /// <exception cref="UnknownNameException">There is none; the nearest are named.</exception>
    public static int Resolve(Tracks tracks, string text)
    {
        for (int dash = text.LastIndexOf(" - ", StringComparison.Ordinal); dash > 0; dash = text.LastIndexOf(" - ", dash - 1, StringComparison.Ordinal))
        {
            int track = Exact(tracks, text[..dash], text[(dash + 3)..]);
            if (track < 0)
                track = OfBareTitle(tracks, text[..dash], text[(dash + 3)..]);
            if (track >= 0)
                return track;
        }

        int alone = BestKnown(tracks, tracks.ByTitle.FindAll(text));
        return alone >= 0 ? alone : throw new UnknownNameException("song", text, Nearest(tracks, text));
    }

    /// <summary>The same song under a longer title: "Paranoid Android - Remastered" when "Paranoid Android" was asked for.</summary>
    private static int OfBareTitle(Tracks tracks, string title, string artist)
    {
        string bare = SongTitle.Bare(title);
        IEnumerable<int> ofArtist = tracks.ByArtistName.FindAll(artist).SelectMany(a => tracks.TracksOfArtist[a].ToArray());
        return BestKnown(tracks, ofArtist.Where(t => SongTitle.Bare(tracks.Titles[t]) == bare));
    }

    private static int BestKnown(Tracks tracks, IEnumerable<int> candidates)
    {
        int best = -1;
        float popularity = float.NegativeInfinity;
        foreach (int track in candidates)
        {
            float p = tracks.Feature(AudioFeature.Popularity)[track];
            if (best < 0 || p > popularity)
                (best, popularity) = (track, float.IsNaN(p) ? -1 : p);
        }

        return best;
    }

    private static IReadOnlyList<string> Nearest(Tracks tracks, string text)
    {
        int dash = text.LastIndexOf(" - ", StringComparison.Ordinal);
        string title = dash > 0 ? text[..dash] : text;
        string? artist = dash > 0 ? text[(dash + 3)..] : null;

        // Where the artist is known, or nearly, the nearest titles are the artist's.
        int known = artist is null ? -1 : tracks.ByArtistName.Find(artist);
        if (known < 0 && artist is not null && tracks.ByArtistName.Nearest(artist, 1, 0.75) is [var near, ..])
            known = near.Row;
        if (known >= 0)
        {
            string wanted = NameKey.Loose(title);
            int[] songs = tracks.TracksOfArtist[known].ToArray();
            return [.. songs.OrderByDescending(t => Spelling.Similarity(wanted, NameKey.Loose(tracks.Titles[t]))).ThenBy(t => t)
                .DistinctBy(t => tracks.SongOf[t]).Take(3).Select(tracks.DisplayName)];
        }

        return [.. tracks.ByTitle.Nearest(title, 3).Select(n => tracks.DisplayName(n.Row))];
    }
}
