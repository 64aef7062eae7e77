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
        HashSet<int> found = [];
        int asked = 0;
        string? missing = null;
        foreach ((string text, int track) in Entries(path, tracks))
        {
            asked++;
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
            session.Warn($"{path}: {asked - found.Count:N0} of {asked:N0} entries are not in the catalogue, or stand twice");
        return found;
    }

    /// <summary>Where the tracks lie that the file names by a path: full paths, so that a playlist in another folder finds them.</summary>
    public static IReadOnlyDictionary<int, string> Locations(string path, Tracks tracks)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Dictionary<int, string> locations = [];
        foreach ((string text, int track) in Entries(path, tracks))
        {
            bool isPath = !text.Contains("://") && Path.GetExtension(text).Length is > 1 and <= 5 && !text.Contains(" - ") || Path.IsPathRooted(text);
            if (track >= 0 && isPath)
                locations.TryAdd(track, Path.GetFullPath(Path.Combine(folder, text)));
        }

        return locations;
    }

    private static IEnumerable<(string Text, int Track)> Entries(string path, Tracks tracks)
    {
        if (new FileInfo(path) is { Exists: true, Length: > BytesMax } file)
            throw new SegueException($"{path}: is {file.Length / 1_000_000:N0} MB long; a list of songs has at most {BytesMax / 1_000_000:N0} MB");
        string[] lines = [.. Import.TextLines.Read(path)];
        int column = lines.Length > 0 ? IdColumn(lines[0]) : -1;
        string title = "";
        foreach (string raw in column >= 0 ? lines.Skip(1) : lines)
        {
            string line = raw.Trim().TrimStart('\uFEFF');
            if (line.StartsWith("#EXTINF:", StringComparison.OrdinalIgnoreCase))
                title = line[(line.IndexOf(',') + 1)..];
            if (line.Length == 0 || line[0] == '#')
                continue;
            string text = (column >= 0 ? Cell(line, column) : line).Trim('"', ' ');
            yield return (text, Find(tracks, text, title));
            title = "";
        }
    }

    /// <summary>One cell of a CSV row; commas inside quotes do not count.</summary>
    private static string Cell(string line, int column)
    {
        bool quoted = false;
        int start = 0;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '"')
                quoted = !quoted;
            else if (line[i] == ',' && !quoted)
            {
                if (column-- == 0)
                    return line[start..i];
                start = i + 1;
            }
        }

        return column == 0 ? line[start..] : "";
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
        if (SongNames.Exact(tracks, first, second) is >= 0 and var found)
            return found;
        return SongNames.Exact(tracks, second, first) is >= 0 and var other ? other : SongNames.Exact(tracks, second, first.Split(", ")[0]);
    }
}
