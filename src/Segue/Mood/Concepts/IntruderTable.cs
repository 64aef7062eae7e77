using System.Globalization;
using System.Reflection;

namespace Segue.Mood.Concepts;

/// <summary>The words of <c>intruders.tsv</c>: which titles give an intruder away, which wishes ask for one, and what it costs.</summary>
internal sealed class IntruderTable
{
    private const string Resource = "Segue.Mood.Resources.intruders.tsv";
    private static readonly Lazy<IntruderTable> s_default = new(Load);
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Intruder> _asks = new(StringComparer.Ordinal);

    private sealed record Line(float Penalty, Words Words);

    public static IntruderTable Default => s_default.Value;

    /// <summary>The words of a line: "noise", "noise anywhere", "christmas album".</summary>
    public Words WordsOf(string line) => _lines[line].Words;

    /// <summary>What being one of these costs a song's score: the dearest counts.</summary>
    public float PenaltyOf(Intruder kinds)
    {
        float penalty = 0;
        foreach (Intruder kind in Kinds(kinds))
            penalty = Math.Max(penalty, _lines[NameOf(kind)].Penalty);
        return penalty;
    }

    /// <summary>What the words of a wish ask for.</summary>
    public Intruder AskedBy(IReadOnlyList<string> words)
    {
        Intruder asked = Intruder.None;
        for (int from = 0; from < words.Count; from++)
        {
            for (int count = 1; count <= 4 && from + count <= words.Count; count++)
                asked |= _asks.GetValueOrDefault(string.Join(' ', words.Skip(from).Take(count)));
        }

        return asked;
    }

    public static IEnumerable<Intruder> Kinds(Intruder kinds) => Enum.GetValues<Intruder>().Where(k => k != Intruder.None && kinds.HasFlag(k));

    /// <summary>As the table writes it.</summary>
    public static string NameOf(Intruder kind) => kind.ToString().ToLowerInvariant();

    public static Intruder KindOf(string name) => Enum.TryParse(name, ignoreCase: true, out Intruder kind) ? kind : Intruder.None;

    private static IntruderTable Load()
    {
        using Stream? stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource);
        using var reader = new StreamReader(stream ?? throw new InvalidOperationException($"The resource {Resource} is missing."));
        var table = new IntruderTable();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            string[] cells = line.Split('\t');
            table._lines.Add(cells[0], new Line(float.Parse(cells[1], CultureInfo.InvariantCulture), new Words(cells[2])));
            Intruder kind = KindOf(cells[0]);
            foreach (string phrase in cells.Length > 3 ? cells[3].Split(',').Select(WishTokens.Normalize).Where(p => p.Length > 0) : [])
                table._asks[phrase] = table._asks.GetValueOrDefault(phrase) | kind;
        }

        return table;
    }
}

/// <summary>Words and phrases looked for in names as whole words, or as beginnings of one where a star says so.</summary>
internal sealed class Words
{
    private readonly string[] _whole, _beginnings;

    public Words(string commaSeparated)
    {
        string[] all = [.. commaSeparated.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        _whole = [.. all.Where(w => w[^1] != '*').Select(w => $" {WishTokens.Normalize(w)} ").Distinct()];
        _beginnings = [.. all.Where(w => w[^1] == '*').Select(w => $" {WishTokens.Normalize(w[..^1])}").Distinct()];
    }

    /// <param name="spaced">A normalized text with a space before and after it.</param>
    public bool AnyIn(string spaced)
    {
        foreach (string word in _whole)
        {
            if (spaced.Contains(word, StringComparison.Ordinal))
                return true;
        }

        foreach (string word in _beginnings)
        {
            if (spaced.Contains(word, StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}
