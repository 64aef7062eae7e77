using Segue.Numerics;
using StackExchange.Redis;

namespace Segue.Redis;

/// <summary>Vectors for a set: one element a row.</summary>
/// <param name="Version">Names the content: the same name, the same bytes. A run that was stopped goes on by it.</param>
/// <param name="Embedder">What made the vectors.</param>
/// <param name="Ids">The element of each row; none twice.</param>
/// <param name="Vectors">One a row, with a direction.</param>
/// <param name="Attributes">The JSON of a row.</param>
/// <param name="IsQuantized">A byte a component on the server instead of float32.</param>
internal sealed record VectorSetContent(
    string Version, string Embedder, IReadOnlyList<string> Ids, MatrixView Vectors, Func<int, string> Attributes, bool IsQuantized = false);

/// <summary>
/// Fills a new set beside the one that is in use, and puts it in its place at the end: <c>RENAME</c> of set and card in one transaction, so that
/// whoever searches sees the old songs or the new, never some of each. The new set's key holds the content's version, so a second run finds what the
/// first one left and sends the rest. What is there is asked by attributes and not by counting: additions may be answered in another order than sent.
/// </summary>
internal sealed class RedisUpload
{
    /// <summary>So many additions are on their way at once: more than the network's delay hides, few enough that a stop loses a fraction of a
    /// second.</summary>
    private const int BatchRows = 256;

    private readonly RedisVectorSet _set;
    private readonly RedisConnection _connection;
    private readonly VectorSetContent _content;
    private readonly VectorSetCard _card;
    private readonly RedisKey _newKey, _newCard;
    private bool _isGarnet;

    public RedisUpload(RedisVectorSet set, VectorSetContent content)
    {
        if (content.Ids.Count != content.Vectors.Rows || content.Vectors.Rows == 0)
            throw new ArgumentException($"{content.Ids.Count} ids do not fit {content.Vectors.Rows} vectors; expected one an id, and at least one.", nameof(content));
        (_set, _connection, _content) = (set, set.Connection, content);
        string version = content.IsQuantized ? content.Version + "-q8" : content.Version;
        _card = new VectorSetCard(version, content.Embedder, content.Vectors.Columns, content.Vectors.Rows);
        _newKey = RedisVectorSet.Beside(set.Address, $"new:{version}");
        _newCard = RedisVectorSet.Beside(set.Address, "new");
    }

    public async Task<int> RunAsync(IProgress<int>? progress, CancellationToken cancellation)
    {
        bool resumes = false;
        if (await _set.CardAsync(cancellation) == _card && await CountAsync(_set.Address.Key, cancellation) == _card.Count)
            return 0;
        await _connection.Do("starting a new set", async database =>
        {
            VectorSetCard? begun = await RedisVectorSet.ReadCard(database, _newCard);
            resumes = begun == _card;
            if (begun is not null && !resumes)
                await database.KeyDeleteAsync([RedisVectorSet.Beside(_set.Address, $"new:{begun.Version}"), _newCard]);
            await database.HashSetAsync(_newCard, RedisVectorSet.Entries(_card));
            _isGarnet = await KnowsMetric(database);
            return 0;
        }, cancellation);

        int sent = 0;
        for (int start = 0; start < _card.Count; start += BatchRows)
        {
            int end = Math.Min(_card.Count, start + BatchRows), done = start;
            sent += await _connection.Do($"uploading ({done:N0} of {_card.Count:N0} vectors are there; run it again to go on)",
                database => Send(database, start, end, resumes), cancellation);
            progress?.Report(end);
        }

        await Publish(cancellation);
        return sent;
    }

    private async Task<int> Send(IDatabase database, int start, int end, bool resumes)
    {
        Task<RedisResult>[] known = resumes ? [.. Enumerable.Range(start, end - start).Select(r => database.ExecuteAsync("VGETATTR", [_newKey, _content.Ids[r]]))] : [];
        List<Task<RedisResult>> additions = [];
        for (int row = start; row < end; row++)
        {
            if (!resumes || (await known[row - start]).IsNull)
                additions.Add(database.ExecuteAsync("VADD", Addition(row)));
        }

        await Task.WhenAll(additions);
        return additions.Count;
    }

    private List<object> Addition(int row)
    {
        List<object> arguments =
        [
            _newKey, "FP32", RedisVectorSet.Bytes(_content.Vectors.Row(row)), _content.Ids[row],
            _content.IsQuantized ? "Q8" : "NOQUANT", "SETATTR", _content.Attributes(row),
        ];
        if (_isGarnet)
            arguments.AddRange(["XDISTANCE_METRIC", "COSINE"]);
        return arguments;
    }

    private async Task Publish(CancellationToken cancellation)
    {
        long count = await CountAsync(_newKey, cancellation);
        if (count != _card.Count)
        {
            throw new RedisStoreException(
                $"{_set.Address} holds {count:N0} of {_card.Count:N0} vectors after the upload; does another run write there, or have tracks the same id?");
        }

        bool isDone = await _connection.Do("putting the new set in the old one's place", async database =>
        {
            ITransaction swap = database.CreateTransaction();
            swap.AddCondition(Condition.HashEqual(_newCard, "version", _card.Version));
            _ = swap.KeyRenameAsync(_newKey, _set.Address.Key);
            _ = swap.KeyRenameAsync(_newCard, RedisVectorSet.CardOf(_set.Address));
            return await swap.ExecuteAsync();
        }, cancellation);
        if (!isDone)
            throw new RedisStoreException($"another upload to {_set.Address} has begun; what was there stays, and that one decides");
    }

    private Task<long> CountAsync(RedisKey key, CancellationToken cancellation) =>
        _connection.Do("counting", async database => (long)await database.ExecuteAsync("VCARD", [key]), cancellation);

    /// <summary>Whether the server takes Garnet's option for the metric; asked with an element in a set of its own.</summary>
    private async Task<bool> KnowsMetric(IDatabase database)
    {
        RedisKey probe = RedisVectorSet.Beside(_set.Address, "probe");
        try
        {
            await database.ExecuteAsync("VADD", [probe, "FP32", RedisVectorSet.Bytes([1, 0]), "x", "NOQUANT", "XDISTANCE_METRIC", "COSINE"]);
            await database.KeyDeleteAsync(probe);
            return true;
        }
        catch (RedisServerException e) when (e.Message.Contains("option", StringComparison.OrdinalIgnoreCase))
        {
            return false; // Redis: "ERR invalid option after element".
        }
    }
}
