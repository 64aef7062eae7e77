using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Import;
using Spectre.Console;

namespace Segue.Cli.Commands;

/// <summary>The data sets: what there is, and what is here already.</summary>
internal static class DataCommand
{
    public static Command Create() => new Command("data", "Data sets and histories: what exists, download, make the sample, check a file, take files in")
        .With(
            new Command("list", "Data sets that can be fetched, and what is in the home folder").Runs(List),
            DataGetCommand.Create(),
            new Command("sample", "Makes the built-in sample: an invented world of 400 listeners, 300 artists and 3,000 tracks").Runs(MakeSample),
            DataCheckCommand.Create(),
            DataImportCommand.Create(),
            DataForgetCommand.Create())
        .WithExamples(
            "segue data list",
            "segue data get lastfm-2k                             # licence first, then download and import",
            "segue data check user_artists.dat                    # what is in it, and what is wrong with it",
            "segue data import my_spotify_data.zip --as me        # your own history, for 'segue recommend --profile me'");

    private static void List(Session session)
    {
        JsonArray sources = [];
        Table table = new Table().Border(TableBorder.None).AddColumns("data set", "what it is", "licence");
        foreach (DataSource source in DataSources.All)
        {
            sources.Add((JsonNode)new JsonObject
            {
                ["name"] = source.Name,
                ["about"] = source.About,
                ["license"] = source.License,
                ["url"] = source.Url.ToString(),
            });
            table.AddRow(Markup.Escape(source.Name), Markup.Escape(source.About), Markup.Escape(source.License));
        }

        string? plays = session.Home.PlaysData.Current(), tracks = session.Home.TracksData.Current();
        IReadOnlyList<string> profiles = new ListenerProfiles(session.Home.Folder).List();
        if (session.Json)
        {
            session.WriteJson(new JsonObject
            {
                ["sources"] = sources,
                ["home"] = session.Home.Folder,
                ["plays"] = plays,
                ["tracks"] = tracks,
                ["profiles"] = new JsonArray([.. profiles.Select(p => JsonValue.Create(p))]),
            });
            return;
        }

        session.Terminal.Ansi().Write(table);
        session.Say("");
        session.Say($"In {session.Home.Folder}:");
        session.Say($"  plays     {plays ?? "none yet"}");
        session.Say($"  tracks    {tracks ?? "none yet"}");
        session.Say($"  profiles  {(profiles.Count == 0 ? "none yet" : string.Join(", ", profiles))}");
    }

    private static void MakeSample(Session session)
    {
        session.Note(Sample.Notice);
        DataLines.Tell(session, session.Maker.MakeSample(session.Seed));
    }
}
