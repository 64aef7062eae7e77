using Segue.Numerics;
using Segue.VectorSearch;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the graph finds what an exact search finds, whatever was done to it before. Method: recall against <see cref="ObviousIndex"/> on seeded data
/// after building, adding, updating, deleting, compacting, and while another thread does these; every scene ends with Validate. Seen to fail: links
/// back left out, the heuristic's comparison turned round, dead rows answered, a batch that saw itself half-linked, row -> slot shared by a graph and
/// the larger one made of it; a walk through allowed rows alone (around a hole), removed rows that no search reckoned with (none of ten found), rows
/// under inner product that were not lifted (0.88).
/// </summary>
public sealed class HnswTests
{
    private const int Dimensions = 40;

    private static readonly HnswOptions s_small = new() { M = 8, EfConstruction = 60 };

    [Theory]
    [InlineData(Metric.Cosine, Precision.Bits12)]
    [InlineData(Metric.L2, Precision.Bits12)]
    [InlineData(Metric.InnerProduct, Precision.Bits12)]
    [InlineData(Metric.Cosine, Precision.Float32)]
    [InlineData(Metric.L2, Precision.Float32)]
    public void A_built_index_finds_the_true_neighbors(Enum metricGiven, Enum precisionGiven)
    {
        Metric metric = (Metric)metricGiven;
        Precision precision = (Precision)precisionGiven;
        MatrixView rows = ObviousIndex.Clustered(3_000, Dimensions, 1);
        HnswIndex index = HnswIndex.Build(rows, metric, s_small with { Precision = precision });
        index.Validate();
        Assert.InRange(Recall(index, rows, metric, null), metric == Metric.InnerProduct ? 0.98 : 0.97, 1);
        Neighbor[] found = index.Search(rows.Row(5), 10);
        foreach (Neighbor n in found)
        {
            double exact = ObviousIndex.Score(rows.Row(5), rows.Row(n.Row), metric);
            Assert.Equal(exact, n.Score, (precision == Precision.Float32 ? 1e-4 : 2e-3) * (metric == Metric.Cosine ? 1 : 60)); // ‖x‖² is 60.
        }
    }

    [Fact]
    public void The_same_rows_give_the_same_graph_on_any_number_of_threads()
    {
        MatrixView rows = ObviousIndex.Clustered(2_000, Dimensions, 2);
        HnswIndex one = HnswIndex.Build(rows, Metric.Cosine, s_small, threads: 1), three = HnswIndex.Build(rows, Metric.Cosine, s_small, threads: 3);
        Assert.True(one.Graph.Links.Values.SequenceEqual(three.Graph.Links.Values));
        Assert.True(one.Graph.Upper.Values.SequenceEqual(three.Graph.Upper.Values));
        Assert.Equal(one.Graph.Entry, three.Graph.Entry);
    }

    [Fact]
    public void Any_insert_order_one_by_one_or_in_parts_keeps_recall()
    {
        MatrixView rows = ObviousIndex.Clustered(1_500, Dimensions, 3);
        HnswIndex index = new(Dimensions, Metric.Cosine, s_small);
        int[] order = [.. Enumerable.Range(0, 1_500)];
        new Random(1).Shuffle(order);
        float[] shuffled = [.. order.SelectMany(r => rows.Row(r).ToArray())];
        for (int i = 0; i < 500; i++)
            Assert.Equal(i, index.Add(shuffled.AsSpan(i * Dimensions, Dimensions)));
        Assert.Equal(500, index.AddMany(new MatrixView(shuffled.AsMemory(500 * Dimensions), 1_000, Dimensions)));
        index.Validate();
        Assert.InRange(Recall(index, new MatrixView(shuffled, 1_500, Dimensions), Metric.Cosine, null), 0.97, 1);
    }

    [Fact]
    public void Removed_rows_are_not_found_and_compaction_keeps_the_rest()
    {
        MatrixView rows = ObviousIndex.Clustered(2_000, Dimensions, 4);
        HnswIndex index = HnswIndex.Build(rows, Metric.L2, s_small);
        RowSet kept = RowSet.Where(2_000, r => r % 5 is 1 or 3);
        for (int r = 0; r < 2_000; r++)
            Assert.Equal(!kept.Contains(r), !kept.Contains(r) && index.Remove(r));
        Assert.False(index.Remove(0) || index.Remove(-1) || index.Remove(2_000));
        for (int pass = 0; pass < 2; pass++)
        {
            Assert.Equal(800, index.Count);
            Assert.InRange(Recall(index, rows, Metric.L2, kept, passFilter: false), 0.97, 1);
            index.Validate();
            index.Compact();
            Assert.Equal(0, index.DeadCount);
        }

        Assert.Equal(2_000, index.Add(rows.Row(0)));
        Assert.Equal(2_000, index.Search(rows.Row(0), 1)[0].Row);
    }

