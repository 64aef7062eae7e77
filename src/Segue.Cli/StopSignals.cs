using System.Runtime.InteropServices;

namespace Segue.Cli;

/// <summary>
/// The one source of every stop: Ctrl-C, a service's SIGTERM, a closed terminal's SIGHUP. The first asks for a clean end with nothing half-written;
/// the second ends the process at once.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _signalNumber;

    private StopSignals(CancellationTokenSource source) => _source = source;

    public CancellationToken Token => _source.Token;

    /// <summary>The exit code of a process that was stopped: 128 and the signal's number; null while nobody asked.</summary>
    public int? Stopped => _source.IsCancellationRequested ? 128 + (_signalNumber == 0 ? 2 : _signalNumber) : null;

    /// <summary>Hears the system's signals from here on.</summary>
    public static StopSignals Listen()
    {
        StopSignals stop = new(new CancellationTokenSource());
        (PosixSignal Signal, int Number)[] signals = [(PosixSignal.SIGHUP, 1), (PosixSignal.SIGINT, 2), (PosixSignal.SIGTERM, 15)];
        foreach ((PosixSignal signal, int number) in signals)
            stop._registrations.Add(PosixSignalRegistration.Create(signal, context => stop.Hear(context, number)));
        return stop;
    }

    /// <summary>For a caller with a token of its own: a stop counts as Ctrl-C.</summary>
    public static StopSignals From(CancellationToken token) => new(CancellationTokenSource.CreateLinkedTokenSource(token));

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void Hear(PosixSignalContext context, int number)
    {
        context.Cancel = true;
        if (Interlocked.CompareExchange(ref _signalNumber, number, 0) != 0)
            Environment.Exit(128 + number);
        try
        {
            _source.Cancel();
        }
        catch (Exception e) when (e is AggregateException or ObjectDisposedException)
        {
            // What somebody does on a stop failed, or the work was just done: the stop stands all the same.
        }
    }
}
