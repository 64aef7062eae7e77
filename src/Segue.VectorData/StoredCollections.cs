using System.Collections.Concurrent;

namespace Segue.VectorData;

/// <summary>The collections of a store, by name.</summary>
internal sealed class StoredCollections
{
    private readonly ConcurrentDictionary<string, StoredCollection> _byName = new(StringComparer.Ordinal);

    public IEnumerable<string> Names => _byName.Keys.Order(StringComparer.Ordinal);

    public bool Contains(string name) => _byName.ContainsKey(name);

    public StoredCollection? Find(string name) => _byName.GetValueOrDefault(name);

    public StoredCollection FindOrAdd(string name, RecordLayout layout) => _byName.GetOrAdd(name, _ => new StoredCollection(layout));

    public void Add(string name, StoredCollection collection) => _byName[name] = collection;

    public void Remove(string name) => _byName.TryRemove(name, out _);
}
