namespace Segue.Catalogue;

/// <summary>The artists of a set of plays: dense index (0-based) ↔ outside id ↔ name. Immutable.</summary>
internal sealed class Artists
{
    private readonly NameIndex _byId;

    public Artists(TextColumn ids, TextColumn names)
        : this(ids, names, NameIndex.Build(ids), NameIndex.Build(names))
    {
    }

    /// <summary>With indexes that were saved beside the columns.</summary>
    public Artists(TextColumn ids, TextColumn names, NameIndex byId, NameIndex byName)
    {
        if (ids.Count != names.Count)
            throw new ArgumentException($"{ids.Count} artist ids but {names.Count} names.", nameof(names));
        (Ids, Names, _byId, ByName, ByNearName) = (ids, names, byId, byName, new NearNames(names, byName));
    }

    public int Count => Ids.Count;

    public TextColumn Ids { get; }

    public TextColumn Names { get; }

    public NameIndex ById => _byId;

    public NameIndex ByName { get; }

    /// <summary>Artists by names as people write them.</summary>
    public NearNames ByNearName { get; }

    /// <summary>The artist of this outside id, or -1.</summary>
    public int IndexOfId(string id) => _byId.FindExact(id);

    /// <summary>The artist that somebody means by a name, spelt as people spell, or by an id; -1 where there is none, or where two are equally
    /// near.</summary>
    public int Find(string name)
    {
        int index = ByName.Find(name);
        if (index < 0)
            index = _byId.FindExact(name);
        return index >= 0 ? index : ByNearName.FindOnly(name);
    }

    /// <summary>Groups of artists that have one name under several ids: they are one artist.</summary>
    public IEnumerable<int[]> OfOneName()
    {
        ReadOnlyMemory<ulong> hashes = ByName.Hashes;
        for (int from = 0, to; from < Count; from = to)
        {
            for (to = from + 1; to < Count && hashes.Span[to] == hashes.Span[from];)
                to++;
            if (to == from + 1)
                continue;
            int[] rows = ByName.Rows[from..to].ToArray();
            foreach (IGrouping<string, int> same in rows.GroupBy(r => NameKey.Of(Names[r]), StringComparer.Ordinal).Where(g => g.Count() > 1))
                yield return [.. same];
        }
    }

    /// <summary>The artist that <see cref="Find"/> finds, or an error that names the nearest.</summary>
    /// <exception cref="UnknownNameException">Nothing has this name.</exception>
    public int Resolve(string name)
    {
        int index = Find(name);
        return index >= 0 ? index : throw new UnknownNameException("artist", name, [.. ByName.Nearest(name, 3).Select(n => Names[n.Row])]);
    }
}
