using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Segue.Making;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the C# of the pages compiles against what the library shows to others, and what a page presents as a program runs. Method: every fenced
/// block is compiled as a program (or, where a comment above it says what it is given, as the body of a method that is given that); blocks that a
/// comment calls runnable are run in a process of their own, in a folder with models of the sample. Seen to fail: with a misspelt property, with an
/// internal method, with an artist that is not there.
/// </summary>
public sealed partial class DocsCodeTests(DocsCodeTests.SampleHome sample) : IClassFixture<DocsCodeTests.SampleHome>
{
    private const string Prelude =
        """
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Linq;
        using System.Threading;
        using System.Threading.Tasks;

        """;

    /// <summary>What a fragment that is given something may use without saying so: every room.</summary>
    private const string Rooms =
        """
        using Segue;
        using Segue.Asking;
        using Segue.Catalogue;
        using Segue.Embedding;
        using Segue.Factorization;
        using Segue.Interactions;
        using Segue.ModelFiles;
        using Segue.Mood;
        using Segue.Numerics;
        using Segue.Onnx;
        using Segue.Recommending;
        using Segue.Redis;
        using Segue.VectorData;
        using Segue.VectorSearch;

        """;

    private static readonly MetadataReference[] s_references = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator)
        .Select(path => MetadataReference.CreateFromFile(path))];

    public static TheoryData<string> Blocks => [.. DocsTests.Pages
        .SelectMany(p => Read((string)p).Select(b => $"{p.Data}:{b.Line}"))];

    public static TheoryData<string> Programs => [.. DocsTests.Pages
        .SelectMany(p => Read((string)p).Where(b => b.IsRun).Select(b => $"{p.Data}:{b.Line}"))];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Every_block_compiles(string place) => Assert.Empty(Errors(Compiled(Find(place))));

    [Theory]
    [MemberData(nameof(Programs))]
    public void What_is_shown_as_a_program_runs(string place)
    {
        string program = Path.Combine(sample.Folder, place.Replace('/', '-').Replace(':', '-') + ".dll");
        Assert.True(Compiled(Find(place)).Emit(program).Success);
        (int code, string output, string error) = ChildProcess.Run("program", sample.Folder, program);
        Assert.True(code == 0 && error.Length == 0 && output.Trim().Length > 0, $"{place}: exit code {code}: {output} {error}");
    }

    [Fact]
    public void Blocks_are_found_and_their_errors_too()
    {
        const string page =
            """
            <!-- given: int a -->
            ```csharp
            int b = a + 1;
            ```
            <!-- run: "x" = "y" -->
            ```csharp
            System.Console.WriteLine("x");
            ```
            ```csharp
            int c = d;
            ```
            """;
        Block[] blocks = [.. Cut(page)];
        Assert.Equal([2, 6, 9], blocks.Select(b => b.Line));
        Assert.Equal([false, true, false], blocks.Select(b => b.IsRun));
        Assert.Contains("\"y\"", blocks[1].Source);
        Assert.Equal([0, 0, 1], blocks.Select(b => Errors(Compiled(b)).Length));
    }

    /// <summary>Runs a program that a test compiled, as its user would: in the folder with the models.</summary>
    internal static void RunProgram(string folder, string program)
    {
        Environment.CurrentDirectory = folder;
        MethodInfo main = Assembly.LoadFrom(program).EntryPoint!;
        main.Invoke(null, main.GetParameters().Length == 0 ? null : [Array.Empty<string>()]);
    }

    private static CSharpCompilation Compiled(Block block) => CSharpCompilation.Create(
        block.IsInside ? typeof(DocsCodeTests).Assembly.GetName().Name : "docs",
        [CSharpSyntaxTree.ParseText(block.Source, new CSharpParseOptions(LanguageVersion.CSharp14))],
        s_references,
        new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));

    private static string[] Errors(CSharpCompilation program) =>
        [.. program.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.ToString())];

    private static Block Find(string place)
    {
        int colon = place.LastIndexOf(':');
        return Read(place[..colon]).Single(b => b.Line == int.Parse(place[(colon + 1)..]));
    }

    private static IEnumerable<Block> Read(string page) => Cut(File.ReadAllText(Path.Combine(TestData.Repository, page)));

    private static IEnumerable<Block> Cut(string page)
    {
        string text = page.ReplaceLineEndings("\n");
        foreach (Match fence in Fence().Matches(text))
        {
            int line = 1 + text.AsSpan(0, fence.Groups["open"].Index).Count('\n');
            string code = fence.Groups["code"].Value;
            foreach (Match swap in Swap().Matches(fence.Groups["run"].Value))
                code = code.Replace(swap.Groups[1].Value, swap.Groups[2].Value, StringComparison.Ordinal);
            bool isGiven = fence.Groups["given"].Success;
            StringBuilder source = new(Prelude);
            if (isGiven)
            {
                string given = fence.Groups["given"].Value.Trim();
                source.Append(Rooms).Append("await Task.CompletedTask;\n");
                source.Append($"static async Task Fragment({given})\n{{\n{code}await Task.CompletedTask;\n}}\n");
            }
            else
                source.Append(code);
            yield return new Block(line, source.ToString(), fence.Groups["run"].Success, fence.Groups["inside"].Success);
        }
    }

    [GeneratedRegex(@"(?:<!-- (?:(?<inside>inside, )?given: (?<given>[^\n]*)|run:?(?<run>[^\n]*)) -->\n+)?(?<open>```csharp)\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("(\"[^\"]*\") = (\"[^\"]*\")")]
    private static partial Regex Swap();

    /// <param name="Line">1-based, of the opening fence.</param>
    /// <param name="IsRun">Whether the page says that it runs on the sample.</param>
    /// <param name="IsInside">Whether it shows what only the doors and packages of this repository see.</param>
    private sealed record Block(int Line, string Source, bool IsRun, bool IsInside);

    /// <summary>A folder with <c>segue-home</c> in it: the models of the sample.</summary>
    public sealed class SampleHome : IAsyncLifetime
    {
        private readonly ScratchFolder _scratch = new();

        public string Folder => _scratch.Path;

        public async ValueTask InitializeAsync()
        {
            ModelMaker maker = new(_scratch.File("segue-home"));
            maker.MakeSample();
            maker.Train(new TrainRequest());
            await maker.BuildDatabaseAsync(new BuildRequest());
        }

        public ValueTask DisposeAsync()
        {
            _scratch.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
