namespace Segue.Import;

/// <summary>
/// The rows of a table one after the other, as UTF-8 text, whatever they are written in: lines with separators (<see cref="RowReader"/>), JSON
/// objects (<see cref="JsonRows"/>), columns of Parquet (<see cref="ParquetRows"/>). Who reads plays, tracks or listens sees only this.
/// </summary>
internal abstract class TableRows : IDisposable
{
    /// <summary>Where the row stands: the 1-based line on which it starts, in Parquet the number of the row.</summary>
    public long Line { get; protected set; }

    /// <summary>What is wrong with the row as such, or null.</summary>
    public string? Problem { get; protected set; }

    /// <summary>Rows so far that were not UTF-8, and the line of the first.</summary>
    public (long Count, long FirstLine) NotUtf8 { get; protected set; }

    /// <summary>The columns that are personal, and are shown to nobody; ascending.</summary>
    public IReadOnlyList<int> Hidden { get; set; } = [];

    /// <summary>How many fields a row should have.</summary>
    public int Columns { get; set; }

    /// <summary>Number of fields of the row.</summary>
    public abstract int Count { get; }

    public virtual bool IsBlank => false;

    /// <summary>A field; empty where nothing stands there.</summary>
    public abstract ReadOnlySpan<byte> this[int field] { get; }

    /// <summary>The row as a person may see it: nothing personal is in it, and what is wrong comes first where the row is long.</summary>
    /// <param name="faulty">The column that is wrong, or -1.</param>
    public abstract byte[] Shown(int faulty = -1);

    /// <summary>Goes to the next row.</summary>
    /// <returns>False at the end.</returns>
    public abstract bool Read();

    /// <summary>Settles rows that are blank, broken, or of the wrong width.</summary>
    /// <returns>Whether it is whole; if not, the ledger has it.</returns>
    public bool IsWhole(int columns, LedgerFile ledger)
    {
        ledger.RowsRead++;
        if (Problem is { } problem)
            ledger.Reject(problem, this);
        else if (IsBlank)
            ledger.Skip("blank line", this);
        else if (Count != columns)
            ledger.Reject(WrongWidth(columns), this);
        else
            return true;
        return false;
    }

    public virtual void Dispose()
    {
    }

    protected virtual string WrongWidth(int columns) => $"expected {columns} columns, found {Count}";
}

/// <summary>The fields of one row, gathered in one buffer.</summary>
internal sealed class RowFields(int columns)
{
    private readonly (int Start, int Length)[] _fields = new (int, int)[columns];
    private byte[] _bytes = new byte[1 << 12];
    private int _used;

    public ReadOnlySpan<byte> this[int field] => _bytes.AsSpan(_fields[field].Start, _fields[field].Length);

    public void Clear()
    {
        _used = 0;
        Array.Clear(_fields);
    }

    /// <summary>Room for a value of at most so many bytes.</summary>
    public Span<byte> Room(int bytes)
    {
        if (_used + bytes > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_used + bytes, _bytes.Length * 2));
        return _bytes.AsSpan(_used);
    }

    /// <summary>Says that so many bytes of the room were written and belong to a field, behind those that it has.</summary>
    public void Append(int field, int bytes)
    {
        _fields[field] = _fields[field].Length == 0 ? (_used, bytes) : (_fields[field].Start, _fields[field].Length + bytes);
        _used += bytes;
    }

    public void Append(int field, ReadOnlySpan<byte> text)
    {
        text.CopyTo(Room(text.Length));
        Append(field, text.Length);
    }

    /// <summary>A name of a list, as <see cref="ArtistNames"/> takes lists apart.</summary>
    public void AppendQuoted(int field, ReadOnlySpan<byte> name)
    {
        Append(field, _fields[field].Length == 0 ? "[\""u8 : ",\""u8);
        foreach (byte b in name)
        {
            if (b is (byte)'"' or (byte)'\\')
                Append(field, "\\"u8);
            Append(field, [b]);
        }

        Append(field, "\""u8);
    }

    public void CloseList(int field)
    {
        if (_fields[field].Length > 0)
            Append(field, "]"u8);
    }
}
