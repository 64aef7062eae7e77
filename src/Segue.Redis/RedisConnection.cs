using StackExchange.Redis;

namespace Segue.Redis;

/// <summary>The server of a vector set does not answer, refuses, or does not hold what is needed. The message is one line, without the
/// password.</summary>
public sealed class RedisStoreException(string message, Exception? inner = null) : SegueException(message, inner);

/// <summary>One connection to a server: commands go out behind one another without waiting, and every way to fail is one clear line.</summary>
internal sealed class RedisConnection : IAsyncDisposable
{
    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(5);

    /// <summary>An addition to a large set takes a millisecond, and some hundreds are on their way at once.</summary>
    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(30);

    private readonly ConnectionMultiplexer _server;
    private readonly RedisAddress _address;

    private RedisConnection(ConnectionMultiplexer server, RedisAddress address) =>
        (_server, _address, Database) = (server, address, server.GetDatabase(address.Database));

    public IDatabase Database { get; }

    public static async Task<RedisConnection> OpenAsync(RedisAddress address, CancellationToken cancellation)
    {
        ConfigurationOptions options = new()
        {
            EndPoints = { { address.Host, address.Port } },
            User = address.User,
            Password = address.Password,
            Ssl = address.UseTls,
            SslHost = address.UseTls ? address.Host : null,
            AbortOnConnectFail = true,
            ConnectRetry = 1,
            ConnectTimeout = (int)s_connect.TotalMilliseconds,
            SyncTimeout = (int)s_answer.TotalMilliseconds,
            AsyncTimeout = (int)s_answer.TotalMilliseconds,
            BacklogPolicy = BacklogPolicy.FailFast, // A command is not kept for a server that may never come back: a second run goes on where the first one was.
            ClientName = "segue",
        };
        if (address.AuthorityFile is { } file)
        {
            if (!File.Exists(file))
                throw new RedisStoreException($"{file}: there is no such certificate");
            options.TrustIssuer(file);
        }

        try
        {
            return new RedisConnection(await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(cancellation), address);
        }
        catch (RedisConnectionException e)
        {
            throw NotConnected(address, e);
        }
    }

    /// <summary>Runs commands, and says what was being done when they fail.</summary>
    /// <exception cref="RedisStoreException">They failed.</exception>
    public async Task<T> Do<T>(string what, Func<IDatabase, Task<T>> commands, CancellationToken cancellation)
    {
        try
        {
            return await commands(Database).WaitAsync(cancellation);
        }
        catch (RedisServerException e)
        {
            throw Refused(what, e);
        }
        catch (RedisTimeoutException e)
        {
            throw new RedisStoreException($"{_address} did not answer within {s_answer.TotalSeconds:0} s while {what}; is it busy, or out of memory?", e);
        }
        catch (Exception e) when (e is RedisException or IOException or ObjectDisposedException)
        {
            throw new RedisStoreException($"lost the connection to {_address} while {what}; is the server still running?", e);
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private RedisStoreException Refused(string what, RedisServerException e)
    {
        string said = OneLine(e.Message);
        bool Says(string words) => said.Contains(words, StringComparison.OrdinalIgnoreCase);
        return Says("unknown command") || Says("not enabled")
            ? new($"{_address} has no vector sets ({said}); expected Redis 8 or newer, or Garnet started with --enable-vector-set-preview", e)
            : Says("NOAUTH") || Says("WRONGPASS") ? new($"{_address} wants another user or password ({said})", e)
            : Says("NOPERM") ? new($"{_address} does not let this user do it ({said}); allow the commands of vector sets and hashes, DEL, RENAME, WATCH and MULTI", e)
            : Says("WRONGTYPE") ? new($"the key '{_address.Key}' of {_address} holds something else than a vector set; name another with ?key=NAME", e)
            : new($"{_address} refused {what}: {said}", e);
    }

    private static RedisStoreException NotConnected(RedisAddress address, RedisConnectionException e)
    {
        return e.FailureType == ConnectionFailureType.AuthenticationFailure && e.InnerException is RedisServerException
            ? new($"{address} wants another user or password; write them before the host, USER:PASSWORD@HOST, or the password into SEGUE_REDIS_PASSWORD", e)
            : address.UseTls && e.FailureType == ConnectionFailureType.AuthenticationFailure
            ? new($"the certificate of {address} is not one that this machine trusts; name the file of its authority with ?ca=FILE", e)
            : new($"no Redis or Garnet server answers at {address.Host}:{address.Port}{(address.UseTls ? " with TLS" : "")}; is it running there?", e);
    }

    private static string OneLine(string message)
    {
        message = message.ReplaceLineEndings(" ").Trim();
        return message.Length <= 200 ? message : message[..197] + "...";
    }
}
