using System.Text;

namespace Segue.Import;

/// <summary>One entry of a <see cref="SongList"/>, as it stands in the file.</summary>
/// <param name="Text">An id, an address, a path, or "title - artist".</param>
/// <param name="Title">What the file says of it: a title, or (<c>#EXTINF</c>) "artist - title"; may be empty.</param>
/// <param name="Artist">Whose title it is, where the file says it apart; may be empty.</param>
internal readonly record struct SongListEntry(string Text, string Title, string Artist = "");

/// <summary>
/// Songs that a file names: "my own library". Ids one a line, an M3U, a table with columns of ids or of titles and artists, or a plain list of
/// "title - artist". Opened, unpacked and decoded as imports are.
/// </summary>
public sealed class SongList
{
    private const long BytesMax = 64 << 20;
    private static readonly string[] s_idColumns = ["trackid", "id", "spotifyid", "uri", "trackuri", "spotifytrackuri", "spotifytrackid"];
    private static readonly string[] s_placeColumns = ["location", "path", "file", "filename"];

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
    /// <exception cref="SegueException">The file is too long, is not there, cannot be read, or is no list.</exception>
    public static SongList Read(string path, CancellationToken cancellationToken = default)
    {
        if (new FileInfo(path) is { Exists: true, Length: > BytesMax } file)
            throw new SegueException($"{path}: is {file.Length / 1_000_000:N0} MB long; a list of songs has at most {BytesMax / 1_000_000:N0} MB");
        if (Directory.Exists(path))
            throw new SegueException($"{path}: is a folder; expected a list of songs");
        List<SongListEntry> entries = [];
        foreach (InputFile input in InputFile.OpenAll([path], new Ledger(), cancellationToken))
        {
            if (Formats.Foreign(input.Head.Span) is { } what)
                throw new DataException(input.Name, 0, what);
            entries.AddRange(TableOf(input) is { } table ? OfTable(table, input) : OfLines(input));
        }

        return new SongList(path, entries);
    }

    /// <summary>A table is one whose header names songs.</summary>
    private static TableHead? TableOf(InputFile input)
    {
        ReadOnlySpan<byte> head = input.Head.Span;
        if (ParquetRows.Recognize(head))
            return ParquetRows.Head(input);
        if (head.TrimStart(" \r\n\t"u8) is [(byte)'{' or (byte)'[', ..])
            return JsonRows.ListIn(head) is { } list ? JsonRows.Head(head, list) : JsonRows.Head(head);
        TableHead? table = TableHead.Of(head, input.HeadIsWhole);
        bool namesSongs = table is not null && (table.ColumnOf(s_idColumns) >= 0 || table.HasKnownHeader);
        return namesSongs ? table : null;
    }

    private static IEnumerable<SongListEntry> OfTable(TableHead table, InputFile input)
    {
        int id = table.ColumnOf(s_idColumns), place = table.ColumnOf(s_placeColumns);
        int title = table.ColumnOf(ListenNames.Title), artist = table.ColumnOf(ListenNames.Artist);
        using TableRows rows = table.Open(input, hasHeader: true, [id, place, title, artist]);
        string Text(int column) => column < 0 || column >= rows.Count ? "" : Encoding.UTF8.GetString(rows[column]).Trim();
        for (long bytes = 0; rows.Read();)
        {
            if (rows.Problem is not null || rows.IsBlank)
                continue;
            CheckLength(input, bytes += Text(id).Length + Text(place).Length + Text(title).Length + Text(artist).Length);
            string text = Text(id).Length > 0 ? Text(id) : Text(place);
            if (text.Length + Text(title).Length > 0)
                yield return new SongListEntry(text, Text(title), ArtistNames.Split(Text(artist)).FirstOrDefault(""));
        }
    }

    private static IEnumerable<SongListEntry> OfLines(InputFile input)
    {
        RowReader rows = new(input.Utf8, RowShape.Tabs);
        SongLines lines = new();
        string described = "";
        bool isFirst = true;
        for (long bytes = 0; rows.Read(); isFirst = false)
        {
            CheckLength(input, bytes += rows.Row.Length);
            (SongLineKind kind, string text) = lines.Read(Encoding.UTF8.GetString(rows.Row));
            if (kind == SongLineKind.Described)
                described = text;
            if (kind is not (SongLineKind.Place or SongLineKind.Name) || rows.Problem is not null)
                continue;
            if (isFirst && TableHead.Key(text) == s_idColumns[0])
                continue; // A lone "id" may be a song; a lone "track_id" is a header.
            yield return new SongListEntry(text.Trim('"', ' '), described);
            described = "";
        }
    }

    private static void CheckLength(InputFile input, long bytes)
    {
        if (bytes > BytesMax)
            throw new SegueException($"{input.Name}: is more than {BytesMax / 1_000_000:N0} MB long, the most that a list of songs has");
    }
}
