using System.Collections.Concurrent;
using Segue.Numerics;

namespace Segue.VectorSearch;

/// <summary>
/// Approximate search in a hierarchical navigable small world graph: Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search
/// using Hierarchical Navigable Small World graphs", IEEE TPAMI 42(4), 2020 (arXiv 1603.09320).
/// <para>Every row is linked to rows near it. A search walks: from the best row known so far to those of its links that are nearer to the query,
/// until the best ef rows have no nearer links. That alone is a walk on foot; so a random 1/M of the rows also has links on a layer above, among
/// themselves, 1/M of those on a third, and the walk starts at the top, where one step goes far.</para>
/// <para>Departures from the paper:</para>
/// <para>1. Distances on the way, in building and searching, are of int8 codes (a quarter of the memory to fetch, and that is what a walk waits for).
/// The best of the pool are then compared precisely, with 12-bit codes or the float32 rows (<see cref="Precision"/>); that order is the
/// answer's.</para>
/// <para>2. Building goes in batches: the rows of a batch (at most 1/32 of what is there, and 256) look for neighbors in the graph as it was before,
/// then all links back are added by target. ParlayANN (Manohar et al., PPoPP 2024) showed that this costs no recall. No locks, and the same bytes on
/// any number of threads.</para>
/// <para>3. C and W are one sorted pool (<see cref="HnswWalk"/>), and a layer starts from the best row of the one above, not from all of W.</para>
/// <para>4. A removed row stays in the graph as a way through until <see cref="Compact"/>; an updated one is removed and added under its old
/// number.</para>
/// <para>5. Filters, and rows that were removed: few rows that may be found are simply scanned; else the walk is as much wider as it takes to meet k
/// of them (see <see cref="HnswSearch"/>).</para>
/// <para>6. Under inner product, rows are linked as if lifted to one length by one more dimension (<see cref="QuantizedRows.Lift"/>).</para>
/// <para>Any number of threads may search while one adds, updates, removes or compacts: writers take turns by a lock, readers take none.</para>
/// </summary>
internal sealed unsafe class HnswIndex : IVectorIndex
{
    /// <summary>
    /// Where lengths differ, a query by inner product lies outside of what it asks among, and needs so many times the candidates for the same recall.
    /// Found by hand: 3,000 × 40 in 20 clusters reach 0.982 with 48 candidates, 0.997 with 96; 1,500 × 40 whose lengths grow sixteenfold 0.933 with
    /// 144, and 0.997 with 300.
    /// </summary>
    private const int UnevenBeam = 6;

    private readonly HnswOptions _options;
    private readonly Lock _writing = new();
    private readonly ConcurrentBag<HnswWalk> _walks = [];
    private HnswGraph _graph;

    /// <summary>An empty index.</summary>
    public HnswIndex(int dimensions, Metric metric, HnswOptions? options = null)
        : this(dimensions, metric, options ?? HnswOptions.Default, 64)
    {
    }

    private HnswIndex(int dimensions, Metric metric, HnswOptions options, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        (Dimensions, Metric, _options) = (dimensions, metric, options.Checked());
        _graph = HnswGraph.Allocate(capacity, capacity, dimensions, metric, _options);
    }

    /// <summary>An index over columns of a file; they are copied when something is to be written.</summary>
    internal HnswIndex(HnswGraph graph, HnswOptions options, int rowLimit)
    {
        (Dimensions, Metric, _options, _graph, RowLimit) = (graph.Rows.Dimensions, graph.Rows.Metric, options.Checked(), graph, rowLimit);
    }

    public int Count
    {
        get
        {
            HnswGraph graph = Graph;
            int dead = graph.DeadCount; // First: slots only become more, so that the difference is never negative.
            return graph.Count - dead;
        }
    }

    public int RowLimit { get; private set; }

    public int Dimensions { get; }

    public Metric Metric { get; }

    public HnswOptions Options => _options;

    /// <summary>Rows that were removed or replaced and still take room until <see cref="Compact"/>.</summary>
    public int DeadCount => Graph.DeadCount;

    /// <summary>Bytes of rows and links, of which a mapped file's are the system's to keep or drop.</summary>
    public long MemoryBytes => Graph.MemoryBytes;

    internal HnswGraph Graph => Volatile.Read(ref _graph);

    /// <summary>Builds an index of all rows: row r of the matrix is row r of the index.</summary>
    /// <param name="threads">At most so many; 0 for one a processor. The index does not depend on it.</param>
    /// <param name="progress">Told how many rows are linked.</param>
    /// <exception cref="VectorException">A row cannot be indexed; the message names it.</exception>
    public static HnswIndex Build(
        MatrixView rows, Metric metric, HnswOptions? options = null, int threads = 0, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        HnswIndex index = new(rows.Columns, metric, options ?? HnswOptions.Default, Math.Max(rows.Rows, 1));
        index.AddMany(rows, threads, progress, cancellation);
        return index;
    }

