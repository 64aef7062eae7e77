using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Asking;
using Segue.Factorization;
using Segue.Import;
using Segue.Interactions;
using Segue.Making;

namespace Segue.Cli.Commands;

/// <summary>The main job on the built-in sample.</summary>
internal static class DemoCommand
{
    private const string Wish = "calm and dreamy";

    public static Command Create() => new Command("demo", "The whole way through on a built-in sample: train, index, recommend for one listener, with reasons")
        .WithExamples("segue demo", "segue demo --json --home /tmp/segue-demo")
        .Runs(Run);

    private static void Run(Session session)
    {
        session.Note(Sample.Notice);
        SampleWorld world = Sample.Generate(session.Seed);
        TrainRequest training = new() { Options = new AlsOptions { Factors = 32, Seed = session.Seed, Threads = session.Threads } };
        BuildRequest building = new() { Threads = session.Threads };
        using (ProgressBars bars = session.Bars())
        {
            TrainAlsCommand.Say(session, session.Maker.Train(world.Plays, null, training, bars, [], session.Cancellation));
            BuiltDatabase built = session.Maker.BuildAsync(world.Tracks, building, bars, [], session.Cancellation).GetAwaiter().GetResult();
            BuildVdbCommand.Say(session, built.Report);
        }

        // From the files, as every later command does it.
        using Recommender segue = session.Open();
        int user = Typical(world.Plays);
        string id = world.Plays.UserIds[user];
        Listener listener = Listener.User(id);
        ArtistAnswer artists = segue.RecommendArtists(new ArtistRequest { For = listener, Count = 5 }, session.Cancellation);
        SongAnswer songs = segue.RecommendSongs(new SongRequest { For = listener, Mood = Wish, Count = 8 }, session.Cancellation);
        if (session.Json)
        {
            session.WriteJson(new JsonObject
            {
                ["for"] = new JsonObject { ["user"] = id, ["mood"] = Wish },
                ["model"] = new JsonObject { ["als"] = songs.Model.Als, ["vdb"] = songs.Model.Vdb },
                ["artists"] = JsonNode.Parse(AnswerJson.Write(artists))!["items"]!.DeepClone(),
                ["items"] = JsonNode.Parse(AnswerJson.Write(songs))!["items"]!.DeepClone(),
            });
            return;
        }

        session.Say("");
        session.Say($"Listener {id} plays {Loved(world.Plays, user)}, and {world.Plays.Counts.RowLength(user) - 3} others. Artists to try:");
        AnswerTables.Write(session, artists.Rows);
        session.Say($"Songs for the same listener in the mood \"{Wish}\" (score = taste + mood + popularity):");
        MoodOptions.Write(session, songs.Reading!);
        AnswerTables.Write(session, songs.Rows);
        session.Say($"Next: segue recommend --user {id} --home {session.HomeAsWritten}");
        session.Say("Or with real data: segue data import user_artists.dat dataset.csv, segue train-als, segue build-vdb (see the README).");
    }

    /// <summary>A listener with a history of middling length.</summary>
    private static int Typical(Plays plays)
    {
        int[] byLength = [.. Enumerable.Range(0, plays.Counts.Rows).OrderBy(plays.Counts.RowLength).ThenBy(u => u)];
        return byLength[byLength.Length / 2];
    }

    private static string Loved(Plays plays, int user) => string.Join(", ", Enumerable.Range(0, plays.Counts.RowLength(user))
        .Select(k => (Artist: plays.Counts.RowIndices(user)[k], Plays: plays.Counts.RowValues(user)[k]))
        .OrderByDescending(a => a.Plays).ThenBy(a => a.Artist).Take(3).Select(a => plays.Artists.Names[a.Artist]));
}
