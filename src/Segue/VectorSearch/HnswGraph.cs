using System.Runtime.CompilerServices;

namespace Segue.VectorSearch;

/// <summary>
/// The columns of an HNSW index: rows in slots, and for each slot its links. A list of links is as long as there is room and ends early with −1.
/// <para>Readers take the graph once and work on it without locks. The one writer only ever (1) fills slots beyond <see cref="Count"/>, which no link
/// names yet, (2) rewrites a list of links in place, whose every state is a list of good slots, (3) sets or clears a bit in <see cref="Dead"/>, (4) says of a
/// row which slot of this graph it is in. Anything else, more room above all, is a new graph, and shares nothing that is written with the old
/// one.</para>
/// </summary>
internal sealed unsafe class HnswGraph
{
    private int _count, _entry = -1;

    /// <summary>Links on the upper layers; the lowest has twice as many.</summary>
    public required int M { get; init; }

    public required QuantizedRows Rows { get; init; }

    /// <summary>2M links a slot, on layer 0.</summary>
    public required Block<int> Links { get; init; }

    /// <summary>The highest layer of each slot.</summary>
    public required Block<byte> Levels { get; init; }

    /// <summary>Where the upper links of a slot start, M a layer from layer 1 on.</summary>
    public required Block<int> UpperStart { get; init; }

    public required Block<int> Upper { get; init; }

    /// <summary>A bit for each slot whose row was removed, replaced or is hidden: it is walked through, and not found.</summary>
    public required Block<ulong> Dead { get; init; }

    /// <summary>The row in each slot; null when both are the same.</summary>
    public required Block<int>? RowOf { get; init; }

    /// <summary>The slot of each row, −1 for none; null when both are the same and none is dead.</summary>
    public Block<int>? SlotOf { get; private set; }

    public int UpperUsed { get; set; }

    public int DeadCount { get; set; }

    /// <summary>Slots that are kept from being found for a while; they may lie beyond <see cref="Count"/>.</summary>
    public int HiddenCount { get; private set; }

    public int Capacity => Levels.Length;

    /// <summary>Slots in use.</summary>
    public int Count
    {
        get => Volatile.Read(ref _count);
        set => Volatile.Write(ref _count, value);
    }

    /// <summary>The slot where every walk starts, one of the highest; −1 when there is none.</summary>
    public int Entry
    {
        get => Volatile.Read(ref _entry);
        set => Volatile.Write(ref _entry, value);
    }

    /// <param name="capacity">Slots.</param>
    /// <param name="rows">Row numbers, from 0.</param>
    public static HnswGraph Allocate(int capacity, int rows, int dimensions, Metric metric, HnswOptions options)
    {
        HnswGraph graph = new()
        {
            M = options.M,
            Rows = QuantizedRows.Allocate(capacity, dimensions, metric, options.Precision),
            Links = Block<int>.Allocate(2L * options.M * capacity),
            Levels = Block<byte>.Allocate(capacity),
            UpperStart = Block<int>.Allocate(capacity),
            Upper = Block<int>.Allocate(UpperRoom(capacity, options.M)),
            Dead = Block<ulong>.Allocate((capacity + 63) / 64),
            RowOf = Block<int>.Allocate(capacity),
            SlotOf = Block<int>.Allocate(rows),
        };
        graph.SlotOf.Writable(0, rows).Fill(-1);
        graph.Links.Writable(0, graph.Links.Length).Fill(-1);
        graph.Upper.Writable(0, graph.Upper.Length).Fill(-1);
        return graph;
    }

    /// <summary>The same graph in memory of our own, with room for so many slots, row numbers and upper links.</summary>
    public HnswGraph Resized(int capacity, int rows, int upper)
    {
        int count = Count;
        HnswGraph graph = new()
        {
            M = M,
            Rows = Rows.Resized(capacity),
            Links = Links.Resized(2L * M * capacity),
            Levels = Levels.Resized(capacity),
            UpperStart = UpperStart.Resized(capacity),
            Upper = Upper.Resized(Math.Max(upper, UpperRoom(capacity, M))),
            Dead = Dead.Resized((capacity + 63) / 64),
            RowOf = RowOf?.Resized(capacity) ?? Block<int>.Allocate(capacity),
            SlotOf = Slots(rows),
            UpperUsed = UpperUsed,
            DeadCount = DeadCount,
            HiddenCount = HiddenCount,
            Count = count,
            Entry = Entry,
        };
        graph.Links.Writable(2L * M * count, graph.Links.Length - 2 * M * count).Fill(-1);
        graph.Upper.Writable(UpperUsed, graph.Upper.Length - UpperUsed).Fill(-1);
        for (int slot = 0; RowOf is null && slot < count; slot++)
            graph.RowOf.Start[slot] = slot;
        return graph;
    }

