using System.Text;
using Parquet;
using Parquet.Schema;

namespace Segue.Import;

/// <summary>
/// The rows of a Parquet file, row group after row group. Of a group, the columns that are used are in memory at once; a group that would take more
/// than <see cref="GroupBytesMax"/> is refused before it is read. Columns inside structures have the path as their name (<c>user.name</c>).
/// The library that decodes it throws whatever it likes at damaged data: everything it throws is an error that names file and row.
/// </summary>
internal sealed class ParquetRows : TableRows
{
    /// <summary>What a group may take, estimated: 6 bytes for a byte of text (UTF-16, headers of objects, copies while decoding), 48 for a
    /// value.</summary>
    public const long GroupBytesMax = 2L << 30;

    /// <summary>The description of rows and columns at the end of the file: 64 bytes a column and group, so this is a million of them.</summary>
    private const int FooterBytesMax = 64 << 20;

    /// <summary>The decoder goes down one call for each structure inside another, and the stack has an end.</summary>
    private const ulong ColumnsMax = 2000;

    /// <summary>The field of the description that lists columns and structures (parquet.thrift, FileMetaData).</summary>
    private const int SchemaField = 2;

    private readonly string _name;
    private readonly ParquetReader _reader;
    private readonly IReadOnlyList<string> _names;
    private readonly ParquetColumn?[] _columns;
    private readonly RowFields _fields;
    private int _group;
    private long _left;

    private ParquetRows(string name, ParquetReader reader, Leaf[] leaves, IReadOnlyList<int> used, int list)
    {
        (_name, _reader, _names, Count) = (name, reader, [.. leaves.Select(l => l.Name)], leaves.Length);
        (_columns, _fields) = (new ParquetColumn?[Count], new RowFields(Count));
        foreach (int column in used)
        {
            DataField field = leaves[column].Field;
            if (field.MaxRepetitionLevel > (column == list ? 1 : 0))
                throw new DataException(name, 0, $"the column '{_names[column]}' holds lists; one value a row is wanted");
            _columns[column] = ParquetColumn.Of(field, column)
                ?? throw new DataException(name, 0,
                    $"the column '{_names[column]}' is of a type that is not read here ({field.ClrType.Name}); write it as text or number");
        }
    }

    public override int Count { get; }

    public override ReadOnlySpan<byte> this[int field] => _fields[field];

    public override byte[] Shown(int faulty = -1) => Show();

    /// <summary>Whether a file begins as Parquet does.</summary>
    public static bool Recognize(ReadOnlySpan<byte> head) => head.StartsWith("PAR1"u8);

    /// <summary>The table in a Parquet file.</summary>
    /// <exception cref="DataException">It is damaged.</exception>
    public static TableHead Head(InputFile input)
    {
        Stream stream = input.Seekable();
        CheckEnds(stream, input.Name);
        ParquetReader reader = Decoded(input.Name, 0, () => ParquetReader.CreateAsync(stream, null, leaveStreamOpen: true).GetAwaiter().GetResult());
        Leaf[] leaves = Decoded(input.Name, 0, () => reader.Schema.DataFields.Select(f => new Leaf(NameOf(f), f)).ToArray());
        return new TableHead("Parquet columns", [[.. leaves.Select(l => l.Name)]], (file, used, list) =>
            new ParquetRows(file.Name, reader, leaves, used, list));
    }

    public override bool Read()
    {
        while (_left == 0)
        {
            if (_group >= _reader.RowGroupCount)
                return false;
            _left = Load(_group++);
        }

        _left--;
        Line++;
        _fields.Clear();
        foreach (ParquetColumn? column in _columns)
            column?.Next(_fields);
        return true;
    }

    public override void Dispose()
    {
        _reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose();
    }

