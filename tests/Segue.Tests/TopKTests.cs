using CsCheck;
using Segue.Numerics;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the search gives what scoring every row and sorting gives, bit for bit, whatever the rows, queries, exclusions, filters and threads.
/// Method: a twin that computes all scores in the documented order and sorts them; worlds with ties, zeros, duplicates and spread-out norms.
/// Seen to fail: with the slack at 0, with > for >= at the threshold (ties), with the row codes' sum left out of the offset.
/// </summary>
public sealed class TopKTests
{
    [Fact]
    public void Same_answer_as_sorting_all_scores_in_any_world()
    {
        Gen.Select(Gen.Int[0, 400], Gen.Int[1, 70], Gen.Int[1, 60], Gen.Int[1, 30], Gen.Int[0, 5], Gen.Int)
            .Sample((rows, columns, queries, k, kind, seed) =>
            {
                World world = World.Make(rows, columns, queries, kind, seed);
                TopK index = new(world.Rows, threads: 2);
                TopKFilter? filter = world.Keep is { } keep ? index.Filter(row => keep[row]) : null;
                Ragged<Scored> all = index.SearchAll(world.Queries, k, world.Excluded, filter, threads: 2);
                for (int q = 0; q < queries; q++)
                {
                    Scored[] expected = Twin(world, q, k);
                    Assert.Equal(expected, all[q].ToArray());
                    Assert.Equal(expected, index.Search(world.Queries.Row(q), k, world.Excluded[q], filter));
                }
            }, iter: 400);
    }

    [Theory]
    [InlineData(128)]
    [InlineData(200)]
    [InlineData(3)]
    public void Same_answer_at_a_size_where_most_rows_are_never_scored(int columns)
    {
        World world = World.Make(20_000, columns, 100, 1, 7);
        TopK index = new(world.Rows);
        Ragged<Scored> all = index.SearchAll(world.Queries, 10, world.Excluded);
        Assert.True(index.ExactScores < 100 * 20_000 / 10, $"{index.ExactScores} exact scores: the first pass decides nothing");
        for (int q = 0; q < 100; q++)
            Assert.Equal(Twin(world with { Keep = null }, q, 10), all[q].ToArray());
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        World world = World.Make(5_000, 32, 300, 1, 3);
        TopK one = new(world.Rows, threads: 1), four = new(world.Rows, threads: 4);
        Assert.Equal(one.SearchAll(world.Queries, 20, threads: 1).Values.ToArray(), four.SearchAll(world.Queries, 20, threads: 4).Values.ToArray());
    }

    [Fact]
    public void The_vector_kernel_and_the_scalar_one_let_the_same_rows_through()
    {
        World world = World.Make(64, 37, 4, 1, 5);
        TopKPanels panels = new(world.Rows, new SignedHadamard(37), 1);
        QueryBlock block = new(panels.Depth);
        for (int q = 0; q < 4; q++)
            block.Add(world.Queries.Row(q), TopK.Norm(world.Queries.Row(q)), new SignedHadamard(37));
        for (float threshold = -8; threshold < 8; threshold += 0.37f)
        {
            Array.Fill(block.Threshold, threshold);
            for (int panel = 0; panel < panels.Count; panel++)
                AssertKernelsAgree(panels, panel, block);
        }
    }

    [Fact]
    public void More_than_there_is_and_nothing_at_all()
    {
        TopK index = new(new MatrixView(new float[] { 1, 0, 0, 2, 3, 0 }, 3, 2));
        Assert.Equal([new(2, 3), new(0, 1), new(1, 0)], index.Search([1, 0], 10));
        Assert.Empty(index.Search([1, 0], 10, excluded: [0, 1, 2]));
        Assert.Empty(index.Search([1, 0], 10, filter: index.Filter(_ => false)));
        Assert.Empty(new TopK(new MatrixView(Array.Empty<float>(), 0, 2)).Search([1, 0], 10));
        Assert.Equal(0, index.SearchAll(new MatrixView(Array.Empty<float>(), 0, 2), 3).Count);
    }

    [Fact]
    public void A_query_without_direction_finds_the_first_rows()
    {
        World world = World.Make(1_000, 16, 1, 1, 9);
        Scored[] found = new TopK(world.Rows).Search(new float[16], 3, excluded: [0, 2]);
        Assert.Equal([new(1, 0), new(3, 0), new(4, 0)], found);
    }

