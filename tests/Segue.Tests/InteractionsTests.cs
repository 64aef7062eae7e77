using CsCheck;
using Segue.Catalogue;
using Segue.Interactions;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a sparse matrix is what its entries say. Method: a dictionary twin, transposing twice, and every way to hand in parts that do not fit.
/// Seen to fail: with the range check on offsets taken out (an index error instead of a refusal), and with an unstable sort in FromEntries.
/// </summary>
public sealed class InteractionsTests
{
    private static readonly Gen<(int Rows, int Columns, (int Row, int Column, float Value)[] Entries)> s_entries =
        Gen.Select(Gen.Int[1, 8], Gen.Int[1, 8]).SelectMany((rows, columns) =>
            Gen.Select(Gen.Int[0, rows - 1], Gen.Int[0, columns - 1], Gen.Float[0, 1000]).Array[0, 60].Select(entries => (rows, columns, entries)));

    [Fact]
    public void A_matrix_of_entries_is_their_sum_by_cell() => s_entries.Sample(sample =>
    {
        CsrMatrix matrix = Of(sample.Rows, sample.Columns, sample.Entries);
        SortedDictionary<(int, int), float> twin = [];
        foreach ((int row, int column, float value) in sample.Entries)
            twin[(row, column)] = twin.GetValueOrDefault((row, column)) + value;
        Assert.Equal(twin.Select(e => (e.Key.Item1, e.Key.Item2, e.Value)), Cells(matrix));
        Assert.Equal(twin.Count, matrix.Nonzeros);
    });

    [Fact]
    public void Transposing_twice_changes_nothing() => s_entries.Sample(sample =>
    {
        CsrMatrix matrix = Of(sample.Rows, sample.Columns, sample.Entries), transposed = matrix.Transpose(), back = transposed.Transpose();
        Assert.Equal((matrix.Columns, matrix.Rows), (transposed.Rows, transposed.Columns));
        Assert.Equal(Cells(matrix).Select(c => (c.Column, c.Row, c.Value)).Order(), Cells(transposed));
        Assert.Equal(matrix.Starts.ToArray(), back.Starts.ToArray());
        Assert.Equal(matrix.Indices.ToArray(), back.Indices.ToArray());
        Assert.Equal(matrix.Values.ToArray(), back.Values.ToArray());
    });

    [Theory]
    [InlineData(-1, 2, "", "", "")]
    [InlineData(2, -1, "0 0 0", "", "")]
    [InlineData(2, 2, "", "", "")]
    [InlineData(2, 2, "0 1", "0", "1")]
    [InlineData(2, 2, "1 1 1", "0", "1")]
    [InlineData(2, 2, "0 1 1", "0 1", "1 1")]
    [InlineData(2, 2, "0 5 2", "0 1", "1 1")]
    [InlineData(2, 2, "0 -1 2", "0 1", "1 1")]
    [InlineData(2, 2, "0 2 2", "1 0", "1 1")]
    [InlineData(2, 2, "0 2 2", "1 1", "1 1")]
    [InlineData(2, 2, "0 1 2", "0 2", "1 1")]
    [InlineData(2, 2, "0 1 2", "-1 0", "1 1")]
    [InlineData(2, 2, "0 1 2", "0 1", "1")]
    [InlineData(2, 2, "0 1 2", "0 1", "1 -1")]
    [InlineData(2, 2, "0 1 2", "0 1", "1 NaN")]
    [InlineData(2, 2, "0 1 2", "0 1", "1 Infinity")]
    public void Parts_that_make_no_matrix_are_refused(int rows, int columns, string starts, string indices, string values) =>
        Assert.Throws<ArgumentException>(() => new CsrMatrix(rows, columns, Ints(starts), Ints(indices), Floats(values)));

