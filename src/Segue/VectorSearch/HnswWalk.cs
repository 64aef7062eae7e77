using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Segue.VectorSearch;

/// <summary>
/// Algorithm 2 of the paper, SEARCH-LAYER, and what a thread needs for it. The candidates C and the best found W are one pool here: an array
/// sorted best first, in which an entry carries a bit that says whether its links were followed. The walk follows the first entry that has none, and
/// ends when all ef have. Slots that were seen are stamped with the number of the walk, so that nothing is cleared between walks.
/// </summary>
internal sealed unsafe class HnswWalk(int dimensions)
{
    private const ulong Followed = 1;

    private ushort[] _stamps = [];
    private ushort _stamp;
    private ulong[] _pool = new ulong[256];
    private int[] _fresh = new int[64];

    public QuantizedQuery Query { get; } = new(dimensions);

    /// <summary>How many are in the pool.</summary>
    public int Count { get; private set; }

    /// <summary>The slot at a place of the pool, best first.</summary>
    public int Slot(int place) => SlotOf(_pool[place]);

    /// <summary>The score at a place of the pool, by the codes.</summary>
    public float Score(int place) => ScoreOf(_pool[place]);

    /// <summary>Makes ready for a walk through a graph with an empty pool.</summary>
    public void Begin(HnswGraph graph)
    {
        if (_stamps.Length < graph.Capacity)
            (_stamps, _stamp) = (new ushort[graph.Capacity], 0);
        if (_fresh.Length < 2 * graph.M)
            _fresh = new int[2 * graph.M];
        Count = 0;
        NewStamp();
    }

    /// <summary>From the entry down to a layer, following the best alone (ef = 1).</summary>
    /// <returns>False when the graph is empty.</returns>
    public bool Descend(HnswGraph graph, int toLevel)
    {
        int entry = graph.Entry;
        if (entry < 0)
            return false;
        Enter(graph, entry, 1);
        for (int level = graph.Levels.Start[entry]; level > toLevel; level--)
            Spread(graph, level, 1);
        return true;
    }

    /// <summary>Adds a slot to the pool.</summary>
    public void Enter(HnswGraph graph, int slot, int ef)
    {
        if (_stamps[slot] == _stamp)
            return;
        _stamps[slot] = _stamp;
        EnsurePool(ef);
        Offer(slot, Query.Score(graph.Rows, slot), ef);
    }

    public void EnterAll(HnswGraph graph, ReadOnlySpan<int> slots, int ef)
    {
        foreach (int slot in slots)
            Enter(graph, slot, ef);
    }

    /// <summary>Starts the next layer down from the best that was found. (The paper starts from all of W; the best alone finds the same,
    /// sooner.)</summary>
    public void StepDown()
    {
        NewStamp();
        Count = Math.Min(Count, 1);
        if (Count == 1)
        {
            _pool[0] &= ~Followed;
            _stamps[Slot(0)] = _stamp;
        }
    }

    /// <summary>Follows links on one layer until the ef best in the pool have no link that was not followed.</summary>
    public void Spread(HnswGraph graph, int level, int ef)
    {
        EnsurePool(ef);
        if (Count > 0 && level > 0)
            _pool[0] &= ~Followed;
        int room = graph.RoomOf(level);
        for (int next = 0; next < Count;)
        {
            ulong entry = _pool[next];
            if ((entry & Followed) != 0)
            {
                next++;
                continue;
            }

            _pool[next] = entry | Followed;
            int fresh = TakeFresh(graph.LinksOf(SlotOf(entry), level), room);
            int best = Compare(graph, fresh, ef);
            next = best <= next ? best : next + 1;
        }
    }

    /// <summary>The links not seen before, on their way into the cache.</summary>
    private int TakeFresh(int* links, int room)
    {
        ref ushort stamps = ref MemoryMarshal.GetArrayDataReference(_stamps);
        ref int fresh = ref MemoryMarshal.GetArrayDataReference(_fresh);
        ushort stamp = _stamp;
        int count = 0;
        for (int i = 0; i < room; i++)
        {
            int slot = links[i];
            if (slot < 0)
                break;
            ref ushort seen = ref Unsafe.Add(ref stamps, slot);
            if (seen == stamp)
                continue;
            seen = stamp;
            Unsafe.Add(ref fresh, count++) = slot;
        }

        return count;
    }

    /// <summary>Scores the fresh slots and takes the good ones into the pool; tells the best place taken.</summary>
    private int Compare(HnswGraph graph, int fresh, int ef)
    {
        const int Ahead = 3;
        QuantizedRows rows = graph.Rows;
        int best = int.MaxValue;
        for (int i = 0; i < Math.Min(Ahead, fresh); i++)
            rows.Prefetch(_fresh[i]);
        float threshold = Count < ef ? float.NegativeInfinity : ScoreOf(_pool[ef - 1]);
        for (int i = 0; i < fresh; i++)
        {
            if (i + Ahead < fresh)
                rows.Prefetch(_fresh[i + Ahead]);
            int slot = _fresh[i];
            float score = Query.Score(rows, slot);
            if (score >= threshold || Count < ef)
            {
                best = Math.Min(best, Offer(slot, score, ef));
                threshold = Count < ef ? float.NegativeInfinity : ScoreOf(_pool[ef - 1]);
            }
        }

        return best;
    }

    /// <summary>Puts an entry where it belongs, the worst falls out; tells the place.</summary>
    private int Offer(int slot, float score, int ef)
    {
        ulong key = Key(slot, score);
        ref ulong pool = ref MemoryMarshal.GetArrayDataReference(_pool);
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (Unsafe.Add(ref pool, middle) < key)
                low = middle + 1;
            else
                high = middle;
        }

        if (low == ef)
            return int.MaxValue;
        int last = Math.Min(Count, ef - 1);
        _pool.AsSpan(low, last - low).CopyTo(_pool.AsSpan(low + 1));
        _pool[low] = key;
        Count = last + 1;
        return low;
    }

    /// <summary>
    /// Keys rise as scores fall, then as slots fall: score in the upper half, the slot and its bit in the lower. That the newest of equals comes
    /// first keeps doubles of one row in a chain: each links to those just before it. The other way round all would link to the first few, and be
    /// lost.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Key(int slot, float score)
    {
        uint bits = BitConverter.SingleToUInt32Bits(score + 0f); // −0 becomes 0.
        uint rising = (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
        return (ulong)~rising << 32 | (uint)(int.MaxValue - slot) << 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float ScoreOf(ulong key)
    {
        uint rising = ~(uint)(key >> 32);
        return BitConverter.UInt32BitsToSingle((rising & 0x80000000) != 0 ? rising & 0x7FFFFFFF : ~rising);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SlotOf(ulong key) => int.MaxValue - (int)((uint)key >> 1);

    private void EnsurePool(int ef)
    {
        if (_pool.Length < ef + 1)
            Array.Resize(ref _pool, Math.Max(ef + 1, 2 * _pool.Length));
    }

    private void NewStamp()
    {
        if (++_stamp == 0)
        {
            Array.Clear(_stamps);
            _stamp = 1;
        }
    }
}
