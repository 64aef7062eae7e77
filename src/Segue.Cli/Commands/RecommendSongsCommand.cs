using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Asking;

namespace Segue.Cli.Commands;

/// <summary>Songs near songs, or for a wish.</summary>
internal static class RecommendSongsCommand
{
    private const int QueryCharactersMax = 1 << 20;

    private static readonly Option<string?> s_queries = new("--queries") { Description = "One mood a line; answers one JSON document a line", HelpName = "FILE" };

    public static Command Create() => new Command("songs", "Songs like a song, like several, or for a mood in your own words")
        .With(SongOptions.Song, SongOptions.SongId).With(MoodOptions.All).With(s_queries).With(FilterOptions.OfSongs)
        .WithExamples(
            "segue recommend songs --mood \"something sad and slow for a rainy night\"",
            "segue recommend songs --song \"Creep - Radiohead\" -n 20",
            "segue recommend songs --song \"Creep - Radiohead\" --shift valence=+0.3   # like it, but happier; or --mood happier",
            "segue recommend songs --more-like Radiohead --less-like Coldplay --not-genre rock",
            "segue recommend songs --mood \"energetic but not happy\" --genre metal --among my_library.m3u",
            "segue recommend songs --target energy=low --target tempo=90..110")
        .Runs(Run);

    /// <summary>Songs by the wish and the examples that the options name.</summary>
    public static void Answer(Session session, SongRequest request)
    {
        using Recommender segue = session.Open();
        SongAnswer answer = segue.RecommendSongs(request, session.Cancellation);
        session.Warn(answer.Warnings);
        if (session.Json)
        {
            session.WriteText(AnswerJson.Write(answer, indented: true));
            return;
        }

        session.Say(answer.For.Songs is { } songs
            ? $"Songs like {string.Join("; ", songs.Select(s => $"{s.Title} - {string.Join(", ", s.Artists)}"))}:"
            : $"Songs for \"{answer.For.Mood}\":");
        if (answer.Reading is not null)
            MoodOptions.Write(session, answer.Reading);
        AnswerTables.Write(session, answer.Rows);
    }

    private static void Run(Session session)
    {
        SongRequest request = SongOptions.Of(session, null);
        if (session.Get(s_queries) is not string queries)
        {
            if (!MoodOptions.AnyIn(session) && request.Songs.Length + request.SongIds.Length == 0)
                throw new WrongUsageException("say what the songs should be like: --song, --song-id, --mood, --target, --more-like or --less-like, or --queries");
            Answer(session, request);
            return;
        }

        if (request.Songs.Length + request.SongIds.Length > 0 || session.Has(MoodOptions.Mood))
            throw new WrongUsageException("--queries brings its own wishes; leave out --song, --song-id and --mood");
        AnswerQueries(session, queries, request);
    }

    private static void AnswerQueries(Session session, string path, SongRequest request)
    {
        using Recommender segue = session.Open();
        HashSet<string> told = [];
        int number = 0;
        foreach (string line in Import.TextLines.Read(path, session.Cancellation))
        {
            session.Cancellation.ThrowIfCancellationRequested();
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            if (line.Length > QueryCharactersMax)
                throw new DataException(path, number, $"a wish of {line.Length:N0} characters; at most {QueryCharactersMax:N0}");
            string wish = line.Trim();
            try
            {
                SongAnswer answer = segue.RecommendSongs(request with { Mood = wish }, session.Cancellation);
                session.Warn(answer.Warnings.Where(told.Add)); // The same of every wish: said once.
                session.WriteText(AnswerJson.Write(answer));
            }
            catch (SegueException e) when (e is not ModelNotFoundException)
            {
                // One wish that cannot be answered leaves the others their answers.
                session.WriteJsonLine(new JsonObject { ["for"] = new JsonObject { ["mood"] = wish }, ["error"] = e.Message, ["items"] = new JsonArray() });
            }
        }

        if (number == 0)
            throw new DataException(path, 0, "is empty; expected one mood a line");
    }
}
