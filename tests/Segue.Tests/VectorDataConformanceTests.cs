using System.Linq.Expressions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Segue.VectorData;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the parts of the library's own conformance rules in which stores differ most: filters on typed and on dynamic records, types of keys, keys
/// made by the store, whose generator is asked, and the exceptions with the words that the library prescribes. Method: each filter against LINQ over
/// the same records. Seen to fail: with filters on dictionaries compiled as they stand (objects compared by reference), with the key's type
/// unchecked, with messages of our own.
/// </summary>
public sealed class VectorDataConformanceTests
{
    private static readonly string[] s_captured = ["x", "z", "nowhere"];

    public static TheoryData<string> FilterNames => [.. Filters.Keys];

    public static TheoryData<object> Keys => ["text", "", "odd/\\ \"'\n\u0000🎵", 7, -1L, (short)3, (byte)255, Guid.Parse("603840bf-cf91-4521-8b8e-8b6a2e75910a")];

    private static Dictionary<string, (Expression<Func<Row, bool>>, Expression<Func<Dictionary<string, object?>, bool>>)> Filters { get; } = new()
    {
        ["number"] = (r => r.Int == 8, r => (int)r["Int"]! == 8),
        ["number, reversed"] = (r => 8 == r.Int, r => 8 == (int)r["Int"]!),
        ["not a number"] = (r => r.Int != 8, r => (int)r["Int"]! != 8),
        ["text"] = (r => r.String == NotInterned("foo"), r => r["String"] == (object)NotInterned("foo")),
        ["not a text"] = (r => r.String != NotInterned("foo"), r => r["String"] != (object)NotInterned("foo")),
        ["odd characters"] = (r => r.String == "with ' \" \\ [brackets]; DROP TABLE", r => r["String"] == (object)NotInterned("with ' \" \\ [brackets]; DROP TABLE")),
        ["null"] = (r => r.String == null, r => r["String"] == null),
        ["not null"] = (r => r.String != null, r => r["String"] != null),
        ["captured null"] = (r => r.String == Nothing(), r => r["String"] == (object?)Nothing()),
        ["bool"] = (r => r.Bool, r => (bool)r["Bool"]!),
        ["not bool"] = (r => !r.Bool, r => !(bool)r["Bool"]!),
        ["either bool"] = (r => r.Bool || !r.Bool, r => (bool)r["Bool"]! || !(bool)r["Bool"]!),
        ["more"] = (r => r.Int > 9, r => (int)r["Int"]! > 9),
        ["at most"] = (r => r.Int <= 9, r => (int)r["Int"]! <= 9),
        ["and"] = (r => r.Int == 8 && r.String == "foo", r => (int)r["Int"]! == 8 && r["String"] == (object)NotInterned("foo")),
        ["or within and"] = (r => (r.Int == 8 || r.Int == 9) && r.Bool, r => ((int)r["Int"]! == 8 || (int)r["Int"]! == 9) && (bool)r["Bool"]!),
        ["not over or"] = (r => !(r.Int == 8 || r.String == "foo"), r => !((int)r["Int"]! == 8 || r["String"] == (object)NotInterned("foo"))),
        ["in an array"] = (r => r.Strings.Contains("x"), r => ((string[])r["Strings"]!).Contains("x")),
        ["among captured"] = (r => s_captured.Contains(r.String), r => s_captured.Contains((string?)r["String"])),
        ["any among captured"] = (r => r.Strings.Any(s => s_captured.Contains(s)), r => ((string[])r["Strings"]!).Any(s => s_captured.Contains(s))),
        ["all"] = (r => true, r => true),
    };

    [Theory]
    [MemberData(nameof(FilterNames))]
    public async Task Filters_keep_what_they_say_on_typed_and_on_dynamic_records(string name)
    {
        (var typed, var dynamic) = Filters[name];
        List<int> expected = [.. Rows().Where(typed.Compile()).Select(r => r.Key)];
        using SegueVectorStore store = new();
        using var rows = store.GetCollection<int, Row>("typed");
        await rows.EnsureCollectionExistsAsync();
        await rows.UpsertAsync(Rows());
        ReadOnlyMemory<float> query = new float[] { 1, 1, 1 };
        Assert.Equal(expected, (await rows.GetAsync(typed, 100).ToListAsync()).Select(r => r.Key).Order());
        Assert.Equal(expected, (await rows.SearchAsync(query, 100, new() { Filter = typed }).ToListAsync()).Select(r => r.Record.Key).Order());
        using var dictionaries = store.GetDynamicCollection("dynamic", Definition(typeof(int)));
        await dictionaries.EnsureCollectionExistsAsync();
        await dictionaries.UpsertAsync(Rows().Select(r => AsDictionary(r)));
        Assert.Equal(expected, (await dictionaries.GetAsync(dynamic, 100).ToListAsync()).Select(r => (int)r["Key"]!).Order());
        Assert.Equal(expected, (await dictionaries.SearchAsync(query, 100, new() { Filter = dynamic }).ToListAsync()).Select(r => (int)r.Record["Key"]!).Order());
    }

