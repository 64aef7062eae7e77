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
            else if (found.Add(track) && PlaceOf(entry.Text, list.Folder) is { } place)
                locations.Add(track, place);
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

    /// <summary>Where a song lies: an absolute path of this system or another, and an address, as it stands; any other from the list's own
    /// folder. Null where the text is no place.</summary>
    private static string? PlaceOf(string text, string folder)
    {
        if (SongPlace.IsAddress(text))
            return text.StartsWith("file:", StringComparison.Ordinal) ? text : null;
        if (SongPlace.IsAbsolute(text))
            return text;
        bool isPath = Path.GetExtension(text).Length is > 1 and <= 5 && (SongPlace.IsSound(text) || !text.Contains(" - ", StringComparison.Ordinal));
        return isPath ? Path.GetFullPath(Path.Combine(folder, text.Contains('/') ? text : text.Replace('\\', '/'))) : null;
    }

    private static int IndexOf(SongListEntry entry, Tracks tracks)
    {
        int track = tracks.IndexOfId(TrackId.Bare(entry.Text));
        if (track >= 0)
            return track;
        if (entry.Artist.Length > 0)
            return tracks.Songs.Find(entry.Title, entry.Artist);
        if (entry.Title.Length > 0)
            return tracks.Songs.FindPair(entry.Title);
        return tracks.Songs.FindPair(SongPlace.IsPlace(entry.Text) ? Path.GetFileNameWithoutExtension(entry.Text.Replace('\\', '/')) : entry.Text);
    }
}
