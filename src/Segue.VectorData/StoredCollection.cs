using Segue.VectorSearch;

namespace Segue.VectorData;

/// <summary>A record: its values, and the vectors that it has or that were made of them, by the place of their property.</summary>
internal sealed record StoredRecord(object?[] Values, ReadOnlyMemory<float>?[] Vectors);

/// <summary>
/// The records of a collection as values in numbered rows, with an index for each vector property, each full-text property and each property whose
/// equal values are looked up. A row whose record was deleted is given to another.
/// <para>One writer at a time. What takes long happens beside the searches: vectors are staged where no search finds them, and the graph of an index
/// is built anew while the old one answers. Only the exchange of records at the end excludes readers; so a batch appears at once, or, when it is
/// refused or cancelled, not at all.</para>
/// </summary>
#pragma warning disable CA1001 // The locks hold nothing of the system's, and who deletes a collection cannot know who still reads it.
internal sealed class StoredCollection
#pragma warning restore CA1001
{
    private readonly RecordLayout _layout;
    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly ReaderWriterLockSlim _gate = new();
    private readonly Dictionary<object, int> _rowOf = [];
    private readonly List<StoredRecord?> _rows = [];
    private readonly Stack<int> _free = [];
    private readonly CollectionIndex?[] _vectors;
    private readonly KeywordIndex?[] _texts;
    private readonly ValueIndex?[] _values;

    public StoredCollection(RecordLayout layout)
        : this(layout, [], new HnswIndex?[layout.Properties.Length])
    {
    }

    /// <summary>A collection as it was saved.</summary>
    /// <param name="rows">The records by row.</param>
    /// <param name="graphs">The graph of each property that has one: of all its vectors.</param>
    public StoredCollection(RecordLayout layout, StoredRecord?[] rows, HnswIndex?[] graphs)
    {
        _layout = layout;
        _vectors = [.. layout.Properties.Select((p, i) => p.Vectors is { } v ? CollectionIndex.For(v, graphs[i]) : null)];
        _texts = [.. layout.Properties.Select(p => p.IsText ? new KeywordIndex() : null)];
        _values = [.. layout.Properties.Select(p => p.IsIndexed && !p.IsKey ? new ValueIndex() : null)];
        _rows.AddRange(new StoredRecord?[rows.Length]);
        int[] used = [.. Enumerable.Range(0, rows.Length).Where(row => rows[row] is not null)];
        StoredRecord[] records = [.. used.Select(row => rows[row]!)];
        Store(used, records, Stage(used, records, isInGraph: p => graphs[p] is not null, CancellationToken.None));
        foreach (int row in Enumerable.Range(0, rows.Length).Where(row => rows[row] is null))
            _free.Push(row);
    }

    public RecordLayout Layout => _layout;

    /// <summary>The records by row, and the graph of a property: for who writes them down within <see cref="WithoutWriters"/>.</summary>
    public IReadOnlyList<StoredRecord?> Rows => _rows;

    public HnswIndex? Graph(int property) => _vectors[property]?.Hnsw;

    /// <summary>How many records there are. This and all that follows is read within <see cref="Read"/>.</summary>
    public int Count => _rowOf.Count;

    /// <summary>The records' values in the order of their rows.</summary>
    public IEnumerable<object?[]> All => _rows.Where(record => record is not null).Select(record => record!.Values);

    public object?[]? Find(object key) => _rowOf.TryGetValue(key, out int row) ? _rows[row]!.Values : null;

    public object?[] Values(int row) => _rows[row]!.Values;

    /// <summary>The rows that pass a filter; all when it is null.</summary>
    public RowSet? Where(RecordFilter? filter) => filter is null ? null
        : RowsWith(filter) is { } few ? RowSet.Of(_rows.Count, few.Where(row => filter.Passes(_rows[row]!.Values)))
        : RowSet.Where(_rows.Count, row => _rows[row] is { } record && filter.Passes(record.Values));

    /// <summary>The values of the records that pass a filter.</summary>
    public IEnumerable<object?[]> AllWhere(RecordFilter filter) => RowsWith(filter) is { } few
        ? few.Order().Select(row => _rows[row]!.Values).Where(filter.Passes)
        : All.Where(filter.Passes);

    /// <exception cref="VectorException">The query cannot be used.</exception>
    public Neighbor[] Nearest(int property, ReadOnlySpan<float> query, long count, RowSet? allowed)
    {
        var nearest = new Neighbor[Math.Min(count, allowed?.Count ?? Count)];
        return nearest[.._vectors[property]!.Search(query, nearest, allowed)];
    }

    public List<int> WithWords(int property, IEnumerable<string> keywords, RowSet? allowed) => _texts[property]!.Search(keywords, allowed);

    public T Read<T>(Func<StoredCollection, T> read)
    {
        _gate.EnterReadLock();
        try
        {
            return read(this);
        }
        finally
        {
            _gate.ExitReadLock();
        }
    }

    /// <summary>Stores records, each in the place of one with its key; of several with one key the last. All, or none.</summary>
    /// <exception cref="VectorException">A vector cannot be stored.</exception>
    public async Task UpsertAsync(IReadOnlyList<StoredRecord> records, CancellationToken cancellation)
    {
        Dictionary<object, StoredRecord> last = [];
        foreach (StoredRecord record in records)
            last[record.Values[_layout.Key]!] = record;
        await _writer.WaitAsync(cancellation);
        try
        {
            int[] rows = TakeRows(last.Count);
            bool isStored = false;
            try
            {
                string[]?[] words = Stage(rows, [.. last.Values], isInGraph: _ => false, cancellation);
                Write(() => Store(rows, [.. last.Values], words));
                isStored = true;
            }
            finally
            {
                if (!isStored)
                    Drop(rows);
            }

            Tidy(cancellation);
        }
        finally
        {
            _writer.Release();
        }
    }

    public async Task DeleteAsync(IEnumerable<object> keys, CancellationToken cancellation)
    {
        await _writer.WaitAsync(cancellation);
        try
        {
            Write(() =>
            {
                foreach (object key in keys)
                {
                    if (_rowOf.Remove(key, out int row))
                        Clear(row);
                }
            });
            Tidy(cancellation);
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <summary>Does something while nobody writes; searches go on.</summary>
    public void WithoutWriters(Action action, CancellationToken cancellation)
    {
        _writer.Wait(cancellation);
        try
        {
            action();
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <summary>Rows that are looked up instead of searched for; null when the filter asks for nothing that is.</summary>
    private IReadOnlyCollection<int>? RowsWith(RecordFilter filter)
    {
        IReadOnlyCollection<int>? fewest = null;
        foreach ((int property, object? value) in filter.Equalities)
        {
            IReadOnlyCollection<int>? rows = property != _layout.Key ? _values[property]?.Find(value)
                : value is not null && _rowOf.TryGetValue(value, out int row) ? [row] : [];
            if (rows is not null && (fewest is null || rows.Count < fewest.Count))
                fewest = rows;
        }

        return fewest;
    }

    /// <summary>Rows for new records: readers see nothing in them.</summary>
    private int[] TakeRows(int count)
    {
        int[] rows = new int[count];
        int fresh = _rows.Count;
        for (int i = 0; i < count; i++)
        {
            if (!_free.TryPop(out rows[i]))
                rows[i] = fresh++;
        }

        if (fresh > _rows.Count)
            Write(() => _rows.AddRange(new StoredRecord?[fresh - _rows.Count]));
        return rows;
    }

    /// <summary>Prepares the indexes, and gives the words of full-text properties, by record and property.</summary>
    private string[]?[] Stage(int[] rows, StoredRecord[] records, Func<int, bool> isInGraph, CancellationToken cancellation)
    {
        int properties = _layout.Properties.Length;
        for (int p = 0; p < properties; p++)
        {
            if (_vectors[p] is not { } index || isInGraph(p))
                continue;
            int[] with = [.. Enumerable.Range(0, records.Length).Where(r => records[r].Vectors[p] is not null)];
            index.Stage([.. with.Select(r => rows[r])], [.. with.Select(r => records[r].Vectors[p]!.Value)], cancellation);
        }

        string[]?[] words = new string[records.Length * properties][];
        for (int i = 0; i < words.Length; i++)
        {
            if (_texts[i % properties] is not null && records[i / properties].Values[i % properties] is string text)
                words[i] = [.. KeywordIndex.Words(text)];
        }

        return words;
    }

    private void Store(int[] rows, StoredRecord[] records, string[]?[] words)
    {
        int properties = _layout.Properties.Length;
        foreach (CollectionIndex? index in _vectors)
            index?.Commit();
        for (int r = 0; r < records.Length; r++)
        {
            object?[] values = records[r].Values;
            object key = values[_layout.Key]!;
            if (_rowOf.TryGetValue(key, out int old))
                Clear(old);
            _rowOf[key] = rows[r];
            _rows[rows[r]] = records[r];
            for (int p = 0; p < properties; p++)
            {
                _texts[p]?.Set(rows[r], words[(r * properties) + p]);
                _values[p]?.Add(values[p], rows[r]);
            }
        }
    }

    /// <summary>Empties the row of a record.</summary>
    private void Clear(int row)
    {
        for (int p = 0; p < _layout.Properties.Length; p++)
        {
            _vectors[p]?.Remove(row);
            _texts[p]?.Set(row, null);
            _values[p]?.Remove(_rows[row]!.Values[p], row);
        }

        _rows[row] = null;
        _free.Push(row);
    }

    private void Drop(int[] rows)
    {
        foreach (CollectionIndex? index in _vectors)
            index?.Drop();
        foreach (int row in rows)
            _free.Push(row);
    }

    private void Tidy(CancellationToken cancellation)
    {
        try
        {
            foreach (CollectionIndex? index in _vectors)
                index?.Tidy(cancellation);
        }
        catch (OperationCanceledException)
        {
            // What was to be stored is; the next writer tidies.
        }
    }

    private void Write(Action write)
    {
        _gate.EnterWriteLock();
        try
        {
            write();
        }
        finally
        {
            _gate.ExitWriteLock();
        }
    }
}
