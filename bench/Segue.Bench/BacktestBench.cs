using System.Text.Json;
using Segue.Evaluation;
using Segue.Factorization;
using Segue.Interactions;
using Segue.ModelFiles;
using Segue.Recommending;

namespace Segue.Bench;

/// <summary>
/// The backtest over many listeners. Plays of the home folder's model carry no dates, so dates are invented: a listener's artists come in a random
/// order, evenly over four years, and are played from their first day to the end, the more the more plays they have. All of these listeners are left
/// out of the training. One JSON line a method: means over listeners of their means over dates.
/// </summary>
internal static class BacktestBench
{
    private const int ArtistsMin = 20, PlaysMax = 60;

    public static int Run(string[] args)
    {
        Arguments options = new(args, "home", "listeners");
        SegueHome home = new(options.Require("home"));
        using MappedFiles files = new();
        string taste = home.AlsModels.Find().Folder;
        Plays plays = DataFiles.LoadPlays(Path.Combine(taste, DataFiles.PlaysName), files);
        SongIndex songs = VdbFiles.Load(home.VdbModels.Find().Folder, files);
        int[] users = [.. Enumerable.Range(0, plays.Counts.Rows).Where(u => plays.Counts.RowLength(u) >= ArtistsMin)];
        new Random(1).Shuffle(users);
        users = users[..Math.Min(users.Length, options.Int("listeners", 40))];

        CsrMatrix community = SameListener.LeaveOut(plays.Counts, users.Select(u => new SameListener(u, 1, 0)));
        AlsModel model = AlsTrainer.Train(community, new AlsOptions(), new AlsRun { TrackLoss = false }).Model;
        IReadOnlyList<BacktestMethod> methods = [.. BacktestMethods.OfSongs(model, plays, songs), .. BacktestMethods.OfArtists(model, community)];
        BacktestReport[] reports = [.. users.Select(u => Backtest.Run(Dated(plays.Counts, u), plays.Artists.Count, methods))];
        for (int m = 0; m < methods.Count; m++)
        {
            int method = m;
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                bench = "backtest",
                listeners = reports.Length,
                method = methods[m].Name,
                canName = Mean(r => r.CanName(method)),
                hits20 = Mean(r => r.Over(d => d.Hits(method, 20)).Mean),
                recall20 = Mean(r => r.Recall(method, 20).Recall),
                recall20Interval = Interval(r => r.Recall(method, 20).Recall),
                recall100 = Mean(r => r.Recall(method, 100).Recall),
                ndcg20 = Mean(r => r.Over(d => d.Metrics(method, 20).Ndcg).Mean),
            }));
        }

        return 0;

        double Mean(Func<BacktestReport, double> of) => Math.Round(reports.Average(of), 4);

        double[] Interval(Func<BacktestReport, double> of) =>
            Significance.Bootstrap([.. reports.Select(of)]) is var e ? [Math.Round(e.Low, 4), Math.Round(e.High, 4)] : [];
    }

    private static List<DatedPlay> Dated(CsrMatrix counts, int user)
    {
        const double start = 1.55e9, span = 4 * 365.25 * 86400;
        Random random = new(user);
        int[] order = [.. Enumerable.Range(0, counts.RowLength(user))];
        random.Shuffle(order);
        List<DatedPlay> dated = [];
        for (int n = 0; n < order.Length; n++)
        {
            double first = start + span * (n + random.NextDouble()) / order.Length;
            int times = Math.Clamp((int)Math.Pow(counts.RowValues(user)[order[n]], 0.6), 1, PlaysMax);
            for (int k = 0; k < times; k++)
                dated.Add(new DatedPlay(user, counts.RowIndices(user)[order[n]], (long)(k == 0 ? first : first + random.NextDouble() * (start + span - first)), 1));
        }

        return dated;
    }
}
