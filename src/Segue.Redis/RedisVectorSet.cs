using System.Globalization;
using System.Runtime.InteropServices;
using StackExchange.Redis;

namespace Segue.Redis;

/// <summary>What a vector set holds, as it was written beside it.</summary>
/// <param name="Version">The database that it was made of.</param>
/// <param name="Embedder">What made the vectors; queries must be made by the same.</param>
/// <param name="Dimensions">How many a vector has.</param>
/// <param name="Count">How many vectors.</param>
public sealed record VectorSetCard(string Version, string Embedder, int Dimensions, int Count);

/// <summary>An element of a vector set, and how near it is.</summary>
/// <param name="Id">The element's name: a track's id.</param>
/// <param name="Score">Cosine similarity, -1..1.</param>
/// <param name="Attributes">Its JSON; empty when it has none.</param>
public readonly record struct StoredNeighbor(string Id, double Score, string Attributes);

/// <summary>
/// Vectors of songs in a vector set of Redis 8 or Garnet: one element a track, named by its id, its features as attributes to filter by.
/// <para>The two servers speak two dialects. Garnet ranks by Euclidean distance unless each <c>VADD</c> says <c>XDISTANCE_METRIC COSINE</c>, and its
/// scores are distances, 1 − cos; Redis knows no such option, and its scores are (1 + cos)/2. Here both are cos.</para>
/// </summary>
public sealed class RedisVectorSet : IAsyncDisposable
{
    /// <summary>
    /// How many candidates a search keeps. On 89,740 songs with the built-in embedder Garnet finds 0.992 of the ten nearest at 200, 0.987 at 100,
    /// 0.997 at 400.
    /// </summary>
    public const int DefaultEf = 200;

    private readonly RedisConnection _connection;
    private readonly RedisKey _key, _card;

    private RedisVectorSet(RedisConnection connection, RedisAddress address)
    {
        (_connection, Address) = (connection, address);
        _key = address.Key;
        _card = CardOf(address);
    }

    /// <summary>The server, as it was named; its password is not shown.</summary>
    public RedisAddress Address { get; }

    internal RedisConnection Connection => _connection;

    /// <summary>Connects; whether there is a set is not asked yet.</summary>
    /// <exception cref="RedisStoreException">No server is there, or it wants another password or certificate.</exception>
    public static async Task<RedisVectorSet> ConnectAsync(RedisAddress address, CancellationToken cancellation = default) =>
        new(await RedisConnection.OpenAsync(address, cancellation), address);

    /// <summary>What the set holds; null when there is none.</summary>
    public Task<VectorSetCard?> CardAsync(CancellationToken cancellation = default) =>
        _connection.Do("asking what is there", database => ReadCard(database, _card), cancellation);

    /// <summary>Finds the elements nearest to a vector, best first; equal scores by id.</summary>
    /// <param name="query">As long as the set's vectors.</param>
    /// <param name="k">How many, 1 or more.</param>
    /// <param name="filter">A condition on attributes in the server's language, e.g. <c>.energy &gt; 0.8 and "jazz" in .genres</c>; all when
    /// null.</param>
    /// <param name="ef">How many candidates the server keeps: more finds more of the true neighbors.</param>
    /// <exception cref="RedisStoreException">There is no set, the query has another length, or the server does not answer.</exception>
    public async Task<IReadOnlyList<StoredNeighbor>> SearchAsync(
        ReadOnlyMemory<float> query, int k, string? filter = null, int ef = DefaultEf, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        if (query.IsEmpty || !float.IsFinite(System.Numerics.Tensors.TensorPrimitives.SumOfSquares(query.Span)))
            throw new RedisStoreException("the query is empty or has a component that is no finite number");
        List<object> arguments = [_key, "FP32", Bytes(query.Span), "WITHSCORES", "WITHATTRIBS", "COUNT", k, "EF", Math.Max(ef, k)];
        if (filter is not null)
            arguments.AddRange(["FILTER", filter]);
        return await _connection.Do("searching", async database =>
        {
            // Both on their way at once: what the set is tells what the answer means, or why there is none.
            Task<RedisResult> information = database.ExecuteAsync("VINFO", [_key]), answer = database.ExecuteAsync("VSIM", arguments);
            RedisResult facts = await information;
            if (facts.IsNull || facts.Length <= 0)
                throw new RedisStoreException($"there is no vector set at {Address}; make one with 'segue build-vdb --store'");
            Dictionary<string, string> of = facts.ToDictionary().ToDictionary(f => f.Key, f => f.Value.ToString());
            int dimensions = int.Parse(of.GetValueOrDefault("input-vector-dimensions") ?? of["vector-dim"], CultureInfo.InvariantCulture);
            if (query.Length != dimensions)
                throw new RedisStoreException($"the query has {query.Length} dimensions, but those at {Address} have {dimensions}; was it made by another embedder?");
            string? metric = of.GetValueOrDefault("distance-metric");
            return metric is null or "cosine"
                ? Neighbors((RedisResult[])(await answer)!, metric is null)
                : throw new RedisStoreException($"{Address} ranks by {metric}; expected cosine. Build it anew with 'segue build-vdb --store'");
        }, cancellation);
    }

