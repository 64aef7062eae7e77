namespace Segue.VectorSearch;

/// <summary>
/// Algorithms 1, 3 and 4 of the paper, in batches (see the essay in HnswIndex.cs): every slot of a batch looks for its neighbors in the graph as it
/// was before the batch, in parallel; then the links back are grouped by the slot they go to and added, in parallel and in one order. No step depends
/// on which thread did what, so the same rows give the same links on any number of threads.
/// </summary>
internal sealed unsafe class HnswBuilder(HnswGraph graph, int efConstruction, int threads)
{
    /// <summary>A batch sees nothing of itself, so it is kept small against what is there: 1/32, and never more than 256.</summary>
    private const int BatchShare = 32, BatchMax = 256;

    private readonly int _threads = threads > 0 ? threads : Environment.ProcessorCount;
    private readonly List<Inserter> _inserters = [];

    /// <summary>Links slots that are filled (row, level, upper start) and lie right behind those that are linked.</summary>
    public void Link(int end, IProgress<int>? progress, CancellationToken cancellation)
    {
        while (graph.Count < end)
        {
            cancellation.ThrowIfCancellationRequested();
            int start = graph.Count, size = Math.Min(end - start, Math.Clamp(start / BatchShare, 1, BatchMax));
            int top = graph.Entry < 0 ? -1 : graph.Levels.Start[graph.Entry];
            for (int i = 0; i < size; i++)
            {
                // A slot that founds a layer goes alone: its batch could not be linked to it there.
                if (graph.Levels.Start[start + i] > top)
                    size = Math.Max(1, i);
            }

            LinkBatch(start, size);
            graph.Count = start + size;
            if (graph.Levels.Start[start] > top)
                graph.Entry = start;
            progress?.Report(graph.Count);
        }
    }

    private void LinkBatch(int start, int size)
    {
        if (graph.Entry < 0)
            return; // The first slot of all has nobody to be linked with.
        Share(size, (inserter, i) => inserter.LinkOut(start + i));

        // (level, target, source) in one number each: sorted, the sources of a target stand together and in order.
        List<UInt128> back = [];
        for (int slot = start; slot < start + size; slot++)
        {
            for (int level = 0; level <= graph.Levels.Start[slot]; level++)
            {
                foreach (int target in graph.ListOf(slot, level))
                    back.Add(new UInt128((ulong)level, (ulong)target << 32 | (uint)slot));
            }
        }

        back.Sort();
        List<int> groups = [];
        for (int i = 0; i < back.Count; i++)
        {
            if (i == 0 || back[i] >> 32 != back[i - 1] >> 32)
                groups.Add(i);
        }

        groups.Add(back.Count);
        Thread.MemoryBarrier(); // Readers follow the links back; the rows and links they lead to are whole by now.
        Share(groups.Count - 1, (inserter, g) =>
        {
            int first = groups[g], count = groups[g + 1] - first;
            Span<int> sources = stackalloc int[count];
            for (int i = 0; i < count; i++)
                sources[i] = (int)(uint)(ulong)back[first + i];
            inserter.LinkBack((int)(uint)(ulong)(back[first] >> 32), (int)(ulong)(back[first] >> 64), sources);
        });
    }

    private void Share(int count, Action<Inserter, int> work)
    {
        const int Grain = 4;
        int workers = Math.Clamp(count / Grain, 1, _threads), next = 0;
        while (_inserters.Count < workers)
            _inserters.Add(new Inserter(graph, efConstruction));
        if (workers == 1)
        {
            for (int i = 0; i < count; i++)
                work(_inserters[0], i);
            return;
        }

        Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, w =>
        {
            for (int start = Interlocked.Add(ref next, Grain) - Grain; start < count; start = Interlocked.Add(ref next, Grain) - Grain)
            {
                for (int i = start; i < Math.Min(count, start + Grain); i++)
                    work(_inserters[w], i);
            }
        });
    }

    /// <summary>What one thread needs to link slots.</summary>
    private sealed class Inserter(HnswGraph graph, int efConstruction)
    {
        private readonly HnswWalk _walk = new(graph.Rows.Dimensions);
        private readonly QuantizedQuery _candidate = new(graph.Rows.Dimensions);
        private readonly List<Neighbor> _candidates = [];
        private readonly List<int> _chosen = [], _doubles = [];

        /// <summary>Algorithm 1 up to the links back: finds the neighbors of a slot on its layers.</summary>
        public void LinkOut(int slot)
        {
            _walk.Query.Set(graph.Rows, slot);
            _walk.Begin(graph);
            int level = Math.Min(graph.Levels.Start[slot], graph.Levels.Start[graph.Entry]);
            _walk.Descend(graph, level);
            for (; level >= 0; level--)
            {
                _walk.StepDown();
                _walk.Spread(graph, level, efConstruction);
                _candidates.Clear();
                for (int i = 0; i < _walk.Count; i++)
                    _candidates.Add(new Neighbor(_walk.Slot(i), _walk.Score(i)));
                Choose(graph.M);
                Write(slot, level);
            }
        }

        /// <summary>Adds links from a slot to new ones, and chooses anew when there is no room.</summary>
        public void LinkBack(int slot, int level, ReadOnlySpan<int> sources)
        {
            ReadOnlySpan<int> old = graph.ListOf(slot, level);
            int room = graph.RoomOf(level);
            if (old.Length + sources.Length <= room)
            {
                sources.CopyTo(new Span<int>(graph.LinksOf(slot, level) + old.Length, sources.Length));
                return;
            }

            _walk.Query.Set(graph.Rows, slot);
            _candidates.Clear();
            foreach (int s in old)
                _candidates.Add(new Neighbor(s, _walk.Query.Score(graph.Rows, s)));
            foreach (int s in sources)
                _candidates.Add(new Neighbor(s, _walk.Query.Score(graph.Rows, s)));
            _candidates.Sort(static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : b.Row.CompareTo(a.Row)); // As the pool is: newest first.
            Choose(room);
            Write(slot, level);
        }

        /// <summary>
        /// Algorithm 4, SELECT-NEIGHBORS-HEURISTIC, without extending and without filling up: a candidate is taken when it is nearer to the slot than
        /// to every one taken before. Links then point in different directions, and lead out of clusters. Doubles of one that was taken get what room
        /// is left: left out, they would be lost; taken at once, they would wall themselves in.
        /// </summary>
        private void Choose(int room)
        {
            _chosen.Clear();
            _doubles.Clear();
            foreach ((int slot, float score) in _candidates)
            {
                if (_chosen.Count == room)
                    return;
                bool isApart = true, isDouble = false;
                if (_chosen.Count > 0)
                    _candidate.Set(graph.Rows, slot);
                foreach (int other in _chosen)
                {
                    float between = _candidate.Score(graph.Rows, other);
                    isDouble |= between == score && _candidate.Score(graph.Rows, slot) <= between;
                    if (between > score)
                    {
                        isApart = false;
                        break;
                    }
                }

                if (isApart)
                    (isDouble ? _doubles : _chosen).Add(slot);
            }

            _chosen.AddRange(_doubles.GetRange(0, Math.Min(_doubles.Count, room - _chosen.Count)));
        }

        private void Write(int slot, int level)
        {
            int* links = graph.LinksOf(slot, level);
            int room = graph.RoomOf(level);
            for (int i = 0; i < room; i++)
                Volatile.Write(ref links[i], i < _chosen.Count ? _chosen[i] : -1);
        }
    }
}
