using System.Globalization;
using System.Text.Json.Nodes;
using Segue.Asking;
using Segue.Factorization;
using Segue.Interactions;
using Segue.ModelFiles;

namespace Segue.Making;

/// <content>Plays -> <c>models/als</c>.</content>
public sealed partial class ModelMaker
{
    /// <summary>Trains the taste model, and switches to it.</summary>
    /// <param name="request">From what, and how.</param>
    /// <param name="progress">Told after each iteration; null for nobody.</param>
    /// <param name="cancellationToken">Stops the training; what it had is kept for <see cref="TrainRequest.Resume"/>.</param>
    /// <exception cref="InvalidRequestException">The request cannot be made.</exception>
    /// <exception cref="ModelNotFoundException">There are no plays in the home folder.</exception>
    /// <exception cref="SegueException">A file cannot be read, or the folder cannot be written.</exception>
    public TrainReport Train(TrainRequest request, IProgress<MakingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Check.ThrowIfAny(request.Validate());
        using MappedFiles files = new();
        List<string> notes = [];
        (Plays plays, SideInformation? side) = request.Source.Load(_home, files, notes, Reading(progress), cancellationToken);
        if (side is not null && request.Options.Objective == AlsObjective.Classic)
        {
            notes.Add("tags and friends are left out; they go with the objective ials");
            side = null;
        }

        return Train(plays, side, request, progress, notes, cancellationToken);
    }

    /// <summary>The same on plays at hand.</summary>
    internal TrainReport Train(
        Plays plays, SideInformation? side, TrainRequest request, IProgress<MakingProgress>? progress, List<string> notes, CancellationToken cancellationToken)
    {
        AlsChoice? choice = request.Choose ? Choose(plays.Counts, request.Options, progress, notes, cancellationToken) : null;
        AlsOptions options = choice?.Over(request.Options) ?? request.Options;
        request = request with { Options = options };
        if (request.Holdout > 0)
            options = options with { Iterations = BestIterations(plays, side, request, progress, notes, cancellationToken) };
        Checkpoints checkpoints = new(_home, request.Resume, _time, notes, cancellationToken);
        progress?.Report(new MakingProgress("training", 0,
            $"{plays.Counts.Rows:N0} listeners, {plays.Counts.Columns:N0} artists, {plays.Counts.Nonzeros:N0} pairs, {options.Factors} factors")
        {
            IsMilestone = true,
        });
        using MappedFiles old = new();
        AlsRun run = new()
        {
            Side = side is null ? null : SideInformed.Rows(plays.Counts, side),
            Start = request.WarmStart ? WarmStart(plays, options, old, notes) : null,
            Resume = checkpoints.Found,
            Checkpoint = checkpoints.Keep,
            Progress = Relay<AlsProgress>.To(progress, p => new MakingProgress(
                "training", (double)p.Iteration / p.Iterations, $"iteration {p.Iteration} of {p.Iterations}, loss {p.Loss:0.00000}")),
        };
        AlsResult result = AlsTrainer.Train(plays, options, run, cancellationToken);
        SideInformed? informed = side is null ? null : SideInformed.Of(result.Model, plays.Counts, side);
        string version = Save(plays, result, informed, choice);
        checkpoints.Drop();
        AlsReport report = result.Report;
        return new TrainReport(
            report.Users,
            report.Artists,
            report.Nonzeros,
            options.Factors,
            report.SecondsPerIteration.Count,
            report.Losses,
            [.. report.SecondsPerIteration.Select(Rounded.To6)],
            Rounded.To6(report.Seconds),
            PeakMemoryBytes(),
            version,
            informed?.Name ?? result.Model.Name)
        {
            Side = side is null ? null : TrainingSource.Describe(side),
            Notes = notes,
        };
    }

    /// <summary>Ridge and exponent by short trainings, told in a note.</summary>
    internal static AlsChoice Choose(
        CsrMatrix counts, AlsOptions options, IProgress<MakingProgress>? progress, List<string> notes, CancellationToken cancellationToken)
    {
        IProgress<(int Done, int Of, AlsChoicePoint Point)>? each = Relay<(int Done, int Of, AlsChoicePoint Point)>.To(progress, p => new MakingProgress(
            "choosing", (double)p.Done / p.Of, $"ridge {p.Point.Ridge:0.##}, exponent {p.Point.Exponent:0.##}: NDCG@10 {p.Point.Ndcg:0.0000}"));
        AlsChoice choice = AlsChoice.Choose(counts, options, each, cancellationToken);
        string values = string.Join(", ", choice.Points.Select(p => $"{p.Ridge:0.##}/{p.Exponent:0.##} {p.Ndcg:0.0000}"));
        notes.Add($"chose ridge {choice.Chosen.Ridge:0.##} and popularity exponent {choice.Chosen.Exponent:0.##} on {choice.Listeners:N0} listeners "
            + $"(by formula {choice.Formula.Ridge:0.##} and {choice.Formula.Exponent:0.##}); ridge/exponent and held-out NDCG@10 of short trainings: {values}");
        return choice;
    }

