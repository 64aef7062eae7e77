using System.Text;

namespace Segue.Import;

/// <summary>The simplest history: one artist, or <c>artist - title</c>, a line. Lines that begin with # are comments (#EXTINF of a playlist is a
/// song).</summary>
internal static class PlainList
{
    public const string Format = "list of artists or songs";

    private const int LineMax = 500;
    private const string SongOfPlaylist = "#EXTINF:";
    private static readonly string[] s_between = [" - ", " – ", " — "];

    /// <summary>Whether it can be one: readable lines, none of them markup or longer than a name.</summary>
    public static bool Recognize(ReadOnlySpan<byte> head)
    {
        if (head.TrimStart(" \r\n\t"u8) is not [var first, ..] || first is (byte)'<' or (byte)'{' or (byte)'[')
            return false;
        return !head.Contains((byte)0) && Encoding.UTF8.GetString(head).Split('\n').All(l => l.Length <= LineMax);
    }

    public static void Read(InputFile input, LedgerFile ledger, ImportRun run)
    {
        RowReader rows = new(input.Utf8, RowShape.Tabs);
        run.BeginHistory();
        bool isPlaylist = false;
        while (rows.Read())
        {
            run.Tick(input, ledger);
            ledger.RowsRead++;
            string line = Encoding.UTF8.GetString(rows.Row).Trim();
            isPlaylist |= line.StartsWith("#EXTM3U", StringComparison.Ordinal);
            bool isSong = line.StartsWith(SongOfPlaylist, StringComparison.Ordinal);
            if (isSong && line.IndexOf(',') is > 0 and var comma)
                line = line[(comma + 1)..].Trim();
            if (rows.Problem is { } problem)
                ledger.Reject(problem, rows.Line, rows.Row);
            else if (line.Length == 0)
                ledger.Skip("blank line", rows.Line, rows.Row);
            else if (isPlaylist ? !isSong : line[0] == '#')
                ledger.Skip("a comment or path", rows.Line, rows.Row);
            else if (line.Length > LineMax)
                ledger.Reject("longer than a name can be", rows.Line, rows.Row);
            else if (run.History.Add(Parse(line)))
                ledger.Accept();
            else
                ledger.Merge();
        }

        run.Close(input, ledger, rows);
    }

    private static Listen Parse(string line)
    {
        foreach (string between in s_between)
        {
            int at = line.IndexOf(between, StringComparison.Ordinal);
            if (at > 0 && line[(at + between.Length)..].Trim() is { Length: > 0 } title)
                return new Listen { Artist = line[..at].Trim(), Title = title };
        }

        return line.IndexOf('\t') is > 0 and var tab
            ? new Listen { Artist = line[..tab].Trim(), Title = line[(tab + 1)..].Trim() }
            : new Listen { Artist = line };
    }
}
