namespace Segue.Numerics;

/// <summary>
/// Partitioning around medoids (Kaufman and Rousseeuw 1987, "Clustering by means of medoids"): the k members of a set to which all others are nearest
/// in sum. Medoids rather than means, because a medoid is a member that can be named, and any distance will do. For small sets: memory and an
/// exchange cost n². Without randomness: BUILD takes the best first member, then the next best beside it; SWAP exchanges while that helps.
/// </summary>
/// <param name="Medoids">Indices of the medoids, k of them, in the order in which they were found.</param>
/// <param name="ClusterOf">For each member the number (0-based) of its medoid.</param>
/// <param name="Silhouette">Weighted mean silhouette, -1..1: how much nearer members are to their own cluster than to the next one; 0 for one
/// cluster.</param>
internal sealed record KMedoids(int[] Medoids, int[] ClusterOf, double Silhouette)
{
    private const int SwapsMax = 50;

    /// <param name="distances">n × n, symmetric, not negative.</param>
    /// <param name="weights">How much each member counts, positive.</param>
    /// <param name="k">1..n.</param>
    public static KMedoids Of(double[,] distances, double[] weights, int k)
    {
        int n = weights.Length;
        ArgumentOutOfRangeException.ThrowIfNotEqual(distances.Length, n * n, nameof(distances));
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, n);
        int[] medoids = Build(distances, weights, k);
        Swap(distances, weights, medoids);
        int[] clusterOf = [.. Enumerable.Range(0, n).Select(i => NearestOf(distances, medoids, i))];
        return new KMedoids(medoids, clusterOf, SilhouetteOf(distances, weights, clusterOf, k));
    }

    private static int[] Build(double[,] distances, double[] weights, int k)
    {
        int n = weights.Length;
        int[] medoids = new int[k];
        double[] nearest = new double[n];
        Array.Fill(nearest, double.PositiveInfinity);
        for (int m = 0; m < k; m++)
        {
            (double Cost, int Member) best = (double.PositiveInfinity, -1);
            for (int candidate = 0; candidate < n; candidate++)
            {
                double cost = 0;
                for (int i = 0; i < n; i++)
                    cost += weights[i] * Math.Min(nearest[i], distances[i, candidate]);
                if (cost < best.Cost && !medoids.AsSpan(0, m).Contains(candidate))
                    best = (cost, candidate);
            }

            medoids[m] = best.Member;
            for (int i = 0; i < n; i++)
                nearest[i] = Math.Min(nearest[i], distances[i, best.Member]);
        }

        return medoids;
    }

    private static void Swap(double[,] distances, double[] weights, int[] medoids)
    {
        double cost = Cost(distances, weights, medoids);
        for (int swap = 0; swap < SwapsMax; swap++)
        {
            (double Cost, int Medoid, int Member) best = (cost - 1e-12, -1, -1);
            for (int m = 0; m < medoids.Length; m++)
            {
                int old = medoids[m];
                for (int i = 0; i < weights.Length; i++)
                {
                    if (medoids.Contains(i))
                        continue;
                    medoids[m] = i;
                    double other = Cost(distances, weights, medoids);
                    medoids[m] = old;
                    if (other < best.Cost)
                        best = (other, m, i);
                }
            }

            if (best.Medoid < 0)
                return;
            (medoids[best.Medoid], cost) = (best.Member, best.Cost);
        }
    }

    private static double Cost(double[,] distances, double[] weights, int[] medoids)
    {
        double cost = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double nearest = double.PositiveInfinity;
            foreach (int m in medoids)
                nearest = Math.Min(nearest, distances[i, m]);
            cost += weights[i] * nearest;
        }

        return cost;
    }

    private static int NearestOf(double[,] distances, int[] medoids, int i)
    {
        int best = Math.Max(0, Array.IndexOf(medoids, i)); // A medoid is its own, also where another lies at distance 0.
        for (int m = 0; m < medoids.Length && medoids[best] != i; m++)
        {
            if (distances[i, medoids[m]] < distances[i, medoids[best]])
                best = m;
        }

        return best;
    }

    /// <summary>s = (b - a) / max(a, b), a the mean distance to the own cluster's others, b the smallest mean distance to another's (Rousseeuw
    /// 1987).</summary>
    private static double SilhouetteOf(double[,] distances, double[] weights, int[] clusterOf, int k)
    {
        if (k == 1)
            return 0;
        double sum = 0, all = 0;
        double[] distance = new double[k], weight = new double[k];
        for (int i = 0; i < clusterOf.Length; i++)
        {
            Array.Clear(distance);
            Array.Clear(weight);
            for (int j = 0; j < clusterOf.Length; j++)
            {
                if (j == i)
                    continue;
                distance[clusterOf[j]] += weights[j] * distances[i, j];
                weight[clusterOf[j]] += weights[j];
            }

            int own = clusterOf[i];
            all += weights[i];
            if (weight[own] == 0)
                continue; // Alone in its cluster: 0 by definition.
            double a = distance[own] / weight[own], b = double.PositiveInfinity;
            for (int c = 0; c < k; c++)
            {
                if (c != own && weight[c] > 0)
                    b = Math.Min(b, distance[c] / weight[c]);
            }

            sum += Math.Max(a, b) > 0 ? weights[i] * (b - a) / Math.Max(a, b) : 0;
        }

        return sum / all;
    }
}
