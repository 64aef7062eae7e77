using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Segue.Tests;

/// <summary>What a client sent.</summary>
internal sealed record DoubleRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>What it gets back, in good order or not.</summary>
internal sealed record DoubleAnswer(int Status, string Body, string ContentType = "application/json; charset=utf-8")
{
    public IReadOnlyList<string> Headers { get; init; } = [];

    public TimeSpan Delay { get; init; }

    /// <summary>The connection is closed after so many bytes of the body, although its full length was announced.</summary>
    public int? CutAfter { get; init; }

    public static implicit operator DoubleAnswer(string json) => new(200, json);
}

/// <summary>
/// A server on loopback that answers as a test wants, down to lying about lengths: a bare socket, because no well-behaved server can be made to
/// misbehave enough.
/// </summary>
internal sealed class EmbeddingServerDouble : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<DoubleRequest, DoubleAnswer> _answer;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<DoubleRequest> _requests = [];

    public EmbeddingServerDouble(Func<DoubleRequest, DoubleAnswer> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public IReadOnlyList<DoubleRequest> Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                await using NetworkStream stream = client.GetStream();
                if (await ReadAsync(stream) is not { } request)
                    return;
                lock (_requests)
                    _requests.Add(request);
                DoubleAnswer answer = _answer(request);
                await Task.Delay(answer.Delay, _stop.Token);
                byte[] body = Encoding.UTF8.GetBytes(answer.Body);
                string head = $"HTTP/1.1 {answer.Status} Status\r\nContent-Type: {answer.ContentType}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n"
                    + string.Concat(answer.Headers.Select(h => h + "\r\n")) + "\r\n";
                await stream.WriteAsync(Encoding.ASCII.GetBytes(head), _stop.Token);
                await stream.WriteAsync(body.AsMemory(0, answer.CutAfter ?? body.Length), _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
        }
    }

    private async Task<DoubleRequest?> ReadAsync(NetworkStream stream)
    {
        List<byte> head = [];
        byte[] one = new byte[1];
        while (head.Count < 4 || !head[^4..].SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
                return null;
            head.Add(one[0]);
        }

        string[] lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Dictionary<string, string> headers = lines[1..].Select(l => l.Split(':', 2)).ToDictionary(h => h[0], h => h[1].Trim(), StringComparer.OrdinalIgnoreCase);
        byte[] body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, _stop.Token);
        string[] first = lines[0].Split(' ');
        return new DoubleRequest(first[0], first[1], headers, Encoding.UTF8.GetString(body));
    }
}
