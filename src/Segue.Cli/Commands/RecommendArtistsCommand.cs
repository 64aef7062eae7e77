using System.CommandLine;
using System.Text;
using Segue.Asking;
using Segue.Writing;

namespace Segue.Cli.Commands;

/// <summary>Artists for a listener.</summary>
internal static class RecommendArtistsCommand
{
    private const string Everybody = "all";

    private static readonly Option<string?> s_users = new("--users")
    {
        Description = "Many listeners of the training data at once: a file with an id a line, or 'all'; answers one JSON document a line",
        HelpName = "FILE|all",
    };

    private static readonly Option<string?> s_output = new("--output", "-o")
    {
        Description = "For --users: the file to write (JSON Lines)",
        HelpName = "FILE",
    };

    public static Command Create() => new Command("artists", "Artists for a listener, each with the artists of the history that speak for it")
        .With(ListenerOptions.All).With(s_users, s_output).With(FilterOptions.OfArtists)
        .WithExamples(
            "segue recommend artists --user 2",
            "segue recommend artists --like \"Massive Attack\" --like Morcheeba --dislike Coldplay",
            "segue recommend artists --history my_artists.txt -n 20 --json",
            "segue recommend artists --users all -o artists.jsonl                  # for everybody, without reasons")
        .Runs(Run);

    private static void Run(Session session)
    {
        if (session.Get(s_users) is string users)
        {
            AnswerMany(session, users);
            return;
        }

        if (session.Has(s_output))
            throw new WrongUsageException("--output is for --users: it holds a line a listener");
        using Recommender segue = session.Open();
        ArtistRequest request = RequestOf(session) with { For = ListenerOptions.Of(session) };
        ArtistAnswer answer = segue.RecommendArtists(request, session.Cancellation);
        session.Warn(answer.Warnings);
        if (session.Json)
        {
            session.WriteText(AnswerJson.Write(answer, indented: true));
            return;
        }

        session.Say($"Artists for {request.For}{(answer.ArtistsHeard > 0 ? $" ({answer.ArtistsHeard} artists heard)" : "")}:");
        AnswerTables.Write(session, answer.Rows);
    }

    private static ArtistRequest RequestOf(Session session)
    {
        SongRequest songs = SongOptions.Of(session, null);
        return new ArtistRequest
        {
            Count = songs.Count,
            ExcludeHeard = songs.ExcludeHeard,
            NotArtists = songs.NotArtists,
            Genres = songs.Genres,
            NotGenres = songs.NotGenres,
            Explicit = songs.Explicit,
            PopularityMin = songs.PopularityMin,
            PopularityMax = songs.PopularityMax,
        };
    }

    private static void AnswerMany(Session session, string users)
    {
        if (ListenerOptions.All.Any(session.Has))
            throw new WrongUsageException("--users names the listeners; leave out --user, --history, --profile, --half-life, --like and --dislike");
        string? file = session.Get(s_output);
        if (file is not null && Path.GetExtension(file).Equals(".parquet", StringComparison.OrdinalIgnoreCase))
            throw new WrongUsageException($"--output {file}: JSON Lines are written, not Parquet; name it .jsonl");
        ArtistBatchRequest request = new()
        {
            Users = users == Everybody ? null : UsersOf(users, session.Cancellation),
            Each = RequestOf(session),
            Threads = session.Threads,
        };
        using Recommender segue = session.Open();
        using Progress bar = new("recommending", session.Terminal, session.Quiet);
        int listeners = 0;
        if (file is null)
            Answer(lines => session.Terminal.WriteDocument(TerminalText.EscapeJson(Encoding.UTF8.GetString(lines.Span))));
        else
            AtomicFile.Write(file, stream => Answer(lines => stream.Write(lines.Span)));
        double seconds = bar.Elapsed.TotalSeconds;
        string where = file is null ? "" : $" -> {file}";
        session.Note($"Artists for {listeners:N0} listeners in {seconds:0.0} s, {listeners / Math.Max(seconds, 1e-3):N0} a second{where}.");

        void Answer(Action<ReadOnlyMemory<byte>> write)
        {
            foreach (ArtistBatchPart part in segue.RecommendArtistsToMany(request, session.Cancellation))
            {
                session.Cancellation.ThrowIfCancellationRequested();
                write(part.JsonLines);
                listeners = part.Done;
                bar.Report((double)part.Done / part.Of, $"{part.Done:N0} of {part.Of:N0} listeners");
            }
        }
    }

    /// <exception cref="DataException">The file names nobody.</exception>
    private static string[] UsersOf(string path, CancellationToken cancellation)
    {
        string[] ids = [.. Import.TextLines.Read(path, cancellation).Select(l => l.Trim()).Where(l => l.Length > 0)];
        return ids.Length > 0 ? ids : throw new DataException(path, 0, "names no listener; expected an id a line");
    }
}
