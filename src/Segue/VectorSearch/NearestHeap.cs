using System.Runtime.CompilerServices;

namespace Segue.VectorSearch;

/// <summary>The k best of what it is offered, in the caller's memory: a binary heap with the worst on top, sorted at the end.</summary>
internal ref struct NearestHeap(Span<Neighbor> memory)
{
    private readonly Span<Neighbor> _heap = memory;

    /// <summary>Goes on with a heap that was left in its memory.</summary>
    public NearestHeap(Span<Neighbor> memory, int count)
        : this(memory)
    {
        Count = count;
        if (count == memory.Length && count > 0)
            Threshold = memory[0].Score;
    }

    public int Count { get; private set; }

    /// <summary>A score must be above this to have a chance (or equal to it with a lower row).</summary>
    public float Threshold { get; private set; } = memory.Length == 0 ? float.PositiveInfinity : float.NegativeInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Offer(int row, float score)
    {
        if (score >= Threshold)
            Insert(new Neighbor(row, score));
    }

    /// <summary>Sorts best first; the heap is used up.</summary>
    public readonly int Sort()
    {
        _heap[..Count].Sort();
        return Count;
    }

    private void Insert(Neighbor candidate)
    {
        Span<Neighbor> heap = _heap;
        if (Count < heap.Length)
        {
            int i = Count++;
            for (int parent = (i - 1) >> 1; i > 0 && candidate > heap[parent]; i = parent, parent = (i - 1) >> 1)
                heap[i] = heap[parent];
            heap[i] = candidate;
        }
        else
        {
            if (heap.Length == 0 || candidate >= heap[0])
                return;
            int i = 0;
            for (int child = 1; child < heap.Length; child = 2 * i + 1)
            {
                if (child + 1 < heap.Length && heap[child + 1] > heap[child])
                    child++;
                if (heap[child] <= candidate)
                    break;
                heap[i] = heap[child];
                i = child;
            }

            heap[i] = candidate;
        }

        if (Count == heap.Length)
            Threshold = heap[0].Score;
    }
}
