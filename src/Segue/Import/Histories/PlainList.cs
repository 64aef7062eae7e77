using System.Text;

namespace Segue.Import;

/// <summary>The simplest history: one artist, or <c>artist - title</c>, a line; or a playlist, whose described songs are taken.</summary>
internal static class PlainList
{
    public const string Format = "list of artists or songs";

    private const int LineMax = 500;

    /// <summary>Whether it can be one: readable lines, none of them markup or longer than a name, and no table.</summary>
    public static bool Recognize(ReadOnlySpan<byte> head, bool isWhole)
    {
        if (head.TrimStart(" \r\n\t"u8) is not [var first, ..] || first is (byte)'<' or (byte)'{' or (byte)'[')
            return false;
        if (head.Contains((byte)0) || !Encoding.UTF8.GetString(head).Split('\n').All(l => l.Length <= LineMax))
            return false;
        return head.StartsWith("#EXTM3U"u8) || !TableHead.LooksLikeOne(head, isWhole);
    }

    public static void Read(InputFile input, LedgerFile ledger, ImportRun run)
    {
        RowReader rows = new(input.Utf8, RowShape.Tabs);
        SongLines lines = new();
        run.BeginHistory(ledger);
        while (rows.Read())
        {
            run.Tick(input, ledger);
            ledger.RowsRead++;
            if (rows.Problem is { } problem)
            {
                ledger.Reject(problem, rows);
                continue;
            }

            (SongLineKind kind, string text) = lines.Read(Encoding.UTF8.GetString(rows.Row));
            if (kind == SongLineKind.Blank)
                ledger.Skip("blank line", rows);
            else if (kind is SongLineKind.Comment or SongLineKind.Place)
                ledger.Skip(kind == SongLineKind.Comment ? "a comment" : "a path, an address or an id, which names no artist", rows);
            else if (text.Length is 0 or > LineMax)
                ledger.Reject("longer than a name can be, or empty", rows);
            else if (ledger.RowsRead == 1 && ListenNames.Artist.Contains(TableHead.Key(text)))
                ledger.Skip("the name of the column", rows);
            else if (run.History.Add(Parse(text)))
                ledger.Accept();
            else
                ledger.Merge();
        }

        run.Close(input, ledger, rows);
    }

    private static Listen Parse(string line)
    {
        (string artist, string? title) = HistoryTable.Split(line);
        return title is null && line.IndexOf('\t') is > 0 and var tab
            ? new Listen { Artist = line[..tab].Trim(), Title = line[(tab + 1)..].Trim() }
            : new Listen { Artist = artist, Title = title };
    }
}
