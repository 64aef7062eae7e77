using System.Text;

namespace Segue.Import;

/// <summary>Several artists in one field, in the two ways that data sets write them.</summary>
internal static class ArtistNames
{
    /// <summary><c>A;B</c>, or a Python list in text: <c>['A', "B's"]</c>. Empty names are left out.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        if (text.StartsWith('[') && text.EndsWith(']') && FromPythonList(text) is { } names)
            return names;
        return text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
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
