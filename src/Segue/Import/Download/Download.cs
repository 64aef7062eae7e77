using System.Net;
using System.Net.Http.Headers;
using Polly;
using Polly.Retry;

namespace Segue.Import;

/// <summary>How patient a download is.</summary>
internal sealed record DownloadOptions
{
    /// <summary>Attempts that bring no new byte before it is given up; attempts that bring some are free, the next one goes on from there.</summary>
    public int FruitlessAttemptsMax { get; init; } = 4;

    /// <summary>Pause before the second attempt; doubled before each further one, up to half a minute.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Silence after which a connection counts as cut.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>
/// Fetches one file over HTTP so that it arrives whole or not at all. What came is kept in <c>NAME.part</c>, beside it the server's mark of that
/// version (ETag or date): the next attempt, in this run or another day, asks for the rest of the same version (<c>Range</c> with <c>If-Range</c>),
/// and starts over when the server has another one. Nothing a server says about lengths is believed further than the bytes that came; the limit and
/// the checksum of the caller decide.
/// </summary>
internal sealed class Download(HttpClient client, DownloadOptions options, TimeProvider time)
{
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromSeconds(30);

    /// <summary>Fetches an address into a file, going on where an earlier attempt stopped.</summary>
    /// <param name="address">http or https.</param>
    /// <param name="part">The file that grows.</param>
    /// <param name="bytesMax">The most it may become.</param>
    /// <param name="progress">Bytes so far and, where the server says it, in all.</param>
    /// <exception cref="SegueException">It cannot be had: the server says no, or too many attempts brought nothing.</exception>
    public async Task FetchAsync(Uri address, string part, long bytesMax, IProgress<(long Bytes, long? Total)>? progress, CancellationToken cancellation)
    {
        // Attempts that bring bytes are free: what is counted, and what the pauses grow by, is the attempts since the last that did.
        int fruitless = 0, pauses = 0;
        ResiliencePipeline patience = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = failed => ValueTask.FromResult(
                    IsPassing(failed.Outcome.Exception, cancellation) && fruitless < options.FruitlessAttemptsMax),
                DelayGenerator = _ => ValueTask.FromResult<TimeSpan?>(PauseAfter(pauses++)),
            })
            .Build();
        try
        {
            await patience.ExecuteAsync(
                async token =>
                {
                    long before = Length(part);
                    try
                    {
                        await AttemptAsync(address, part, bytesMax, progress, token);
                    }
                    catch (Exception e) when (IsPassing(e, token))
                    {
                        bool broughtSome = Length(part) > before;
                        fruitless = broughtSome ? 0 : fruitless + 1;
                        pauses = broughtSome ? 0 : pauses;
                        throw;
                    }
                },
                cancellation);
        }
        catch (Exception e) when (IsPassing(e, cancellation))
        {
            throw new SegueException(
                $"{address}: cannot be fetched ({e.Message.TrimEnd('.')}); {Length(part):N0} bytes are kept for the next attempt. "
                + "Behind a proxy, set HTTPS_PROXY; a copy at hand is taken with --from",
                e);
        }
    }

    /// <summary>Whether another attempt may fare better.</summary>
    private static bool IsPassing(Exception? failure, CancellationToken cancellation) =>
        failure is HttpRequestException or HttpIOException or IOException or TimeoutException && !cancellation.IsCancellationRequested;

    private TimeSpan PauseAfter(int pauses)
    {
        TimeSpan pause = options.FirstPause;
        for (int n = 0; n < pauses && pause < s_pauseMax; n++)
            pause = pause * 2 < s_pauseMax ? pause * 2 : s_pauseMax;
        return pause;
    }

    private async Task AttemptAsync(Uri address, string part, long bytesMax, IProgress<(long, long?)>? progress, CancellationToken cancellation)
    {
        long have = Length(part);
        string versionFile = part + ".version";
        string? version = have > 0 && File.Exists(versionFile) ? await File.ReadAllTextAsync(versionFile, cancellation) : null;
        if (version is null)
            have = 0;
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (version is not null)
        {
            request.Headers.Range = new RangeHeaderValue(have, null);
            request.Headers.TryAddWithoutValidation("If-Range", version);
        }

        using HttpResponseMessage response = await InTime(token => client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token), cancellation);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            File.Delete(versionFile); // The part is as long as the file, or of another version: without its mark the next attempt starts over.
            throw new IOException("the server has no more of it");
        }

        bool goesOn = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == have && have > 0;
        if (!goesOn && response.StatusCode == HttpStatusCode.PartialContent)
        {
            File.Delete(versionFile);
            throw new IOException("the server answers with another part than was asked for");
        }

        if (!goesOn && response.StatusCode != HttpStatusCode.OK)
            throw Refused(address, response.StatusCode);
        if (!goesOn)
            have = 0;
        await File.WriteAllTextAsync(versionFile, Version(response), cancellation);
        long? total = response.Content.Headers.ContentLength is { } rest ? have + rest : null;
        await using FileStream file = new(part, goesOn ? FileMode.Open : FileMode.Create, FileAccess.Write);
        file.SetLength(have);
        file.Seek(have, SeekOrigin.Begin);
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellation);
        byte[] buffer = new byte[1 << 17];
        while (await InTime(async token => await body.ReadAsync(buffer, token), cancellation) is > 0 and var read)
        {
            have += read;
            if (have > bytesMax)
                throw new SegueException($"{address}: more than {bytesMax:N0} bytes came, so it is not the file that is wanted; nothing of it is kept");
            await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
            progress?.Report((have, total));
        }

        if (total is { } promised && have < promised)
            throw new IOException($"the connection ended after {have:N0} of {promised:N0} bytes");
    }

    /// <summary>Errors that waiting does not mend end it at once.</summary>
    private static Exception Refused(Uri address, HttpStatusCode status) => (int)status is >= 500 or 408 or 429
        ? new IOException($"the server answers {(int)status}")
        : new SegueException($"{address}: the server answers {(int)status} ({status}); it may have moved. A copy or mirror is taken with --from");

    private static string Version(HttpResponseMessage response) =>
        response.Headers.ETag is { IsWeak: false } tag ? tag.Tag : response.Content.Headers.LastModified?.ToString("R") ?? "\"none\"";

    private async Task<T> InTime<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        using CancellationTokenSource silence = new(options.SilenceMax, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellation);
        try
        {
            return await work(either.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"nothing came for {options.SilenceMax.TotalSeconds:0.#} s", e);
        }
    }

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;
}
