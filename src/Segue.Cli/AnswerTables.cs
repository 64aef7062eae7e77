using Segue.Asking;
using Segue.Recommending;

namespace Segue.Cli;

/// <summary>How recommendations look as tables that a person likes to read; JSON has all that these leave out.</summary>
internal static class AnswerTables
{
    /// <summary>A table shows so many reasons of a kind.</summary>
    private const int ReasonsShownMax = 3;

    /// <summary>Columns of parts stand in this order.</summary>
    private static readonly string[] s_parts = ["taste", "recency", "mood", "popularity", "discovery"];

    public static void Write(Session session, IReadOnlyList<ArtistRow> rows)
    {
        AnswerTable table = new AnswerTable().Number("#").Strong("artist").Number("score");
        if (rows.Any(r => r.Reasons.Count > 0))
            table.Reason(rows.Any(r => r.Reasons.Any(why => why.Kind is ReasonKind.TaggedLike or ReasonKind.FriendsPlay)) ? "why" : "because you played");
        foreach (ArtistRow row in rows)
        {
            string why = string.Join(", ", row.Reasons.Select(r => r.Kind switch
            {
                ReasonKind.BecauseYouPlayed => $"{r.Artist} ({r.Part:0%})",
                ReasonKind.TaggedLike => $"tag {r.Text} ({r.Part:0%})",
                ReasonKind.FriendsPlay => $"{r.Text} friends ({r.Part:0%})",
                _ => $"({r})",
            }));
            table.Add([$"{row.Rank}", row.Artist, $"{row.Score:0.000}"], why);
        }

        table.Write(session.Terminal);
    }

    public static void Write(Session session, IReadOnlyList<SongRow> rows)
    {
        // A column for each part that any row has; one part alone is the score.
        string[] parts = [.. s_parts.Where(p => rows.Any(r => PartOf(r, p) != 0))];
        parts = parts.Length > 1 ? parts : [];
        AnswerTable table = new AnswerTable().Number("#").Strong("song").Text("artist").Text("genre", isMinor: true).Number("score");
        foreach (string part in parts)
            table.Number(part == "popularity" ? "pop." : part == "discovery" ? "disc." : part, isMinor: true);
        table.Reason("why");
        foreach (SongRow row in rows)
        {
            table.Add(
                [$"{row.Rank}", row.Title, string.Join(", ", row.Artists), row.Genre ?? "", $"{row.Score:0.00}", .. parts.Select(p => $"{PartOf(row, p):0.00}")],
                Why(row.Reasons));
        }

        table.Write(session.Terminal);
    }

    /// <summary>Songs of a group: what each listener makes of them.</summary>
    public static void Write(Session session, IReadOnlyList<SongRow> rows, IReadOnlyList<ServedListener> listeners)
    {
        AnswerTable table = new AnswerTable().Number("#").Strong("song").Text("artist").Number("score");
        foreach (ServedListener listener in listeners)
            table.Number(listener.Listener, isMinor: true);
        table.Reason("for");
        foreach (SongRow row in rows)
        {
            table.Add(
                [$"{row.Rank}", row.Title, string.Join(", ", row.Artists), $"{row.Score:0.00}", .. row.Scores!.Values.Select(s => $"{s:0.00}")],
                row.ServedListeners!.Count == listeners.Count ? "all" : string.Join(", ", row.ServedListeners));
        }

        table.Write(session.Terminal);
    }

    private static double PartOf(SongRow row, string name) => row.Parts.ByName().FirstOrDefault(p => p.Name == name).Value;

    /// <summary>"you played Massive Attack 34%, Air 12%; sad 97%, calm 93%; less slow 40%".</summary>
    private static string Why(IReadOnlyList<Reason> reasons)
    {
        IEnumerable<Reason> shown = reasons.GroupBy(r => r.Kind).SelectMany(group => group.Take(ReasonsShownMax));
        IEnumerable<string> groups = shown.GroupBy(r => r.Kind).Select(group => group.Key switch
        {
            ReasonKind.BecauseYouPlayed => $"you played {string.Join(", ", group.Select(r => $"{r.Artist} {r.Part:0%}"))}",
            ReasonKind.TaggedLike => $"tagged {string.Join(", ", group.Select(r => $"{r.Text} {r.Part:0%}"))}",
            ReasonKind.PlayedLately => $"lately {string.Join(", ", group.Select(r => $"{r.Artist} {r.Part:0%}"))}",
            ReasonKind.Matches => string.Join(", ", group.Select(r => $"{r.Text} {r.Part:0%}")),
            ReasonKind.Misses => $"less {string.Join(", ", group.Select(r => $"{r.Text} {r.Part:0%}"))}",
            ReasonKind.KeepsAway => string.Join(", ", group.Select(r => $"unlike {r.Text} {r.Part:0%}")),
            _ => string.Join(", ", group),
        });
        return string.Join("; ", groups);
    }
}
