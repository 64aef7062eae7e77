#pragma warning disable MEVD9001 // See RecordModel.cs.
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace Segue.VectorSearch.VectorData;

/// <summary>The vectors of one property of a collection, by row. Rows come and go, and may have no vector. Calls are made under the collection's
/// lock.</summary>
internal abstract class CollectionIndex
{
    public static CollectionIndex For(VectorPropertyModel property) => property.IndexKind == IndexKind.Hnsw
        ? new Graph(property.Dimensions, DistanceScale.Of(property).Metric)
        : new Scan(property.Dimensions, DistanceScale.Of(property).Metric);

    /// <summary>Throws when the vector cannot be stored, before anything is changed.</summary>
    public abstract void Check(ReadOnlySpan<float> vector);

    /// <summary>Stores the vector of a row, or that it has none.</summary>
    public abstract void Set(int row, ReadOnlyMemory<float>? vector);

    public abstract int Search(ReadOnlySpan<float> query, Span<Neighbor> nearest, RowSet? allowed);

    /// <summary>Exact: all vectors, one after the other.</summary>
    private sealed unsafe class Scan(int dimensions, Metric metric) : CollectionIndex
    {
        private readonly List<(float[]? Vector, float Inverse)> _rows = [];

        public override void Check(ReadOnlySpan<float> vector) => VectorChecks.InverseLength(vector, dimensions, metric, "the vector");

        public override void Set(int row, ReadOnlyMemory<float>? vector)
        {
            while (_rows.Count <= row)
                _rows.Add((null, 0));
            _rows[row] = vector is { } v ? (v.ToArray(), VectorChecks.InverseLength(v.Span, dimensions, metric, "the vector")) : (null, 0);
        }

        public override int Search(ReadOnlySpan<float> query, Span<Neighbor> nearest, RowSet? allowed)
        {
            float inverse = VectorChecks.InverseLength(query, dimensions, metric, "the query");
            NearestHeap heap = new(nearest);
            fixed (float* q = query)
            {
                for (int row = 0; row < _rows.Count; row++)
                {
                    (float[]? vector, float own) = _rows[row];
                    if (vector is null || allowed?.Contains(row) == false)
                        continue;
                    fixed (float* x = vector)
                        heap.Offer(row, metric == Metric.L2 ? L2Kernel.Score(q, x, dimensions) : DotKernel.Score(q, x, dimensions) * inverse * own);
                }
            }

            return heap.Sort();
        }
    }

    /// <summary>The HNSW index; its rows are the collection's.</summary>
    private sealed class Graph(int dimensions, Metric metric) : CollectionIndex
    {
        /// <summary>Replaced rows make walks longer; when there are more of them than live ones it is time to build anew.</summary>
        private const int DeadMin = 1_000;

        private readonly HnswIndex _index = new(dimensions, metric, new HnswOptions { Precision = Precision.Float32 });

        public override void Check(ReadOnlySpan<float> vector) => VectorChecks.InverseLength(vector, dimensions, metric, "the vector");

        public override void Set(int row, ReadOnlyMemory<float>? vector)
        {
            if (vector is not { } v)
            {
                _index.Remove(row);
                return;
            }

            while (_index.RowLimit < row)
                _index.Remove(_index.Add(v.Span)); // Rows before this one that have no vector.
            if (row == _index.RowLimit)
                _index.Add(v.Span);
            else
                _index.Update(row, v.Span);
            if (_index.DeadCount > DeadMin && _index.DeadCount > _index.Count)
                _index.Compact();
        }

        public override int Search(ReadOnlySpan<float> query, Span<Neighbor> nearest, RowSet? allowed) => _index.Search(query, nearest, allowed);
    }
}
