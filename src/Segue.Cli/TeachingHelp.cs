using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace Segue.Cli;

/// <summary>The usual help, followed by examples: a command is learned from lines that work.</summary>
internal sealed class TeachingHelp : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        HelpAction usual = new();
        int code = usual.Invoke(parseResult);
        IReadOnlyList<string> examples = Examples.Of(parseResult.CommandResult.Command);
        if (examples.Count > 0)
        {
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (string line in examples)
                output.WriteLine("  " + line);
            output.WriteLine();
        }

        return code;
    }
}

internal static class Examples
{
    private static readonly ConditionalWeakTable<Command, string[]> s_examples = [];

    public static Command WithExamples(this Command command, params string[] lines)
    {
        s_examples.AddOrUpdate(command, lines);
        return command;
    }

    public static IReadOnlyList<string> Of(Command command) => s_examples.TryGetValue(command, out string[]? lines) ? lines : [];
}
