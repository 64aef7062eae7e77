using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Segue.Export;

namespace Segue.Notebooks;

/// <summary>
/// A notebook: prose, figures and pictures on one HTML page, and what was found on the console as well. It takes
/// <c>--data DIR</c> (real data: lastfm-2k and spotify-tracks below it; the built-in sample without), <c>--out FILE.html</c>, and
/// <c>--check</c> or <c>--update</c>, which compare the console's lines with those of docs/notebooks.md or write them there.
/// </summary>
internal sealed partial class Notebook
{
    private const string Style = """
        <style>body{max-width:860px;line-height:1.6}h2{margin-top:2em}code{background:#f3f3f0;padding:.1em .3em;border-radius:3px;font-size:.92em}
        figure{margin:1.2em 0}figcaption{color:#666;font-size:13px}.plot{overflow-x:auto}.plot img{min-width:600px;margin:0}
        .said{background:#f6f8fa;border-left:3px solid #0072b2;padding:.5em .8em;margin:1em 0}</style>
        """;

    private readonly string _name, _out;
    private readonly string? _transcript;
    private readonly bool _update;
    private readonly StringBuilder _page;
    private readonly List<string> _lines = [];

    private Notebook(string name, string title, string outPath, string? transcript, bool update, NotebookData data)
    {
        (_name, _out, _transcript, _update, Data) = (name, outPath, transcript, update, data);
        _page = EvaluationPage.Open(title).Append(Style).Append($"<p class='note'>notebooks/{name}.cs, on {data.Name}.</p>");
        Print($"{title} ({data.Name})");
    }

    public NotebookData Data { get; }

    /// <param name="args">The program's.</param>
    /// <param name="title">The page's heading.</param>
    /// <exception cref="SegueException">An option is unknown or incomplete, or the data are not there.</exception>
    public static Notebook Open(string[] args, string title)
    {
        // The path that the compiler writes is not this one: reproducible builds map it.
        string source = AppContext.GetData("EntryPointFilePath") as string
            ?? throw new SegueException("a notebook is a file-based program: dotnet run notebooks/NAME.cs");
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        string root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..")), name = Path.GetFileNameWithoutExtension(source);
        string? data = null, outPath = null;
        bool check = false, update = false;
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--check": check = true; break;
                case "--update": update = true; break;
                case "--data" when i + 1 < args.Length: data = args[++i]; break;
                case "--out" when i + 1 < args.Length: outPath = args[++i]; break;
                default: throw new SegueException($"unknown or incomplete option '{args[i]}'; known: --data DIR, --out FILE.html, --check, --update");
            }
        }

        if (data is not null && (check || update))
            throw new SegueException("docs/notebooks.md shows the sample: --check and --update do not go with --data");
        outPath = Path.GetFullPath(outPath ?? Path.Combine(root, ".build", "notebooks", name + ".html"));
        return new Notebook(name, title, outPath, check || update ? Path.Combine(root, "docs", "notebooks.md") : null, update,
            data is null ? NotebookData.Sample() : NotebookData.Of(data));
    }

    /// <summary>Prose for the page: paragraphs between blank lines, <c>## headings</c>, **bold**, *italic*, `code`.</summary>
    public void Text(string prose)
    {
        foreach (string paragraph in prose.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            _page.Append(paragraph.StartsWith("## ", StringComparison.Ordinal) ? $"<h2>{Inline(paragraph[3..])}</h2>" : $"<p>{Inline(paragraph)}</p>");
    }

    /// <summary>A finding: on the page and, in one line, on the console.</summary>
    public void Say(FormattableString finding)
    {
        string line = finding.ToString(CultureInfo.InvariantCulture).ReplaceLineEndings(" ");
        _page.Append($"<p class='said'>{Inline(line)}</p>");
        Print(line.Replace("**", ""));
    }

    /// <summary>A table: on the page and on the console. Columns of numbers stand to the right.</summary>
    public void Table(string[] header, IEnumerable<string[]> rows)
    {
        string[][] all = [header, .. rows];
        int[] widths = [.. header.Select((_, c) => all.Max(r => r[c].Length))];
        bool[] isText = [.. header.Select((_, c) => c == 0 || all.Skip(1).Any(r => !Number().IsMatch(r[c])))];
        _page.Append("<table>");
        foreach (string[] row in all)
        {
            string tag = row == header ? "th" : "td";
            _page.Append("<tr>").AppendJoin("", row.Select((c, n) => $"<{tag}{(isText[n] ? " style='text-align:left'" : "")}>{SvgPlot.Text(c)}</{tag}>")).Append("</tr>");
            Print("  " + string.Join("  ", row.Select((c, n) => isText[n] ? c.PadRight(widths[n]) : c.PadLeft(widths[n]))).TrimEnd());
        }

        _page.Append("</table>");
    }

    /// <param name="picture">Of <see cref="Plot"/>.</param>
    /// <param name="caption">What there is to see.</param>
    public void Picture(string picture, string caption = "") =>
        _page.Append($"<figure><div class='plot'>{picture}</div><figcaption>{Inline(caption)}</figcaption></figure>");

    /// <summary>Writes the page, and compares or updates docs/notebooks.md where that was asked.</summary>
    /// <returns>The exit code: 1 when the lines are not those of the page.</returns>
    public int Close()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_out)!);
        File.WriteAllText(_out, EvaluationPage.Close(_page));
        Console.Error.WriteLine($"wrote {_out}");
        return _transcript is null ? 0 : Transcript.Compare(_transcript, _name, _lines, _update);
    }

    private void Print(string line)
    {
        _lines.Add(line);
        Console.WriteLine(line);
    }

    private static string Inline(string text)
    {
        string html = SvgPlot.Text(text);
        html = Code().Replace(html, "<code>$1</code>");
        html = Bold().Replace(html, "<b>$1</b>");
        return Italic().Replace(html, "<i>$1</i>");
    }

    [GeneratedRegex(@"^[+\-.\d%, ]*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();

    [GeneratedRegex("`([^`]+)`", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();

    [GeneratedRegex(@"\*\*([^*]+)\*\*", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Bold();

    [GeneratedRegex(@"(?<![\w*])\*([^*\s][^*]*)\*(?!\w)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Italic();
}
