using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Segue.Asking;

namespace Segue.Hosting;

/// <summary>Segue in an app with dependency injection.</summary>
public static class SegueServiceCollectionExtensions
{
    /// <summary>
    /// Adds one <see cref="Recommender"/> for the whole app, which answers with the newest versions of a home folder's models as other processes make
    /// them, and a health check named "segue".
    /// </summary>
    /// <param name="services">The app's.</param>
    /// <param name="configure">Sets the options.</param>
    public static IServiceCollection AddSegue(this IServiceCollection services, Action<SegueOptions> configure)
    {
        services.AddOptions<SegueOptions>()
            .Validate(o => !string.IsNullOrWhiteSpace(o.Home), "Segue needs the folder with its models: SegueOptions.Home is empty.")
            .Validate(
                o => o.RefreshEvery > TimeSpan.Zero || o.RefreshEvery == Timeout.InfiniteTimeSpan,
                "SegueOptions.RefreshEvery is a time above 0, or Timeout.InfiniteTimeSpan.")
            .ValidateOnStart();
        services.Configure(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(Open);
        services.TryAddSingleton<SegueMetrics>();
        services.AddHostedService<ModelWatch>();
        services.AddHealthChecks().AddCheck<SegueHealthCheck>("segue");
        return services;
    }

    /// <summary>The same with a home folder and the other defaults.</summary>
    /// <param name="services">The app's.</param>
    /// <param name="home">The folder that holds <c>data/</c> and <c>models/</c>.</param>
    public static IServiceCollection AddSegue(this IServiceCollection services, string home) => services.AddSegue(options => options.Home = home);

    private static Recommender Open(IServiceProvider services)
    {
        SegueOptions options = services.GetRequiredService<IOptions<SegueOptions>>().Value;
        return Recommender.Open(options.Home, new RecommenderOptions { LexiconPath = options.LexiconPath });
    }
}
