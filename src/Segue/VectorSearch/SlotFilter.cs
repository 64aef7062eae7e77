using System.Numerics;

namespace Segue.VectorSearch;

/// <summary>
/// Which slots an answer may hold: those whose row is allowed, and was not removed. To a search both are one thing: a removed row is a row that a
/// filter keeps out.
/// </summary>
internal readonly struct SlotFilter
{
    private readonly HnswGraph _graph;
    private readonly RowSet? _allowed;

    public SlotFilter(HnswGraph graph, RowSet? allowed)
    {
        int live = Math.Max(0, graph.Count - graph.DeadCount);
        (_graph, _allowed) = (graph, allowed);
        Count = Math.Min(allowed?.Count ?? live, live);
        IsAll = allowed is null && graph.DeadCount + graph.HiddenCount == 0;
    }

    /// <summary>At most so many slots pass; those that are hidden for a while are among them.</summary>
    public int Count { get; }

    /// <summary>Whether every slot passes.</summary>
    public bool IsAll { get; }

    public bool Contains(int slot) => !_graph.IsDead(slot) && _allowed?.Contains(_graph.Row(slot)) != false;

    /// <summary>The slots that pass, one after the other: found by the allowed rows where there are such, else by the slots themselves.</summary>
    public Slots GetEnumerator() => new(_graph, _allowed);

    /// <summary>See <see cref="GetEnumerator"/>.</summary>
    public ref struct Slots(HnswGraph graph, RowSet? allowed)
    {
        private readonly ReadOnlySpan<ulong> _words = allowed is null ? graph.Dead.Values : allowed.Words;
        private readonly int _count = graph.Count;
        private int _word = -1;
        private ulong _bits;

        public int Current { get; private set; }

        public bool MoveNext()
        {
            while (true)
            {
                while (_bits == 0)
                {
                    if (++_word >= _words.Length)
                        return false;
                    _bits = allowed is null ? ~_words[_word] : _words[_word];
                }

                int number = (_word << 6) + BitOperations.TrailingZeroCount(_bits);
                _bits &= _bits - 1;
                int slot = allowed is null ? number : graph.Slot(number);
                if ((uint)slot >= (uint)_count || graph.IsDead(slot))
                    continue;
                Current = slot;
                return true;
            }
        }
    }
}
