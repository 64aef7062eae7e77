using System.Text.Json;
using System.Text.RegularExpressions;

namespace Segue.Tests;

/// <summary>
/// What must hold of every host this repository describes, checked over parsed HCL (hcl2json's trees: blocks are lists, expressions are
/// strings of the form <c>${...}</c>). A rule says what it found and where; no finding means that it holds.
/// </summary>
internal sealed partial class TerraformRules
{
    private readonly List<string> _problems = [];
    private readonly List<(string Kind, string Type, string Name, JsonElement Body)> _blocks = [];
    private readonly Dictionary<string, JsonElement> _variables = [];
    private readonly HashSet<string> _locals = [];
    private readonly string _text;

    private TerraformRules(JsonElement trees)
    {
        _text = trees.GetRawText();
        foreach (JsonProperty tree in trees.EnumerateObject())
        {
            foreach (JsonProperty kind in tree.Value.EnumerateObject())
            {
                if (kind.Name is "resource" or "data")
                {
                    foreach (JsonProperty type in kind.Value.EnumerateObject())
                    {
                        foreach (JsonProperty name in type.Value.EnumerateObject())
                            _blocks.Add((kind.Name, type.Name, name.Name, name.Value[0]));
                    }
                }
                else if (kind.Name is "variable" or "output")
                {
                    foreach (JsonProperty name in kind.Value.EnumerateObject())
                        (kind.Name == "variable" ? _variables : [])[name.Name] = name.Value[0];
                }
                else if (kind.Name == "locals")
                {
                    foreach (JsonElement locals in kind.Value.EnumerateArray())
                        _locals.UnionWith(locals.EnumerateObject().Select(l => l.Name));
                }
            }
        }
    }

    /// <summary>Every breach of a rule; empty when all hold.</summary>
    public static IReadOnlyList<string> Check(JsonElement trees)
    {
        TerraformRules rules = new(trees);
        rules.CheckNetwork();
        rules.CheckHosts();
        rules.CheckRights();
        rules.CheckVariables();
        rules.CheckReferences();
        return rules._problems;
    }

    private IEnumerable<(string Name, JsonElement Body)> Resources(string type) =>
        _blocks.Where(b => b.Kind == "resource" && b.Type == type).Select(b => ($"{b.Type}.{b.Name}", b.Body));

    private void Require(bool holds, string where, string problem)
    {
        if (!holds)
            _problems.Add($"{where}: {problem}");
    }

    private void CheckNetwork()
    {
        foreach ((string name, JsonElement rule) in Resources("aws_vpc_security_group_ingress_rule"))
        {
            Require(!OpenNetwork().IsMatch(rule.GetRawText()), name, "lets the whole Internet in");
            Require(Text(rule, "for_each") == "${toset(var.allowed_cidrs)}", name, "lets in more than allowed_cidrs");
            Require(Text(rule, "ip_protocol") == "tcp" && Text(rule, "from_port") == Text(rule, "to_port"), name, "opens more than one TCP port");
        }

        foreach ((string name, JsonElement rule) in Resources("aws_vpc_security_group_egress_rule"))
        {
            Require(Text(rule, "ip_protocol") == "tcp" && Text(rule, "from_port") == "443" && Text(rule, "to_port") == "443", name, "lets out more than HTTPS");
        }

        foreach ((string name, JsonElement group) in Resources("aws_security_group"))
            Require(!group.TryGetProperty("ingress", out _) && !group.TryGetProperty("egress", out _), name, "has rules of its own; they are resources");
        Require(!Resources("aws_security_group_rule").Any() && !Resources("aws_default_security_group").Any(), "network", "uses the old kind of rules");

        JsonElement allowed = _variables.GetValueOrDefault("allowed_cidrs");
        Require(allowed.ValueKind == JsonValueKind.Object && allowed.GetProperty("default").GetArrayLength() == 0, "var.allowed_cidrs", "is not empty by default");
        Match width = allowed.ValueKind == JsonValueKind.Object ? WidthOfNetworks().Match(Unescaped(allowed)) : Match.Empty;
        bool isNarrow = width.Success && int.Parse(width.Groups[1].Value) >= 32 && int.Parse(width.Groups[2].Value) >= 8;
        Require(isNarrow, "var.allowed_cidrs", "has no validation against wide networks");
    }