    /// <summary>Adds a row.</summary>
    /// <returns>Its number: the <see cref="RowLimit"/> before.</returns>
    public int Add(ReadOnlySpan<float> vector)
    {
        float inverse = VectorChecks.InverseLength(vector, Dimensions, Metric, "the vector");
        lock (_writing)
        {
            int row = RowLimit;
            Append(row, vector, inverse);
            return row;
        }
    }

    /// <summary>Adds rows under the numbers that follow; all or, when one cannot be indexed, none.</summary>
    /// <returns>The number of the first.</returns>
    public int AddMany(MatrixView rows, int threads = 0, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        if (rows.Rows > 0 && rows.Columns != Dimensions)
            throw new VectorException($"the rows have {rows.Columns} dimensions, but the index has {Dimensions}; were they made by another embedder?");
        float[] inverses = VectorChecks.InverseLengths(rows, Metric);
        lock (_writing)
        {
            int first = RowLimit, start = Graph.Count, end = checked(start + rows.Rows);
            EnsureRoom(end, checked(first + rows.Rows));
            for (int r = 0; r < rows.Rows; r++)
                Fill(start + r, first + r, rows.Row(r), inverses.Length == 0 ? 1 : inverses[r]);
            try
            {
                new HnswBuilder(_graph, _options.EfConstruction, threads).Link(end, progress, cancellation);
            }
            finally
            {
                // A build that was cancelled leaves the rows that are linked, and takes back the room of the others' upper links.
                if (_graph.Count < end)
                    _graph.UpperUsed = _graph.UpperNeeded(_graph.Count);
                RowLimit = first + _graph.Count - start;
            }

            return first;
        }
    }

    /// <summary>
    /// Adds rows under numbers that no row has, and that need not follow each other; they are not found until <see cref="Reveal"/>, so that many can
    /// be added slowly and appear at once.
    /// </summary>
    /// <exception cref="OperationCanceledException">Some may be there, hidden: <see cref="Remove"/> them.</exception>
    public void AddHidden(MatrixView rows, ReadOnlySpan<int> numbers, int threads = 0, CancellationToken cancellation = default)
    {
        float[] inverses = VectorChecks.InverseLengths(rows, Metric);
        lock (_writing)
        {
            int start = Graph.Count, end = checked(start + rows.Rows), limit = RowLimit;
            foreach (int number in numbers)
                limit = Math.Max(limit, checked(number + 1));
            EnsureRoom(end, limit);
            for (int r = 0; r < rows.Rows; r++)
            {
                Fill(start + r, numbers[r], rows.Row(r), inverses.Length == 0 ? 1 : inverses[r]);
                _graph.Hide(start + r);
            }

            RowLimit = limit;
            try
            {
                new HnswBuilder(_graph, _options.EfConstruction, threads).Link(end, null, cancellation);
            }
            finally
            {
                for (int r = _graph.Count - start; r < rows.Rows; r++)
                {
                    _graph.Reveal(start + r);
                    _graph.Locate(numbers[r], -1);
                }

                if (_graph.Count < end)
                    _graph.UpperUsed = _graph.UpperNeeded(_graph.Count);
            }
        }
    }

    /// <summary>From now on rows that were added hidden are found.</summary>
    public void Reveal(ReadOnlySpan<int> numbers)
    {
        lock (_writing)
        {
            foreach (int number in numbers)
                _graph.Reveal(_graph.Slot(number));
        }
    }

    /// <summary>Gives a row another vector. A number below <see cref="RowLimit"/> that was removed comes back to life.</summary>
    public void Update(int row, ReadOnlySpan<float> vector)
    {
        float inverse = VectorChecks.InverseLength(vector, Dimensions, Metric, "the vector");
        lock (_writing)
        {
            if ((uint)row >= (uint)RowLimit)
                throw new VectorException($"there is no row {row} to update; rows run from 0 to {RowLimit - 1}");
            Bury(row);
            Append(row, vector, inverse);
        }
    }

    /// <summary>Removes a row: from now on it is not found.</summary>
    /// <returns>False when it was not there.</returns>
    public bool Remove(int row)
    {
        lock (_writing)
            return (uint)row < (uint)RowLimit && Bury(row);
    }

    /// <summary>Builds the graph anew without what was removed. Row numbers stay; searches go on meanwhile, in the old graph.</summary>
    public void Compact(int threads = 0, CancellationToken cancellation = default)
    {
        lock (_writing)
        {
            EnsureRoom(Graph.Count, RowLimit);
            HnswGraph old = Graph, compacted = HnswGraph.Allocate(Math.Max(1, old.Count - old.DeadCount), RowLimit, Dimensions, Metric, _options);
            int filled = 0;
            for (int slot = 0; slot < old.Count; slot++)
            {
                if (old.IsDead(slot))
                    continue;
                compacted.Rows.CopyFrom(old.Rows, slot, filled);
                Place(ref compacted, filled++, old.Row(slot));
            }

            new HnswBuilder(compacted, _options.EfConstruction, threads).Link(filled, null, cancellation);
            Volatile.Write(ref _graph, compacted);
        }
    }

