using Microsoft.Extensions.Diagnostics.HealthChecks;
using Segue.Asking;

namespace Segue.Hosting;

/// <summary>Healthy where both models are there, degraded with one, unhealthy with none or after the recommender was disposed.</summary>
internal sealed class SegueHealthCheck(Recommender recommender) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        try
        {
            ModelVersions versions = recommender.Versions;
            string found = $"als {versions.Als ?? "missing"}, vdb {versions.Vdb ?? "missing"}";
            return (versions.Als, versions.Vdb) switch
            {
                (not null, not null) => HealthCheckResult.Healthy(found),
                (null, null) => HealthCheckResult.Unhealthy($"{recommender.Home} holds no models"),
                _ => HealthCheckResult.Degraded(found),
            };
        }
        catch (ObjectDisposedException)
        {
            return HealthCheckResult.Unhealthy("the recommender was disposed");
        }
    }
}
