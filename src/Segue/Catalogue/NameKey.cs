using System.Globalization;
using System.Text;

namespace Segue.Catalogue;

/// <summary>
/// The form in which names are compared: NFKC, lower case (invariant), white space collapsed. "Sigur  Rós" and "sigur rós" are one name,
/// "Sigur Ros" is another (that one is found as a near match). Kept this narrow because Last.fm and Spotify artists that agree in this form
/// are the same act, and those that agree only after more was stripped often are not.
/// </summary>
internal static class NameKey
{
    public static string Of(string name)
    {
        string composed = UnicodeForm.ComposeCompatible(name);
        var key = new StringBuilder(composed.Length);
        bool space = false;
        foreach (char c in composed)
        {
            if (char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Control)
            {
                space = key.Length > 0;
                continue;
            }

            if (space)
                key.Append(' ');
            space = false;
            key.Append(char.ToLowerInvariant(c));
        }

        return key.ToString();
    }

    /// <summary>
    /// The looser form for suggestions, never for joining: accents, punctuation and a leading "the" are gone, so that "sigur ros",
    /// "Beatles" and "ac dc" meet what they mean.
    /// </summary>
    public static string Loose(string name)
    {
        string key = Of(name);
        string decomposed = UnicodeForm.Decompose(key);
        var loose = new StringBuilder(decomposed.Length);
        foreach (char c in decomposed)
        {
            if (char.IsLetterOrDigit(c))
                loose.Append(c);
            else if ((char.IsWhiteSpace(c) || char.IsPunctuation(c)) && loose.Length > 0 && loose[^1] != ' ')
                loose.Append(' ');
        }

        string result = loose.ToString().Trim();
        if (result.StartsWith("the ", StringComparison.Ordinal))
            result = result[4..];
        return result.Length == 0 ? key : result;
    }
}
