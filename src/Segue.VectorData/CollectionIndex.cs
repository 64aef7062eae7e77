using Segue.Numerics;
using Segue.VectorSearch;

namespace Segue.VectorData;

/// <summary>
/// The vectors of one property of a collection, by row. Rows come and go, and may have no vector. What is added is staged first, which may take long
/// and disturbs no search, and is found from <see cref="Commit"/> on. One writer at a time; commits and removals exclude searches.
/// </summary>
internal abstract class CollectionIndex
{
    /// <param name="graph">The graph of what is stored already; null for none.</param>
    public static CollectionIndex For(StoredVectors vectors, HnswIndex? graph) => vectors.Hnsw is { } options
        ? new Graph(graph ?? new HnswIndex(vectors.Dimensions, vectors.Metric, options))
        : new Scan(vectors.Dimensions, vectors.Metric);

    /// <summary>The graph, where there is one.</summary>
    public virtual HnswIndex? Hnsw => null;

    /// <summary>Takes vectors of rows that have none.</summary>
    /// <exception cref="VectorException">One cannot be stored.</exception>
    public abstract void Stage(int[] rows, ReadOnlyMemory<float>[] vectors, CancellationToken cancellation);

    /// <summary>From now on what was staged is found.</summary>
    public abstract void Commit();

    /// <summary>Forgets what was staged.</summary>
    public abstract void Drop();

    public abstract void Remove(int row);

    /// <summary>Makes good for what was removed, when it is time to; searches go on meanwhile.</summary>
    public virtual void Tidy(CancellationToken cancellation)
    {
    }

    /// <exception cref="VectorException">The query cannot be used.</exception>
    public abstract int Search(ReadOnlySpan<float> query, Span<Neighbor> nearest, RowSet? allowed);

    /// <summary>Exact: all vectors, one after the other.</summary>
    private sealed unsafe class Scan(int dimensions, Metric metric) : CollectionIndex
    {
        private readonly List<(ReadOnlyMemory<float> Vector, float Inverse)> _rows = [];
        private readonly List<(int Row, ReadOnlyMemory<float> Vector, float Inverse)> _staged = [];

        public override void Stage(int[] rows, ReadOnlyMemory<float>[] vectors, CancellationToken cancellation)
        {
            for (int i = 0; i < rows.Length; i++)
                _staged.Add((rows[i], vectors[i], VectorChecks.InverseLength(vectors[i].Span, dimensions, metric, "the vector")));
        }

        public override void Commit()
        {
            foreach ((int row, ReadOnlyMemory<float> vector, float inverse) in _staged)
            {
                while (_rows.Count <= row)
                    _rows.Add(default);
                _rows[row] = (vector, inverse);
            }

            _staged.Clear();
        }

        public override void Drop() => _staged.Clear();

        public override void Remove(int row)
        {
            if (row < _rows.Count)
                _rows[row] = default;
        }

        public override int Search(ReadOnlySpan<float> query, Span<Neighbor> nearest, RowSet? allowed)
        {
            float inverse = VectorChecks.InverseLength(query, dimensions, metric, "the query");
            NearestHeap heap = new(nearest);
            fixed (float* q = query)
            {
                for (int row = 0; row < _rows.Count; row++)
                {
                    (ReadOnlyMemory<float> vector, float own) = _rows[row];
                    if (vector.IsEmpty || allowed?.Contains(row) == false)
                        continue;
                    fixed (float* x = vector.Span)
                        heap.Offer(row, metric == Metric.L2 ? L2Kernel.Score(q, x, dimensions) : DotKernel.Score(q, x, dimensions) * inverse * own);
                }
            }

            return heap.Sort();
        }
    }

    /// <summary>The HNSW index; its rows are the collection's.</summary>
    private sealed class Graph(HnswIndex index) : CollectionIndex
    {
        /// <summary>Removed rows make walks longer and take room: at most half as many as the others may. Few are never worth a new graph.</summary>
        private const int DeadMin = 256;

        private int[] _staged = [];

        public override HnswIndex? Hnsw => index;

        public override void Stage(int[] rows, ReadOnlyMemory<float>[] vectors, CancellationToken cancellation)
        {
            if (rows.Length == 0)
                return;
            float[] values = new float[checked(rows.Length * index.Dimensions)];
            for (int i = 0; i < rows.Length; i++)
            {
                VectorChecks.InverseLength(vectors[i].Span, index.Dimensions, index.Metric, "the vector");
                vectors[i].Span.CopyTo(values.AsSpan(i * index.Dimensions));
            }

            _staged = rows;
            index.AddHidden(new MatrixView(values, rows.Length, index.Dimensions), rows, cancellation: cancellation);
        }

        public override void Commit()
        {
            index.Reveal(_staged);
            _staged = [];
        }

        public override void Drop()
        {
            foreach (int row in _staged)
                index.Remove(row);
            _staged = [];
        }

        public override void Remove(int row) => index.Remove(row);

        public override void Tidy(CancellationToken cancellation)
        {
            if (index.DeadCount > DeadMin && index.DeadCount > index.Count / 2)
                index.Compact(cancellation: cancellation);
        }

        public override int Search(ReadOnlySpan<float> query, Span<Neighbor> nearest, RowSet? allowed) => index.Search(query, nearest, allowed);
    }
}
