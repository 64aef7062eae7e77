using System.CommandLine;
using Segue.Evaluation;
using Segue.Factorization;
using Segue.Interactions;
using Segue.Recommending;
using Spectre.Console;

namespace Segue.Cli.Commands;

/// <summary>Judges the pipeline's songs by hidden artists: what taste, diversity, discovery and the caps cost, and what they gain.</summary>
internal static class EvaluateSongs
{
    public static readonly Option<bool> Songs = new("--songs")
    {
        Description = "Judge songs instead of artists: what --taste, --diversity, --discovery and the caps cost and gain (with the home folder's tracks)",
    };

    public static readonly Option<int> Listeners = new Option<int>("--listeners")
    {
        Description = "With --songs: how many listeners to ask, evenly drawn",
        HelpName = "N",
        DefaultValueFactory = _ => 300,
    }.AtLeast(1);

    /// <param name="count">Length of the lists.</param>
    public static void Run(Session session, Split split, Plays plays, SideInformation? side, int count, string? page)
    {
        SongIndex songs = MoodModel.Load(session.Home).Songs;
        using Progress progress = session.Progress("pipeline");
        progress.Report(0, "training");
        AlsOptions options = new() { Seed = session.Seed, Threads = session.Threads };
        IExplainedTaste model = side is not null
            ? SideInformed.Train(split.Train, side, options, cancellation: session.Cancellation)
            : AlsTrainer.Train(split.Train, options, new AlsRun { TrackLoss = false }, session.Cancellation).Model;
        Pipeline pipeline = new(model, new Plays(plays.UserIds, plays.Artists, split.Train), songs);
        int step = Math.Max(1, split.Train.Rows / session.Get(Listeners));
        int[] users = [.. Enumerable.Range(0, split.Train.Rows / step).Select(u => u * step)];
        Relay<(int Done, int Of)> relay = new(p => progress.Report((double)p.Done / p.Of, $"{p.Done:N0} of {p.Of:N0} listeners"));
        SongReport report = SongEvaluator.Evaluate(pipeline, songs.Tracks, split, users, SongPage.Knobs(count), session.Threads, relay, session.Cancellation);
        if (page is not null)
            EvaluateCommand.Write(page, SongPage.Of(report, session.Seed));
        if (session.Json)
            session.WriteJson(SongPage.ToJson(report, session.Seed));
        else
            Show(session, report);
    }

    private static void Show(Session session, SongReport report)
    {
        session.Say($"{report.Users.Count:N0} listeners, {report.Hidden:N0} hidden artists with songs in the catalogue ({report.Split}); {report.Count} songs each. "
            + "An artist is found when a song is theirs.");
        Table table = new Table().Border(TableBorder.Simple).AddColumn("setting").AddColumn(new TableColumn("less defaults").RightAligned());
        foreach ((string name, _) in SongPage.Columns)
            table.AddColumn(new TableColumn(name).RightAligned());
        foreach (SongResult result in report.Results)
        {
            PairedDifference cost = SongPage.Cost(report, result, session.Seed);
            string difference = ReferenceEquals(result, report.Results[0]) ? "" : $"{cost.Difference:+0.000;-0.000;0.000} ± {1.96 * cost.StandardError:0.000}";
            IEnumerable<string> values = SongPage.Columns.Select(c => c.Name switch
            {
                "popularity" => $"{c.Of(result):0.0}",
                "novelty" or "genres" => $"{c.Of(result):0.00}",
                _ => $"{c.Of(result):0.000}",
            });
            table.AddRow([.. values.Prepend(difference).Prepend(result.Setting.Name).Select(t => new Text(t))]);
        }

        session.Terminal.Ansi().Write(table);
        session.Say("ndcg, recall: hidden artists found. coverage, gini, novelty: of the artists. genres: for each song.");
        session.Say("mood: distance of the songs to the hidden artists' songs; less is nearer.");
    }
}
