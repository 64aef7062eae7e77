using System.CommandLine;
using System.CommandLine.Help;
using Segue.Catalogue;
using Segue.Cli.Commands;

namespace Segue.Cli;

/// <summary>
/// The tree of commands, and what happens around each: wrong usage is exit code 2 with a suggestion, a <see cref="SegueException"/> or an
/// error of the system is one line on stderr and exit code 1, Ctrl-C is exit code 130 with nothing half-written.
/// </summary>
internal static class CommandLine
{
    /// <summary>The terminal of the command that runs in this flow of control; set by <see cref="Run"/> only.</summary>
    internal static readonly AsyncLocal<Terminal> Running = new();

    private const int Done = 0, Failed = 1, WrongUsage = 2, Interrupted = 130;

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
        Command root = Create();
        if (args.Length == 0)
            args = ["--help"];
        ParseResult parsed = root.Parse(args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        // Help wins over missing arguments.
        if (parsed.Errors.Count > 0 && parsed.Action is not TeachingHelp)
            return WrongUsageOf(parsed, terminal);
        try
        {
            Running.Value = terminal;
            InvocationConfiguration configuration = new() { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false };
            return parsed.InvokeAsync(configuration, cancellation).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            terminal.Error.WriteLine("segue: stopped; nothing was half-written");
            return Interrupted;
        }
        catch (WrongUsageException e)
        {
            terminal.Error.WriteLine($"segue: {e.Message}");
            return WrongUsage;
        }
        catch (Exception e) when (e is SegueException or IOException or UnauthorizedAccessException)
        {
            terminal.Error.WriteLine($"segue: {e.Message.ReplaceLineEndings(" ")}");
            return Failed;
        }
        finally
        {
            terminal.Out.Flush();
        }
    }

    private static int WrongUsageOf(ParseResult parsed, Terminal terminal)
    {
        Command command = parsed.CommandResult.Command;
        string message = parsed.UnmatchedTokens is [string unknown, ..]
            ? $"unknown {(unknown.StartsWith('-') ? "option" : command.Subcommands.Count > 0 ? "command" : "argument")} '{unknown}'"
            : parsed.Errors[0].Message.ReplaceLineEndings(" ").TrimEnd('.');
        terminal.Error.WriteLine($"segue: {message}");
        if (parsed.UnmatchedTokens is [string token, ..])
        {
            IEnumerable<string> known = token.StartsWith('-')
                ? command.Options.Concat(GlobalOptions.All).Select(o => o.Name)
                : command.Subcommands.Select(c => c.Name);
            string? near = known
                .Select(name => (Name: name, Likeness: Spelling.Similarity(token, name)))
                .Where(n => n.Likeness >= 0.5).OrderByDescending(n => n.Likeness).Select(n => n.Name).FirstOrDefault();
            if (near is not null)
                terminal.Error.WriteLine($"Did you mean '{near}'?");
        }

        terminal.Error.WriteLine($"Try '{PathOf(parsed.CommandResult)} --help'.");
        return WrongUsage;
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
