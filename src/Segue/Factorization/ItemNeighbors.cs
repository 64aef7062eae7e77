using Segue.Interactions;
using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>
/// Scores an artist by how near it is to the artists of the listener: score(j) = Σ over i in the history of W_ij, where W is sparse, each artist
/// keeping its nearest only. Two ways to make W:
/// <list type="bullet">
/// <item>itemknn: cosine of two artists' sets of listeners, shrunk where few listeners speak for it (Sarwar et al., WWW 2001; shrinkage from
/// Bell, Koren 2007): W_ij = n_ij / (√n_i √n_j + shrinkage).</item>
/// <item>rp3beta: the chance of a random walk of three steps, artist → listener → artist, with popular ends held back (Paudel, Christoffel et al.,
/// ACM TiiS 2017): W_ij = (Σ_u p(u|i)^α p(j|u)^α) / n_j^β.</item>
/// </list>
/// Our departure: counts of plays are not used, which lost nothing on Last.fm-2K.
/// </summary>
internal sealed class ItemNeighbors : ITasteModel
{
    private readonly Ragged<Scored> _neighbors;

    private ItemNeighbors(string name, Ragged<Scored> neighbors) => (Name, _neighbors) = (name, neighbors);

    public string Name { get; }

    public int ArtistCount => _neighbors.Count;

    /// <summary>The nearest of an artist, best first.</summary>
    public ReadOnlySpan<Scored> Of(int artist) => _neighbors[artist];

    /// <param name="plays">Users × artists.</param>
    /// <param name="neighbors">Nearest to keep of each artist.</param>
    /// <param name="shrinkage">Added to the norms' product.</param>
    public static ItemNeighbors Cosine(CsrMatrix plays, int neighbors = 500, float shrinkage = 3, int threads = 0, CancellationToken cancellation = default)
    {
        CsrMatrix users = TasteModels.Played(plays), artists = users.Transpose();
        float[] norms = [.. Enumerable.Range(0, artists.Rows).Select(i => MathF.Sqrt(artists.RowLength(i)))];
        return new ItemNeighbors("itemknn", Nearest(users, artists, neighbors, threads,
            step: (_, _) => 1, weigh: (i, j, sum) => sum / (norms[i] * norms[j] + shrinkage), cancellation));
    }

    /// <param name="plays">Users × artists.</param>
    /// <param name="neighbors">Nearest to keep of each artist.</param>
    /// <param name="alpha">α, below 1 evens out the steps.</param>
    /// <param name="beta">β, how much popular artists are held back.</param>
    public static ItemNeighbors Rp3Beta(
        CsrMatrix plays, int neighbors = 500, float alpha = 0.7f, float beta = 0.35f, int threads = 0, CancellationToken cancellation = default)
    {
        CsrMatrix users = TasteModels.Played(plays), artists = users.Transpose();
        float[] toUser = [.. Enumerable.Range(0, artists.Rows).Select(i => MathF.Pow(Math.Max(1, artists.RowLength(i)), -alpha))];
        float[] toArtist = [.. Enumerable.Range(0, users.Rows).Select(u => MathF.Pow(Math.Max(1, users.RowLength(u)), -alpha))];
        float[] popularity = [.. Enumerable.Range(0, artists.Rows).Select(j => MathF.Pow(Math.Max(1, artists.RowLength(j)), beta))];
        return new ItemNeighbors("rp3beta", Nearest(users, artists, neighbors, threads,
            step: (i, u) => toUser[i] * toArtist[u], weigh: (_, j, sum) => sum / popularity[j], cancellation));
    }

    /// <inheritdoc/>
    public void Score(Profile profile, Span<float> scores)
    {
        TasteModels.Check(profile, ArtistCount);
        scores.Clear();
        for (int k = 0; k < profile.Artists.Length; k++)
        {
            if (profile.Plays[k] <= 0)
                continue;
            foreach (Scored near in _neighbors[profile.Artists[k]])
                scores[near.Index] += near.Score;
        }
    }

    /// <summary>Σ over common listeners of a step's weight, weighed, and the best of it; an artist is no neighbor of itself.</summary>
    private static Ragged<Scored> Nearest(
        CsrMatrix users, CsrMatrix artists, int neighbors, int threads, Func<int, int, float> step, Func<int, int, float, float> weigh, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbors, 1);
        Scored[][] found = new Scored[artists.Rows][];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount, CancellationToken = cancellation };
        Parallel.For(0, artists.Rows, parallel, () => (Sums: new float[artists.Rows], Touched: new List<int>()), (i, _, local) =>
        {
            foreach (int user in artists.RowIndices(i))
            {
                float weight = step(i, user);
                foreach (int j in users.RowIndices(user))
                {
                    if (local.Sums[j] == 0)
                        local.Touched.Add(j);
                    local.Sums[j] += weight;
                }
            }

            Best best = new(Math.Min(neighbors, local.Touched.Count));
            foreach (int j in local.Touched)
            {
                if (j != i)
                    best.Offer(new Scored(j, weigh(i, j, local.Sums[j])));
                local.Sums[j] = 0;
            }

            local.Touched.Clear();
            found[i] = best.Drain();
            return local;
        }, _ => { });
        return Ragged<Scored>.From(found);
    }
}
