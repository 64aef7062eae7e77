using System.Runtime.InteropServices;
using Segue.Interactions;

namespace Segue.Import;

/// <summary>
/// A part of the rows of an import, added up: listeners × artists by order of first appearance, in memory or in a temporary file that is read back
/// from front to back. The file lies in the system's temporary folder (TMPDIR) and is gone with the process, however that ends.
/// </summary>
internal sealed class PlaysRun : IDisposable
{
    /// <summary>A column and a value; a date, where there is one, comes on top.</summary>
    public const int PairBytes = sizeof(int) + sizeof(float);

    private readonly int[] _starts;
    private readonly CsrMatrix? _pairs;
    private readonly int[]? _firstPlayed;
    private readonly bool _isDated;
    private readonly FileStream? _file;
    private int[] _columns = [];
    private float[] _values = [];
    private int[] _first = [];

    /// <param name="firstPlayed">The first minute of each pair, or null where no play of the run has a date.</param>
    public PlaysRun(CsrMatrix pairs, int[]? firstPlayed, bool onDisk)
    {
        (_starts, _isDated) = (pairs.Starts.ToArray(), firstPlayed is not null);
        if (!onDisk)
        {
            (_pairs, _firstPlayed) = (pairs, firstPlayed);
            return;
        }

        _file = SpoolFile.Create(file =>
        {
            for (int row = 0; row < pairs.Rows; row++)
            {
                file.Write(MemoryMarshal.AsBytes(pairs.RowIndices(row)));
                file.Write(MemoryMarshal.AsBytes(pairs.RowValues(row)));
                if (firstPlayed is not null)
                    file.Write(MemoryMarshal.AsBytes(firstPlayed.AsSpan(_starts[row].._starts[row + 1])));
            }
        });
    }

    public void Dispose() => _file?.Dispose();

    /// <summary>The earlier of two minutes; one without a date says nothing.</summary>
    public static int Earlier(int a, int b) => a < 0 ? b : b < 0 ? a : Math.Min(a, b);

    /// <summary>
    /// All runs as one matrix, rows by <paramref name="userOrder"/> and columns by <paramref name="artistRank"/>, and the first minute of each entry;
    /// no minutes where no run has dates.
    /// </summary>
    /// <param name="bytesMax">A matrix with more bytes of entries than this lies in temporary files and is mapped.</param>
    /// <exception cref="SegueException">More pairs than a matrix holds, or no room for a temporary file.</exception>
    public static (CsrMatrix Counts, ReadOnlyMemory<int> FirstPlayed) Merge(
        IReadOnlyList<PlaysRun> runs, int[] userOrder, int[] artistRank, long bytesMax)
    {
        // Twice over all rows in the order in which they lie in the runs: once to know how long each becomes, once to put it in its place.
        int users = userOrder.Length;
        int[] lengths = new int[users];
        Row row = new();
        long total = 0;
        Rewind(runs);
        for (int u = 0; u < users; u++)
        {
            row.Gather(runs, u, artistRank);
            lengths[u] = row.Length;
            total += row.Length;
        }

        if (total > Array.MaxLength)
            throw new SegueException($"{total:N0} pairs of listener and artist are more than one matrix holds ({Array.MaxLength:N0}); import fewer listeners");
        int[] starts = new int[users + 1], place = new int[users];
        for (int rank = 0; rank < users; rank++)
            (place[userOrder[rank]], starts[rank + 1]) = (starts[rank], starts[rank] + lengths[userOrder[rank]]);
        Rewind(runs);
        bool dated = runs.Any(r => r._isDated);
        if (total * (PairBytes + (dated ? sizeof(int) : 0)) <= bytesMax)
        {
            int[] columns = new int[total], first = new int[dated ? total : 0];
            float[] values = new float[total];
            for (int u = 0; u < users; u++)
            {
                row.Gather(runs, u, artistRank);
                row.Columns.CopyTo(columns.AsSpan(place[u]));
                row.Values.CopyTo(values.AsSpan(place[u]));
                if (dated)
                    row.First.CopyTo(first.AsSpan(place[u]));
            }

            return (new CsrMatrix(users, artistRank.Length, starts, columns, values), first);
        }

        // Written at its place rather than through a mapping: a full disk is an exception here and would be the end of the process there.
        FileStream? valuesFile = null, firstFile = null;
        FileStream columnsFile = SpoolFile.Create(c => valuesFile = SpoolFile.Create(v => firstFile = SpoolFile.Create(f =>
        {
            for (int u = 0; u < users; u++)
            {
                row.Gather(runs, u, artistRank);
                RandomAccess.Write(c.SafeFileHandle, MemoryMarshal.AsBytes(row.Columns), (long)place[u] * sizeof(int));
                RandomAccess.Write(v.SafeFileHandle, MemoryMarshal.AsBytes(row.Values), (long)place[u] * sizeof(float));
                if (dated)
                    RandomAccess.Write(f.SafeFileHandle, MemoryMarshal.AsBytes(row.First), (long)place[u] * sizeof(int));
            }
        })));
        CsrMatrix counts = new(users, artistRank.Length, starts, SpoolFile.Map<int>(columnsFile), SpoolFile.Map<float>(valuesFile!));
        if (dated)
            return (counts, SpoolFile.Map<int>(firstFile!));
        firstFile!.Dispose();
        return (counts, default);
    }

