using System.CommandLine;
using System.CommandLine.Help;
using Segue.Catalogue;
using Segue.Cli.Commands;

namespace Segue.Cli;

/// <summary>
/// The tree of commands, and what happens around each: wrong usage is exit code 2 with a suggestion; everything else that goes wrong is one line on
/// stderr (see <see cref="Failure"/>).
/// </summary>
internal static class CommandLine
{
    /// <summary>The terminal of the command that runs in this flow of control; set by <see cref="Invoke"/> only.</summary>
    internal static readonly AsyncLocal<Terminal> Running = new();

    public static Command Create()
    {
        Command root = new("segue", "Recommends artists and songs: by taste (who played what), by mood (how songs feel), and by both, with reasons.\n"
            + "Everything runs on this machine. Start with 'segue demo'.");
        foreach (Option option in GlobalOptions.All)
            root.Options.Add(option);
        root.Options.Add(new HelpOption { Action = new TeachingHelp() });
        root.Options.Add(new VersionOption());
        foreach (Command command in CommandList.All())
            root.Subcommands.Add(command);
        root.WithExamples(
            "segue demo                                              # the whole way through, on an invented sample",
            "segue data import user_artists.dat dataset.csv          # take in plays and tracks",
            "segue train-als && segue build-vdb                      # make both models",
            "segue recommend --user 2 --mood \"calm and dark\"         # artists -> songs -> mood, with reasons");
        return root;
    }

    public static int Run(string[] args, Terminal terminal, CancellationToken cancellation)
    {
        using StopSignals stop = StopSignals.From(cancellation);
        return Run(args, terminal, stop);
    }

    /// <returns>The exit code; whatever happened has been said.</returns>
    public static int Run(string[] args, Terminal terminal, StopSignals stop)
    {
        try
        {
            int code = Invoke(args, terminal, stop.Token);
            terminal.Out.Flush();
            return code;
        }
        catch (Exception e)
        {
            Failure failure = Failure.Of(e, stop.Stopped);
            failure.Tell(terminal, WantsJson(args));
            return failure.ExitCode;
        }
    }

    /// <summary>Whether errors are to be JSON: asked before anything is parsed, for parsing may be what fails.</summary>
    public static bool WantsJson(string[] args) => args.TakeWhile(a => a != "--").Contains(GlobalOptions.Json.Name);

    private static int Invoke(string[] args, Terminal terminal, CancellationToken cancellation)
    {
        Command root = Create();
        ParseResult parsed = root.Parse(
            args.Length == 0 ? ["--help"] : args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        // Help wins over missing arguments.
        if (parsed.Errors.Count > 0 && parsed.Action is not TeachingHelp)
        {
            Failure failure = WrongUsageOf(parsed);
            failure.Tell(terminal, WantsJson(args));
            return failure.ExitCode;
        }

        Running.Value = terminal;
        InvocationConfiguration configuration = new()
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null, // Signals are StopSignals' alone: two that listen cancel two different tokens.
        };
        return parsed.InvokeAsync(configuration, cancellation).GetAwaiter().GetResult();
    }

    private static Failure WrongUsageOf(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string? unknown = parsed.UnmatchedTokens is [string first, ..] ? first : null;
        string message = unknown is not null
            ? $"unknown {(unknown.StartsWith('-') ? "option" : command.Subcommands.Count > 0 ? "command" : "argument")} '{unknown}'"
            : parsed.Errors[0].Message.TrimEnd('.');
        string? near = unknown is null ? null : Near(command, unknown);
        List<string> advice = [$"Try '{PathOf(parsed.CommandResult)} --help'."];
        if (near is not null)
            advice.Insert(0, $"Did you mean '{near}'?");
        return new Failure(Failure.WrongUsage, "wrong-usage", message) { Advice = advice, DidYouMean = near is null ? [] : [near] };
    }

    private static string? Near(Command command, string token)
    {
        IEnumerable<string> known = token.StartsWith('-')
            ? command.Options.Concat(GlobalOptions.All).Select(o => o.Name)
            : command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name);
        return known
            .Select(name => (Name: name, Likeness: Spelling.Similarity(token, name)))
            .Where(n => n.Likeness >= 0.5).OrderByDescending(n => n.Likeness).Select(n => n.Name).FirstOrDefault();
    }

    private static string PathOf(System.CommandLine.Parsing.CommandResult? result)
    {
        List<string> names = [];
        for (System.CommandLine.Parsing.SymbolResult? r = result; r is not null; r = r.Parent)
        {
            if (r is System.CommandLine.Parsing.CommandResult c)
                names.Insert(0, c.Command.Name);
        }

        return string.Join(' ', names);
    }
}

/// <summary>Options that parse but make no sense together: exit code 2.</summary>
internal sealed class WrongUsageException(string message) : Exception(message);
