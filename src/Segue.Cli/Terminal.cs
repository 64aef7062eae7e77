using Spectre.Console;

namespace Segue.Cli;

/// <summary>
/// Where a command writes: answers to <see cref="Out"/>, everything else to <see cref="Error"/>. The only door to the console, so that tests
/// can stand in for it.
/// </summary>
internal sealed class Terminal(TextWriter output, TextWriter error, TextReader input, bool outputIsTerminal, bool errorIsTerminal, TimeProvider time)
{
    private const int WidthWhenRedirected = 160;

    public TextWriter Out { get; } = output;

    public TextWriter Error { get; } = error;

    public TextReader In { get; } = input;

    public bool ErrorIsTerminal { get; } = errorIsTerminal;

    public TimeProvider Time { get; } = time;

    public static Terminal OfProcess() =>
        new(Console.Out, Console.Error, Console.In, !Console.IsOutputRedirected, !Console.IsErrorRedirected, TimeProvider.System);

    /// <summary>For tables: colors and width of a terminal; plain and wide elsewhere. NO_COLOR is honoured.</summary>
    public IAnsiConsole Ansi()
    {
        bool noColor = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Out),
            Ansi = outputIsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = outputIsTerminal && !noColor ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        if (!outputIsTerminal)
            console.Profile.Width = WidthWhenRedirected;
        return console;
    }
}
