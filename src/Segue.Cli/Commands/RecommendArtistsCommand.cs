using System.CommandLine;
using Segue.Asking;

namespace Segue.Cli.Commands;

/// <summary>Artists for a listener.</summary>
internal static class RecommendArtistsCommand
{
    public static Command Create() => new Command("artists", "Artists for a listener, each with the artists of the history that speak for it")
        .With(ListenerOptions.All).With(FilterOptions.OfArtists)
        .WithExamples(
            "segue recommend artists --user 2",
            "segue recommend artists --like \"Massive Attack\" --like Morcheeba --dislike Coldplay",
            "segue recommend artists --history my_artists.txt -n 20 --json")
        .Runs(Run);

    private static void Run(Session session)
    {
        using Recommender segue = session.Open();
        SongRequest songs = SongOptions.Of(session, null);
        ArtistRequest request = new()
        {
            For = ListenerOptions.Of(session),
            Count = songs.Count,
            ExcludeHeard = songs.ExcludeHeard,
            NotArtists = songs.NotArtists,
            Genres = songs.Genres,
            NotGenres = songs.NotGenres,
            Explicit = songs.Explicit,
            PopularityMin = songs.PopularityMin,
            PopularityMax = songs.PopularityMax,
        };
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
}
