using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Segue.Asking;
using Segue.Hosting;
using Segue.ModelFiles;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: an app with <c>AddSegue</c> answers with the newest models while others make or roll back versions, and says how it is. Method: a host in
/// this process over a home whose versions are switched underneath it. Seen to fail: without the watch, and with a broken version swapped in instead
/// of refused.
/// </summary>
public sealed class HostingTests(TwoVersionsHome home) : IClassFixture<TwoVersionsHome>
{
    private static readonly SongRequest s_request = new() { For = Listener.User("7"), Mood = "calm", Count = 3 };

    [Fact]
    public async Task A_host_follows_new_versions()
    {
        using IHost host = HostOf(home.Path);
        await host.StartAsync(TestContext.Current.CancellationToken);
        Recommender segue = host.Services.GetRequiredService<Recommender>();
        VersionStore als = new SegueHome(home.Path).AlsModels;
        foreach (string version in als.List().Reverse())
        {
            als.Rollback(version);
            await UntilAsync(() => segue.Versions.Als == version);
            Assert.Equal(version, segue.RecommendSongs(s_request).Model.Als);
        }

        HealthReport health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Healthy, health.Status);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_version_that_cannot_be_opened_leaves_the_old_one_in_use()
    {
        using ScratchFolder folder = new();
        string copy = folder.File("home");
        foreach (string file in Directory.GetFiles(home.Path, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(copy, Path.GetRelativePath(home.Path, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        VersionStore als = new SegueHome(copy).AlsModels;
        IReadOnlyList<string> versions = als.List();
        als.Rollback(versions[0]);
        using IHost host = HostOf(copy);
        await host.StartAsync(TestContext.Current.CancellationToken);
        Recommender segue = host.Services.GetRequiredService<Recommender>();
        SongAnswer before = segue.RecommendSongs(s_request);
        File.WriteAllText(Path.Combine(als.Folder, versions[1], "als.safetensors"), "no model");
        File.WriteAllText(Path.Combine(als.Folder, "current"), versions[1] + "\n");
        Assert.Throws<ModelFileException>(() => segue.Refresh());
        Assert.Equal(AnswerJson.Write(before), AnswerJson.Write(segue.RecommendSongs(s_request)));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Without_models_the_app_starts_and_is_unhealthy()
    {
        using ScratchFolder folder = new();
        using IHost host = HostOf(folder.File("empty"));
        await host.StartAsync(TestContext.Current.CancellationToken);
        HealthReport health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Unhealthy, health.Status);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Options_that_make_no_sense_end_the_start()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSegue(options => (options.Home, options.RefreshEvery) = ("", TimeSpan.Zero));
        using IHost host = builder.Build();
        await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
    }

    private static IHost HostOf(string home)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSegue(options => (options.Home, options.RefreshEvery) = (home, TimeSpan.FromMilliseconds(50)));
        return builder.Build();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(20, TestContext.Current.CancellationToken);
    }
}
