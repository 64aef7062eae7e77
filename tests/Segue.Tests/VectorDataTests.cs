using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Segue.VectorData;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the store behaves as the library's conformance rules ask, so that it can take another's place. Method: the scenes of that suite, for flat
/// and HNSW properties: life of a collection, records in and out, filters, order, thresholds, several vectors, generated vectors, dynamic records,
/// hybrid search. Seen to fail: records handed out by reference, a filter applied after the top was cut, a batch that stored its first half.
/// </summary>
public sealed class VectorDataTests
{
    public static TheoryData<string> IndexKinds => [IndexKind.Flat, IndexKind.Hnsw];

    [Fact]
    public async Task A_collection_is_made_listed_shared_and_deleted()
    {
        using SegueVectorStore store = new();
        using var songs = store.GetCollection<string, Song>("songs");
        Assert.False(await songs.CollectionExistsAsync());
        VectorStoreException absent = await Assert.ThrowsAsync<VectorStoreException>(() => songs.UpsertAsync(Sample()[0]));
        Assert.Contains("there is no collection 'songs'", absent.Message);
        Assert.Equal(("segue", "songs", "Upsert"), (absent.VectorStoreSystemName, absent.CollectionName, absent.OperationName));
        await songs.EnsureCollectionExistsAsync();
        await songs.EnsureCollectionExistsAsync();
        await songs.UpsertAsync(Sample());
        Assert.True(await store.CollectionExistsAsync("songs"));
        Assert.Equal(["songs"], await store.ListCollectionNamesAsync().ToListAsync());
        using var again = store.GetCollection<string, Song>("songs");
        Assert.NotNull(await again.GetAsync("a"));
        using var other = store.GetCollection<int, Numbered>("songs");
        Assert.Contains("another definition", (await Assert.ThrowsAsync<VectorStoreException>(() => other.GetAsync(1))).Message);
        await store.EnsureCollectionDeletedAsync("songs");
        await songs.EnsureCollectionDeletedAsync();
        Assert.False(await songs.CollectionExistsAsync());
        Assert.Equal("songs", Assert.IsType<VectorStoreCollectionMetadata>(songs.GetService(typeof(VectorStoreCollectionMetadata))).CollectionName);
        Assert.Same(store, store.GetService(typeof(SegueVectorStore)));
        Assert.Null(store.GetService(typeof(SegueVectorStore), "key"));
        Assert.Throws<ArgumentException>(() => store.GetCollection<object, Dictionary<string, object?>>("d"));
    }

    [Fact]
    public async Task Records_come_back_as_copies_with_or_without_vectors()
    {
        using var songs = await Songs(IndexKind.Flat);
        Song given = Sample()[0] with { Title = "changed" };
        await songs.UpsertAsync(given);
        given.Title = "changed again, outside";
        Song bare = (await songs.GetAsync("a"))!, whole = (await songs.GetAsync("a", new() { IncludeVectors = true }))!;
        Assert.Equal(("changed", 0), (bare.Title, bare.Vector.Length));
        Assert.Equal([1, 0, 0], whole.Vector.ToArray());
        bare.Title = "changed inside";
        Assert.Equal("changed", (await songs.GetAsync("a"))!.Title);
        Assert.Null(await songs.GetAsync("nobody"));
        Assert.Equal(["b", "c"], await songs.GetAsync(["b", "nobody", "c"]).Select(s => s.Id).ToListAsync());
        await songs.DeleteAsync("nobody");
        await songs.DeleteAsync(["a", "b"]);
        Assert.Null(await songs.GetAsync("a"));
        await Assert.ThrowsAsync<ArgumentNullException>(() => songs.GetAsync((string)null!));
    }

