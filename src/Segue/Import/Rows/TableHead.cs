using System.Text;

namespace Segue.Import;

/// <summary>The beginning of a file seen as a table: how many columns, what the first rows hold, and how to read them all.</summary>
internal sealed class TableHead
{
    private const int RowsMax = 50;

    private readonly Opening _open;

    private TableHead(
        string kind, IReadOnlyList<string> comments, int rowsBefore, IReadOnlyList<string[]> rows, int columns, double regularity, Opening open) =>
        (Kind, Comments, RowsBefore, Rows, Columns, Regularity, _open) = (kind, comments, rowsBefore, rows, columns, regularity, open);

    /// <summary>The head of a table whose format names its columns.</summary>
    /// <param name="kind">"JSON properties".</param>
    /// <param name="rows">The names, and below them the first rows where they are known.</param>
    public TableHead(string kind, IReadOnlyList<string[]> rows, Func<InputFile, IReadOnlyList<int>, int, TableRows> open)
        : this(kind, [], 0, rows, rows[0].Length, 1, (input, _, used, list) => open(input, used, list)) => NamesItsColumns = true;

    private delegate TableRows Opening(InputFile input, int rowsBefore, IReadOnlyList<int> used, int list);

    /// <summary>For messages: "comma-separated columns".</summary>
    public string Kind { get; }

    /// <summary>Whether the format itself names the columns, so that the first row is certainly a header.</summary>
    public bool NamesItsColumns { get; private init; }

    /// <summary>The lines before the first row that begin with #.</summary>
    public IReadOnlyList<string> Comments { get; }

    /// <summary>How many rows stand before the first of <see cref="Rows"/>: comments, blank and broken ones.</summary>
    public int RowsBefore { get; }

    /// <summary>The first rows that are not blank.</summary>
    public IReadOnlyList<string[]> Rows { get; }

    /// <summary>How many columns most rows have.</summary>
    public int Columns { get; }

    /// <summary>The share of rows that have so many (0..1).</summary>
    public double Regularity { get; }

    /// <summary>The table that the head of a file makes, or null when no separator gives two columns.</summary>
    public static TableHead? Of(ReadOnlySpan<byte> head, bool isWhole)
    {
        TableHead? best = null;
        foreach (RowShape shape in (ReadOnlySpan<RowShape>)[RowShape.Tabs, RowShape.Commas, new((byte)';', true)])
        {
            TableHead table = Cut(head, isWhole, shape);
            if (table.Columns >= 2 && (best is null || table.Regularity > best.Regularity + 0.1))
                best = table;
        }

        return best;
    }

    /// <summary>The first row, fit to stand in a message.</summary>
    public string HeaderShown => LedgerReason.Sample(Encoding.UTF8.GetBytes(string.Join(", ", Rows[0].Take(40))), charsMax: 300);

    /// <summary>Reads all rows of the file.</summary>
    /// <param name="hasHeader">Whether the first row is one.</param>
    /// <param name="used">The columns that are wanted (others may be empty); those that are -1 do not count.</param>
    /// <param name="list">The column that may hold several values, or -1.</param>
    public TableRows Open(InputFile input, bool hasHeader, IEnumerable<int> used, int list = -1) =>
        _open(input, RowsBefore + (hasHeader ? 1 : 0), hasHeader ? Unambiguous(used, input.Name) : [.. used.Where(c => c >= 0).Distinct()], list);

    /// <summary>The same lines cut at tabs.</summary>
    public TableHead WithTabs() => new(NameOf(RowShape.Tabs), Comments, RowsBefore, Rows, Columns, Regularity, Lines(RowShape.Tabs));

    /// <summary>Whether something holds for at least half of the rows.</summary>
    public bool Most(Func<string[], bool> holds)
    {
        int fitting = Rows.Count(r => r.Length == Columns && holds(r));
        return fitting > 0 && fitting * 2 >= Rows.Count;
    }

    /// <summary>Where the first row has one of these names, which are <see cref="Key">keys</see> in order of preference; -1 where it has
    /// none.</summary>
    public int ColumnOf(params IReadOnlyList<string> names) => ColumnOf(Rows[0], names);