    [Fact]
    public void Updated_rows_are_found_where_they_are_now()
    {
        MatrixView rows = ObviousIndex.Clustered(600, Dimensions, 5), moved = ObviousIndex.Clustered(600, Dimensions, 6);
        HnswIndex index = HnswIndex.Build(rows, Metric.Cosine, s_small);
        for (int r = 0; r < 600; r++)
            index.Update(r, moved.Row(r));
        Assert.Equal((600, 600, 600), (index.Count, index.RowLimit, index.DeadCount));
        Assert.InRange(Recall(index, moved, Metric.Cosine, null), 0.97, 1);
        index.Validate();
        Assert.Contains("no row 600", Assert.Throws<VectorException>(() => index.Update(600, moved.Row(0))).Message);
    }

    [Theory]
    [InlineData(0.004)]
    [InlineData(0.01)]
    [InlineData(0.1)]
    [InlineData(0.3)]
    [InlineData(0.6)]
    public void A_filter_of_any_size_keeps_recall(double share)
    {
        // 12,000 rows and ef 32: up to 0.1 are scanned, 0.3 and 0.6 are met in a wider pool; what lies aside takes wider ones, or a scan.
        MatrixView rows = ObviousIndex.Clustered(12_000, 16, 7);
        HnswIndex index = HnswIndex.Build(rows, Metric.Cosine, new HnswOptions { EfConstruction = 60, EfSearch = 32 });
        Random random = new(3);
        RowSet allowed = RowSet.Where(12_000, _ => random.NextDouble() < share);
        Assert.InRange(Recall(index, rows, Metric.Cosine, allowed), 0.95, 1);
        // All that is allowed lies in one part of the space, far from most queries.
        RowSet aside = RowSet.Where(12_000, r => rows.Row(r)[0] > 0.4f && r % 100 < 100 * Math.Sqrt(share));
        Assert.InRange(Recall(index, rows, Metric.Cosine, aside), 0.95, 1);
        Assert.Empty(index.Search(rows.Row(0), 5, RowSet.Of(12_000, [])));
        Assert.Equal(11_999, Assert.Single(index.Search(rows.Row(0), 5, RowSet.Of(12_000, [11_999]))).Row);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void A_filter_that_is_a_neighborhood_keeps_recall(double share)
    {
        // Rows that are alike have the same genre: what a filter keeps, or keeps out, lies together, and the query within it or far from it.
        const int Rows = 10_000;
        MatrixView rows = ObviousIndex.Clustered(Rows, 24, 12);
        HnswIndex index = HnswIndex.Build(rows, Metric.Cosine, new HnswOptions { EfConstruction = 60, Precision = Precision.Float32 });
        foreach (int center in new[] { 17, 4_711, 9_001 })
        {
            (int Row, double Score)[] nearest = ObviousIndex.Search(rows, Metric.Cosine, rows.Row(center).ToArray(), Rows, _ => true);
            RowSet Ball(int size) => RowSet.Of(Rows, nearest.Take(size).Select(n => n.Row));
            RowSet near = Ball((int)(share * Rows)), far = Ball((int)((1 - share) * Rows)).Not();
            foreach (int query in new[] { center, (center + 5_000) % Rows })
            {
                Assert.InRange(Recall(index, rows, near, query), 0.9, 1);
                Assert.InRange(Recall(index, rows, far, query), 0.9, 1);
            }
        }
    }

    [Theory]
    [InlineData(400)]
    [InlineData(3_000)]
    public void Rows_that_were_removed_around_a_query_do_not_starve_its_search(int hole)
    {
        MatrixView rows = ObviousIndex.Clustered(6_000, 24, 13);
        HnswIndex index = HnswIndex.Build(rows, Metric.Cosine, new HnswOptions { EfConstruction = 60, Precision = Precision.Float32 });
        RowSet left = RowSet.Of(6_000, ObviousIndex.Search(rows, Metric.Cosine, rows.Row(5).ToArray(), hole, _ => true).Select(n => n.Row)).Not();
        for (int row = 0; row < 6_000; row++)
            Assert.Equal(!left.Contains(row), !left.Contains(row) && index.Remove(row));
        Assert.InRange(Recall(index, rows, left, 5, passFilter: false), 0.9, 1);
        RowSet even = RowSet.Where(6_000, r => r % 2 == 0 && left.Contains(r));
        Assert.InRange(Recall(index, rows, even, 5), 0.9, 1);
        Assert.Equal(6_000 - hole, index.Search(rows.Row(5), 6_000).Length);
    }

    [Fact]
    public void Under_inner_product_rows_of_growing_lengths_are_found_in_any_order_of_adding()
    {
        MatrixView rows = ObviousIndex.Clustered(1_500, Dimensions, 14);
        float[] values = [.. rows.Values];
        for (int r = 0; r < 1_500; r++)
            System.Numerics.Tensors.TensorPrimitives.Multiply(rows.Row(r), 0.2f + (r / 500f), values.AsSpan(r * Dimensions, Dimensions));
        MatrixView grown = new(values, 1_500, Dimensions);
        HnswIndex index = new(Dimensions, Metric.InnerProduct);
        for (int r = 0; r < 700; r++)
            index.Add(grown.Row(r));
        index.AddMany(new MatrixView(values.AsMemory(700 * Dimensions), 800, Dimensions));
        Assert.InRange(Recall(index, grown, Metric.InnerProduct, null), 0.98, 1);
        index.Validate();
        index.Compact();
        Assert.InRange(Recall(index, grown, Metric.InnerProduct, null), 0.98, 1);
    }

    [Fact]
    public async Task Searches_go_on_while_another_thread_adds_updates_deletes_and_compacts()
    {
        // Rows 0..499 stay: every search must find them. The others come and go.
        MatrixView rows = ObviousIndex.Clustered(500, Dimensions, 8), others = ObviousIndex.Clustered(1_500, Dimensions, 9);
        HnswIndex index = HnswIndex.Build(rows, Metric.Cosine, s_small);
        using CancellationTokenSource done = new();
        int searches = 0, missed = 0;
        Task[] readers = [.. Enumerable.Range(0, 3).Select(t => Task.Run(() =>
        {
            Random random = new(t);
            while (!done.IsCancellationRequested)
            {
                int r = random.Next(500);
                Neighbor[] found = index.Search(rows.Row(r), 10);
                Assert.Equal(found.Length, found.Select(n => n.Row).Distinct().Count());
                Assert.True(found.Zip(found.Skip(1)).All(p => p.First < p.Second));
                Interlocked.Add(ref missed, found.Any(n => n.Row == r && n.Score > 0.999f) ? 0 : 1);
                Interlocked.Increment(ref searches);
            }
        }))];
        Random writer = new(7);
        for (int i = 0; i < 1_500; i++)
        {
            int row = index.Add(others.Row(i));
            if (i % 3 == 0)
                index.Remove(row - writer.Next(Math.Min(i + 1, 50)));
            if (i % 7 == 0 && row > 520)
                index.Update(500 + writer.Next(row - 500), others.Row(writer.Next(1_500)));
            if (i % 500 == 499)
                index.Compact(threads: 1);
        }

        await done.CancelAsync();
        await Task.WhenAll(readers);
        Assert.True(searches > 100, $"only {searches} searches");
        Assert.InRange(missed, 0, searches / 100);
        index.Validate();
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.5)]
    public async Task Filtered_searches_go_on_while_the_graph_is_updated_at_full_capacity_and_compacted(double share)
    {
        // No room for one more: the first update makes a larger graph, and compacting a smaller one. Rows that are allowed are found, and no others.
        const int Rows = 400;
        MatrixView rows = ObviousIndex.Clustered(Rows, Dimensions, 8), others = ObviousIndex.Clustered(Rows, Dimensions, 9);
        for (int round = 0; round < 12; round++)
        {
            HnswIndex index = HnswIndex.Build(rows, Metric.Cosine, s_small);
            using CancellationTokenSource done = new();
            int searches = 0, missed = 0;
            Task[] readers = [.. Enumerable.Range(0, 3).Select(t => Task.Run(() =>
            {
                Random random = new(t);
                while (!done.IsCancellationRequested)
                {
                    // Even rows stay; some of the odd ones are asked for too.
                    int wanted = 2 * random.Next(Rows / 2);
                    RowSet allowed = RowSet.Where(3 * Rows, r => r == wanted || random.NextDouble() < share);
                    Neighbor[] found = new Neighbor[10];
                    int count = index.Search(rows.Row(wanted), found, allowed);
                    Assert.All(found.Take(count), n => Assert.True(allowed.Contains(n.Row) && n.Row < 2 * Rows, $"row {n.Row}"));
                    Assert.Equal(count, found.Take(count).Select(n => n.Row).Distinct().Count());
                    Interlocked.Add(ref missed, found.Take(count).Any(n => n.Row == wanted && n.Score > 0.999f) ? 0 : 1);
                    Interlocked.Increment(ref searches);
                }
            }))];
            SpinWait.SpinUntil(() => Volatile.Read(ref searches) > 3 || readers.Any(r => r.IsCompleted));
            for (int i = 0; i < 150; i++)
            {
                index.Update((2 * i % Rows) + 1, others.Row(i));
                if (i % 3 == 0)
                    index.Remove(index.Add(others.Row(i)));
                if (i % 50 == 49)
                    index.Compact(threads: 1);
            }

            await done.CancelAsync();
            await Task.WhenAll(readers);
            Assert.InRange(missed, 0, searches / 100);
            index.Validate();
        }
    }

