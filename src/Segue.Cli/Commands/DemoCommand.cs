using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Factorization;
using Segue.Import;
using Segue.Interactions;
using Segue.Recommending;

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
        TrainAlsCommand.Train(session, world.Plays, new AlsOptions { Factors = 32, Seed = session.Seed, Threads = session.Threads });
        BuildVdbCommand.Build(session, world.Tracks, new VdbOptions());

        // From the files, as every later command does it.
        TasteModel taste = TasteModel.Load(session.Home);
        MoodModel mood = MoodModel.Load(session.Home);
        int user = Typical(taste.Plays);
        Profile profile = Profile.OfUser(taste.Plays, user);
        string id = taste.Plays.UserIds[user];
        IReadOnlyList<ArtistRecommendation> artists = ArtistRecommender.Recommend(taste.Model, taste.Plays, profile, new ArtistOptions { Count = 5 });
        Pipeline pipeline = new(taste.Model, taste.Plays, mood.Songs);
        WishMood wish = new(mood.Songs, Mood.WishReader.For(mood.Songs.Tracks).Read(Wish));
        IReadOnlyList<SongRecommendation> songs = pipeline.Recommend(profile, wish, new PipelineOptions(), new SongFilter(), new SelectionOptions { Count = 8 });
        if (session.Json)
        {
            session.WriteJson(new JsonObject
            {
                ["for"] = new JsonObject { ["user"] = id, ["mood"] = Wish },
                ["model"] = new JsonObject { ["als"] = taste.Version, ["vdb"] = mood.Version },
                ["artists"] = new JsonArray([.. artists.Select(a => (JsonNode?)Answers.ToJson(a, taste.Plays.Artists))]),
                ["items"] = new JsonArray([.. songs.Select(s => (JsonNode?)Answers.ToJson(s, mood.Songs.Tracks))]),
            });
            return;
        }

        session.Say("");
        session.Say($"Listener {id} plays {Loved(taste.Plays, profile)}, and {profile.Artists.Length - 3} others. Artists to try:");
        Answers.WriteTable(session, artists, taste.Plays.Artists);
        session.Say($"Songs for the same listener in the mood \"{Wish}\" (score = taste + mood + popularity):");
        MoodOptions.WriteReading(session, wish);
        Answers.WriteTable(session, songs, mood.Songs.Tracks);
        session.Say($"Next: segue recommend --user {id} --home {session.HomeAsWritten}");
        session.Say("Or with real data: segue data import user_artists.dat dataset.csv, segue train-als, segue build-vdb (see the README).");
    }

    /// <summary>A listener with a history of middling length.</summary>
    private static int Typical(Plays plays)
    {
        int[] byLength = [.. Enumerable.Range(0, plays.Counts.Rows).OrderBy(plays.Counts.RowLength).ThenBy(u => u)];
        return byLength[byLength.Length / 2];
    }

    private static string Loved(Plays plays, Profile profile) => string.Join(", ", profile.Artists.Zip(profile.Plays)
        .OrderByDescending(a => a.Second).ThenBy(a => a.First).Take(3).Select(a => plays.Artists.Names[a.First]));
}
