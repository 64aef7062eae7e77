namespace Segue.VectorSearch;

/// <summary>
/// Proves a graph sound: every link leads to a slot that has the layer, once, and never to itself; rows and slots agree; from the entry all but a few
/// slots can be reached; and rows find themselves. (The last not under inner product: to a short vector a longer one is nearer than itself, and rightly so.)
/// </summary>
internal sealed unsafe class HnswProof(HnswGraph graph, HnswOptions options)
{
    /// <summary>The heuristic may drop the last link to a slot; more than 1 in 200 is taken for damage. A guess, with no claim to be the best
    /// bound.</summary>
    private const double LostShareMax = 0.005;

    private const int SelfSearches = 500;
    private const double SelfRecallMin = 0.97;

    public void Validate()
    {
        int entry = graph.Entry;
        if (graph.Count == 0)
            return;
        if ((uint)entry >= (uint)graph.Count)
            throw new VectorException($"the entry is slot {entry}, but there are {graph.Count} slots");
        for (int slot = 0; slot < graph.Count; slot++)
        {
            if (graph.Levels.Start[slot] > graph.Levels.Start[entry])
                throw new VectorException($"slot {slot} has layer {graph.Levels.Start[slot]}, higher than the entry's {graph.Levels.Start[entry]}");
            if (!graph.IsDead(slot) && graph.Slot(graph.Row(slot)) != slot)
                throw new VectorException($"slot {slot} holds row {graph.Row(slot)}, but that row is said to be in slot {graph.Slot(graph.Row(slot))}");
            for (int level = 0; level <= graph.Levels.Start[slot]; level++)
                CheckLinks(slot, level);
        }

        CheckReach(entry);
        if (graph.Rows.Metric != Metric.InnerProduct)
            CheckSelfRecall();
    }

    private void CheckLinks(int slot, int level)
    {
        ReadOnlySpan<int> room = new(graph.LinksOf(slot, level), graph.RoomOf(level)), links = graph.ListOf(slot, level);
        if (room[links.Length..].ContainsAnyExcept(-1))
            throw new VectorException($"slot {slot}, layer {level}: there are links behind the end mark");
        for (int i = 0; i < links.Length; i++)
        {
            int to = links[i];
            if ((uint)to >= (uint)graph.Count || to == slot)
                throw new VectorException($"slot {slot}, layer {level}: a link leads to {to}");
            if (graph.Levels.Start[to] < level)
                throw new VectorException($"slot {slot}, layer {level}: a link leads to slot {to}, which ends at layer {graph.Levels.Start[to]}");
            if (links[..i].Contains(to))
                throw new VectorException($"slot {slot}, layer {level}: two links lead to {to}");
        }
    }

    private void CheckReach(int entry)
    {
        var seen = new bool[graph.Count];
        Stack<int> open = new([entry]);
        seen[entry] = true;
        int reached = 0;
        while (open.TryPop(out int slot))
        {
            reached++;
            foreach (int to in graph.ListOf(slot, 0))
            {
                if (!seen[to])
                {
                    seen[to] = true;
                    open.Push(to);
                }
            }
        }

        int lost = graph.Count - reached;
        if (lost > Math.Max(2, LostShareMax * graph.Count))
            throw new VectorException($"{lost} of {graph.Count} slots cannot be reached from the entry; build the index anew, or compact it");
    }

    private void CheckSelfRecall()
    {
        HnswWalk walk = new(graph.Rows.Dimensions);
        var vector = new float[graph.Rows.Dimensions];
        Neighbor[] found = new Neighbor[1];
        int asked = 0, itself = 0, step = Math.Max(1, graph.Count / SelfSearches);
        for (int slot = 0; slot < graph.Count; slot += step)
        {
            if (graph.IsDead(slot))
                continue;
            graph.Rows.Copy(slot, vector);
            walk.Query.Set(vector, 1);
            HnswSearch.Search(graph, walk, found, null, options.EfSearch);
            float own = walk.Query.Precise(graph.Rows, slot);
            asked++;
            itself += found[0].Row == graph.Row(slot) || found[0].Score >= own ? 1 : 0; // A twin with a lower number counts.
        }

        if (itself < SelfRecallMin * asked - 2)
            throw new VectorException($"only {itself} of {asked} rows find themselves; build the index anew, or compact it");
    }
}