    /// <inheritdoc cref="ColumnOf(IReadOnlyList{string})"/>
    public static int ColumnOf(IEnumerable<string> header, params IReadOnlyList<string> names)
    {
        string[] keys = [.. header.Select(Key)];
        return names.Select(n => Array.IndexOf(keys, n)).FirstOrDefault(c => c >= 0, -1);
    }

    public bool Has(string column) => Rows[0].Any(n => Key(n) == Key(column));

    /// <summary>The same table with columns called what a person says they hold.</summary>
    /// <exception cref="DataException">There is no such column.</exception>
    public TableHead Renamed(IReadOnlyDictionary<string, string> map, string path)
    {
        if (map.Count == 0 || Rows.Count == 0)
            return this;
        string[] names = [.. Rows[0].Select(n => map.Keys.Any(role => Key(role) == Key(n)) ? "unused " + n : n)];
        foreach ((string role, string column) in map)
        {
            int at = Array.FindIndex(Rows[0], n => Key(n) == Key(column));
            if (at < 0)
            {
                throw new DataException(
                    path, NamesItsColumns ? 0 : RowsBefore + 1, $"there is no column '{column}' for {role}; the header has: {HeaderShown}");
            }

            names[at] = role;
        }

        return new TableHead(Kind, Comments, RowsBefore, [names, .. Rows.Skip(1)], Columns, Regularity, _open) { NamesItsColumns = NamesItsColumns };
    }

    /// <summary>The name of a column as it is compared: letters and digits, lower case.</summary>
    public static string Key(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    private static TableHead Cut(ReadOnlySpan<byte> head, bool isWhole, RowShape shape)
    {
        RowReader reader = new(new MemoryStream(head.ToArray()), shape);
        List<string[]> rows = [];
        List<string> comments = [];
        int rowsBefore = 0;
        while (rows.Count <= RowsMax && reader.Read())
        {
            if (reader.IsBlank || reader.Problem is not null)
            {
                rowsBefore += rows.Count == 0 ? 1 : 0;
                continue;
            }

            if (rows.Count == 0 && reader.Row.StartsWith("#"u8))
            {
                comments.Add(Encoding.UTF8.GetString(reader.Row));
                rowsBefore++;
                continue;
            }

            string[] row = new string[reader.Count];
            for (int f = 0; f < row.Length; f++)
                row[f] = Encoding.UTF8.GetString(reader[f]);
            rows.Add(row);
        }

        if (rows.Count > 1 && (!isWhole || rows.Count > RowsMax))
            rows.RemoveAt(rows.Count - 1); // The head may end inside it.
        IGrouping<int, string[]>? usual = rows.GroupBy(r => r.Length).OrderByDescending(g => g.Count()).ThenByDescending(g => g.Key).FirstOrDefault();
        return new TableHead(
            NameOf(shape), comments, rowsBefore, rows, usual?.Key ?? 0, usual is null ? 0 : (double)usual.Count() / rows.Count, Lines(shape));
    }

    /// <exception cref="DataException">Another column has the name of one that is wanted.</exception>
    private int[] Unambiguous(IEnumerable<int> used, string path)
    {
        int[] columns = [.. used.Where(c => c >= 0).Distinct()];
        string[] keys = [.. Rows[0].Select(Key)];
        foreach (int column in columns)
        {
            if (Array.LastIndexOf(keys, keys[column]) != Array.IndexOf(keys, keys[column]))
                throw new DataException(path, NamesItsColumns ? 0 : RowsBefore + 1, $"two columns are called '{Rows[0][column]}'; rename one: {HeaderShown}");
        }

        return columns;
    }

    private static string NameOf(RowShape shape) => $"{shape.SeparatorName}-separated columns";

    private static Opening Lines(RowShape shape) => (input, rowsBefore, _, _) =>
    {
        RowReader rows = new(input.Utf8, shape);
        rows.Skip(rowsBefore);
        return rows;
    };
}
