using Segue.Numerics;

namespace Segue.VectorSearch;

/// <summary>What "near" means. Every score is larger for what is nearer.</summary>
internal enum Metric
{
    /// <summary>q·x / (‖q‖ ‖x‖), -1 to 1. Lengths do not matter; a zero vector has no direction and is refused.</summary>
    Cosine,

    /// <summary>q·x.</summary>
    InnerProduct,

    /// <summary>Minus the squared Euclidean distance, −‖q − x‖²: 0 is the best there is.</summary>
    L2,
}

/// <summary>Whether an index also keeps rows in fewer bits, to read less memory in a search.</summary>
internal enum Quantization
{
    /// <summary>float32 alone.</summary>
    None,

    /// <summary>One byte a component for the search, float32 for the last comparison.</summary>
    Int8,
}

/// <summary>A row of an index and how near it is.</summary>
/// <param name="Row">The row's number in the index, 0-based.</param>
/// <param name="Score">Larger is nearer; the scale is the <see cref="Metric"/>'s.</param>
internal readonly record struct Neighbor(int Row, float Score) : IComparable<Neighbor>
{
    /// <summary>Best first: by falling score, then by rising row, so that ties have one order.</summary>
    public int CompareTo(Neighbor other) => Score != other.Score ? other.Score.CompareTo(Score) : Row.CompareTo(other.Row);

    public static bool operator <(Neighbor a, Neighbor b) => a.CompareTo(b) < 0;

    public static bool operator >(Neighbor a, Neighbor b) => a.CompareTo(b) > 0;

    public static bool operator <=(Neighbor a, Neighbor b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Neighbor a, Neighbor b) => a.CompareTo(b) >= 0;
}

/// <summary>Rows of float32 vectors that can be asked for the nearest to a vector. Searching is safe from any number of threads.</summary>
internal interface IVectorIndex
{
    /// <summary>How many rows can be found.</summary>
    int Count { get; }

    /// <summary>One more than the largest row number: how long a <see cref="RowSet"/> over this index is.</summary>
    int RowLimit { get; }

    int Dimensions { get; }

    Metric Metric { get; }

    /// <summary>Finds the rows nearest to a query, best first; equal scores stand by rising row.</summary>
    /// <param name="query"><see cref="Dimensions"/> finite values.</param>
    /// <param name="nearest">Receives the neighbors; its length is k.</param>
    /// <param name="allowed">Only these rows are found; all when null.</param>
    /// <returns>How many were found: k, or fewer when there are not so many.</returns>
    /// <exception cref="VectorException">The query has the wrong length, is not finite, or is zero where a direction is needed.</exception>
    int Search(ReadOnlySpan<float> query, Span<Neighbor> nearest, RowSet? allowed = null);

    /// <summary>Answers many queries, each as <see cref="Search"/> would.</summary>
    /// <param name="queries">One query a row.</param>
    /// <param name="k">How many neighbors each.</param>
    /// <param name="allowed">Only these rows are found; all when null.</param>
    /// <param name="threads">At most so many; 0 for one a processor. The answer does not depend on it.</param>
    Neighbor[][] SearchMany(MatrixView queries, int k, RowSet? allowed = null, int threads = 0, CancellationToken cancellation = default);

    /// <summary>Writes the stored vector of a row (for <see cref="Metric.Cosine"/> perhaps at length 1, when quantized only nearly).</summary>
    /// <exception cref="VectorException">There is no such row.</exception>
    void CopyVector(int row, Span<float> vector);

    /// <summary>Proves the structure sound, by the index's own definition of it.</summary>
    /// <exception cref="VectorException">What is broken, and where.</exception>
    void Validate();
}

/// <summary>A vector that cannot be indexed or searched for, or an index that is not sound.</summary>
internal sealed class VectorException(string message) : SegueException(message);

internal static class VectorIndexExtensions
{
    /// <summary>The k rows nearest to a query, best first.</summary>
    /// <inheritdoc cref="IVectorIndex.Search"/>
    public static Neighbor[] Search(this IVectorIndex index, ReadOnlySpan<float> query, int k, RowSet? allowed = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        var nearest = new Neighbor[Math.Min(k, allowed is null ? index.Count : Math.Min(index.Count, allowed.Count))];
        int found = index.Search(query, nearest, allowed);
        return found == nearest.Length ? nearest : nearest[..found];
    }

    /// <summary><see cref="IVectorIndex.SearchMany"/> where queries have nothing to share: each by itself, side by side.</summary>
    internal static Neighbor[][] SearchEach(this IVectorIndex index, MatrixView queries, int k, RowSet? allowed, int threads, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        var answers = new Neighbor[queries.Rows][];
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount, CancellationToken = cancellation };
        Parallel.For(0, queries.Rows, options, i => answers[i] = index.Search(queries.Row(i), k, allowed));
        return answers;
    }
}
