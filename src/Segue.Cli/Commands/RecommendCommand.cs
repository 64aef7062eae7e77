using System.CommandLine;
using Segue.Asking;

namespace Segue.Cli.Commands;

/// <summary>The pipeline; its subcommands are its two halves.</summary>
internal static class RecommendCommand
{
    public static Command Create() => new Command("recommend", "A listener's artists -> their songs -> songs near them in mood: one ranking that explains every row")
        .With(ListenerOptions.All).With(MoodOptions.All).With(SongOptions.Weights).With(FilterOptions.OfSongs)
        .With(RecommendArtistsCommand.Create(), RecommendSongsCommand.Create())
        .WithExamples(
            "segue recommend --user 2",
            "segue recommend --like \"Massive Attack\" --mood \"calm and dark\"",
            "segue recommend --user 2 --user 7 --mood party                    # for both, and how well each is served",
            "segue recommend --user 2 --more-like \"Teardrop - Massive Attack\" --less-like Nickelback",
            "segue recommend --user 2 --discovery 0.5 --diversity 0.3          # songs that few know, that differ",
            "segue recommend --user 2 --taste 0.8 --dislike Coldplay --not-genre pop --json")
        .Runs(Run);

    private static void Run(Session session)
    {
        using Recommender segue = session.Open();
        SongRequest request = SongOptions.Of(session, ListenerOptions.Of(session));
        SongAnswer answer = segue.RecommendSongs(request, session.Cancellation);
        session.Warn(answer.Warnings);
        if (session.Json)
            session.WriteText(AnswerJson.Write(answer, indented: true));
        else
            Show(session, request.For!, answer);
    }

    private static void Show(Session session, Listener listener, SongAnswer answer)
    {
        session.Say($"Songs for {listener}{(listener.IsGroup ? " together" : "")}{(answer.For.Mood is null ? "" : $", \"{answer.For.Mood}\"")}:");
        if (answer.Reading is not null)
            MoodOptions.Write(session, answer.Reading);
        if (answer.Moods is { Count: > 0 } moods)
            session.Say($"Mood of the listener: {string.Join("; ", moods)}");
        if (answer.Listeners is { } listeners)
            ShowGroup(session, answer, listeners);
        else
            AnswerTables.Write(session, answer.Rows);
        if (answer.Joined is { OfArtists: > 0 } joined)
            session.Warn($"{joined.Artists} of the listener's {joined.OfArtists} artists ({joined.PlaysShare:0%} of the plays) have songs in the catalogue.");
    }

    private static void ShowGroup(Session session, SongAnswer answer, IReadOnlyList<ServedListener> listeners)
    {
        AnswerTables.Write(session, answer.Rows, listeners);
        foreach (ServedListener served in listeners)
            session.Say($"{served.Listener} is served to {served.Satisfaction:0%} of the best list for them alone; {served.Rows} songs are for them.");
    }
}
