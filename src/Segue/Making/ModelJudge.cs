using System.Collections.Immutable;
using Segue.Asking;
using Segue.Evaluation;
using Segue.Export;
using Segue.Factorization;
using Segue.Import;
using Segue.Interactions;
using Segue.ModelFiles;
using Segue.Numerics;
using Segue.Recommending;

namespace Segue.Making;

/// <summary>How plays are divided into what models learn from and what they are asked for.</summary>
internal sealed record EvaluationSource
{
    /// <summary>Plays to divide, with their tags and friends.</summary>
    public TrainingSource Source { get; init; } = new();

    /// <summary>A file to learn from, divided already; goes with <see cref="TestPath"/>.</summary>
    public string? TrainPath { get; init; }

    /// <summary>A file with what is held out.</summary>
    public string? TestPath { get; init; }

    /// <summary>What is held out.</summary>
    public Division Division { get; init; } = new();

    /// <summary>1 or more: how many splits to judge by, those of <see cref="Seed"/> and of the seeds after it.</summary>
    public int Splits { get; init; } = 1;

    /// <summary>Of the first split, and of trainings.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Threads to use; 0 for one a core. No figure depends on it.</summary>
    public int Threads { get; init; }

    internal IReadOnlyList<RequestFault> Validate() =>
    [
        .. Source.Faults(),
        .. TrainPath is null == TestPath is null ? Check.Fine : [new RequestFault("train", "and the file with what is held out go together", "both files")],
        .. TrainPath is not null && Source.PlaysPath is not null
            ? [new RequestFault("plays", "are divided here, while train and test are divided already: give one or the other", "one of both")]
            : Check.Fine,
        .. Check.Between("holdout", Division.Share, 0.01, 0.9),
        .. Check.AtLeast("leaveOut", Division.Leave, 1),
        .. Check.AtLeast("splits", Splits, 1),
        .. Splits > 1 && (TrainPath is not null || !Division.IsDrawn)
            ? [new RequestFault("splits", "cannot be several here: files and dates divide in one way", "1")]
            : Check.Fine,
    ];

    internal static RequestFault[] CutoffFaults(IReadOnlyCollection<int> cutoffs) =>
        cutoffs.Count > 0 && cutoffs.All(k => k >= 1) ? Check.Fine : [new RequestFault("cutoffs", "takes whole numbers of 1 or more", "1..")];
}

/// <summary>Which models to judge, and how.</summary>
internal sealed record EvaluateRequest
{
    /// <summary>What they learn from and are asked for.</summary>
    public EvaluationSource Source { get; init; } = new();

    /// <summary>Names of models, as <see cref="TasteModels.Names"/> has them; the first is compared with the others.</summary>
    public ImmutableArray<string> Models { get; init; } = ["als", "popularity"];

    /// <summary>Lengths of lists to judge, each 1 or more.</summary>
    public ImmutableArray<int> Cutoffs { get; init; } = [10];

    /// <summary>Choose ridge and popularity exponent of <c>als</c> by short trainings on the training part (<see cref="TrainRequest.Choose"/>).</summary>
    public bool Choose { get; init; }

    /// <summary>How <c>als</c> trains; its seed and threads are those of the source.</summary>
    public AlsOptions Options { get; init; } = new();

    /// <summary>Every fault of the request; empty when it can be made.</summary>
    public IReadOnlyList<RequestFault> Validate() =>
    [
        .. Source.Validate(),
        .. EvaluationSource.CutoffFaults(Cutoffs),
        .. Check.Reads("options", "", _ =>
        {
            Options.Validate();
            return true;
        }),
        .. Models.Where(m => !TasteModels.Names.Contains(m))
            .Select(m => new RequestFault("models", $"has no '{m}'; known are {string.Join(", ", TasteModels.Names)}", string.Join("|", TasteModels.Names))),
    ];
}

/// <summary>What models of taste found.</summary>
/// <param name="Reports">One a model, in the order asked for.</param>
/// <param name="Lists">What the first model recommends on the first split: user, rank, item, score.</param>
/// <param name="Notes">What a person should know of it.</param>
/// <param name="Warnings">Where als, which is what recommends, is worse than a plain model: its settings do not fit the data.</param>
internal sealed record EvaluationResult(
    IReadOnlyList<EvaluationReport> Reports, IEnumerable<ListedItem> Lists, IReadOnlyList<string> Notes, IReadOnlyList<string> Warnings);

/// <summary>One item of a recommended list.</summary>
internal readonly record struct ListedItem(string UserId, int Rank, string ArtistId, float Score);

