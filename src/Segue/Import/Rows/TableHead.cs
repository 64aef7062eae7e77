using System.Globalization;
using System.Text;

namespace Segue.Import;

/// <summary>The beginning of a file seen as a table: how many columns, what the first rows hold, and how to read them all.</summary>
internal sealed class TableHead
{
    private const int RowsMax = 50;

    /// <summary>A header stands among so many first rows: above it are a title, a date, an address.</summary>
    private const int JunkRowsMax = 12;

    /// <summary>What columns may hold, each with what it may be called.</summary>
    private static readonly IReadOnlyList<string>[] s_known =
    [
        ListenNames.User, [.. ListenNames.Artist, "trackdescription"], ListenNames.Title, ListenNames.Album, ListenNames.Time, ListenNames.Plays,
        ListenNames.Id, ListenNames.Milliseconds, ListenNames.Seconds, ListenNames.Skipped, ListenNames.Reason, ["artistid"],
        ["danceability"], ["energy"], ["valence"], ["tempo"], ["isuserinitiated"],
    ];

    private readonly Opening _open;

    private TableHead(string kind, IReadOnlyList<string[]> rows, int columns, Opening open) =>
        (Kind, Rows, Columns, _open) = (kind, rows, columns, open);

    /// <summary>The head of a table whose format names its columns.</summary>
    /// <param name="kind">"JSON properties".</param>
    /// <param name="rows">The names, and below them the first rows where they are known.</param>
    public TableHead(string kind, IReadOnlyList<string[]> rows, Func<InputFile, IReadOnlyList<int>, int, TableRows> open)
        : this(kind, rows, rows[0].Length, (input, _, used, list) => open(input, used, list)) => (NamesItsColumns, Regularity) = (true, 1);

    private delegate TableRows Opening(InputFile input, int rowsBefore, IReadOnlyList<int> used, int list);

    /// <summary>For messages: "comma-separated columns".</summary>
    public string Kind { get; }

    /// <summary>Whether the format itself names the columns, so that the first row is certainly a header.</summary>
    public bool NamesItsColumns { get; private init; }

    /// <summary>The lines before the first row that begin with #.</summary>
    public IReadOnlyList<string> Comments { get; private init; } = [];

    /// <summary>How many rows stand before the first of <see cref="Rows"/>: comments, blank and broken ones, and what is above a header.</summary>
    public int RowsBefore { get; private init; }

    /// <summary>How many rows of the file the header is: none where a person numbered the columns.</summary>
    public int HeaderRows { get; private init; } = 1;

    /// <summary>Whether the first row names columns in words that are known.</summary>
    public bool HasKnownHeader { get; private init; }

    /// <summary>The first rows that are not blank.</summary>
    public IReadOnlyList<string[]> Rows { get; }

    /// <summary>How many columns most rows have.</summary>
    public int Columns { get; }

    /// <summary>The share of rows that have so many (0..1).</summary>
    public double Regularity { get; private init; }

    /// <summary>
    /// The table that the head of a file makes, or null when no separator gives two columns. It is cut at the separator that gives a row of known
    /// names of columns; without one, at that which gives the most regular rows.
    /// </summary>
    public static TableHead? Of(ReadOnlySpan<byte> head, bool isWhole)
    {
        TableHead? best = null;
        int known = 0;
        foreach (RowShape shape in (ReadOnlySpan<RowShape>)[RowShape.Tabs, RowShape.Commas, new((byte)';', true), new((byte)'|', true)])
        {
            TableHead table = Cut(head, isWhole, shape);
            int names = table.HasKnownHeader ? KnownNames(table.Rows[0]) : 0;
            bool isMoreRegular = shape.Separator != '|' && (best is null || table.Regularity > best.Regularity + 0.1);
            if (table.Columns >= 2 && (names > known || known == 0 && isMoreRegular))
                (best, known) = (table, names);
        }

        return best;
    }

    /// <summary>
    /// Whether text is too regular for a list of names: three columns or more, or two at a separator that no name has. A comma in a name has a space
    /// behind it ("Tyler, The Creator"), one between columns has none.
    /// </summary>
    public static bool LooksLikeOne(ReadOnlySpan<byte> head, bool isWhole)
    {
        if (Of(head, isWhole) is not { } table)
            return false;
        if (table.HasKnownHeader)
            return true;
        string[][] fitting = [.. table.Rows.Where(r => r.Length == table.Columns)];
        int ofNames = fitting.Count(r => r.Skip(1).All(f => f.StartsWith(' ')));
        bool isRegular = fitting.Length * 5 >= table.Rows.Count * 4 && ofNames * 2 < fitting.Length;
        return isRegular && (table.Columns > 2 || table.Kind != NameOf(RowShape.Tabs));
    }

    /// <summary>The first row, fit to stand in a message.</summary>
    public string HeaderShown => LedgerReason.Sample(Encoding.UTF8.GetBytes(string.Join(", ", Rows[0].Take(40))), charsMax: 300);

    /// <summary>Reads all rows of the file.</summary>
    /// <param name="hasHeader">Whether the first row is one.</param>
    /// <param name="used">The columns that are wanted (others may be empty); those that are -1 do not count.</param>
    /// <param name="list">The column that may hold several values, or -1.</param>
    public TableRows Open(InputFile input, bool hasHeader, IEnumerable<int> used, int list = -1) =>
        Prepared(_open(
            input,
            RowsBefore + (hasHeader ? HeaderRows : 0),
            hasHeader ? Unambiguous(used, input.Name) : [.. used.Where(c => c >= 0).Distinct()],
            list));

