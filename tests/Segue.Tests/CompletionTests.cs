using Segue.Cli;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the tab key finds commands, options, values, and names that the home knows; and is silent where it cannot. Method: the candidates in this
/// process; then the scripts in the shells that are here, asked as the tab key asks them. Seen to fail: with the hidden command renamed.
/// </summary>
public sealed class CompletionTests : IClassFixture<StreamTests.World>
{
    private readonly StreamTests.World _world;

    public CompletionTests(StreamTests.World world) => _world = world;

    [Theory]
    [InlineData("re", "recommend")]
    [InlineData("recommend |s", "songs")]
    [InlineData("recommend |--not-g", "--not-genre")]
    [InlineData("recommend |--not-genre|jaz", "jazz")]
    [InlineData("recommend |--genre|=|jaz", "jazz")]
    [InlineData("recommend |--genre=jaz", "--genre=jazz")]
    [InlineData("recommend|--like|Some Body|--genre|jaz", "jazz")]
    [InlineData("data|get|lastfm-2", "lastfm-2k")]
    [InlineData("data|sam", "sample")]
    [InlineData("model|rollback|vd", "vdb")]
    [InlineData("train-als|--objective|cl", "Classic")]
    [InlineData("playlist|--format|m", "m3u8")]
    [InlineData("completion|b", "bash")]
    [InlineData("evaluate|--qui", "--quiet")]
    public void One_candidate_is_found(string words, string expected) => Assert.Equal([expected], Candidates(words.Replace(" |", "|").Split('|')));

    [Fact]
    public void Versions_and_profiles_of_the_home_are_found()
    {
        string version = new ModelFiles.SegueHome(_world.Home).AlsModels.Current()!;
        Assert.Contains(version, Candidates("model", "rollback", "als", ""));
        Assert.Equal(0, Tests.Cli.Run("data", "import", _world.File("artists.txt"), "--as", "mine", "--quiet", "--home", _world.Home).Code);
        Assert.Equal(["mine"], Candidates("recommend", "--profile", ""));
        Assert.Equal(["mine"], Candidates("data", "forget", "m"));
    }

    [Theory]
    [InlineData("recommend", "--genre", "x")]
    [InlineData("recommend", "--user", "")]
    [InlineData("nonsense", "--what", "-")]
    [InlineData("data", "import", "f")]
    public void Where_nothing_is_known_nothing_is_said(params string[] words)
    {
        foreach (string home in (string[])["/nowhere/at/all", _world.File("plays.tsv")])
        {
            (int code, string output, string error) = Tests.Cli.Run(["complete", "--", "--home", home, .. words]);
            Assert.Equal(0, code);
            Assert.DoesNotContain("Exception", output);
            Assert.Empty(error);
        }
    }

    [Fact]
    public void Hidden_commands_are_no_candidates() => Assert.DoesNotContain("complete", Candidates("c"));

    [Theory]
    [InlineData("bash", "eval \"$($SEGUE completion bash)\"; COMP_WORDS=($TOOL recommend --genre jaz); COMP_CWORD=3; _segue; "
        + "printf '%s\\n' \"${COMPREPLY[@]}\"", "jazz")]
    [InlineData("bash", "eval \"$($SEGUE completion bash)\"; COMP_WORDS=($TOOL data sam); COMP_CWORD=2; _segue; "
        + "printf '%s\\n' \"${COMPREPLY[@]}\"", "sample")]
    [InlineData("zsh", "compdef() { :; }; compadd() { shift; print -l -- $@; }; _files() { print files; }; eval \"$(${=SEGUE} completion zsh)\"; "
        + "words=($TOOL recommend --genre jaz); CURRENT=4; _segue", "jazz")]
    [InlineData("zsh", "compdef() { :; }; compadd() { shift; print -l -- $@; }; _files() { print files; }; eval \"$(${=SEGUE} completion zsh)\"; "
        + "words=($TOOL data import x); CURRENT=4; _segue", "files")]
    [InlineData("fish", "eval $SEGUE completion fish | source; ln -s $TOOL $HOMES/segue; set -x PATH $HOMES $PATH; "
        + "complete -C 'segue recommend --genre jaz'", "jazz")]
    [InlineData("pwsh", "iex (& $env:TOOL completion pwsh | Out-String); "
        + "(TabExpansion2 'segue recommend --genre jaz' 27).CompletionMatches.CompletionText", "jazz")]
    public void Scripts_find_candidates_in_their_shells(string shell, string line, string expected)
    {
        Assert.SkipUnless(IsHere(shell), $"{shell} is not installed here");
        string tool = _world.File($"tool-{shell}-{expected}");
        System.IO.File.WriteAllText(tool, $"#!/bin/sh\nexport SEGUE_HOME='{_world.Home}'\nexec dotnet '{CliProcess.Program}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            System.IO.File.SetUnixFileMode(tool, (UnixFileMode)0b111_101_101);
        string set = shell == "pwsh" ? $"$env:TOOL = '{tool}'; " : shell == "fish"
            ? $"set -x TOOL '{tool}'; set -x HOMES '{Path.GetDirectoryName(_world.Home)}'; "
            : $"TOOL='{tool}'; ";
        using CliProcess process = CliProcess.Shell(shell, set + line);
        process.Wait();
        Assert.Equal($"{expected}\n", process.Output);
        Assert.Empty(process.Error);
    }

    private IReadOnlyList<string> Candidates(params string[] words) =>
        CompletionCandidates.For(CommandLine.Create(), ["--home", _world.Home, .. words]);

    private static bool IsHere(string shell) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => System.IO.File.Exists(Path.Combine(folder, shell)));
}
