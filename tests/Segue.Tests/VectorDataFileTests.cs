using Microsoft.Extensions.VectorData;
using Segue.VectorData;
using Segue.VectorSearch;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a store that was saved opens as it was, graphs and all, goes on from there, and is refused when a byte of it is not what it was. Method: the
/// same questions to both, before and after changes. Seen to fail: with rows renumbered, with a graph built anew, with a collection left out.
/// </summary>
public sealed class VectorDataFileTests
{
    private const int Dimensions = 8;

    [Fact]
    public async Task A_saved_store_opens_as_it_was_and_goes_on()
    {
        using ScratchFolder scratch = new();
        using SegueVectorStore store = new();
        using var songs = store.GetCollection<Guid, Song>("songs");
        await songs.EnsureCollectionExistsAsync();
        using var empty = store.GetCollection<Guid, Song>("nothing \"in\" it");
        await empty.EnsureCollectionExistsAsync();
        await songs.UpsertAsync(Enumerable.Range(0, 300).Select(Make));
        await songs.DeleteAsync(Enumerable.Range(0, 50).Select(Id));
        await songs.UpsertAsync(Enumerable.Range(290, 20).Select(i => Make(i + 1_000, Id(i))));
        await store.SaveAsync(scratch.Path);
        using SegueVectorStore opened = SegueVectorStore.Open(scratch.Path);
        Assert.Equal(await store.ListCollectionNamesAsync().ToListAsync(), await opened.ListCollectionNamesAsync().ToListAsync());
        HnswGraph before = GraphOf(store), after = GraphOf(opened);
        Range links = ..(2 * before.M * before.Count);
        Assert.True(before.Links.Values[links].SequenceEqual(after.Links.Values[links]), "the graph was built anew");
        using var again = opened.GetCollection<Guid, Song>("songs");
        await SayTheSame(songs, again);

        foreach (var each in new[] { songs, again })
        {
            await each.UpsertAsync(Enumerable.Range(305, 400).Select(Make));
            await each.DeleteAsync(Enumerable.Range(60, 30).Select(Id));
        }

        await SayTheSame(songs, again);
        await opened.SaveAsync(scratch.Path); // Where it lies mapped.
        using SegueVectorStore third = SegueVectorStore.Open(scratch.Path);
        using var last = third.GetCollection<Guid, Song>("songs");
        await SayTheSame(songs, last);
        using var other = third.GetDynamicCollection("songs", new() { Properties = [new VectorStoreKeyProperty("Id", typeof(Guid))] });
        Assert.Contains("another definition", (await Assert.ThrowsAsync<VectorStoreException>(() => other.GetAsync(Id(300)))).Message);
    }

    [Fact]
    public async Task A_damaged_store_is_refused_and_one_that_is_not_there()
    {
        using ScratchFolder scratch = new();
        Assert.Throws<ModelNotFoundException>(() => SegueVectorStore.Open(scratch.Path));
        using SegueVectorStore store = new();
        using var songs = store.GetCollection<Guid, Song>("songs");
        await songs.EnsureCollectionExistsAsync();
        await songs.UpsertAsync(Enumerable.Range(0, 30).Select(Make));
        await store.SaveAsync(scratch.Path);
        string[] files = Directory.GetFiles(scratch.Path, "*.safetensors", SearchOption.AllDirectories);
        Assert.Equal(2, files.Length); // Records with their vectors, and the graph.
        foreach (string file in files)
        {
            byte[] whole = File.ReadAllBytes(file);
            for (int at = 0; at < whole.Length; at += 1 + (whole.Length / 40))
            {
                byte[] bent = [.. whole];
                bent[at] ^= 4;
                File.WriteAllBytes(file, bent);
                Assert.ThrowsAny<SegueException>(() => SegueVectorStore.Open(scratch.Path));
            }

            File.Delete(file);
            Assert.ThrowsAny<SegueException>(() => SegueVectorStore.Open(scratch.Path));
            File.WriteAllBytes(file, whole);
        }

        SegueVectorStore.Open(scratch.Path).Dispose();
    }

    [Fact]
    public async Task Values_that_no_file_can_hold_are_refused_by_name()
    {
        using ScratchFolder scratch = new();
        using SegueVectorStore store = new();
        using var odd = store.GetDynamicCollection("odd", new()
        {
            Properties = [new VectorStoreKeyProperty("Id", typeof(int)), new VectorStoreDataProperty("Place", typeof(Uri))],
        });
        await odd.EnsureCollectionExistsAsync();
        SegueException e = await Assert.ThrowsAsync<SegueException>(() => store.SaveAsync(scratch.Path));
        Assert.Contains("'Place' is a System.Uri", e.Message);
    }

