using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Import;
using Segue.Interactions;

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

    /// <summary>Whether the options speak of several listeners: --user or --history is repeated. Once each, they describe one listener together.</summary>
    public static bool IsGroup(Session session) => session.Get(User).Length > 1 || session.Get(History).Length > 1;

    /// <summary>The listeners of a group, each with what to call them.</summary>
    /// <exception cref="WrongUsageException">Somebody is named twice, or --like does not say whose it is.</exception>
    public static IReadOnlyList<(string Name, Profile Profile)> Group(Session session, Plays plays)
    {
        string[] users = session.Get(User), files = session.Get(History);
        string? twice = users.GroupBy(u => u).Concat(files.GroupBy(f => Path.GetFullPath(f))).FirstOrDefault(g => g.Count() > 1)?.Key;
        if (twice is not null)
            throw new WrongUsageException($"'{twice}' is named twice; a group is of different listeners");
        if (session.Get(Like).Length > 0 || session.Get(Kept) is not null)
            throw new WrongUsageException("a group is of --user and --history; with --like and --profile it is not clear whose they are");
        int[] dislikes = [.. session.Get(Dislike).Select(plays.Artists.Resolve)];
        Profile disliked = Interactions.Profile.Of([], dislikes);
        return
        [
            .. users.Select(u => ($"user {u}", Interactions.Profile.Join(Interactions.Profile.OfUser(plays, plays.ResolveUser(u)), disliked))),
            .. files.Select(f => (Path.GetFileName(f), Interactions.Profile.Join(Read(f), disliked))),
        ];

        Profile Read(string file) => Importing.Match(session, HistoryReader.Read(file, session.Cancellation), plays, file);
    }

    /// <summary>The listener that the options describe; empty when they say nothing.</summary>
    /// <exception cref="WrongUsageException">They describe several.</exception>
    public static Profile Profile(Session session, Plays plays)
    {
        if (IsGroup(session))
            throw new WrongUsageException("this answers one listener; several of --user or --history go with 'segue recommend' and 'segue playlist'");
        int[] likes = [.. session.Get(Like).Select(plays.Artists.Resolve)];
        int[] dislikes = [.. session.Get(Dislike).Select(plays.Artists.Resolve)];
        Profile profile = Interactions.Profile.Of([]);
        if (session.Get(User) is [string user])
            profile = Interactions.Profile.OfUser(plays, plays.ResolveUser(user));
        if (session.Get(History) is [string file])
            profile = Interactions.Profile.Join(profile, Importing.Match(session, HistoryReader.Read(file, session.Cancellation), plays, file));
        if (session.Get(Kept) is string kept)
            profile = Interactions.Profile.Join(profile, Importing.Match(session, new ListenerProfiles(session.Home.Folder).Load(kept), plays, kept));
        if (likes.Length == 0 && dislikes.Length == 0)
            return profile;

        // A like weighs as much as a typical artist of the history; alone, all likes weigh the same.
        float plain = profile.Plays.Length > 0 ? profile.Plays.Order().ElementAt(profile.Plays.Length / 2) : 1;
        return Interactions.Profile.Join(profile, Interactions.Profile.Of(likes.Select(a => (a, plain)), dislikes));
    }

    /// <summary>The "for" of an answer.</summary>
    public static JsonObject ToJson(Session session)
    {
        JsonObject json = [];
        if (session.Get(User) is [string user])
            json["user"] = user;
        if (session.Get(History) is [string history])
            json["history"] = history;
        if (IsGroup(session))
        {
            json["users"] = JsonShapes.Strings(session.Get(User));
            json["histories"] = JsonShapes.Strings(session.Get(History));
        }

        if (session.Get(Kept) is string kept)
            json["profile"] = kept;
        if (session.Get(Like).Length > 0)
            json["like"] = JsonShapes.Strings(session.Get(Like));
        if (session.Get(Dislike).Length > 0)
            json["dislike"] = JsonShapes.Strings(session.Get(Dislike));
        return json;
    }

    /// <summary>"user 2", "someone who likes Massive Attack".</summary>
    public static string Describe(Session session)
    {
        List<string> parts = [];
        parts.AddRange(session.Get(User).Select(user => $"user {user}"));
        parts.AddRange(session.Get(History).Select(history => $"the listener of {Path.GetFileName(history)}"));
        if (session.Get(Kept) is string kept)
            parts.Add(kept);
        if (session.Get(Like).Length > 0)
            parts.Add($"someone who likes {string.Join(", ", session.Get(Like))}");
        if (session.Get(Dislike).Length > 0)
            parts.Add($"not {string.Join(", ", session.Get(Dislike))}");
        return parts.Count == 0 ? "anybody" : string.Join("; ", parts);
    }
}
