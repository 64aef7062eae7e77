using System.Text.Json.Nodes;
using Segue.ModelFiles;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: an operator sees what is there, finds damage, and goes back. Method: the commands on a home with three versions. Seen to fail: with a
/// damaged card that stopped the whole list, and with exit code 0 for a damaged version.
/// </summary>
public sealed class ModelCommandTests
{
    [Fact]
    public void An_empty_home_says_where_to_start()
    {
        using ScratchFolder folder = new();
        (int code, string output, string error) = Run(folder, "list");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("segue demo", output);
        Assert.Equal(0, Run(folder, "verify").Code);
        (code, _, error) = Run(folder, "info", "als");
        Assert.Equal(1, code);
        Assert.Contains("there is no als yet; make one with 'segue train-als'", error);
        Assert.Equal(1, Run(folder, "rollback", "vdb").Code);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Versions_are_listed_described_and_gone_back_to()
    {
        using ScratchFolder folder = new();
        string[] versions = Fill(folder);
        (_, string output, _) = Run(folder, "list", "als");
        Assert.All(versions, v => Assert.Contains(v, output));
        JsonArray rows = Json(folder, "list")["versions"]!.AsArray();
        Assert.Equal([false, false, true], rows.Select(r => (bool)r!["current"]!));
        Assert.Equal(64, (int)rows[0]!["parameters"]!["factors"]!);

        Assert.Contains("factors", Run(folder, "info", "als").Output);
        Assert.Equal(versions[0], (string?)Json(folder, "info", "als", versions[0])["version"]);
        (int code, _, string error) = Run(folder, "info", "als", "0009-x");
        Assert.Equal(1, code);
        Assert.Contains("unknown als version '0009-x'", error);

        Assert.Equal(versions[1], (string?)Json(folder, "rollback", "als")["current"]);
        Assert.Contains($"{versions[2]} is in use now, {versions[1]} was before", Run(folder, "rollback", "als", versions[2]).Output);
    }

    [Fact]
    public void Damage_is_found_named_and_exit_code_1()
    {
        using ScratchFolder folder = new();
        string[] versions = Fill(folder);
        Assert.Equal(0, Run(folder, "verify").Code);
        string als = Path.Combine(folder.Path, "models", "als");
        File.AppendAllText(Path.Combine(als, versions[0], "x.txt"), "!");
        File.WriteAllText(Path.Combine(als, versions[1], "card.json"), "{");
        (int code, string output, string error) = Run(folder, "verify");
        Assert.Equal(1, code);
        Assert.Contains($"als/{versions[2]}: whole", output);
        Assert.Contains("x.txt: is 2 bytes long, but its card says 1", output);
        Assert.Contains("2 of 3 versions are damaged", error);
        Assert.Equal(0, Run(folder, "verify", "als", versions[2]).Code);
        Assert.Equal(2, (int)JsonNode.Parse(Run(folder, "verify", "--json").Output)!["damaged"]!);

        (code, output, error) = Run(folder, "list");
        Assert.Equal(0, code);
        Assert.Contains(versions[1], output);
        Assert.Contains("is damaged: not a readable card", error);
        Assert.Equal(1, Run(folder, "rollback", "als").Code);
    }

    [Fact]
    public void A_kind_that_is_none_is_wrong_usage()
    {
        using ScratchFolder folder = new();
        Assert.Equal(2, Run(folder, "info").Code);
        Assert.Equal(2, Run(folder, "info", "ALS2").Code);
        Assert.Equal(2, Run(folder, "rollback").Code);
        Assert.Contains("Examples:", Run(folder, "--help").Output);
    }

    private static string[] Fill(ScratchFolder folder)
    {
        VersionStore store = new SegueHome(folder.Path).AlsModels;
        return [.. Enumerable.Range(1, 3).Select(i => store.Write(
            new ModelCard { Kind = "als", Data = "abc", Seed = i, Parameters = new JsonObject { ["factors"] = 64 } },
            f => File.WriteAllText(Path.Combine(f, "x.txt"), $"{i}")))];
    }

    private static (int Code, string Output, string Error) Run(ScratchFolder folder, params string[] args) => Cli.Run(["model", .. args, "--home", folder.Path]);

    private static JsonNode Json(ScratchFolder folder, params string[] args)
    {
        (int code, string output, string error) = Run(folder, [.. args, "--json"]);
        Assert.True(code == 0, error);
        return JsonNode.Parse(output)!;
    }
}
