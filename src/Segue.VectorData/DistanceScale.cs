#pragma warning disable MEVD9001 // See RecordView.cs.
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Segue.VectorSearch;

namespace Segue.VectorData;

/// <summary>A distance function of the library as a metric of ours, and our scores on its scale.</summary>
internal readonly record struct DistanceScale(Metric Metric, Func<float, double> FromScore, bool LargerIsNearer)
{
    public static DistanceScale Of(VectorPropertyModel property) => property.DistanceFunction switch
    {
        null or DistanceFunction.CosineSimilarity => new(Metric.Cosine, s => s, true),
        DistanceFunction.CosineDistance => new(Metric.Cosine, s => 1 - s, false),
        DistanceFunction.DotProductSimilarity => new(Metric.InnerProduct, s => s, true),
        DistanceFunction.NegativeDotProductSimilarity => new(Metric.InnerProduct, s => -s, false),
        DistanceFunction.EuclideanDistance => new(Metric.L2, s => Math.Sqrt(-s), false),
        DistanceFunction.EuclideanSquaredDistance => new(Metric.L2, s => -s, false),
        _ => throw new NotSupportedException(
            $"Distance function '{property.DistanceFunction}' of '{property.ModelName}' is not supported; take CosineSimilarity, CosineDistance, "
            + "DotProductSimilarity, NegativeDotProductSimilarity, EuclideanDistance or EuclideanSquaredDistance."),
    };

    public bool Passes(double value, double? threshold) => threshold is null || (LargerIsNearer ? value >= threshold : value <= threshold);
}