    private static JsonObject ChoiceToJson(AlsChoice choice) => new()
    {
        ["ridge"] = AsWritten(choice.Chosen.Ridge),
        ["popularityExponent"] = AsWritten(choice.Chosen.Exponent),
        ["formula"] = new JsonObject { ["ridge"] = AsWritten(choice.Formula.Ridge), ["popularityExponent"] = AsWritten(choice.Formula.Exponent) },
        ["listeners"] = choice.Listeners,
        ["folds"] = choice.Folds,
        ["trainings"] = new JsonArray([.. choice.Points.Select(p => (JsonNode)new JsonObject
        {
            ["ridge"] = AsWritten(p.Ridge),
            ["popularityExponent"] = AsWritten(p.Exponent),
            ["ndcg@10"] = Math.Round(p.Ndcg, 6),
        })]),
    };

    /// <summary>After how many iterations NDCG@10 on a held-out part is best; nothing of that run is kept but the number.</summary>
    private static int BestIterations(
        Plays plays, SideInformation? side, TrainRequest request, IProgress<MakingProgress>? progress, List<string> notes, CancellationToken cancellationToken)
    {
        Split split = (request.HoldoutBy with { Share = request.Holdout }).Of(plays, request.Options.Seed);
        int best = 1;
        double bestNdcg = -1;
        AlsRun run = new()
        {
            HeldOut = split.Test,
            Side = side is null ? null : SideInformed.Rows(split.Train, side.Without(split.Test)),
            TrackLoss = false,
            Progress = new Relay<AlsProgress>(p =>
            {
                progress?.Report(new MakingProgress(
                    "validating", (double)p.Iteration / p.Iterations, $"iteration {p.Iteration}, held-out NDCG@10 {p.Validation:0.0000}"));
                if (p.Validation > bestNdcg)
                    (best, bestNdcg) = (Math.Min(p.Iteration, p.Iterations), p.Validation);
            }),
        };
        AlsTrainer.Train(split.Train, request.Options, run, cancellationToken);
        notes.Add($"held-out NDCG@10 is best ({bestNdcg:0.0000}) after {best} iterations; trained on everything for as many");
        return best;
    }

    private AlsStart WarmStart(Plays plays, AlsOptions options, MappedFiles files, List<string> notes)
    {
        TasteModel old = TasteModel.Load(_home, files);
        if (old.Als.Options.Factors != options.Factors)
            throw new SegueException($"models/als/{old.Version} has {old.Als.Options.Factors} factors, but {options.Factors} are asked for; a warm start needs as many");
        int[] users = [.. Enumerable.Range(0, plays.UserIds.Count).Select(u => old.Plays.IndexOfUser(plays.UserIds[u]))];
        int[] artists = [.. Enumerable.Range(0, plays.Artists.Count).Select(a => old.Plays.Artists.IndexOfId(plays.Artists.Ids[a]))];
        notes.Add($"started from models/als/{old.Version}: {users.Count(u => u >= 0):N0} listeners and {artists.Count(a => a >= 0):N0} artists are known");
        return AlsStart.From(old.Als, users, artists, options.Seed);
    }

    private string Save(Plays plays, AlsResult result, SideInformed? informed, AlsChoice? choice)
    {
        (AlsOptions options, AlsReport report) = (result.Model.Options, result.Report);
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
                ["regularization"] = AsWritten(options.Regularization!.Value),
                ["ridge"] = RidgeOf(options, report),
                ["zeroWeight"] = AsWritten(options.ZeroWeight!.Value),
                ["popularityExponent"] = AsWritten(options.PopularityExponent!.Value),
                ["alpha"] = AsWritten(options.Alpha),
                ["confidence"] = options.Confidence.ToString().ToLowerInvariant(),
                ["solver"] = options.Solver.ToString().ToLowerInvariant(),
                ["kind"] = informed?.Name ?? result.Model.Name,
                ["vectorWidth"] = report.VectorWidth,
            },
            Metrics = new JsonObject
            {
                ["users"] = report.Users,
                ["items"] = report.Artists,
                ["nonzeros"] = report.Nonzeros,
                ["loss"] = report.Losses.Count > 0 ? report.Losses[^1] : 0,
            },
        };
        if (choice is not null)
            card.Parameters["choice"] = ChoiceToJson(choice);
        return _home.AlsModels.Write(card, folder => SaveTaste(result.Model, informed, plays, folder));
    }

    /// <summary>The ridge without its unit, so that models of different data compare; null where the objective has none.</summary>
    private static double? RidgeOf(AlsOptions options, AlsReport report) => options.Objective == AlsObjective.Classic
        ? null
        : Math.Round(options.Regularization!.Value
            / AlsFromData.Noise(report.Users, report.Artists, report.Nonzeros, options.ZeroWeight!.Value, options.RegularizationExponent), 3);

    private static void SaveTaste(AlsModel als, SideInformed? informed, Plays plays, string folder)
    {
        AlsFiles.Save(als, folder);
        DataFiles.SavePlays(plays, Path.Combine(folder, DataFiles.PlaysName));
        if (informed is not null)
            SideFiles.Save(informed, folder);
    }

    /// <summary>A float as the number a person wrote: 0.014, not 0.014000000432133675.</summary>
    private static double AsWritten(float value) =>
        double.Parse(value.ToString("G7", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
