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
                $"{MaskedUrl.Of(address)}: cannot be fetched ({e.Message.TrimEnd('.')}){Kept(part)}. "
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
        using HttpResponseMessage response = await InTime(token => SendAsync(address, have, version, token), cancellation);
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
            throw Refused(address, response, part);
        if (!goesOn)
            have = 0;
        await File.WriteAllTextAsync(versionFile, Version(response), cancellation);
        long? total = response.Content.Headers.ContentLength is { } rest ? have + rest : null;
        await using (FileStream file = new(part, goesOn ? FileMode.Open : FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0))
        {
            file.SetLength(have);
            file.Seek(have, SeekOrigin.Begin);
            await using Stream body = await response.Content.ReadAsStreamAsync(cancellation);
            byte[] buffer = new byte[1 << 17];
            while (await InTime(async token => await body.ReadAsync(buffer, token), cancellation) is > 0 and var read && (have += read) <= bytesMax)
            {
                await WriteAsync(file, buffer.AsMemory(0, read), cancellation);
                progress?.Report((have, total));
            }
        }

        if (have > bytesMax)
        {
            Drop(part);
            throw new SegueException(
                $"{MaskedUrl.Of(address)}: more than {bytesMax:N0} bytes came, so it is not the file that is wanted; nothing of it is kept");
        }

        if (total is { } promised && have < promised)
            throw new IOException($"the connection ended after {have:N0} of {promised:N0} bytes");
    }

    /// <summary>Deletes what came of a file.</summary>
    public static void Drop(string part)
    {
        File.Delete(part);
        File.Delete(part + ".version");
    }

    /// <summary>A client whose redirects are followed here: .NET's handler takes ftp for http, and ends in a fault where one is none.</summary>
    public static HttpClient NewClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Asks for a file, or the rest of it, from wherever the server sends us.</summary>
    private async Task<HttpResponseMessage> SendAsync(Uri address, long have, string? version, CancellationToken cancellation)
    {
        const int RedirectsMax = 10;
        Uri at = address;
        string shown = MaskedUrl.Of(address);
        for (int redirects = 0; ; redirects++)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, at);
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
            if (version is not null)
            {
                request.Headers.Range = new RangeHeaderValue(have, null);
                request.Headers.TryAddWithoutValidation("If-Range", version);
            }

            HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
                return response;
            response.Dispose();
            bool isFollowed = Uri.TryCreate(at, location, out Uri? next)
                && (next.Scheme == Uri.UriSchemeHttps || (next.Scheme == Uri.UriSchemeHttp && at.Scheme == Uri.UriSchemeHttp));
            if (!isFollowed)
                throw new SegueException($"{shown}: the server redirects to {MaskedUrl.Of(location)}, which is not followed from {at.Scheme}");
            if (redirects == RedirectsMax)
                throw new SegueException($"{shown}: the server redirects more than {RedirectsMax} times, at last to {MaskedUrl.Of(location)}");
            at = next!;
        }
    }

    /// <summary>A full disk is no matter of patience, and none of the server's.</summary>
    private static async Task WriteAsync(FileStream file, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await file.WriteAsync(bytes, cancellation);
        }
        catch (IOException e)
        {
            throw new SegueException($"{file.Name}: cannot be written ({e.Message.TrimEnd('.')}); what came lies there for the next attempt", e);
        }
    }

    /// <summary>Where what came so far lies; empty where nothing did, and then nothing lies there.</summary>
    private static string Kept(string part)
    {
        if (Length(part) > 0)
            return $"; {Length(part):N0} bytes of it lie in {part}, from where the next attempt goes on";
        Drop(part);
        return "";
    }

    /// <summary>Errors that waiting does not mend end it at once.</summary>
    private static Exception Refused(Uri address, HttpResponseMessage response, string part)
    {
        int status = (int)response.StatusCode;
        if (status is >= 500 or 408 or 429)
            return new IOException($"the server answers {status}");
        string why = $"the server answers {status} ({response.StatusCode}); it may have moved";
        return new SegueException($"{MaskedUrl.Of(address)}: {why}{Kept(part)}. A copy or mirror is taken with --from");
    }

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
