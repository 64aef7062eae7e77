using System.CommandLine;
using Segue.Asking;

namespace Segue.Cli.Commands;

/// <summary>Neighbours: artists that the same people play, songs that feel alike.</summary>
internal static class SimilarCommand
{
    private static readonly Argument<string> s_artist = new("name") { Description = "The artist's name", HelpName = "NAME" };
    private static readonly Option<bool> s_niche = new("--niche")
    {
        Description = "Correct for popularity: what is special about the artist rather than what is common",
    };
    private static readonly Argument<string> s_song = new("song") { Description = "TITLE - ARTIST, or a title", HelpName = "SONG" };

    public static Command Create() => new Command("similar", "Artists or songs like one that you name")
        .With(Artist(), Song());

    private static Command Artist() => new Command("artist", "Artists played by the same people")
        .With(s_artist, FilterOptions.Count, s_niche)
        .WithExamples("segue similar artist \"Massive Attack\"", "segue similar artist Morcheeba -n 20 --niche")
        .Runs(session =>
        {
            using Recommender segue = session.Open();
            ArtistAnswer answer = segue.SimilarArtists(new SimilarArtistsRequest(session.Get(s_artist))
            {
                Count = FilterOptions.CountOf(session),
                Niche = session.Get(s_niche),
            });
            if (session.Json)
            {
                session.WriteText(AnswerJson.Write(answer, indented: true));
                return;
            }

            session.Say($"Artists like {answer.For.Artist}:");
            AnswerTables.Write(session, answer.Rows);
        });

    private static Command Song() => new Command("song", "Songs that feel alike; other versions of the song itself are left out")
        .With(s_song).With(FilterOptions.OfSongs)
        .WithExamples("segue similar song \"Creep - Radiohead\"", "segue similar song \"Clair de lune\" --max-popularity 40")
        .Runs(session => RecommendSongsCommand.Answer(session, SongOptions.Of(session, null) with { Songs = [session.Get(s_song)] }));
}