    private static void Rewind(IReadOnlyList<PlaysRun> runs)
    {
        foreach (PlaysRun run in runs)
            run._file?.Seek(0, SeekOrigin.Begin);
    }

    /// <summary>A row; rows are asked for in ascending order.</summary>
    private void Read(int user, out ReadOnlySpan<int> columns, out ReadOnlySpan<float> values, out ReadOnlySpan<int> first)
    {
        first = [];
        if (user + 1 >= _starts.Length)
        {
            columns = []; // A listener who came later.
            values = [];
            return;
        }

        if (_pairs is not null)
        {
            columns = _pairs.RowIndices(user);
            values = _pairs.RowValues(user);
            if (_firstPlayed is not null)
                first = _firstPlayed.AsSpan(_starts[user].._starts[user + 1]);
            return;
        }

        int length = _starts[user + 1] - _starts[user];
        if (_columns.Length < length)
            (_columns, _values, _first) = (new int[length * 2], new float[length * 2], new int[_isDated ? length * 2 : 0]);
        _file!.ReadExactly(MemoryMarshal.AsBytes(_columns.AsSpan(0, length)));
        _file.ReadExactly(MemoryMarshal.AsBytes(_values.AsSpan(0, length)));
        columns = _columns.AsSpan(0, length);
        values = _values.AsSpan(0, length);
        if (!_isDated)
            return;
        _file.ReadExactly(MemoryMarshal.AsBytes(_first.AsSpan(0, length)));
        first = _first.AsSpan(0, length);
    }

    /// <summary>One listener's row, put together from all runs.</summary>
    private sealed class Row
    {
        private int[] _columns = new int[1024];
        private (float Plays, int First)[] _cells = new (float, int)[1024];
        private float[] _values = [];
        private int[] _first = [];

        public int Length { get; private set; }

        public void Gather(IReadOnlyList<PlaysRun> runs, int user, int[] artistRank)
        {
            Length = 0;
            int parts = 0;
            foreach (PlaysRun run in runs)
            {
                run.Read(user, out ReadOnlySpan<int> columns, out ReadOnlySpan<float> values, out ReadOnlySpan<int> first);
                if (Length + columns.Length > _columns.Length)
                {
                    Array.Resize(ref _columns, (Length + columns.Length) * 2);
                    Array.Resize(ref _cells, _columns.Length);
                }

                for (int k = 0; k < columns.Length; k++)
                {
                    _columns[Length + k] = artistRank[columns[k]];
                    _cells[Length + k] = (values[k], first.IsEmpty ? PlaysBuilder.Undated : first[k]);
                }

                Length += columns.Length;
                parts += columns.Length > 0 ? 1 : 0;
            }

            Array.Sort(_columns, _cells, 0, Length);
            if (parts > 1)
                AddUpEquals();
            Divide();
        }

        public ReadOnlySpan<int> Columns => _columns.AsSpan(0, Length);

        public ReadOnlySpan<float> Values => _values.AsSpan(0, Length);

        public ReadOnlySpan<int> First => _first.AsSpan(0, Length);

        private void AddUpEquals()
        {
            int write = 0;
            for (int k = 0; k < Length; k++)
            {
                if (write > 0 && _columns[write - 1] == _columns[k])
                    _cells[write - 1] = (_cells[write - 1].Plays + _cells[k].Plays, Earlier(_cells[write - 1].First, _cells[k].First));
                else
                    (_columns[write], _cells[write++]) = (_columns[k], _cells[k]);
            }

            Length = write;
        }

        private void Divide()
        {
            if (_values.Length < Length)
                (_values, _first) = (new float[_columns.Length], new int[_columns.Length]);
            for (int k = 0; k < Length; k++)
                (_values[k], _first[k]) = _cells[k];
        }
    }
}
