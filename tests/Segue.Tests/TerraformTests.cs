using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: terraform/ is well-formed and stays closed, encrypted and pinned. Method: parse it with hcl2json (installed into .build/ from a lock
/// file) and hold <see cref="TerraformRules"/> over the trees; run the installation script with stand-ins. Seen to fail: every rule, on the
/// broken copies below.
/// </summary>
public sealed class TerraformTests
{
    private static readonly string s_folder = Path.Combine(TestData.Repository, "terraform");
    private static readonly Lazy<(string? Modules, string Problem)> s_parser = new(InstallParser);
    private static readonly Lazy<Dictionary<string, JsonElement>> s_parsed = new(ParseAll);

    [Fact]
    public void Every_file_parses_and_every_rule_holds() => Assert.Empty(TerraformRules.Check(Parsed("whole").GetProperty("trees")));

    /// <summary>File, what stands there, what comes in its place, and what must be said of it.</summary>
    public static TheoryData<string, string, string, string> Breaches => new()
    {
        { "network.tf", "each.value : null", "\"::/0\" : null", "aws_vpc_security_group_ingress_rule.ollama: lets the whole Internet in" },
        { "network.tf", "null : each.value", "null : \"0.0.0.0/1\"", "aws_vpc_security_group_ingress_rule.ollama: lets the whole Internet in" },
        { "network.tf", "toset(var.allowed_cidrs)", "toset([\"10.0.0.0/8\"])", "aws_vpc_security_group_ingress_rule.ollama: lets in more than allowed_cidrs" },
        { "network.tf", "from_port         = local.ollama_port", "from_port = 0", "aws_vpc_security_group_ingress_rule.ollama: opens more than one TCP port" },
        { "network.tf", "to_port           = 443", "to_port = 65535", "aws_vpc_security_group_egress_rule.https: lets out more than HTTPS" },
        { "network.tf", "ip_protocol       = \"tcp\"\n  from_port         = 443\n  to_port           = 443", "ip_protocol = \"-1\"", "lets out more than HTTPS" },
        { "network.tf", "  lifecycle {", "  ingress {\n    from_port = 22\n  }\n  lifecycle {", "aws_security_group.host: has rules of its own" },
        { "network.tf", "aws_vpc_security_group_egress_rule\" ", "aws_security_group_rule\" ", "network: uses the old kind of rules" },
        { "variables.tf", "? 48 : 16", "? 0 : 0", "var.allowed_cidrs: has no validation against wide networks" },
        { "variables.tf", "default     = []", "default     = [\"10.0.0.0/16\"]", "var.allowed_cidrs: is not empty by default" },
        { "variables.tf", "default     = false", "default     = true", "aws_instance.host: has a public address by default" },
        { "variables.tf", "default     = \"0.13.3\"", "default     = \"latest\"", "var.ollama_version: pins no release" },
        { "variables.tf", "\"70a3d0f4", "\"", "var.ollama_sha256: holds no checksums" },
        { "variables.tf", "  description = \"Tags added to everything.\"\n", "", "var.tags: is not described" },
        { "variables.tf", "variable \"region\" {", "variable \"unused\" {\n  type = string\n}\nvariable \"region\" {", "var.unused: is not validated" },
        { "variables.tf", "variable \"region\" {", "variable \"unused\" {\n  type = bool\n}\nvariable \"region\" {", "var.unused: is used nowhere" },
        { "host.tf", "= \"required\"", "= \"optional\"", "aws_instance.host: does not require IMDSv2" },
        { "host.tf", "hop_limit = 1", "hop_limit = 2", "aws_instance.host: answers metadata over more than one hop" },
        { "host.tf", "encrypted             = true", "encrypted = false", "aws_instance.host: has a root disk that is not encrypted" },
        { "host.tf", "encrypted             = true\n", "", "aws_instance.host: has a root disk that is not encrypted" },
        { "host.tf", "  tags = {", "  ebs_block_device {\n    device_name = \"x\"\n  }\n  tags = {", "aws_instance.host: has a disk that is not encrypted" },
        { "host.tf", "= var.associate_public_ip_address", "= true", "aws_instance.host: has a public address by default" },
        { "host.tf", "data.aws_ami.al2023.id", "\"ami-0123456789\"", "aws_instance.host: names an image instead of looking it up" },
        { "host.tf", "  tags = {", "  key_name = \"me\"\n  tags = {", "aws_instance.host: takes SSH keys" },
        { "host.tf", "  vpc_security_group_ids      = [aws_security_group.host.id]\n", "", "aws_instance.host: stands in the VPC's default group" },
        { "host.tf", "  iam_instance_profile        = aws_iam_instance_profile.host.name\n", "", "aws_instance.host: has no role for Session Manager" },
        { "host.tf", "var.instance_type", "var.instance_typ", "var.instance_typ: is used but nowhere defined" },
        { "host.tf", "local.cloud_init)", "local.cloudinit)", "local.cloudinit: is used but nowhere defined" },
        { "host.tf", "aws_security_group.host.id", "aws_security_group.hots.id", "aws_security_group.hots: is used but nowhere defined" },
        { "image.tf", "most_recent = true", "most_recent = false", "data.aws_ami.al2023: does not look for the newest" },
        { "image.tf", "[\"amazon\"]", "[\"amazon\", \"123456789012\"]", "data.aws_ami.al2023: takes images of anybody" },
        { "role.tf", "\"ssm:UpdateInstanceInformation\"", "\"ssm:*\"", "data.aws_iam_policy_document.tunnel: allows actions by a wildcard" },
        { "role.tf", "aws_iam_role_policy\" ", "aws_iam_role_policy_attachment\" ", "role: has a managed policy" },
    };

    [Theory]
    [MemberData(nameof(Breaches))]
    public void Each_rule_finds_its_breach(string file, string what, string by, string problem)
    {
        JsonElement broken = Parsed(BreachName(file, what, by));
        Assert.Contains(TerraformRules.Check(broken.GetProperty("trees")), p => p.Contains(problem));
    }

    [Fact]
    public void A_syntax_error_is_found_with_its_line() => Assert.Contains("bad.tf:2,", Parsed("syntax").GetProperty("error").GetString());

    /// <summary>The right checksum: unpacked, started, pulled, asked for a vector, in this order.</summary>
    [Fact]
    public void The_installation_unpacks_what_it_checked()
    {
        (int code, string log, string output) = Install("an archive", "an archive");
        Assert.True(code == 0, output);
        string[] steps =
        [
            "curl github.com", "tar", "useradd", "systemctl daemon-reload", "systemctl enable",
            "curl /api/version", "curl /api/pull all-minilm", "curl /api/embed",
        ];
        Assert.Equal(steps, log.Split('\n'));
        Assert.Contains("all-minilm is ready", output);
    }

    [Theory]
    [InlineData("{\"error\":\"pull model manifest: file does not exist\"}")]
    [InlineData("")]
    public void A_model_that_does_not_come_is_said(string answer)
    {
        (int code, string log, string output) = Install("an archive", "an archive", answer);
        Assert.Equal(1, code);
        Assert.EndsWith("curl /api/pull all-minilm", log);
        Assert.Contains("could not pull all-minilm", output);
        Assert.Contains(answer, output);
    }

    [Theory]
    [InlineData("another archive")]
    [InlineData("")]
    public void The_installation_unpacks_nothing_else(string came)
    {
        (int code, string log, string output) = Install("an archive", came);
        Assert.Equal((1, "curl github.com"), (code, log));
        Assert.Contains("was expected; nothing was installed", output);
    }

    /// <summary>
    /// Runs the script with programs that note that they were called, and a curl that brings what it is told to, in the environment that cloud-init
    /// gives: nothing but a path. Ollama's client panics there.
    /// </summary>
    private static (int Code, string Log, string Output) Install(string expected, string came, string pulled = "{\"status\":\"success\"}")
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "needs /bin/bash");
        using ScratchFolder folder = new();
        Stub("curl", $$"""
            case "$*" in
              *github.com*) echo "curl github.com" >> LOG; while [ $# -gt 0 ]; do [ "$1" = --output ] && printf %s '{{came}}' > "$2"; shift; done;;
              */api/version*) echo "curl /api/version" >> LOG;;
              */api/pull*) echo "curl /api/pull $(sed 's/.*"model":"\([^"]*\)".*/\1/' <<<"$*")" >> LOG; echo '{{pulled}}';;
              */api/embed*) echo "curl /api/embed" >> LOG; echo '{"embeddings":[[0.1]]}';;
            esac
            """);
        Stub("tar", "echo tar >> LOG");
        Stub("id", "exit 1");
        Stub("useradd", "echo useradd >> LOG");
        Stub("systemctl", "echo \"systemctl $1\" >> LOG");
        Stub("ollama", "echo \"ollama $*\" >> LOG; [ -n \"${HOME:-}\" ] || { echo 'panic: $HOME is not defined' >&2; exit 2; }");
        Stub("sleep", "");
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(expected)));
        string[] lines = ["OLLAMA_VERSION=1.2.3", "OLLAMA_ARCH=arm64", $"OLLAMA_SHA256={sha256}", "OLLAMA_MODEL=all-minilm", "OLLAMA_HOST=0.0.0.0:11434"];
        string settings = folder.Write("settings", string.Join('\n', lines));
        (int code, string output) = Run("/bin/bash", [Path.Combine(s_folder, "files", "install-ollama.sh")], start =>
        {
            start.Environment.Clear();
            start.Environment["PATH"] = $"{folder.Path}:/usr/bin:/bin";
            start.Environment["SEGUE_OLLAMA_SETTINGS"] = settings;
        });
        return (code, File.ReadAllText(folder.File("log")).Trim(), output);

        void Stub(string name, string body)
        {
            string path = folder.Write(name, "#!/bin/bash\n" + body.Replace("LOG", folder.File("log")) + "\n");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    private static JsonElement Parsed(string name)
    {
        Assert.SkipWhen(s_parser.Value.Modules is null, s_parser.Value.Problem);
        return s_parsed.Value[name];
    }

    private static string BreachName(string file, string what, string by) => $"{file}|{what}|{by}";

    /// <summary>The whole, one with a syntax error, and every broken copy, parsed in one go.</summary>
    private static Dictionary<string, JsonElement> ParseAll()
    {
        using ScratchFolder root = new();
        List<string> names = ["whole", "syntax"], folders = [Copy(root, 0), Copy(root, 1)];
        File.WriteAllText(Path.Combine(folders[1], "bad.tf"), "variable \"x\" {\n  type = \n}\n");
        foreach ((string file, string what, string by, _) in Breaches.Select(b => b.Data))
        {
            names.Add(BreachName(file, what, by));
            folders.Add(Copy(root, names.Count));
            string path = Path.Combine(folders[^1], file), text = File.ReadAllText(path);
            Assert.Contains(what, text);
            File.WriteAllText(path, text[..text.IndexOf(what)] + by + text[(text.IndexOf(what) + what.Length)..]);
        }

        string program = Path.Combine(s_folder, "check", "parse.js");
        (int code, string output) = Run("node", [program, .. folders], start => start.Environment["NODE_PATH"] = s_parser.Value.Modules!);
        Assert.True(code == 0, output);
        return names.Zip(JsonDocument.Parse(output).RootElement.EnumerateArray()).ToDictionary(p => p.First, p => p.Second);
    }

    private static string Copy(ScratchFolder root, int number)
    {
        string copy = Directory.CreateDirectory(root.File($"{number}")).FullName;
        foreach (string file in Directory.GetFiles(s_folder, "*.tf"))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }

    private static (string? Modules, string Problem) InstallParser()
    {
        string check = Path.Combine(s_folder, "check"), built = Path.Combine(TestData.Repository, ".build", "hcl2json"), stamp = Path.Combine(built, "installed");
        string wanted = File.ReadAllText(Path.Combine(check, "package-lock.json")), modules = Path.Combine(built, "node_modules");
        try
        {
            if (Run("node", ["--version"]).Code != 0)
                return (null, "needs node");
            if (File.Exists(stamp) && File.ReadAllText(stamp) == wanted)
                return (modules, "");
            Directory.CreateDirectory(built);
            foreach (string name in (string[])["package.json", "package-lock.json"])
                File.Copy(Path.Combine(check, name), Path.Combine(built, name), overwrite: true);
            (int code, string output) = Run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], start => start.WorkingDirectory = built);
            if (code != 0)
                return (null, $"needs npm and a registry with @cdktf/hcl2json: {output.Trim()}");
            File.WriteAllText(stamp, wanted);
            return (modules, "");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (null, $"needs node and npm ({e.Message})");
        }
    }

    private static (int Code, string Output) Run(string program, string[] arguments, Action<ProcessStartInfo>? adjust = null)
    {
        ProcessStartInfo start = new(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        adjust?.Invoke(start);
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, process.ExitCode == 0 && program == "node" ? output : output + error.Result);
    }
}
