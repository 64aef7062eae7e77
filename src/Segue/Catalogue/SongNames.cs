using System.Collections.Concurrent;

namespace Segue.Catalogue;

/// <summary>
/// Finds the track that people mean by a title and an artist: for a request, a wish, a history and a playlist alike. The stated artist binds. Of
/// their songs it is that of this title; else one that differs in the mark of its version alone ("- 2013 Remaster", "(Live)"); else one that differs
/// in accents and punctuation. What is left of several is the best known.
/// </summary>
internal sealed class SongNames(Tracks tracks)
{
    private static readonly string[] s_dashes = [" - ", " – ", " — "], s_by = [" by "];

    private readonly ConcurrentDictionary<int, Titles> _ofArtist = [];
    private readonly Lazy<FormIndex> _byBareTitle = new(() => new FormIndex(tracks.Titles, SongTitle.Bare));

    /// <summary>The track of this title by this artist; -1 where there is none.</summary>
    public int Find(string title, string artist) => Match(title, artist).Track;

    /// <summary>The same, and whether both names are as they were written.</summary>
    public (int Track, bool Exact) Match(string title, string artist)
    {
        bool isExact = true;
        NearNames names = tracks.ByNearArtistName;
        foreach (IReadOnlyList<int> artists in names.Tiers(artist).Concat(ArtistCredit.FirstOf(artist).Select(names.Find)))
        {
            (int track, bool sameTitle) = OfArtists(artists, title);
            if (track >= 0)
                return (track, isExact && sameTitle);
            isExact = false;
        }

        return (-1, false);
    }

    /// <summary>The track of a title alone, as it stands or without the mark of its version: the best known; -1 where there is none.</summary>
    public int FindTitle(string title)
    {
        int exact = BestKnown(tracks.ByTitle.FindAll(title));
        return exact >= 0 ? exact : BestKnown(_byBareTitle.Value.Find(title));
    }

    /// <summary>The track of "TITLE - ARTIST", "ARTIST - TITLE" or "TITLE by ARTIST" (both may contain " - "), or of a title alone.</summary>
    /// <exception cref="UnknownNameException">There is none; the nearest are named.</exception>
    public int Resolve(string text)
    {
        int track = FindPair(text, s_dashes);
        if (track < 0)
            track = BestKnown(tracks.ByTitle.FindAll(text)); // "Stand by Me" is a title before it is one by an artist.
        if (track < 0)
            track = FindPair(text, s_by);
        if (track < 0)
            track = FindTitle(text);
        return track >= 0 ? track : throw new UnknownNameException("song", text, Nearest(text));
    }

    /// <summary>The track of a text that names title and artist; the title first where both ways round are songs. -1 where there is none.</summary>
    public int FindPair(string text)
    {
        int track = FindPair(text, s_dashes);
        return track >= 0 ? track : FindPair(text, s_by);
    }

    private int FindPair(string text, string[] separators)
    {
        foreach ((string before, string after) in Cuts(text, separators))
        {
            int track = Find(before, after);
            if (track >= 0)
                return track;
        }

        foreach ((string before, string after) in Cuts(text, separators))
        {
            int track = Find(after, before);
            if (track >= 0)
                return track;
        }

        return -1;
    }

    private static IEnumerable<(string Before, string After)> Cuts(string text, string[] separators)
    {
        foreach (string between in separators)
        {
            for (int at = text.Length - 1; at > 0 && (at = text.LastIndexOf(between, at, StringComparison.OrdinalIgnoreCase)) > 0; at--)
                yield return (text[..at].Trim(), text[(at + between.Length)..].Trim());
        }
    }

    private (int Track, bool SameTitle) OfArtists(IReadOnlyList<int> artists, string title)
    {
        if (artists.Count == 0)
            return (-1, false);
        Titles[] titles = [.. artists.Select(a => _ofArtist.GetOrAdd(a, artist => new Titles(tracks, artist)))];
        for (int form = 0; form < Titles.Forms.Length; form++)
        {
            string wanted = Titles.Forms[form](title);
            int best = BestKnown(titles.SelectMany(t => t.Find(form, wanted)));
            if (best >= 0)
                return (best, form == 0);
        }

        return (-1, false);
    }

    private int BestKnown(IEnumerable<int> candidates)
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

    private IReadOnlyList<string> Nearest(string text)
    {
        int dash = text.LastIndexOf(" - ", StringComparison.Ordinal);
        string title = dash > 0 ? text[..dash] : text;
        string? artist = dash > 0 ? text[(dash + 3)..] : null;

        // Where the artist is known, or nearly, the nearest titles are the artist's.
        int known = artist is null ? -1 : tracks.ByNearArtistName.FindOnly(artist);
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

    /// <summary>The tracks of one artist by each form of their titles.</summary>
    private sealed class Titles(Tracks tracks, int artist)
    {
        public static readonly Func<string, string>[] Forms = [NameKey.Of, SongTitle.Bare, SongTitle.Loose];

        private readonly Lazy<ILookup<string, int>>[] _byForm = [.. Forms.Select(f => new Lazy<ILookup<string, int>>(() => By(f, tracks, artist)))];

        public IEnumerable<int> Find(int form, string title) => _byForm[form].Value[title];

        private static ILookup<string, int> By(Func<string, string> form, Tracks tracks, int artist) =>
            tracks.TracksOfArtist[artist].ToArray().ToLookup(t => form(tracks.Titles[t]), StringComparer.Ordinal);
    }
}
