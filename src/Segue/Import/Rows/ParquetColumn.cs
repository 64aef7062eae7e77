using System.Globalization;
using System.Text;
using Parquet;
using Parquet.Schema;

namespace Segue.Import;

/// <summary>A column of a Parquet file: its values of one row group, handed out as text row by row.</summary>
internal abstract class ParquetColumn(DataField leaf, int index)
{
    public DataField Field { get; } = leaf;

    public int Index { get; } = index;

    public static ParquetColumn? Of(DataField field, int index)
    {
        Type type = field.ClrType;
        return type == typeof(ReadOnlyMemory<char>) ? new ParquetColumn<ReadOnlyMemory<char>>(field, index, Text)
            : type == typeof(ReadOnlyMemory<byte>) ? new ParquetColumn<ReadOnlyMemory<byte>>(field, index, Text)
            : type == typeof(bool) ? new ParquetColumn<bool>(field, index, (value, to) => Text(value ? "True" : "False", to))
            : type == typeof(sbyte) ? Number<sbyte>(field, index)
            : type == typeof(byte) ? Number<byte>(field, index)
            : type == typeof(short) ? Number<short>(field, index)
            : type == typeof(ushort) ? Number<ushort>(field, index)
            : type == typeof(int) ? Number<int>(field, index)
            : type == typeof(uint) ? Number<uint>(field, index)
            : type == typeof(long) ? Number<long>(field, index)
            : type == typeof(ulong) ? Number<ulong>(field, index)
            : type == typeof(float) ? Number<float>(field, index)
            : type == typeof(double) ? Number<double>(field, index)
            : type == typeof(decimal) ? Number<decimal>(field, index)
            : type == typeof(DateTime) ? new ParquetColumn<DateTime>(field, index, Time)
            : null;
    }

    /// <summary>Reads the values of a group.</summary>
    public abstract void Load(ParquetRowGroupReader group, int rows);

    /// <summary>Puts the value of the next row into its field.</summary>
    public abstract void Next(RowFields to);

    private static ParquetColumn<T> Number<T>(DataField field, int index)
        where T : struct, IUtf8SpanFormattable => new(field, index, (value, to) =>
        {
            const int BytesMax = 64;
            Span<byte> room = to.Room(BytesMax);
            return value.TryFormat(room, out int written, default, CultureInfo.InvariantCulture) ? written : 0;
        });

    private static int Time(DateTime value, RowFields to) => Text(value.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), to);

    private static int Text(ReadOnlyMemory<char> value, RowFields to) => Text(value.Span, to);

    private static int Text(ReadOnlySpan<char> value, RowFields to) => Encoding.UTF8.GetBytes(value, to.Room(Encoding.UTF8.GetMaxByteCount(value.Length)));

    private static int Text(ReadOnlyMemory<byte> value, RowFields to)
    {
        value.Span.CopyTo(to.Room(value.Length));
        return value.Length;
    }
}

/// <param name="write">Writes a value into the room of the fields, and says how many bytes it took.</param>
internal sealed class ParquetColumn<T>(DataField leaf, int index, Func<T, RowFields, int> write) : ParquetColumn(leaf, index)
    where T : struct
{
    private readonly RowFields _element = new(1);
    private T[] _values = [];
    private int[] _definitions = [], _repetitions = []; // Empty where every row has exactly one value.
    private int _entry, _value, _entries;
    private bool _isAbsent;

    public override void Load(ParquetRowGroupReader group, int rows)
    {
        (_entry, _value, _entries) = (0, 0, rows);
        _isAbsent = !group.ColumnExists(Field);
        if (_isAbsent)
            return; // Nothing in any row of this group.

        if (Field.MaxRepetitionLevel > 0)
            _entries = checked((int)group.GetMetadata(Field)!.MetaData!.NumValues);
        Grow(ref _values, _entries);
        if (Field.MaxDefinitionLevel > 0)
            Grow(ref _definitions, _entries);
        if (Field.MaxRepetitionLevel > 0)
            Grow(ref _repetitions, _entries);
        Array.Clear(_definitions);
        // default, not null, which would become an empty memory.
        Memory<int>? definitions = Field.MaxDefinitionLevel > 0 ? _definitions.AsMemory(0, _entries) : default(Memory<int>?);
        Memory<int>? repetitions = Field.MaxRepetitionLevel > 0 ? _repetitions.AsMemory(0, _entries) : default(Memory<int>?);
        group.ReadRawAsync(Field, _values.AsMemory(0, _entries), definitions, repetitions).AsTask().GetAwaiter().GetResult();
        if (Field.MaxRepetitionLevel > 0 && _repetitions.AsSpan(0, _entries).Count(0) != rows)
            throw new InvalidDataException($"{rows} rows, and another number of lists");
    }

    public override void Next(RowFields to)
    {
        if (_isAbsent)
            return;
        if (Field.MaxRepetitionLevel == 0)
        {
            if (IsThere())
                to.Append(Index, write(_values[_value++], to));
            _entry++;
            return;
        }

        bool isFirst = true;
        for (; _entry < _entries && (isFirst || _repetitions[_entry] != 0); _entry++)
        {
            isFirst = false;
            if (!IsThere())
                continue;
            _element.Clear();
            _element.Append(0, write(_values[_value++], _element));
            to.AppendQuoted(Index, _element[0]);
        }

        to.CloseList(Index);
    }

    private bool IsThere() => Field.MaxDefinitionLevel == 0 || _definitions[_entry] == Field.MaxDefinitionLevel;

    private static void Grow<TItem>(ref TItem[] array, int length)
    {
        if (array.Length < length)
            array = new TItem[length];
    }
}
