using System.Globalization;

namespace Segue.Notebooks;

/// <summary>
/// What docs/notebooks.md shows of a notebook: the fenced block below its heading, <c>## NAME.cs</c>. Words must be the same; numbers may differ by
/// what another processor's rounding does to a training.
/// </summary>
internal static class Transcript
{
    private const double Relative = 0.03, Absolute = 0.01;

    /// <returns>0 when the page shows these lines (or was updated), else 1, and the first difference on stderr.</returns>
    public static int Compare(string path, string name, IReadOnlyList<string> lines, bool update)
    {
        List<string> page = [.. File.ReadAllLines(path)];
        int heading = page.FindIndex(l => l.Trim() == $"## {name}.cs");
        int open = heading < 0 ? -1 : page.FindIndex(heading, l => l.StartsWith("```", StringComparison.Ordinal));
        int close = open < 0 ? -1 : page.FindIndex(open + 1, l => l.StartsWith("```", StringComparison.Ordinal));
        if (close < 0)
            throw new SegueException($"{path}: has no heading '## {name}.cs' with a fenced block below it");
        if (update)
        {
            page.RemoveRange(open + 1, close - open - 1);
            page.InsertRange(open + 1, lines);
            File.WriteAllText(path, string.Join('\n', page) + "\n");
            return 0;
        }

        string[] shown = [.. page[(open + 1)..close]];
        for (int n = 0; n < Math.Max(shown.Length, lines.Count); n++)
        {
            string expected = n < shown.Length ? shown[n] : "(nothing more)", got = n < lines.Count ? lines[n] : "(nothing more)";
            if (AreAlike(expected, got))
                continue;
            Console.Error.WriteLine($"{path}:{open + n + 2}: the page shows\n  {expected}\nbut notebooks/{name}.cs prints\n  {got}");
            Console.Error.WriteLine($"If that is right: dotnet run notebooks/{name}.cs --update");
            return 1;
        }

        return 0;
    }

    internal static bool AreAlike(string expected, string got)
    {
        string[] a = Words(expected), b = Words(got);
        return a.Length == b.Length && a.Zip(b).All(w => w.First == w.Second || AreNear(w.First, w.Second));
    }

    private static string[] Words(string line) => line.Split([' ', '(', ')', ',', ':'], StringSplitOptions.RemoveEmptyEntries);

    private static bool AreNear(string a, string b) => double.TryParse(a.TrimEnd('%', '.'), CultureInfo.InvariantCulture, out double x)
        && double.TryParse(b.TrimEnd('%', '.'), CultureInfo.InvariantCulture, out double y)
        && Math.Abs(x - y) <= Math.Max(Relative * Math.Abs(x), a.EndsWith('%') ? 100 * Absolute : Absolute);
}
