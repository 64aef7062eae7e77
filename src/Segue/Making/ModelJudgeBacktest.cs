using Segue.Asking;
using Segue.Evaluation;
using Segue.Factorization;
using Segue.Import;
using Segue.Interactions;
using Segue.ModelFiles;

namespace Segue.Making;

/// <summary>Whose later loves are to be foretold, and how they are counted.</summary>
internal sealed record BacktestRequest
{
    /// <summary>A history with dates; null for <see cref="ProfileName"/>.</summary>
    public string? HistoryPath { get; init; }

    /// <summary>A kept profile; null for <see cref="HistoryPath"/>.</summary>
    public string? ProfileName { get; init; }

    public BacktestOptions Options { get; init; } = new();

    /// <summary>Use the trained model as it is, also where it was trained on this listener's later plays.</summary>
    public bool KeepLeaks { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>Threads of a training anew; 0 for one a core.</summary>
    public int Threads { get; init; }

    public IReadOnlyList<RequestFault> Validate() =>
    [
        .. HistoryPath is null == ProfileName is null
            ? [new RequestFault("history", "or a profile names the listener: one of both", "one of both")]
            : Check.Fine,
        .. EvaluationSource.CutoffFaults([.. Options.Cutoffs]),
        .. Options.WithinDays is < 1 ? [new RequestFault("withinDays", $"takes a number of days, 1 or more, not {Options.WithinDays}", "1..")] : Check.Fine,
        .. Check.AtLeast("dates", Options.DateCount, 1),
        .. Check.AtLeast("lovePlays", Options.LovePlays, 1),
    ];
}

/// <summary>What a backtest found.</summary>
/// <param name="Listener">The file or profile, as asked for.</param>
/// <param name="Report">The figures.</param>
/// <param name="Artists">Names of the artists that the figures speak of.</param>
/// <param name="Unknown">Artists of the history that the community does not know.</param>
/// <param name="Models">Which models were asked.</param>
/// <param name="Notes">What a person should know of it.</param>
internal sealed record BacktestResult(
    string Listener, BacktestReport Report, Catalogue.Artists Artists, IReadOnlyList<string> Unknown, ModelVersions Models, IReadOnlyList<string> Notes);

/// <content>Would the models have foretold what a listener came to love?</content>
internal sealed partial class ModelJudge
{
    /// <summary>Stands at dates of a listener's past, recommends, and counts which later loves were foretold; beside popularity and chance.</summary>
    /// <param name="request">Whose, and how.</param>
    /// <param name="files">Owns what the result still reads: the names of artists.</param>
    /// <param name="progress">Told while it works; null for nobody.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public BacktestResult Backtest(BacktestRequest request, MappedFiles files, IProgress<MakingProgress>? progress, CancellationToken cancellationToken)
    {
        Check.ThrowIfAny(request.Validate());
        TasteModel taste = TasteModel.Load(_home, files);
        string listener = request.HistoryPath ?? request.ProfileName!;
        History history = request.HistoryPath is string path ? HistoryReader.Read(path, cancellationToken) : new ListenerProfiles(_home.Folder).Load(listener);
        DatedHistory dated = HistoryMatcher.ToDatedPlays(history, taste.Plays.Artists);
        if (dated.Plays.Count == 0)
            throw new SegueException($"{listener}: has no dates, so nobody can say what came later; exports of Spotify, Last.fm and ListenBrainz have them");
        List<string> notes = [];
        if (dated.Undated > 0)
            notes.Add($"{dated.Undated:N0} entries of the history have no date and are left out.");
        (IExplainedTaste model, CsrMatrix community) = WithoutListener(request, taste, dated, files, notes, progress, cancellationToken);
        notes.Add("The community's plays carry no dates: what others played after a date is in the model. That helps every method but chance.");
        ModelVersions versions = new(taste.Version, _home.VdbModels.Current());
        IReadOnlyList<BacktestMethod> methods = MethodsOf(request, model, taste.Plays, community, versions, files, notes);
        IProgress<(int Done, int Of)>? each = Relay<(int Done, int Of)>.To(
            progress, p => new MakingProgress("standing at dates", (double)p.Done / p.Of, $"{p.Done} of {p.Of}"));
        BacktestReport report = Evaluation.Backtest.Run(dated.Plays, taste.Plays.Artists.Count, methods, request.Options, each, cancellationToken);
        return new BacktestResult(listener, report, taste.Plays.Artists, dated.Unknown, versions, notes);
    }

