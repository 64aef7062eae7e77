#pragma warning disable MEVD9001 // See RecordView.cs.
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Segue.VectorSearch;

namespace Segue.VectorData;

/// <summary>What one property of a collection is, whatever the records of a program look like.</summary>
/// <param name="Name">The name it is stored under.</param>
/// <param name="Type">The type of its values; all forms of a vector are one type, <see cref="Vector"/>.</param>
/// <param name="IsKey">Whether it is the key.</param>
/// <param name="IsIndexed">Whether equal values are looked up and not searched for.</param>
/// <param name="IsText">Whether keywords are looked for in it.</param>
/// <param name="Vectors">What its vectors are; null for other properties.</param>
internal sealed record StoredProperty(string Name, string Type, bool IsKey, bool IsIndexed, bool IsText, StoredVectors? Vectors)
{
    public const string Vector = "vector";
}

/// <param name="Dimensions">How many each has.</param>
/// <param name="Metric">What near means.</param>
/// <param name="Hnsw">The settings of its graph; null where all are compared.</param>
internal sealed record StoredVectors(int Dimensions, Metric Metric, HnswOptions? Hnsw);

/// <summary>
/// The properties of a collection in one order (by stored name), so that all programs' records of it, typed or dictionaries and declared in any
/// order, mean the same. What a definition says beyond it (similarity or distance, generators) is of the view and may differ.
/// </summary>
internal sealed class RecordLayout
{
    public RecordLayout(IEnumerable<StoredProperty> properties)
    {
        Properties = [.. properties.OrderBy(p => p.Name, StringComparer.Ordinal)];
        Key = Array.FindIndex(Properties, p => p.IsKey);
    }

    public StoredProperty[] Properties { get; }

    /// <summary>The place of the key.</summary>
    public int Key { get; }

    /// <exception cref="NotSupportedException">The model asks for what the store does not do.</exception>
    public static RecordLayout Of(CollectionModel model) => new(model.Properties.Select(p => new StoredProperty(
        p.StorageName,
        RecordView.IsVectorType(p.Type) ? StoredProperty.Vector : p.Type.ToString(),
        p is KeyPropertyModel,
        p is KeyPropertyModel or DataPropertyModel { IsIndexed: true },
        p is DataPropertyModel { IsFullTextIndexed: true },
        p is VectorPropertyModel vector ? VectorsOf(vector) : null)));

    public int PlaceOf(string name) => Array.FindIndex(Properties, p => p.Name == name);

    /// <summary>In what another layout differs from this; null when both are the same.</summary>
    public string? DifferenceFrom(RecordLayout other)
    {
        foreach (StoredProperty mine in Properties)
        {
            StoredProperty? theirs = other.Properties.FirstOrDefault(p => p.Name == mine.Name);
            if (theirs is null)
                return $"'{mine.Name}' is not in it";
            if (theirs != mine)
                return $"'{mine.Name}' is {Said(theirs)} there, and {Said(mine)} here";
        }

        return other.Properties.FirstOrDefault(p => PlaceOf(p.Name) < 0) is { } more ? $"it has '{more.Name}' besides" : null;
    }

    private static string Said(StoredProperty p)
    {
        string kind = p.IsKey ? "the key, " : $"{(p.IsText ? "full text, " : "")}{(p.IsIndexed ? "indexed, " : "")}";
        if (p.Vectors is not { } v)
            return $"{kind}{p.Type}";
        string index = v.Hnsw is { } h ? $"HNSW with M {h.M}, EfConstruction {h.EfConstruction}, EfSearch {h.EfSearch}" : "flat";
        return $"{v.Dimensions} dimensions under {v.Metric}, {index}, {p.Type}";
    }

    private static StoredVectors VectorsOf(VectorPropertyModel property)
    {
        Metric metric = DistanceScale.Of(property).Metric;
        return property.IndexKind switch
        {
            null or IndexKind.Flat => new StoredVectors(property.Dimensions, metric, null),
            IndexKind.Hnsw => new StoredVectors(property.Dimensions, metric, HnswSettings.Of(property)),
            _ => throw new NotSupportedException($"Index kind '{property.IndexKind}' of '{property.ModelName}' is not supported; take Flat or Hnsw."),
        };
    }
}
