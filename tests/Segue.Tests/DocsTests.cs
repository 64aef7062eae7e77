using System.CommandLine;
using System.Text;
using System.Text.RegularExpressions;
using Segue.Cli;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: what the pages tell people to type exists. Method: every <c>./segue ...</c> line of a fenced block is parsed by the command line itself,
/// without running it; every link to a file of the repository leads somewhere. Seen to fail: with a misspelt option in a page, and with a page
/// that was renamed.
/// </summary>
public sealed partial class DocsTests
{
    public static TheoryData<string> Pages => [.. Directory
        .GetFiles(TestData.Repository, "*.md", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(TestData.Repository, f).Replace('\\', '/'))
        .Where(f => !f.Split('/').Any(part => part is "node_modules" or "bin" or "obj" || part.StartsWith('.')))
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_command_line_parses(string page)
    {
        foreach ((int line, string text) in CommandLines(File.ReadAllText(Path.Combine(TestData.Repository, page))))
        {
            string[] words = Words(text);
            // The launcher's own: "./segue test" runs the tests.
            if (words is ["test", ..])
                continue;
            ParseResult parsed = CommandLine.Create().Parse(words, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
            bool isHelp = words.Contains("--help") || words.Contains("-h");
            Assert.True(isHelp || parsed.Errors.Count == 0, $"{page}:{line}: {text}: {string.Join("; ", parsed.Errors.Select(e => e.Message))}");
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_into_the_repository_leads_somewhere(string page)
    {
        string folder = Path.Combine(TestData.Repository, Path.GetDirectoryName(page)!);
        foreach (Match link in Link().Matches(File.ReadAllText(Path.Combine(TestData.Repository, page))))
        {
            string target = link.Groups[1].Value.Split('#')[0];
            if (target.Length == 0 || target.Contains(':') || target.StartsWith("../shared/", StringComparison.Ordinal))
                continue;
            string path = Path.Combine(folder, Uri.UnescapeDataString(target));
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{page}: the link to '{target}' leads nowhere");
        }
    }

    [Fact]
    public void Commands_are_found_in_a_page()
    {
        const string page =
            """
            text ./segue no
            ```console
            $ ./segue a 'b c' --d "e\"f" | head   # why
              ./segue g && ./segue h > x
            SEGUE_HOME=x ./segue i \
              j
            ```
            ./segue no
            ```sh
            ./segue k;./segue l
            ```
            """;
        Assert.Equal(["a|b c|--d|e\"f", "g", "h", "i|j", "k", "l"], CommandLines(page).Select(c => string.Join('|', Words(c.Text))));
    }

    /// <summary>What follows each <c>./segue</c> in fenced blocks, up to what ends a command for a shell.</summary>
    private static IEnumerable<(int Line, string Text)> CommandLines(string page)
    {
        string[] lines = page.ReplaceLineEndings("\n").Split('\n');
        bool fenced = false;
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                fenced = !fenced;
                continue;
            }

            int number = i + 1;
            string line = lines[i];
            while (fenced && line.EndsWith('\\') && i + 1 < lines.Length)
                line = line[..^1] + lines[++i];
            foreach (Match start in Start().Matches(fenced ? line : ""))
                yield return (number, line[(start.Index + start.Length)..]);
        }
    }

    /// <summary>The words of one command as a shell cuts them: quotes, backslashes, and an end at |, ;, &amp;, &gt;, &lt; or a comment.</summary>
    private static string[] Words(string text)
    {
        List<string> words = [];
        StringBuilder? word = null;
        char quote = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quote != '\0')
            {
                if (c == quote)
                    quote = '\0';
                else
                    word!.Append(c == '\\' && quote == '"' && i + 1 < text.Length && text[i + 1] is '"' or '\\' ? text[++i] : c);
            }
            else if (c is '"' or '\'')
                (quote, word) = (c, word ?? new());
            else if ("|;&><)`".Contains(c) || c == '#' && word is null)
                break;
            else if (char.IsWhiteSpace(c))
            {
                if (word is not null)
                    words.Add(word.ToString());
                word = null;
            }
            else
                (word ??= new()).Append(c);
        }

        if (word is not null)
            words.Add(word.ToString());
        return [.. words];
    }

    [GeneratedRegex(@"(?<![\w/.])\./segue(?= |$)")]
    private static partial Regex Start();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
