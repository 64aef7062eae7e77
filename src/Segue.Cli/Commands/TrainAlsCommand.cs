using System.CommandLine;
using Segue.Factorization;
using Segue.Making;
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
    private static readonly Option<string?> s_options = TrainingOptions.OptionsFile();
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
    private static readonly Option<double?> s_ridge = new("--ridge")
    {
        Description = "Ridge without a unit: 1 is what noise of this size and density needs (default: 0.45)",
        HelpName = "0..1.5",
    };
    private static readonly Option<double?> s_regularization = new("--regularization")
    {
        Description = "Ridge, relative to a row's data, in place of --ridge",
        HelpName = "X",
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
        .With(s_plays, s_artists, s_options, s_factors, s_iterations, s_ridge, s_regularization, s_alpha)
        .With(s_confidence, s_solver, s_objective, TrainingOptions.Choose, s_holdout, s_resume, s_warmStart, s_extend)
        .With(SplitOptions.All)
        .With(TrainingOptions.Tags, TrainingOptions.Friends, TrainingOptions.PlaysOnly)
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
            Extend(session);
        else
            Tell(session, Train(session));
    }

    private static TrainReport Train(Session session)
    {
        TrainRequest request = new()
        {
            Source = TrainingOptions.Of(session, session.Get(s_plays), session.Get(s_artists)),
            Options = OptionsOf(session),
            Choose = session.Get(TrainingOptions.Choose),
            Holdout = session.Get(s_holdout),
            HoldoutBy = SplitOptions.Of(session, session.Get(s_holdout)),
            Resume = session.Get(s_resume),
            WarmStart = session.Get(s_warmStart),
        };
        using ProgressBars bars = session.Bars();
        return session.Maker.Train(request, bars, session.Cancellation);
    }

    private static void Extend(Session session)
    {
        Option[] own =
        [
            s_options, s_factors, s_iterations, s_ridge, s_regularization, s_alpha, s_confidence, s_solver, s_objective,
            TrainingOptions.Choose, s_holdout, s_resume, s_warmStart, .. SplitOptions.All,
        ];
        if (own.FirstOrDefault(session.Has) is { } option)
            throw new WrongUsageException($"--extend keeps what the current model was trained with; leave {option.Name} out, or train anew without --extend");
        ExtendReport report;
        using (ProgressBars bars = session.Bars())
        {
            TrainingSource source = TrainingOptions.Of(session, session.Get(s_plays), session.Get(s_artists));
            report = session.Maker.Extend(source, session.Threads, bars, session.Cancellation);
        }

        session.Notes(report.Notes);
        if (session.Json)
        {
            session.WriteText(MakingJson.Write(report));
            return;
        }

        Extension added = report.Extended;
        string rest = added.LeftOut == 0 ? ""
            : $" {added.LeftOut:N0} pairs of known listeners and known artists differ from what was trained on and were left out; 'segue train-als' learns from them.";
        session.Say(added.NewPairs == 0
            ? $"models/als/{report.Model} knows all of these listeners and artists; nothing was added.{rest}"
            : $"Extended models/als/{added.From} to models/als/{report.Model}: {added.NewUsers:N0} listeners, {added.NewItems:N0} artists and "
                + $"{added.NewPairs:N0} pairs are new, in {report.Seconds:0.0} s; what was known keeps its vectors.{rest}");
    }

    /// <summary>What a training made; also what the demo tells.</summary>
    public static void Tell(Session session, TrainReport report)
    {
        session.Notes(report.Notes);
        if (session.Json)
        {
            session.WriteText(MakingJson.Write(report));
            return;
        }

        Say(session, report);
    }

    /// <summary>The same in a line or two.</summary>
    public static void Say(Session session, TrainReport report)
    {
        if (report.Side is string side)
            session.Say($"Trained with {side} (--plays-only leaves them out).");
        double loss = report.Loss.Count > 0 ? report.Loss[^1] : 0;
        session.Say($"Trained models/als/{report.Model}: {report.Users:N0} listeners, {report.Items:N0} artists, {report.Nonzeros:N0} pairs, "
            + $"{report.Factors} factors; {report.Iterations} iterations in {report.Seconds:0.0} s, loss {loss:0.00000}.");
    }

    /// <summary>What the command line says goes before what the file of options says.</summary>
    private static AlsOptions OptionsOf(Session session)
    {
        AlsOptions file = session.Get(s_options) is string path ? AlsOptionsFile.Read(path) : s_defaults;
        T Of<T>(Option<T> option, T inFile) => session.Has(option) ? session.Get(option)! : inFile;
        bool ridge = session.Has(s_ridge) || session.Has(s_regularization);
        return file with
        {
            Objective = Of(s_objective, file.Objective),
            Factors = Of(s_factors, file.Factors),
            Iterations = Of(s_iterations, file.Iterations),
            Ridge = ridge ? (float?)session.Get(s_ridge) : file.Ridge,
            Regularization = ridge ? (float?)session.Get(s_regularization) : file.Regularization,
            Alpha = session.Has(s_alpha) ? (float)session.Get(s_alpha) : file.Alpha,
            Confidence = Of(s_confidence, file.Confidence),
            Solver = Of(s_solver, file.Solver),
            Seed = session.Seed,
            Threads = session.Threads,
        };
    }
}
