using System.CommandLine;

namespace Segue.Cli.Commands;

/// <summary>Every command, in the order in which help shows them. A command is one file here with a <c>Create</c>.</summary>
internal static class CommandList
{
    public static IEnumerable<Command> All() =>
    [
        DemoCommand.Create(),
        DataCommand.Create(),
        TrainAlsCommand.Create(),
        BuildVdbCommand.Create(),
        RecommendCommand.Create(),
        SimilarCommand.Create(),
        ExplainCommand.Create(),
        EvaluateCommand.Create(),
        TuneCommand.Create(),
        BacktestCommand.Create(),
        PlaylistCommand.Create(),
        ModelCommand.Create(),
        CompletionCommand.Create(),
        CompletionCommand.CreateHidden(),
    ];
}