    private static void CheckEnds(Stream stream, string name)
    {
        Span<byte> end = stackalloc byte[8];
        if (stream.Length < 12)
            throw new DataException(name, 0, "is a Parquet file that was cut off");
        stream.Seek(-8, SeekOrigin.End);
        stream.ReadExactly(end);
        stream.Seek(0, SeekOrigin.Begin);
        if (end[4..].SequenceEqual("PARE"u8))
            throw new DataException(name, 0, "is an encrypted Parquet file; decrypt it first");
        if (!end[4..].SequenceEqual("PAR1"u8))
            throw new DataException(name, 0, "is a Parquet file that was cut off (its end is missing); fetch or write it again");
        int footer = BitConverter.ToInt32(end);
        if (footer <= 0 || footer > FooterBytesMax || footer > stream.Length - 12)
            throw new DataException(name, 0, "is a damaged Parquet file (the length of its footer is wrong); fetch or write it again");
        byte[] description = new byte[footer];
        stream.Seek(-8 - footer, SeekOrigin.End);
        stream.ReadExactly(description);
        stream.Seek(0, SeekOrigin.Begin);
        if (!ThriftWalk.IsStruct(description, SchemaField, out ulong columns))
            throw new DataException(name, 0, "is a damaged Parquet file (its footer is not whole); fetch or write it again");
        if (columns > ColumnsMax)
        {
            throw new DataException(name, 0,
                $"has {columns:N0} columns and structures; at most {ColumnsMax:N0} are read. Write a file of the columns that hold plays or tracks");
        }
    }

    /// <summary>Fields of structures by their path; the two levels that a list puts between itself and its elements are left out.</summary>
    private static string NameOf(DataField field)
    {
        IReadOnlyList<string> path = [.. field.Path.ToList()];
        return string.Join('.', field.MaxRepetitionLevel > 0 && path.Count > 2 ? path.Take(path.Count - 2) : path);
    }

    private static T Decoded<T>(string name, long row, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is not (SegueException or OperationCanceledException))
        {
            string why = LedgerReason.Sample(Encoding.UTF8.GetBytes(e.Message.TrimEnd('.')));
            throw new DataException(name, row,
                $"the Parquet data are damaged, or written in a way that is not read here ({why}); fetch or write the file again", e);
        }
    }

    private long Load(int index) => Decoded(_name, Line + 1, () =>
    {
        using ParquetRowGroupReader group = _reader.OpenRowGroupReader(index);
        long rows = group.RowCount;
        CheckSize(group, rows);
        foreach (ParquetColumn? column in _columns)
            column?.Load(group, (int)rows);
        return rows;
    });

    private void CheckSize(ParquetRowGroupReader group, long rows)
    {
        const long BytesAValue = 48, BytesATextByte = 6;
        long bytes = 0, values = 0;
        foreach (ParquetColumn? column in _columns)
        {
            if (column is null || group.GetMetadata(column.Field)?.MetaData is not { } about)
                continue;
            (values, bytes) = (values + Math.Max(rows, about.NumValues), bytes + about.TotalUncompressedSize);
            if (about.NumValues < 0 || about.TotalUncompressedSize < 0 || about.NumValues > int.MaxValue)
                throw new InvalidDataException("a count that cannot be");
        }

        if (rows < 0 || rows > int.MaxValue)
            throw new InvalidDataException("a number of rows that cannot be");
        if (bytes > GroupBytesMax / BytesATextByte || values > GroupBytesMax / BytesAValue || values * BytesAValue + bytes * BytesATextByte > GroupBytesMax)
        {
            throw new DataException(_name, Line + 1,
                $"a row group of {rows:N0} rows and {bytes / 1e6:N0} MB is too large to be read in bounded memory; write it with at most 1,000,000 rows a group");
        }
    }

    private byte[] Show() => Encoding.UTF8.GetBytes(string.Join(", ", _columns
        .Where(c => c is not null && !PersonalData.IsPersonal(_names[c.Index]))
        .Select(c => $"{_names[c!.Index]}={Encoding.UTF8.GetString(_fields[c.Index])}")));

    private readonly record struct Leaf(string Name, DataField Field);
}
