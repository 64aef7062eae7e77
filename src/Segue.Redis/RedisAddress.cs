namespace Segue.Redis;

/// <summary>
/// Where a vector set lies: <c>redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE][?key=NAME&amp;ca=FILE]</c>, with <c>rediss://</c> for TLS. What is left
/// out is port 6379, database 0 and key <see cref="DefaultKey"/>. The password is in no text that this type makes.
/// </summary>
public sealed record RedisAddress(string Host, int Port = 6379)
{
    /// <summary>The key where the address names none.</summary>
    public const string DefaultKey = "segue:songs";

    private const string Form = "redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE][?key=NAME&ca=FILE], or rediss:// for TLS";

    /// <summary>Null: the server's default user.</summary>
    public string? User { get; init; }

    /// <summary>Null: none is sent.</summary>
    public string? Password { get; init; }

    /// <summary>Whether the connection is encrypted (rediss://).</summary>
    public bool UseTls { get; init; }

    /// <summary>Which of the server's databases; 0 where the address does not say.</summary>
    public int Database { get; init; }

    /// <summary>The key of the vector set.</summary>
    public string Key { get; init; } = DefaultKey;

    /// <summary>A file with the certificate (PEM) of the authority that signed the server's, beside those that the system trusts; for TLS
    /// only.</summary>
    public string? AuthorityFile { get; init; }

    /// <exception cref="SegueException">The text is no such address. What stands before the @ is not repeated.</exception>
    public static RedisAddress Parse(string text)
    {
        string shown = MaskedUrl.WithSettings(text);
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("redis" or "rediss") || uri.Host.Length == 0 || uri.Fragment.Length > 0)
            throw new SegueException($"'{shown}' is no address of a Redis or Garnet server; expected {Form} (write @ : / # in a password as %40 %3A %2F %23)");
        string[] who = uri.UserInfo.Split(':', 2);
        string path = uri.AbsolutePath.Trim('/');
        int database = 0;
        if (path.Length > 0 && !int.TryParse(path, System.Globalization.NumberStyles.None, null, out database))
            throw new SegueException($"'{shown}': '{path}' is no number of a database; the name of a key is written ?key={path}");
        RedisAddress address = new(HostOf(uri, shown), uri.Port > 0 ? uri.Port : 6379)
        {
            UseTls = uri.Scheme == "rediss",
            User = who[0].Length > 0 ? Uri.UnescapeDataString(who[0]) : null,
            Password = who.Length == 2 && who[1].Length > 0 ? Uri.UnescapeDataString(who[1]) : null,
            Database = database,
        };
        foreach (string part in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = part.Split('=', 2);
            string value = pair.Length == 2 ? Uri.UnescapeDataString(pair[1]) : "";
            address = pair[0] switch
            {
                "key" when value.Length > 0 && !value.Any(c => char.IsControl(c) || c is '{' or '}') => address with { Key = value },
                "ca" when value.Length > 0 && address.UseTls && !value.Any(char.IsControl) => address with { AuthorityFile = value },
                "key" => throw new SegueException($"'{shown}': key needs a name without braces, line ends and other control characters"),
                "ca" => throw new SegueException($"'{shown}': ca needs the name of a file, and rediss://"),
                _ => throw new SegueException($"'{shown}': there is no setting '{pair[0]}'; expected {Form}"),
            };
        }

        return address;
    }

    /// <summary>The address without user and password.</summary>
    public override string ToString() =>
        $"redis{(UseTls ? "s" : "")}://{(Host.Contains(':') ? $"[{Host.Trim('[', ']')}]" : Host)}:{Port}/{Database}?key={Uri.EscapeDataString(Key)}";

    /// <summary>The host in the letters of the domain name system, which knows no label over 63 letters and no name over 253.</summary>
    private static string HostOf(Uri uri, string shown)
    {
        try
        {
            string host = uri.IdnHost;
            if (host.Contains(':') || (host.Length <= 253 && host.TrimEnd('.').Split('.').All(l => l.Length is > 0 and <= 63)))
                return host;
        }
        catch (Exception e) when (e is UriFormatException or ArgumentException)
        {
            // As below.
        }

        throw new SegueException($"'{shown}' is no address: what stands where the host belongs is the name of none");
    }
}
