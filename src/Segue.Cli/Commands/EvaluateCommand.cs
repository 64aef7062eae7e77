using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Segue.Evaluation;
using Segue.Export;
using Segue.Factorization;
using Segue.Making;
using Segue.ModelFiles;
using Segue.Writing;
using Spectre.Console;

namespace Segue.Cli.Commands;

/// <summary>Trains models on a part of the plays and asks them for the rest.</summary>
internal static class EvaluateCommand
{
    private static readonly Option<string?> s_train = new("--train") { Description = "File to learn from: user, item, weight; goes with --test", HelpName = "FILE" };

    private static readonly Option<string?> s_test = new("--test") { Description = "File with what is held out: user, item, weight", HelpName = "FILE" };

    private static readonly Option<string?> s_plays = new("--plays")
    {
        Description = "Plays to divide (default: those imported into the home folder)",
        HelpName = "PATH",
    };

    private static readonly Option<double> s_holdout = new Option<double>("--holdout")
    {
        Description = "Share to hold out (random, temporal), 0.01 to 0.9",
        HelpName = "X",
        DefaultValueFactory = _ => 0.2,
    }.Between(0.01, 0.9);

    private static readonly Option<int> s_splits = new Option<int>("--splits")
    {
        Description = "Judge by so many splits, of this seed and of those after it: the spread of splits beside the interval",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    }.AtLeast(1);

    private static readonly Option<string[]> s_models = new("--model")
    {
        Description = $"Models to judge, the first is compared with the others: {string.Join(", ", TasteModels.Names)}",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => ["als", "popularity"],
    };

    private static readonly Option<string?> s_options = TrainingOptions.OptionsFile();

    private static readonly Option<int[]> s_cutoffs = new("--k")
    {
        Description = "Lengths of lists to judge",
        HelpName = "N",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [10],
    };

    private static readonly Option<string?> s_lists = new("--write-lists")
    {
        Description = "Write what the first model recommends: user, rank, item, score; tab-separated",
        HelpName = "FILE",
    };

    private static readonly Option<bool> s_songs = new("--songs")
    {
        Description = "Judge songs instead of artists: what --taste, --diversity, --discovery and the caps cost and gain (with the home folder's tracks)",
    };

    private static readonly Option<int> s_listeners = new Option<int>("--listeners")
    {
        Description = "With --songs: how many listeners to ask, evenly drawn",
        HelpName = "N",
        DefaultValueFactory = _ => 300,
    }.AtLeast(1);

    private static readonly Option<string?> s_report = new("--report") { Description = "Write a page with figures and plots", HelpName = "FILE.html" };

    public static Command Create() => new Command("evaluate", "Is it any good? Holds a part of the plays out, recommends, and counts how much of it was found.")
        .With(s_train, s_test, s_plays, s_holdout, s_splits)
        .With(SplitOptions.All)
        .With(s_models, s_options, TrainingOptions.Choose, s_cutoffs)
        .With(TrainingOptions.Tags, TrainingOptions.Friends, TrainingOptions.PlaysOnly, s_lists, s_report, s_songs, s_listeners)
        .WithExamples(
            "segue evaluate                                                # als beside popularity, on the imported plays",
            "segue evaluate --model als ease itemknn --report report.html",
            "segue evaluate --model als ease --splits 5",
            "segue evaluate --split temporal --after 2009-01-01            # needs dated plays: a log with a line a play",
            "segue evaluate --train train.tsv --test test.tsv --model ease --k 10 20 --write-lists lists.tsv",
            "segue evaluate --songs --report songs.html                    # what diversity and discovery cost and gain")
        .Runs(Run);

    private static void Run(Session session)
    {
        EvaluationSource source = new()
        {
            Source = TrainingOptions.Of(session, session.Get(s_plays)),
            TrainPath = session.Get(s_train),
            TestPath = session.Get(s_test),
            Division = SplitOptions.Of(session, session.Get(s_holdout)),
            Splits = session.Get(s_splits),
            Seed = session.Seed,
            Threads = session.Threads,
        };
        if (session.Get(s_songs))
            EvaluateSongs(session, source);
        else
            EvaluateArtists(session, source);
    }

