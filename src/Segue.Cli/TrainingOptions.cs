using System.CommandLine;
using Segue.Making;

namespace Segue.Cli;

/// <summary>What a taste model learns from.</summary>
internal static class TrainingOptions
{
    public static readonly Option<string?> Tags = new("--artist-tags")
    {
        Description = "Who gave which artist which tag (user_taggedartists.dat; default: what was imported with the plays)",
        HelpName = "FILE",
    };

    public static readonly Option<string?> Friends = new("--friends")
    {
        Description = "Who is whose friend (user_friends.dat; default: what was imported with the plays)",
        HelpName = "FILE",
    };

    public static readonly Option<bool> PlaysOnly = new("--plays-only") { Description = "Use no tags and no friends, also where they were imported with the plays" };

    /// <summary>Options of the taste model in a file; each command has its own, as they stand beside different others.</summary>
    public static Option<string?> OptionsFile() => new("--options")
    {
        Description = "Options of the taste model, as 'segue tune --out' writes them",
        HelpName = "FILE.json",
    };

    public static readonly Option<bool> Choose = new("--choose")
    {
        Description = "Choose ridge and popularity exponent by eight short trainings, for data of an odd kind (100 listeners or more)",
    };

    /// <param name="session">The options.</param>
    /// <param name="plays">A file or folder with plays; null for those of the home folder.</param>
    /// <param name="artists">A file with the artists' names, or null.</param>
    public static TrainingSource Of(Session session, string? plays, string? artists = null) => new()
    {
        PlaysPath = plays,
        ArtistsPath = artists,
        TagsPath = session.Get(Tags),
        FriendsPath = session.Get(Friends),
        PlaysOnly = session.Get(PlaysOnly),
    };
}
