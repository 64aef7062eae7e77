#pragma warning disable MEVD9001 // See RecordView.cs.
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace Segue.VectorData;

/// <summary>
/// A Microsoft.Extensions.VectorData store over Segue's indexes, in memory. Collections are made with
/// <see cref="VectorStoreCollection{TKey, TRecord}.EnsureCollectionExistsAsync"/>; objects of one name share their records, whether they see them as
/// a type or as dictionaries, and must agree in their definition. Safe from many threads.
/// </summary>
/// <param name="embeddingGenerator">Makes vectors of texts where neither a collection nor a property names another; may be null.</param>
public sealed class SegueVectorStore(IEmbeddingGenerator? embeddingGenerator = null) : VectorStore
{
    internal const string SystemName = "segue";

    private readonly VectorStoreMetadata _metadata = new() { VectorStoreSystemName = SystemName };

    internal StoredCollections Collections { get; } = new();

    /// <exception cref="ArgumentException">The record is a dictionary: see <see cref="GetDynamicCollection"/>.</exception>
    /// <exception cref="InvalidOperationException">The record's properties are not what a store needs.</exception>
    public override VectorStoreCollection<TKey, TRecord> GetCollection<TKey, TRecord>(
        string name, VectorStoreCollectionDefinition? definition = null) =>
        typeof(TRecord) == typeof(Dictionary<string, object?>)
            ? throw new ArgumentException(VectorDataStrings.GetCollectionWithDictionaryNotSupported)
            : new SegueVectorCollection<TKey, TRecord>(Collections, name, RecordView.Of<TKey, TRecord>(definition, embeddingGenerator));

    /// <inheritdoc/>
    public override VectorStoreCollection<object, Dictionary<string, object?>> GetDynamicCollection(
        string name, VectorStoreCollectionDefinition definition) =>
        new SegueVectorCollection<object, Dictionary<string, object?>>(Collections, name, RecordView.OfDictionaries(definition, embeddingGenerator));

    /// <inheritdoc/>
    public override async IAsyncEnumerable<string> ListCollectionNamesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        foreach (string name in Collections.Names)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return name;
        }
    }

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(string name, CancellationToken cancellationToken = default) =>
        Task.FromResult(Collections.Contains(name));

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(string name, CancellationToken cancellationToken = default)
    {
        Collections.Remove(name);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this : null;
    }
}
