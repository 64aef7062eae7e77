using System.Text;

namespace Segue.Import;

/// <summary>Several artists in one field, in the ways that data sets write them.</summary>
internal static class ArtistNames
{
    /// <summary>
    /// <c>A;B</c>, or a Python list in text: <c>['A', "B's"]</c>; with <paramref name="isCommas"/> as Exportify writes them: <c>A, B</c>, where a
    /// comma of a name is <c>\,</c>, or <c>A,B</c>, where a comma of a name has a space behind it. Empty names are left out.
    /// </summary>
    /// <param name="count">How many there are, where that is known; else 0.</param>
    public static IReadOnlyList<string> Split(string text, int count = 0, bool isCommas = false)
    {
        if (text.StartsWith('[') && text.EndsWith(']') && FromPythonList(text) is { } names)
            return names;
        if (!isCommas || text.Contains(';'))
            return text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        IReadOnlyList<string> all = AtCommas(text, alsoBeforeSpace: true);
        if (all.Count == count || count == 0 && !AreBareCommas(text))
            return all;
        return count == 1 ? [text.Trim()] : AtCommas(text, alsoBeforeSpace: false);
    }

    /// <summary>Whether a comma has no space behind it: then those that have one belong to names.</summary>
    private static bool AreBareCommas(string text)
    {
        for (int at = text.IndexOf(','); at >= 0; at = text.IndexOf(',', at + 1))
        {
            if (at + 1 < text.Length && text[at + 1] != ' ')
                return true;
        }

        return false;
    }

    private static List<string> AtCommas(string text, bool alsoBeforeSpace)
    {
        List<string> names = [];
        StringBuilder name = new();
        for (int at = 0; at <= text.Length; at++)
        {
            bool isEscaped = at + 1 < text.Length && text[at] == '\\' && text[at + 1] == ',';
            bool ends = at == text.Length || text[at] == ',' && (alsoBeforeSpace || at + 1 == text.Length || text[at + 1] != ' ');
            if (!ends)
            {
                name.Append(text[isEscaped ? ++at : at]);
                continue;
            }

            if (name.ToString().Trim() is { Length: > 0 } whole)
                names.Add(whole);
            name.Clear();
        }

        return names;
    }

    /// <summary>Null when it is no list of quoted strings: then it is a name in brackets.</summary>
    private static List<string>? FromPythonList(string text)
    {
        List<string> names = [];
        StringBuilder name = new();
        for (int at = 1; at < text.Length - 1; at++)
        {
            char quote = text[at];
            if (quote is ' ' or ',')
                continue;
            if (quote is not ('\'' or '"'))
                return null;
            name.Clear();
            for (at++; text[at] != quote; at++)
            {
                if (at >= text.Length - 2)
                    return null;
                if (text[at] == '\\')
                    at++;
                name.Append(text[at]);
            }

            if (name.ToString().Trim() is { Length: > 0 } trimmed)
                names.Add(trimmed);
        }

        return names;
    }
}
