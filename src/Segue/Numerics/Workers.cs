namespace Segue.Numerics;

/// <summary>
/// A fixed crew of threads that share out numbered pieces of work, first come first served. The calling thread is worker 0, so a crew of one
/// starts no thread. After the first call nothing is allocated, and pieces must not depend on each other or on who does them: that is what makes
/// results the same on any number of threads.
/// </summary>
internal sealed class Workers : IDisposable
{
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _start = new(0);
    private readonly CountdownEvent _busy = new(1);
    private Action<int, int>? _work;
    private int _pieces;
    private int _next;
    private CancellationToken _cancel;
    private Exception? _failure;
    private volatile bool _closed;

    /// <param name="count">How many threads; 0 means one a processor.</param>
    public Workers(int count)
    {
        Count = count > 0 ? count : Environment.ProcessorCount;
        _threads = new Thread[Count - 1];
        for (int t = 0; t < _threads.Length; t++)
        {
            int worker = t + 1;
            _threads[t] = new Thread(() => Serve(worker)) { IsBackground = true, Name = $"segue worker {worker}" };
            _threads[t].Start();
        }
    }

    public int Count { get; }

    /// <summary>Calls <paramref name="work"/>(worker, piece) once for each piece in 0 .. <paramref name="pieces"/> - 1 and waits for all.</summary>
    /// <exception cref="OperationCanceledException">Canceled; pieces that had begun were finished.</exception>
    public void Run(int pieces, Action<int, int> work, CancellationToken cancel = default)
    {
        (_work, _pieces, _next, _cancel, _failure) = (work, pieces, 0, cancel, null);
        int helpers = Math.Min(_threads.Length, Math.Max(0, pieces - 1));
        if (helpers > 0)
        {
            _busy.Reset(helpers);
            _start.Release(helpers);
        }

        Take(0);
        if (helpers > 0)
            _busy.Wait(CancellationToken.None);
        cancel.ThrowIfCancellationRequested();
        if (_failure is { } failure)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    public void Dispose()
    {
        if (_closed)
            return;
        _closed = true;
        _start.Release(Math.Max(1, _threads.Length));
        foreach (Thread thread in _threads)
            thread.Join();
        _start.Dispose();
        _busy.Dispose();
    }

    private void Serve(int worker)
    {
        while (true)
        {
            _start.Wait();
            if (_closed)
                return;
            Take(worker);
            _busy.Signal();
        }
    }

    private void Take(int worker)
    {
        try
        {
            while (!_cancel.IsCancellationRequested && Volatile.Read(ref _failure) is null && Interlocked.Increment(ref _next) - 1 is var piece && piece < _pieces)
                _work!(worker, piece);
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, e, null); // The first one is thrown on by Run.
        }
    }
}
