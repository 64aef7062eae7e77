#pragma warning disable MEVD9001 // See RecordView.cs.
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Segue.ModelFiles;

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
    private MappedFiles? _files; // Of a store that was opened: its graphs lie in them.

    internal StoredCollections Collections { get; private init; } = new();

    /// <summary>
    /// Opens a store that was saved. Graphs are read from the folder's files as searches need them, and not built anew; records are in memory. What
    /// is changed afterwards is changed in memory alone, until it is saved.
    /// </summary>
    /// <param name="folder">Where it was saved.</param>
    /// <param name="embeddingGenerator">Makes vectors of texts where neither a collection nor a property names another; may be null.</param>
    /// <exception cref="SegueException">There is no store in the folder, or a file of it is missing or damaged.</exception>
    public static SegueVectorStore Open(string folder, IEmbeddingGenerator? embeddingGenerator = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        MappedFiles files = new();
        try
        {
            return new SegueVectorStore(embeddingGenerator) { _files = files, Collections = StoreFiles.Open(folder, files) };
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Saves all collections to a folder, at once: whoever opens it, whenever this process dies, finds the store as it was saved before or as it is
    /// now. The last three are kept. A collection can be searched while it is saved; its writers wait.
    /// </summary>
    /// <param name="folder">Is made when it is not there.</param>
    /// <param name="cancellationToken">Stops it; the folder stays as it was.</param>
    /// <exception cref="SegueException">A property has values that no file can hold, another process is saving, or the folder cannot be
    /// written.</exception>
    public Task SaveAsync(string folder, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return Task.Run(() => StoreFiles.Save(Collections, folder, cancellationToken), cancellationToken);
    }

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
    protected override void Dispose(bool disposing)
    {
        _files?.Dispose();
        base.Dispose(disposing);
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
