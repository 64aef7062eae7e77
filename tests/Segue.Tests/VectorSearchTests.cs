using CsCheck;
using Segue.Numerics;
using Segue.VectorSearch;
using Xunit;

namespace Segue.Tests;

/// <summary>The slow, obvious twin of every index: all scores in double, all of them sorted.</summary>
internal static class ObviousIndex
{
    public static double Score(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Metric metric)
    {
        double dot = 0, aa = 0, bb = 0, difference = 0;
        for (int i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * b[i];
            aa += (double)a[i] * a[i];
            bb += (double)b[i] * b[i];
            difference += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        }

        return metric switch
        {
            Metric.Cosine => dot / Math.Sqrt(aa * bb),
            Metric.InnerProduct => dot,
            _ => -difference,
        };
    }

    public static (int Row, double Score)[] Search(MatrixView rows, Metric metric, float[] query, int k, Func<int, bool> allowed) =>
        [.. Enumerable.Range(0, rows.Rows).Where(allowed).Select(r => (Row: r, Score: Score(query, rows.Row(r), metric)))
            .OrderByDescending(n => n.Score).ThenBy(n => n.Row).Take(k)];

    /// <summary>Rows around a few centers, from a seed: near enough to the real thing for recall to mean something.</summary>
    public static MatrixView Clustered(int rows, int dimensions, int seed, int clusters = 20)
    {
        Random random = new(seed);
        float[] centers = [.. Enumerable.Range(0, clusters * dimensions).Select(_ => Normal(random))];
        float[] values = new float[rows * dimensions];
        for (int r = 0; r < rows; r++)
        {
            int c = random.Next(clusters);
            for (int d = 0; d < dimensions; d++)
                values[r * dimensions + d] = centers[c * dimensions + d] + 0.7f * Normal(random);
        }

        return new MatrixView(values, rows, dimensions);
    }

    private static float Normal(Random random) => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}

/// <summary>
/// Goal: the flat index is exact, ordered, and clear about what it refuses. Method: properties against <see cref="ObviousIndex"/>.
/// Seen to fail: heap without the tie rule, a tail of the kernel left out, a filter word read past the last row.
/// </summary>
public sealed class VectorSearchTests
{
    private static readonly Gen<(MatrixView Rows, float[] Query, Metric Metric, int K, int Keep)> s_worlds =
        from metric in Gen.Enum<Metric>()
        from dimensions in Gen.Int[1, 70]
        from count in Gen.Int[0, 150]
        from values in Gen.Int[-8, 8].Select(v => v * 0.25f).Array[count * dimensions]
        from query in Gen.Int[-8, 8].Select(v => v * 0.25f).Array[dimensions]
        from k in Gen.Int[0, 20]
        from keep in Gen.Int[1, 5]
        select (Rows: new MatrixView(WithDirection(values, dimensions), count, dimensions), Query: WithDirection(query, dimensions), metric, k, keep);

    [Fact]
    public void Flat_search_finds_what_the_obvious_search_finds() => s_worlds.Sample(
        w =>
        {
            FlatIndex index = new(w.Rows, w.Metric);
            RowSet? allowed = w.Keep == 1 ? null : RowSet.Where(w.Rows.Rows, r => r % w.Keep == 0);
            Neighbor[] found = index.Search(w.Query, w.K, allowed);
            (int Row, double Score)[] expected = ObviousIndex.Search(w.Rows, w.Metric, w.Query, w.K, r => r % w.Keep == 0);
            Assert.Equal(expected.Length, found.Length);
            for (int i = 0; i < found.Length; i++)
            {
                Assert.Equal(expected[i].Score, found[i].Score, 1e-4);
                Assert.Equal(ObviousIndex.Score(w.Query, w.Rows.Row(found[i].Row), w.Metric), found[i].Score, 1e-4);
                Assert.True(i == 0 || found[i - 1] < found[i], "not in order, or twice the same");
                Assert.True(allowed is null || allowed.Contains(found[i].Row));
            }

            if (w.Metric != Metric.Cosine)
                Assert.Equal(expected.Select(e => e.Row), found.Select(f => f.Row)); // Quarters are exact in float32: ties must agree as well.
            index.Validate();
        },
        iter: 1_500);