    public int Search(ReadOnlySpan<float> query, Span<Neighbor> nearest, RowSet? allowed = null) => Search(query, nearest, allowed, _options.EfSearch);

    /// <param name="efSearch">How many candidates to keep: more finds more of the true neighbors, and takes longer.</param>
    /// <inheritdoc cref="IVectorIndex.Search"/>
    public int Search(ReadOnlySpan<float> query, Span<Neighbor> nearest, RowSet? allowed, int efSearch)
    {
        float inverse = VectorChecks.InverseLength(query, Dimensions, Metric, "the query");
        if (!_walks.TryTake(out HnswWalk? walk))
            walk = new HnswWalk(Dimensions);
        walk.Query.Set(query, inverse);
        HnswGraph graph = Opened();
        int ef = graph.Rows.HasEvenLengths ? efSearch : checked(UnevenBeam * efSearch);
        int found = HnswSearch.Search(graph, walk, nearest, allowed, ef);
        _walks.Add(walk);
        return found;
    }

    public Neighbor[][] SearchMany(MatrixView queries, int k, RowSet? allowed = null, int threads = 0, CancellationToken cancellation = default) =>
        this.SearchEach(queries, k, allowed, threads, cancellation);

    public void CopyVector(int row, Span<float> vector)
    {
        lock (_writing)
        {
            HnswGraph graph = Opened();
            int slot = (uint)row < (uint)RowLimit ? graph.Slot(row) : -1;
            if (slot < 0)
                throw new VectorException($"there is no row {row} in the index");
            graph.Rows.Copy(slot, vector);
        }
    }

    public void Validate()
    {
        lock (_writing)
            new HnswProof(Opened(), _options).Validate();
    }

    private void Append(int row, ReadOnlySpan<float> vector, float inverse)
    {
        int slot = Graph.Count;
        EnsureRoom(slot + 1, Math.Max(RowLimit, row + 1));
        Fill(slot, row, vector, inverse);
        new HnswBuilder(_graph, _options.EfConstruction, 1).Link(slot + 1, null, CancellationToken.None);
        RowLimit = Math.Max(RowLimit, row + 1);
    }

    private void Fill(int slot, int row, ReadOnlySpan<float> vector, float inverse)
    {
        _graph.Rows.Set(slot, vector, inverse);
        Place(ref _graph, slot, row);
    }

    /// <summary>Level and upper links of a slot. The level comes from the row's number and the seed, not from a generator's state.</summary>
    private void Place(ref HnswGraph graph, int slot, int row)
    {
        int level = HnswLevels.Of(row, _options.Seed, _options.M);
        if (graph.UpperUsed + level * graph.M > graph.Upper.Length)
            Volatile.Write(ref graph, graph.Resized(graph.Capacity, graph.SlotOf!.Length, checked(2 * (graph.UpperUsed + level * graph.M))));
        graph.Levels.Start[slot] = (byte)level;
        graph.UpperStart.Start[slot] = level == 0 ? -1 : graph.UpperUsed;
        graph.UpperUsed += level * graph.M;
        graph.RowOf!.Start[slot] = row;
        graph.Locate(row, slot);
    }

    private bool Bury(int row)
    {
        EnsureRoom(_graph.Count, RowLimit);
        int slot = _graph.Slot(row);
        if (slot < 0)
            return false;
        _graph.Bury(slot);
        _graph.Locate(row, -1);
        return true;
    }

    /// <summary>
    /// Makes the graph ours to write, with room for so many slots and row numbers: where there is too little, by half as much again.
    /// </summary>
    private void EnsureRoom(int slots, int rows)
    {
        HnswGraph graph = Opened();
        int capacity = WithRoom(graph.Capacity, slots), numbers = WithRoom(graph.SlotOf?.Length ?? RowLimit, rows);
        if (!graph.Levels.IsOwn || capacity > graph.Capacity || numbers != graph.SlotOf?.Length)
            Volatile.Write(ref _graph, graph.Resized(capacity, Math.Max(numbers, capacity), 0));

        static int WithRoom(int there, int wanted) => wanted <= there ? there : Math.Max(wanted, checked(there + there / 2 + 64));
    }

    /// <summary>The graph, of which it is sure that its file is still mapped.</summary>
    private HnswGraph Opened()
    {
        HnswGraph graph = Graph;
        graph.Levels.ThrowIfGone();
        return graph;
    }
}
