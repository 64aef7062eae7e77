using System.Text.RegularExpressions;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the house stays as ARCHITECTURE.md draws it. Method: read the sources as text. Seen to fail: each rule, by breaking it once.
/// The exceptions are a ratchet: a file may leave a list, none may enter, and a number may only fall.
/// </summary>
public sealed partial class TidyTests
{
    private const int FileLinesMax = 400, FunctionLinesMax = 70, ColumnsMax = 150, ColumnsMaxOfAll = 170;

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
        ["Export"] = ["Catalogue", "Recommending", "Evaluation"],
        ["Asking"] = ["Numerics", "Catalogue", "Import", "Interactions", "Factorization", "Mood", "Recommending", "ModelFiles", "Export"],
        ["Making"] =
        [
            "Numerics", "Catalogue", "Import", "Interactions", "Factorization", "Embedding", "VectorSearch", "Mood", "Recommending",
            "Evaluation", "ModelFiles", "Export", "Asking",
        ],
    };

    /// <summary>Rooms whose question is how something is read, kept or made: they touch files and servers.</summary>
    private static readonly string[] s_roomsOfFiles = ["Import", "ModelFiles", "Writing"];

    /// <summary>Files of other rooms that touch files or servers themselves.</summary>
    private static readonly string[] s_filesThatTouchFiles =
    [
        "Embedding/EmbeddingCache.cs", // Vectors kept between builds.
        "Embedding/EmbeddingEndpoint.cs", // Servers of embeddings.
        "Embedding/Fingerprint.cs", // A sentence-transformer's own folder, as are the next.
        "Embedding/SentenceTransformer.cs",
        "Making/Checkpoints.cs",
        "Making/ModelMakerImport.cs", // The client of downloads.
        "Mood/LexiconFile.cs", // A lexicon of somebody's own.
    ];

    /// <summary>Lines over <see cref="ColumnsMax"/> that there are, by place; where a place is not named there are none.</summary>
    private static readonly Dictionary<string, int> s_longLines = new()
    {
        ["bench/Segue.Bench"] = 46,
        ["notebooks"] = 18,
        ["notebooks/Notebook"] = 8,
        ["src/Segue"] = 1,
        ["src/Segue.Cli"] = 51,
        ["src/Segue.Hosting"] = 1,
        ["src/Segue.Onnx"] = 6,
        ["src/Segue.Redis"] = 12,
        ["src/Segue/Asking"] = 14,
        ["src/Segue/Catalogue"] = 5,
        ["src/Segue/Embedding"] = 29,
        ["src/Segue/Evaluation"] = 28,
        ["src/Segue/Export"] = 38,
        ["src/Segue/Factorization"] = 43,
        ["src/Segue/Import"] = 60,
        ["src/Segue/Interactions"] = 9,
        ["src/Segue/Making"] = 34,
        ["src/Segue/ModelFiles"] = 22,
        ["src/Segue/Mood"] = 78,
        ["src/Segue/Numerics"] = 20,
        ["src/Segue/Recommending"] = 30,
        ["src/Segue/VectorSearch"] = 18,
        ["tests/Segue.Tests"] = 239,
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

    /// <summary>Invariant 3 of ARCHITECTURE.md.</summary>
    [Fact]
    public void Only_rooms_of_files_touch_files_and_servers()
    {
        string[] touching = [.. LibrarySources
            .Where(f => !s_roomsOfFiles.Contains(f.Room) && TouchesFiles().IsMatch(Code(f.Path)))
            .Select(f => f.InRooms)];
        Assert.Empty(touching.Except(s_filesThatTouchFiles));
        Assert.Empty(s_filesThatTouchFiles.Except(touching)); // Who no longer does leaves the list.
    }

    /// <summary>Invariant 2 of ARCHITECTURE.md: what other people's files look like is known to one room, how ours leave to another.</summary>
    [Fact]
    public void Only_Import_knows_outside_formats()
    {
        string[] knowing = [.. LibrarySources.Where(f => f.Room != "Import" && OutsideFormat().IsMatch(Code(f.Path))).Select(f => f.InRooms)];
        Assert.Empty(knowing);
    }

    [Fact]
    public void Touching_files_and_outside_formats_are_recognized()
    {
        Assert.Matches(TouchesFiles(), "if (File.Exists(path))");
        Assert.Matches(TouchesFiles(), "using HttpClient client = new();");
        Assert.Matches(TouchesFiles(), "new StreamReader(path)");
        Assert.DoesNotMatch(TouchesFiles(), "TensorFile.Open(path); Path.GetFileName(p.File); new StreamReader(stream); AtomicFile.Write(path)");
        Assert.Matches(OutsideFormat(), "using Parquet;");
        Assert.Matches(OutsideFormat(), "keys is [\"userid\", \"artistid\"]");
        Assert.Matches(OutsideFormat(), "new GZipStream(stream)");
    }

    [Fact]
    public void Long_lines_become_fewer()
    {
        Dictionary<string, int> found = Sources
            .GroupBy(row => PlaceOf(row.Data), row => Read(row.Data).Split('\n').Count(l => l.Length > ColumnsMax))
            .ToDictionary(g => g.Key, g => g.Sum());
        foreach ((string place, int count) in found)
        {
            int most = s_longLines.GetValueOrDefault(place);
            Assert.True(count <= most, $"{place} has {count} lines of more than {ColumnsMax} characters, and had {most}");
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
            Assert.True(lines[i].Length <= ColumnsMaxOfAll, $"{file}:{i + 1} is {lines[i].Length} characters long; at most {ColumnsMaxOfAll}");
    }

    private static IEnumerable<(string Path, string Room, string InRooms)> LibrarySources => Sources
        .Select(row => row.Data.Split('/'))
        .Where(parts => parts is ["src", "Segue", _, _, ..])
        .Select(parts => (string.Join('/', parts), parts[2], string.Join('/', parts[2..])));

    /// <summary>A room of the library, else a project.</summary>
    private static string PlaceOf(string file) => file.Split('/') switch
    {
        ["src", "Segue", string room, _, ..] => $"src/Segue/{room}",
        [string folder, string project, _, ..] => $"{folder}/{project}",
        string[] parts => parts[0],
    };

    /// <summary>A source without its comments.</summary>
    private static string Code(string file) => Comment().Replace(Read(file), "");

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

    [GeneratedRegex(@"(?<![\w.])(File|Directory)\.\w|\b(FileStream|FileInfo|DirectoryInfo|HttpClient|Socket)\b|new Stream(Reader|Writer)\(path")]
    private static partial Regex TouchesFiles();

    [GeneratedRegex(@"using (Parquet|System\.IO\.Compression|System\.Formats)|\b(GZipStream|ZipArchive)\b|""(userid|artistid|endTime|msPlayed)""")]
    private static partial Regex OutsideFormat();

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

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
