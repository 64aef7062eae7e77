using System.CommandLine;
using Segue.Import;
using Segue.Making;

namespace Segue.Cli.Commands;

/// <summary>Reads a file as an import would, and keeps nothing.</summary>
internal static class DataCheckCommand
{
    private static readonly Argument<string[]> s_paths = new("PATH") { Description = "Files, .gz, .zip or folders", Arity = ArgumentArity.OneOrMore };

    public static Command Create() => new Command("check", "Says what is in a file and what is wrong with it; exit code 1 when it cannot be used")
        .With(s_paths, DataImportCommand.Map, DataImportCommand.TimeZone, DataImportCommand.Dates)
        .With(DataImportCommand.Ledger, DataImportCommand.MaxRejected)
        .WithExamples("segue data check user_artists.dat", "segue data check dataset.csv --ledger ledger.json")
        .Runs(Run);

    private static void Run(Session session)
    {
        DataReport found;
        using (ProgressBars bars = session.Bars())
            found = ModelMaker.CheckFiles(DataImportCommand.RequestOf(session, session.Get(s_paths)), bars, session.Cancellation);
        Ledger ledger = found.Ledger!;
        DataImportCommand.WriteLedger(session, ledger);
        if (session.Json)
        {
            session.WriteText(MakingJson.Write(found));
            return;
        }

        const int FilesShown = 20;
        foreach (LedgerFile file in ledger.Files.Take(FilesShown))
            session.Say($"{file.Path}: {file.Format}");
        if (ledger.Files.Count > FilesShown)
            session.Say($"... and {ledger.Files.Count - FilesShown:N0} more files");
        foreach (string line in ledger.Summary())
            session.Say(line);
        DataLines.Say(session, found);
    }
}
