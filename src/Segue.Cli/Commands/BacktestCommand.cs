using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Segue.Catalogue;
using Segue.Evaluation;
using Segue.Export;
using Segue.Making;
using Segue.ModelFiles;
using Segue.Writing;
using Spectre.Console;

namespace Segue.Cli.Commands;

/// <summary>Would the models have foretold what a listener came to love?</summary>
internal static class BacktestCommand
{
    private const int ForetoldShown = 15;

    private static readonly Option<string?> s_history = new("--history")
    {
        Description = "A listener's own history with dates: an export of Spotify, Last.fm, ListenBrainz ...",
        HelpName = "FILE",
    };

    private static readonly Option<string[]> s_asOf = new("--as-of")
    {
        Description = "Stand at this date and know only what was played before (repeatable)",
        HelpName = "YYYY-MM-DD",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<int> s_dates = new Option<int>("--dates")
    {
        Description = "Where no date is named: so many, from when 30% of the plays had been played to 70%",
        HelpName = "N",
        DefaultValueFactory = _ => new BacktestOptions().DateCount,
    }.AtLeast(1);

    private static readonly Option<int> s_lovePlays = new Option<int>("--love-plays")
    {
        Description = "An artist first played after the date is a love when played so often from then on",
        HelpName = "K",
        DefaultValueFactory = _ => new BacktestOptions().LovePlays,
    }.AtLeast(1);

    private static readonly Option<int?> s_within = new("--within") { Description = "Only artists first played within so many days after the date", HelpName = "DAYS" };

    private static readonly Option<int[]> s_cutoffs = new("--k")
    {
        Description = "Lengths of lists to judge",
        HelpName = "N",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [.. new BacktestOptions().Cutoffs],
    };

    private static readonly Option<bool> s_keepLeaks = new("--keep-leaks")
    {
        Description = "Use the trained model as it is, also where it was trained on this listener's later plays",
    };

    private static readonly Option<string?> s_html = new("--html") { Description = "Write a page with plots", HelpName = "FILE.html" };

    public static Command Create() =>
        new Command("backtest", "Stands at dates of a listener's past, recommends, and counts which later loves were foretold; beside popularity and chance.")
        .With(s_history, ListenerOptions.Kept, s_asOf, s_dates, s_lovePlays, s_within, s_cutoffs, s_keepLeaks, s_html)
        .WithExamples(
            "segue backtest --history my_spotify_data.zip --html backtest.html",
            "segue backtest --history scrobbles.csv --as-of 2023-01-01 2024-01-01 --within 365",
            "segue backtest --profile me --love-plays 10 --json")
        .Runs(Run);

    private static void Run(Session session)
    {
        BacktestRequest request = RequestOf(session);
        using MappedFiles files = new();
        BacktestResult result;
        using (ProgressBars bars = session.Bars())
            result = session.Judge.Backtest(request, files, bars, session.Cancellation);
        if (session.Get(s_html) is string page)
        {
            string listener = Path.GetFileName(result.Listener);
            AtomicFile.Write(page, BacktestPage.Of(result.Report, listener, result.Artists, result.Unknown, result.Notes));
        }

        if (session.Json)
        {
            JsonObject json = BacktestJson.Of(result.Report, result.Artists, result.Unknown);
            json.Insert(0, "for", new JsonObject { [request.HistoryPath is null ? "profile" : "history"] = result.Listener });
            json.Insert(1, "model", new JsonObject { ["als"] = result.Models.Als, ["vdb"] = result.Models.Vdb });
            json["notes"] = new JsonArray([.. result.Notes.Select(n => (JsonNode?)n)]);
            session.WriteJson(json);
            return;
        }

        Show(session, result.Report, result.Artists);
        foreach (string note in result.Notes)
            session.Say(note);
    }

    private static BacktestRequest RequestOf(Session session)
    {
        if (session.List(s_asOf).Length > 0 && session.Has(s_dates))
            throw new WrongUsageException("--as-of names the dates, --dates how many to choose: give one or the other");
        if (session.Get(s_history) is null == session.Get(ListenerOptions.Kept) is null)
            throw new WrongUsageException("name the listener with --history FILE or --profile NAME");
        return new BacktestRequest
        {
            HistoryPath = session.Get(s_history),
            ProfileName = session.Get(ListenerOptions.Kept),
            KeepLeaks = session.Get(s_keepLeaks),
            Seed = session.Seed,
            Threads = session.Threads,
            Options = new BacktestOptions
            {
                Dates = [.. session.List(s_asOf).Select(DateOf)],
                DateCount = session.Get(s_dates),
                LovePlays = session.Get(s_lovePlays),
                WithinDays = session.Get(s_within),
                Cutoffs = [.. session.Get(s_cutoffs).Distinct().Order()],
            },
        };
    }

    private static DateTimeOffset DateOf(string text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date)
            ? date
            : throw new WrongUsageException($"--as-of takes a date as 2023-01-31, not '{text}'");

    private static void Show(Session session, BacktestReport report, Artists artists)
    {
        int k = report.Options.Cutoffs[Math.Min(1, report.Options.Cutoffs.Count - 1)];
        session.Say($"History from {report.From:yyyy-MM-dd} to {report.To:yyyy-MM-dd}. A later love: first played after the date"
            + $"{(report.Options.WithinDays is int days ? $" and within {days} days of it" : "")}, then {report.Options.LovePlays} times or more.");
        foreach (BacktestDate d in report.Dates)
        {
            session.Say($"  as of {d.At:yyyy-MM-dd}: {d.ArtistsBefore:N0} artists known from {d.PlaysBefore:N0} plays, {d.Loves.Count:N0} later loves"
                + (d.UnknownLoves > 0 ? $", and {d.UnknownLoves:N0} that the community does not know" : ""));
        }

        Table table = new Table().Border(TableBorder.Simple).AddColumn("method").AddColumn(Right("can name"));
        foreach (int n in report.Options.Cutoffs)
            table.AddColumn(Right($"hits@{n}"));
        table.AddColumn(Right($"recall@{k}")).AddColumn(Right("95%")).AddColumn(Right("range over dates")).AddColumn(Right($"NDCG@{k}")).AddColumn(Right("median rank"));
        for (int m = 0; m < report.Methods.Count; m++)
        {
            RecallEstimate recall = report.Recall(m, k);
            DateRange dates = report.Over(d => d.Metrics(m, k).Recall);
            List<string> cells = [report.Methods[m].Name, $"{report.CanName(m):0%}"];
            cells.AddRange(report.Options.Cutoffs.Select(n => $"{report.Dates.Average(d => d.Hits(m, n)):0.0}"));
            cells.AddRange([$"{recall.Recall:0.000}", recall.HasInterval ? $"{recall.Low:0.000} .. {recall.High:0.000}" : ""]);
            cells.Add(report.Dates.Count > 1 ? $"{dates.Least:0.000} .. {dates.Most:0.000}" : "");
            cells.Add($"{report.Dates.Average(d => d.Metrics(m, k).Ndcg):0.000}");
            cells.Add(report.MedianRank(m) is double rank ? $"{rank:0}" : $"over {report.Options.Depth}");
            table.AddRow([.. cells.Select(c => new Text(c))]);
        }

        session.Terminal.Ansi().Write(table);
        ShowForetold(session, report, artists, k);
    }

    private static void ShowForetold(Session session, BacktestReport report, Artists artists, int k)
    {
        IReadOnlyList<Foretold> foretold = report.Foretold(0, k);
        session.Say($"{foretold.Count} of {report.Loves.Count} loves stood among the first {k} of '{report.Methods[0].Name}' before they were first played"
            + (foretold.Count > ForetoldShown ? $"; the {ForetoldShown} most played:" : foretold.Count > 0 ? ":" : "."));
        if (foretold.Count == 0)
            return;
        Table table = new Table().Border(TableBorder.Simple).AddColumn("artist").AddColumn(Right("plays")).AddColumn("foretold as of").AddColumn(Right("rank"))
            .AddColumn("first played").AddColumn(Right("days before"));
        foreach (Foretold f in foretold.OrderByDescending(f => f.Love.Plays).ThenBy(f => f.Love.Artist).Take(ForetoldShown))
        {
            string name = artists.Names[f.Love.Artist];
            string[] cells = [name, $"{f.Love.Plays:N0}", $"{f.At:yyyy-MM-dd}", $"{f.Rank}", $"{f.Love.First:yyyy-MM-dd}", $"{f.DaysBefore:N0}"];
            table.AddRow([.. cells.Select(c => new Text(c))]);
        }

        session.Terminal.Ansi().Write(table);
    }

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();
}
