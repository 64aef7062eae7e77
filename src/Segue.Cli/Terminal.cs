using System.Globalization;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Segue.Cli;

/// <summary>
/// Where a command writes: answers to <see cref="Out"/>, everything else to <see cref="Error"/>. The only door to the console, so that tests
/// can stand in for it, and the one place where text is cleaned of what a terminal obeys.
/// </summary>
internal sealed class Terminal
{
    private const int WidthWhenRedirected = 160;

    private readonly TextWriter _output, _error;

    public Terminal(TextWriter output, TextWriter error, TextReader input, bool outputIsTerminal, bool errorIsTerminal, TimeProvider time)
    {
        DispensableWriter dispensable = new(error);
        (_output, _error) = (output, dispensable);
        Out = new CleanWriter(output);
        Error = new CleanWriter(dispensable);
        In = input;
        OutputIsTerminal = outputIsTerminal;
        ErrorIsTerminal = errorIsTerminal;
        Time = time;
        Width = WidthOf(outputIsTerminal);
    }

    /// <summary>Cleaned text of answers. It fails where the answer cannot be written.</summary>
    public TextWriter Out { get; }

    /// <summary>Cleaned text beside the answer. It never fails: where nobody can be told, the work goes on.</summary>
    public TextWriter Error { get; }

    public TextReader In { get; }

    public bool OutputIsTerminal { get; }

    public bool ErrorIsTerminal { get; }

    public TimeProvider Time { get; }

    /// <summary>Columns of what is drawn: those of the terminal; elsewhere COLUMNS, or 160.</summary>
    public int Width { get; init; }

    public static Terminal OfProcess() => new(
        StandardStream.Open(StandardStream.Output),
        StandardStream.Open(StandardStream.Error),
        Console.In,
        !Console.IsOutputRedirected,
        !Console.IsErrorRedirected,
        TimeProvider.System);

    /// <summary>Writes a document for another program, such as a playlist: as it is to a file or pipe, cleaned to a terminal.</summary>
    public void WriteDocument(string text)
    {
        if (OutputIsTerminal)
            Out.Write(text);
        else
            _output.Write(text);
    }

    /// <summary>Replaces the line that was drawn last on stderr.</summary>
    /// <param name="line">Empty to clear it.</param>
    /// <param name="drawn">How long the line before was.</param>
    public void Redraw(string line, int drawn) =>
        _error.Write("\r" + TerminalText.CleanLine(line).PadRight(drawn) + (line.Length == 0 ? "\r" : ""));

    /// <summary>For tables: colors of a terminal, plain elsewhere (and where NO_COLOR says so); no line ends in blanks.</summary>
    public IAnsiConsole Ansi()
    {
        bool noColor = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new Drawing(_output, OutputIsTerminal, Width),
            Ansi = OutputIsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = OutputIsTerminal && !noColor ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = Width;
        console.Pipeline.Attach(new CleanPipeline());
        return console;
    }

    private static int WidthOf(bool isTerminal)
    {
        if (isTerminal && SafeWindowWidth() is > 0 and var width)
            return width;
        string? columns = Environment.GetEnvironmentVariable("COLUMNS");
        return int.TryParse(columns, NumberStyles.None, CultureInfo.InvariantCulture, out int wanted) && wanted is >= 20 and <= 10_000
            ? wanted
            : isTerminal ? 80 : WidthWhenRedirected;
    }

    private static int SafeWindowWidth()
    {
        try
        {
            return Console.WindowWidth;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException)
        {
            return 0;
        }
    }

    private sealed class Drawing(TextWriter output, bool isTerminal, int width) : IAnsiConsoleOutput
    {
        public TextWriter Writer { get; } = new TrimmedLines(output);

        public bool IsTerminal => isTerminal;

        public int Width => width;

        public int Height => 24;

        public void SetEncoding(Encoding encoding)
        {
        }
    }

    /// <summary>Cleans the text of what is drawn, and leaves our own colors.</summary>
    private sealed class CleanPipeline : IRenderHook
    {
        public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) => renderables.Select(r => new Clean(r));

        private sealed class Clean(IRenderable inner) : IRenderable
        {
            public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

            public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => inner.Render(options, maxWidth)
                .Select(s => s.IsControlCode || s.IsLineBreak ? s : new Segment(TerminalText.Clean(s.Text), s.Style));
        }
    }
}

/// <summary>Holds back blanks until something follows them on their line.</summary>
internal sealed class TrimmedLines(TextWriter inner) : TextWriter
{
    private readonly StringBuilder _blanks = new();

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(string? value)
    {
        StringBuilder text = new();
        foreach (char c in value ?? "")
        {
            if (c == ' ')
            {
                _blanks.Append(c);
                continue;
            }

            if (c is '\r' or '\n')
                _blanks.Clear();
            text.Append(_blanks).Append(c);
            _blanks.Clear();
        }

        inner.Write(text.ToString());
    }

    public override void Flush() => inner.Flush();
}
