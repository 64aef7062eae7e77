using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Evaluation;
using Segue.Export;
using Segue.Interactions;
using Segue.Making;
using Segue.ModelFiles;
using Segue.Writing;
using Spectre.Console;

namespace Segue.Cli.Commands;

/// <summary>Which parameters suit these plays?</summary>
internal static class TuneCommand
{
    private const int ShownMax = 12;

    private const double ValidationShare = 0.2;

    private static readonly Option<string?> s_plays = new("--plays")
    {
        Description = "Plays to tune on (default: those imported into the home folder); what you keep for a test must not be in it",
        HelpName = "PATH",
    };

    private static readonly Option<int> s_settings = new Option<int>("--settings")
    {
        Description = "Settings to start with; each round keeps the better third",
        HelpName = "N",
        DefaultValueFactory = _ => 27,
    }.AtLeast(1);

    private static readonly Option<string?> s_out = new("--out")
    {
        Description = "Write what was chosen, for 'segue train-als --options' and 'segue evaluate --options'",
        HelpName = "FILE.json",
    };

    private static readonly Option<string?> s_report = new("--report") { Description = "Write a page with the table and plots", HelpName = "FILE.html" };

    public static Command Create() =>
        new Command("tune", "Searches parameters of the taste model on a validation part of the plays (successive halving over iterations).")
        .With(s_plays, s_settings, s_out, s_report)
        .With(SplitOptions.All)
        .With(TrainingOptions.Tags, TrainingOptions.Friends, TrainingOptions.PlaysOnly)
        .WithExamples(
            "segue tune                                  # on the imported plays",
            "segue tune --out taste.json && segue train-als --options taste.json",
            "segue tune --plays train.tsv --settings 81 --report tune.html")
        .Runs(Run);

    private static void Run(Session session)
    {
        (TuningResult result, IReadOnlyList<string> notes) = (null!, []);
        using (ProgressBars bars = session.Bars())
        {
            TrainingSource source = TrainingOptions.Of(session, session.Get(s_plays));
            Division division = SplitOptions.Of(session, ValidationShare);
            (result, notes) = session.Judge.Tune(
                source, division, session.Get(s_settings), session.Seed, session.Threads, bars, session.Cancellation);
        }

        session.Notes(notes);
        if (session.Get(s_report) is string page)
            AtomicFile.Write(page, EvaluationPage.OfTuning(result));
        if (session.Get(s_out) is string file)
            AlsOptionsFile.Write(file, result.Best.Options);
        Trial[] order = [.. result.Trials.OrderByDescending(t => t.Ndcg)];
        if (session.Json)
        {
            session.WriteJson(new JsonObject
            {
                ["chosen"] = ToJson(result.Best),
                ["defaults"] = ToJson(result.Trials[0]),
                ["validationInteractions"] = result.ValidationInteractions,
                ["trials"] = new JsonArray([.. order.Select(t => (JsonNode)ToJson(t))]),
            });
            return;
        }

        Table table = new Table().Border(TableBorder.Simple).AddColumn("setting")
            .AddColumn(new TableColumn("iterations").RightAligned()).AddColumn(new TableColumn("NDCG@10").RightAligned());
        foreach (Trial trial in order.Take(ShownMax))
            table.AddRow(new Text(trial.Describe()), new Text($"{trial.Iterations}"), new Text($"{trial.Ndcg:0.0000}"));
        session.Terminal.Ansi().Write(table);
        session.Say($"Chosen on {result.ValidationInteractions:N0} validation plays: {result.Best.Describe()} (defaults: {result.Trials[0].Ndcg:0.0000} "
            + $"after {result.Trials[0].Iterations} iterations); {result.Best.Iterations} iterations.");
    }

    private static JsonObject ToJson(Trial trial) => new()
    {
        ["factors"] = trial.Options.Factors,
        ["iterations"] = trial.Iterations,
        ["ridge"] = Math.Round(trial.Options.Ridge!.Value, 6),
        ["zeroWeight"] = Math.Round(trial.Options.ZeroWeight!.Value, 6),
        ["popularityExponent"] = Math.Round(trial.Options.PopularityExponent!.Value, 3),
        ["confidence"] = trial.Options.Confidence.ToString().ToLowerInvariant(),
        ["alpha"] = Math.Round(trial.Options.Alpha, 4),
        ["ndcg@10"] = Math.Round(trial.Ndcg, 6),
    };
}
