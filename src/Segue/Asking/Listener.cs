using System.Collections.Immutable;

namespace Segue.Asking;

/// <summary>
/// Who an answer is for: a user of the training data, an own history, a kept profile, likes and dislikes, or several of these at once, which then
/// describe one person; or a <see cref="Group"/> of people. Names are resolved when a request is answered.
/// </summary>
public sealed record Listener
{
    /// <summary>Nobody in particular: answers rest on what many play.</summary>
    public static readonly Listener Anybody = new();

    /// <summary>A user of the training data, by outside id; null for none.</summary>
    public string? UserId { get; init; }

    /// <summary>A kept profile by name (<c>data import --as NAME</c>); null for none.</summary>
    public string? ProfileName { get; init; }

    /// <summary>A file with the listener's own history: an export, or a list of artists; null for none.</summary>
    public string? HistoryPath { get; init; }

    /// <summary>Artists the listener likes, by name.</summary>
    public ImmutableArray<string> Liked { get; init; } = [];

    /// <summary>Artists the listener does not like, by name.</summary>
    public ImmutableArray<string> Disliked { get; init; } = [];

    /// <summary>In a history or profile a play counts half when it is so many days older than the last one; 0: all count alike.</summary>
    public double HalfLifeDays { get; init; }

    /// <summary>The people of a group; empty for one listener.</summary>
    public ImmutableArray<Listener> Members { get; init; } = [];

    /// <summary>Whether this is several people.</summary>
    public bool IsGroup => Members.Length > 0;

    /// <summary>Whether anything is said of the listener that they like.</summary>
    public bool IsKnown => IsGroup || UserId is not null || ProfileName is not null || HistoryPath is not null || Liked.Length > 0;

    /// <summary>A user of the training data.</summary>
    public static Listener User(string id) => new() { UserId = id };

    /// <summary>Somebody who likes these artists.</summary>
    public static Listener Likes(params IEnumerable<string> artists) => new() { Liked = [.. artists] };

    /// <summary>A profile kept in the home folder.</summary>
    public static Listener Profile(string name) => new() { ProfileName = name };

    /// <summary>Somebody's own history from a file.</summary>
    public static Listener History(string path) => new() { HistoryPath = path };

    /// <summary>Several people together; each must differ from the others.</summary>
    public static Listener Group(params IEnumerable<Listener> members) => new() { Members = [.. members] };

    /// <summary>"user 2", "someone who likes Massive Attack; not Coldplay", "anybody".</summary>
    public override string ToString()
    {
        if (IsGroup)
            return string.Join(" and ", Members.Select(m => m.ShortName));
        List<string> parts = [];
        if (UserId is not null)
            parts.Add($"user {UserId}");
        if (HistoryPath is not null)
            parts.Add($"the listener of {Path.GetFileName(HistoryPath)}");
        if (ProfileName is not null)
            parts.Add(ProfileName);
        if (Liked.Length > 0)
            parts.Add($"someone who likes {string.Join(", ", Liked)}");
        if (Disliked.Length > 0)
            parts.Add($"not {string.Join(", ", Disliked)}");
        return parts.Count == 0 ? "anybody" : string.Join("; ", parts);
    }

    /// <summary>What the person is called in a group's answer: "user 2", or a history's file.</summary>
    internal string ShortName => UserId is not null ? $"user {UserId}" : HistoryPath is not null ? Path.GetFileName(HistoryPath) : ToString();

    internal IEnumerable<RequestFault> Faults()
    {
        if (HalfLifeDays is not (0 or (>= HalfLifeDaysMin and < HalfLifeDaysMax)))
            yield return new("halfLife", $"takes 0 or a number of days from {HalfLifeDaysMin}, not {HalfLifeDays}", $"0..{HalfLifeDaysMax}");
        if (Members.FirstOrDefault(m => m.IsGroup) is not null)
            yield return new("for", "is a group of groups; a group is of listeners", "listeners");
        if (Members.Any(m => !m.IsKnown))
            yield return new("for", "has somebody in the group of whom nothing is known", "listeners");
        if (Members.GroupBy(m => m.Identity).FirstOrDefault(g => g.Count() > 1) is { } twice)
            yield return new("for", $"names '{twice.First().Name}' twice; a group is of different listeners", "different listeners");
        foreach (RequestFault fault in Members.SelectMany(m => m.Faults()))
            yield return fault;
    }

    /// <summary>A minute and a half: times are known to the second, and a history of one play is no taste.</summary>
    private const double HalfLifeDaysMin = 0.001, HalfLifeDaysMax = 1e6;

    private string Name => UserId ?? HistoryPath ?? ToString();

    private string Identity => $"{UserId}\n{(HistoryPath is null ? "" : Path.GetFullPath(HistoryPath))}\n{ProfileName}\n{string.Join('\n', Liked)}";
}