    [Fact]
    public void What_is_not_finite_or_of_the_wrong_shape_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new TopK(new MatrixView(new float[] { 1, float.NaN }, 1, 2)));
        Assert.Throws<ArgumentException>(() => new TopK(new MatrixView(new float[] { 1, float.PositiveInfinity }, 1, 2)));
        TopK index = new(new MatrixView(new float[] { 1, 2 }, 1, 2));
        Assert.Throws<ArgumentException>(() => index.Search([1, float.NaN], 1));
        Assert.Throws<ArgumentException>(() => index.Search([1], 1));
        Assert.Throws<ArgumentException>(() => index.SearchAll(new MatrixView(new float[3], 1, 3), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search([1, 2], 0));
        Assert.Throws<ArgumentException>(() => index.Search([1, 2], 1, filter: new TopK(new MatrixView(new float[2], 1, 2)).Filter(_ => true)));
    }

    [Fact]
    public void The_turn_keeps_inner_products()
    {
        foreach (int n in new[] { 1, 2, 3, 7, 64, 100, 200 })
        {
            World world = World.Make(2, n, 1, 1, n);
            double[] x = new double[n], y = new double[n];
            new SignedHadamard(n).Apply(world.Rows.Row(0), x);
            new SignedHadamard(n).Apply(world.Rows.Row(1), y);
            double turned = 0, plain = 0;
            for (int i = 0; i < n; i++)
                (turned, plain) = (turned + x[i] * y[i], plain + (double)world.Rows.Row(0)[i] * world.Rows.Row(1)[i]);
            Assert.Equal(plain, turned, 1e-9);
        }
    }

    private static unsafe void AssertKernelsAgree(TopKPanels panels, int panel, QueryBlock block)
    {
        fixed (byte* codes = block.Codes)
        {
            ulong group = TopKKernels.Group(panels, panel, block, 0, codes);
            for (int q = 0; q < 4; q++)
                Assert.Equal(TopKKernels.Scalar(panels, panel, block, q, codes + q * block.Depth), (uint)(group >> (16 * q)) & 0xffff);
            Assert.Equal((uint)group & 0xffff, TopKKernels.One(panels, panel, block, codes));
        }
    }

    /// <summary>All scores, sorted.</summary>
    private static Scored[] Twin(World world, int query, int k)
    {
        HashSet<int> excluded = [.. world.Excluded[query].ToArray()];
        return [.. Enumerable.Range(0, world.Rows.Rows)
            .Where(row => !excluded.Contains(row) && (world.Keep is null || world.Keep[row]))
            .Select(row => new Scored(row, Dot(world.Queries.Row(query), world.Rows.Row(row))))
            .OrderByDescending(s => s.Score).ThenBy(s => s.Index).Take(k)];
    }

    /// <summary>The documented order of summation, one number at a time.</summary>
    private static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        float[] p = new float[16];
        int whole = x.Length / 16 * 16;
        for (int k = 0; k < whole; k++)
        {
            float product = x[k] * y[k];
            p[k % 16] += product;
        }

        for (int half = 8; half >= 1; half /= 2)
        {
            for (int i = 0; i < half; i++)
                p[i] += p[i + half];
        }

        float sum = p[0];
        for (int k = whole; k < x.Length; k++)
        {
            float product = x[k] * y[k];
            sum += product;
        }

        return sum;
    }

    private sealed record World(MatrixView Rows, MatrixView Queries, Ragged<int> Excluded, bool[]? Keep)
    {
        /// <summary>Kinds: 0 small whole numbers (ties everywhere), 1 spread norms, 2 mostly zeros, 3 few distinct rows, 4 tiny values, 5
        /// filtered.</summary>
        public static World Make(int rows, int columns, int queries, int kind, int seed)
        {
            Random random = new(seed);
            float[] Fill(int count)
            {
                float[] values = new float[count * columns];
                for (int r = 0; r < count; r++)
                {
                    double norm = Math.Exp(random.NextDouble() * 3 - 2);
                    for (int c = 0; c < columns; c++)
                    {
                        values[r * columns + c] = kind switch
                        {
                            0 => random.Next(-2, 3),
                            2 => random.Next(8) == 0 ? (float)random.NextDouble() - 0.5f : 0,
                            3 => (r % 5 + c) % 7 - 3,
                            4 => (float)((random.NextDouble() - 0.5) * 1e-38),
                            _ => (float)(norm * (random.NextDouble() + random.NextDouble() - 1) / (1 + c * 0.05)),
                        };
                    }
                }

                return values;
            }

            bool[]? keep = kind == 5 ? [.. Enumerable.Range(0, rows).Select(_ => random.Next(3) > 0)] : null;
            Ragged<int> excluded = Ragged<int>.From(Enumerable.Range(0, queries)
                .Select(q => (int[])[.. Enumerable.Range(0, rows).Where(_ => random.Next(4) < q % 4)]));
            return new World(new MatrixView(Fill(rows), rows, columns), new MatrixView(Fill(queries), queries, columns), excluded, keep);
        }
    }
}