    [Fact]
    public void Entries_outside_the_matrix_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Of(2, 2, [(2, 0, 1)]));
        Assert.Throws<ArgumentException>(() => Of(2, 2, [(-1, 0, 1)]));
        Assert.Throws<ArgumentException>(() => Of(2, 2, [(0, 2, 1)]));
        Assert.Throws<ArgumentException>(() => Of(2, 2, [(0, 0, float.NaN)]));
        Assert.Throws<ArgumentException>(() => Of(1, 1, [(0, 0, float.MaxValue), (0, 0, float.MaxValue)]));
        Assert.Throws<ArgumentException>(() => CsrMatrix.FromEntries(2, 2, [0], [0, 1], [1]));
    }

    [Fact]
    public void Empty_rows_columns_and_matrices_are_fine()
    {
        CsrMatrix empty = Of(0, 0, []), tall = Of(3, 0, []), one = Of(3, 4, [(1, 2, 5)]);
        Assert.Equal(0, empty.Transpose().Nonzeros);
        Assert.Equal((0, 3), (tall.Transpose().Rows, tall.Transpose().Columns));
        Assert.Equal([0, 1, 0], Enumerable.Range(0, 3).Select(one.RowLength));
        Assert.Equal([(2, 1, 5f)], Cells(one.Transpose()));
        Assert.Equal([(1, 2, 7f)], Cells(one.WithValues(new[] { 7f })));
        Assert.Throws<ArgumentException>(() => one.WithValues(new[] { 7f, 8f }));
    }

    [Fact]
    public void Transposed_plays_are_refused()
    {
        Artists artists = new(TextColumn.From(["10", "11"]), TextColumn.From(["A", "B"]));
        TextColumn users = TextColumn.From(["u1", "u2", "u3"]);
        CsrMatrix counts = Of(3, 2, [(0, 0, 5), (2, 1, 7)]);
        Plays plays = new(users, artists, counts);
        Assert.Equal(2, plays.ResolveUser("u3"));
        Assert.Equal("unknown user 'u33'; did you mean 'u3'?", Assert.Throws<UnknownNameException>(() => plays.ResolveUser("u33")).Message);
        Assert.Equal(-1, plays.IndexOfUser("U3"));
        ArgumentException e = Assert.Throws<ArgumentException>(() => new Plays(users, artists, counts.Transpose()));
        Assert.Contains("2 × 3, but there are 3 users and 2 artists", e.Message);
    }

    [Fact]
    public void A_profile_is_a_row_or_the_sum_of_pairs()
    {
        Plays plays = new(TextColumn.From(["u"]), new(TextColumn.From(["1", "2", "3"]), TextColumn.From(["A", "B", "C"])), Of(1, 3, [(0, 2, 4), (0, 0, 1)]));
        Profile row = Profile.OfUser(plays, 0);
        Assert.Equal("u", row.Name);
        Assert.Equal([0, 2], row.Artists);
        Assert.Equal([1f, 4f], row.Plays);
        Profile pairs = Profile.Of([(2, 1), (0, 1), (2, 3)], disliked: [1, 1]);
        Assert.Equal([0, 2], pairs.Artists);
        Assert.Equal([1f, 4f], pairs.Plays);
        Assert.Equal([1], pairs.Disliked);
        Assert.Empty(Profile.Of([]).Artists);
    }

    private static CsrMatrix Of(int rows, int columns, (int Row, int Column, float Value)[] entries) => CsrMatrix.FromEntries(
        rows, columns, [.. entries.Select(e => e.Row)], [.. entries.Select(e => e.Column)], [.. entries.Select(e => e.Value)]);

    private static List<(int Row, int Column, float Value)> Cells(CsrMatrix matrix)
    {
        List<(int, int, float)> cells = [];
        for (int r = 0; r < matrix.Rows; r++)
        {
            for (int k = 0; k < matrix.RowLength(r); k++)
                cells.Add((r, matrix.RowIndices(r)[k], matrix.RowValues(r)[k]));
        }

        return cells;
    }

    private static int[] Ints(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

    private static float[] Floats(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => float.Parse(s, System.Globalization.CultureInfo.InvariantCulture))];
}
