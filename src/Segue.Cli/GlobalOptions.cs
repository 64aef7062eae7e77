using System.CommandLine;

namespace Segue.Cli;

/// <summary>What every command takes.</summary>
internal static class GlobalOptions
{
    public static readonly Option<string> Home = new("--home")
    {
        Description = "Folder that holds data/ and models/ (or SEGUE_HOME)",
        HelpName = "DIR",
        Recursive = true,
        DefaultValueFactory = _ => DefaultHome(),
    };

    public static readonly Option<bool> Json = new("--json") { Description = "One JSON document on stdout; progress and log on stderr", Recursive = true };

    public static readonly Option<bool> Quiet = new("--quiet") { Description = "No progress; warnings about the answer stay", Recursive = true };

    public static readonly Option<int> Threads = new Option<int>("--threads")
    {
        Description = "Threads to use; the answer does not depend on it",
        HelpName = "N",
        Recursive = true,
        DefaultValueFactory = _ => Environment.ProcessorCount,
    }.AtLeast(1);

    public static readonly Option<int> Seed = new("--seed")
    {
        Description = "Seed of everything random: same seed, same bytes",
        HelpName = "N",
        Recursive = true,
        DefaultValueFactory = _ => 1,
    };

    public static readonly IReadOnlyList<Option> All = [Home, Json, Quiet, Threads, Seed];

    /// <summary>The home folder where none is named.</summary>
    public static string DefaultHome() => Environment.GetEnvironmentVariable("SEGUE_HOME") is { Length: > 0 } home ? home : "./segue-home";

    public static Option<int> AtLeast(this Option<int> option, int least)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out int value) && value < least)
                result.AddError($"{option.Name} must be at least {least}, not {value}");
        });
        return option;
    }

    public static Option<double> Between(this Option<double> option, double least, double most)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && double.TryParse(result.Tokens[0].Value, out double value) && !(value >= least && value <= most))
                result.AddError($"{option.Name} must be from {least} to {most}, not {value}");
        });
        return option;
    }
}
