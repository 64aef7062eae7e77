#pragma warning disable MEVD9001 // The provider services are marked as experimental; they are what every provider is built on.
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace Segue.VectorSearch.VectorData;

/// <summary>What a record's properties are, read from attributes or a definition by the library's own builder.</summary>
internal static class RecordModel
{
    private static readonly CollectionModelBuildingOptions s_options = new() { SupportsMultipleVectors = true, RequiresAtLeastOneVector = false };

    public static CollectionModel Of<TKey, TRecord>(VectorStoreCollectionDefinition? definition, IEmbeddingGenerator? generator) =>
        Checked(new Builder().Build(typeof(TRecord), typeof(TKey), definition, generator));

    public static CollectionModel OfDictionaries(VectorStoreCollectionDefinition definition, IEmbeddingGenerator? generator) =>
        Checked(new Builder().BuildDynamic(definition, generator));

    /// <summary>The vector in a property's or a query's value; null when the value is none of the forms vectors come in.</summary>
    public static ReadOnlyMemory<float>? VectorOf(object? value) => value switch
    {
        ReadOnlyMemory<float> memory => memory,
        float[] array => array,
        Embedding<float> embedding => embedding.Vector,
        _ => (ReadOnlyMemory<float>?)null, // A bare null would be an empty vector: null arrays convert.
    };

    /// <summary>A record with the same values. Vectors are left at their defaults unless asked for.</summary>
    public static TRecord Copy<TRecord>(CollectionModel model, TRecord record, bool includeVectors)
    {
        TRecord copy = model.CreateRecord<TRecord>()!;
        foreach (PropertyModel property in model.Properties)
        {
            if (property is not VectorPropertyModel || includeVectors)
                property.SetValueAsObject(copy, property.GetValueAsObject(record!));
        }

        return copy;
    }

    private static CollectionModel Checked(CollectionModel model)
    {
        foreach (VectorPropertyModel property in model.VectorProperties)
        {
            _ = DistanceScale.Of(property);
            if (property.IndexKind is not (null or IndexKind.Flat or IndexKind.Hnsw))
                throw new NotSupportedException($"Index kind '{property.IndexKind}' of '{property.ModelName}' is not supported; take Flat or Hnsw.");
        }

        return model;
    }

    private sealed class Builder() : CollectionModelBuilder(s_options)
    {
        protected override bool SupportsKeyAutoGeneration(Type keyPropertyType) => false;

        protected override bool IsDataPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
        {
            supportedTypes = null; // Records stay in memory as they are: any type will do.
            return true;
        }

        protected override void ValidateKeyProperty(KeyPropertyModel keyProperty)
        {
            // Any type that can be a key of a dictionary is a key.
        }

        protected override bool IsVectorPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
        {
            supportedTypes = "ReadOnlyMemory<float>, Embedding<float>, float[]";
            return type == typeof(ReadOnlyMemory<float>) || type == typeof(ReadOnlyMemory<float>?) || type == typeof(Embedding<float>) || type == typeof(float[]);
        }
    }
}
