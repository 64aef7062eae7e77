using System.CommandLine;
using System.Globalization;
using Segue.Interactions;

namespace Segue.Cli;

/// <summary>How plays are divided into what is learnt from and what is asked for.</summary>
internal static class SplitOptions
{
    private static readonly Option<string> s_kind = new Option<string>("--split")
    {
        Description = "How to divide plays: random pairs, leave-out (so many artists of each listener), or by dates: leave-last-out, temporal",
        DefaultValueFactory = _ => "random",
    }.AcceptOnlyFromAmong("random", "leave-out", "leave-last-out", "temporal");

    private static readonly Option<int> s_leave = new Option<int>("--leave")
    {
        Description = "Artists to hold out of each listener (leave-out, leave-last-out)",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    }.AtLeast(1);

    private static readonly Option<string?> s_after = new("--after")
    {
        Description = "With --split temporal: hold out what listeners came to from this day on (default: the latest share of pairs)",
        HelpName = "YYYY-MM-DD",
    };

    public static Option[] All => [s_kind, s_leave, s_after];

    /// <exception cref="WrongUsageException">Options that do not go together, or no date.</exception>
    public static Division Of(Session session, double share)
    {
        DivisionKind kind = session.Get(s_kind) switch
        {
            "leave-out" => DivisionKind.LeaveOut,
            "leave-last-out" => DivisionKind.LeaveLastOut,
            "temporal" => DivisionKind.Temporal,
            _ => DivisionKind.Random,
        };
        if (session.Has(s_after) && kind != DivisionKind.Temporal)
            throw new WrongUsageException("--after goes with --split temporal");
        if (session.Has(s_leave) && kind is not (DivisionKind.LeaveOut or DivisionKind.LeaveLastOut))
            throw new WrongUsageException("--leave goes with --split leave-out or leave-last-out");
        DateTimeOffset? after = session.Get(s_after) is string day ? Day(day) : null;
        return new Division { Kind = kind, Share = share, Leave = session.Get(s_leave), After = after };
    }

    private static DateTimeOffset Day(string text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset day)
            ? day
            : throw new WrongUsageException($"--after is '{text}', but must be a day, such as 2009-01-31");
}
