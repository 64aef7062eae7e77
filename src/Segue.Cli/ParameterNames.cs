using System.Text;

namespace Segue.Cli;

/// <summary>What the command line calls the parameters of requests.</summary>
internal static class ParameterNames
{
    /// <summary>Where the option is not simply the parameter's name: "maxPerArtist" is --max-per-artist without being listed.</summary>
    private static readonly Dictionary<string, string> s_options = new(StringComparer.Ordinal)
    {
        ["count"] = "-n",
        ["cutoffs"] = "--k",
        ["disliked"] = "--dislike",
        ["for"] = "the listener",
        ["genres"] = "--genre",
        ["history"] = "--history",
        ["leaveOut"] = "--leave",
        ["models"] = "--model",
        ["artistsPath"] = "--artists",
        ["options"] = "the training",
        ["paths"] = "PATH",
        ["popularityMax"] = "--max-popularity",
        ["popularityMin"] = "--min-popularity",
        ["shifts"] = "--shift",
        ["targets"] = "--target",
        ["tempo"] = "--bpm",
        ["years"] = "--year",
        ["withinDays"] = "--within",
    };

    /// <summary>"--max-per-artist" for "maxPerArtist".</summary>
    public static string OptionOf(string parameter)
    {
        if (s_options.TryGetValue(parameter, out string? option))
            return option;
        StringBuilder name = new("--");
        foreach (char c in parameter)
            name.Append(char.IsAsciiLetterUpper(c) ? $"-{char.ToLowerInvariant(c)}" : c);
        return name.ToString();
    }

    /// <summary>What to do where there is no model or data of a kind.</summary>
    public static string HowToMake(ModelNotFoundException missing) => missing.HasVersions
        ? $"choose one with 'segue model rollback {missing.Kind}'"
        : missing.Kind switch
        {
            "als" => "make one with 'segue train-als'",
            "vdb" => "make one with 'segue build-vdb'",
            "plays" => "import some with 'segue data import PATH', or name a file with --plays",
            _ => "import some with 'segue data import PATH', or name a file with --tracks",
        };
}
