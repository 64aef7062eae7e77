using Segue.Interactions;

namespace Segue.Factorization;

/// <summary>
/// Rows that train beside the users without being any: a tag "listens" to the artists that carry it. They shape the artists' vectors and are gone
/// afterwards.
/// </summary>
/// <param name="Confidence">Rows × artists, c of each cell.</param>
/// <param name="ZeroWeight">Weight of their zeros relative to a user's: an artist without a tag is a weaker sign than an artist not heard.</param>
internal sealed record AlsSideRows(CsrMatrix Confidence, float ZeroWeight = 0.5f)
{
    /// <summary>The users' confidences with these rows below.</summary>
    internal CsrMatrix Below(CsrMatrix users)
    {
        if (Confidence.Columns != users.Columns)
            throw new SegueException($"side rows are about {Confidence.Columns} artists, but the plays about {users.Columns}");
        int[] starts = new int[users.Rows + Confidence.Rows + 1];
        users.Starts.Span.CopyTo(starts);
        for (int r = 0; r <= Confidence.Rows; r++)
            starts[users.Rows + r] = users.Nonzeros + Confidence.Starts.Span[r];
        return new CsrMatrix(users.Rows + Confidence.Rows, users.Columns, starts,
            (int[])[.. users.Indices.Span, .. Confidence.Indices.Span], (float[])[.. users.Values.Span, .. Confidence.Values.Span]);
    }
}
