using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Factorization;
using Segue.Interactions;
using Segue.ModelFiles;

namespace Segue.Cli.Commands;

/// <summary>plays -> models/als.</summary>
internal static class TrainAlsCommand
{
    private static readonly AlsOptions s_defaults = new();

    private static readonly Option<string?> s_plays = new("--plays")
    {
        Description = "File or folder with plays (default: the plays imported into the home folder)",
        HelpName = "PATH",
    };
    private static readonly Option<string?> s_artists = new("--artists")
    {
        Description = "File with the artists' names, where the plays have only ids",
        HelpName = "FILE",
    };
    private static readonly Option<int> s_factors = new Option<int>("--factors")
    {
        Description = "Length of the vectors, 1 to 1024",
        HelpName = "N",
        DefaultValueFactory = _ => s_defaults.Factors,
    }.AtLeast(1);
    private static readonly Option<int> s_iterations = new Option<int>("--iterations")
    {
        Description = "Rounds of users, then artists",
        HelpName = "N",
        DefaultValueFactory = _ => s_defaults.Iterations,
    }.AtLeast(1);
    private static readonly Option<double> s_regularization = new("--regularization")
    {
        Description = "Ridge, relative to a row's data",
        HelpName = "X",
        DefaultValueFactory = _ => Rounded(s_defaults.Regularization),
    };
    private static readonly Option<double> s_alpha = new("--alpha")
    {
        Description = "Factor to every confidence",
        HelpName = "X",
        DefaultValueFactory = _ => s_defaults.Alpha,
    };
    private static readonly Option<AlsConfidence> s_confidence = new("--confidence")
    {
        Description = "How plays become confidence: rank inside the history, log(1 + plays), linear, or binary",
        DefaultValueFactory = _ => s_defaults.Confidence,
    };
    private static readonly Option<AlsSolver> s_solver = new("--solver")
    {
        Description = "Row solver: auto, conjugategradient, or cholesky (exact)",
        DefaultValueFactory = _ => s_defaults.Solver,
    };
    private static readonly Option<AlsObjective> s_objective = new("--objective")
    {
        Description = "ials (Rendle et al. 2021, tempered zeros) or classic (Hu et al. 2008, as in benfred/implicit)",
        DefaultValueFactory = _ => s_defaults.Objective,
    };

    public static Command Create() => new Command("train-als", "Trains the taste model: which artists do people with such a history play?")
        .With(s_plays, s_artists, s_factors, s_iterations, s_regularization, s_alpha, s_confidence, s_solver, s_objective)
        .WithExamples(
            "segue train-als                                    # on what 'segue data import' took in",
            "segue train-als --plays user_artists.dat --factors 64",
            "segue train-als --objective classic --confidence log --alpha 2 --regularization 50 --factors 256")
        .Runs(Run);

    private static void Run(Session session)
    {
        Plays plays = LoadPlays(session);
        AlsOptions options = OptionsOf(session);
        JsonObject report = Train(session, plays, options);
        if (session.Json)
            session.WriteJson(report);
    }

    /// <summary>Trains, saves, and tells; also what the demo does.</summary>
    public static JsonObject Train(Session session, Plays plays, AlsOptions options)
    {
        AlsResult result;
        using (Progress progress = session.Progress("training"))
        {
            CsrMatrix counts = plays.Counts;
            progress.Report(0, $"{counts.Rows:N0} listeners, {counts.Columns:N0} artists, {counts.Nonzeros:N0} pairs, {options.Factors} factors", always: true);
            AlsRun run = new()
            {
                Progress = new Relay<AlsProgress>(p =>
                    progress.Report((double)p.Iteration / p.Iterations, $"iteration {p.Iteration} of {p.Iterations}, loss {p.Loss:0.00000}")),
            };
            result = AlsTrainer.Train(plays, options, run, session.Cancellation);
        }

        string version = Save(session.Home, plays, options, result);
        AlsReport report = result.Report;
        session.Say($"Trained models/als/{version}: {report.Users:N0} listeners, {report.Artists:N0} artists, {report.Nonzeros:N0} pairs, {options.Factors} factors; "
            + $"{report.Iterations()} iterations in {report.Seconds:0.0} s, loss {report.FinalLoss():0.00000}.");
        return new JsonObject
        {
            ["users"] = report.Users,
            ["items"] = report.Artists,
            ["nonzeros"] = report.Nonzeros,
            ["factors"] = options.Factors,
            ["iterations"] = report.Iterations(),
            ["loss"] = new JsonArray([.. report.Losses.Select(l => (JsonNode?)JsonValue.Create(l))]),
            ["secondsPerIteration"] = new JsonArray([.. report.SecondsPerIteration.Select(s => (JsonNode?)JsonShapes.Round(s))]),
            ["seconds"] = JsonShapes.Round(report.Seconds),
            ["peakMemoryBytes"] = System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64,
            ["model"] = version,
        };
    }

    public static Plays LoadPlays(Session session)
    {
        if (session.Get(s_plays) is string path)
        {
            string[] paths = session.Get(s_artists) is string artists ? [path, artists] : [path];
            return Importing.ReadPlays(session, paths);
        }

        if (session.Get(s_artists) is not null)
            throw new WrongUsageException("--artists goes with --plays");
        (_, string folder) = session.Home.PlaysData.Find(null, "import some with 'segue data import PATH', or name a file with --plays");
        return DataFiles.LoadPlays(Path.Combine(folder, DataFiles.PlaysName));
    }

    private static AlsOptions OptionsOf(Session session)
    {
        AlsOptions options = s_defaults with
        {
            Objective = session.Get(s_objective),
            Factors = session.Get(s_factors),
            Iterations = session.Get(s_iterations),
            Regularization = (float)session.Get(s_regularization),
            Alpha = (float)session.Get(s_alpha),
            Confidence = session.Get(s_confidence),
            Solver = session.Get(s_solver),
            Seed = session.Seed,
            Threads = session.Threads,
        };
        options.Validate();
        return options;
    }

    private static string Save(SegueHome home, Plays plays, AlsOptions options, AlsResult result)
    {
        ModelCard card = new()
        {
            Kind = "als",
            Data = DataFiles.Fingerprint(plays),
            Seed = options.Seed,
            Parameters = new JsonObject
            {
                ["objective"] = options.Objective.ToString().ToLowerInvariant(),
                ["factors"] = options.Factors,
                ["iterations"] = options.Iterations,
                ["regularization"] = Rounded(options.Regularization),
                ["alpha"] = Rounded(options.Alpha),
                ["confidence"] = options.Confidence.ToString().ToLowerInvariant(),
                ["solver"] = options.Solver.ToString().ToLowerInvariant(),
            },
            Metrics = new JsonObject
            {
                ["users"] = result.Report.Users,
                ["items"] = result.Report.Artists,
                ["nonzeros"] = result.Report.Nonzeros,
                ["loss"] = result.Report.FinalLoss(),
            },
        };
        return home.AlsModels.Write(card, folder =>
        {
            AlsFiles.Save(result.Model, folder);
            DataFiles.SavePlays(plays, Path.Combine(folder, DataFiles.PlaysName));
        });
    }

    private static int Iterations(this AlsReport report) => report.SecondsPerIteration.Count;

    private static double FinalLoss(this AlsReport report) => report.Losses.Count > 0 ? report.Losses[^1] : 0;

    /// <summary>A float as the number a person wrote: 0.014, not 0.014000000432133675.</summary>
    private static double Rounded(float value) => (double)(decimal)value;
}
