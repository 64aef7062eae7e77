using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Import;

namespace Segue.Cli.Commands;

/// <summary>Reads a file as an import would, and keeps nothing.</summary>
internal static class DataCheckCommand
{
    private static readonly Argument<string[]> s_paths = new("PATH") { Description = "Files, .gz, .zip or folders", Arity = ArgumentArity.OneOrMore };

    public static Command Create() => new Command("check", "Says what is in a file and what is wrong with it; exit code 1 when it cannot be used")
        .With(s_paths, DataImportCommand.Map, DataImportCommand.TimeZone, DataImportCommand.Ledger, DataImportCommand.MaxRejected)
        .WithExamples("segue data check user_artists.dat", "segue data check dataset.csv --ledger ledger.json")
        .Runs(Run);

    private static void Run(Session session)
    {
        Imported found;
        using (Progress progress = session.Progress("checking"))
            found = Importer.Read(session.Get(s_paths), DataImportCommand.OptionsOf(session), DataImportCommand.Relay(progress), session.Cancellation);
        DataImportCommand.WriteLedger(session, found.Ledger);
        JsonObject described = HomeData.Describe(found);
        if (session.Json)
        {
            described["ledger"] = found.Ledger.ToJson();
            session.WriteJson(described);
            return;
        }

        const int FilesShown = 20;
        foreach (LedgerFile file in found.Ledger.Files.Take(FilesShown))
            session.Say($"{file.Path}: {file.Format}");
        if (found.Ledger.Files.Count > FilesShown)
            session.Say($"... and {found.Ledger.Files.Count - FilesShown:N0} more files");
        foreach (string line in found.Ledger.Summary())
            session.Say(line);
        HomeData.Say(session, described);
    }
}