    [Fact]
    public async Task A_filter_that_cannot_be_is_an_invalid_operation()
    {
        using SegueVectorStore store = new();
        using var rows = store.GetDynamicCollection("dynamic", Definition(typeof(int)));
        await rows.EnsureCollectionExistsAsync();
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await rows.GetAsync(r => r["Sting"] == (object)"", 1).ToListAsync()); // Even when there are no records yet.
        Assert.Contains("'Sting'", e.Message);
        await rows.UpsertAsync(Rows().Select(r => AsDictionary(r)));
        int? none = null;
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await rows.GetAsync(r => (int)r["Int"]! == none!.Value, 1).ToListAsync());
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Keys_of_many_types_find_their_record(object key)
    {
        using SegueVectorStore store = new();
        using var rows = store.GetDynamicCollection($"keys of {key}", Definition(key.GetType()));
        await rows.EnsureCollectionExistsAsync();
        await rows.UpsertAsync(AsDictionary(Rows()[0], key));
        Assert.Equal(8, (await rows.GetAsync(key))!["Int"]);
        Assert.Equal([$"keys of {key}"], await store.ListCollectionNamesAsync().ToListAsync());
        await rows.DeleteAsync(key);
        Assert.Null(await rows.GetAsync(key));
    }

    [Fact]
    public async Task Keys_are_made_where_a_Guid_is_left_empty_and_nowhere_else()
    {
        using SegueVectorStore store = new(new Last(1));
        using var notes = store.GetCollection<Guid, Note>("notes");
        await notes.EnsureCollectionExistsAsync();
        Note first = new() { Text = "one" }, second = new() { Text = "two" }, own = new() { Id = Guid.Parse("603840bf-cf91-4521-8b8e-8b6a2e75910a"), Text = "three" };
        await notes.UpsertAsync([first, second, own]);
        Assert.NotEqual(Guid.Empty, first.Id);
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(first.Id, (await notes.GetAsync(first.Id))!.Id);
        Assert.NotNull(await notes.GetAsync(Guid.Parse("603840bf-cf91-4521-8b8e-8b6a2e75910a")));
        await notes.UpsertAsync(first); // With its key now: replaced, not doubled.
        Assert.Equal(3, await notes.GetAsync(n => true, 10).CountAsync());
        VectorStoreCollectionDefinition asked = new() { Properties = [new VectorStoreKeyProperty("Id", typeof(string)) { IsAutoGenerated = true }] };
        Assert.Throws<NotSupportedException>(() => store.GetDynamicCollection("n", asked));
    }

    [Fact]
    public void Types_that_are_not_supported_are_refused_with_the_librarys_exceptions()
    {
        using SegueVectorStore store = new();
        Assert.Throws<NotSupportedException>(() => store.GetDynamicCollection("x", Definition(typeof(List<int>))));
        Assert.ThrowsAny<Exception>(() => store.GetCollection<string, Row>("x")); // The record's key is an int.
        VectorStoreCollectionDefinition doubles = Definition(typeof(int));
        doubles.Properties[^1] = new VectorStoreVectorProperty("Vector", typeof(ReadOnlyMemory<double>), 3);
        Assert.ThrowsAny<InvalidOperationException>(() => store.GetDynamicCollection("x", doubles));
        VectorStoreCollectionDefinition textWithout = Definition(typeof(int));
        textWithout.Properties[^1] = new VectorStoreVectorProperty("Vector", typeof(string), 3);
        Assert.ThrowsAny<InvalidOperationException>(() => store.GetDynamicCollection("x", textWithout));
        Assert.Throws<ArgumentException>(() => store.GetCollection<int, Dictionary<string, object?>>("x"));
    }

    [Fact]
    public async Task Without_a_generator_that_fits_a_text_is_refused_in_the_librarys_words()
    {
        using SegueVectorStore bare = new(), store = new(new Last(1));
        using var rows = bare.GetCollection<int, Row>("r");
        await rows.EnsureCollectionExistsAsync();
        NotSupportedException text = await Assert.ThrowsAsync<NotSupportedException>(async () => await rows.SearchAsync("foo", 1).ToListAsync());
        Assert.StartsWith(
            "A value of type 'string' was passed to 'SearchAsync', but that isn't a supported vector type by your provider and no embedding generator was configured. "
            + "The supported vector types are:",
            text.Message);
        using var notes = store.GetCollection<Guid, Note>("notes");
        await notes.EnsureCollectionExistsAsync();
        InvalidOperationException number = await Assert.ThrowsAsync<InvalidOperationException>(async () => await notes.SearchAsync(8, 1).ToListAsync());
        Assert.Equal("An input of type 'int' was provided, but an incompatible embedding generator of type 'Last' was configured.", number.Message);
        foreach (Func<Task> include in new Func<Task>[]
        {
            async () => await notes.SearchAsync("[1, 0, 0]", 1, new() { IncludeVectors = true }).ToListAsync(),
            () => notes.GetAsync(Guid.Empty, new() { IncludeVectors = true }),
            async () => await notes.GetAsync([Guid.Empty], new() { IncludeVectors = true }).ToListAsync(),
            async () => await notes.GetAsync(n => true, 1, new() { IncludeVectors = true }).ToListAsync(),
        })
        {
            NotSupportedException e = await Assert.ThrowsAsync<NotSupportedException>(include);
            Assert.Equal("When an embedding generator is configured, `Include Vectors` cannot be enabled.", e.Message);
        }
    }

    [Theory]
    [InlineData(true, true, 3)]
    [InlineData(true, false, 2)]
    [InlineData(false, false, 1)]
    public async Task The_nearest_generator_is_asked_the_propertys_then_the_collections_then_the_stores(bool ofCollection, bool ofProperty, int expected)
    {
        using SegueVectorStore store = new(new Last(1));
        using var notes = store.GetCollection<Guid, Note>("notes", new()
        {
            EmbeddingGenerator = ofCollection ? new Last(2) : null,
            Properties =
            [
                new VectorStoreKeyProperty("Id", typeof(Guid)),
                new VectorStoreVectorProperty("Text", typeof(string), 3)
                {
                    EmbeddingGenerator = ofProperty ? new Last(3) : null,
                    DistanceFunction = DistanceFunction.EuclideanDistance,
                },
            ],
        });
        await notes.EnsureCollectionExistsAsync();
        await notes.UpsertAsync(new Note { Text = "[5, 6, 0]" });
        var found = await notes.SearchAsync((ReadOnlyMemory<float>)new float[] { 5, 6, 0 }, 1).SingleAsync();
        Assert.Equal(expected, found.Score!.Value, 1e-5);
        Assert.Equal(0, (await notes.SearchAsync("[5, 6, 7]", 1).SingleAsync()).Score!.Value, 1e-5);
    }

    [Fact]
    public async Task Nothing_given_is_nothing_done_and_null_is_refused_by_name()
    {
        using SegueVectorStore store = new();
        using var rows = store.GetCollection<int, Row>("r");
        await rows.EnsureCollectionExistsAsync();
        await rows.UpsertAsync(Rows());
        await rows.UpsertAsync([]);
        await rows.DeleteAsync(Array.Empty<int>());
        await rows.DeleteAsync(12345);
        Assert.Empty(await rows.GetAsync(Array.Empty<int>()).ToListAsync());
        Assert.Equal(Rows().Length, await rows.GetAsync(r => true, 100).CountAsync());
        Assert.Equal("records", (await Assert.ThrowsAsync<ArgumentNullException>(() => rows.UpsertAsync(records: null!))).ParamName);
        Assert.Equal("keys", (await Assert.ThrowsAsync<ArgumentNullException>(() => rows.DeleteAsync(keys: null!))).ParamName);
        Assert.Equal("keys", (await Assert.ThrowsAsync<ArgumentNullException>(async () => await rows.GetAsync(keys: null!).ToListAsync())).ParamName);
        Row[] batch = [Rows()[0] with { Int = 100 }, new() { Key = 50, Int = 101, Vector = new float[] { 1, 0, 0 } }];
        await rows.UpsertAsync(batch); // One of them new, one not.
        Assert.Equal([100, 101], await rows.GetAsync(r => r.Int >= 100, 9, new() { OrderBy = o => o.Ascending(r => r.Int) }).Select(r => r.Int).ToListAsync());
    }

    [Theory]
    [InlineData(IndexKind.Flat)]
    [InlineData(IndexKind.Hnsw)]
    public async Task Many_at_once_see_whole_records_only(string kind)
    {
        using SegueVectorStore store = new();
        VectorStoreCollectionDefinition definition = Definition(typeof(int));
        ((VectorStoreVectorProperty)definition.Properties[^1]).IndexKind = kind;
        using var rows = store.GetDynamicCollection("r", definition);
        await rows.EnsureCollectionExistsAsync();
        await Parallel.ForAsync(0, 200, TestContext.Current.CancellationToken, async (i, stop) =>
        {
            Row row = new() { Key = i % 50, Int = i, String = $"{i}", Vector = new float[] { 1, i, 1 } };
            await rows.UpsertAsync(AsDictionary(row), stop);
            if (i % 7 == 0)
                await rows.DeleteAsync(i % 50, stop);
            await foreach (var found in rows.SearchAsync(new float[] { 1, i, 1 }, 5, cancellationToken: stop))
                Assert.Equal($"{found.Record["Int"]}", found.Record["String"]);
        });
        Assert.InRange(await rows.GetAsync(r => true, 100).CountAsync(), 40, 50);
    }

    private static string? Nothing() => null;

    private static string NotInterned(string text) => new(text.AsSpan());

    private static Row[] Rows() =>
    [
        new() { Key = 1, Int = 8, String = "foo", Bool = true, Strings = ["x", "y"], Vector = new float[] { 1, 2, 3 } },
        new() { Key = 2, Int = 9, String = "bar", Bool = false, Strings = ["a", "b"], Vector = new float[] { 1, 2, 3 } },
        new() { Key = 3, Int = 9, String = "foo", Bool = true, Strings = ["x"], Vector = new float[] { 1, 2, 3 } },
        new() { Key = 4, Int = 10, String = null, Bool = true, Strings = ["z"], Vector = new float[] { 3, 2, 1 } },
        new() { Key = 5, Int = 11, String = "with ' \" \\ [brackets]; DROP TABLE", Bool = false, Strings = [], Vector = new float[] { 3, 2, 1 } },
    ];

    private static Dictionary<string, object?> AsDictionary(Row row) => AsDictionary(row, row.Key);

    private static Dictionary<string, object?> AsDictionary(Row row, object key) => new()
    {
        ["Key"] = key,
        ["Int"] = row.Int,
        ["String"] = row.String,
        ["Bool"] = row.Bool,
        ["Strings"] = row.Strings,
        ["Vector"] = row.Vector,
    };

    private static VectorStoreCollectionDefinition Definition(Type key) => new()
    {
        Properties =
        [
            new VectorStoreKeyProperty("Key", key),
            new VectorStoreDataProperty("Int", typeof(int)),
            new VectorStoreDataProperty("String", typeof(string)),
            new VectorStoreDataProperty("Bool", typeof(bool)),
            new VectorStoreDataProperty("Strings", typeof(string[])),
            new VectorStoreVectorProperty("Vector", typeof(ReadOnlyMemory<float>), 3),
        ],
    };

    private sealed record Row
    {
        [VectorStoreKey]
        public int Key { get; set; }

        [VectorStoreData]
        public int Int { get; set; }

        [VectorStoreData]
        public string? String { get; set; }

        [VectorStoreData]
        public bool Bool { get; set; }

        [VectorStoreData]
        public string[] Strings { get; set; } = [];

        [VectorStoreVector(3)]
        public ReadOnlyMemory<float> Vector { get; set; }
    }

    private sealed class Note
    {
        [VectorStoreKey]
        public Guid Id { get; set; }

        [VectorStoreVector(3)]
        public string? Text { get; set; }
    }

    /// <summary>Reads "[1, 2, 3]", and puts a number of its own in the last place, so that its vectors can be told from another's; 7 stands for that
    /// number.</summary>
    private sealed class Last(float last) : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(v =>
            {
                float[] vector = v[0] == '[' ? [.. v.Trim('[', ']').Split(',').Select(float.Parse)] : [1, 1, 1];
                vector[2] = last;
                return new Embedding<float>(vector);
            })));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
