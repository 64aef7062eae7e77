using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Segue.Making;
using Segue.Numerics;
using Segue.Redis;
using Segue.VectorSearch;
using StackExchange.Redis;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: what is put on a server is found there as the flat index finds it, is replaced at once or not at all, and whatever is wrong with the server
/// is one clear line without the password. Method: a real Garnet server on this machine, and a double for what Redis says differently. Seen to fail:
/// with Garnet's default metric, with additions into the set in use, without the check of the version at the end, with the address as it was given in
/// a message.
/// </summary>
public sealed class RedisVectorSetTests(GarnetServer garnet) : IClassFixture<GarnetServer>
{
    private const int Dimensions = 32;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_finds_what_the_flat_index_finds()
    {
        VectorSetContent content = Content("v1", 2_000, 1);
        await using RedisVectorSet set = await Connect("contract");
        Assert.Null(await set.CardAsync(Stop));
        Assert.Equal(2_000, await set.ReplaceAsync(content, cancellation: Stop));
        FlatIndex flat = new(content.Vectors, Metric.Cosine);
        RowSet jazz = RowSet.Where(2_000, r => r % 3 == 0);
        MatrixView queries = Vectors(50, 2);
        int hits = 0, filteredHits = 0;
        for (int q = 0; q < queries.Rows; q++)
        {
            Neighbor[] exact = flat.Search(queries.Row(q), 10), exactJazz = flat.Search(queries.Row(q), 10, jazz);
            ReadOnlyMemory<float> query = queries.Row(q).ToArray();
            IReadOnlyList<StoredNeighbor> found = await set.SearchAsync(query, 10, cancellation: Stop);
            IReadOnlyList<StoredNeighbor> foundJazz = await set.SearchAsync(query, 10, ".genre == \"jazz\"", 1_000, Stop);
            Assert.Equal(10, found.Count);
            Assert.All(found, f => Assert.Equal(Cosine(query.Span, content.Vectors.Row(RowOf(f))), f.Score, 1e-4));
            Assert.All(foundJazz, f => Assert.Contains("jazz", f.Attributes));
            hits += exact.Count(e => found.Any(f => RowOf(f) == e.Row));
            filteredHits += exactJazz.Count(e => foundJazz.Any(f => RowOf(f) == e.Row));
        }

        Assert.InRange(hits, 495, 500);
        Assert.InRange(filteredHits, 475, 500);
        Assert.Equal(content.Vectors.Row(7).ToArray(), await set.VectorOfAsync("t7", Stop));
        Assert.Empty(await set.VectorOfAsync("nobody", Stop));
        await set.DeleteAsync(Stop);
        Assert.Null(await set.CardAsync(Stop));
    }

    [Fact]
    public async Task The_old_set_is_in_use_until_the_new_one_takes_its_place()
    {
        await using RedisVectorSet set = await Connect("replaced");
        await set.ReplaceAsync(Content("old", 100, 1), cancellation: Stop);
        ReadOnlyMemory<float> query = Vectors(1, 9).Row(0).ToArray();
        int asked = 0;
        await set.ReplaceAsync(Content("new", 600, 5, "n"), new Relay<int>(done =>
        {
            asked++;
            Assert.All(set.SearchAsync(query, 100).GetAwaiter().GetResult(), f => Assert.StartsWith("t", f.Id));
        }), Stop);
        Assert.Equal(3, asked);
        IReadOnlyList<StoredNeighbor> after = await set.SearchAsync(query, 600, cancellation: Stop);
        Assert.All(after, f => Assert.StartsWith("n", f.Id));
        Assert.Equal(new VectorSetCard("new", "test", Dimensions, 600), await set.CardAsync(Stop));
        Assert.Equal(["replaced", "{replaced}:card"], await KeysOf("replaced")); // Nothing is left lying about.
    }

