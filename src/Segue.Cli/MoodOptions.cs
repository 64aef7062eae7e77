using System.CommandLine;
using Segue.Asking;

namespace Segue.Cli;

/// <summary>A mood in words or as feature targets.</summary>
internal static class MoodOptions
{
    public static readonly Option<string?> Mood = new("--mood") { Description = "A wish in your own words", HelpName = "TEXT" };

    public static readonly Option<string[]> Target = new("--target")
    {
        Description = "An audio feature to aim at, such as valence=high, energy=low or tempo=90..110 (repeatable)",
        HelpName = "FEATURE=VALUE",
        DefaultValueFactory = _ => [],
    };

    public static readonly Option<string[]> MoreLike = new("--more-like")
    {
        Description = "Songs that feel like this song or artist (repeatable)",
        HelpName = "SONG|ARTIST",
        DefaultValueFactory = _ => [],
    };

    public static readonly Option<string[]> LessLike = new("--less-like")
    {
        Description = "Songs that do not feel like this song or artist (repeatable)",
        HelpName = "SONG|ARTIST",
        DefaultValueFactory = _ => [],
    };

    public static readonly Option<string[]> Shift = new("--shift")
    {
        Description = "Like what was named, but moved along a feature by a share of all songs, such as valence=+0.2 (repeatable)",
        HelpName = "FEATURE=+SHARE",
        DefaultValueFactory = _ => [],
    };

    public static readonly Option<string?> Lexicon = new("--lexicon") { Description = "Your own words, read before the built-in ones", HelpName = "FILE" };

    public static readonly Option[] All = [Mood, Target, MoreLike, LessLike, Shift, Lexicon];

    /// <summary>Whether any option asks for a mood.</summary>
    public static bool AnyIn(Session session) => new Option[] { Mood, Target, MoreLike, LessLike, Shift }.Any(session.Has);

    /// <summary>What was understood, and what a person should know before they look at the answers.</summary>
    public static void Write(Session session, WishReading reading)
    {
        session.Say($"Read as {reading.Summary}");
        foreach (string message in reading.Messages)
            session.Say($"Note: {message}");
    }
}
