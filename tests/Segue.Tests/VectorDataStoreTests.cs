using System.Globalization;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.VectorData;
using Segue.VectorData;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the store keeps its promises where the library's conformance rules do not look: whole batches, copies, definitions that agree, searches
/// beside writers, the library's exceptions alone. Method: each promise broken on purpose. Would fail: each, by the store as it was before (records
/// kept as given, vectors by the order of the definition, one lock around a batch and its compaction, filters compiled and asked of every record).
/// </summary>
public sealed class VectorDataStoreTests
{
    private const int Dimensions = 16;

    private static int s_asked;

    public static TheoryData<string> IndexKinds => [IndexKind.Flat, IndexKind.Hnsw];

    [Fact]
    public async Task An_empty_text_has_no_vector_and_nothing_is_near_to_it()
    {
        using SegueVectorStore store = new(new Lengths());
        using var notes = store.GetDynamicCollection("notes", Notes());
        await notes.EnsureCollectionExistsAsync();
        await notes.UpsertAsync([Note(1, "two words"), Note(2, ""), Note(3, "   "), Note(4, "?"), Note(5, null)]);
        Assert.Equal(5, await notes.GetAsync(n => true, 9).CountAsync());
        Assert.Equal(1, Assert.Single(await notes.SearchAsync("some", 9).ToListAsync()).Record["Id"]);
        foreach (string text in new[] { "", " ", "?" })
        {
            VectorStoreException e = await Assert.ThrowsAsync<VectorStoreException>(async () => await notes.SearchAsync(text, 1).ToListAsync());
            Assert.Contains("nothing is near to it", e.Message);
            Assert.Equal("Search", e.OperationName);
        }
    }

    [Fact]
    public async Task A_dynamic_collection_asks_the_generator_of_its_definition()
    {
        using SegueVectorStore store = new();
        VectorStoreCollectionDefinition definition = Notes();
        definition.EmbeddingGenerator = new Lengths();
        using var notes = store.GetDynamicCollection("notes", definition);
        await notes.EnsureCollectionExistsAsync();
        await notes.UpsertAsync(Note(1, "two words"));
        Assert.Single(await notes.SearchAsync("some", 9).ToListAsync());
    }

    [Fact]
    public async Task One_name_has_one_definition_in_any_order()
    {
        using SegueVectorStore store = new();
        using var songs = store.GetDynamicCollection("songs", Two(DistanceFunction.CosineSimilarity, "A", "B"));
        await songs.EnsureCollectionExistsAsync();
        using var turned = store.GetDynamicCollection("songs", Two(DistanceFunction.CosineDistance, "B", "A"));
        await turned.UpsertAsync(new Dictionary<string, object?> { ["Id"] = 1, ["A"] = new float[] { 1, 0 }, ["B"] = new float[] { 0, 1 } });
        var found = await songs.SearchAsync(new float[] { 1, 0 }, 1, new() { VectorProperty = r => r["A"] }).ToListAsync();
        Assert.Equal(1, found[0].Score!.Value, 1e-5);
        using var other = store.GetDynamicCollection("songs", Two(DistanceFunction.EuclideanDistance, "A", "B"));
        Func<Task>[] uses = [() => other.EnsureCollectionExistsAsync(), () => other.GetAsync(1), () => other.DeleteAsync(1)];
        foreach (Func<Task> use in uses)
            Assert.Contains("'A' is 2 dimensions under Cosine", (await Assert.ThrowsAsync<VectorStoreException>(use)).Message);
        using var more = store.GetDynamicCollection("songs", Two(DistanceFunction.CosineSimilarity, "A", "B", "C"));
        Assert.Contains("'C' is not in it", (await Assert.ThrowsAsync<VectorStoreException>(() => more.GetAsync(1))).Message);
    }

