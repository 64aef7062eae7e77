using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Segue.Bench;

/// <summary>
/// Invented plays in the shape of Last.fm-360K, for benchmarks of any size: 200 genres of Zipf sizes, artists' popularity ~ rank^-0.85, a listener
/// mixes four genres (Dirichlet ½) and draws 15% from all artists; artists a listener: gamma (k = 4); plays ~ log-normal around the listener's own
/// mean. One seed gives one file. Listeners are made one after the other, so memory does not grow with them.
/// </summary>
internal static class SynthPlays
{
    private const int Genres = 200, Tastes = 4;

    public static int Run(string[] args)
    {
        Arguments options = new(args, "users", "artists", "nonzeros", "seed", "out");
        int users = options.Int("users", 36_000), artists = options.Int("artists", 60_000), nonzeros = options.Int("nonzeros", 1_750_000);
        string path = options.Require("out");
        if (users < 1 || artists < 10 || nonzeros < users)
            throw new SegueException("--users, --artists and --nonzeros must be at least 1, 10 and the number of users");
        long before = Stopwatch.GetTimestamp();
        long written = Write(path, users, artists, nonzeros, options.Int("seed", 1));
        Console.WriteLine(new JsonObject
        {
            ["bench"] = "synth-plays",
            ["users"] = users,
            ["artists"] = artists,
            ["nonzeros"] = written,
            ["seconds"] = Math.Round(Stopwatch.GetElapsedTime(before).TotalSeconds, 1),
            ["file"] = path,
        }.ToJsonString());
        return 0;
    }

    private static long Write(string path, int users, int artists, int nonzeros, int seed)
    {
        Random random = new(seed);
        double[] genreSizes = Cumulated(Genres, g => Math.Pow(g + 1, -0.7));
        int[] ranks = [.. Enumerable.Range(1, artists)];
        random.Shuffle(ranks);
        int[] genreOf = [.. ranks.Select(_ => Draw(genreSizes, random))];
        int[][] members = [.. Enumerable.Range(0, Genres).Select(g => Enumerable.Range(0, artists).Where(i => genreOf[i] == g).ToArray())];
        double Popularity(int artist) => Math.Pow(ranks[artist], -0.85);
        double[] everybody = Cumulated(artists, Popularity);
        double[][] within = [.. members.Select(m => Cumulated(m.Length, k => Popularity(m[k])))];
        double[] genrePopularity = Cumulated(Genres, g => members[g].Sum(Popularity));

        using StreamWriter file = new(path, append: false, new UTF8Encoding(false), 1 << 20);
        long written = 0;
        HashSet<int> heard = [];
        double[] shares = new double[Tastes];
        int[] tastes = new int[Tastes];
        for (int u = 0; u < users; u++)
        {
            double gamma = -Math.Log(random.NextDouble() * random.NextDouble() * random.NextDouble() * random.NextDouble()) / 4;
            long left = nonzeros - written;
            double share = u == users - 1 ? left : Math.Max(2, Math.Round(gamma * left / (users - u)));
            int want = (int)Math.Min(share, Math.Min(left, artists / 3));
            for (int t = 0; t < Tastes; t++)
                (tastes[t], shares[t]) = (Draw(genrePopularity, random), Math.Pow(Normal(random), 2) + (t > 0 ? shares[t - 1] : 0));
            heard.Clear();
            for (int attempt = 0; heard.Count < want && attempt < want * 20; attempt++)
            {
                int[] genre = members[tastes[Draw(shares, random)]];
                heard.Add(random.NextDouble() < 0.15 || genre.Length == 0 ? Draw(everybody, random) : genre[Draw(within[genreOf[genre[0]]], random)]);
            }

            double level = 4.3 + (0.8 * Normal(random));
            foreach (int artist in heard.Order())
                file.Write($"{u}\t{artist}\t{Math.Ceiling(Math.Exp(level + (1.1 * Normal(random))))}\n");
            written += heard.Count;
        }

        return written;
    }

    private static double[] Cumulated(int count, Func<int, double> weight)
    {
        double sum = 0;
        double[] sums = new double[count];
        for (int k = 0; k < count; k++)
            sums[k] = sum += weight(k);
        return sums;
    }

    private static int Draw(double[] cumulated, Random random)
    {
        int at = Array.BinarySearch(cumulated, random.NextDouble() * cumulated[^1]);
        return Math.Min(at < 0 ? ~at : at + 1, cumulated.Length - 1);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble());
}
