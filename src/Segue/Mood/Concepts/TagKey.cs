using System.Text;

namespace Segue.Mood.Concepts;

/// <summary>
/// The form in which tags are compared: letters and digits alone, without case, accents, punctuation and spaces, so that "post-punk", "Post Punk" and
/// "postpunk" are one tag; a decade in any spelling ("1980s", "80's", "80s") is one, too.
/// </summary>
internal static class TagKey
{
    public static string Of(string tag)
    {
        var key = new StringBuilder(tag.Length);
        foreach (WishToken token in WishTokens.Cut(tag, out _))
            key.Append(token.Word == "and" ? "" : token.Word);
        string text = key.ToString();
        return text.Length == 5 && text[^1] == 's' && text[..4].All(char.IsAsciiDigit) && text[..2] is "19" or "20" && text[3] == '0' ? text[2..] : text;
    }
}
