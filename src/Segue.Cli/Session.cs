using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Segue.Asking;
using Segue.Making;
using Segue.ModelFiles;

namespace Segue.Cli;

/// <summary>One run of one command: its options, its home, its terminal.</summary>
internal sealed class Session(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions s_jsonLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public Terminal Terminal => terminal;

    public CancellationToken Cancellation => cancellation;

    public string HomeAsWritten => parsed.GetValue(GlobalOptions.Home)!;

    public SegueHome Home { get; } = HomeOf(parsed.GetValue(GlobalOptions.Home)!);

    public bool Json => parsed.GetValue(GlobalOptions.Json);

    public bool Quiet => parsed.GetValue(GlobalOptions.Quiet);

    public int Threads => parsed.GetValue(GlobalOptions.Threads);

    public int Seed => parsed.GetValue(GlobalOptions.Seed);

    public T Get<T>(Option<T> option) => parsed.GetValue(option)!;

    public T Get<T>(Argument<T> argument) => parsed.GetValue(argument)!;

    /// <summary>Whether the user wrote this option, rather than leaving it at its default.</summary>
    public bool Has(Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>All values of a repeatable option; none where the command does not offer it.</summary>
    public string[] List(Option<string[]> option) => parsed.GetValue(option) ?? [];

    /// <summary>The front door to the models of the home folder.</summary>
    public Recommender Open() => Recommender.Open(HomeAsWritten, new RecommenderOptions { LexiconPath = Get(MoodOptions.Lexicon) });

    /// <summary>What makes data and models in the home folder.</summary>
    public ModelMaker Maker => new(HomeAsWritten, terminal.Time);

    /// <summary>What says how good models are.</summary>
    public ModelJudge Judge => new(HomeAsWritten);

    /// <summary>Writes a JSON document that is text already.</summary>
    public void WriteText(string json) => terminal.Out.WriteLine(TerminalText.EscapeJson(json));

    /// <summary>What was done, a line each, on stderr: --quiet hides it.</summary>
    public void Notes(IEnumerable<string> lines)
    {
        foreach (string line in lines)
            Note(line);
    }

    /// <summary>What one must know to trust the answer, a line each.</summary>
    public void Warn(IEnumerable<string> lines)
    {
        foreach (string line in lines)
            Warn(line);
    }

    /// <summary>Writes the one JSON document of this command.</summary>
    public void WriteJson(JsonNode document) => terminal.Out.WriteLine(TerminalText.EscapeJson(document.ToJsonString(s_json)));

    /// <summary>Writes one JSON document on a line of its own.</summary>
    public void WriteJsonLine(JsonNode document) => terminal.Out.WriteLine(TerminalText.EscapeJson(document.ToJsonString(s_jsonLine)));

    /// <summary>A line of the answer for people; nothing when the answer is JSON.</summary>
    public void Say(string line)
    {
        if (!Json)
            terminal.Out.WriteLine(line);
    }

    /// <summary>What is being done, on stderr: --quiet hides it. What changes how an answer is to be taken goes to <see
    /// cref="Warn(string)"/>.</summary>
    public void Note(string line)
    {
        if (!Quiet)
            terminal.Error.WriteLine(line);
    }

    /// <summary>What one must know to trust the answer, on stderr, never hidden: names that did not match, rows left out, leaks found.</summary>
    public void Warn(string line) => terminal.Error.WriteLine(line);

    /// <summary>Progress of long work; dispose it when the work is done.</summary>
    public ProgressBars Bars() => new(terminal, Quiet);

    private static SegueHome HomeOf(string folder)
    {
        if (string.IsNullOrWhiteSpace(folder))
            throw new WrongUsageException("--home names no folder; leave it out for ./segue-home");
        if (File.Exists(folder))
            throw new WrongUsageException($"--home {folder}: is a file; name the folder that holds data/ and models/");
        return new SegueHome(folder);
    }
}

internal static class CommandActions
{
    /// <summary>Runs a command's body with its session.</summary>
    public static Command Runs(this Command command, Action<Session> body)
    {
        command.SetAction((parsed, cancellation) =>
        {
            body(new Session(parsed, CommandLine.Running.Value!, cancellation));
            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>The same for a body that chooses the exit code.</summary>
    public static Command Returns(this Command command, Func<Session, int> body)
    {
        command.SetAction((parsed, cancellation) => Task.FromResult(body(new Session(parsed, CommandLine.Running.Value!, cancellation))));
        return command;
    }

    /// <summary>Adds options and arguments in the order in which help shows them.</summary>
    public static Command With(this Command command, params Symbol[] symbols)
    {
        foreach (Symbol symbol in symbols)
        {
            switch (symbol)
            {
                case Option option:
                    command.Options.Add(option);
                    break;
                case Argument argument:
                    command.Arguments.Add(argument);
                    break;
                case Command sub:
                    command.Subcommands.Add(sub);
                    break;
            }
        }

        return command;
    }
}