    [Theory]
    [MemberData(nameof(IndexKinds))]
    public async Task A_batch_with_one_bad_record_changes_nothing(string kind)
    {
        using SegueVectorStore store = new();
        using var songs = await Songs(store, kind);
        await songs.UpsertAsync(Song(1, "old", 1));
        foreach (object bad in new object[] { "a year", 1.5, new float[] { 1 } })
        {
            Dictionary<string, object?> wrong = Song(3, "bad", 3);
            wrong["Year"] = bad;
            ArgumentException e = await Assert.ThrowsAsync<ArgumentException>(() => songs.UpsertAsync([Song(1, "new", 1), Song(2, "new", 2), wrong]));
            Assert.Contains("Record 2: Property 'Year'", e.Message);
        }

        Dictionary<string, object?> short1 = Song(3, "short", 3);
        short1["V"] = new float[2];
        await Assert.ThrowsAsync<VectorStoreException>(() => songs.UpsertAsync([Song(1, "new", 1), Song(2, "new", 2), short1]));
        Assert.Equal(["old"], await songs.GetAsync(s => true, 9).Select(s => s["Title"]).ToListAsync());
        Assert.Equal([1], await songs.SearchAsync(Vector(2), 9).Select(s => s.Record["Id"]).ToListAsync());
    }

    [Theory]
    [MemberData(nameof(IndexKinds))]
    public async Task As_many_as_there_are_can_be_asked_for(string kind)
    {
        using SegueVectorStore store = new();
        using var songs = await Songs(store, kind);
        await songs.UpsertAsync(Enumerable.Range(0, 20).Select(i => Song(i, "song", i)));
        Assert.Equal(19, await songs.SearchAsync(Vector(1), int.MaxValue, new() { Skip = 1 }).CountAsync());
        Assert.Equal(20, await songs.GetAsync(s => true, int.MaxValue).CountAsync());
        var hybrid = (IKeywordHybridSearchable<Dictionary<string, object?>>)songs;
        Assert.Equal(19, await hybrid.HybridSearchAsync(Vector(1), ["song"], int.MaxValue, new() { Skip = 1 }).CountAsync());
    }

    [Theory]
    [MemberData(nameof(IndexKinds))]
    public async Task What_is_stored_belongs_to_the_store(string kind)
    {
        using SegueVectorStore store = new();
        using var songs = await Songs(store, kind);
        Dictionary<string, object?> given = Song(1, "one", 1);
        await songs.UpsertAsync(given);
        ((float[])given["V"]!)[0] = 99;
        ((List<string>)given["Tags"]!).Add("later");
        Dictionary<string, object?> got = (await songs.GetAsync(1, new() { IncludeVectors = true }))!;
        Assert.Equal(Vector(1), got["V"]);
        Assert.Equal(["tag"], (List<string>)got["Tags"]!);
        ((float[])got["V"]!)[0] = 99;
        ((List<string>)got["Tags"]!).Clear();
        got = (await songs.GetAsync(1, new() { IncludeVectors = true }))!;
        Assert.Equal(Vector(1), got["V"]);
        Assert.Equal(["tag"], (List<string>)got["Tags"]!);
        Assert.Equal(1, (await songs.SearchAsync(Vector(1), 1).SingleAsync()).Score!.Value, 1e-5);
    }

    [Fact]
    public async Task A_batch_appears_at_once_beside_searches_that_go_on()
    {
        const int Before = 500, Batch = 4_000;
        using SegueVectorStore store = new();
        using var songs = await Songs(store, IndexKind.Hnsw);
        await songs.UpsertAsync(Enumerable.Range(0, Before).Select(i => Song(i, "before", i)));
        Task writing = Task.Run(() => songs.UpsertAsync(Enumerable.Range(Before, Batch).Select(i => Song(i, "batch", i))));
        int searches = 0;
        HashSet<int> counts = [];
        while (!writing.IsCompleted)
        {
            var found = await songs.SearchAsync(Vector(7), 10).ToListAsync();
            Assert.Equal(10, found.Count);
            counts.Add(await songs.GetAsync(s => true, int.MaxValue).CountAsync());
            Assert.True(counts.Max() > Before || found.All(f => (string)f.Record["Title"]! == "before"), "a row that is not there yet was found");
            searches++;
        }

        await writing;
        Assert.True(searches >= 5, $"{searches} searches while {Batch} records were stored");
        Assert.Empty(counts.Except([Before, Before + Batch]));
        Assert.Equal(Before + 9, (await songs.SearchAsync(Vector(Before + 9), 1).SingleAsync()).Record["Id"]);
    }

