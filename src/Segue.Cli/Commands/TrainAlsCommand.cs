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
    private static readonly Option<double> s_holdout = new Option<double>("--holdout")
    {
        Description = "Hold this share of the plays out first to find after how many iterations to stop, then train on everything for as many",
        HelpName = "0..0.5",
        DefaultValueFactory = _ => 0,
    }.Between(0, 0.5);
    private static readonly Option<bool> s_resume = new("--resume")
    {
        Description = "Go on where a stopped training was; the result is the same as if it had not been stopped",
    };
    private static readonly Option<bool> s_warmStart = new("--warm-start")
    {
        Description = "Start from the factors of the current model, where listeners and artists are the same",
    };

    private static readonly Option<bool> s_extend = new("--extend")
    {
        Description = "Add the listeners and artists that the current model does not know, and leave the rest of it as it is",
    };

    public static Command Create() => new Command("train-als", "Trains the taste model: which artists do people with such a history play?")
        .With(s_plays, s_artists, s_factors, s_iterations, s_regularization, s_alpha, s_confidence, s_solver, s_objective, s_holdout, s_resume, s_warmStart, s_extend)
        .With(TrainingData.Tags, TrainingData.Friends, TrainingData.PlaysOnly)
        .WithExamples(
            "segue train-als                                    # on what 'segue data import' took in",
            "segue train-als --plays user_artists.dat --factors 64",
            "segue train-als --holdout 0.1                      # stop when held-out NDCG@10 rises no more",
            "segue train-als --artist-tags user_taggedartists.dat --friends user_friends.dat",
            "segue train-als --extend                           # new listeners and artists, in seconds",
            "segue train-als --objective classic --confidence log --alpha 2 --regularization 50 --factors 256")
        .Runs(Run);

    private static void Run(Session session)
    {
        if (session.Get(s_extend))
        {
            Extend(session);
            return;
        }

        AlsOptions options = OptionsOf(session);
        (Plays plays, SideInformation? side) = TrainingData.Load(session, session.Get(s_plays), session.Get(s_artists));
        if (side is not null && options.Objective == AlsObjective.Classic)
        {
            if (session.Has(TrainingData.Tags) || session.Has(TrainingData.Friends))
                throw new WrongUsageException("--artist-tags and --friends go with --objective ials");
            session.Note("segue: tags and friends are left out; they go with --objective ials");
            side = null;
        }

        if (session.Get(s_holdout) > 0)
            options = options with { Iterations = BestIterations(session, plays, side, options, session.Get(s_holdout)) };
        JsonObject report = Train(session, plays, options, side, session.Get(s_resume), session.Get(s_warmStart));
        if (session.Json)
            session.WriteJson(report);
    }

    private static void Extend(Session session)
    {
        Option[] own = [s_factors, s_iterations, s_regularization, s_alpha, s_confidence, s_solver, s_objective, s_holdout, s_resume, s_warmStart];
        if (own.FirstOrDefault(session.Has) is { } option)
            throw new WrongUsageException($"--extend keeps what the current model was trained with; leave {option.Name} out, or train anew without --extend");
        (Plays plays, SideInformation? side) = TrainingData.Load(session, session.Get(s_plays), session.Get(s_artists));
        JsonObject report = ModelExtension.Extend(session, plays, side);
        if (session.Json)
            session.WriteJson(report);
    }

    /// <summary>Trains, saves, and tells; also what the demo does.</summary>
    public static JsonObject Train(
        Session session, Plays plays, AlsOptions options, SideInformation? side = null, bool resume = false, bool warmStart = false)
    {
        AlsResult result;
        Checkpoints checkpoints = new(session, resume);
        using (Progress progress = session.Progress("training"))
        {
            CsrMatrix counts = plays.Counts;
            progress.Report(0, $"{counts.Rows:N0} listeners, {counts.Columns:N0} artists, {counts.Nonzeros:N0} pairs, {options.Factors} factors", always: true);
            AlsRun run = new()
            {
                Side = side is null ? null : SideInformed.Rows(plays.Counts, side),
                Start = warmStart ? WarmStart(session, plays, options) : null,
                Resume = checkpoints.Found,
                Checkpoint = checkpoints.Keep,
                Progress = new Relay<AlsProgress>(p =>
                    progress.Report((double)p.Iteration / p.Iterations, $"iteration {p.Iteration} of {p.Iterations}, loss {p.Loss:0.00000}")),
            };
            result = AlsTrainer.Train(plays, options, run, session.Cancellation);
        }

        SideInformed? informed = side is null ? null : SideInformed.Of(result.Model, plays.Counts, side);
        string version = Save(session.Home, plays, options, result, informed);
        checkpoints.Drop();
        AlsReport report = result.Report;
        if (side is not null)
            session.Say($"Trained with {TrainingData.Describe(side)} (--plays-only leaves them out).");
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
            ["kind"] = informed?.Name ?? result.Model.Name,
        };
    }

    /// <summary>After how many iterations NDCG@10 on a held-out part is best; nothing of that run is kept but the number.</summary>
    private static int BestIterations(Session session, Plays plays, SideInformation? side, AlsOptions options, double share)
    {
        using Progress progress = session.Progress("validating");
        Split split = Splits.Random(plays.Counts, share, options.Seed);
        int best = 1;
        double bestNdcg = -1;
        AlsRun run = new()
        {
            HeldOut = split.Test,
            Side = side is null ? null : SideInformed.Rows(split.Train, side.Without(split.Test)),
            TrackLoss = false,
            Progress = new Relay<AlsProgress>(p =>
            {
                progress.Report((double)p.Iteration / p.Iterations, $"iteration {p.Iteration}, held-out NDCG@10 {p.Validation:0.0000}");
                if (p.Validation > bestNdcg)
                    (best, bestNdcg) = (Math.Min(p.Iteration, p.Iterations), p.Validation);
            }),
        };
        AlsTrainer.Train(split.Train, options, run, session.Cancellation);
        session.Note($"held-out NDCG@10 is best ({bestNdcg:0.0000}) after {best} iterations; training on everything for as many");
        return best;
    }

    private static AlsStart WarmStart(Session session, Plays plays, AlsOptions options)
    {
        TasteModel old = TasteModel.Load(session.Home);
        if (old.Als.Options.Factors != options.Factors)
            throw new SegueException($"models/als/{old.Version} has {old.Als.Options.Factors} factors, but {options.Factors} are asked for; a warm start needs as many");
        int[] users = [.. Enumerable.Range(0, plays.UserIds.Count).Select(u => old.Plays.IndexOfUser(plays.UserIds[u]))];
        int[] artists = [.. Enumerable.Range(0, plays.Artists.Count).Select(a => old.Plays.Artists.IndexOfId(plays.Artists.Ids[a]))];
        session.Note($"starting from models/als/{old.Version}: {users.Count(u => u >= 0):N0} listeners and {artists.Count(a => a >= 0):N0} artists are known");
        return AlsStart.From(old.Als, users, artists, options.Seed);
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

    private static string Save(SegueHome home, Plays plays, AlsOptions options, AlsResult result, SideInformed? informed)
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
                ["kind"] = informed?.Name ?? result.Model.Name,
                ["vectorWidth"] = result.Report.VectorWidth,
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
            if (informed is not null)
                SideFiles.Save(informed, folder);
        });
    }

    private static int Iterations(this AlsReport report) => report.SecondsPerIteration.Count;

    private static double FinalLoss(this AlsReport report) => report.Losses.Count > 0 ? report.Losses[^1] : 0;

    /// <summary>A float as the number a person wrote: 0.014, not 0.014000000432133675.</summary>
    private static double Rounded(float value) => (double)(decimal)value;
}

/// <summary>The state of a training in the home folder, kept every few seconds, so that a training that was stopped or killed can go on.</summary>
internal sealed class Checkpoints
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(2);

    private readonly Session _session;
    private readonly string _path;
    private long _last;

    public Checkpoints(Session session, bool resume)
    {
        _session = session;
        _path = Path.Combine(session.Home.AlsModels.Folder, ".checkpoint.safetensors");
        _last = session.Terminal.Time.GetTimestamp();
        if (resume && File.Exists(_path))
            Found = AlsFiles.LoadCheckpoint(_path);
        else if (resume)
            session.Note("there is no stopped training to resume; starting anew");
    }

    /// <summary>Where to go on, or null.</summary>
    public AlsCheckpoint? Found { get; }

    public void Keep(AlsCheckpoint state)
    {
        TimeProvider time = _session.Terminal.Time;
        if (time.GetElapsedTime(_last) < s_every && !_session.Cancellation.IsCancellationRequested)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        AlsFiles.SaveCheckpoint(state, _path);
        _last = time.GetTimestamp();
    }

    public void Drop() => File.Delete(_path);
}
