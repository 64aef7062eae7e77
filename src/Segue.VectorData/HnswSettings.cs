#pragma warning disable MEVD9001 // See RecordView.cs.
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Segue.VectorSearch;

namespace Segue.VectorData;

/// <summary>The settings of an HNSW graph in a collection's definition, by the paper's names.</summary>
public static class HnswSettings
{
    private const string M = "segue:M", EfConstruction = "segue:EfConstruction", EfSearch = "segue:EfSearch";

    /// <summary>Sets how the graph of a vector property is built and searched; the property's index kind becomes HNSW.</summary>
    /// <param name="property">A property of a definition.</param>
    /// <param name="m">Links a row, 2 to 128. More find more and take more memory.</param>
    /// <param name="efConstruction">Candidates that an insertion looks at, 1 to 100,000. More make better links and take longer.</param>
    /// <param name="efSearch">Candidates that a search keeps, 1 to 100,000. More find more of the true neighbors and take longer.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public static VectorStoreVectorProperty WithHnsw(this VectorStoreVectorProperty property, int m = 16, int efConstruction = 200, int efSearch = 48)
    {
        ArgumentNullException.ThrowIfNull(property);
        _ = new HnswOptions { M = m, EfConstruction = efConstruction, EfSearch = efSearch }.Checked();
        property.IndexKind = IndexKind.Hnsw;
        property.ProviderAnnotations ??= [];
        property.ProviderAnnotations[M] = m;
        property.ProviderAnnotations[EfConstruction] = efConstruction;
        property.ProviderAnnotations[EfSearch] = efSearch;
        return property;
    }

    internal static HnswOptions Of(VectorPropertyModel property)
    {
        HnswOptions standard = HnswOptions.Default;
        int Get(string name, int otherwise) => property.ProviderAnnotations?.GetValueOrDefault(name) is int set ? set : otherwise;
        return new HnswOptions
        {
            M = Get(M, standard.M),
            EfConstruction = Get(EfConstruction, standard.EfConstruction),
            EfSearch = Get(EfSearch, standard.EfSearch),
            Precision = Precision.Float32,
        };
    }
}