/// <summary>Says how good models are: trains on a part of the plays and asks for the rest.</summary>
/// <param name="home">The home folder.</param>
internal sealed partial class ModelJudge(string home)
{
    private readonly SegueHome _home = new(home);

    /// <summary>Models of taste, by the artists that were held out.</summary>
    public EvaluationResult Evaluate(EvaluateRequest request, IProgress<MakingProgress>? progress, CancellationToken cancellationToken)
    {
        Check.ThrowIfAny(request.Validate());
        using MappedFiles files = new();
        List<string> notes = [];
        (Split[] splits, Plays plays, SideInformation? all) = Divide(request.Source, files, notes, progress, cancellationToken);
        string[] models = [.. request.Models.Distinct()];
        List<EvaluationReport>[] reports = [.. models.Select(_ => new List<EvaluationReport>())];
        for (int n = 0; n < splits.Length; n++)
        {
            string which = splits.Length == 1 ? "" : $", split {n + 1} of {splits.Length}";
            AlsOptions als = request.Options with { Seed = request.Source.Seed, Threads = request.Source.Threads };
            if (request.Choose)
                als = ModelMaker.Choose(splits[n].Train, als, progress, notes, cancellationToken).Over(als);
            SideInformation? side = all?.Without(splits[n].Test);
            for (int m = 0; m < models.Length; m++)
                reports[m].Add(Judge(models[m], splits[n], side, als, request, which, progress, cancellationToken));
        }

        EvaluationReport[] found = [.. reports.Select(EvaluationReport.Of)];
        return new EvaluationResult(found, [.. ListsOf(reports[0][0], plays)], notes, BetterThanAls(found, request.Source.Seed));
    }

    private static EvaluationReport Judge(
        string name, Split split, SideInformation? side, AlsOptions als, EvaluateRequest request, string which, IProgress<MakingProgress>? progress,
        CancellationToken cancellationToken)
    {
        progress?.Report(new MakingProgress(name, 0, $"training{which}"));
        ITasteModel model = name == "als" && side is not null
            ? SideInformed.Train(split.Train, side, als, cancellation: cancellationToken)
            : TasteModels.Train(name, split.Train, als, request.Source.Seed, request.Source.Threads, cancellationToken);
        EvaluationOptions options = new()
        {
            Cutoffs = request.Cutoffs,
            Threads = request.Source.Threads,
            Progress = Relay<(int Done, int Of)>.To(
                progress, p => new MakingProgress(name, (double)p.Done / p.Of, $"{p.Done:N0} of {p.Of:N0} listeners{which}")),
        };
        return Evaluator.Evaluate(model, split, options, cancellationToken);
    }

    /// <summary>Two standard errors of the paired difference: beyond chance, as those things go.</summary>
    private static string[] BetterThanAls(IReadOnlyList<EvaluationReport> reports, int seed)
    {
        if (reports.FirstOrDefault(r => r.Model.StartsWith("als", StringComparison.Ordinal)) is not { } als)
            return [];
        int k = als.Cutoffs[0];
        return
        [
            .. reports.Where(r => r.Model is "ease" or "itemknn")
                .Select(r => (r.Model, Difference: als.Less(r, "ndcg", k, seed)))
                .Where(r => r.Difference.Difference < -2 * r.Difference.StandardError)
                .Select(r => FormattableString.Invariant($"{als.Model} is below {r.Model} by {-r.Difference.Difference:0.0000} NDCG@{k}, ")
                    + "more than two standard errors; its settings do not fit these data: choose them by a trial of several"),
        ];
    }

