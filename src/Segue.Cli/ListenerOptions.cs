using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Import;
using Segue.Interactions;

namespace Segue.Cli;

/// <summary>Who the answer is for: a user of the data, a history from a file, or a few likes and dislikes. They can be combined.</summary>
internal static class ListenerOptions
{
    public static readonly Option<string?> User = new("--user") { Description = "A listener of the training data, by id", HelpName = "ID" };

    public static readonly Option<string?> History = new("--history")
    {
        Description = "A listener's own history: a list of artists, or an export of plays",
        HelpName = "FILE",
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

    /// <summary>The listener that the options describe; empty when they say nothing.</summary>
    public static Profile Profile(Session session, Plays plays)
    {
        int[] likes = [.. session.Get(Like).Select(plays.Artists.Resolve)];
        int[] dislikes = [.. session.Get(Dislike).Select(plays.Artists.Resolve)];
        Profile profile = Interactions.Profile.Of([]);
        if (session.Get(User) is string user)
            profile = Interactions.Profile.OfUser(plays, plays.ResolveUser(user));
        if (session.Get(History) is string file)
            profile = Interactions.Profile.Join(profile, Importing.Match(session, HistoryReader.Read(file), plays, file));
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
        if (session.Get(User) is string user)
            json["user"] = user;
        if (session.Get(History) is string history)
            json["history"] = history;
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
        if (session.Get(User) is string user)
            parts.Add($"user {user}");
        if (session.Get(History) is string history)
            parts.Add($"the listener of {Path.GetFileName(history)}");
        if (session.Get(Kept) is string kept)
            parts.Add(kept);
        if (session.Get(Like).Length > 0)
            parts.Add($"someone who likes {string.Join(", ", session.Get(Like))}");
        if (session.Get(Dislike).Length > 0)
            parts.Add($"not {string.Join(", ", session.Get(Dislike))}");
        return parts.Count == 0 ? "anybody" : string.Join("; ", parts);
    }
}