    private static HnswGraph GraphOf(SegueVectorStore store)
    {
        StoredCollection songs = store.Collections.Find("songs")!;
        return songs.Graph(songs.Layout.PlaceOf("Near"))!.Graph;
    }

    private static async Task SayTheSame(VectorStoreCollection<Guid, Song> one, VectorStoreCollection<Guid, Song> other)
    {
        string[][] all = new string[2][];
        foreach ((var songs, int at) in new[] { (one, 0), (other, 1) })
        {
            FilteredRecordRetrievalOptions<Song> ordered = new() { IncludeVectors = true, OrderBy = o => o.Ascending(s => s.Title) };
            List<string> said = await songs.GetAsync(s => true, 9_999, ordered).Select(Said).ToListAsync();
            said.Add(Said((await songs.GetAsync(Id(299)))!));
            VectorSearchOptions<Song> near = new() { VectorProperty = s => s.Near, Filter = s => s.Genre == "rock" || s.Year > 3 };
            VectorSearchOptions<Song> flat = new() { VectorProperty = s => s.Flat, Filter = s => s.Genre == "jazz" };
            HybridSearchOptions<Song> words = new() { VectorProperty = s => s.Flat };
            var hybrid = (IKeywordHybridSearchable<Song>)songs;
            for (int i = 0; i < 20; i++)
            {
                said.AddRange(await Found(songs.SearchAsync(Vector(i * 31), 5, near)));
                said.AddRange(await Found(songs.SearchAsync(Vector(i * 31), 5, flat)));
                said.AddRange(await Found(hybrid.HybridSearchAsync(Vector(i), [$"title {i}"], 3, words)));
            }

            all[at] = [.. said];
        }

        Assert.True(all[0].Length > 300);
        Assert.Equal(all[0], all[1]);
    }

    private static async Task<List<string>> Found(IAsyncEnumerable<VectorSearchResult<Song>> results) =>
        await results.Select(r => $"{r.Record.Title} {r.Score:g4}").ToListAsync();

    private static string Said(Song s) =>
        $"{s.Id} {s.Title} {s.Genre} {s.Year} {s.Loudness:r} {string.Join('|', s.Tags ?? ["none"])} {s.Released:o} "
        + $"[{string.Join(' ', s.Near.ToArray())}] [{string.Join(' ', s.Flat ?? [])}]";

    private static Song Make(int i) => Make(i, Id(i));

    private static Song Make(int i, Guid id) => new()
    {
        Id = id,
        Title = $"title {i} \"\n🎵",
        Genre = i % 3 == 0 ? "rock" : i % 3 == 1 ? "jazz" : null,
        Year = i % 4 == 0 ? null : i % 7,
        Loudness = i % 5 == 0 ? double.NaN : -i / 3.0,
        Tags = i % 2 == 0 ? null : [$"tag {i}", ""],
        Released = new DateTimeOffset(1990, 1, 1, i % 24, 0, 0, TimeSpan.FromHours(i % 10)),
        Near = Vector(i),
        Flat = i % 10 == 0 ? null : Vector(i + 7).ToArray(),
    };

    private static Guid Id(int i) => new(i, 7, 7, new byte[8]);

    private static ReadOnlyMemory<float> Vector(int seed) => ObviousIndex.Clustered(1, Dimensions, seed + 1).Memory;

    private sealed class Song
    {
        [VectorStoreKey]
        public Guid Id { get; set; }

        [VectorStoreData(IsFullTextIndexed = true)]
        public string Title { get; set; } = "";

        [VectorStoreData(IsIndexed = true)]
        public string? Genre { get; set; }

        [VectorStoreData]
        public int? Year { get; set; }

        [VectorStoreData]
        public double Loudness { get; set; }

        [VectorStoreData]
        public List<string>? Tags { get; set; }

        [VectorStoreData]
        public DateTimeOffset Released { get; set; }

        [VectorStoreVector(Dimensions, IndexKind = IndexKind.Hnsw)]
        public ReadOnlyMemory<float> Near { get; set; }

        [VectorStoreVector(Dimensions)]
        public float[]? Flat { get; set; }
    }
}