    public long MemoryBytes => Rows.MemoryBytes + 4L * (Links.Length + UpperStart.Length + Upper.Length + (RowOf?.Length ?? 0)) + Levels.Length + 8L * Dead.Length;

    public int RoomOf(int level) => level == 0 ? 2 * M : M;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int* LinksOf(int slot, int level) => level == 0 ? Links.Start + (long)slot * 2 * M : Upper.Start + UpperStart.Start[slot] + (level - 1) * M;

    /// <summary>The links of a slot as they are now, without the end mark.</summary>
    public ReadOnlySpan<int> ListOf(int slot, int level)
    {
        ReadOnlySpan<int> list = new(LinksOf(slot, level), RoomOf(level));
        int end = list.IndexOf(-1);
        return end < 0 ? list : list[..end];
    }

    public bool IsDead(int slot) => (Dead.Start[slot >> 6] >> slot & 1) != 0;

    public void Bury(int slot)
    {
        if (IsDead(slot))
            HiddenCount--;
        Volatile.Write(ref Dead.Start[slot >> 6], Dead.Start[slot >> 6] | 1UL << slot);
        DeadCount++;
    }

    /// <summary>Keeps a slot from being found for a while.</summary>
    public void Hide(int slot)
    {
        Volatile.Write(ref Dead.Start[slot >> 6], Dead.Start[slot >> 6] | 1UL << slot);
        HiddenCount++;
    }

    /// <summary>Undoes <see cref="Hide"/>.</summary>
    public void Reveal(int slot)
    {
        Volatile.Write(ref Dead.Start[slot >> 6], Dead.Start[slot >> 6] & ~(1UL << slot));
        HiddenCount--;
    }

    public int Row(int slot) => RowOf is null ? slot : RowOf.Start[slot];

    /// <summary>How many upper links the first slots have room for: they lie in the order of the slots, without gaps.</summary>
    public int UpperNeeded(int slots)
    {
        int layers = 0;
        foreach (byte level in Levels.Values[..slots])
            layers += level;
        return layers * M;
    }

    /// <summary>The slot where a row can be found, or −1: for rows that are not there, and for those that are not linked yet.</summary>
    public int Slot(int row)
    {
        int slot = SlotOf is null ? row : row < SlotOf.Length ? Volatile.Read(ref SlotOf.Start[row]) : -1;
        return slot < Count ? slot : -1;
    }

    /// <summary>Says where a row is from now on; its slot is filled.</summary>
    public void Locate(int row, int slot) => Volatile.Write(ref SlotOf!.Start[row], slot);

    /// <summary>Makes <see cref="SlotOf"/> from the rest, before anybody reads the graph.</summary>
    public void MapRows(int rows) => SlotOf = Slots(rows);

    private Block<int> Slots(int rows)
    {
        Block<int> slots = Block<int>.Allocate(rows);
        slots.Writable(0, rows).Fill(-1);
        if (SlotOf is not null)
        {
            SlotOf.Values[..Math.Min(rows, SlotOf.Length)].CopyTo(slots.Writable(0, rows)); // With those that are filled and not linked yet.
            return slots;
        }

        for (int slot = 0; slot < Count; slot++)
        {
            if (!IsDead(slot))
                slots.Start[Row(slot)] = slot;
        }

        return slots;
    }

    /// <summary>A share 1/(M − 1) of the slots has a layer on average; a quarter more, and some for small graphs, seldom is too little.</summary>
    private static int UpperRoom(int capacity, int m) => checked((int)((capacity * 5L / (4 * (m - 1)) + 64) * m));
}
