using System.CommandLine;
using Segue.Asking;

namespace Segue.Cli;

/// <summary>How many rows, which, and how varied: shared by everything that recommends.</summary>
internal static class FilterOptions
{
    public static readonly Option<string> Count = new("-n", "--count") { Description = "How many rows, or 'all'", HelpName = "N", DefaultValueFactory = _ => "10" };

    public static readonly Option<string?> ExcludeHeard = YesNoOption(
        "--exclude-heard", "Leave out what the listener has heard (on, except for songs like a song or a mood)");

    public static readonly Option<string[]> Genre = new("--genre")
    {
        Description = "Only songs of this genre (repeatable: any of them)",
        HelpName = "GENRE",
        DefaultValueFactory = _ => [],
    };

    public static readonly Option<string[]> NotGenre = new("--not-genre")
    {
        Description = "No songs of this genre (repeatable)",
        HelpName = "GENRE",
        DefaultValueFactory = _ => [],
    };

    public static readonly Option<string[]> NotArtist = new("--not-artist")
    {
        Description = "Nothing by this artist (repeatable)",
        HelpName = "ARTIST",
        DefaultValueFactory = _ => [],
    };

    public static readonly Option<string?> Explicit = YesNoOption("--explicit", "'no' leaves explicit songs out");

    public static readonly Option<double> PopularityMin = new Option<double>("--min-popularity")
    {
        Description = "0 to 100",
        HelpName = "X",
        DefaultValueFactory = _ => 0,
    }.Between(0, 100);

    public static readonly Option<double> PopularityMax = new Option<double>("--max-popularity")
    {
        Description = "0 to 100",
        HelpName = "X",
        DefaultValueFactory = _ => 100,
    }.Between(0, 100);

    public static readonly Option<string?> Bpm = new("--bpm")
    {
        Description = "Only songs of this tempo, as measured, halved or doubled, such as 90..110",
        HelpName = "FROM..TO",
    };

    public static readonly Option<string?> Year = new("--year")
    {
        Description = "Only songs that came out in these years, such as 1990..1999, ..1979 or 1990s; songs of unknown year are left out",
        HelpName = "FROM..TO",
    };

    public static readonly Option<int> MaxPerArtist = new Option<int>("--max-per-artist")
    {
        Description = "At most so many songs of one artist",
        HelpName = "N",
        DefaultValueFactory = _ => 3,
    }.AtLeast(1);

    public static readonly Option<double> Diversity = new Option<double>("--diversity")
    {
        Description = "0 ranks by score alone; towards 1 the rows differ more from each other, in feel and genre",
        HelpName = "0..1",
        DefaultValueFactory = _ => 0,
    }.Between(0, 1);

    public static readonly Option<int> MaxPerGenre = new Option<int>("--max-per-genre")
    {
        Description = "At most so many songs of one genre (default: no limit)",
        HelpName = "N",
        DefaultValueFactory = _ => int.MaxValue,
    }.AtLeast(1);

    public static readonly Option<string?> Among = new("--among") { Description = "Only these songs: track ids one a line, an M3U or a CSV", HelpName = "FILE" };

    public static readonly Option[] OfArtists = [Count, ExcludeHeard, Genre, NotGenre, NotArtist, Explicit, PopularityMin, PopularityMax];

    public static readonly Option[] OfSongs =
    [
        Count, ExcludeHeard, Genre, NotGenre, NotArtist, Explicit, PopularityMin, PopularityMax, Year, Bpm,
        MaxPerArtist, MaxPerGenre, Diversity, Among,
    ];

    /// <summary>How many rows; <see cref="SongRequest.All"/> for all of them.</summary>
    public static int CountOf(Session session) => session.Get(Count) switch
    {
        null => new SongRequest().Count,
        "all" => SongRequest.All,
        var text when int.TryParse(text, out int n) && n > 0 => n,
        var text => throw new WrongUsageException($"-n takes a positive number or 'all', not '{text}'"),
    };

    /// <summary>What a yes|no option says, or the default where it was not written; the option alone means yes.</summary>
    public static bool Says(Session session, Option<string?> option, bool otherwise) => !session.Has(option)
        ? otherwise
        : session.Get(option)?.ToLowerInvariant() is null or "yes" or "true" or "on";

    // A string, because a bool option does not take a word after it.
    private static Option<string?> YesNoOption(string name, string description)
    {
        Option<string?> option = new(name) { Description = description, HelpName = "yes|no", Arity = ArgumentArity.ZeroOrOne };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && token.Value.ToLowerInvariant() is not ("yes" or "true" or "on" or "no" or "false" or "off"))
                result.AddError($"{name} takes yes or no, not '{token.Value}'");
        });
        return option;
    }
}
