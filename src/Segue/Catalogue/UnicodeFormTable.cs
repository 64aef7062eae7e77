using System.Globalization;

namespace Segue.Catalogue;

/// <summary>What the Unicode Character Database says of forms: Resources/unicode-forms.txt, read once.</summary>
internal sealed class UnicodeFormTable
{
    /// <summary>Code points that one char (of UTF-16) becomes at most: U+FDFA, in compatibility form.</summary>
    public const int LongestDecomposition = 18;

    private const string Resource = "Segue.Catalogue.Resources.unicode-forms.txt";

    // As many as the file has lines of each: nothing is laid out twice.
    private readonly Dictionary<int, int[]> _canonical = new(2100), _compatible = new(5900);
    private readonly Dictionary<int, byte> _classes = new(1000);
    private readonly Dictionary<(int First, int Second), int> _compositions = new(1000);

    private UnicodeFormTable()
    {
    }

    public static UnicodeFormTable Load()
    {
        UnicodeFormTable table = new();
        using Stream stream = typeof(UnicodeFormTable).Assembly.GetManifestResourceStream(Resource)!;
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line[0] != '#')
                table.Add(line);
        }

        table.Expand();
        return table;
    }

    /// <summary>The code points that a code point stands for, fully taken apart; null where it stands for itself.</summary>
    public int[]? DecompositionOf(int point, bool isCompatible) =>
        (isCompatible && _compatible.TryGetValue(point, out int[]? parts)) || _canonical.TryGetValue(point, out parts) ? parts : null;

    /// <summary>The canonical combining class: 0 for what starts anew, as letters do.</summary>
    public int ClassOf(int point) => point < 0x300 ? 0 : _classes.GetValueOrDefault(point);

    /// <summary>What two code points make together, or -1.</summary>
    public int CompositionOf(int first, int second) => _compositions.GetValueOrDefault((first, second), -1);

    private static int Code(ReadOnlySpan<char> text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static int[] Codes(ReadOnlySpan<char> text)
    {
        int[] codes = new int[text.Count(' ') + 1];
        int at = 0;
        foreach (Range part in text.Split(' '))
            codes[at++] = Code(text[part]);
        return codes;
    }

    private void Add(string line)
    {
        int at = line.AsSpan().IndexOfAny("=!~-");
        int point = Code(line.AsSpan(0, at));
        if (line[at] == '-')
        {
            int colon = line.IndexOf(':');
            byte order = byte.Parse(line.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture);
            for (int p = point; p <= Code(line.AsSpan(at + 1, colon - at - 1)); p++)
                _classes.Add(p, order);
            return;
        }

        int[] parts = Codes(line.AsSpan(at + 1));
        (line[at] == '~' ? _compatible : _canonical).Add(point, parts);
        if (line[at] == '=')
            _compositions.Add((parts[0], parts[1]), point);
    }

    /// <summary>The database takes each apart by one step; here all the way.</summary>
    private void Expand()
    {
        foreach (int point in _canonical.Keys.Concat(_compatible.Keys).ToArray())
        {
            int[] parts = _compatible.GetValueOrDefault(point) ?? _canonical[point];
            if (!Array.Exists(parts, p => _compatible.ContainsKey(p) || _canonical.ContainsKey(p)))
                continue;
            int[] all = Whole(point);
            // A canonical step may lead to what has a compatible form only.
            if (_compatible.ContainsKey(point) || !_canonical[point].AsSpan().SequenceEqual(all))
                _compatible[point] = all;
        }

        foreach (int point in _canonical.Keys.Where(p => Array.Exists(_canonical[p], _canonical.ContainsKey)).ToArray())
            _canonical[point] = [.. _canonical[point].SelectMany(Canonical)];

        int[] Whole(int point)
        {
            int[]? parts = _compatible.GetValueOrDefault(point) ?? _canonical.GetValueOrDefault(point);
            return parts is null ? [point] : [.. parts.SelectMany(Whole)];
        }

        int[] Canonical(int point) => _canonical.TryGetValue(point, out int[]? parts) ? [.. parts.SelectMany(Canonical)] : [point];
    }
}
