using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Catalogue;
using Segue.Making;
using Segue.Redis;

namespace Segue.Cli;

/// <summary>The copy of a vector database's vectors on a server of the user's.</summary>
internal sealed class StoreUpload : IDisposable
{
    /// <summary>Where a password is looked for that is not in the address: a command line can be seen by others on the machine.</summary>
    private const string PasswordVariable = "SEGUE_REDIS_PASSWORD";

    public static readonly Option<string?> Store = new("--store")
    {
        Description = "Put the vectors into a vector set of Redis 8 or Garnet too: redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE][?key=NAME], rediss:// with TLS",
        HelpName = "URL",
    };

    private readonly Session _session;
    private readonly RedisVectorSet _set;

    private StoreUpload(Session session, RedisVectorSet set) => (_session, _set) = (session, set);

    /// <summary>The address in an option, with the password from the environment when it has none; null for null.</summary>
    public static RedisAddress? AddressOf(string? text) =>
        text is null ? null
        : RedisAddress.Parse(text) is { Password: null } address && Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } password
            ? address with { Password = password }
            : RedisAddress.Parse(text);

    /// <summary>Connects, so that a wrong password is known before the work and not after it; null for no address.</summary>
    public static StoreUpload? Open(Session session, RedisAddress? address) =>
        address is null ? null : new StoreUpload(session, RedisVectorSet.ConnectAsync(address, session.Cancellation).GetAwaiter().GetResult());

    /// <returns>What was sent, as the report tells it.</returns>
    public JsonObject Send(BuiltDatabase built, bool isQuantized, IProgress<MakingProgress> progress)
    {
        long started = _session.Terminal.Time.GetTimestamp();
        Tracks tracks = built.Tracks;
        int[] trackOf = built.Embedded.Tracks.ToArray();
        VectorSetContent content = new(
            built.Report.Model,
            built.Embedded.EmbedderId,
            [.. trackOf.Select(t => tracks.Ids[t])],
            built.Embedded.Vectors,
            row => TrackAttributes.Of(tracks, trackOf[row]),
            isQuantized);
        Relay<int> relay = new(done => progress.Report(
            new MakingProgress("uploading", (double)done / trackOf.Length, $"{done:N0} of {trackOf.Length:N0} vectors")));
        int sent = _set.ReplaceAsync(content, relay, _session.Cancellation).GetAwaiter().GetResult();
        double seconds = _session.Terminal.Time.GetElapsedTime(started).TotalSeconds;
        return new JsonObject
        {
            ["address"] = _set.Address.ToString(),
            ["vectors"] = trackOf.Length,
            ["sent"] = sent,
            ["seconds"] = Math.Round(seconds, 6),
        };
    }

    public void Dispose() => _set.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
