using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Segue.Evaluation;
using Segue.Factorization;
using Segue.Interactions;
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

    private static readonly Option<string> s_split = new Option<string>("--split")
    {
        Description = "How to divide plays: random interactions, or leave-out (so many artists of each listener)",
        DefaultValueFactory = _ => "random",
    }.AcceptOnlyFromAmong("random", "leave-out");

    private static readonly Option<double> s_holdout = new Option<double>("--holdout")
    {
        Description = "Share to hold out (random), 0.01 to 0.9",
        HelpName = "X",
        DefaultValueFactory = _ => 0.2,
    }.Between(0.01, 0.9);

    private static readonly Option<int> s_leave = new Option<int>("--leave")
    {
        Description = "Artists to hold out of each listener (leave-out)",
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

    private static readonly Option<string?> s_report = new("--report") { Description = "Write a page with figures and plots", HelpName = "FILE.html" };

    public static Command Create() => new Command("evaluate", "Is it any good? Holds a part of the plays out, recommends, and counts how much of it was found.")
        .With(s_train, s_test, s_plays, s_split, s_holdout, s_leave, s_models, s_cutoffs)
        .With(TrainingData.Tags, TrainingData.Friends, TrainingData.PlaysOnly, s_lists, s_report, EvaluateSongs.Songs, EvaluateSongs.Listeners)
        .WithExamples(
            "segue evaluate                                                # als beside popularity, on the imported plays",
            "segue evaluate --model als ease itemknn --report report.html",
            "segue evaluate --train train.tsv --test test.tsv --model ease --k 10 20 --write-lists lists.tsv",
            "segue evaluate --songs --report songs.html                    # what diversity and discovery cost and gain")
        .Runs(Run);

    private static void Run(Session session)
    {
        (Split split, Plays plays, SideInformation? all) = ReadSplit(session);
        string[] names = [.. session.Get(s_models).SelectMany(m => m.Split(',', StringSplitOptions.RemoveEmptyEntries)).Distinct()];
        if (names.FirstOrDefault(n => !TasteModels.Names.Contains(n)) is string unknown)
            throw new WrongUsageException($"unknown model '{unknown}'; known are {string.Join(", ", TasteModels.Names)}");
        if (session.Get(s_cutoffs).Any(k => k < 1))
            throw new WrongUsageException("--k takes whole numbers of 1 or more");
        SideInformation? side = all?.Without(split.Test);
        if (session.Get(EvaluateSongs.Songs))
        {
            EvaluateSongs.Run(session, split, plays, side, session.Get(s_cutoffs)[0], session.Get(s_report));
            return;
        }

        List<EvaluationReport> reports = [];
        foreach (string name in names)
        {
            using Progress progress = session.Progress(name);
            progress.Report(0, "training");
            AlsOptions als = new() { Seed = session.Seed, Threads = session.Threads };
            ITasteModel model = name == "als" && side is not null
                ? SideInformed.Train(split.Train, side, als, cancellation: session.Cancellation)
                : TasteModels.Train(name, split.Train, als, session.Seed, session.Threads, session.Cancellation);
            EvaluationOptions options = new()
            {
                Cutoffs = session.Get(s_cutoffs),
                Threads = session.Threads,
                Progress = new Relay<(int Done, int Of)>(p => progress.Report((double)p.Done / p.Of, $"{p.Done:N0} of {p.Of:N0} listeners")),
            };
            reports.Add(Evaluator.Evaluate(model, split, options, session.Cancellation));
        }

        if (session.Get(s_lists) is string lists)
            Write(lists, ListsOf(reports[0], plays));
        if (session.Get(s_report) is string page)
            Write(page, EvaluationPage.Of(reports, session.Seed));
        if (session.Json)
            session.WriteJson(ToJson(reports, session.Seed));
        else
            Show(session, reports);
    }

    private static (Split Split, Plays Plays, SideInformation? Side) ReadSplit(Session session)
    {
        (string? train, string? test) = (session.Get(s_train), session.Get(s_test));
        if (train is null != test is null)
            throw new WrongUsageException("--train and --test go together");
        if (train is not null && test is not null)
        {
            if (session.Get(s_plays) is not null)
                throw new WrongUsageException("--plays is divided here; --train and --test are divided already: give one or the other");
            (Split files, Plays all) = Splits.OfFiles(Importing.ReadPlays(session, [train]), Importing.ReadPlays(session, [test]));
            return (files, all, TrainingData.SideOf(session, all, null));
        }

        (Plays plays, SideInformation? side) = TrainingData.Load(session, session.Get(s_plays));
        Split split = session.Get(s_split) == "random"
            ? Splits.Random(plays.Counts, session.Get(s_holdout), session.Seed)
            : Splits.LeaveOut(plays.Counts, session.Get(s_leave), session.Seed);
        return (split, plays, side);
    }

    private static JsonObject ToJson(List<EvaluationReport> reports, int seed)
    {
        if (reports.Count == 1)
            return EvaluationJson.Of(reports[0], seed);
        JsonObject first = EvaluationJson.Of(reports[0], seed);
        first["others"] = new JsonArray([.. reports.Skip(1).Select(r => (JsonNode)EvaluationJson.Of(r, seed))]);
        first["differences"] = new JsonArray([.. reports.Skip(1).Select(r => (JsonNode)EvaluationJson.OfDifference(reports[0], r, reports[0].Cutoffs[0], seed))]);
        return first;
    }

    private static void Show(Session session, List<EvaluationReport> reports)
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

        session.Say($"{main.Users.Count:N0} listeners, {main.TestInteractions:N0} artists held out ({main.Split}); every unheard artist is a candidate.");
        session.Terminal.Ansi().Write(table);
        foreach (EvaluationReport other in reports.Skip(1))
        {
            PairedDifference d = Significance.Paired(main.Values("ndcg", k), other.Values("ndcg", k), seed: session.Seed);
            session.Say($"{main.Model} - {other.Model}: {d.Difference:+0.0000;-0.0000;0.0000} NDCG@{k} "
                + $"(95% {d.Low:+0.0000;-0.0000;0.0000} .. {d.High:+0.0000;-0.0000;0.0000}, p {d.P:0.000})");
        }

        foreach (EvaluationReport r in reports)
        {
            if (r.PlaysError is (double rmse, double mae))
                session.Say($"{r.Model}: RMSE {rmse:0.000}, MAE {mae:0.000} of log(1 + plays)");
        }

        foreach (Leak leak in main.Leaks)
            session.Warn($"leak? {leak.Kind}: {leak.Count} ({leak.Meaning})");
    }

    private static string ListsOf(EvaluationReport report, Plays plays)
    {
        StringBuilder text = new();
        int depth = report.Cutoffs[^1];
        for (int n = 0; n < report.Users.Count; n++)
        {
            for (int rank = 1; rank <= Math.Min(depth, report.Lists[n].Length); rank++)
            {
                Numerics.Scored item = report.Lists[n][rank - 1];
                text.Append(CultureInfo.InvariantCulture, $"{plays.UserIds[report.Users[n]]}\t{rank}\t{plays.Artists.Ids[item.Index]}\t{item.Score:R}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>Beside it and renamed into place: an interrupted run leaves no half of a file.</summary>
    internal static void Write(string path, string text)
    {
        string beside = path + ".new";
        File.WriteAllText(beside, text);
        File.Move(beside, path, overwrite: true);
    }
}
