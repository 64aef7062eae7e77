using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.ModelFiles;
using Spectre.Console;

namespace Segue.Cli.Commands;

/// <summary>The versions on disk: which there are, what is in one, whether it is whole, and back to an older one.</summary>
internal static class ModelCommand
{
    private static readonly string[] s_kinds = ["als", "vdb", "plays", "tracks"];

    private static readonly Argument<string> s_kind = new Argument<string>("kind")
    {
        Description = "als, vdb, plays or tracks",
        HelpName = "KIND",
    }.AcceptOnlyFromAmong(s_kinds);
    private static readonly Argument<string?> s_anyKind = new Argument<string?>("kind")
    {
        Description = "als, vdb, plays or tracks (default: all)",
        HelpName = "KIND",
        DefaultValueFactory = _ => null,
    }.AcceptOnlyFromAmong(s_kinds);
    private static readonly Argument<string?> s_version = new("version")
    {
        Description = "A version that 'segue model list' shows (default: the one in use)",
        HelpName = "VERSION",
        DefaultValueFactory = _ => null,
    };
    private static readonly Argument<string?> s_target = new("version")
    {
        Description = "The version to use (default: the one before the one in use)",
        HelpName = "VERSION",
        DefaultValueFactory = _ => null,
    };

    public static Command Create() => new Command("model", "The versions of models and data on disk")
        .With(
            new Command("list", "Every version, oldest first; the last three of each kind are kept").With(s_anyKind)
                .WithExamples("segue model list", "segue model list als --json").Runs(List),
            new Command("info", "What a version was made from, with which parameters, and how good it was").With(s_kind, s_version)
                .WithExamples("segue model info als", "segue model info vdb 0001-1a2b3c4d5e6f --json").Runs(Info),
            new Command("verify", "Checks every file of every version against its checksum").With(s_anyKind, s_version)
                .WithExamples("segue model verify", "segue model verify als").Returns(Verify),
            new Command("rollback", "Goes back to the version before the one in use, or to a named one; nothing is deleted").With(s_kind, s_target)
                .WithExamples("segue model rollback als", "segue model rollback als 0002-1a2b3c4d5e6f").Runs(Rollback))
        .WithExamples("segue model list", "segue model info als", "segue model verify", "segue model rollback als");

    private static VersionStore StoreOf(Session session, string kind) => kind switch
    {
        "als" => session.Home.AlsModels,
        "vdb" => session.Home.VdbModels,
        "plays" => session.Home.PlaysData,
        _ => session.Home.TracksData,
    };

    private static IEnumerable<VersionStore> Stores(Session session) =>
        (session.Get(s_anyKind) is string kind ? [kind] : s_kinds).Select(k => StoreOf(session, k));

    private static void List(Session session)
    {
        JsonArray rows = [];
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns("kind", "version", "in use");
        table.AddColumn(new TableColumn("MB").RightAligned());
        table.AddColumns("made from", "with");
        foreach (VersionStore store in Stores(session))
        {
            string? current = CurrentOrNull(store, session);
            foreach (string version in store.List())
            {
                ModelCard? card = CardOrNull(store, version, session);
                long bytes = card?.Files.Values.Sum(f => f.Bytes) ?? 0;
                rows.Add((JsonNode)new JsonObject
                {
                    ["kind"] = store.Kind,
                    ["version"] = version,
                    ["current"] = version == current,
                    ["bytes"] = bytes,
                    ["data"] = card?.Data,
                    ["seed"] = card?.Seed,
                    ["parameters"] = card?.Parameters.DeepClone(),
                    ["metrics"] = card?.Metrics.DeepClone(),
                });
                table.AddRow(
                    store.Kind, version, version == current ? "*" : "", $"{bytes / 1e6:0.0}",
                    Markup.Escape(card is null ? "" : card.Data[..Math.Min(12, card.Data.Length)]), Markup.Escape(card is null ? "damaged" : Summary(card)));
            }
        }

        if (session.Json)
            session.WriteJson(new JsonObject { ["home"] = session.Home.Folder, ["versions"] = rows });
        else if (rows.Count == 0)
            session.Say($"Nothing in {session.Home.Folder} yet. Start with 'segue demo', or 'segue data import PATH'.");
        else
            session.Terminal.Ansi().Write(table);
    }

