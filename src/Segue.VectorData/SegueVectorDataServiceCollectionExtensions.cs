using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.VectorData;

namespace Segue.VectorData;

/// <summary>Segue's vector store in an app with dependency injection.</summary>
public static class SegueVectorDataServiceCollectionExtensions
{
    /// <summary>
    /// Adds one store for the whole app, as <see cref="SegueVectorStore"/> and as <see cref="VectorStore"/>. The app's embedding generator, where it
    /// has one, makes the vectors of texts.
    /// </summary>
    /// <param name="services">The app's.</param>
    public static IServiceCollection AddSegueVectorStore(this IServiceCollection services)
    {
        services.TryAddSingleton(app => new SegueVectorStore(GeneratorOf(app)));
        services.TryAddSingleton<VectorStore>(app => app.GetRequiredService<SegueVectorStore>());
        return services;
    }

    /// <summary>
    /// Adds a collection of the app's store, and the store itself where it is not there yet: as
    /// <see cref="VectorStoreCollection{TKey, TRecord}"/>, <see cref="IVectorSearchable{TRecord}"/> and
    /// <see cref="IKeywordHybridSearchable{TRecord}"/>.
    /// </summary>
    /// <param name="services">The app's.</param>
    /// <param name="name">The collection's.</param>
    /// <param name="definition">What the records' properties are; by their attributes when null.</param>
    public static IServiceCollection AddSegueCollection<TKey, TRecord>(
        this IServiceCollection services, string name, VectorStoreCollectionDefinition? definition = null)
        where TKey : notnull
        where TRecord : class
    {
        services.AddSegueVectorStore();
        services.AddSingleton(app => app.GetRequiredService<SegueVectorStore>().GetCollection<TKey, TRecord>(name, definition));
        services.AddSingleton<IVectorSearchable<TRecord>>(app => app.GetRequiredService<VectorStoreCollection<TKey, TRecord>>());
        services.AddSingleton(app => (IKeywordHybridSearchable<TRecord>)app.GetRequiredService<VectorStoreCollection<TKey, TRecord>>());
        return services;
    }

    internal static IEmbeddingGenerator? GeneratorOf(IServiceProvider app) =>
        app.GetService<IEmbeddingGenerator>() ?? app.GetService<IEmbeddingGenerator<string, Embedding<float>>>();
}
