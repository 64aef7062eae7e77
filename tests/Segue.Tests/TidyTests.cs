using System.Text.RegularExpressions;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the house stays as ARCHITECTURE.md draws it. Method: read the sources as text. Seen to fail: each rule, by breaking it once.
/// The exceptions are a ratchet: a file may leave the list, none may enter.
/// </summary>
public sealed partial class TidyTests
{
    private const int FileLinesMax = 400, FunctionLinesMax = 70;

    /// <summary>Which rooms a room may use, besides itself. Nothing points backwards.</summary>
    private static readonly Dictionary<string, string[]> s_rooms = new()
    {
        ["Numerics"] = [],
        ["Writing"] = [],
        ["Catalogue"] = ["Numerics"],
        ["Interactions"] = ["Numerics", "Catalogue"],
        ["Import"] = ["Numerics", "Catalogue", "Interactions", "Writing"],
        ["Factorization"] = ["Numerics", "Catalogue", "Interactions"],
        ["Embedding"] = ["Numerics", "Catalogue"],
        ["VectorSearch"] = ["Numerics"],
        ["Mood"] = ["Numerics", "Catalogue", "Interactions", "Embedding"],
        ["Recommending"] = ["Numerics", "Catalogue", "Interactions", "Factorization", "Embedding", "VectorSearch", "Mood"],
        ["Evaluation"] = ["Numerics", "Catalogue", "Interactions", "Factorization", "Recommending"],
        ["ModelFiles"] = ["Numerics", "Writing", "Catalogue", "Interactions", "Factorization", "Embedding", "VectorSearch", "Mood", "Recommending"],
        ["Export"] = ["Catalogue", "Factorization", "Recommending", "Evaluation"],
        ["Asking"] = ["Import", "Catalogue", "Interactions", "Factorization", "Mood", "Recommending", "ModelFiles", "Export"],
        ["Making"] =
        [
            "Numerics", "Import", "Catalogue", "Interactions", "Factorization", "Embedding", "VectorSearch", "Mood", "Recommending", "Evaluation", "ModelFiles",
            "Export", "Asking",
        ],
    };

    public static TheoryData<string> Sources => [.. Directory
        .GetFiles(TestData.Repository, "*.cs", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(TestData.Repository, f).Replace('\\', '/'))
        .Where(f => !f.Contains("/obj/") && !f.Contains("/bin/") && !f.StartsWith('.'))
        .Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_room_is_on_the_plan()
    {
        string[] folders = Directory.GetDirectories(Path.Combine(TestData.Repository, "src", "Segue"));
        Assert.Empty(folders.Select(d => Path.GetFileName(d)).Except([.. s_rooms.Keys, "bin", "obj"]));
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Rooms_use_only_rooms_below_them(string file)
    {
        if (!file.StartsWith("src/Segue/", StringComparison.Ordinal) || file.Split('/') is not [_, _, var room, _, ..])
            return;
        foreach (Match use in UsingRoom().Matches(Read(file)))
        {
            string used = use.Groups[1].Value;
            Assert.True(used == room || !s_rooms.ContainsKey(used) || s_rooms[room].Contains(used), $"{file}: {room} must not use {used}");
        }
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Files_and_functions_are_short(string file)
    {
        string[] lines = Read(file).Split('\n');
        Assert.True(lines.Length <= FileLinesMax, $"{file} has {lines.Length} lines; at most {FileLinesMax}");
        foreach ((int start, int length) in Functions(lines))
            Assert.True(length <= FunctionLinesMax, $"{file}:{start + 1}: a function of {length} lines; at most {FunctionLinesMax}");
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Types_are_named_for_what_they_are(string file)
    {
        foreach (Match type in TypeName().Matches(Read(file)))
            Assert.False(BannedSuffix().IsMatch(type.Groups[1].Value), $"{file}: '{type.Groups[1].Value}' says nothing; name what it is");
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void The_library_writes_to_no_console_and_leaves_no_notes_to_self(string file)
    {
        string text = Read(file);
        if (file.StartsWith("src/", StringComparison.Ordinal) && !file.StartsWith("src/Segue.Cli/", StringComparison.Ordinal))
            Assert.DoesNotMatch(@"\bConsole\.", text);
        if (!file.EndsWith("TidyTests.cs", StringComparison.Ordinal))
            Assert.DoesNotMatch(@"\b(TODO|FIXME|HACK|XXX)\b", text);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Sources_are_plain_text(string file)
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(TestData.Repository, file));
        Assert.DoesNotContain((byte)'\t', bytes);
        Assert.False(bytes.AsSpan().StartsWith("\uFEFF"u8), $"{file} starts with a byte order mark");
        string[] lines = Read(file).Split('\n');
        for (int i = 0; i < lines.Length; i++)
            Assert.True(lines[i].Length <= 170, $"{file}:{i + 1} is {lines[i].Length} characters long; at most 170");
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(TestData.Repository, file)).ReplaceLineEndings("\n");

    /// <summary>Members with a block body, found by layout: a signature at one indent, its braces at the same.</summary>
    private static IEnumerable<(int Start, int Length)> Functions(string[] lines)
    {
        for (int i = 1; i < lines.Length; i++)
        {
            if (lines[i].Trim() != "{" || !FunctionHead().IsMatch(lines[i - 1]) && !lines[i - 1].TrimEnd().EndsWith(')'))
                continue;
            if (TypeHead().IsMatch(lines[i - 1]) || lines[i - 1].TrimStart().StartsWith("namespace"))
                continue;
            string end = lines[i][..lines[i].IndexOf('{')] + "}";
            int close = Array.FindIndex(lines, i, l => l.StartsWith(end, StringComparison.Ordinal) && l.Trim().StartsWith('}'));
            if (close > 0)
                yield return (i - 1, close - i + 2);
        }
    }

    [GeneratedRegex(@"^\s*(?:global )?using (?:static )?Segue\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex UsingRoom();

    [GeneratedRegex(@"\b(?:class|struct|record|interface|enum) (\w+)")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"(Manager|Helper|Helpers|Util|Utils|Utility|Service|Processor)$")]
    private static partial Regex BannedSuffix();

    [GeneratedRegex(@"^\s+[\w<>\[\],\s\?\.\(\)]+\)(\s*where .*)?$")]
    private static partial Regex FunctionHead();

    [GeneratedRegex(@"\b(class|struct|record|interface|enum|switch|if|for|foreach|while|using|lock|fixed|else|try|catch)\b")]
    private static partial Regex TypeHead();
}
