#pragma warning disable MEVD9001 // See RecordView.cs.
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Segue.VectorSearch;

namespace Segue.VectorData;

/// <summary>
/// A collection of a <see cref="SegueVectorStore"/> as a program sees it. Filters are any expression over the record; they make a
/// <see cref="RowSet"/> and act inside the search. Records go in and come out as copies. An HNSW property is searched approximately, a flat one (the
/// default) exactly.
/// </summary>
internal sealed class SegueVectorCollection<TKey, TRecord>(StoredCollections store, string name, RecordView view)
    : VectorStoreCollection<TKey, TRecord>, IKeywordHybridSearchable<TRecord>
    where TKey : notnull
    where TRecord : class
{
    /// <summary>Reciprocal rank fusion: 1/(60 + rank), summed over the rankings (Cormack, Clarke and Büttcher, SIGIR 2009, who found 60).</summary>
    private const int FusionOffset = 60;

    private readonly VectorStoreCollectionMetadata _metadata = new() { VectorStoreSystemName = SegueVectorStore.SystemName, CollectionName = name };

    /// <summary>The stored collection whose layout was found to be this view's.</summary>
    private StoredCollection? _known;

    public override string Name => name;

    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default) => Task.FromResult(store.Contains(name));

    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default)
    {
        Known("EnsureCollectionExists", store.FindOrAdd(name, view.Layout));
        return Task.CompletedTask;
    }

    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default)
    {
        store.Remove(name);
        return Task.CompletedTask;
    }

    public override Task<TRecord?> GetAsync(TKey key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<TRecord?>(cancellationToken);
        bool includeVectors = IncludeVectors(options?.IncludeVectors ?? false);
        return Task.FromResult(Data("Get").Read(data => data.Find(key)) is { } values ? view.RecordOf<TRecord>(values, includeVectors) : null);
    }

    public override async IAsyncEnumerable<TRecord> GetAsync(
        Expression<Func<TRecord, bool>> filter,
        int top,
        FilteredRecordRetrievalOptions<TRecord>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        cancellationToken.ThrowIfCancellationRequested();
        options ??= new();
        bool includeVectors = IncludeVectors(options.IncludeVectors);
        RecordFilter passes = RecordFilter.Compile(filter, view);
        List<object?[]> found = Data("Get").Read(data =>
        {
            IEnumerable<object?[]> records = data.AllWhere(passes);
            IOrderedEnumerable<object?[]>? ordered = null;
            foreach (var sort in options.OrderBy?.Invoke(new()).Values ?? [])
            {
                int place = view.PlaceOf(view.Model.GetDataOrKeyProperty(sort.PropertySelector));
                ordered = (ordered, sort.Ascending) switch
                {
                    (null, true) => records.OrderBy(values => values[place], ValueOrder.Instance),
                    (null, false) => records.OrderByDescending(values => values[place], ValueOrder.Instance),
                    (_, true) => ordered.ThenBy(values => values[place], ValueOrder.Instance),
                    (_, false) => ordered.ThenByDescending(values => values[place], ValueOrder.Instance),
                };
            }

            return (ordered ?? records).Skip(options.Skip).Take(top).ToList();
        });
        foreach (object?[] values in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return await Task.FromResult(view.RecordOf<TRecord>(values, includeVectors));
        }
    }

    public override Task DeleteAsync(TKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Data("Delete").DeleteAsync([key], cancellationToken);
    }

    /// <summary>All at once.</summary>
    public override Task DeleteAsync(IEnumerable<TKey> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return Data("Delete").DeleteAsync([.. keys.Select(key => (object)key)], cancellationToken);
    }

    public override Task UpsertAsync(TRecord record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        return UpsertAsync([record], cancellationToken);
    }

    /// <summary>All records at once, or, when one is refused or the call is cancelled, none.</summary>
    public override async Task UpsertAsync(IEnumerable<TRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        List<StoredRecord> list = [];
        foreach (TRecord record in records)
        {
            ArgumentNullException.ThrowIfNull(record, nameof(records));
            list.Add(new StoredRecord(view.ValuesOf(record, list.Count), new ReadOnlyMemory<float>?[view.Layout.Properties.Length]));
        }

        if (list.Count == 0)
            return;
        StoredCollection data = Data("Upsert");
        foreach (VectorPropertyModel property in view.Model.VectorProperties)
            await MakeVectors(list, property, cancellationToken);
        try
        {
            await data.UpsertAsync(list, cancellationToken);
        }
        catch (VectorException e)
        {
            throw Failed("Upsert", e.Message, e);
        }
    }

    public override async IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(
        TInput searchValue,
        int top,
        VectorSearchOptions<TRecord>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        const string operation = "Search";
        ArgumentNullException.ThrowIfNull(searchValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        cancellationToken.ThrowIfCancellationRequested();
        options ??= new();
        bool includeVectors = IncludeVectors(options.IncludeVectors);
        VectorPropertyModel property = view.Model.GetVectorPropertyOrSingle(options);
        StoredCollection collection = Data(operation);
        ReadOnlyMemory<float> query = await QueryVector(operation, searchValue, property, cancellationToken);
        DistanceScale scale = DistanceScale.Of(property);
        RecordFilter? filter = options.Filter is null ? null : RecordFilter.Compile(options.Filter, view);
        List<(object?[] Values, double Score)> results = Searching(operation, collection, data =>
            data.Nearest(view.PlaceOf(property), query.Span, (long)options.Skip + top, data.Where(filter))
                .Skip(options.Skip)
                .Select(n => (Values: data.Values(n.Row), Score: scale.FromScore(n.Score)))
                .Where(r => scale.Passes(r.Score, options.ScoreThreshold))
                .ToList());
        foreach ((object?[] values, double score) in results)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new VectorSearchResult<TRecord>(view.RecordOf<TRecord>(values, includeVectors), score);
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
        const string operation = "HybridSearch";
        ArgumentNullException.ThrowIfNull(searchValue);
        ArgumentNullException.ThrowIfNull(keywords);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        cancellationToken.ThrowIfCancellationRequested();
        options ??= new();
        bool includeVectors = IncludeVectors(options.IncludeVectors);
        VectorPropertyModel property = view.Model.GetVectorPropertyOrSingle<TRecord>(new() { VectorProperty = options.VectorProperty });
        DataPropertyModel text = view.Model.GetFullTextDataPropertyOrSingle(options.AdditionalProperty);
        StoredCollection collection = Data(operation);
        ReadOnlyMemory<float> query = await QueryVector(operation, searchValue, property, cancellationToken);
        RecordFilter? filter = options.Filter is null ? null : RecordFilter.Compile(options.Filter, view);
        List<(object?[] Values, double Score)> results = Searching(operation, collection, data =>
        {
            // Twice as deep as asked for, so that a row that is fair in both rankings can pass one that is good in one.
            RowSet? allowed = data.Where(filter);
            int deep = (int)Math.Min(2 * ((long)options.Skip + top), int.MaxValue);
            Neighbor[] near = data.Nearest(view.PlaceOf(property), query.Span, deep, allowed);
            IEnumerable<int> worded = data.WithWords(view.PlaceOf(text), keywords, allowed).Take(deep);
            return Fused(near.Select(n => n.Row), worded)
                .Where(f => options.ScoreThreshold is null || f.Score >= options.ScoreThreshold)
                .Skip(options.Skip).Take(top)
                .Select(f => (data.Values(f.Row), f.Score))
                .ToList();
        });
        foreach ((object?[] values, double score) in results)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new VectorSearchResult<TRecord>(view.RecordOf<TRecord>(values, includeVectors), score);
        }
    }

    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreCollectionMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Rows by the sum of what each ranking gives them, best first.</summary>
    private static IEnumerable<(int Row, double Score)> Fused(params IEnumerable<int>[] rankings)
    {
        Dictionary<int, double> fused = [];
        foreach (IEnumerable<int> ranking in rankings)
        {
            int rank = 0;
            foreach (int row in ranking)
                fused[row] = fused.GetValueOrDefault(row) + 1.0 / (FusionOffset + ++rank);
        }

        return fused.Select(f => (f.Key, f.Value)).OrderByDescending(f => f.Value).ThenBy(f => f.Key);
    }

    /// <summary>The vectors of a property for all records: as they are, or made of what the property holds. An empty text has none.</summary>
    private async Task MakeVectors(List<StoredRecord> records, VectorPropertyModel property, CancellationToken cancellation)
    {
        int place = view.PlaceOf(property);
        List<StoredRecord> open = [];
        foreach (StoredRecord record in records)
        {
            object? value = record.Values[place];
            if (RecordView.VectorOf(value) is { Length: > 0 } given)
                record.Vectors[place] = given;
            else if (value is not null && RecordView.VectorOf(value) is null && !IsBlank(value))
                open.Add(record);
        }

        if (open.Count == 0)
            return;
        var made = await property.GenerateEmbeddingsAsync(open.Select(r => r.Values[place]!), cancellation);
        if (made.Count != open.Count)
            throw Failed("Upsert", $"the embedding generator was given {open.Count} values for '{property.ModelName}' and gave {made.Count} vectors");
        for (int i = 0; i < open.Count; i++)
        {
            ReadOnlyMemory<float> vector = ((Embedding<float>)made[i]).Vector;
            if (HasDirection(vector.Span))
                open[i].Vectors[place] = new ReadOnlyMemory<float>(vector.ToArray());
        }
    }

    private async Task<ReadOnlyMemory<float>> QueryVector<TInput>(
        string operation, TInput value, VectorPropertyModel property, CancellationToken cancellation)
        where TInput : notnull
    {
        if (RecordView.VectorOf(value) is { } given)
            return given;
        if (property.EmbeddingGenerationDispatcher is null)
        {
            string unfit = VectorDataStrings.InvalidSearchInputAndNoEmbeddingGeneratorWasConfigured(typeof(TInput), RecordView.VectorTypes);
            throw new NotSupportedException(unfit);
        }

        if (IsBlank(value))
            throw Failed(operation, "the text to search for is empty, and nothing is near to it");
        ReadOnlyMemory<float> vector = ((Embedding<float>)await property.GenerateEmbeddingAsync(value, cancellation)).Vector;
        return HasDirection(vector.Span) ? vector
            : throw Failed(operation, $"the embedding generator gave no vector for '{value}', and nothing is near to it");
    }

    private static bool IsBlank(object value) => value is string text && string.IsNullOrWhiteSpace(text);

    /// <summary>Whether a generator found something in what it was given: those that did not give no numbers, or zeros.</summary>
    private static bool HasDirection(ReadOnlySpan<float> vector) => vector.ContainsAnyExcept(0f);

    private bool IncludeVectors(bool asked) => asked && view.Model.EmbeddingGenerationRequired
        ? throw new NotSupportedException(VectorDataStrings.IncludeVectorsNotSupportedWithEmbeddingGeneration) // The record has no place for them.
        : asked;

    private T Searching<T>(string operation, StoredCollection collection, Func<StoredCollection, T> search)
    {
        try
        {
            return collection.Read(search);
        }
        catch (VectorException e)
        {
            throw Failed(operation, e.Message, e);
        }
    }

    private StoredCollection Data(string operation) => store.Find(name) is { } data ? Known(operation, data)
        : throw Failed(operation, $"there is no collection '{name}'; call EnsureCollectionExistsAsync first");

    private StoredCollection Known(string operation, StoredCollection data)
    {
        if (_known != data && view.Layout.DifferenceFrom(data.Layout) is { } difference)
            throw Failed(operation, $"collection '{name}' was made by another definition: {difference}");
        return _known = data;
    }

    private VectorStoreException Failed(string operation, string message, Exception? inner = null) => new($"{name}: {message}", inner)
    {
        VectorStoreSystemName = SegueVectorStore.SystemName,
        CollectionName = name,
        OperationName = operation,
    };

    /// <summary>Nothing first; texts by their characters, the same in every country.</summary>
    private sealed class ValueOrder : IComparer<object?>
    {
        public static ValueOrder Instance { get; } = new();

        public int Compare(object? x, object? y) =>
            x is string a && y is string b ? string.CompareOrdinal(a, b) : Comparer<object?>.Default.Compare(x, y);
    }
}
