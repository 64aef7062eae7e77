using Spectre.Console;
using Spectre.Console.Rendering;

namespace Segue.Cli;

/// <summary>
/// The rows of an answer: a few columns, and beside each row, where there is one, the reason for it. A wide terminal shows the reason as the last column; a
/// narrow one as a line of its own below the row, because a column of three characters is no reason. Names are cut, never wrapped, where even that is
/// too wide.
/// </summary>
internal sealed class AnswerTable
{
    /// <summary>Below so many columns a row takes two lines.</summary>
    private const int WideFrom = 100;

    private const int TextColumnMin = 8, ReasonIndent = 4;

    private readonly List<Column> _columns = [];
    private readonly List<(string[] Cells, string Reason)> _rows = [];
    private string? _reasonTitle;

    /// <summary>A column of text.</summary>
    public AnswerTable Text(string title) => Add(new Column(title, IsNumber: false, IsStrong: false));

    /// <summary>A column of text that catches the eye: what the row is about.</summary>
    public AnswerTable Strong(string title) => Add(new Column(title, IsNumber: false, IsStrong: true));

    /// <summary>A column of numbers, flush right; it is never cut.</summary>
    public AnswerTable Number(string title) => Add(new Column(title, IsNumber: true, IsStrong: false));

    /// <summary>What stands beside each row and is long: why it is there.</summary>
    public AnswerTable Reason(string title)
    {
        _reasonTitle = title;
        return this;
    }

    /// <param name="cells">One for each column, in their order.</param>
    /// <param name="reason">Empty where there is none.</param>
    public void Add(IEnumerable<string> cells, string reason = "")
    {
        string[] row = [.. cells.Select(TerminalText.CleanLine)];
        if (row.Length != _columns.Count)
            throw new ArgumentException($"A row of {row.Length} cells for {_columns.Count} columns.", nameof(cells));
        _rows.Add((row, TerminalText.CleanLine(reason)));
    }

    public void Write(Terminal terminal)
    {
        IAnsiConsole console = terminal.Ansi();
        if (terminal.Width >= WideFrom)
            console.Write(Wide());
        else
            console.Write(new Rows(Narrow(terminal.Width)));
    }

    private AnswerTable Add(Column column)
    {
        _columns.Add(column);
        return this;
    }

    private Table Wide()
    {
        Table table = new() { Border = TableBorder.Simple, UseSafeBorder = false };
        foreach (Column column in _columns)
        {
            TableColumn drawn = new(new Text(TerminalText.CleanLine(column.Title)));
            table.AddColumn(column.IsNumber ? drawn.RightAligned() : drawn);
        }

        if (_reasonTitle is not null)
            table.AddColumn(new TableColumn(new Text(_reasonTitle)));
        foreach ((string[] cells, string reason) in _rows)
        {
            IEnumerable<Text> drawn = cells.Zip(_columns, (cell, column) => new Text(cell, column.Style));
            table.AddRow(_reasonTitle is null ? drawn : drawn.Append(new Text(reason)));
        }

        return table;
    }

    /// <summary>Columns with two blanks between them, and each reason below its row, indented and wrapped between words.</summary>
    private IEnumerable<IRenderable> Narrow(int width)
    {
        int[] widths = WidthsFor(width);
        yield return Spectre.Console.Text.Empty;
        yield return Line([.. _columns.Select(c => TerminalText.CleanLine(c.Title))], widths, isTitle: true);
        yield return new Text(new string('─', Math.Min(width, 1 + widths.Sum() + 2 * (widths.Length - 1))));
        foreach ((string[] cells, string reason) in _rows)
        {
            yield return Line(cells, widths, isTitle: false);
            if (reason.Length > 0)
                yield return new Padder(new Text($"{_reasonTitle}: {reason}"), new Padding(ReasonIndent, 0, 0, 0));
        }

        yield return Spectre.Console.Text.Empty;
    }

    /// <summary>Widths as the cells need them; where that is too much, the widest column of text gives way first.</summary>
    private int[] WidthsFor(int width)
    {
        int[] widths = [.. _columns.Select((column, c) => _rows.Select(r => WidthOf(r.Cells[c])).Append(WidthOf(column.Title)).Max())];
        int room = width - 1 - 2 * (widths.Length - 1);
        while (widths.Sum() > room)
        {
            int widest = Enumerable.Range(0, widths.Length)
                .Where(c => !_columns[c].IsNumber && widths[c] > TextColumnMin)
                .DefaultIfEmpty(-1).MaxBy(c => c < 0 ? 0 : widths[c]);
            if (widest < 0)
                break;
            widths[widest]--;
        }

        return widths;
    }

    private Paragraph Line(string[] cells, int[] widths, bool isTitle)
    {
        Paragraph line = new() { Overflow = Overflow.Ellipsis };
        for (int c = 0; c < cells.Length; c++)
        {
            string text = Cut(cells[c], widths[c]);
            string blanks = new(' ', Math.Max(0, widths[c] - WidthOf(text)));
            line.Append(c == 0 ? " " : "  ");
            line.Append(_columns[c].IsNumber ? blanks : "");
            line.Append(text, isTitle ? Style.Plain : _columns[c].Style);
            line.Append(_columns[c].IsNumber ? "" : blanks);
        }

        return line;
    }

    /// <summary>The text, or its beginning and an ellipsis, in so many columns: a Chinese character takes two, and what is seen as one is not cut apart.</summary>
    private static string Cut(string text, int width)
    {
        if (WidthOf(text) <= width)
            return text;
        System.Globalization.TextElementEnumerator elements = System.Globalization.StringInfo.GetTextElementEnumerator(text);
        string cut = "";
        while (elements.MoveNext() && WidthOf(cut + elements.GetTextElement()) < width)
            cut += elements.GetTextElement();
        return cut.TrimEnd() + "…";
    }

    private static int WidthOf(string text) => new Segment(text).CellCount();

    private sealed record Column(string Title, bool IsNumber, bool IsStrong)
    {
        public Style Style => IsStrong ? new Style(decoration: Decoration.Bold) : Style.Plain;
    }
}
