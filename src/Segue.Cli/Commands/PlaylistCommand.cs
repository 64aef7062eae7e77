using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Asking;
using Segue.Export;
using Segue.Recommending.Playlists;
using Segue.Writing;

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
    private static readonly Option<string?> s_from = new("--from") { Description = "A path of songs that starts with this one", HelpName = "\"TITLE - ARTIST\"" };

    private static readonly Option<string?> s_to = new("--to") { Description = "And ends with this one", HelpName = "\"TITLE - ARTIST\"" };

    private static readonly Option<int> s_steps = new Option<int>("--steps")
    {
        Description = "In so many steps",
        HelpName = "N",
        DefaultValueFactory = _ => new SongPathOptions().Steps,
    }.AtLeast(1);

    private static readonly Option<string?> s_curve = new("--curve")
    {
        Description = $"The energy, or another feature, moves over the list: {string.Join(", ", PlaylistCurve.Shapes)}, or such as valence=fall",
        HelpName = "[FEATURE=]SHAPE",
    };

    private static readonly Option<double> s_minutes = new Option<double>("--minutes")
    {
        Description = "So long in all, within half a minute, instead of -n songs",
        HelpName = "N",
    }.Between(1, 12 * 60);

    private static readonly Option<string?> s_title = new("--title") { Description = "The playlist's name (default: what was asked for)", HelpName = "TEXT" };

    public static Command Create() => new Command(
            "playlist", "A recommendation as M3U8, JSPF, XSPF, CSV or a page: for a listener, for a mood, like some songs, or from one song to another. "
                + "With --among, your own files in that order")
        .With(s_output, s_format, s_title)
        .With(ListenerOptions.All).With(MoodOptions.All).With(SongOptions.Weights)
        .With(SongOptions.Song, s_from, s_to, s_steps, s_curve, s_minutes)
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

        PlaylistRequest request = RequestOf(session);
        using Recommender segue = session.Open();
        PlaylistAnswer answer = segue.MakePlaylist(request, session.Cancellation);
        session.Warn(answer.Warnings);
        if (file is null)
        {
            using MemoryStream text = new();
            format.Write(answer.Playlist, text);
            session.Terminal.WriteDocument(System.Text.Encoding.UTF8.GetString(text.ToArray()));
        }
        else
        {
            if (File.Exists(file))
                session.Note($"segue: {file} is replaced");
            AtomicFile.Write(file, stream => format.Write(answer.Playlist, stream));
        }

        Tell(session, answer, format, file);
    }

    /// <exception cref="WrongUsageException">The options say nothing, or too much.</exception>
    private static PlaylistRequest RequestOf(Session session)
    {
        bool isPath = session.Has(s_from) || session.Has(s_to) || session.Has(s_steps);
        if (isPath && !(session.Has(s_from) && session.Has(s_to)))
            throw new WrongUsageException("a path has two ends: say both --from and --to");
        bool asks = ListenerOptions.AnyIn(session) || MoodOptions.AnyIn(session) || session.Has(SongOptions.Song);
        if (isPath && (asks || new Option[] { FilterOptions.Count, s_curve, s_minutes }.Any(session.Has)))
            throw new WrongUsageException("a path is between --from and --to in --steps; leave out the listener, the mood, --song, -n, --curve and --minutes");
        if (!isPath && !asks)
        {
            throw new WrongUsageException(
                "say what the playlist is for: a listener (--user, --history, --like), --mood, --target, --more-like or --song; or --from and --to");
        }

        if (session.Has(s_minutes) && session.Has(FilterOptions.Count))
            throw new WrongUsageException("say how long with --minutes, or how many songs with -n, not both");
        return new PlaylistRequest
        {
            Songs = SongOptions.Of(session, ListenerOptions.AnyIn(session) ? ListenerOptions.Of(session) : null),
            Title = session.Get(s_title),
            From = session.Get(s_from),
            To = session.Get(s_to),
            Steps = session.Get(s_steps),
            Curve = session.Get(s_curve),
            Minutes = session.Has(s_minutes) ? session.Get(s_minutes) : null,
        };
    }

    private static void Tell(Session session, PlaylistAnswer answer, PlaylistFormat format, string? file)
    {
        if (session.Json)
        {
            JsonObject told = JsonNode.Parse(AnswerJson.Write(answer))!.AsObject();
            told.Insert(0, "file", file);
            told.Insert(1, "format", format.Name);
            session.WriteJson(told);
            return;
        }

        session.Note($"{answer.Rows.Count} songs{(file is null ? "" : $" in {file}")} ({format}), \"{answer.Title}\"");
        if (answer.Annotation.Length > 0)
            session.Warn(answer.Annotation);
        foreach (string missing in answer.Unresolved)
            session.Warn($"not found: {missing}");
    }
}
