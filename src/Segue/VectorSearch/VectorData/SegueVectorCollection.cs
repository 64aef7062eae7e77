#pragma warning disable MEVD9001 // See RecordModel.cs.
using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace Segue.VectorSearch.VectorData;

/// <summary>
/// A collection of a <see cref="SegueVectorStore"/>. Filters are any expression over the record: they are compiled, make a <see cref="RowSet"/>, and
/// act inside the search. Records go in and come out as copies. An HNSW property is searched approximately, a flat one (the default) exactly.
/// </summary>
internal sealed class SegueVectorCollection<TKey, TRecord>(ConcurrentDictionary<string, ICollectionData> store, string name, CollectionModel model)
    : VectorStoreCollection<TKey, TRecord>, IKeywordHybridSearchable<TRecord>
    where TKey : notnull
    where TRecord : class
{
    /// <summary>Reciprocal rank fusion: 1/(60 + rank), summed over the rankings (Cormack, Clarke and Büttcher, SIGIR 2009, who found 60).</summary>
    private const int FusionOffset = 60;

    private readonly VectorStoreCollectionMetadata _metadata = new() { VectorStoreSystemName = SegueVectorStore.SystemName, CollectionName = name };

    public override string Name => name;

    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default) => Task.FromResult(store.ContainsKey(name));

    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default)
    {
        store.GetOrAdd(name, _ => new CollectionData<TRecord>(model));
        return Task.CompletedTask;
    }

    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default)
    {
        store.TryRemove(name, out _);
        return Task.CompletedTask;
    }

    public override Task<TRecord?> GetAsync(TKey key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        bool includeVectors = IncludeVectors(options?.IncludeVectors ?? false);
        return Task.FromResult(Reading("Get", data => data.TryGet(key, out TRecord? record) ? RecordModel.Copy(model, record, includeVectors) : null));
    }

    public override async IAsyncEnumerable<TRecord> GetAsync(
        Expression<Func<TRecord, bool>> filter,
        int top,
        FilteredRecordRetrievalOptions<TRecord>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new();
        bool includeVectors = IncludeVectors(options.IncludeVectors);
        Func<TRecord, bool> passes = RecordFilter.Compile(filter, model);
        List<TRecord> found = Reading("Get", data =>
        {
            IEnumerable<TRecord> records = data.All.Where(passes);
            IOrderedEnumerable<TRecord>? ordered = null;
            foreach (var sort in options.OrderBy?.Invoke(new()).Values ?? [])
            {
                PropertyModel property = model.GetDataOrKeyProperty(sort.PropertySelector);
                Func<TRecord, object?> by = r => property.GetValueAsObject(r);
                ordered = (ordered, sort.Ascending) switch
                {
                    (null, true) => records.OrderBy(by),
                    (null, false) => records.OrderByDescending(by),
                    (_, true) => ordered.ThenBy(by),
                    (_, false) => ordered.ThenByDescending(by),
                };
            }

            return (ordered ?? records).Skip(options.Skip).Take(top).Select(r => RecordModel.Copy(model, r, includeVectors)).ToList();
        });
        foreach (TRecord record in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return await Task.FromResult(record);
        }
    }

    public override Task DeleteAsync(TKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        Writing("Delete", data => data.Delete(key));
        return Task.CompletedTask;
    }

    public override Task UpsertAsync(TRecord record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        return UpsertAsync([record], cancellationToken);
    }

    /// <summary>All records, or none: vectors are made and checked before the first is stored.</summary>
    public override async Task UpsertAsync(IEnumerable<TRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        List<TRecord> list = [.. records];
        if (list.Count == 0)
            return;
        var vectors = new ReadOnlyMemory<float>?[list.Count][];
        for (int r = 0; r < list.Count; r++)
        {
            ArgumentNullException.ThrowIfNull(list[r], nameof(records));
            RecordModel.MakeKey(model, list[r]);
            if (model.KeyProperty.GetValueAsObject(list[r]) is null)
                throw new ArgumentException("A record has no key.", nameof(records));
            vectors[r] = new ReadOnlyMemory<float>?[model.VectorProperties.Count];
        }

        for (int p = 0; p < model.VectorProperties.Count; p++)
            await MakeVectors(list, model.VectorProperties[p], (r, vector) => vectors[r][p] = vector, cancellationToken);
        Writing("Upsert", data =>
        {
            foreach (ReadOnlyMemory<float>?[] vector in vectors)
                data.CheckVectors(vector);
            for (int r = 0; r < list.Count; r++)
                data.Upsert(model.KeyProperty.GetValueAsObject(list[r])!, RecordModel.Copy(model, list[r], includeVectors: true), vectors[r]);
        });
    }

    public override async IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<TRecord>? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(searchValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new();
        bool includeVectors = IncludeVectors(options.IncludeVectors);
        VectorPropertyModel property = model.GetVectorPropertyOrSingle(options);
        ReadOnlyMemory<float> query = await QueryVector(searchValue, property, cancellationToken);
        DistanceScale scale = DistanceScale.Of(property);
        Func<TRecord, bool>? filter = options.Filter is null ? null : RecordFilter.Compile(options.Filter, model);
        List<VectorSearchResult<TRecord>> results = Reading("Search", data => Nearest(data, property, query.Span, checked(options.Skip + top), data.Where(filter))
            .Skip(options.Skip)
            .Select(n => (n.Row, Value: scale.FromScore(n.Score)))
            .Where(n => scale.Passes(n.Value, options.ScoreThreshold))
            .Select(n => new VectorSearchResult<TRecord>(RecordModel.Copy(model, data.Record(n.Row), includeVectors), n.Value))
            .ToList());
        foreach (VectorSearchResult<TRecord> result in results)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return result;
        }
    }

    /// <summary>Nearest vectors and best keyword matches, joined by reciprocal rank fusion; the score is that sum.</summary>
    public async IAsyncEnumerable<VectorSearchResult<TRecord>> HybridSearchAsync<TInput>(
        TInput searchValue,
        ICollection<string> keywords,
        int top,
        HybridSearchOptions<TRecord>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(searchValue);
        ArgumentNullException.ThrowIfNull(keywords);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new();
        bool includeVectors = IncludeVectors(options.IncludeVectors);
        VectorPropertyModel property = model.GetVectorPropertyOrSingle<TRecord>(new() { VectorProperty = options.VectorProperty });
        DataPropertyModel text = model.GetFullTextDataPropertyOrSingle(options.AdditionalProperty);
        ReadOnlyMemory<float> query = await QueryVector(searchValue, property, cancellationToken);
        Func<TRecord, bool>? filter = options.Filter is null ? null : RecordFilter.Compile(options.Filter, model);
        List<VectorSearchResult<TRecord>> results = Reading("HybridSearch", data =>
        {
            RowSet? allowed = data.Where(filter);
            Dictionary<int, double> fused = [];
            void Fuse(IEnumerable<int> ranking)
            {
                int rank = 0;
                foreach (int row in ranking)
                    fused[row] = fused.GetValueOrDefault(row) + 1.0 / (FusionOffset + ++rank);
            }

            // Twice as deep as asked for, so that a row that is fair in both rankings can pass one that is good in one.
            int deep = checked(2 * (options.Skip + top));
            Fuse(Nearest(data, property, query.Span, deep, allowed).Select(n => n.Row));
            Fuse(data.Texts(text).Search(keywords, allowed).Take(deep));
            return fused.Where(f => options.ScoreThreshold is null || f.Value >= options.ScoreThreshold)
                .OrderByDescending(f => f.Value).ThenBy(f => f.Key).Skip(options.Skip).Take(top)
                .Select(f => new VectorSearchResult<TRecord>(RecordModel.Copy(model, data.Record(f.Key), includeVectors), f.Value))
                .ToList();
        });
        foreach (VectorSearchResult<TRecord> result in results)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return result;
        }
    }

    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreCollectionMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    private static Neighbor[] Nearest(CollectionData<TRecord> data, PropertyModel property, ReadOnlySpan<float> query, int count, RowSet? allowed)
    {
        var nearest = new Neighbor[Math.Min(count, allowed?.Count ?? data.All.Count())];
        return nearest[..data.Vectors(property).Search(query, nearest, allowed)];
    }

    /// <summary>The vectors of a property for all records: as they are, or made of what the property holds.</summary>
    private static async Task MakeVectors(List<TRecord> records, VectorPropertyModel property, Action<int, ReadOnlyMemory<float>?> set, CancellationToken cancellation)
    {
        List<int> open = [];
        for (int r = 0; r < records.Count; r++)
        {
            object? value = property.GetValueAsObject(records[r]);
            ReadOnlyMemory<float>? vector = RecordModel.VectorOf(value);
            if (vector is null && value is not null)
                open.Add(r);
            else
                set(r, vector is { Length: > 0 } given ? new ReadOnlyMemory<float>(given.ToArray()) : (ReadOnlyMemory<float>?)null);
        }

        if (open.Count == 0)
            return;
        var made = await property.GenerateEmbeddingsAsync(open.Select(r => property.GetValueAsObject(records[r])), cancellation);
        if (made.Count != open.Count)
            throw new VectorStoreException($"The embedding generator was given {open.Count} values for '{property.ModelName}' and gave {made.Count} vectors.");
        for (int i = 0; i < open.Count; i++)
            set(open[i], ((Embedding<float>)made[i]).Vector);
    }

    private static async Task<ReadOnlyMemory<float>> QueryVector<TInput>(TInput value, VectorPropertyModel property, CancellationToken cancellation)
        where TInput : notnull
    {
        if (RecordModel.VectorOf(value) is { } vector)
            return vector;
        if (property.EmbeddingGenerationDispatcher is null)
            throw new NotSupportedException(VectorDataStrings.InvalidSearchInputAndNoEmbeddingGeneratorWasConfigured(typeof(TInput), RecordModel.VectorTypes));
        return ((Embedding<float>)await property.GenerateEmbeddingAsync(value, cancellation)).Vector;
    }

    private bool IncludeVectors(bool asked) => asked && model.EmbeddingGenerationRequired
        ? throw new NotSupportedException(VectorDataStrings.IncludeVectorsNotSupportedWithEmbeddingGeneration) // The record has no place for them.
        : asked;

    private T Reading<T>(string operation, Func<CollectionData<TRecord>, T> read)
    {
        CollectionData<TRecord> data = Data(operation);
        data.Gate.EnterReadLock();
        try
        {
            return read(data);
        }
        finally
        {
            data.Gate.ExitReadLock();
        }
    }

    private void Writing(string operation, Action<CollectionData<TRecord>> write)
    {
        CollectionData<TRecord> data = Data(operation);
        data.Gate.EnterWriteLock();
        try
        {
            write(data);
        }
        catch (VectorException e)
        {
            throw Failed(operation, e.Message, e);
        }
        finally
        {
            data.Gate.ExitWriteLock();
        }
    }

    private CollectionData<TRecord> Data(string operation) =>
        !store.TryGetValue(name, out ICollectionData? data) ? throw Failed(operation, $"there is no collection '{name}'; call EnsureCollectionExistsAsync first")
        : data as CollectionData<TRecord> ?? throw Failed(operation, $"collection '{name}' was made for records of another type");

    private VectorStoreException Failed(string operation, string message, Exception? inner = null) => new($"{name}: {message}", inner)
    {
        VectorStoreSystemName = SegueVectorStore.SystemName,
        CollectionName = name,
        OperationName = operation,
    };
}