    [Fact]
    public void A_cancelled_build_leaves_a_sound_index()
    {
        MatrixView rows = ObviousIndex.Clustered(2_000, Dimensions, 10);
        HnswIndex index = new(Dimensions, Metric.Cosine, s_small);
        using CancellationTokenSource stop = new();
        Assert.Throws<OperationCanceledException>(() => index.AddMany(rows, 1, new Stopper(stop, 700), stop.Token));
        Assert.InRange(index.Count, 700, 1_000);
        index.Validate();
        int next = index.AddMany(rows);
        Assert.Equal(next + 2_000, index.Count);
        index.Validate();
    }

    [Fact]
    public void Empty_and_tiny_indexes_and_doubles_answer()
    {
        HnswIndex index = new(3, Metric.Cosine);
        index.Validate();
        Assert.Empty(index.Search([1, 0, 0], 5));
        for (int i = 0; i < 100; i++)
            index.Add([1, 2, 3]);
        Assert.Equal(5, index.Search([1, 2, 3], 5).Length);
        index.Add([-1, 0, 0]);
        Assert.Equal(100, index.Search([-1, 0, 0], 1)[0].Row);
        index.Validate();
        Assert.Contains("zero vector", Assert.Throws<VectorException>(() => index.Add([0, 0, 0])).Message);
        Assert.Contains("4 dimensions, but the index has 3", Assert.Throws<VectorException>(() => index.Add([1, 0, 0, 0])).Message);
    }