    [Fact]
    public async Task A_stopped_upload_goes_on_and_a_finished_one_sends_nothing()
    {
        await using RedisVectorSet set = await Connect("resumed");
        VectorSetContent content = Content("v1", 1_000, 1);
        using CancellationTokenSource stop = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => set.ReplaceAsync(content, new Relay<int>(done => Cancel(done, stop)), stop.Token));
        Assert.Null(await set.CardAsync(Stop));
        Assert.InRange(await set.ReplaceAsync(content, cancellation: Stop), 1, 1_000 - 512);
        Assert.Equal(0, await set.ReplaceAsync(content, cancellation: Stop));
        Assert.Equal(1_000, (await set.CardAsync(Stop))!.Count);
        Assert.Equal(1_000, await set.ReplaceAsync(content with { IsQuantized = true }, cancellation: Stop)); // Other bytes on the server.

        static void Cancel(int done, CancellationTokenSource stop)
        {
            if (done >= 512)
                stop.Cancel();
        }
    }

    [Fact]
    public async Task Of_two_uploads_at_once_the_later_decides()
    {
        await using RedisVectorSet first = await Connect("contended"), second = await Connect("contended");
        RedisStoreException e = await Assert.ThrowsAsync<RedisStoreException>(() => first.ReplaceAsync(Content("a", 300, 1), new Relay<int>(done =>
        {
            if (done == 300)
                second.ReplaceAsync(Content("b", 300, 2, "b"), cancellation: CancellationToken.None).GetAwaiter().GetResult();
        }), Stop));
        Assert.Contains("contended", e.Message);
        Assert.Equal("b", (await first.CardAsync(Stop))!.Version);
        Assert.All(await first.SearchAsync(Vectors(1, 3).Row(0).ToArray(), 300, cancellation: Stop), f => Assert.StartsWith("b", f.Id));

        // Begun after the last vector of the first, and before its end.
        e = await Assert.ThrowsAsync<RedisStoreException>(() => first.ReplaceAsync(Content("c", 300, 3), new Relay<int>(done =>
        {
            if (done == 300)
                second.Connection.Database.HashSet(RedisVectorSet.Beside(second.Address, "new"), "version", "d");
        }), Stop));
        Assert.Contains("has begun", e.Message);
        Assert.Equal("b", (await first.CardAsync(Stop))!.Version);
    }

    [Fact]
    public async Task A_server_that_dies_half_way_is_told_from_one_that_is_not_there()
    {
        await using GarnetServer dying = await GarnetServer.StartAsync("--enable-vector-set-preview");
        await using RedisVectorSet set = await RedisVectorSet.ConnectAsync(RedisAddress.Parse(dying.Url), Stop);
        RedisStoreException e = await Assert.ThrowsAsync<RedisStoreException>(() => set.ReplaceAsync(Content("v", 2_000, 1), new Relay<int>(done => dying.Kill()), Stop));
        Assert.StartsWith($"lost the connection to {dying.Url}/0", e.Message);
        Assert.Contains("while uploading (256 of 2,000 vectors are there; run it again to go on)", e.Message);
        e = await Assert.ThrowsAsync<RedisStoreException>(() => RedisVectorSet.ConnectAsync(RedisAddress.Parse(dying.Url), Stop));
        Assert.Equal($"no Redis or Garnet server answers at 127.0.0.1:{dying.Port}; is it running there?", e.Message);
    }

    [Fact]
    public async Task A_wrong_password_is_said_and_not_shown()
    {
        await using GarnetServer locked = await GarnetServer.StartAsync("--enable-vector-set-preview", "--auth", "Password", "--password", "s3cret word");
        string At(string who) => $"redis://{who}@127.0.0.1:{locked.Port}";
        foreach (string url in new[] { At(":wr0ng"), At("segue:wr0ng"), locked.Url })
        {
            Exception e = await Assert.ThrowsAsync<RedisStoreException>(() => RedisVectorSet.ConnectAsync(RedisAddress.Parse(url), Stop));
            Assert.Contains("wants another user or password", e.Message);
            Assert.DoesNotContain("wr0ng", e.Message);
        }

        await using RedisVectorSet set = await RedisVectorSet.ConnectAsync(RedisAddress.Parse(At(":s3cret%20word")), Stop);
        Assert.Equal(10, await set.ReplaceAsync(Content("v", 10, 1), cancellation: Stop));
        Assert.DoesNotContain("s3cret", set.Address.ToString());
    }

    [Fact]
    public async Task Servers_without_vector_sets_are_named()
    {
        await using GarnetServer plain = await GarnetServer.StartAsync();
        using RedisServerDouble old = new(knowsVectorSets: false);
        foreach (string url in new[] { plain.Url, old.Url })
        {
            await using RedisVectorSet set = await RedisVectorSet.ConnectAsync(RedisAddress.Parse(url), Stop);
            RedisStoreException e = await Assert.ThrowsAsync<RedisStoreException>(() => set.ReplaceAsync(Content("v", 10, 1), cancellation: Stop));
            Assert.Contains("has no vector sets", e.Message);
            Assert.Contains("--enable-vector-set-preview", e.Message);
        }
    }

    [Fact]
    public async Task A_search_that_cannot_be_answered_says_why()
    {
        await using RedisVectorSet set = await Connect("asked");
        float[] query = Vectors(1, 3).Row(0).ToArray();
        async Task<string> Refusal(Func<Task> search) => (await Assert.ThrowsAsync<RedisStoreException>(search)).Message;
        Assert.Contains("there is no vector set at", await Refusal(() => set.SearchAsync(query, 5, cancellation: Stop)));
        await set.ReplaceAsync(Content("v", 50, 1), cancellation: Stop);
        Assert.Contains("the query has 31 dimensions, but those at", await Refusal(() => set.SearchAsync(query.AsMemory(1), 5, cancellation: Stop)));
        Assert.Contains("finite", await Refusal(() => set.SearchAsync(new[] { float.NaN }, 5, cancellation: Stop)));
        Assert.Contains("searching", await Refusal(() => set.SearchAsync(query, 5, ".genre ==", cancellation: Stop)));
        IDatabase database = set.Connection.Database;
        await database.StringSetAsync("asked", "a text");
        Assert.Contains("holds something else", await Refusal(() => set.SearchAsync(query, 5, cancellation: Stop)));
        await database.KeyDeleteAsync("asked");
        await database.ExecuteAsync("VADD", "asked", "FP32", RedisVectorSet.Bytes(query), "x"); // Garnet's default.
        Assert.Contains("ranks by l2; expected cosine", await Refusal(() => set.SearchAsync(query, 5, cancellation: Stop)));
        await using RedisVectorSet twice = await Connect("doubles");
        VectorSetContent doubles = Content("v", 20, 1) with { Ids = [.. Enumerable.Repeat("same", 20)] };
        Assert.Contains("holds 1 of 20 vectors", await Refusal(() => twice.ReplaceAsync(doubles, cancellation: Stop)));
    }

    [Fact]
    public async Task Tls_trusts_the_authority_that_is_named_and_no_stranger()
    {
        using ScratchFolder folder = new();
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        File.WriteAllBytes(folder.File("server.pfx"), certificate.Export(X509ContentType.Pfx, "x"));
        string authority = folder.Write("authority.pem", certificate.ExportCertificatePem());
        await using GarnetServer server = await GarnetServer.StartAsync(
            "--enable-vector-set-preview", "--tls", "--cert-file-name", folder.File("server.pfx"), "--cert-password", "x", "--client-certificate-required", "false");
        string url = $"rediss://127.0.0.1:{server.Port}";
        RedisStoreException e = await Assert.ThrowsAsync<RedisStoreException>(() => RedisVectorSet.ConnectAsync(RedisAddress.Parse(url), Stop));
        Assert.Contains("?ca=FILE", e.Message);
        await using RedisVectorSet set = await RedisVectorSet.ConnectAsync(RedisAddress.Parse($"{url}?ca={Uri.EscapeDataString(authority)}"), Stop);
        Assert.Equal(10, await set.ReplaceAsync(Content("v", 10, 1), cancellation: Stop));
        e = await Assert.ThrowsAsync<RedisStoreException>(() => RedisVectorSet.ConnectAsync(RedisAddress.Parse($"{url}?ca=nowhere.pem"), Stop));
        Assert.Contains("nowhere.pem", e.Message);
    }

    [Fact]
    public async Task Redis_speaks_another_dialect_and_gives_the_same_answers()
    {
        using RedisServerDouble redis = new();
        VectorSetContent content = Content("v", 300, 1);
        await using RedisVectorSet set = await RedisVectorSet.ConnectAsync(RedisAddress.Parse(redis.Url), Stop);
        Assert.Equal(300, await set.ReplaceAsync(content, cancellation: Stop));
        Assert.Equal(0, await set.ReplaceAsync(content, cancellation: Stop));
        ReadOnlyMemory<float> query = Vectors(1, 2).Row(0).ToArray();
        IReadOnlyList<StoredNeighbor> found = await set.SearchAsync(query, 10, cancellation: Stop);
        Neighbor[] exact = new FlatIndex(content.Vectors, Metric.Cosine).Search(query.Span, 10);
        Assert.Equal(exact.Select(e => $"t{e.Row}"), found.Select(f => f.Id));
        Assert.All(found.Zip(exact), p => Assert.Equal(p.Second.Score, p.First.Score, 1e-4));
        Assert.All(found, f => Assert.StartsWith("{\"genre\"", f.Attributes));
    }

    [Fact]
    public void The_command_line_puts_a_copy_on_the_server()
    {
        using ScratchFolder home = new();
        Assert.Equal(0, Cli.Run("data", "sample", "--home", home.Path).Code);
        string url = $"{garnet.Url}?key=songs";
        JsonNode Build()
        {
            (int code, string output, string error) = Cli.Run("build-vdb", "--store", url, "--home", home.Path, "--json");
            Assert.True(code == 0, error);
            return JsonNode.Parse(output)!;
        }

        JsonNode report = Build(), again = Build();
        Assert.Equal((int)report["tracks"]!, (int)report["store"]!["sent"]!);
        Assert.Equal(0, (int)again["store"]!["sent"]!);
        (int failed, _, string said) = Cli.Run("build-vdb", "--store", $"redis://:s3cret@127.0.0.1:{GarnetServer.FreePort()}", "--home", home.Path);
        Assert.Equal(1, failed);
        Assert.Contains("no Redis or Garnet server answers", said);
        Assert.DoesNotContain("s3cret", said);
    }

    private Task<RedisVectorSet> Connect(string key) => RedisVectorSet.ConnectAsync(RedisAddress.Parse($"{garnet.Url}?key={key}"), Stop);

    private async Task<List<string>> KeysOf(string key)
    {
        await using ConnectionMultiplexer server = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{garnet.Port}");
        return [.. server.GetServers()[0].Keys(pattern: "*").Select(k => k.ToString()).Where(k => k.Contains(key)).Order(StringComparer.Ordinal)];
    }

    private static VectorSetContent Content(string version, int count, int seed, string prefix = "t") => new(
        version,
        "test",
        [.. Enumerable.Range(0, count).Select(r => $"{prefix}{r}")],
        Vectors(count, seed),
        row => row % 3 == 0 ? """{"genre":"jazz"}""" : """{"genre":"rock"}""");

    private static MatrixView Vectors(int count, int seed)
    {
        Random random = new(seed);
        float[] values = new float[count * Dimensions];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(random.NextDouble() - 0.5);
        return new MatrixView(values, count, Dimensions);
    }

    private static int RowOf(StoredNeighbor neighbor) => int.Parse(neighbor.Id[1..]);

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => System.Numerics.Tensors.TensorPrimitives.CosineSimilarity(a, b);
}