    /// <summary>The pipeline's songs, by hidden artists: what taste, diversity, discovery and the caps cost, and what they gain.</summary>
    /// <param name="source">What is learnt from and hidden.</param>
    /// <param name="listeners">How many to ask, evenly drawn; 1 or more.</param>
    /// <param name="count">Length of the lists.</param>
    /// <param name="progress">Told while it works; null for nobody.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public (SongReport Report, IReadOnlyList<string> Notes) EvaluateSongs(
        EvaluationSource source, int listeners, int count, IProgress<MakingProgress>? progress, CancellationToken cancellationToken)
    {
        Check.ThrowIfAny(
        [
            .. source.Validate(), .. Check.AtLeast("listeners", listeners, 1), .. EvaluationSource.CutoffFaults([count]),
            .. source.Splits > 1 ? [new RequestFault("splits", "must be 1 where songs are judged", "1")] : Check.Fine,
        ]);
        const string work = "pipeline";
        using MappedFiles files = new();
        List<string> notes = [];
        (Split[] splits, Plays plays, SideInformation? all) = Divide(source, files, notes, progress, cancellationToken);
        Split split = splits[0];
        SongIndex songs = MoodModel.Load(_home, files).Songs;
        progress?.Report(new MakingProgress(work, 0, "training"));
        IExplainedTaste model = TrainOn(split.Train, all?.Without(split.Test), new AlsOptions { Seed = source.Seed, Threads = source.Threads }, cancellationToken);
        Pipeline pipeline = new(model, new Plays(plays.UserIds, plays.Artists, split.Train), songs);
        int step = Math.Max(1, split.Train.Rows / listeners);
        int[] users = [.. Enumerable.Range(0, split.Train.Rows / step).Select(u => u * step)];
        IProgress<(int Done, int Of)>? each = Relay<(int Done, int Of)>.To(
            progress, p => new MakingProgress(work, (double)p.Done / p.Of, $"{p.Done:N0} of {p.Of:N0} listeners"));
        return (SongEvaluator.Evaluate(pipeline, songs.Tracks, split, users, SongPage.Knobs(count), source.Threads, each, cancellationToken), notes);
    }

    /// <summary>Which parameters suit these plays: successive halving on a validation part.</summary>
    public (TuningResult Result, IReadOnlyList<string> Notes) Tune(
        TrainingSource source, Division division, int settings, int seed, int threads, IProgress<MakingProgress>? progress,
        CancellationToken cancellationToken)
    {
        Check.ThrowIfAny([.. source.Faults(), .. Check.AtLeast("settings", settings, 1)]);
        using MappedFiles files = new();
        List<string> notes = [];
        (Plays plays, SideInformation? side) = source.Load(_home, files, notes, ReadingFiles(progress), cancellationToken);
        IProgress<(int Done, int Of, Trial Trial)>? each = Relay<(int Done, int Of, Trial Trial)>.To(progress, p => new MakingProgress(
            "tuning", (double)p.Done / p.Of, $"{p.Done} of {p.Of}: NDCG@10 {p.Trial.Ndcg:0.0000} after {p.Trial.Iterations} iterations"));
        Split split = division.Of(plays, Tuning.SplitSeed(seed));
        return (Tuning.Search(split, side, settings, seed, threads, each, cancellationToken), notes);
    }

    private (Split[] Splits, Plays Plays, SideInformation? Side) Divide(
        EvaluationSource source, MappedFiles files, List<string> notes, IProgress<MakingProgress>? progress, CancellationToken cancellationToken)
    {
        if (source is { TrainPath: string train, TestPath: string test })
        {
            (Split divided, Plays all) = Splits.OfFiles(PlaysOf(train, notes, progress, cancellationToken), PlaysOf(test, notes, progress, cancellationToken));
            return ([divided], all, source.Source.SideOf(all, null, cancellationToken));
        }

        (Plays plays, SideInformation? side) = source.Source.Load(_home, files, notes, ReadingFiles(progress), cancellationToken);
        return ([.. Enumerable.Range(source.Seed, source.Splits).Select(seed => source.Division.Of(plays, seed))], plays, side);
    }

    private static Plays PlaysOf(string path, List<string> notes, IProgress<MakingProgress>? progress, CancellationToken cancellationToken)
    {
        Imported found = Importer.Read([path], null, ReadingFiles(progress), cancellationToken);
        notes.AddRange(found.Ledger.Summary());
        return found.Plays ?? throw new DataException(path, 0, "holds tracks, but plays (listener, artist, count) are wanted here");
    }

    private static IProgress<ImportProgress>? ReadingFiles(IProgress<MakingProgress>? progress) => ModelMaker.Reading(progress);

    /// <summary>The taste model of a community, with tags and friends where there are some.</summary>
    private static IExplainedTaste TrainOn(CsrMatrix community, SideInformation? side, AlsOptions options, CancellationToken cancellationToken) => side is not null
        ? SideInformed.Train(community, side, options, cancellation: cancellationToken)
        : AlsTrainer.Train(community, options, new AlsRun { TrackLoss = false }, cancellationToken).Model;

    private static IEnumerable<ListedItem> ListsOf(EvaluationReport report, Plays plays)
    {
        int depth = report.Cutoffs[^1];
        for (int n = 0; n < report.Users.Count; n++)
        {
            for (int rank = 1; rank <= Math.Min(depth, report.Lists[n].Length); rank++)
            {
                Scored item = report.Lists[n][rank - 1];
                yield return new ListedItem(plays.UserIds[report.Users[n]], rank, plays.Artists.Ids[item.Index], item.Score);
            }
        }
    }
}
