using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// A real Garnet server (the .NET tool of <c>.config/dotnet-tools.json</c>) on a free port of 127.0.0.1, with its files in a scratch folder. It ends
/// with the test that started it.
/// </summary>
public sealed class GarnetServer : IAsyncLifetime
{
    private static readonly SemaphoreSlim s_restoring = new(1);
    private static readonly string[] s_small = ["--bind", "127.0.0.1", "--device-type", "RandomAccess", "-m", "512m", "-i", "16m", "--readcache-memory", "16m"];

    private readonly ScratchFolder _folder = new();
    private readonly string[] _settings;
    private Process? _process;

    /// <summary>With vector sets, without a password.</summary>
    public GarnetServer()
        : this("--enable-vector-set-preview")
    {
    }

    private GarnetServer(params string[] settings) => _settings = settings;

    public int Port { get; private set; }

    public string Url => $"redis://127.0.0.1:{Port}";

    public static async Task<GarnetServer> StartAsync(params string[] settings)
    {
        GarnetServer server = new(settings);
        await server.InitializeAsync();
        return server;
    }

    public async ValueTask InitializeAsync()
    {
        for (int attempt = 0; !await TryStart(); attempt++)
            Assert.True(attempt < 3, "garnet-server did not start three times"); // Somebody may have taken the port meanwhile.
    }

    /// <summary>Ends the server at once, as a power cut would.</summary>
    public void Kill()
    {
        _process?.Kill(entireProcessTree: true);
        _process?.WaitForExit();
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        _process?.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A port that nobody listens at, at this moment.</summary>
    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> TryStart()
    {
        Port = FreePort();
        string[] files = ["--port", $"{Port}", "--checkpointdir", _folder.Path];
        _process = Dotnet(["tool", "run", "garnet-server", "--", .. files, .. s_small, .. _settings]);
        Task<string> output = _process.StandardOutput.ReadToEndAsync(), errors = _process.StandardError.ReadToEndAsync();
        for (int i = 0; i < 600; i++)
        {
            if (_process.HasExited)
            {
                string said = await output + await errors;
                if (said.Contains("tool restore", StringComparison.Ordinal))
                    await Restore();
                else if (!said.Contains("address already in use", StringComparison.OrdinalIgnoreCase))
                    Assert.Fail($"garnet-server ended: {said}");
                return false;
            }

            if (await Answers())
                return true;
            await Task.Delay(50);
        }

        Kill();
        return false;
    }

    private async Task<bool> Answers()
    {
        using TcpClient client = new();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task Restore()
    {
        await s_restoring.WaitAsync();
        try
        {
            using Process restore = Dotnet(["tool", "restore"]);
            string said = await restore.StandardOutput.ReadToEndAsync() + await restore.StandardError.ReadToEndAsync();
            await restore.WaitForExitAsync();
            Assert.True(restore.ExitCode == 0, $"dotnet tool restore: {said}");
        }
        finally
        {
            s_restoring.Release();
        }
    }

    private static Process Dotnet(string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", arguments)
    {
        WorkingDirectory = TestData.Repository,
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
