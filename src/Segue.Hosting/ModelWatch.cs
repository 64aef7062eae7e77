using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Segue.Asking;

namespace Segue.Hosting;

/// <summary>
/// Looks every few seconds whether another process made new versions of the models, or went back to old ones, and swaps to them. A version that
/// cannot be opened is told once and tried again; the old one goes on answering.
/// </summary>
internal sealed partial class ModelWatch(
    Recommender recommender, SegueMetrics metrics, IOptions<SegueOptions> options, TimeProvider time, ILogger<ModelWatch> log) : BackgroundService
{
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.LoadAtStart)
            recommender.Load();
        metrics.Swapped(recommender.Versions);
        LogLoaded(recommender.Home, recommender.Versions.Als, recommender.Versions.Vdb);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.RefreshEvery == Timeout.InfiniteTimeSpan)
            return;
        using PeriodicTimer timer = new(options.Value.RefreshEvery, time);
        string? told = null;
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            told = Refresh(told);
    }

    /// <param name="told">The problem that was told last; null for none.</param>
    /// <returns>The problem that there is now; null for none.</returns>
    private string? Refresh(string? told)
    {
        try
        {
            if (recommender.Refresh())
            {
                metrics.Swapped(recommender.Versions);
                LogSwapped(recommender.Versions.Als, recommender.Versions.Vdb);
            }

            return null;
        }
        catch (Exception e) when (e is SegueException or IOException or UnauthorizedAccessException)
        {
            metrics.Failed();
            if (e.Message != told)
                LogFailed(e.Message);
            return e.Message;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Segue answers from {Home}: als {Als}, vdb {Vdb}")]
    private partial void LogLoaded(string home, string? als, string? vdb);

    [LoggerMessage(Level = LogLevel.Information, Message = "Segue swapped to als {Als}, vdb {Vdb}")]
    private partial void LogSwapped(string? als, string? vdb);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Segue keeps its models, the new ones cannot be opened: {Problem}")]
    private partial void LogFailed(string problem);
}
