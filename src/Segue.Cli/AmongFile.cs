using Segue.Catalogue;

namespace Segue.Cli;

/// <summary>"My own library": the tracks a file names, by id (alone on a line, in a CSV's id column, or in a spotify:track: address) or as "title - artist".</summary>
internal static class AmongFile
{
    private const long BytesMax = 64 << 20;
    private static readonly string[] s_idColumns = ["track_id", "trackid", "id", "spotify_id", "uri", "track uri", "spotify_track_uri"];

    /// <exception cref="SegueException">The file cannot be read, or names no track of the catalogue.</exception>
    public static IReadOnlyCollection<int> Read(string path, Tracks tracks, Session session)
    {
        if (new FileInfo(path) is { Exists: true, Length: > BytesMax } file)
            throw new SegueException($"{path}: is {file.Length / 1_000_000:N0} MB long; a list of songs has at most {BytesMax / 1_000_000:N0} MB");
        string[] lines = File.ReadAllLines(path);
        int column = lines.Length > 0 ? IdColumn(lines[0]) : -1;
        HashSet<int> found = [];
        int asked = 0;
        string? missing = null;
        string title = "";
        foreach (string raw in column >= 0 ? lines.Skip(1) : lines)
        {
            string line = raw.Trim().TrimStart('\uFEFF');
            if (line.StartsWith("#EXTINF:", StringComparison.OrdinalIgnoreCase))
                title = line[(line.IndexOf(',') + 1)..];
            if (line.Length == 0 || line[0] == '#')
                continue;
            asked++;
            string text = column >= 0 ? line.Split(',').ElementAtOrDefault(column) ?? "" : line;
            int track = Find(tracks, text.Trim('"', ' '), title);
            title = "";
            if (track >= 0)
                found.Add(track);
            else
                missing ??= text;
        }

        if (found.Count == 0)
        {
            string what = missing is null ? "; it is empty" : $" (the first: '{missing[..Math.Min(60, missing.Length)]}')";
            throw new SegueException($"{path}: names no track of the catalogue{what}");
        }

        if (missing is not null)
            session.Note($"{path}: {asked - found.Count:N0} of {asked:N0} entries are not in the catalogue, or stand twice");
        return found;
    }

    private static int IdColumn(string header)
    {
        string[] names = [.. header.TrimStart('\uFEFF').Split(',').Select(n => n.Trim('"', ' ').ToLowerInvariant())];
        return names.Length > 1 ? Array.FindIndex(names, n => s_idColumns.Contains(n)) : Array.FindIndex(names, n => n == "track_id");
    }

    private static int Find(Tracks tracks, string text, string title)
    {
        string id = text[(text.LastIndexOfAny([':', '/']) + 1)..].Split('?')[0];
        int track = tracks.IndexOfId(id);
        if (track >= 0)
            return track;

        // An M3U's #EXTINF says "artist - title", a plain list "title - artist": try both ways round.
        string name = title.Length > 0 ? title : text;
        int dash = name.IndexOf(" - ", StringComparison.Ordinal);
        if (dash < 0)
            return -1;
        string first = name[..dash], second = name[(dash + 3)..];
        return SongNames.Exact(tracks, first, second) is >= 0 and var found ? found : SongNames.Exact(tracks, second, first);
    }
}
