using Segue.Making;

namespace Segue.Cli;

/// <summary>What is in data, one line a kind.</summary>
internal static class DataLines
{
    public static void Say(Session session, DataReport found)
    {
        if (found.Plays is { } plays)
        {
            session.Say($"plays     {plays.Users:N0} listeners, {plays.Artists:N0} artists, {plays.Nonzeros:N0} pairs{VersionOf(plays.Version)}");
            string[] beside =
            [
                .. plays.Taggings is int taggings ? [$"{taggings:N0} tags of artists"] : Array.Empty<string>(),
                .. plays.Friendships is int friendships ? [$"{friendships:N0} friendships of listeners"] : Array.Empty<string>(),
            ];
            if (beside.Length > 0)
                session.Say("          with " + string.Join(" and ", beside));
        }

        if (found.Tracks is { } tracks)
            session.Say($"tracks    {tracks.Tracks:N0} tracks, {tracks.Artists:N0} artists, {tracks.Genres:N0} genres{VersionOf(tracks.Version)}");
        if (found.History is { } history)
            session.Say($"history   {history.Plays:N0} plays and {history.Skips:N0} skips of {history.Artists:N0} artists, last {history.Last}");
    }

    /// <summary>What an import took in: as JSON, or the ledger's summary and a line a kind.</summary>
    public static void Tell(Session session, DataReport kept)
    {
        foreach (string note in kept.Notes)
            session.Warn($"segue: {note}");
        if (session.Json)
        {
            session.WriteText(MakingJson.Write(kept));
            return;
        }

        foreach (string line in kept.Ledger?.Summary() ?? [])
            session.Say(line);
        Say(session, kept);
    }

    private static string VersionOf(string? version) => version is null ? "" : $"  -> version {version}";
}
