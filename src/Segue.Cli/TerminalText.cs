using System.Text;

namespace Segue.Cli;

/// <summary>
/// Text that may reach a terminal. Names, titles and servers' messages are data of strangers: in a terminal a control character moves the cursor,
/// recolors, retitles or clears the screen, and a bidi override makes a line read otherwise than it is written. Right-to-left letters themselves, and
/// the marks (U+200E, U+200F) that real names hold, stay.
/// </summary>
internal static class TerminalText
{
    /// <summary>The text without anything that a terminal obeys; line ends and tabs stay.</summary>
    public static string Clean(string text) => IndexOfHostile(text) < 0 ? text : Rewrite(text);

    /// <summary>The same for a cell of a table, which is one line.</summary>
    public static string CleanLine(string text) => Clean(text).ReplaceLineEndings(" ").Replace('\t', ' ').Replace('\n', ' ');

    /// <summary>JSON means the same with these characters escaped, so that nothing of an answer is lost.</summary>
    public static string EscapeJson(string json)
    {
        if (IndexOfHostile(json) < 0)
            return json;
        StringBuilder escaped = new(json.Length + 16);
        foreach (char c in json)
        {
            if (IsHostile(c))
                escaped.Append("\\u").Append(((int)c).ToString("x4"));
            else
                escaped.Append(c);
        }

        return escaped.ToString();
    }

    /// <summary>A control becomes a blank, so that words stay apart; a bidi control has no width, and goes.</summary>
    private static string Rewrite(string text)
    {
        StringBuilder clean = new(text.Length);
        foreach (char c in text)
        {
            if (!IsHostile(c))
                clean.Append(c);
            else if (!IsBidiControl(c))
                clean.Append(' ');
        }

        return clean.ToString();
    }

    private static int IndexOfHostile(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (IsHostile(text[i]))
                return i;
        }

        return -1;
    }

    private static bool IsHostile(char c) => char.IsControl(c) && c is not ('\n' or '\t') || c is '\u2028' or '\u2029' || IsBidiControl(c);

    private static bool IsBidiControl(char c) => c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069';
}