    private TableRows Prepared(TableRows rows)
    {
        rows.Columns = Columns;
        rows.Hidden = [.. Enumerable.Range(0, Rows[0].Length).Where(c => PersonalData.IsPersonal(Rows[0][c]))];
        return rows;
    }

    /// <summary>The same lines cut at tabs.</summary>
    public TableHead WithTabs() => new(NameOf(RowShape.Tabs), Rows, Columns, Lines(RowShape.Tabs))
    {
        Comments = Comments,
        RowsBefore = RowsBefore,
        Regularity = Regularity,
    };

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

    /// <summary>The same table with columns called what a person says they hold, by their names, or by their numbers (from 1) where there is no
    /// header.</summary>
    /// <exception cref="DataException">There is no such column.</exception>
    public TableHead Renamed(IReadOnlyDictionary<string, string> map, string path)
    {
        if (map.Count == 0 || Rows.Count == 0)
            return this;
        bool areNumbers = !NamesItsColumns && map.Values.All(c => NumberOf(c) is > 0 and var number && number <= Columns && !Has(c));
        bool isHeaderOurs = areNumbers && !HasKnownHeader;
        string[] names = isHeaderOurs
            ? [.. Enumerable.Range(1, Columns).Select(n => $"column {n}")]
            : [.. Rows[0].Select(n => map.Keys.Any(role => Key(role) == Key(n)) ? "unused " + n : n)];
        foreach ((string role, string column) in map)
        {
            int at = areNumbers ? NumberOf(column) - 1 : Array.FindIndex(Rows[0], n => Key(n) == Key(column));
            if (at < 0)
            {
                throw new DataException(
                    path, NamesItsColumns ? 0 : RowsBefore + 1, $"there is no column '{column}' for {role}; the header has: {HeaderShown}");
            }

            names[at] = role;
        }

        return new TableHead(Kind, [names, .. Rows.Skip(isHeaderOurs ? 0 : 1)], Columns, _open)
        {
            Comments = Comments,
            RowsBefore = RowsBefore,
            Regularity = Regularity,
            NamesItsColumns = NamesItsColumns,
            HeaderRows = isHeaderOurs ? 0 : HeaderRows,
            HasKnownHeader = true,
        };
    }

    /// <summary>How many columns a row names in words that are known, each thing once; 0 where a number stands in it.</summary>
    public static int KnownNames(IReadOnlyList<string> row)
    {
        if (row.Any(f => double.TryParse(f, NumberStyles.Float, CultureInfo.InvariantCulture, out _)))
            return 0;
        string[] keys = [.. row.Select(Key)];
        return s_known.Count(names => names.Any(n => keys.Contains(n)));
    }

    /// <summary>The name of a column as it is compared: letters and digits, lower case; lastfmstats puts its user behind a # ("Date#ann").</summary>
    public static string Key(string name)
    {
        int user = name.IndexOf('#');
        return string.Concat((user > 0 ? name[..user] : name).Where(char.IsLetterOrDigit)).ToLowerInvariant();
    }

    private static int NumberOf(string column) => int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1;

    private static TableHead Cut(ReadOnlySpan<byte> head, bool isWhole, RowShape shape)
    {
        RowReader reader = new(new MemoryStream(head.ToArray()), shape);
        List<string[]> rows = [];
        List<int> before = []; // How many rows of the file stand before each.
        List<string> comments = [];
        for (int read = 0; rows.Count <= RowsMax && reader.Read(); read++)
        {
            if (reader.IsBlank || reader.Problem is not null)
                continue;
            if (rows.Count == 0 && reader.Row.StartsWith("#"u8))
            {
                comments.Add(Encoding.UTF8.GetString(reader.Row));
                continue;
            }

            string[] row = new string[reader.Count];
            for (int f = 0; f < row.Length; f++)
                row[f] = Encoding.UTF8.GetString(reader[f]);
            rows.Add(row);
            before.Add(read);
        }

        if (rows.Count > 1 && (!isWhole || rows.Count > RowsMax))
            rows.RemoveAt(rows.Count - 1); // The head may end inside it.
        int[] known = [.. rows.Take(JunkRowsMax).Select(KnownNames)];
        int header = known.Length > 0 && known.Max() >= 2 ? Array.IndexOf(known, known.Max()) : -1;
        if (header >= 0 && shape == RowShape.Tabs && rows[header].All(f => f is ['"', .., '"']))
            return Cut(head, isWhole, shape with { Quotes = true });
        rows.RemoveRange(0, Math.Max(header, 0));
        IGrouping<int, string[]>? usual = rows.GroupBy(r => r.Length).OrderByDescending(g => g.Count()).ThenByDescending(g => g.Key).FirstOrDefault();
        return new TableHead(NameOf(shape), rows, header >= 0 ? rows[0].Length : usual?.Key ?? 0, Lines(shape))
        {
            Comments = comments,
            RowsBefore = before.Count == 0 ? 0 : before[Math.Max(header, 0)],
            Regularity = usual is null ? 0 : (double)usual.Count() / rows.Count,
            HasKnownHeader = header >= 0,
        };
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