    [Theory]
    [MemberData(nameof(IndexKinds))]
    public async Task Search_ranks_skips_filters_and_stops_at_the_threshold(string kind)
    {
        using var songs = await Songs(kind);
        ReadOnlyMemory<float> query = new float[] { 1, 0.1f, 0 };
        var all = await songs.SearchAsync(query, 10).ToListAsync();
        Assert.Equal(["a", "b", "c", "d"], all.Select(r => r.Record.Id));
        Assert.Equal(1 / Math.Sqrt(1.01), all[0].Score!.Value, 1e-3);
        Assert.All(all, r => Assert.Equal(0, r.Record.Vector.Length));
        Assert.Equal(["b", "c"], await Ids(songs.SearchAsync(query, 2, new() { Skip = 1 })));
        Assert.Equal(["b", "d"], await Ids(songs.SearchAsync(query, 10, new() { Filter = s => s.Year > 2000 })));
        string[] genres = ["jazz", "rock"];
        Assert.Equal(["c"], await Ids(songs.SearchAsync(query, 1, new() { Filter = s => genres.Contains(s.Genre) && s.Tags!.Contains("slow") })));
        Assert.Equal(["a", "b"], await Ids(songs.SearchAsync(query, 10, new() { ScoreThreshold = 0.5 })));
        float[] vector = (await songs.SearchAsync(query, 1, new() { IncludeVectors = true }).FirstAsync()).Record.Vector.ToArray();
        Assert.Equal([1, 0, 0], vector);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await songs.SearchAsync(query, 0).ToListAsync());
        VectorStoreException narrow = await Assert.ThrowsAsync<VectorStoreException>(async () => await Ids(songs.SearchAsync(new float[2], 1)));
        Assert.Contains("2 dimensions, but the index has 3", narrow.Message);
        NotSupportedException text = await Assert.ThrowsAsync<NotSupportedException>(async () => await songs.SearchAsync("text", 1).ToListAsync());
        Assert.Contains("no embedding generator was configured", text.Message);
    }

    [Theory]
    [MemberData(nameof(IndexKinds))]
    public async Task Replaced_and_deleted_records_leave_the_search_and_rows_are_used_again(string kind)
    {
        using var songs = await Songs(kind);
        await songs.UpsertAsync(Sample()[0] with { Vector = new float[] { 0, 0, -1 } });
        await songs.DeleteAsync("b");
        await songs.UpsertAsync(new Song { Id = "e", Genre = "folk", Vector = new float[] { 0.9f, 0, 0 } });
        ReadOnlyMemory<float> query = new float[] { 1, 0, 0 };
        Assert.Equal("e", (await Ids(songs.SearchAsync(query, 1)))[0]);
        Assert.DoesNotContain("b", await Ids(songs.SearchAsync(query, 10)));
        VectorStoreException bad = await Assert.ThrowsAsync<VectorStoreException>(() => songs.UpsertAsync(
            [new Song { Id = "f", Vector = new float[] { 1, 1, 1 } }, new Song { Id = "g", Vector = new[] { float.NaN, 1, 1 } }]));
        Assert.Contains("NaN", bad.Message);
        Assert.Null(await songs.GetAsync("f")); // All or none.
    }

    [Fact]
    public async Task Filtered_retrieval_orders_skips_and_tops()
    {
        using var songs = await Songs(IndexKind.Flat);
        Assert.Equal(["d", "b"], await songs.GetAsync(s => s.Id != "a", 2, new() { OrderBy = o => o.Ascending(s => s.Genre).Descending(s => s.Year), Skip = 1 })
            .Select(s => s.Id).ToListAsync());
        Assert.Equal(["a"], await songs.GetAsync(s => s.Title!.StartsWith("Slow r"), 5).Select(s => s.Id).ToListAsync());
    }

    [Theory]
    [InlineData(DistanceFunction.CosineSimilarity, 0.6, 0)]
    [InlineData(DistanceFunction.CosineDistance, 0.4, 1)]
    [InlineData(DistanceFunction.DotProductSimilarity, 3.0, 0)]
    [InlineData(DistanceFunction.NegativeDotProductSimilarity, -3.0, 0)]
    [InlineData(DistanceFunction.EuclideanDistance, 4.47213595, 2)]
    [InlineData(DistanceFunction.EuclideanSquaredDistance, 20.0, 2)]
    public async Task Every_distance_function_has_its_own_scale(string distance, double near, double far)
    {
        VectorStoreCollectionDefinition definition = new()
        {
            Properties =
            [
                new VectorStoreKeyProperty("Id", typeof(int)),
                new VectorStoreVectorProperty("Vector", typeof(ReadOnlyMemory<float>), 2) { DistanceFunction = distance },
            ],
        };
        using SegueVectorStore store = new();
        using var numbered = store.GetCollection<int, Numbered>("n", definition);
        await numbered.EnsureCollectionExistsAsync();
        bool isEuclidean = distance.StartsWith("Euclidean", StringComparison.Ordinal);
        await numbered.UpsertAsync([new Numbered { Id = 1, Vector = new float[] { 3, 4 } }, new Numbered { Id = 2, Vector = new float[] { 0, -4 } }]);
        var found = await numbered.SearchAsync((ReadOnlyMemory<float>)new float[] { 1, 0 }, 2).ToListAsync();
        Assert.Equal(isEuclidean ? 2 : 1, found[0].Record.Id);
        Assert.Equal(near, found.Single(f => f.Record.Id == 1).Score!.Value, 1e-4);
        double second = distance == DistanceFunction.EuclideanDistance ? Math.Sqrt(17) : distance == DistanceFunction.EuclideanSquaredDistance ? 17 : far;
        Assert.Equal(second, found.Single(f => f.Record.Id == 2).Score!.Value, 1e-4);
    }

    [Fact]
    public async Task Dynamic_records_are_dictionaries()
    {
        using SegueVectorStore store = new();
        using var songs = store.GetDynamicCollection("d", new()
        {
            Properties =
            [
                new VectorStoreKeyProperty("Id", typeof(long)),
                new VectorStoreDataProperty("Year", typeof(int)),
                new VectorStoreVectorProperty("V", typeof(float[]), 2),
            ],
        });
        await songs.EnsureCollectionExistsAsync();
        await songs.UpsertAsync([
            new() { ["Id"] = 1L, ["Year"] = 1990, ["V"] = new float[] { 1, 0 } },
            new() { ["Id"] = 2L, ["Year"] = 2010, ["V"] = new float[] { 0, 1 } }]);
        var found = await songs.SearchAsync(new float[] { 1, 0 }, 5, new() { Filter = r => (int)r["Year"]! > 2000 }).ToListAsync();
        Assert.Equal(2L, Assert.Single(found).Record["Id"]);
        Assert.Equal(1990, (await songs.GetAsync(1L))!["Year"]);
    }

    [Fact]
    public async Task Texts_are_embedded_on_the_way_in_and_in_the_query()
    {
        using SegueVectorStore store = new(new Letters());
        using var lines = store.GetCollection<int, Line>("lines");
        await lines.EnsureCollectionExistsAsync();
        await lines.UpsertAsync([new Line { Id = 1, Text = "aaab" }, new Line { Id = 2, Text = "bbba" }, new Line { Id = 3, Text = null }]);
        Assert.Equal([2, 1], (await lines.SearchAsync("bb", 5).ToListAsync()).Select(r => r.Record.Id));
        await Assert.ThrowsAsync<NotSupportedException>(() => lines.GetAsync(1, new() { IncludeVectors = true }));
    }

    [Fact]
    public async Task Hybrid_search_joins_keywords_and_vectors()
    {
        using var songs = await Songs(IndexKind.Flat);
        var hybrid = Assert.IsAssignableFrom<IKeywordHybridSearchable<Song>>(songs.GetService(typeof(IKeywordHybridSearchable<Song>)));
        ReadOnlyMemory<float> query = new float[] { 1, 0, 0 };
        var found = await hybrid.HybridSearchAsync(query, ["RAIN"], 4).ToListAsync();
        Assert.Equal("a", found[0].Record.Id); // Nearest, and the word.
        Assert.True(found.FindIndex(r => r.Record.Id == "d") < found.FindIndex(r => r.Record.Id == "c"), "the word should lift the last to before the third");
        Assert.Equal(["d"], await Ids(hybrid.HybridSearchAsync(query, ["rain"], 1, new() { Filter = s => s.Year > 2000 && s.Id != "b" })));
    }

    [Fact]
    public void What_is_not_supported_is_said()
    {
        using SegueVectorStore store = new();
        VectorStoreCollectionDefinition With(string? distance, string? kind) => new()
        {
            Properties =
            [
                new VectorStoreKeyProperty("Id", typeof(int)),
                new VectorStoreVectorProperty("Vector", typeof(ReadOnlyMemory<float>), 2) { DistanceFunction = distance, IndexKind = kind },
            ],
        };
        foreach ((string? distance, string? kind) in new (string?, string?)[] { (DistanceFunction.HammingDistance, null), (null, IndexKind.DiskAnn) })
        {
            NotSupportedException e = Assert.Throws<NotSupportedException>(() => store.GetCollection<int, Numbered>("n", With(distance, kind)));
            Assert.Contains(distance ?? kind!, e.Message);
        }
    }

    private static async Task<VectorStoreCollection<string, Song>> Songs(string kind)
    {
        VectorStoreCollectionDefinition definition = new()
        {
            Properties =
            [
                new VectorStoreKeyProperty("Id", typeof(string)),
                new VectorStoreDataProperty("Title", typeof(string)) { IsFullTextIndexed = true },
                new VectorStoreDataProperty("Genre", typeof(string)),
                new VectorStoreDataProperty("Year", typeof(int)),
                new VectorStoreDataProperty("Tags", typeof(string[])),
                new VectorStoreVectorProperty("Vector", typeof(ReadOnlyMemory<float>), 3) { IndexKind = kind },
            ],
        };
        var songs = new SegueVectorStore().GetCollection<string, Song>("songs", definition);
        await songs.EnsureCollectionExistsAsync();
        await songs.UpsertAsync(Sample());
        return songs;
    }

    private static List<Song> Sample() =>
    [
        new() { Id = "a", Title = "Slow rain", Genre = "folk", Year = 1990, Tags = ["slow"], Vector = new float[] { 1, 0, 0 } },
        new() { Id = "b", Title = "Fast sun", Genre = "rock", Year = 2005, Tags = ["fast"], Vector = new float[] { 1, 1, 0 } },
        new() { Id = "c", Title = "Slow wind", Genre = "jazz", Year = 1970, Tags = ["slow", "old"], Vector = new float[] { 0, 1, 0 } },
        new() { Id = "d", Title = "More rain, rain", Genre = "rock", Year = 2015, Tags = [], Vector = new float[] { 0, 0, 1 } },
    ];

    private static async Task<List<string>> Ids(IAsyncEnumerable<VectorSearchResult<Song>> results) => await results.Select(r => r.Record.Id).ToListAsync();

    private sealed record Song
    {
        [VectorStoreKey]
        public string Id { get; set; } = "";

        [VectorStoreData(IsFullTextIndexed = true)]
        public string? Title { get; set; }

        [VectorStoreData]
        public string? Genre { get; set; }

        [VectorStoreData]
        public int Year { get; set; }

        [VectorStoreData]
        public string[]? Tags { get; set; }

        [VectorStoreVector(3)]
        public ReadOnlyMemory<float> Vector { get; set; }
    }

    private sealed class Numbered
    {
        [VectorStoreKey]
        public int Id { get; set; }

        [VectorStoreVector(2)]
        public ReadOnlyMemory<float> Vector { get; set; }
    }

    private sealed class Line
    {
        [VectorStoreKey]
        public int Id { get; set; }

        [VectorStoreVector(2)]
        public string? Text { get; set; }
    }

    /// <summary>How many a and how many b.</summary>
    private sealed class Letters : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(
                values.Select(v => new Embedding<float>(new float[] { v.Count(c => c == 'a'), v.Count(c => c == 'b') }))));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
