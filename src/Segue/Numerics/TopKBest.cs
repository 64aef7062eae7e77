namespace Segue.Numerics;

/// <summary>A row that was found, and its score.</summary>
internal readonly record struct Scored(int Index, float Score)
{
    /// <summary>Whether this row comes after another: a lower score, or the same and a higher index.</summary>
    internal bool IsWorseThan(Scored other) => Score < other.Score || Score == other.Score && Index > other.Index;
}

/// <summary>The best k of what was offered: a binary heap with the worst of them on top.</summary>
internal sealed class Best(int size)
{
    private readonly Scored[] _heap = new Scored[size];
    private int _count;

    /// <summary>A lower score than this is of no use: the k-th best so far, or −∞ while there are fewer.</summary>
    public float Threshold => _count < _heap.Length ? float.NegativeInfinity : _heap.Length == 0 ? float.PositiveInfinity : _heap[0].Score;

    public void Offer(Scored offer)
    {
        if (_count < _heap.Length)
        {
            int at = _count++;
            for (int parent; at > 0 && offer.IsWorseThan(_heap[parent = (at - 1) / 2]); at = parent)
                _heap[at] = _heap[parent];
            _heap[at] = offer;
        }
        else if (_count > 0 && _heap[0].IsWorseThan(offer))
        {
            SinkFromTop(offer);
        }
    }

    /// <summary>What was kept, best first; the heap is empty afterwards and can be used again.</summary>
    public Scored[] Drain()
    {
        Scored[] sorted = new Scored[_count];
        while (_count > 0)
        {
            sorted[_count - 1] = _heap[0];
            Scored last = _heap[--_count];
            if (_count > 0)
                SinkFromTop(last);
        }

        return sorted;
    }

    private void SinkFromTop(Scored value)
    {
        int at = 0;
        for (int child; (child = 2 * at + 1) < _count; at = child)
        {
            if (child + 1 < _count && _heap[child + 1].IsWorseThan(_heap[child]))
                child++;
            if (!_heap[child].IsWorseThan(value))
                break;
            _heap[at] = _heap[child];
        }

        _heap[at] = value;
    }
}
