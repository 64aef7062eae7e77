using Segue.Catalogue;
using Segue.Import;

namespace Segue.Asking;

/// <summary>A list of somebody's own songs, found in a catalogue.</summary>
/// <param name="Tracks">Dense indices, each once.</param>
/// <param name="Locations">Where the tracks lie that the list names by a path: full paths, so that a playlist in another folder finds them.</param>
/// <param name="Note">How many entries are not in the catalogue; null where all are.</param>
internal sealed record SongListMatch(IReadOnlyCollection<int> Tracks, IReadOnlyDictionary<int, string> Locations, string? Note)
{
    /// <exception cref="SegueException">The list names no track of the catalogue.</exception>
    public static SongListMatch Find(SongList list, Tracks tracks)
    {
        HashSet<int> found = [];
        Dictionary<int, string> locations = [];
        string? missing = null;
        foreach (SongListEntry entry in list.Entries)
        {
            int track = IndexOf(entry, tracks);
            if (track < 0)
                missing ??= entry.Text;
            else if (found.Add(track) && IsPath(entry.Text))
                locations.Add(track, Path.GetFullPath(Path.Combine(list.Folder, entry.Text)));
        }

        if (found.Count == 0)
        {
            string what = missing is null ? "; it is empty" : $" (the first: '{missing[..Math.Min(60, missing.Length)]}')";
            throw new SegueException($"{list.Path}: names no track of the catalogue{what}");
        }

        int all = list.Entries.Count;
        return new SongListMatch(found, locations,
            missing is null ? null : $"{list.Path}: {all - found.Count:N0} of {all:N0} entries are not in the catalogue, or stand twice");
    }

    private static bool IsPath(string text) =>
        !text.Contains("://") && Path.GetExtension(text).Length is > 1 and <= 5 && !text.Contains(" - ") || Path.IsPathRooted(text);

    private static int IndexOf(SongListEntry entry, Tracks tracks)
    {
        int track = tracks.IndexOfId(TrackId.Bare(entry.Text));
        if (track >= 0)
            return track;

        // An M3U's #EXTINF says "artist - title", a plain list "title - artist": try both ways round.
        string name = entry.Title.Length > 0 ? entry.Title : entry.Text;
        int dash = name.IndexOf(" - ", StringComparison.Ordinal);
        if (dash < 0)
            return -1;
        string first = name[..dash], second = name[(dash + 3)..];
        if (SongNames.Exact(tracks, first, second) is >= 0 and var found)
            return found;
        return SongNames.Exact(tracks, second, first) is >= 0 and var other ? other : SongNames.Exact(tracks, second, first.Split(", ")[0]);
    }
}

/// <summary>Ids as people paste them.</summary>
internal static class TrackId
{
    /// <summary>"spotify:track:ID" and "https://open.spotify.com/track/ID?si=..." without what is around the id.</summary>
    public static string Bare(string text) => text[(text.LastIndexOfAny([':', '/']) + 1)..].Split('?')[0];

    /// <exception cref="UnknownNameException">The catalogue has no such track.</exception>
    public static int Resolve(Tracks tracks, string id) =>
        tracks.IndexOfId(Bare(id)) is >= 0 and var track ? track : throw new UnknownNameException("track id", id, []);
}
