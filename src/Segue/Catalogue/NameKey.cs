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
    /// The looser form: accents, punctuation and a leading "the" are gone, so that "sigur ros", "Beatles" and "ac dc" meet what they mean. It joins
    /// only where nothing is nearer (<see cref="NearNames"/>). An accent is what Latin, Greek, Cyrillic, Hebrew and Arabic letters can be written
    /// without; the vowel signs of India and the voicing marks of Japan are letters: राम is not रीमा, バンド not ハント.
    /// </summary>
    public static string Loose(string name)
    {
        string key = Of(name);
        var loose = new StringBuilder(key.Length);
        Rune letter = default;
        bool hasLetter = false;
        foreach (Rune c in UnicodeForm.Decompose(key).EnumerateRunes())
        {
            UnicodeCategory kind = Rune.GetUnicodeCategory(c);
            bool isMark = kind is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
            if (Rune.IsLetterOrDigit(c) || isMark && hasLetter && !IsAccent(letter, c))
                loose.Append(c);
            else if ((Rune.IsWhiteSpace(c) || Rune.IsPunctuation(c)) && loose.Length > 0 && loose[^1] != ' ')
                loose.Append(' ');
            (letter, hasLetter) = isMark ? (letter, hasLetter) : (c, Rune.IsLetterOrDigit(c));
        }

        string result = UnicodeForm.ComposeCompatible(loose.ToString().Trim());
        if (result.StartsWith("the ", StringComparison.Ordinal))
            result = result[4..];
        return result.Length == 0 ? key : result;
    }

    /// <summary>The loosest form: <see cref="Loose"/> without spaces and "and", so that "ACDC" meets "AC/DC" and "Simon and Garfunkel" "Simon &amp;
    /// Garfunkel".</summary>
    public static string Joined(string name) => Loose(name).Replace(" and ", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);

    /// <summary>Whether a mark is one that its letter can be written without.</summary>
    private static bool IsAccent(Rune letter, Rune mark) => letter.Value switch
    {
        < 0x0400 => true, // Latin and Greek.
        < 0x0530 => mark.Value != Breve, // Cyrillic, where й is another letter than и.
        >= 0x0590 and < 0x0780 => true, // Points of Hebrew and Arabic.
        >= 0x1E00 and < 0x2000 => true, // More of Latin and Greek.
        _ => false,
    };

    private const int Breve = 0x0306;
}
