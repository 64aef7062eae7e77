#pragma warning disable MEVD9001 // The provider services are marked as experimental; they are what every provider is built on.
using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace Segue.VectorData;

/// <summary>
/// How a program sees the records of a collection: as a type of its own, or as dictionaries. The store holds values, in the order of the <see
/// cref="RecordLayout"/>; a view takes them out of records and makes records of them, both times as copies.
/// </summary>
internal sealed class RecordView
{
    /// <summary>The forms that vectors come in, for messages.</summary>
    public const string VectorTypes = "ReadOnlyMemory<float>, Embedding<float>, float[]";

    private static readonly CollectionModelBuildingOptions s_options = new() { SupportsMultipleVectors = true, RequiresAtLeastOneVector = false };

    /// <summary>A program writes few filters; one that makes them up should not fill the memory.</summary>
    private const int FiltersMax = 200;

    private readonly ConcurrentDictionary<string, Func<object?[], object?[], bool>> _filters = new(StringComparer.Ordinal);
    private readonly PropertyModel[] _properties;

    private RecordView(CollectionModel model)
    {
        (Model, Layout) = (model, RecordLayout.Of(model));
        _properties = new PropertyModel[Layout.Properties.Length];
        foreach (PropertyModel property in model.Properties)
            _properties[PlaceOf(property)] = property;
    }

    public CollectionModel Model { get; }

    public RecordLayout Layout { get; }

    /// <summary>A view by a type: read from its attributes, or the definition, by the library's own builder.</summary>
    public static RecordView Of<TKey, TRecord>(VectorStoreCollectionDefinition? definition, IEmbeddingGenerator? generator) =>
        new(new Builder().Build(typeof(TRecord), typeof(TKey), definition, generator));

    /// <summary>A view by dictionaries. (The library's builder does not look at the definition's own generator.)</summary>
    public static RecordView OfDictionaries(VectorStoreCollectionDefinition definition, IEmbeddingGenerator? generator)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return new(new Builder().BuildDynamic(definition, definition.EmbeddingGenerator ?? generator));
    }

    public static bool IsVectorType(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type) == typeof(ReadOnlyMemory<float>) || type == typeof(Embedding<float>) || type == typeof(float[]);

    /// <summary>The vector in a property's or a query's value; null when the value is none of the forms vectors come in.</summary>
    public static ReadOnlyMemory<float>? VectorOf(object? value) => value switch
    {
        ReadOnlyMemory<float> memory => memory,
        float[] array => array,
        Embedding<float> embedding => embedding.Vector,
        _ => (ReadOnlyMemory<float>?)null, // A bare null would be an empty vector: null arrays convert.
    };

    /// <summary>A condition on values and captured values, compiled when its shape is new.</summary>
    public Func<object?[], object?[], bool> CompiledFilter(string shape, Expression<Func<object?[], object?[], bool>> filter)
    {
        if (_filters.Count >= FiltersMax)
            _filters.Clear();
        return _filters.GetOrAdd(shape, _ => filter.Compile());
    }

    /// <summary>A stored value in the form that records of a view have it in; what was left out is the type's default.</summary>
    public T? ValueAs<T>(object? value) => As(value, typeof(T)) is T typed ? typed : default;

    public int PlaceOf(PropertyModel property) => Layout.PlaceOf(property.StorageName);

    /// <summary>The type that a value has in records of this view.</summary>
    public Type TypeAt(int place) => _properties[place].Type;

    /// <summary>Copies of a record's values; a key that it leaves to the store is made, and set in the record.</summary>
    /// <param name="number">The record's place in its batch, for messages.</param>
    /// <exception cref="ArgumentException">A value is not of its property's type, or there is no key.</exception>
    public object?[] ValuesOf(object record, int number)
    {
        MakeKey(record);
        object?[] values = new object?[_properties.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Copied(ValueOf(record, _properties[i], number));
        }

        return values[Layout.Key] is null ? throw new ArgumentException($"Record {number} has no key.", nameof(record)) : values;
    }

    /// <summary>A record of stored values. Vectors are left at their defaults unless asked for.</summary>
    public TRecord RecordOf<TRecord>(object?[] values, bool includeVectors)
    {
        TRecord record = Model.CreateRecord<TRecord>()!;
        bool isDictionary = record is IDictionary;
        for (int i = 0; i < values.Length; i++)
        {
            if (_properties[i] is VectorPropertyModel && !includeVectors)
                continue;
            object? value = As(Copied(values[i]), TypeAt(i));
            if (value is not null || isDictionary || _properties[i].IsNullable)
                _properties[i].SetValueAsObject(record, value);
        }

        return record;
    }

    /// <summary>A value that its owner cannot change any more: arrays, lists and memory are copied. Other objects are taken as they are.</summary>
    private static object? Copied(object? value) => value switch
    {
        string => value,
        Array array => array.Clone(),
        ReadOnlyMemory<float> memory => new ReadOnlyMemory<float>(memory.ToArray()),
        Embedding<float> e => new Embedding<float>(e.Vector.ToArray())
        {
            CreatedAt = e.CreatedAt,
            ModelId = e.ModelId,
            AdditionalProperties = e.AdditionalProperties?.Clone(),
        },
        IList when IsList(value.GetType()) => Activator.CreateInstance(value.GetType(), value),
        _ => value,
    };

    private static object? ValueOf(object record, PropertyModel property, int number)
    {
        try
        {
            return property.GetValueAsObject(record);
        }
        catch (InvalidCastException e)
        {
            throw new ArgumentException($"Record {number}: {e.Message}", nameof(record), e); // A dictionary's value is of another type than defined.
        }
    }

    private static bool IsList(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>);

    /// <summary>A vector in the form that a view's records have it in; other values are of one type in all views.</summary>
    private static object? As(object? value, Type type) => type.IsInstanceOfType(value) || VectorOf(value) is not { } vector ? value
        : type == typeof(float[]) ? vector.ToArray()
        : type == typeof(Embedding<float>) ? new Embedding<float>(vector)
        : vector;

    /// <summary>Gives a record the key that it leaves to the store: one of Guids that is null or empty.</summary>
    private void MakeKey(object record)
    {
        object? key = Model.KeyProperty.GetValueAsObject(record);
        if (Model.KeyProperty.IsAutoGenerated && (key is null || key.Equals(Guid.Empty)))
#pragma warning disable RS0030 // Keys must differ between stores that know nothing of each other: no seed can promise that.
            Model.KeyProperty.SetValueAsObject(record, Guid.NewGuid());
#pragma warning restore RS0030
    }

    private sealed class Builder() : CollectionModelBuilder(s_options)
    {
        protected override bool IsDataPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
        {
            supportedTypes = null; // Records stay in memory as they are: any type will do.
            return true;
        }

        /// <summary>Keys are compared, and a collection of things is only ever equal to itself.</summary>
        protected override void ValidateKeyProperty(KeyPropertyModel keyProperty)
        {
            base.ValidateKeyProperty(keyProperty);
            Type type = keyProperty.Type;
            if (type != typeof(string) && type != typeof(object) && !typeof(IEquatable<>).MakeGenericType(type).IsAssignableFrom(type))
            {
                throw new NotSupportedException(
                    $"Key '{keyProperty.ModelName}' is a {type.Name}; take a string, a Guid, a number or another type that can be compared "
                    + "(IEquatable<>).");
            }
        }

        protected override bool IsVectorPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
        {
            supportedTypes = VectorTypes;
            return IsVectorType(type);
        }
    }
}