    private static void EvaluateArtists(Session session, EvaluationSource source)
    {
        EvaluateRequest request = new()
        {
            Source = source,
            Models = [.. session.List(s_models).SelectMany(m => m.Split(',', StringSplitOptions.RemoveEmptyEntries)).Distinct()],
            Cutoffs = [.. session.Get(s_cutoffs)],
            Choose = session.Get(TrainingOptions.Choose),
            Options = session.Get(s_options) is string file ? AlsOptionsFile.Read(file) : new AlsOptions(),
        };
        if (session.Has(s_lists) && source.Splits > 1)
            throw new WrongUsageException("--write-lists writes the lists of one split; leave --splits out");
        EvaluationResult result;
        using (ProgressBars bars = session.Bars())
            result = session.Judge.Evaluate(request, bars, session.Cancellation);
        session.Notes(result.Notes);
        if (session.Get(s_lists) is string lists)
            AtomicFile.Write(lists, string.Concat(result.Lists.Select(Row)));
        if (session.Get(s_report) is string page)
            AtomicFile.Write(page, EvaluationPage.Of(result.Reports, session.Seed));
        if (session.Json)
            session.WriteJson(ToJson(result.Reports, session.Seed));
        else
            Show(session, result.Reports);
        foreach (string warning in result.Warnings)
            session.Warn($"{warning} (--choose, or 'segue tune')");
        foreach (Leak leak in result.Reports[0].Leaks)
            session.Warn($"leak? {leak.Kind}: {leak.Count} ({leak.Meaning})");
    }

    private static string Row(ListedItem item) =>
        string.Create(CultureInfo.InvariantCulture, $"{item.UserId}\t{item.Rank}\t{item.ArtistId}\t{item.Score:R}\n");

    private static void EvaluateSongs(Session session, EvaluationSource source)
    {
        (SongReport report, IReadOnlyList<string> notes) = (null!, []);
        using (ProgressBars bars = session.Bars())
            (report, notes) = session.Judge.EvaluateSongs(source, session.Get(s_listeners), session.Get(s_cutoffs)[0], bars, session.Cancellation);
        session.Notes(notes);
        if (session.Get(s_report) is string page)
            AtomicFile.Write(page, SongPage.Of(report, session.Seed));
        if (session.Json)
            session.WriteJson(SongPage.ToJson(report, session.Seed));
        else
            SongKnobTable.Show(session, report);
    }

    private static JsonObject ToJson(IReadOnlyList<EvaluationReport> reports, int seed)
    {
        if (reports.Count == 1)
            return EvaluationJson.Of(reports[0], seed);
        JsonObject first = EvaluationJson.Of(reports[0], seed);
        first["others"] = new JsonArray([.. reports.Skip(1).Select(r => (JsonNode)EvaluationJson.Of(r, seed))]);
        first["differences"] = new JsonArray([.. reports.Skip(1).Select(r => (JsonNode)EvaluationJson.OfDifference(reports[0], r, reports[0].Cutoffs[0], seed))]);
        return first;
    }

    private static void Show(Session session, IReadOnlyList<EvaluationReport> reports)
    {
        EvaluationReport main = reports[0];
        int k = main.Cutoffs[0];
        Table table = new Table().Border(TableBorder.Simple).AddColumn("model");
        foreach ((string name, _) in EvaluationReport.ListenerMetrics)
            table.AddColumn(new TableColumn($"{name}@{k}").RightAligned());
        foreach (string name in new[] { "coverage", "gini", "novelty" })
            table.AddColumn(new TableColumn($"{name}@{k}").RightAligned());
        foreach (EvaluationReport r in reports)
        {
            List<string> cells = [r.Model, .. EvaluationReport.ListenerMetrics.Select(m => $"{r.Mean(m.Name, k):0.0000}")];
            CatalogueMetrics c = r.Catalogue[0];
            table.AddRow([.. cells.Append($"{c.Coverage:0.0000}").Append($"{c.Gini:0.0000}").Append($"{c.Novelty:0.00}").Select(t => new Text(t))]);
        }

        session.Say($"{main.Users.Distinct().Count():N0} listeners, {main.TestInteractions:N0} artists held out ({main.Split}); "
            + "every unheard artist is a candidate.");
        session.Terminal.Ansi().Write(table);
        foreach (EvaluationReport r in reports.Where(_ => main.SplitStarts.Count > 1))
            session.Say($"{r.Model}: NDCG@{k} {r.Estimate("ndcg", k, session.Seed)}");
        foreach (EvaluationReport other in reports.Skip(1))
        {
            PairedDifference d = main.Less(other, "ndcg", k, session.Seed);
            session.Say($"{main.Model} - {other.Model}: {d.Difference:+0.0000;-0.0000;0.0000} NDCG@{k} "
                + $"(95% {d.Low:+0.0000;-0.0000;0.0000} .. {d.High:+0.0000;-0.0000;0.0000}, p {d.P:0.000})");
        }

        foreach (EvaluationReport r in reports)
        {
            if (r.PlaysError is (double rmse, double mae))
                session.Say($"{r.Model}: RMSE {rmse:0.000}, MAE {mae:0.000} of log(1 + plays)");
        }
    }
}
