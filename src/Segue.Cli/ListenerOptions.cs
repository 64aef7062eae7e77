using System.CommandLine;
using Segue.Asking;

namespace Segue.Cli;

/// <summary>Who the answer is for: a user of the data, a history from a file, or a few likes and dislikes. They can be combined.</summary>
internal static class ListenerOptions
{
    public static readonly Option<string[]> User = new("--user")
    {
        Description = "A listener of the training data, by id; several of them are a group",
        HelpName = "ID",
        DefaultValueFactory = _ => [],
    };

    public static readonly Option<string[]> History = new("--history")
    {
        Description = "A listener's own history: a list of artists, or an export of plays; several of them are a group",
        HelpName = "FILE",
        DefaultValueFactory = _ => [],
    };

    public static readonly Option<string?> Kept = new("--profile") { Description = "A profile kept by 'segue data import FILE --as NAME'", HelpName = "NAME" };

    public static readonly Option<double> HalfLife = new("--half-life")
    {
        Description = "For --history and --profile: a play counts half when it is so many days older than the last one (0: all count alike)",
        HelpName = "DAYS",
        DefaultValueFactory = _ => 0,
    };

    public static readonly Option<string[]> Like = new("--like")
    {
        Description = "An artist the listener likes (repeatable)",
        HelpName = "ARTIST",
        DefaultValueFactory = _ => [],
    };

    public static readonly Option<string[]> Dislike = new("--dislike")
    {
        Description = "An artist the listener does not like (repeatable)",
        HelpName = "ARTIST",
        DefaultValueFactory = _ => [],
    };

    public static readonly Option[] All = [User, History, Kept, HalfLife, Like, Dislike];

    public static bool AnyIn(Session session) => new Option[] { User, History, Kept, Like }.Any(session.Has);

    /// <summary>The listener, or the group, that the options describe; anybody where they say nothing.</summary>
    /// <exception cref="WrongUsageException">It is not clear whose a like or a profile is.</exception>
    public static Listener Of(Session session)
    {
        string[] users = session.List(User), histories = session.List(History), likes = session.List(Like), dislikes = session.List(Dislike);
        string? kept = session.Get(Kept);
        double halfLife = session.Get(HalfLife);
        if (users.Length <= 1 && histories.Length <= 1)
        {
            return new Listener
            {
                UserId = users.FirstOrDefault(),
                HistoryPath = histories.FirstOrDefault(),
                ProfileName = kept,
                Liked = [.. likes],
                Disliked = [.. dislikes],
                HalfLifeDays = halfLife,
            };
        }

        // Repeated, --user and --history name people; once each, they describe one person together.
        if (likes.Length > 0 || kept is not null)
            throw new WrongUsageException("a group is of --user and --history; with --like and --profile it is not clear whose they are");
        IEnumerable<Listener> members = users.Select(Listener.User).Concat(histories.Select(Listener.History));
        return Listener.Group(members.Select(m => m with { Disliked = [.. dislikes], HalfLifeDays = halfLife }));
    }
}
