using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Catalogue;
using Segue.Interactions;
using Segue.Recommending;
using Segue.Recommending.Playlists;

namespace Segue.Cli.Commands;

/// <summary>A recommendation of songs as a file that other programs play.</summary>
internal static class PlaylistCommand
{
    private static readonly Option<string?> s_output = new("--output", "-o")
    {
        Description = "File to write; its ending says the format (default: the standard output)",
        HelpName = "FILE",
    };
    private static readonly Option<string?> s_format = new Option<string?>("--format")
    {
        Description = "m3u8, xspf, jspf or csv (default: by the file's ending, else m3u8)",
        HelpName = "FORMAT",
    }.AcceptOnlyFromAmong([.. PlaylistFormat.All.Select(f => f.Extension[1..])]);
    private static readonly Option<string?> s_title = new("--title") { Description = "The playlist's name (default: what was asked for)", HelpName = "TEXT" };
    private static readonly Option<string[]> s_song = new("--song")
    {
        Description = "Songs like this one (repeatable)",
        HelpName = "\"TITLE - ARTIST\"",
        DefaultValueFactory = _ => [],
    };

    public static Command Create() => new Command(
            "playlist", "A recommendation as M3U8, JSPF, XSPF or CSV: for a listener, for a mood, or like some songs. With --among, your own files in that order")
        .With(s_output, s_format, s_title)
        .With(ListenerOptions.All).With(MoodOptions.All).With(s_song).With(FilterOptions.OfSongs)
        .WithExamples(
            "segue playlist --mood \"sad and slow, for a rainy night\" -n 25 -o rain.xspf",
            "segue playlist --user 2 --mood energetic -o run.m3u8",
            "segue playlist --song \"Teardrop - Massive Attack\" --format csv",
            "segue playlist --mood calm --among my_library.m3u -n all -o calm.m3u8")
        .Runs(Run);

    private static void Run(Session session)
    {
        string? file = session.Get(s_output);
        PlaylistFormat format = session.Get(s_format) is string name ? PlaylistFormat.All.Single(f => f.Extension[1..] == name)
            : file is not null ? PlaylistFormat.OfFile(file)
            : PlaylistFormat.M3u8;
        if (file is null && session.Json)
            throw new WrongUsageException("--json tells about the playlist on the standard output, so the playlist needs a file: add -o FILE");

        MoodModel model = MoodModel.Load(session.Home);
        List<string> unresolved = [];
        (string title, string annotation, IReadOnlyList<SongRecommendation> items) = Recommend(session, model, unresolved);
        Tracks tracks = model.Songs.Tracks;
        IReadOnlyDictionary<int, string> own = session.Get(FilterOptions.Among) is string among ? AmongFile.Locations(among, tracks) : new Dictionary<int, string>();
        Playlist playlist = new()
        {
            Title = session.Get(s_title) ?? title,
            Annotation = annotation,
            Tracks = [.. items.Select(i => PlaylistTrack.Of(
                tracks, i.Track, own.GetValueOrDefault(i.Track, ""), string.Join("; ", i.Reasons.Take(3).Select(r => r.ToString()))))],
            Unresolved = unresolved,
        };
        if (file is null)
        {
            using MemoryStream text = new();
            format.Write(playlist, text);
            session.Terminal.Out.Write(System.Text.Encoding.UTF8.GetString(text.ToArray()));
        }
        else
            Save(playlist, format, file);
        Tell(session, playlist, format, file);
    }

    private static (string Title, string Annotation, IReadOnlyList<SongRecommendation> Items) Recommend(Session session, MoodModel model, List<string> unresolved)
    {
        string[] songs = session.Get(s_song);
        int[] seeds = [.. Seeds(model.Songs.Tracks, songs, unresolved).Distinct()];
        bool listener = ListenerOptions.AnyIn(session);
        WishMood? wish = MoodOptions.AnyIn(session) || listener && seeds.Length > 0
            ? MoodOptions.Read(session, model, session.Get(MoodOptions.Mood) ?? "", seeds)
            : null;
        if (wish is not null)
            unresolved.AddRange(wish.Wish.NotUnderstood);
        SongFilter filter = FilterOptions.Filter(session, model.Songs.Tracks);
        SelectionOptions selection = FilterOptions.Selection(session);
        string read = wish is null ? "" : $"Read as {wish.Wish}.";
        if (listener)
        {
            TasteModel taste = TasteModel.Load(session.Home);
            Profile profile = ListenerOptions.Profile(session, taste.Plays);
            PipelineOptions options = new() { ExcludeHeard = FilterOptions.Says(session, FilterOptions.ExcludeHeard, otherwise: true) };
            string title = $"For {ListenerOptions.Describe(session)}{(wish is null ? "" : $": {wish.Text}")}";
            return (title, read, new Pipeline(taste.Model, taste.Plays, model.Songs).Recommend(profile, wish, options, filter, selection));
        }

        if (wish is null && songs.Length > 0)
        {
            IReadOnlyList<SongRecommendation> near = SongRecommender.Recommend(model.Songs, new SongsMood(model.Songs, seeds, toAll: true), filter, selection, seeds);
            return ($"Like {string.Join("; ", seeds.Select(model.Songs.Tracks.DisplayName))}", "", near);
        }

        if (wish is null)
            throw new WrongUsageException("say what the playlist is for: a listener (--user, --history, --like), --mood, --target, --more-like or --song");
        return (wish.Text, read, SongRecommender.Recommend(model.Songs, wish, filter, selection, wish.Seeds));
    }

    /// <summary>A song that is not there leaves the others their playlist; none at all is an error.</summary>
    private static List<int> Seeds(Tracks tracks, string[] songs, List<string> unresolved)
    {
        List<int> found = [];
        UnknownNameException? problem = null;
        foreach (string song in songs)
        {
            try
            {
                found.Add(SongNames.Resolve(tracks, song));
            }
            catch (UnknownNameException e)
            {
                problem ??= e;
                unresolved.Add(song);
            }
        }

        return found.Count > 0 || problem is null ? found : throw problem;
    }

    /// <summary>Beside it and renamed, so that a player never reads half of it.</summary>
    private static void Save(Playlist playlist, PlaylistFormat format, string file)
    {
        string temporary = file + ".new";
        try
        {
            using (FileStream stream = File.Create(temporary))
                format.Write(playlist, stream);
            File.Move(temporary, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary))
                File.Delete(temporary);
            throw new SegueException($"{file}: cannot be written ({e.Message.TrimEnd('.')})", e);
        }
    }

    private static void Tell(Session session, Playlist playlist, PlaylistFormat format, string? file)
    {
        if (session.Json)
        {
            session.WriteJson(new JsonObject
            {
                ["file"] = file,
                ["format"] = format.Name,
                ["title"] = playlist.Title,
                ["unresolved"] = JsonShapes.Strings(playlist.Unresolved),
                ["items"] = new JsonArray([.. playlist.Tracks.Select((t, i) => (JsonNode?)new JsonObject
                {
                    ["rank"] = i + 1,
                    ["trackId"] = t.Id,
                    ["title"] = t.Title,
                    ["artists"] = JsonShapes.Strings(t.Artists),
                    ["location"] = t.Location.Length > 0 ? t.Location : null,
                })]),
            });
            return;
        }

        session.Note($"{playlist.Tracks.Count} songs{(file is null ? "" : $" in {file}")} ({format}), \"{playlist.Title}\"");
        foreach (string missing in playlist.Unresolved)
            session.Note($"not found: {missing}");
    }
}