    [Fact]
    public void Many_queries_get_the_answers_of_single_ones_on_any_number_of_threads()
    {
        foreach ((Metric metric, int dimensions, int count) in
            from metric in Enum.GetValues<Metric>() from dimensions in new[] { 1, 8, 45, 333 } from count in new[] { 1, 3, 37, 500 } select (metric, dimensions, count))
        {
            MatrixView rows = ObviousIndex.Clustered(700, dimensions, 1), queries = ObviousIndex.Clustered(count, dimensions, 2);
            FlatIndex index = new(rows, metric);
            RowSet some = RowSet.Where(700, r => r % 3 == 1);
            foreach (RowSet? allowed in new[] { null, some })
            {
                Neighbor[][] one = index.SearchMany(queries, 9, allowed, threads: 1), two = index.SearchMany(queries, 9, allowed, threads: 2);
                for (int q = 0; q < queries.Rows; q++)
                {
                    Neighbor[] single = index.Search(queries.Row(q), 9, allowed);
                    Assert.Equal(single, one[q]); // To the last bit.
                    Assert.Equal(single, two[q]);
                }
            }
        }
    }

    [Fact]
    public void Every_vector_finds_itself()
    {
        MatrixView rows = ObviousIndex.Clustered(500, 33, 3);
        foreach (Metric metric in new[] { Metric.Cosine, Metric.L2 })
        {
            FlatIndex index = new(rows, metric);
            for (int r = 0; r < rows.Rows; r++)
                Assert.Equal(r, index.Search(rows.Row(r), 1)[0].Row);
        }
    }

    [Fact]
    public void Row_sets_are_sets() => Gen.Select(Gen.Int[0, 200], Gen.ULong, Gen.ULong).Sample((limit, a, b) =>
    {
        bool InA(int r) => (a >> (r * 7 % 64) & 1) != 0;
        bool InB(int r) => (b >> (r * 5 % 64) & 1) != 0;
        RowSet setA = RowSet.Where(limit, InA), setB = RowSet.Of(limit, Enumerable.Range(0, limit).Where(InB));
        Assert.Equal(Enumerable.Range(0, limit).Count(InA), setA.Count);
        RowSet both = setA.And(setB), not = setA.Not();
        for (int r = 0; r < limit; r++)
        {
            Assert.Equal(InA(r) && InB(r), both.Contains(r));
            Assert.Equal(!InA(r), not.Contains(r));
        }

        Assert.False(setA.Contains(-1) || not.Contains(limit));
        Assert.Equal(limit, setA.Count + not.Count);
    });

    [Theory]
    [InlineData(new[] { 1f, float.NaN, 0f }, "row 1 has NaN at component 1")]
    [InlineData(new[] { 1f, 2f, float.NegativeInfinity }, "row 1 has -")]
    [InlineData(new[] { 0f, 0f, 0f }, "row 1 is a zero vector")]
    [InlineData(new[] { 1e-38f, 0f, 0f }, "row 1 is a zero vector")]
    [InlineData(new[] { 3e38f, 3e38f, 3e38f }, "too long")]
    public void A_row_that_cannot_be_searched_is_refused_by_name(float[] bad, string message)
    {
        MatrixView rows = new((float[])[1, 2, 3, .. bad], 2, 3);
        Assert.Contains(message, Assert.Throws<VectorException>(() => new FlatIndex(rows, Metric.Cosine)).Message);
        FlatIndex index = new(new MatrixView(new float[] { 1, 2, 3 }, 1, 3), Metric.Cosine);
        Assert.Contains(message.Replace("row 1", "the query"), Assert.Throws<VectorException>(() => index.Search(bad, 1)).Message);
    }

    [Fact]
    public void A_query_of_the_wrong_length_is_refused()
    {
        FlatIndex index = new(ObviousIndex.Clustered(10, 8, 1), Metric.L2);
        Assert.Contains("the query has 7 dimensions, but the index has 8", Assert.Throws<VectorException>(() => index.Search(new float[7], 1)).Message);
        Assert.Single(index.Search(new float[8], 1)); // A zero vector is a point like any other where direction does not matter.
        Assert.Contains("row 10", Assert.Throws<VectorException>(() => index.CopyVector(10, new float[8])).Message);
    }

    [Fact]
    public void Tiny_vectors_have_a_direction()
    {
        FlatIndex index = new(new MatrixView(new[] { 1e-12f, 0, 0, 1e-12f }, 2, 2), Metric.Cosine);
        Neighbor nearest = index.Search([0, 3e-13f], 1)[0];
        Assert.Equal((1, 1f), (nearest.Row, MathF.Round(nearest.Score, 5)));
    }

    private static float[] WithDirection(float[] values, int dimensions)
    {
        for (int start = 0; start < values.Length; start += dimensions)
        {
            if (values.AsSpan(start, dimensions).IndexOfAnyExcept(0f) < 0)
                values[start] = 1;
        }

        return values;
    }
}
