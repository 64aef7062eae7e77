namespace Segue.Numerics;

/// <summary>
/// The rows of a matrix with the largest inner products with a query, exactly. The first queries look at every row; where more come, a
/// <see cref="TopK"/> is laid out, which costs as much as some scans and answers the next ones many times faster. Rows, scores and order are the
/// same either way. Safe for many threads.
/// </summary>
/// <param name="rows">Rows to be found.</param>
internal sealed class RowSearch(MatrixView rows)
{
    /// <summary>Laying out 47,000 rows of 128 columns took as long as 20 to 30 scans of them.</summary>
    private const int ScansMax = 24;

    private readonly Lazy<TopK> _index = new(() => new TopK(rows));
    private int _scans;

    /// <summary>For many queries at once.</summary>
    public TopK Index => _index.Value;

    /// <param name="query">As long as a row.</param>
    /// <param name="k">How many rows are wanted; the answer is shorter when fewer are left.</param>
    /// <param name="excluded">Rows that must not be found, ascending.</param>
    /// <param name="allowed">One a row: false is not found; null allows all.</param>
    /// <returns>Best first, equal scores by lower index.</returns>
    public Scored[] Search(ReadOnlySpan<float> query, int k, ReadOnlySpan<int> excluded, bool[]? allowed)
    {
        if (!_index.IsValueCreated && Interlocked.Increment(ref _scans) <= ScansMax)
            return Scan(query, k, excluded, allowed);
        return Index.Search(query, k, excluded, FilterOf(allowed));
    }

    /// <summary>For <see cref="TopK"/>; null where all rows are allowed.</summary>
    public TopKFilter? FilterOf(bool[]? allowed) => allowed is null ? null : Index.Filter(row => allowed[row]);

    private Scored[] Scan(ReadOnlySpan<float> query, int k, ReadOnlySpan<int> excluded, bool[]? allowed)
    {
        Best best = new(Math.Min(k, rows.Rows));
        int next = 0;
        for (int row = 0; row < rows.Rows; row++)
        {
            while (next < excluded.Length && excluded[next] < row)
                next++;
            bool isOut = next < excluded.Length && excluded[next] == row;
            if (!isOut && (allowed is null || allowed[row]))
                best.Offer(new Scored(row, TopK.Dot(query, rows.Row(row))));
        }

        return best.Drain();
    }
}