    [Fact]
    public void Int8_dot_products_are_exact_and_the_twelve_bits_near()
    {
        Random random = new(5);
        foreach (int dimensions in new[] { 1, 31, 32, 33, 100, 384 })
        {
            float[] a = [.. Enumerable.Range(0, dimensions).Select(_ => random.NextSingle() - 0.5f)], b = [.. a.Select(_ => random.NextSingle() - 0.5f)];
            QuantizedRows rows = QuantizedRows.Allocate(2, dimensions, Metric.InnerProduct, Precision.Bits12);
            rows.Set(0, a, 1);
            rows.Set(1, b, 1);
            QuantizedQuery query = new(dimensions);
            query.Set(rows, 0);
            long dot = Enumerable.Range(0, dimensions).Sum(d => (long)rows.Codes.Values[d] * rows.Codes.Values[rows.Stride + d]);
            Assert.Equal(dot * (double)rows.Scales.Values[0] * rows.Scales.Values[1], query.Score(rows, 1), 1e-5 * dimensions);
            query.Set(a, 1);
            Assert.Equal(ObviousIndex.Score(a, b, Metric.InnerProduct), query.Precise(rows, 1), 1e-3 * Math.Sqrt(dimensions));
            float[] copy = new float[dimensions];
            rows.Copy(1, copy);
            Assert.All(copy.Zip(b), p => Assert.Equal(p.Second, p.First, 0.5 / 4_000));
        }
    }

    /// <summary>How many of the true ten of one row are found.</summary>
    private static double Recall(HnswIndex index, MatrixView rows, RowSet allowed, int query, bool passFilter = true)
    {
        float[] vector = rows.Row(query).ToArray();
        Neighbor[] found = index.Search(vector, 10, passFilter ? allowed : null);
        Assert.All(found, n => Assert.True(allowed.Contains(n.Row)));
        return ObviousIndex.Search(rows, index.Metric, vector, 10, allowed.Contains).Count(n => found.Any(f => f.Row == n.Row)) / 10.0;
    }

    private static double Recall(HnswIndex index, MatrixView rows, Metric metric, RowSet? allowed, bool passFilter = true)
    {
        MatrixView queries = ObviousIndex.Clustered(60, rows.Columns, 99);
        int hits = 0, asked = 0;
        for (int q = 0; q < queries.Rows; q++)
        {
            float[] query = queries.Row(q).ToArray();
            for (int d = 0; d < query.Length; d++)
                query[d] = 0.5f * query[d] + 0.5f * rows.Row(q * 7 % rows.Rows)[d];
            HashSet<int> truth = [.. ObviousIndex.Search(rows, metric, query, 10, r => allowed?.Contains(r) != false).Select(n => n.Row)];
            Neighbor[] found = index.Search(query, 10, passFilter ? allowed : null);
            Assert.All(found, n => Assert.True(allowed?.Contains(n.Row) != false));
            hits += found.Count(n => truth.Contains(n.Row));
            asked += truth.Count;
        }

        return (double)hits / asked;
    }

    private sealed class Stopper(CancellationTokenSource stop, int at) : IProgress<int>
    {
        public void Report(int value)
        {
            if (value >= at)
                stop.Cancel();
        }
    }
}
