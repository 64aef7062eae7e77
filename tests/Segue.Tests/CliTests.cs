using Segue.Cli;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the command line keeps its contract (exit codes, one line of error, suggestions). Method: run it in this process with a terminal of
/// our own. Seen to fail: by returning 1 for wrong usage.
/// </summary>
public sealed class CliTests
{
    [Fact]
    public void Help_comes_with_examples()
    {
        (int code, string output, _) = Cli.Run("--help");
        Assert.Equal(0, code);
        Assert.Contains("Examples:", output);
        Assert.Contains("segue recommend", output);
    }

    [Fact]
    public void Nothing_at_all_shows_help() => Assert.Contains("Usage:", Cli.Run().Output);

    [Fact]
    public void A_misspelt_option_is_wrong_usage_with_a_suggestion()
    {
        (int code, string output, string error) = Cli.Run("--sed", "3");
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains("'--seed'", error);
    }

    [Fact]
    public void A_bad_value_is_wrong_usage()
    {
        Assert.Equal(2, Cli.Run("--threads", "0").Code);
        Assert.Equal(2, Cli.Run("--threads", "many").Code);
    }
}

/// <summary>Runs the command line in this process.</summary>
internal static class Cli
{
    public static (int Code, string Output, string Error) Run(params string[] args)
    {
        StringWriter output = new(), error = new();
        Terminal terminal = new(output, error, TextReader.Null, outputIsTerminal: false, errorIsTerminal: false, TimeProvider.System);
        int code = CommandLine.Run(args, terminal, CancellationToken.None);
        return (code, output.ToString(), error.ToString());
    }
}
