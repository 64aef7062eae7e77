using System.Net;
using System.Net.Sockets;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text;

namespace Segue.Tests;

/// <summary>
/// What Redis 8.0 answers where Garnet answers otherwise, after Redis' own modules/vector-sets/vset.c: no option for the metric, scores of (1 +
/// cos)/2, results without nesting, other names in VINFO. It speaks RESP2, scans, and takes every byte for a character.
/// </summary>
internal sealed class RedisServerDouble : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Dictionary<string, Dictionary<string, (float[] Vector, string Attributes)>> _sets = [];
    private readonly Dictionary<string, Dictionary<string, string>> _hashes = [];

    public RedisServerDouble(bool knowsVectorSets = true)
    {
        KnowsVectorSets = knowsVectorSets;
        _listener.Start();
        _ = Accept();
    }

    public bool KnowsVectorSets { get; }

    public string Url => $"redis://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public void Dispose() => _listener.Dispose();

    private async Task Accept()
    {
        try
        {
            while (true)
                _ = Serve(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task Serve(TcpClient client)
    {
        using (client)
        using (NetworkStream stream = client.GetStream())
        {
            List<byte[][]>? queued = null;
            while (await ReadCommand(stream) is { } command)
            {
                string name = Text(command[0]).ToUpperInvariant();
                string answer;
                if (name == "MULTI")
                    (queued, answer) = ([], "+OK\r\n");
                else if (name == "EXEC")
                    (answer, queued) = ($"*{queued!.Count}\r\n{string.Concat(queued.Select(Answer))}", null);
                else if (queued is not null)
                    (answer, _) = ("+QUEUED\r\n", 0);
                else
                    answer = Answer(command);
                if (queued is not null && name is not ("MULTI" or "EXEC"))
                    queued.Add(command);
                await stream.WriteAsync(Encoding.Latin1.GetBytes(answer));
            }
        }
    }

    private string Answer(byte[][] c)
    {
        lock (_sets)
        {
            string name = Text(c[0]).ToUpperInvariant();
            if (name[0] == 'V' && !KnowsVectorSets)
                return $"-ERR unknown command '{name}', with args beginning with: \r\n";
            string key = c.Length > 1 ? Text(c[1]) : "";
            return name switch
            {
                "PING" => "+PONG\r\n",
                "ECHO" => Bulk(key),
                "INFO" => Bulk("redis_version:8.0.0\r\nrole:master\r\n"),
                "VADD" => Add(key, c),
                "VCARD" => $":{_sets.GetValueOrDefault(key)?.Count ?? 0}\r\n",
                "VINFO" => _sets.TryGetValue(key, out var set)
                    ? List("quant-type", "f32", "vector-dim", $"{set.First().Value.Vector.Length}", "size", $"{set.Count}")
                    : "*-1\r\n",
                "VGETATTR" => _sets.GetValueOrDefault(key)?.TryGetValue(Text(c[2]), out var known) == true ? Bulk(known.Attributes) : "$-1\r\n",
                "VSIM" => Nearest(key, c),
                "HSET" or "HMSET" => SetFields(key, c),
                "HGET" => _hashes.GetValueOrDefault(key)?.TryGetValue(Text(c[2]), out string? value) == true ? Bulk(value) : "$-1\r\n",
                "HGETALL" => List([.. _hashes.GetValueOrDefault(key, []).SelectMany(f => new[] { f.Key, f.Value })]),
                "RENAME" => Rename(key, Text(c[2])),
                "DEL" or "UNLINK" => $":{c.Skip(1).Count(k => _sets.Remove(Text(k)) | _hashes.Remove(Text(k)))}\r\n",
                "SELECT" or "CLIENT" or "WATCH" or "UNWATCH" => "+OK\r\n",
                _ => $"-ERR unknown command '{name}'\r\n",
            };
        }
    }

    private string Add(string key, byte[][] c)
    {
        string attributes = "";
        for (int i = 5; i < c.Length; i++)
        {
            if (Text(c[i]) == "SETATTR")
                attributes = Text(c[++i]);
            else if (Text(c[i]) is not ("NOQUANT" or "Q8"))
                return "-ERR invalid option after element\r\n";
        }

        if (!_sets.TryGetValue(key, out var set))
            _sets[key] = set = [];
        bool isNew = !set.ContainsKey(Text(c[4]));
        set[Text(c[4])] = (MemoryMarshal.Cast<byte, float>(c[3]).ToArray(), attributes);
        return isNew ? ":1\r\n" : ":0\r\n";
    }

    private string Nearest(string key, byte[][] c)
    {
        float[] query = MemoryMarshal.Cast<byte, float>(c[3]).ToArray();
        int count = int.Parse(Text(c[Array.FindIndex(c, x => Text(x) == "COUNT") + 1]));
        return List([.. _sets[key].Select(e => (e.Key, Score: (1 + TensorPrimitives.CosineSimilarity(query, e.Value.Vector)) / 2, e.Value.Attributes))
            .OrderByDescending(e => e.Score).Take(count).SelectMany(e => new[] { e.Key, $"{e.Score:r}", e.Attributes })]);
    }

    private string SetFields(string key, byte[][] c)
    {
        if (!_hashes.TryGetValue(key, out var hash))
            _hashes[key] = hash = [];
        for (int i = 2; i < c.Length; i += 2)
            hash[Text(c[i])] = Text(c[i + 1]);
        return Text(c[0]).Equals("HSET", StringComparison.OrdinalIgnoreCase) ? ":1\r\n" : "+OK\r\n";
    }

    private string Rename(string from, string to)
    {
        if (_sets.Remove(from, out var set))
            _sets[to] = set;
        else if (_hashes.Remove(from, out var hash))
            _hashes[to] = hash;
        else
            return "-ERR no such key\r\n";
        return "+OK\r\n";
    }

    private static string Bulk(string text) => $"${text.Length}\r\n{text}\r\n";

    private static string List(params string[] items) => $"*{items.Length}\r\n{string.Concat(items.Select(Bulk))}";

    private static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private static async Task<byte[][]?> ReadCommand(NetworkStream stream)
    {
        if (await ReadLine(stream) is not ['*', .. string count])
            return null;
        byte[][] command = new byte[int.Parse(count)][];
        for (int i = 0; i < command.Length; i++)
        {
            command[i] = new byte[int.Parse((await ReadLine(stream))![1..])];
            await stream.ReadExactlyAsync(command[i]);
            _ = await ReadLine(stream);
        }

        return command;
    }

    private static async Task<string?> ReadLine(NetworkStream stream)
    {
        StringBuilder line = new();
        byte[] one = new byte[1];
        while (true)
        {
            int read;
            try
            {
                read = await stream.ReadAsync(one);
            }
            catch (IOException)
            {
                return null;
            }

            if (read == 0)
                return null;
            if (one[0] == '\n')
                return line.ToString();
            if (one[0] != '\r')
                line.Append((char)one[0]);
        }
    }
}
