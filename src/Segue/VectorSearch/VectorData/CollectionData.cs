#pragma warning disable MEVD9001 // See RecordModel.cs.
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace Segue.VectorSearch.VectorData;

/// <summary>What the store holds of a collection.</summary>
internal interface ICollectionData;

/// <summary>
/// The records of a collection in numbered rows, with an index for each vector property and each full-text property. Records are copies of what was
/// given. A row whose record was deleted is given to the next one. Everything here happens under <see cref="Gate"/>: reading shared, writing alone.
/// </summary>
internal sealed class CollectionData<TRecord>(CollectionModel model) : ICollectionData
{
    private readonly Dictionary<object, int> _rowOf = [];
    private readonly List<TRecord?> _records = [];
    private readonly Stack<int> _free = [];
    private readonly Dictionary<string, CollectionIndex> _vectors = model.VectorProperties.ToDictionary(p => p.ModelName, CollectionIndex.For);
    private readonly Dictionary<string, KeywordIndex> _texts = model.DataProperties
        .Where(p => p.IsFullTextIndexed).ToDictionary(p => p.ModelName, _ => new KeywordIndex());

    public ReaderWriterLockSlim Gate { get; } = new();

    public bool TryGet(object key, [MaybeNullWhen(false)] out TRecord record)
    {
        record = default;
        return _rowOf.TryGetValue(key, out int row) && (record = _records[row]) is not null;
    }

    public TRecord Record(int row) => _records[row]!;

    public CollectionIndex Vectors(PropertyModel property) => _vectors[property.ModelName];

    public KeywordIndex Texts(PropertyModel property) => _texts[property.ModelName];

    /// <summary>The records in the order of their rows.</summary>
    public IEnumerable<TRecord> All => _records.Where(r => r is not null)!;

    /// <summary>The rows whose records pass; null when there is nothing to pass.</summary>
    public RowSet? Where(Func<TRecord, bool>? filter) =>
        filter is null ? null : RowSet.Where(_records.Count, row => _records[row] is { } record && filter(record));

    public void CheckVectors(ReadOnlyMemory<float>?[] vectors)
    {
        for (int i = 0; i < vectors.Length; i++)
        {
            if (vectors[i] is { } vector)
                _vectors[model.VectorProperties[i].ModelName].Check(vector.Span);
        }
    }

    /// <param name="vectors">One a vector property, in the model's order; checked before.</param>
    public void Upsert(object key, TRecord record, ReadOnlyMemory<float>?[] vectors)
    {
        if (!_rowOf.TryGetValue(key, out int row))
        {
            if (!_free.TryPop(out row))
            {
                row = _records.Count;
                _records.Add(default);
            }

            _rowOf[key] = row;
        }

        _records[row] = record;
        for (int i = 0; i < vectors.Length; i++)
            _vectors[model.VectorProperties[i].ModelName].Set(row, vectors[i]);
        foreach ((string name, KeywordIndex texts) in _texts)
            texts.Set(row, model.PropertyMap[name].GetValueAsObject(record!) as string);
    }

    public void Delete(object key)
    {
        if (!_rowOf.Remove(key, out int row))
            return;
        _records[row] = default;
        _free.Push(row);
        foreach (CollectionIndex vectors in _vectors.Values)
            vectors.Set(row, null);
        foreach (KeywordIndex texts in _texts.Values)
            texts.Set(row, null);
    }
}