    [Fact]
    public async Task A_batch_that_is_cancelled_leaves_nothing()
    {
        using SegueVectorStore store = new();
        using var songs = await Songs(store, IndexKind.Hnsw);
        await songs.UpsertAsync(Enumerable.Range(0, 100).Select(i => Song(i, "before", i)));
        for (int round = 0; round < 3; round++)
        {
            using CancellationTokenSource soon = new(TimeSpan.FromMilliseconds(30 + (60 * round)));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => songs.UpsertAsync(Enumerable.Range(50, 20_000).Select(i => Song(i, "batch", i)), soon.Token));
            Assert.Equal(100, await songs.GetAsync(s => s["Title"] == (object)"before", int.MaxValue).CountAsync());
            Assert.Equal(100, await songs.SearchAsync(Vector(1), 1_000).CountAsync());
        }

        CancellationToken gone = new(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await songs.SearchAsync(Vector(1), 5, null, gone).ToListAsync(gone));
        await songs.UpsertAsync(Enumerable.Range(100, 100).Select(i => Song(i, "after", i)));
        for (int i = 0; i < 200; i += 20)
            Assert.Equal(i, (await songs.SearchAsync(Vector(i), 1).SingleAsync()).Record["Id"]);
    }

    [Fact]
    public async Task Records_that_come_and_go_and_have_no_vectors_leave_an_index_that_finds_the_rest()
    {
        using SegueVectorStore store = new();
        using var songs = await Songs(store, IndexKind.Hnsw);
        Dictionary<string, object?> Without(int id)
        {
            Dictionary<string, object?> song = Song(id, "silent", id);
            song["V"] = null;
            return song;
        }

        await songs.UpsertAsync(Enumerable.Range(1_000, 5_000).Select(Without));
        for (int round = 0; round < 12; round++)
            await songs.UpsertAsync(Enumerable.Range(0, 200).Select(i => Song(i, $"round {round}", i + round)));
        await songs.DeleteAsync(Enumerable.Range(0, 20).Select(i => (object)i));
        for (int i = 20; i < 200; i += 10)
            Assert.Equal(i, (await songs.SearchAsync(Vector(i + 11), 1).SingleAsync()).Record["Id"]);
        Assert.Equal(180, await songs.SearchAsync(Vector(0), 1_000).CountAsync());
    }

    [Fact]
    public async Task Text_is_ordered_alike_in_every_country()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            using SegueVectorStore store = new();
            using var songs = await Songs(store, IndexKind.Flat);
            await songs.UpsertAsync([Song(1, "a", 1), Song(2, "B", 2), Song(3, "ä", 3), Song(4, "z", 4)]);
            var ordered = songs.GetAsync(s => true, 9, new() { OrderBy = o => o.Ascending(s => s["Title"]) });
            Assert.Equal(["B", "a", "z", "ä"], await ordered.Select(s => s["Title"]).ToListAsync());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public async Task A_type_and_dictionaries_are_two_views_of_one_collection()
    {
        using SegueVectorStore store = new();
        using var typed = store.GetCollection<int, TypedSong>("songs");
        await typed.EnsureCollectionExistsAsync();
        await typed.UpsertAsync(new TypedSong { Id = 1, Title = "one", Year = 1990, Vector = new float[] { 1, 0 } });
        using var dynamic = store.GetDynamicCollection("songs", new()
        {
            Properties =
            [
                new VectorStoreVectorProperty("Vector", typeof(float[]), 2) { StorageName = "v" },
                new VectorStoreKeyProperty("Id", typeof(int)),
                new VectorStoreDataProperty("Year", typeof(int)),
                new VectorStoreDataProperty("Title", typeof(string)) { IsIndexed = true },
            ],
        });
        Dictionary<string, object?> one = (await dynamic.GetAsync(1, new() { IncludeVectors = true }))!;
        Assert.Equal(("one", 1990), (one["Title"], one["Year"]));
        Assert.Equal([1, 0], (float[])one["Vector"]!);
        await dynamic.UpsertAsync(new Dictionary<string, object?> { ["Id"] = 2, ["Title"] = "two", ["Vector"] = new float[] { 0, 1 } });
        VectorSearchOptions<TypedSong> named = new() { Filter = s => s.Title == "two", IncludeVectors = true };
        TypedSong two = (await typed.SearchAsync(new float[] { 0, 1 }, 1, named).SingleAsync()).Record;
        Assert.Equal((2, 0), (two.Id, two.Year));
        Assert.Equal([0, 1], two.Vector.ToArray());
    }

    [Fact]
    public async Task Filters_look_up_what_is_indexed_and_ask_only_those_records()
    {
        using SegueVectorStore store = new();
        using var typed = store.GetCollection<int, TypedSong>("songs");
        await typed.EnsureCollectionExistsAsync();
        await typed.UpsertAsync(Enumerable.Range(0, 1_000)
            .Select(i => new TypedSong { Id = i, Title = $"title {i % 100}", Year = i, Vector = new float[] { 1, i } }));
        await typed.UpsertAsync(new TypedSong { Id = 5, Title = "moved", Year = 5, Vector = new float[] { 1, 0 } });
        await typed.DeleteAsync(105);
        foreach (string title in new[] { "title 5", "moved", "nobody" })
        {
            s_asked = 0;
            int[] expected = title switch { "title 5" => [205, 305, 405, 505, 605, 705, 805, 905], "moved" => [5], _ => [] };
            Assert.Equal(expected, await typed.GetAsync(s => s.Title == title && Ask(s.Year), 99).Select(s => s.Id).ToListAsync());
            Assert.Equal(expected.Length, s_asked);
            Assert.Equal(expected.Length, await typed.SearchAsync(new float[] { 1, 1 }, 99, new() { Filter = s => s.Title == title }).CountAsync());
        }

        s_asked = 0;
        int id = 77;
        Assert.Equal([77], await typed.GetAsync(s => Ask(s.Year) && id == s.Id, 99).Select(s => s.Id).ToListAsync());
        Assert.Equal(1, s_asked);
        Assert.Equal(500, await typed.GetAsync(s => s.IsLate, 999).CountAsync()); // A property that is not stored: the record is made.
        Assert.Equal(2, await typed.GetAsync(s => s == null! || s.Title == "title 7" && s.Year < 200, 999).CountAsync());
    }

    [Fact]
    public async Task The_settings_of_a_graph_are_the_definitions()
    {
        using SegueVectorStore store = new();
        VectorStoreCollectionDefinition With(int efSearch) => new()
        {
            Properties =
            [
                new VectorStoreKeyProperty("Id", typeof(int)),
                new VectorStoreVectorProperty("V", typeof(float[]), Dimensions).WithHnsw(m: 4, efConstruction: 20, efSearch: efSearch),
            ],
        };
        using var coarse = store.GetDynamicCollection("coarse", With(1));
        using var fine = store.GetDynamicCollection("fine", With(400));
        int[] hits = [0, 0];
        foreach ((VectorStoreCollection<object, Dictionary<string, object?>> songs, int at) in new[] { (coarse, 0), (fine, 1) })
        {
            await songs.EnsureCollectionExistsAsync();
            await songs.UpsertAsync(Enumerable.Range(0, 2_000).Select(i => new Dictionary<string, object?> { ["Id"] = i, ["V"] = Vector(i) }));
            for (int i = 0; i < 200; i++)
                hits[at] += (int)(await songs.SearchAsync(Vector(i), 1).SingleAsync()).Record["Id"]! == i ? 1 : 0;
        }

        Assert.InRange(hits[1], 195, 200);
        Assert.True(hits[0] < hits[1], $"{hits[0]} and {hits[1]} of 200 found");
        using var other = store.GetDynamicCollection("fine", With(10));
        Assert.Contains("EfSearch 400", (await Assert.ThrowsAsync<VectorStoreException>(() => other.GetAsync(1))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new VectorStoreVectorProperty("V", 2).WithHnsw(m: 1));
    }

    [Fact]
    public async Task An_app_gets_the_store_and_its_collections_by_injection()
    {
        ServiceCollection services = new();
        services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(new Lengths());
        services.AddSegueCollection<int, TypedSong>("songs").AddSegueVectorStore();
        await using ServiceProvider app = services.BuildServiceProvider();
        Assert.Same(app.GetRequiredService<SegueVectorStore>(), app.GetRequiredService<VectorStore>());
        var songs = app.GetRequiredService<VectorStoreCollection<int, TypedSong>>();
        await songs.EnsureCollectionExistsAsync();
        await songs.UpsertAsync(new TypedSong { Id = 1, Title = "one", Vector = new float[] { 1, 0 } });
        Assert.Single(await app.GetRequiredService<IVectorSearchable<TypedSong>>().SearchAsync(new float[] { 1, 0 }, 1).ToListAsync());
        Assert.NotNull(app.GetRequiredService<IKeywordHybridSearchable<TypedSong>>());
        using var notes = app.GetRequiredService<VectorStore>().GetDynamicCollection("notes", Notes());
        await notes.EnsureCollectionExistsAsync();
        await notes.UpsertAsync(Note(1, "made by the app's generator"));
        Assert.Single(await notes.SearchAsync("some", 1).ToListAsync());
    }

    private static bool Ask(int year)
    {
        s_asked++;
        return year >= 0;
    }

    private static float[] Vector(int seed) => [.. ObviousIndex.Clustered(1, Dimensions, seed + 1).Values];

    private static Dictionary<string, object?> Song(int id, string title, int seed) => new()
    {
        ["Id"] = id,
        ["Title"] = title,
        ["Year"] = 1990,
        ["Tags"] = new List<string> { "tag" },
        ["V"] = Vector(seed),
    };

    private static Dictionary<string, object?> Note(int id, string? text) => new() { ["Id"] = id, ["Text"] = text };

    private static VectorStoreCollectionDefinition Notes() => new()
    {
        Properties = [new VectorStoreKeyProperty("Id", typeof(int)), new VectorStoreVectorProperty("Text", typeof(string), 2)],
    };

    private static VectorStoreCollectionDefinition Two(string distance, params string[] names) => new()
    {
        Properties =
        [
            new VectorStoreKeyProperty("Id", typeof(int)),
            .. names.Select(n => new VectorStoreVectorProperty(n, typeof(float[]), 2) { DistanceFunction = distance }),
        ],
    };

    private static async Task<VectorStoreCollection<object, Dictionary<string, object?>>> Songs(SegueVectorStore store, string kind)
    {
        var songs = store.GetDynamicCollection("songs", new()
        {
            Properties =
            [
                new VectorStoreKeyProperty("Id", typeof(int)),
                new VectorStoreDataProperty("Title", typeof(string)) { IsFullTextIndexed = true },
                new VectorStoreDataProperty("Year", typeof(int)),
                new VectorStoreDataProperty("Tags", typeof(List<string>)),
                new VectorStoreVectorProperty("V", typeof(float[]), Dimensions) { IndexKind = kind },
            ],
        });
        await songs.EnsureCollectionExistsAsync();
        return songs;
    }

    private sealed class TypedSong
    {
        [VectorStoreKey]
        public int Id { get; set; }

        [VectorStoreData(IsIndexed = true)]
        public string? Title { get; set; }

        [VectorStoreData]
        public int Year { get; set; }

        public bool IsLate => Year >= 500;

        [VectorStoreVector(2, StorageName = "v")]
        public ReadOnlyMemory<float> Vector { get; set; }
    }

    /// <summary>A text's length and its words; nothing where it has no letter.</summary>
    private sealed class Lengths : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(v => string.IsNullOrWhiteSpace(v)
                ? throw new ArgumentException("an empty text was sent")
                : new Embedding<float>(v.Any(char.IsLetter) ? new float[] { v.Length, v.Split(' ').Length } : new float[2]))));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