    /// <summary>The model and its plays without users who may be the listener: where there are some, trained anew.</summary>
    private (IExplainedTaste Model, CsrMatrix Community) WithoutListener(
        BacktestRequest request,
        TasteModel taste,
        DatedHistory history,
        MappedFiles files,
        List<string> notes,
        IProgress<MakingProgress>? progress,
        CancellationToken cancellationToken)
    {
        HashSet<int> loves = [.. history.Plays.GroupBy(p => p.Artist).Where(g => g.Sum(p => p.Plays) >= request.Options.LovePlays).Select(g => g.Key)];
        IReadOnlyList<SameListener> same = SameListener.Find(taste.Plays.Counts, history.Plays, loves);
        if (same.Count == 0)
        {
            notes.Add("Nobody in the training data looks like this listener: the model has not seen their later plays.");
            return (taste.Model, taste.Plays.Counts);
        }

        string who = string.Join("; ", same.Take(3).Select(s =>
            $"listener {taste.Plays.UserIds[s.User]} (likeness {s.Likeness:0.00}) plays {s.LaterLoves:N0} of the {loves.Count:N0} artists this history loves"));
        who += same.Count > 3 ? "; ..." : "";
        if (request.KeepLeaks)
        {
            notes.Add($"LEAK: the training data may hold this very listener, later plays and all: {who}. The figures are too good.");
            return (taste.Model, taste.Plays.Counts);
        }

        CsrMatrix community = SameListener.LeaveOut(taste.Plays.Counts, same);
        progress?.Report(new MakingProgress("training", 0, $"anew without {(same.Count == 1 ? "a listener" : $"{same.Count} listeners")} who may be this one")
        {
            IsMilestone = true,
        });
        SideInformation? side = taste.Model is SideInformed ? ImportedSide(taste.Plays, same.Select(s => s.User).ToHashSet(), files) : null;
        IExplainedTaste model = TrainOn(community, side, taste.Als.Options with { Threads = request.Threads }, cancellationToken);
        notes.Add($"The training data may hold this very listener, later plays and all: {who}. Left out: the model was trained anew without them"
            + (taste.Model is SideInformed && side is null ? ", and without tags and friends, which are not in the home folder any more." : "."));
        return (model, community);
    }

    /// <summary>The tags and friends that the model was trained with, where the imported plays are still the same; no tags of the users who are left
    /// out.</summary>
    private SideInformation? ImportedSide(Plays plays, IReadOnlySet<int> without, MappedFiles files)
    {
        if (_home.PlaysData.Current() is null)
            return null;
        (_, string folder) = _home.PlaysData.Find();
        Plays imported = DataFiles.LoadPlays(Path.Combine(folder, DataFiles.PlaysName), files);
        if (DataFiles.Fingerprint(imported) != DataFiles.Fingerprint(plays) || SideFiles.LoadInformation(imported, folder, files) is not { } side)
            return null;
        return side with { Taggings = [.. side.Taggings.Where(t => !without.Contains(t.User))] };
    }

    private IReadOnlyList<BacktestMethod> MethodsOf(
        BacktestRequest request, IExplainedTaste model, Plays plays, CsrMatrix community, ModelVersions versions, MappedFiles files, List<string> notes)
    {
        IReadOnlyList<BacktestMethod> artists = BacktestMethods.OfArtists(model, community, request.Seed);
        if (versions.Vdb is not null)
            return [.. BacktestMethods.OfSongs(model, plays, MoodModel.Load(_home, files, versions.Vdb).Songs), .. artists];
        notes.Add("There is no database of songs in the home folder: the pipeline is not tested. Make one with 'segue build-vdb'.");
        return artists;
    }
}
