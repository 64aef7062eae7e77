using System.Globalization;
using System.Net;
using System.Text;

namespace Segue.Export;

/// <summary>A feature over a playlist, drawn on its page.</summary>
/// <param name="Name">"energy".</param>
/// <param name="Values">One a song, in the feature's own unit; NaN where unknown.</param>
/// <param name="Targets">What a curve asked for, one a song; empty without a curve.</param>
internal sealed record PlaylistGraph(string Name, IReadOnlyList<double> Values, IReadOnlyList<double> Targets);

/// <summary>
/// A playlist as one HTML page that needs nothing else: the curve drawn over time with every song on it, and the list beneath. Light or dark as the
/// reader's system is; narrow windows lose the reasons' column, not the songs.
/// </summary>
internal static class PlaylistPage
{
    // The drawing's own units; it is scaled to the window's width.
    private const double Width = 1000, Height = 300, Left = 46, Right = 14, Top = 16, Bottom = 34;

    public static void Write(Playlist playlist, TextWriter writer)
    {
        double total = playlist.Tracks.Sum(Known);
        string length = total > 0 ? $" · {Clock(total)}" : "";
        writer.WriteLine($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Html(playlist.Title)}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <main>
            <h1 dir="auto">{Html(playlist.Title)}</h1>
            <p class="about">{playlist.Tracks.Count} songs{length}</p>
            """);
        if (PlaylistText.Clean(playlist.Annotation) is { Length: > 0 } annotation)
            writer.WriteLine($"<p class=\"about\" dir=\"auto\">{WebUtility.HtmlEncode(annotation)}</p>");
        if (playlist.Graph is { } graph && playlist.Tracks.Count > 1 && graph.Values.Any(double.IsFinite))
            Draw(playlist, graph, writer);
        writer.WriteLine("<ol>");
        double start = 0;
        for (int i = 0; i < playlist.Tracks.Count; i++)
        {
            WriteSong(playlist.Tracks[i], start, playlist.Graph?.Values[i] ?? double.NaN, playlist.Graph?.Name, writer);
            start += Known(playlist.Tracks[i]);
        }

        writer.WriteLine("</ol>");
        foreach (string missing in playlist.Unresolved)
            writer.WriteLine($"<p class=\"about\" dir=\"auto\">Not found: {Html(missing)}</p>");
        writer.WriteLine($"<footer>Made by {Html(playlist.Creator)}</footer>\n</main>\n</body>\n</html>");
    }

    private static void WriteSong(PlaylistTrack track, double start, double value, string? feature, TextWriter writer)
    {
        string title = $"<b dir=\"auto\">{Html(track.Title)}</b>";
        // A path of this machine is no address for a page that may be read elsewhere.
        if (track.Address is { } address && address.StartsWith("https://", StringComparison.Ordinal))
            title = $"<a href=\"{WebUtility.HtmlEncode(address)}\" rel=\"noreferrer\">{title}</a>";
        string measured = double.IsFinite(value) ? $"<span class=\"value\" title=\"{feature}\">{Show(value)}</span>" : "<span class=\"value\"></span>";
        string length = track.Seconds > 0 ? Clock(track.Seconds) : "";
        writer.WriteLine($"<li><span class=\"at\">{(start > 0 || length.Length > 0 ? Clock(start) : "")}</span><span class=\"song\">{title}"
            + $"<span class=\"by\" dir=\"auto\">{WebUtility.HtmlEncode(track.Creator)}</span></span>{measured}<span class=\"length\">{length}</span>"
            + $"<span class=\"why\" dir=\"auto\">{Html(track.Note)}</span></li>");
    }

    /// <summary>The values as points in the middle of their songs, the targets as a line behind them.</summary>
    private static void Draw(Playlist playlist, PlaylistGraph graph, TextWriter writer)
    {
        double[] all = [.. graph.Values.Concat(graph.Targets).Where(double.IsFinite)];
        double low = all.Min(), high = all.Max(), room = Math.Max(0.08 * (high - low), 1e-3);
        (low, high) = (low - room, high + room);
        bool timed = playlist.Tracks.All(t => t.Seconds > 0);
        double total = timed ? playlist.Tracks.Sum(Known) : playlist.Tracks.Count, at = 0;
        List<(double X, int Song)> middles = [];
        for (int i = 0; i < playlist.Tracks.Count; i++)
        {
            double length = timed ? playlist.Tracks[i].Seconds : 1;
            middles.Add((Left + (at + length / 2) / total * (Width - Left - Right), i));
            at += length;
        }

        string name = WebUtility.HtmlEncode(graph.Name);
        writer.WriteLine($"<figure><svg viewBox=\"0 0 {Show(Width)} {Show(Height)}\" role=\"img\" aria-label=\"{name} over the playlist\">");
        foreach (double mark in Marks(low, high))
        {
            writer.WriteLine($"<line class=\"grid\" x1=\"{Show(Left)}\" x2=\"{Show(Width - Right)}\" y1=\"{Show(Y(mark))}\" y2=\"{Show(Y(mark))}\"/>"
                + $"<text x=\"{Show(Left - 8)}\" y=\"{Show(Y(mark) + 4)}\" text-anchor=\"end\">{Show(mark)}</text>");
        }

        for (int i = 0; timed && i <= 4; i++)
        {
            string anchor = i == 0 ? "start" : i == 4 ? "end" : "middle";
            double x = Left + i / 4.0 * (Width - Left - Right);
            writer.WriteLine($"<text x=\"{Show(x)}\" y=\"{Show(Height - 10)}\" text-anchor=\"{anchor}\">{Clock(total * i / 4)}</text>");
        }

        if (graph.Targets.Count > 0)
            writer.WriteLine($"<polyline class=\"target\" points=\"{Points(middles, i => graph.Targets[i])}\"/>");
        writer.WriteLine($"<polyline class=\"songs\" points=\"{Points(middles, i => graph.Values[i])}\"/>");
        foreach ((double middle, int song) in middles.Where(m => double.IsFinite(graph.Values[m.Song])))
        {
            PlaylistTrack track = playlist.Tracks[song];
            writer.WriteLine($"<circle cx=\"{Show(middle)}\" cy=\"{Show(Y(graph.Values[song]))}\" r=\"6\"><title>{song + 1}. {Html(track.Title)} - "
                + $"{WebUtility.HtmlEncode(track.Creator)}: {Show(graph.Values[song])}</title></circle>");
        }

        string legend = graph.Targets.Count > 0 ? " <span class=\"key target\"></span>what the curve asks for" : "";
        writer.WriteLine($"</svg><figcaption><span class=\"key songs\"></span>{name} of the songs{legend}</figcaption></figure>");

        double Y(double value) => Top + (high - value) / (high - low) * (Height - Top - Bottom);

        string Points(IEnumerable<(double X, int Song)> songs, Func<int, double> value) =>
            string.Join(' ', songs.Where(s => double.IsFinite(value(s.Song))).Select(s => $"{Show(s.X)},{Show(Y(value(s.Song)))}"));
    }

    /// <summary>Round numbers in a range, three to six of them.</summary>
    private static IEnumerable<double> Marks(double low, double high)
    {
        double least = (high - low) / 5, power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        double step = power * new[] { 1.0, 2, 5, 10 }.First(m => m * power >= least * 0.999);
        for (double n = Math.Ceiling(low / step); n * step <= high; n++)
            yield return n * step;
    }

    private static double Known(PlaylistTrack track) => track.Seconds > 0 ? track.Seconds : 0;

    private static string Html(string text) => WebUtility.HtmlEncode(PlaylistText.Clean(text));

    private static string Show(double value) => value.ToString(Math.Abs(value) >= 10 ? "0.#" : "0.##", CultureInfo.InvariantCulture);

    private static string Clock(double seconds)
    {
        long s = (long)Math.Round(seconds);
        StringBuilder clock = new();
        if (s >= 3600)
            clock.Append(s / 3600).Append(':').Append((s / 60 % 60).ToString("00", CultureInfo.InvariantCulture));
        else
            clock.Append(s / 60);
        return clock.Append(':').Append((s % 60).ToString("00", CultureInfo.InvariantCulture)).ToString();
    }

    private const string Style =
        """
        :root { color-scheme: light dark; --paper: #fbfaf8; --ink: #23202b; --soft: #6d6878; --line: #e4e0e8; --songs: #6a3fd0; --target: #d08a1d; }
        @media (prefers-color-scheme: dark) {
          :root { --paper: #17151c; --ink: #ece9f2; --soft: #9f99ad; --line: #322e3c; --songs: #a98bff; --target: #f0b35a; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 3rem; }
        h1 { margin: 0 0 .3rem; font-size: 1.7rem; line-height: 1.25; overflow-wrap: anywhere; }
        .about { margin: 0 0 .2rem; color: var(--soft); overflow-wrap: anywhere; }
        figure { margin: 1.6rem 0 1rem; }
        svg { display: block; width: 100%; height: auto; overflow: visible; }
        svg text { fill: var(--soft); font-size: 13px; }
        .grid { stroke: var(--line); }
        polyline { fill: none; stroke-linejoin: round; }
        polyline.songs { stroke: var(--songs); stroke-width: 2; }
        polyline.target { stroke: var(--target); stroke-width: 5; stroke-linecap: round; opacity: .55; }
        circle { fill: var(--songs); stroke: var(--paper); stroke-width: 2; }
        figcaption { margin-top: .4rem; color: var(--soft); font-size: .9rem; }
        .key { display: inline-block; width: 1.1rem; height: .3rem; margin: 0 .4rem .2rem .9rem; border-radius: .2rem; }
        .key.songs { margin-left: 0; background: var(--songs); } .key.target { background: var(--target); }
        ol { list-style: none; margin: 1rem 0; padding: 0; counter-reset: song; }
        li { display: grid; grid-template-columns: 2rem 3.6rem minmax(0, 2fr) 3rem 3.2rem minmax(0, 1.6fr); gap: .75rem; align-items: baseline;
             padding: .55rem 0; border-top: 1px solid var(--line); counter-increment: song; }
        li::before { content: counter(song); color: var(--soft); text-align: right; }
        .at, .length, .value { color: var(--soft); text-align: right; font-variant-numeric: tabular-nums; font-size: .9rem; }
        .value { color: var(--songs); }
        .song b, .by { display: block; overflow-wrap: anywhere; } .song b { font-weight: 600; }
        .by, .why { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; }
        a { color: inherit; text-decoration-color: var(--line); text-underline-offset: .2em; }
        footer { margin-top: 2rem; color: var(--soft); font-size: .85rem; }
        @media (max-width: 44rem) {
          li { grid-template-columns: 1.6rem minmax(0, 1fr) 2.6rem 2.8rem; gap: .6rem; }
          .at { display: none; } .why { grid-column: 2 / -1; }
          svg text { font-size: 24px; }
        }
        """;
}
