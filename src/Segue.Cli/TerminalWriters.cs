using System.Text;

namespace Segue.Cli;

/// <summary>Text on its way to a terminal or a log: cleaned (see <see cref="TerminalText"/>), whoever wrote it.</summary>
internal sealed class CleanWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override string NewLine => "\n";

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(new string(buffer));

    public override void Write(string? value) => inner.Write(TerminalText.Clean(value ?? ""));

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void WriteLine() => Write("\n");

    public override void Flush() => inner.Flush();
}

/// <summary>
/// What is said beside the answer (progress, notes, errors) must not end the work: where it cannot be written, because stderr is closed or its disk
/// is full, nothing is said from there on.
/// </summary>
internal sealed class DispensableWriter(TextWriter inner) : TextWriter
{
    private bool _lost;

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(string? value)
    {
        if (_lost)
            return;
        try
        {
            inner.Write(value);
            inner.Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            _lost = true;
        }
    }
}
