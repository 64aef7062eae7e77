using Segue.Evaluation;
using Segue.Export;
using Spectre.Console;

namespace Segue.Cli;

/// <summary>What taste, diversity, discovery and the caps of the pipeline cost and gain, as a table.</summary>
internal static class SongKnobTable
{
    public static void Show(Session session, SongReport report)
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
