namespace Segue.Import;

/// <summary>One entry of a <see cref="SongList"/>, as it stands in the file.</summary>
/// <param name="Text">An id, an address, a path, or "title - artist".</param>
/// <param name="Title">What the line before says of it (<c>#EXTINF</c>: "artist - title"); may be empty.</param>
internal readonly record struct SongListEntry(string Text, string Title);

/// <summary>
/// Songs that a file names: "my own library". Ids one a line, an M3U, a CSV with a column of ids, or a plain list of "title - artist".
/// </summary>
public sealed class SongList
{
    private const long BytesMax = 64 << 20;
    private static readonly string[] s_idColumns = ["trackid", "id", "spotifyid", "uri", "trackuri", "spotifytrackuri"];

    private SongList(string path, IReadOnlyList<SongListEntry> entries) => (Path, Entries) = (path, entries);

    /// <summary>The file, as the user named it.</summary>
    public string Path { get; }

    /// <summary>In the order of the file.</summary>
    internal IReadOnlyList<SongListEntry> Entries { get; }

    /// <summary>Where paths of the list start.</summary>
    internal string Folder => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;

    /// <summary>Reads a list.</summary>
    /// <param name="path">A file, or a pipe.</param>
    /// <param name="cancellationToken">Ends the wait for a pipe that nobody writes to.</param>
    /// <exception cref="SegueException">The file is too long.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SongList Read(string path, CancellationToken cancellationToken = default)
    {
        if (new FileInfo(path) is { Exists: true, Length: > BytesMax } file)
            throw new SegueException($"{path}: is {file.Length / 1_000_000:N0} MB long; a list of songs has at most {BytesMax / 1_000_000:N0} MB");
        return new SongList(path, [.. EntriesOf([.. TextLines.Read(path, cancellationToken)])]);
    }

    private static IEnumerable<SongListEntry> EntriesOf(string[] lines)
    {
        int column = lines.Length > 0 ? IdColumn(lines[0]) : -1;
        string title = "";
        foreach (string raw in column >= 0 ? lines.Skip(1) : lines)
        {
            string line = raw.Trim().TrimStart('\uFEFF');
            if (line.StartsWith("#EXTINF:", StringComparison.OrdinalIgnoreCase))
                title = line[(line.IndexOf(',') + 1)..];
            if (line.Length == 0 || line[0] == '#')
                continue;
            yield return new SongListEntry((column >= 0 ? Cell(line, column) : line).Trim('"', ' '), title);
            title = "";
        }
    }

    private static int IdColumn(string header)
    {
        string[] names = header.TrimStart('\uFEFF').Split(',');
        // A lone "id" may be a song; a lone "track_id" is a header.
        return TableHead.ColumnOf(names, names.Length > 1 ? s_idColumns : s_idColumns[..1]);
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
}