    private static void Info(Session session)
    {
        string kind = session.Get(s_kind);
        VersionStore store = StoreOf(session, kind);
        (string version, string folder) = store.Find(session.Get(s_version));
        ModelCard card = ModelCard.Read(Path.Combine(folder, "card.json"));
        bool isCurrent = version == CurrentOrNull(store, session);
        if (session.Json)
        {
            JsonObject json = JsonNode.Parse(card.ToJson())!.AsObject();
            (json["version"], json["current"], json["folder"]) = (version, isCurrent, folder);
            session.WriteJson(json);
            return;
        }

        Table table = new() { Border = TableBorder.None, ShowHeaders = false };
        table.AddColumns("", "");
        Row("version", $"{kind}/{version}{(isCurrent ? ", in use" : "")}");
        Row("folder", folder);
        Row("made from", card.Data);
        if (card.Seed is int seed)
            Row("seed", $"{seed}");
        foreach ((string name, JsonNode? value) in card.Parameters.Concat(card.Metrics))
            Row(name, Short(value));
        foreach ((string name, (long bytes, string sha256)) in card.Files)
            Row(name, $"{bytes / 1e6:0.0} MB, SHA-256 {sha256[..12]}...");
        session.Terminal.Ansi().Write(table);

        void Row(string name, string value) => table.AddRow(Markup.Escape(name), Markup.Escape(value));
    }

    private static int Verify(Session session)
    {
        if (session.Get(s_version) is not null && session.Get(s_anyKind) is null)
            throw new WrongUsageException("say which kind the version is of, e.g. 'segue model verify als VERSION'");
        JsonArray rows = [];
        int damaged = 0;
        foreach (VersionStore store in Stores(session))
        {
            IReadOnlyList<string> versions = session.Get(s_version) is string one ? [store.Find(one).Name] : store.List();
            foreach (string version in versions)
            {
                session.Cancellation.ThrowIfCancellationRequested();
                string? problem = ProblemOf(store, version);
                damaged += problem is null ? 0 : 1;
                rows.Add((JsonNode)new JsonObject
                {
                    ["kind"] = store.Kind,
                    ["version"] = version,
                    ["whole"] = problem is null,
                    ["problem"] = problem,
                });
                session.Say($"{store.Kind}/{version}: {problem ?? "whole"}");
            }
        }

        if (session.Json)
            session.WriteJson(new JsonObject { ["versions"] = rows, ["damaged"] = damaged });
        else if (rows.Count == 0)
            session.Say($"Nothing in {session.Home.Folder} yet.");
        if (damaged > 0)
            session.Warn($"segue: {damaged} of {rows.Count} versions are damaged; make them again, or go back with 'segue model rollback'");
        return damaged > 0 ? 1 : 0;
    }

    private static void Rollback(Session session)
    {
        string kind = session.Get(s_kind);
        VersionStore store = StoreOf(session, kind);
        string? before = CurrentOrNull(store, session);
        string now = store.Rollback(session.Get(s_target));
        if (session.Json)
            session.WriteJson(new JsonObject { ["kind"] = kind, ["before"] = before, ["current"] = now });
        else
            session.Say($"{kind}: {now} is in use now{(before is null ? "" : $", {before} was before")}.");
    }

    private static string? ProblemOf(VersionStore store, string version)
    {
        try
        {
            store.Verify(version);
            return null;
        }
        catch (ModelFileException e)
        {
            return e.Message;
        }
    }

    private static ModelCard? CardOrNull(VersionStore store, string version, Session session)
    {
        try
        {
            return ModelCard.Read(Path.Combine(store.Folder, version, "card.json"));
        }
        catch (ModelFileException e)
        {
            session.Warn($"segue: {e.Message}");
            return null;
        }
    }

    private static string? CurrentOrNull(VersionStore store, Session session)
    {
        try
        {
            return store.Current();
        }
        catch (ModelFileException e)
        {
            session.Warn($"segue: {e.Message}");
            return null;
        }
    }

    /// <summary>The plain values of a card, as "factors 64, iterations 10".</summary>
    private static string Summary(ModelCard card) => string.Join(", ", card.Parameters.Concat(card.Metrics)
        .Where(p => p.Value is JsonValue).Take(6).Select(p => $"{p.Key} {Short(p.Value)}"));

    private static string Short(JsonNode? value)
    {
        string text = value?.ToJsonString().Trim('"') ?? "";
        return text.Length <= 90 ? text : text[..87] + "...";
    }
}
