using System.Text.Json.Nodes;
using Segue.Cli;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: what people and programs see is readable and harmless: tables at every width, cleaned text, errors as one line or one line of JSON, warnings
/// that --quiet leaves. Method: a terminal of our own. Seen to fail: with a table of one width, and with Note for warnings.
/// </summary>
public sealed class TerminalTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("Björk שלום 방탄 👩‍🎤", "Björk שלום 방탄 👩‍🎤")]
    [InlineData("a\u001b[31mred\u001b[0m", "a [31mred [0m")]
    [InlineData("\u009b31m\u0007\u0085\r", " 31m   ")]
    [InlineData("\u202Etxet\u202C \u2066x\u2069", "txet x")]
    [InlineData("two\nlines\tand a tab", "two\nlines\tand a tab")]
    public void Text_is_cleaned_of_what_a_terminal_obeys(string text, string clean)
    {
        (Terminal terminal, StringWriter output, StringWriter error) = New(80);
        terminal.Out.Write(text);
        terminal.Error.Write(text);
        terminal.Ansi().Write(new Spectre.Console.Text(text.Replace("\n", " ").Replace("\t", " ")));
        Assert.StartsWith(clean, output.ToString());
        Assert.Equal(clean, error.ToString());
        Assert.DoesNotContain(output.ToString(), c => char.IsControl(c) && c is not ('\n' or '\t') || c is '\u202E' or '\u2066');
    }

    [Theory]
    [InlineData("\u001b[31m", "\\u001b[31m")]
    [InlineData("\u202Ex", "\\u202ex")]
    [InlineData("é", "é")]
    public void Json_keeps_everything_escaped(string text, string written)
    {
        string json = TerminalText.EscapeJson($"{{\"a\":\"{text}\"}}");
        Assert.Equal($"{{\"a\":\"{written}\"}}", json);
        Assert.Equal(text, (string?)JsonNode.Parse(json)!["a"]);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(99)]
    public void Narrow_tables_have_two_lines_a_row_and_none_too_long(int width)
    {
        string[] lines = Draw(width);
        Assert.All(lines, l => Assert.True(Cells(l) <= width, $"{Cells(l)} columns: {l}"));
        Assert.All(lines, l => Assert.False(l.EndsWith(' '), $"trailing blanks: '{l}'"));
        int row = Array.FindIndex(lines, l => l.StartsWith("  1 ", StringComparison.Ordinal) || l.StartsWith(" 1 ", StringComparison.Ordinal));
        Assert.Contains("0.98", lines[row]);
        Assert.StartsWith("    ", lines[row + 1]);
        Assert.Contains("why: ", string.Join(' ', lines[(row + 1)..(row + 3)]));
        // No word of a reason is broken.
        Assert.Contains("Massive", string.Join(' ', lines).Split(' '));
        Assert.Contains("unforgettable", string.Join(' ', lines).Split([' ', ';']));
    }

    [Theory]
    [InlineData(160)]
    [InlineData(200)]
    public void Wide_tables_have_the_reason_as_their_last_column(int width)
    {
        string[] lines = Draw(width);
        Assert.Contains(lines, l => l.Contains("0.98") && l.Contains("you played Massive Attack"));
        Assert.All(lines, l => Assert.True(Cells(l) <= width && !l.EndsWith(' '), l));
    }

    [Fact]
    public void Columns_line_up_under_wide_characters()
    {
        string[] lines = [.. Draw(60).Where(l => l.Contains("0.9"))];
        Assert.Single(lines.Select(l => Cells(l[..(l.IndexOf("0.9", StringComparison.Ordinal) + 4)])).Distinct());
    }

    [Fact]
    public void Warnings_stay_when_quiet()
    {
        using ScratchFolder folder = new();
        string home = folder.File("home");
        Assert.Equal(0, Tests.Cli.Run("demo", "--quiet", "--home", home).Code);
        (_, _, string error) = Tests.Cli.Run("recommend", "--user", "2", "--quiet", "--home", home);
        Assert.Contains("have songs in the catalogue", error);
    }

    [Theory]
    [InlineData("wrong-usage", 2, "recommend", "--nonsense")]
    [InlineData("wrong-usage", 2, "--threads", "0", "data", "list")]
    [InlineData("wrong-usage", 2, "data", "list", "--home", "")]
    [InlineData("data", 1, "data", "check", "EMPTY")]
    [InlineData("failed", 1, "data", "check", "/nowhere/at/all")]
    public void Errors_are_json_where_answers_are(string kind, int exitCode, params string[] args)
    {
        using ScratchFolder folder = new();
        File.WriteAllText(folder.File("empty"), "");
        string[] line = [.. args.Select(a => a == "EMPTY" ? folder.File("empty") : a)];
        (int code, string output, string error) = Tests.Cli.Run([.. line, "--json"]);
        Assert.Equal(exitCode, code);
        Assert.Empty(output);
        JsonNode said = JsonNode.Parse(Assert.Single(error.TrimEnd('\n').Split('\n')))!["error"]!;
        Assert.Equal(kind, (string?)said["kind"]);
        (code, _, string plain) = Tests.Cli.Run(line);
        Assert.Equal(exitCode, code);
        Assert.StartsWith($"segue: {said["message"]}", plain);
    }

    public static TheoryData<string, int, string> Thrown => new()
    {
        { "cancelled", 143, "stopped" }, { "many", 1, "unknown-name" }, { "full", 1, "disk-full" }, { "memory", 1, "out-of-memory" }, { "bug", 1, "fault" },
        { "reader", 0, "reader-gone" }, { "wrapped reader", 0, "reader-gone" }, { "static", 1, "data" }, { "cancelled from inside", 1, "failed" },
    };

    [Theory]
    [MemberData(nameof(Thrown))]
    public void Whatever_is_thrown_has_one_name(string thrown, int code, string kind)
    {
        Exception e = thrown switch
        {
            "cancelled" => new AggregateException(new TaskCanceledException(), new ObjectDisposedException("x")),
            "many" => new AggregateException(new InvalidOperationException(), new AggregateException(new UnknownNameException("artist", "x", ["y"]))),
            "full" => new IOException("No space left on device", 28),
            "memory" => new AggregateException(new InsufficientMemoryException()),
            "bug" => new InvalidCastException("one\ntwo"),
            "reader" => new ReaderGoneException(),
            "wrapped reader" => new SegueException("x", new AggregateException(new ReaderGoneException())),
            "static" => new TypeInitializationException("T", new DataException("f", 3, "bad")),
            _ => new OperationCanceledException(),
        };
        Failure failure = Failure.Of(e, thrown == "cancelled" ? 143 : null);
        Assert.Equal((code, kind), (failure.ExitCode, failure.Kind));
        (Terminal terminal, _, StringWriter error) = New(80);
        failure.Tell(terminal, asJson: false);
        Assert.True(error.ToString().Count(c => c == '\n') == (kind == "reader-gone" ? 0 : 1), error.ToString());
    }

    private static string[] Draw(int width)
    {
        (Terminal terminal, StringWriter output, _) = New(width);
        AnswerTable table = new AnswerTable().Number("#").Strong("song").Text("artist").Text("genre", isMinor: true)
            .Number("score").Number("taste", isMinor: true).Reason("why");
        table.Add(
            ["1", "サザンオールスターズ いとしのエリー", "Southern All Stars", "j-pop", "0.98", "0.76"],
            "you played Massive Attack 34%, Air 12%; unforgettable; sad 97%");
        table.Add(["2", "A\nsong [of] two lines", "Somebody", "", "0.97", "0.75"], "you played Massive Attack 34%");
        table.Add(["3", "Short 👩‍🎤", "방탄소년단", "k-pop", "0.96", "0.75"]);
        table.Write(terminal);
        return output.ToString().TrimEnd('\n').Split('\n');
    }

    private static int Cells(string line) => new Spectre.Console.Rendering.Segment(line).CellCount();

    private static (Terminal Terminal, StringWriter Output, StringWriter Error) New(int width)
    {
        StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        return (new Terminal(output, error, TextReader.Null, false, false, TimeProvider.System) { Width = width }, output, error);
    }
}
