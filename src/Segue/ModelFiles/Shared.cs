using System.Diagnostics.CodeAnalysis;

namespace Segue.ModelFiles;

/// <summary>
/// Something disposable that many threads use and one may replace. A user takes a <see cref="Lease{T}"/> and returns it; after <see cref="Retire"/>
/// nobody gets one any more, and the value is disposed once, when the last lease is back: at once where there is none.
/// </summary>
/// <param name="value">Owned from now on: nobody else disposes it.</param>
internal sealed class Shared<T>(T value) : IDisposable
    where T : class, IDisposable
{
    private readonly Lock _lock = new();
    private int _leases;
    private bool _isRetired;

    /// <returns>False after <see cref="Retire"/>: take the lease of what came in its place.</returns>
    public bool TryAcquire([NotNullWhen(true)] out Lease<T>? lease)
    {
        lock (_lock)
        {
            if (_isRetired)
            {
                lease = null;
                return false;
            }

            _leases++;
        }

        lease = new Lease<T>(value, this);
        return true;
    }

    /// <exception cref="ObjectDisposedException">It was retired.</exception>
    public Lease<T> Acquire() => TryAcquire(out Lease<T>? lease) ? lease : throw new ObjectDisposedException(typeof(T).Name);

    /// <summary>No more leases; returns at once, while those that are out may go on. Retiring twice is retiring once.</summary>
    public void Retire()
    {
        lock (_lock)
        {
            if (_isRetired)
                return;
            _isRetired = true;
            if (_leases > 0)
                return;
        }

        value.Dispose();
    }

    public void Dispose() => Retire();

    internal void Return()
    {
        lock (_lock)
        {
            if (--_leases > 0 || !_isRetired)
                return;
        }

        value.Dispose(); // Only one thread gets here: no lease is left, and none is given any more.
    }
}

/// <summary>The right to use a value until the lease is disposed; disposing it twice returns it once.</summary>
internal sealed class Lease<T> : IDisposable
    where T : class, IDisposable
{
    private readonly T _value;
    private Shared<T>? _owner;

    internal Lease(T value, Shared<T> owner) => (_value, _owner) = (value, owner);

    /// <exception cref="ObjectDisposedException">The lease was returned.</exception>
    public T Value => Volatile.Read(ref _owner) is null ? throw new ObjectDisposedException($"a lease of {typeof(T).Name}") : _value;

    public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Return();
}
