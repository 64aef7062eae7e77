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
        (Ids, Names, _byId, ByName) = (ids, names, byId, byName);
    }

    public int Count => Ids.Count;

    public TextColumn Ids { get; }

    public TextColumn Names { get; }

    public NameIndex ById => _byId;

    public NameIndex ByName { get; }

    /// <summary>The artist of this outside id, or -1.</summary>
    public int IndexOfId(string id) => _byId.FindExact(id);

    /// <summary>The artist of this name (or, failing that, id), or an error that names the nearest.</summary>
    /// <exception cref="UnknownNameException">Nothing has this name.</exception>
    public int Resolve(string name)
    {
        int index = ByName.Find(name);
        if (index < 0)
            index = _byId.FindExact(name);
        return index >= 0 ? index : throw new UnknownNameException("artist", name, [.. ByName.Nearest(name, 3).Select(n => Names[n.Row])]);
    }
}
