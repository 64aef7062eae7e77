using Spectre.Console;
using Spectre.Console.Rendering;

namespace Segue.Cli;

/// <summary>
/// The rows of an answer: a few columns, and beside each row, where there is one, the reason for it. A wide terminal shows the reason as the last
/// column; a narrow one as a line of its own below the row, because a column of three characters is no reason, and minor columns with it where it
/// must. Names are cut, never wrapped, where even that is too wide.
/// </summary>
internal sealed class AnswerTable
{
    /// <summary>
    /// Below so many columns a row takes two lines; from the second on never, in between where a long name leaves the reason no room.
    /// </summary>
    private const int WideFrom = 100, WideAlwaysFrom = 160;

    private const int TextColumnMin = 8, ReasonMin = 20, ReasonIndent = 4, Gap = 3;

    private readonly List<Column> _columns = [];
    private readonly List<(string[] Cells, string Reason)> _rows = [];
    private string? _reasonTitle;

    /// <summary>A column of text.</summary>
    /// <param name="isMinor">Whether it goes to the second line where the first is too narrow for all.</param>
    public AnswerTable Text(string title, bool isMinor = false) => Add(new Column(title) { IsMinor = isMinor });

    /// <summary>A column of text that catches the eye: what the row is about.</summary>
    public AnswerTable Strong(string title) => Add(new Column(title) { Style = new Style(decoration: Decoration.Bold) });

    /// <summary>A column of numbers, flush right; it is never cut.</summary>
    public AnswerTable Number(string title, bool isMinor = false) => Add(new Column(title) { IsNumber = true, IsMinor = isMinor });

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
        if (terminal.Width >= WideAlwaysFrom || terminal.Width >= WideFrom && HasRoomForReason(terminal.Width))
            console.Write(Wide());
        else
            console.Write(new Rows(Narrow(terminal.Width)));
    }

    private bool HasRoomForReason(int width) =>
        _reasonTitle is null || Enumerable.Range(0, _columns.Count).Sum(c => WidthNeeded(c) + Gap) + ReasonMin <= width;

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
            TableColumn drawn = new(new Text(column.Title));
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
        int[] all = [.. Enumerable.Range(0, _columns.Count)];
        bool fits = LineWidth([.. all.Select(WidthNeeded)]) <= width;
        int[] first = fits ? all : [.. all.Where(c => !_columns[c].IsMinor)], second = [.. all.Except(first)];
        int[] widths = WidthsFor(first, width);
        yield return Spectre.Console.Text.Empty;
        yield return Line([.. _columns.Select(c => c.Title)], first, widths, isTitle: true);
        yield return new Text(new string('─', Math.Min(width, LineWidth(widths))));
        foreach ((string[] cells, string reason) in _rows)
        {
            yield return Line(cells, first, widths, isTitle: false);
            IEnumerable<string> minor = second.Where(c => cells[c].Length > 0).Select(c => $"{_columns[c].Title} {cells[c]}");
            string titled = reason.Length > 0 ? $"{_reasonTitle}: {reason}" : "";
            string below = string.Join("; ", new[] { string.Join(", ", minor), titled }.Where(t => t.Length > 0));
            if (below.Length > 0)
                yield return new Padder(new Text(below), new Padding(ReasonIndent, 0, 0, 0));
        }

        yield return Spectre.Console.Text.Empty;
    }

    private static int LineWidth(int[] widths) => 1 + widths.Sum() + 2 * (widths.Length - 1);

    private int WidthNeeded(int column) => _rows.Select(r => WidthOf(r.Cells[column])).Append(WidthOf(_columns[column].Title)).Max();

    /// <summary>Widths as the cells need them; where that is too much, the widest column of text gives way first.</summary>
    private int[] WidthsFor(int[] columns, int width)
    {
        int[] widths = [.. columns.Select(WidthNeeded)];
        while (LineWidth(widths) > width)
        {
            int widest = -1;
            for (int i = 0; i < widths.Length; i++)
            {
                if (!_columns[columns[i]].IsNumber && widths[i] > TextColumnMin && (widest < 0 || widths[i] > widths[widest]))
                    widest = i;
            }

            if (widest < 0)
                break;
            widths[widest]--;
        }

        return widths;
    }

    private Paragraph Line(string[] cells, int[] columns, int[] widths, bool isTitle)
    {
        Paragraph line = new() { Overflow = Overflow.Ellipsis };
        for (int i = 0; i < columns.Length; i++)
        {
            Column column = _columns[columns[i]];
            string text = Cut(cells[columns[i]], widths[i]);
            string blanks = new(' ', Math.Max(0, widths[i] - WidthOf(text)));
            line.Append(i == 0 ? " " : "  ");
            line.Append(column.IsNumber ? blanks : "");
            line.Append(text, isTitle ? Style.Plain : column.Style);
            line.Append(column.IsNumber ? "" : blanks);
        }

        return line;
    }

    /// <summary>
    /// The text, or its beginning and an ellipsis, in so many columns: a Chinese character takes two, and what is seen as one is not cut apart.
    /// </summary>
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

    private sealed class Column(string title)
    {
        public string Title { get; } = TerminalText.CleanLine(title);

        public bool IsNumber { get; init; }

        public bool IsMinor { get; init; }

        public Style Style { get; init; } = Style.Plain;
    }
}
