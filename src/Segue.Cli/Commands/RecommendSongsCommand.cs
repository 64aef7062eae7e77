using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Catalogue;
using Segue.Recommending;

namespace Segue.Cli.Commands;

/// <summary>Songs near songs, or for a wish.</summary>
internal static class RecommendSongsCommand
{
    private const int QueryCharactersMax = 1 << 20;

    private static readonly Option<string[]> s_song = new("--song")
    {
        Description = "Songs like this one (repeatable)",
        HelpName = "\"TITLE - ARTIST\"",
        DefaultValueFactory = _ => [],
    };
    private static readonly Option<string[]> s_songId = new("--song-id")
    {
        Description = "The same by track id (repeatable)",
        HelpName = "ID",
        DefaultValueFactory = _ => [],
    };
    private static readonly Option<string?> s_queries = new("--queries") { Description = "One mood a line; answers one JSON document a line", HelpName = "FILE" };

    public static Command Create() => new Command("songs", "Songs like a song, like several, or for a mood in your own words")
        .With(s_song, s_songId).With(MoodOptions.All).With(s_queries).With(FilterOptions.OfSongs)
        .WithExamples(
            "segue recommend songs --mood \"something sad and slow for a rainy night\"",
            "segue recommend songs --song \"Creep - Radiohead\" -n 20",
            "segue recommend songs --song \"Creep - Radiohead\" --shift valence=+0.3   # like it, but happier; or --mood happier",
            "segue recommend songs --more-like Radiohead --less-like Coldplay --not-genre rock",
            "segue recommend songs --mood \"energetic but not happy\" --genre metal --among my_library.m3u",
            "segue recommend songs --target energy=low --target tempo=90..110")
        .Runs(Run);

    private static void Run(Session session)
    {
        string[] songs = session.Get(s_song), ids = session.Get(s_songId);
        bool asks = MoodOptions.AnyIn(session);
        if (session.Get(s_queries) is string queries)
        {
            if (songs.Length + ids.Length > 0 || session.Has(MoodOptions.Mood))
                throw new WrongUsageException("--queries brings its own wishes; leave out --song, --song-id and --mood");
            AnswerQueries(session, queries);
        }
        else if (asks)
            ForWish(session, session.Get(MoodOptions.Mood) ?? "", songs, ids);
        else if (songs.Length + ids.Length > 0)
            LikeSongs(session, songs, ids);
        else
            throw new WrongUsageException("say what the songs should be like: --song, --song-id, --mood, --target, --more-like or --less-like, or --queries");
    }

    public static void LikeSongs(Session session, string[] songs, string[] ids)
    {
        MoodModel model = MoodModel.Load(session.Home);
        Tracks tracks = model.Songs.Tracks;
        int[] seeds = Seeds(tracks, songs, ids);
        IReadOnlyList<SongRecommendation> items = SongRecommender.Recommend(
            model.Songs, new SongsMood(model.Songs, seeds, toAll: true), FilterOptions.Filter(session, tracks), FilterOptions.Selection(session), seeds);
        string named = string.Join("; ", seeds.Select(tracks.DisplayName));
        if (session.Json)
        {
            JsonArray asked = [.. seeds.Select(s => (JsonNode?)new JsonObject
            {
                ["trackId"] = tracks.Ids[s],
                ["title"] = tracks.Titles[s],
                ["artists"] = JsonShapes.Strings(tracks.ArtistNamesOf(s)),
            })];
            session.WriteJson(Document(new JsonObject { ["songs"] = asked }, model, items));
            return;
        }

        session.Say($"Songs like {named}:");
        Answers.WriteTable(session, items, tracks);
    }

    private static int[] Seeds(Tracks tracks, string[] songs, string[] ids) =>
        [.. songs.Select(s => SongNames.Resolve(tracks, s)).Concat(ids.Select(id => ResolveId(tracks, id))).Distinct()];

    /// <summary>Songs beside a wish are what it is relative to: like them, but happier.</summary>
    private static void ForWish(Session session, string text, string[] songs, string[] ids)
    {
        MoodModel model = MoodModel.Load(session.Home);
        WishMood wish = MoodOptions.Read(session, model, text, Seeds(model.Songs.Tracks, songs, ids));
        IReadOnlyList<SongRecommendation> items = Answer(session, model, wish);
        if (session.Json)
        {
            JsonObject document = Document(new JsonObject { ["mood"] = wish.Text }, model, items);
            document["reading"] = wish.ToJson();
            session.WriteJson(document);
            return;
        }

        session.Say($"Songs for \"{wish.Text}\":");
        MoodOptions.WriteReading(session, wish);
        Answers.WriteTable(session, items, model.Songs.Tracks);
    }

    private static void AnswerQueries(Session session, string path)
    {
        MoodModel model = MoodModel.Load(session.Home);
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            session.Cancellation.ThrowIfCancellationRequested();
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            if (line.Length > QueryCharactersMax)
                throw new DataFormatException(path, number, $"a wish of {line.Length:N0} characters; at most {QueryCharactersMax:N0}");
            JsonObject asked = new() { ["mood"] = line.Trim() };
            try
            {
                WishMood wish = MoodOptions.Read(session, model, line.Trim());
                JsonObject document = Document(asked, model, Answer(session, model, wish));
                document["reading"] = wish.ToJson();
                session.WriteJsonLine(document);
            }
            catch (SegueException e)
            {
                // One wish that cannot be answered leaves the others their answers.
                session.WriteJsonLine(new JsonObject { ["for"] = asked.DeepClone(), ["error"] = e.Message, ["items"] = new JsonArray() });
            }
        }

        if (number == 0)
            throw new DataFormatException(path, 0, "is empty; expected one mood a line");
    }

    private static IReadOnlyList<SongRecommendation> Answer(Session session, MoodModel model, WishMood wish) =>
        SongRecommender.Recommend(model.Songs, wish, FilterOptions.Filter(session, model.Songs.Tracks), FilterOptions.Selection(session), wish.Seeds);

    private static JsonObject Document(JsonObject asked, MoodModel model, IReadOnlyList<SongRecommendation> items) => new()
    {
        ["for"] = asked,
        ["model"] = new JsonObject { ["vdb"] = model.Version },
        ["items"] = new JsonArray([.. items.Select(i => (JsonNode?)Answers.ToJson(i, model.Songs.Tracks))]),
    };

    private static int ResolveId(Tracks tracks, string id)
    {
        string bare = id[(id.LastIndexOfAny([':', '/']) + 1)..].Split('?')[0];
        return tracks.IndexOfId(bare) is >= 0 and var track ? track : throw new UnknownNameException("track id", id, []);
    }
}
