using System.Diagnostics.Metrics;
using Segue.Asking;

namespace Segue.Hosting;

/// <summary>
/// Instruments of the meter "Segue": <c>segue.model.swaps</c>, <c>segue.model.failures</c>, and <c>segue.model.age</c>, the seconds since the models
/// in use were swapped in, with their versions.
/// </summary>
internal sealed class SegueMetrics : IDisposable
{
    private readonly Meter _meter = new("Segue");
    private readonly Counter<long> _swaps, _failures;
    private readonly TimeProvider _time;
    private (ModelVersions Versions, long At) _current;

    public SegueMetrics(TimeProvider time)
    {
        _time = time;
        _current = (new ModelVersions(), time.GetTimestamp());
        _swaps = _meter.CreateCounter<long>("segue.model.swaps", "{swap}", "Times that other versions of the models came into use.");
        _failures = _meter.CreateCounter<long>("segue.model.failures", "{failure}", "Times that new versions could not be opened.");
        _meter.CreateObservableGauge("segue.model.age", Age, "s", "Since the models in use were swapped in.");
    }

    public void Swapped(ModelVersions versions)
    {
        _current = (versions, _time.GetTimestamp());
        _swaps.Add(1);
    }

    public void Failed() => _failures.Add(1);

    public void Dispose() => _meter.Dispose();

    private Measurement<double> Age()
    {
        (ModelVersions versions, long at) = _current;
        return new Measurement<double>(
            _time.GetElapsedTime(at).TotalSeconds,
            new KeyValuePair<string, object?>("als", versions.Als),
            new KeyValuePair<string, object?>("vdb", versions.Vdb));
    }
}