    private void CheckHosts()
    {
        Require(Resources("aws_instance").Any(), "host", "there is none");
        foreach ((string name, JsonElement host) in Resources("aws_instance"))
        {
            Require(Text(Block(host, "metadata_options"), "http_tokens") == "required", name, "does not require IMDSv2");
            Require(Text(Block(host, "metadata_options"), "http_put_response_hop_limit") == "1", name, "answers metadata over more than one hop");
            Require(Text(Block(host, "root_block_device"), "encrypted") == "true", name, "has a root disk that is not encrypted");
            foreach (JsonElement disk in host.TryGetProperty("ebs_block_device", out JsonElement disks) ? disks.EnumerateArray() : [])
                Require(Text(disk, "encrypted") == "true", name, "has a disk that is not encrypted");
            string address = Text(host, "associate_public_ip_address");
            bool isOff = address == "false" || VariableReference().Match(address) is { Success: true } use
                && _variables.TryGetValue(use.Groups[1].Value, out JsonElement variable) && Text(variable, "default") == "false";
            Require(isOff, name, "has a public address by default");
            Require(!host.TryGetProperty("key_name", out _), name, "takes SSH keys; Session Manager needs none");
            Require(host.TryGetProperty("iam_instance_profile", out _), name, "has no role for Session Manager");
            Require(Text(host, "ami").StartsWith("${data.aws_ami.", StringComparison.Ordinal), name, "names an image instead of looking it up");
            Require(Text(host, "vpc_security_group_ids") == "" && host.TryGetProperty("vpc_security_group_ids", out _), name, "stands in the VPC's default group");
        }

        foreach ((string name, JsonElement disk) in Resources("aws_ebs_volume"))
            Require(Text(disk, "encrypted") == "true", name, "is not encrypted");
        foreach (var image in _blocks.Where(b => b.Type == "aws_ami"))
        {
            Require(Text(image.Body, "most_recent") == "true", $"data.aws_ami.{image.Name}", "does not look for the newest");
            Require(image.Body.TryGetProperty("owners", out JsonElement owners) && owners.EnumerateArray().All(o => o.GetString() == "amazon"),
                $"data.aws_ami.{image.Name}", "takes images of anybody");
        }
    }

    private void CheckRights()
    {
        foreach (var policy in _blocks.Where(b => b.Type == "aws_iam_policy_document"))
        {
            foreach (JsonElement statement in policy.Body.GetProperty("statement").EnumerateArray())
            {
                Require(statement.TryGetProperty("actions", out JsonElement actions) && actions.EnumerateArray().All(a => !a.GetString()!.Contains('*')),
                    $"data.aws_iam_policy_document.{policy.Name}", "allows actions by a wildcard");
            }
        }

        bool isManaged = Resources("aws_iam_role_policy_attachment").Any() || _text.Contains(":iam::aws:policy");
        Require(!isManaged, "role", "has a managed policy, which allows more than the tunnel");
        Require(!_text.Contains("jsonencode"), "role", "has a policy that these rules cannot read; use aws_iam_policy_document");
    }

    private void CheckVariables()
    {
        foreach ((string name, JsonElement variable) in _variables)
        {
            Require(Text(variable, "description").Length > 0, $"var.{name}", "is not described");
            Require(Text(variable, "type").Length > 0, $"var.{name}", "has no type");
            Require(variable.TryGetProperty("validation", out _) || Text(variable, "type") == "${bool}", $"var.{name}", "is not validated");
            Require(_text.Contains($"var.{name}"), $"var.{name}", "is used nowhere");
        }

        Require(ReleaseNumber().IsMatch(Text(_variables.GetValueOrDefault("ollama_version"), "default")), "var.ollama_version", "pins no release");
        JsonElement sums = _variables.TryGetValue("ollama_sha256", out JsonElement sha) && sha.TryGetProperty("default", out JsonElement map) ? map : default;
        Require(sums.ValueKind == JsonValueKind.Object && sums.EnumerateObject().Any() && sums.EnumerateObject().All(s => Sha256().IsMatch(s.Value.GetString()!)),
            "var.ollama_sha256", "holds no checksums");
    }

    /// <summary>What Terraform's own validate would find first: names that stand nowhere.</summary>
    private void CheckReferences()
    {
        foreach (Match use in Reference().Matches(_text))
        {
            string[] parts = use.Value.Split('.');
            bool exists = parts switch
            {
                ["var", string name] => _variables.ContainsKey(name),
                ["local", string name] => _locals.Contains(name),
                ["data", string type, string name] => _blocks.Any(b => (b.Kind, b.Type, b.Name) == ("data", type, name)),
                [string type, string name] => _blocks.Any(b => (b.Kind, b.Type, b.Name) == ("resource", type, name)),
                _ => true,
            };
            Require(exists, use.Value, "is used but nowhere defined");
        }
    }

    private static JsonElement Block(JsonElement body, string name) => body.TryGetProperty(name, out JsonElement block) ? block[0] : default;

    private static string Text(JsonElement body, string name) =>
        body.ValueKind != JsonValueKind.Object || !body.TryGetProperty(name, out JsonElement value) ? ""
        : value.ValueKind == JsonValueKind.String ? value.GetString()!
        : value.ValueKind is JsonValueKind.Array or JsonValueKind.Object ? ""
        : value.GetRawText();

    private static string Unescaped(JsonElement body) =>
        string.Join('\n', body.GetProperty("validation").EnumerateArray().Select(v => v.GetProperty("condition").GetString()));

    [GeneratedRegex(@"""(0\.0\.0\.0/\d|::/\d)")]
    private static partial Regex OpenNetwork();

    [GeneratedRegex(@">= \(strcontains\(cidr, "":""\) \? (\d+) : (\d+)\)")]
    private static partial Regex WidthOfNetworks();

    [GeneratedRegex(@"^\$\{var\.(\w+)\}$")]
    private static partial Regex VariableReference();

    [GeneratedRegex(@"^\d+\.\d+\.\d+$")]
    private static partial Regex ReleaseNumber();

    [GeneratedRegex("^[0-9a-f]{64}$")]
    private static partial Regex Sha256();

    [GeneratedRegex(@"(?<![\w.:/-])(var\.\w+|local\.\w+|data\.aws_\w+\.\w+|aws_\w+\.\w+)")]
    private static partial Regex Reference();
}