    /// <summary>The vector of an element; empty when there is none.</summary>
    public Task<float[]> VectorOfAsync(string id, CancellationToken cancellation = default) => _connection.Do(
        "reading a vector",
        async database => ((RedisResult[]?)await database.ExecuteAsync("VEMB", [_key, id]) ?? []).Select(x => (float)(double)x).ToArray(),
        cancellation);

    /// <summary>Puts other vectors in the place of what is there, all at once when all are uploaded (<see cref="RedisUpload"/>).</summary>
    /// <param name="progress">Told how many are there.</param>
    /// <returns>How many were sent: those that a stopped run left there are not sent again, and nothing is when the set is this very one.</returns>
    /// <exception cref="RedisStoreException">It did not work; the old set is still there, and another run goes on where this one was.</exception>
    internal Task<int> ReplaceAsync(VectorSetContent content, IProgress<int>? progress = null, CancellationToken cancellation = default) =>
        new RedisUpload(this, content).RunAsync(progress, cancellation);

    /// <summary>Deletes the set.</summary>
    public Task DeleteAsync(CancellationToken cancellation = default) =>
        _connection.Do("deleting the set", database => database.KeyDeleteAsync([_key, _card]), cancellation);

    /// <summary>Closes the connection.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>A key beside the set's own; the braces keep them on one node of a cluster.</summary>
    internal static RedisKey Beside(RedisAddress address, string name) => $"{{{address.Key}}}:{name}";

    internal static RedisKey CardOf(RedisAddress address) => Beside(address, "card");

    internal static byte[] Bytes(ReadOnlySpan<float> vector) => MemoryMarshal.AsBytes(vector).ToArray();

    internal static HashEntry[] Entries(VectorSetCard card) =>
    [
        new("version", card.Version), new("embedder", card.Embedder), new("dimensions", card.Dimensions), new("count", card.Count),
    ];

    internal static async Task<VectorSetCard?> ReadCard(IDatabase database, RedisKey key)
    {
        Dictionary<string, string> fields = (await database.HashGetAllAsync(key)).ToDictionary(e => e.Name.ToString(), e => e.Value.ToString());
        return fields.TryGetValue("version", out string? version) && int.TryParse(fields.GetValueOrDefault("dimensions"), out int dimensions)
            && int.TryParse(fields.GetValueOrDefault("count"), out int count)
            ? new VectorSetCard(version, fields.GetValueOrDefault("embedder") ?? "", dimensions, count)
            : null;
    }

    /// <summary>Garnet answers element, [score, attributes]; Redis element, score, attributes.</summary>
    private static List<StoredNeighbor> Neighbors(RedisResult[] answer, bool isRedis)
    {
        List<StoredNeighbor> neighbors = [];
        for (int i = 0; i < answer.Length;)
        {
            string id = answer[i].ToString();
            bool isNested = answer[i + 1].Length >= 0;
            double score = (double)(isNested ? answer[i + 1][0] : answer[i + 1]);
            RedisResult attributes = isNested ? answer[i + 1][1] : answer[i + 2];
            neighbors.Add(new(id, isRedis ? 2 * score - 1 : 1 - score, attributes.IsNull ? "" : attributes.ToString()));
            i += isNested ? 2 : 3;
        }

        neighbors.Sort(static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : string.CompareOrdinal(a.Id, b.Id));
        return neighbors;
    }
}
