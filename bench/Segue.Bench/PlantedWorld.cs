using Segue.Interactions;

namespace Segue.Bench;

/// <summary>
/// Plays whose structure is known: listeners of two genres each, Zipf popularity inside a genre, and 15% of the plays from all genres.
/// </summary>
internal static class PlantedWorld
{
    public static CsrMatrix Of(int users, int artists, int cells, int genres, int seed)
    {
        Random random = new(seed);
        double[][] sums = new double[genres + 1][];
        for (int g = 0; g <= genres; g++)
        {
            double sum = 0;
            sums[g] = new double[artists];
            for (int a = 0; a < artists; a++)
                sums[g][a] = sum += g == genres || a % genres == g ? Math.Pow(1 + a, -0.7) : 0;
        }

        List<int> rows = [], columns = [];
        List<float> plays = [];
        for (int user = 0; user < users; user++)
        {
            (int first, int second) = (random.Next(genres), random.Next(genres));
            for (int k = 0; k < cells / users; k++)
            {
                double[] genre = sums[random.NextDouble() < 0.15 ? genres : random.Next(3) < 2 ? first : second];
                int at = Array.BinarySearch(genre, random.NextDouble() * genre[^1]);
                rows.Add(user);
                columns.Add(Math.Min(artists - 1, at < 0 ? ~at : at));
                plays.Add(1 + random.Next(9));
            }
        }

        return CsrMatrix.FromEntries(users, artists, rows.ToArray(), columns.ToArray(), plays.ToArray());
    }
}
