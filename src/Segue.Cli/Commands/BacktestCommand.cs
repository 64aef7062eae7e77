using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Segue.Evaluation;
using Segue.Factorization;
using Segue.Import;
using Segue.Interactions;
using Segue.ModelFiles;
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
        BacktestOptions options = Options(session);
        TasteModel taste = TasteModel.Load(session.Home);
        (string listener, History history) = ReadHistory(session);
        DatedHistory dated = HistoryMatcher.ToDatedPlays(history, taste.Plays.Artists);
        if (dated.Plays.Count == 0)
            throw new SegueException($"{listener}: has no dates, so nobody can say what came later; exports of Spotify, Last.fm and ListenBrainz have them");
        List<string> notes = [];
        if (dated.Undated > 0)
            notes.Add($"{dated.Undated:N0} entries of the history have no date and are left out.");
        (IExplainedTaste model, CsrMatrix community) = WithoutListener(session, taste, dated, notes);
        notes.Add("The community's plays carry no dates: what others played after a date is in the model. That helps every method but chance.");
        BacktestReport report;
        IReadOnlyList<BacktestMethod> methods = Methods(session, model, taste.Plays, community, notes);
        using (Progress progress = session.Progress("standing at dates"))
        {
            Relay<(int Done, int Of)> relay = new(p => progress.Report((double)p.Done / p.Of, $"{p.Done} of {p.Of}"));
            report = Backtest.Run(dated.Plays, taste.Plays.Artists.Count, methods, options, relay, session.Cancellation);
        }

        if (session.Get(s_html) is string page)
            EvaluateCommand.Write(page, BacktestPage.Of(report, Path.GetFileName(listener), taste.Plays.Artists, dated.Unknown, notes, session.Seed));
        if (session.Json)
        {
            JsonObject json = BacktestJson.Of(report, taste.Plays.Artists, dated.Unknown, session.Seed);
            json.Insert(0, "for", new JsonObject { [session.Has(s_history) ? "history" : "profile"] = listener });
            json.Insert(1, "model", new JsonObject { ["als"] = taste.Version, ["vdb"] = session.Home.VdbModels.Current() });
            json["notes"] = JsonShapes.Strings(notes);
            session.WriteJson(json);
            return;
        }

        Show(session, report, taste.Plays);
        foreach (string note in notes)
            session.Say(note);
    }

    private static BacktestOptions Options(Session session)
    {
        if (session.Get(s_cutoffs).Any(k => k < 1) || session.Get(s_cutoffs).Length == 0)
            throw new WrongUsageException("--k takes whole numbers of 1 or more");
        if (session.Get(s_within) is < 1)
            throw new WrongUsageException($"--within takes a number of days, 1 or more, not {session.Get(s_within)}");
        if (session.Get(s_asOf).Length > 0 && session.Has(s_dates))
            throw new WrongUsageException("--as-of names the dates, --dates how many to choose: give one or the other");
        return new BacktestOptions
        {
            Dates = [.. session.Get(s_asOf).Select(DateOf)],
            DateCount = session.Get(s_dates),
            LovePlays = session.Get(s_lovePlays),
            WithinDays = session.Get(s_within),
            Cutoffs = [.. session.Get(s_cutoffs).Distinct().Order()],
        };
    }

    private static DateTimeOffset DateOf(string text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date)
            ? date
            : throw new WrongUsageException($"--as-of takes a date as 2023-01-31, not '{text}'");

    private static (string Name, History History) ReadHistory(Session session) => (session.Get(s_history), session.Get(ListenerOptions.Kept)) switch
    {
        (string file, null) => (file, HistoryReader.Read(file, session.Cancellation)),
        (null, string kept) => (kept, new ListenerProfiles(session.Home.Folder).Load(kept)),
        _ => throw new WrongUsageException("name the listener with --history FILE or --profile NAME"),
    };

    /// <summary>The model and its plays without users who may be the listener: where there are some, trained anew.</summary>
    private static (IExplainedTaste Model, CsrMatrix Community) WithoutListener(Session session, TasteModel taste, DatedHistory history, List<string> notes)
    {
        HashSet<int> loves = [.. history.Plays.GroupBy(p => p.Artist).Where(g => g.Sum(p => p.Plays) >= session.Get(s_lovePlays)).Select(g => g.Key)];
        IReadOnlyList<SameListener> same = SameListener.Find(taste.Plays.Counts, history.Plays, loves);
        if (same.Count == 0)
        {
            notes.Add("Nobody in the training data looks like this listener: the model has not seen their later plays.");
            return (taste.Model, taste.Plays.Counts);
        }

        string who = string.Join("; ", same.Take(3).Select(s =>
            $"listener {taste.Plays.UserIds[s.User]} (likeness {s.Likeness:0.00}) plays {s.LaterLoves:N0} of the {loves.Count:N0} artists this history loves"));
        who += same.Count > 3 ? "; ..." : "";
        if (session.Get(s_keepLeaks))
        {
            notes.Add($"LEAK: the training data may hold this very listener, later plays and all: {who}. The figures are too good.");
            return (taste.Model, taste.Plays.Counts);
        }

        CsrMatrix community = SameListener.LeaveOut(taste.Plays.Counts, same);
        session.Note($"training anew without {(same.Count == 1 ? "a listener" : $"{same.Count} listeners")} who may be this one");
        AlsOptions als = taste.Als.Options with { Threads = session.Threads };
        SideInformation? side = taste.Model is SideInformed ? SideOf(session, taste.Plays, same.Select(s => s.User).ToHashSet()) : null;
        IExplainedTaste model = side is not null
            ? SideInformed.Train(community, side, als, cancellation: session.Cancellation)
            : AlsTrainer.Train(community, als, new AlsRun { TrackLoss = false }, session.Cancellation).Model;
        notes.Add($"The training data may hold this very listener, later plays and all: {who}. Left out: the model was trained anew without them"
            + (taste.Model is SideInformed && side is null ? ", and without tags and friends, which are not in the home folder any more." : "."));
        return (model, community);
    }

    /// <summary>The tags and friends that the model was trained with, where the imported plays are still the same; no tags of the users who are left out.</summary>
    private static SideInformation? SideOf(Session session, Plays plays, IReadOnlySet<int> without)
    {
        if (session.Home.PlaysData.Current() is null)
            return null;
        (_, string folder) = session.Home.PlaysData.Find(null, "");
        Plays imported = DataFiles.LoadPlays(Path.Combine(folder, DataFiles.PlaysName));
        if (DataFiles.Fingerprint(imported) != DataFiles.Fingerprint(plays) || SideFiles.LoadInformation(imported, folder) is not { } side)
            return null;
        return side with { Taggings = [.. side.Taggings.Where(t => !without.Contains(t.User))] };
    }

    private static IReadOnlyList<BacktestMethod> Methods(Session session, IExplainedTaste model, Plays plays, CsrMatrix community, List<string> notes)
    {
        IReadOnlyList<BacktestMethod> artists = BacktestMethods.OfArtists(model, community, session.Seed);
        if (MoodModel.Exists(session.Home))
            return [.. BacktestMethods.OfSongs(model, plays, MoodModel.Load(session.Home).Songs), .. artists];
        notes.Add("There is no database of songs in the home folder: the pipeline is not tested. Make one with 'segue build-vdb'.");
        return artists;
    }

    private static void Show(Session session, BacktestReport report, Plays plays)
    {
        int k = report.Options.Cutoffs[Math.Min(1, report.Options.Cutoffs.Count - 1)];
        session.Say($"History from {report.From:yyyy-MM-dd} to {report.To:yyyy-MM-dd}. A later love: first played after the date"
            + $"{(report.Options.WithinDays is int days ? $" and within {days} days of it" : "")}, then {report.Options.LovePlays} times or more.");
        foreach (BacktestDate d in report.Dates)
        {
            session.Say($"  as of {d.At:yyyy-MM-dd}: {d.ArtistsBefore:N0} artists known from {d.PlaysBefore:N0} plays, {d.Loves.Count:N0} later loves"
                + (d.UnknownLoves > 0 ? $", and {d.UnknownLoves:N0} that the community does not know" : ""));
        }

        bool many = report.Dates.Count > 1;
        Table table = new Table().Border(TableBorder.Simple).AddColumn("method").AddColumn(Right("can name"));
        foreach (int n in report.Options.Cutoffs)
            table.AddColumn(Right($"hits@{n}"));
        table.AddColumn(Right($"recall@{k}")).AddColumn(Right(many ? "95%" : "")).AddColumn(Right($"NDCG@{k}")).AddColumn(Right("median rank"));
        for (int m = 0; m < report.Methods.Count; m++)
        {
            Estimate recall = report.Mean(d => d.Metrics(m, k).Recall, session.Seed);
            List<string> cells = [report.Methods[m].Name, $"{report.CanName(m):0%}"];
            cells.AddRange(report.Options.Cutoffs.Select(n => $"{report.Dates.Average(d => d.Hits(m, n)):0.0}"));
            cells.AddRange([$"{recall.Mean:0.000}", many ? $"{recall.Low:0.000} .. {recall.High:0.000}" : ""]);
            cells.Add($"{report.Dates.Average(d => d.Metrics(m, k).Ndcg):0.000}");
            cells.Add(report.MedianRank(m) is double rank ? $"{rank:0}" : $"over {report.Options.Depth}");
            table.AddRow([.. cells.Select(c => new Text(c))]);
        }

        session.Terminal.Ansi().Write(table);
        ShowForetold(session, report, plays, k);
    }

    private static void ShowForetold(Session session, BacktestReport report, Plays plays, int k)
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
            string name = plays.Artists.Names[f.Love.Artist];
            string[] cells = [name, $"{f.Love.Plays:N0}", $"{f.At:yyyy-MM-dd}", $"{f.Rank}", $"{f.Love.First:yyyy-MM-dd}", $"{f.DaysBefore:N0}"];
            table.AddRow([.. cells.Select(c => new Text(c))]);
        }

        session.Terminal.Ansi().Write(table);
    }

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();
}
