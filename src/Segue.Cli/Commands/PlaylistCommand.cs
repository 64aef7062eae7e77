using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Catalogue;
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
        Description = "m3u8, xspf, jspf, csv or html (a page with the curve drawn) (default: by the file's ending, else m3u8)",
        HelpName = "FORMAT",
    }.AcceptOnlyFromAmong([.. PlaylistFormat.All.Select(f => f.Extension[1..])]);
    private static readonly Option<string?> s_title = new("--title") { Description = "The playlist's name (default: what was asked for)", HelpName = "TEXT" };

    public static Command Create() => new Command(
            "playlist", "A recommendation as M3U8, JSPF, XSPF, CSV or a page: for a listener, for a mood, like some songs, or from one song to another. "
                + "With --among, your own files in that order")
        .With(s_output, s_format, s_title)
        .With(ListenerOptions.All).With(MoodOptions.All).With(RecommendCommand.Weights).With(PlaylistSongs.Options)
        .With(FilterOptions.OfSongs)
        .WithExamples(
            "segue playlist --mood \"sad and slow, for a rainy night\" -n 25 -o rain.xspf",
            "segue playlist --user 2 --mood energetic --discovery 0.5 -o run.m3u8",
            "segue playlist --song \"Teardrop - Massive Attack\" --format csv",
            "segue playlist --mood rock --curve peak --minutes 45 --bpm 110..140 -o run.html",
            "segue playlist --from \"Creep - Radiohead\" --to \"Master of Puppets\" --steps 8 -o way.m3u8",
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
        PlaylistSongs songs = PlaylistSongs.Ask(session, model);
        Tracks tracks = model.Songs.Tracks;
        IReadOnlyDictionary<int, string> own = session.Get(FilterOptions.Among) is string among ? AmongFile.Locations(among, tracks) : new Dictionary<int, string>();
        Playlist playlist = new()
        {
            Title = session.Get(s_title) ?? songs.Title,
            Annotation = songs.Annotation,
            Tracks = [.. songs.Rows.Select(r => PlaylistTrack.Of(tracks, r.Track, own.GetValueOrDefault(r.Track, ""), r.Note))],
            Unresolved = songs.Unresolved,
            Graph = songs.Graph(tracks),
        };
        if (file is null)
        {
            using MemoryStream text = new();
            format.Write(playlist, text);
            session.Terminal.WriteDocument(System.Text.Encoding.UTF8.GetString(text.ToArray()));
        }
        else
            Save(playlist, format, file);
        Tell(session, playlist, songs, format, file);
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

    private static void Tell(Session session, Playlist playlist, PlaylistSongs songs, PlaylistFormat format, string? file)
    {
        if (session.Json)
        {
            session.WriteJson(new JsonObject
            {
                ["file"] = file,
                ["format"] = format.Name,
                ["title"] = playlist.Title,
                ["unresolved"] = JsonShapes.Strings(playlist.Unresolved),
                ["annotation"] = playlist.Annotation,
                ["items"] = new JsonArray([.. playlist.Tracks.Zip(songs.Rows, (t, r) => (t, r)).Select((both, i) => ToJson(i + 1, both.t, both.r))]),
            });
            return;
        }

        session.Note($"{playlist.Tracks.Count} songs{(file is null ? "" : $" in {file}")} ({format}), \"{playlist.Title}\"");
        if (playlist.Annotation.Length > 0)
            session.Warn(playlist.Annotation);
        foreach (string missing in playlist.Unresolved)
            session.Warn($"not found: {missing}");
    }

    private static JsonNode? ToJson(int rank, PlaylistTrack track, PlaylistRow row)
    {
        JsonObject json = new()
        {
            ["rank"] = rank,
            ["trackId"] = track.Id,
            ["title"] = track.Title,
            ["artists"] = JsonShapes.Strings(track.Artists),
            ["seconds"] = double.IsFinite(track.Seconds) ? JsonShapes.Round(track.Seconds) : null,
            ["location"] = track.Location.Length > 0 ? track.Location : null,
            ["why"] = row.Note,
        };
        foreach ((string name, JsonNode value) in row.Facts)
            json[name] = value;
        return json;
    }
}
