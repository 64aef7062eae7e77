using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Segue.Import;

/// <summary>
/// What is shown of a row never holds what exports say of a person: name, address, country, device. Told by the names of columns and properties.
/// </summary>
internal static partial class PersonalData
{
    private const int CharsMax = 400;

    private static readonly string[] s_names =
    [
        "username", "ipaddr", "clientip", "country", "region", "postal", "zipcode", "email", "birth", "gender", "useragent", "device", "platform",
        "appleid", "latitude", "longitude", "phone", "address", "clientname", "sessionid", "timezone",
    ];

    /// <summary>Whether a column or property of this name is about the listener.</summary>
    public static bool IsPersonal(string name)
    {
        string key = TableHead.Key(name);
        return key is "ip" or "city" or "cityname" or "fullname" || s_names.Any(n => key.Contains(n, StringComparison.Ordinal));
    }

    /// <summary>The beginning of a JSON object without what is personal.</summary>
    /// <param name="first">A property (or the path of one) that is shown before the others; null for none.</param>
    public static byte[] Without(ReadOnlySpan<byte> json, string? first = null)
    {
        StringBuilder shown = new();
        try
        {
            using JsonDocument document = JsonDocument.Parse(json.ToArray());
            if (first is not null && Find(document.RootElement, first) is { } value)
                Write(shown, first, value);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.Name != first)
                    Write(shown, property.Name, property.Value);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Encoding.UTF8.GetBytes(Masked(Encoding.UTF8.GetString(json[FaultOf(json)..])));
        }

        return Encoding.UTF8.GetBytes($"{{{shown}}}");
    }

    private static JsonElement? Find(JsonElement element, string path)
    {
        foreach (string name in element.TryGetProperty(path, out _) ? [path] : path.Split('.'))
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }

        return element;
    }

    private static void Write(StringBuilder shown, string name, JsonElement value)
    {
        if (IsPersonal(name) || shown.Length > CharsMax)
            return;
        shown.Append(shown.Length == 0 || shown[^1] == '{' ? "" : ", ").Append('"').Append(name).Append("\": ");
        if (value.ValueKind != JsonValueKind.Object)
        {
            string raw = value.GetRawText();
            shown.Append(raw.Length > CharsMax ? raw[..CharsMax] : value.ValueKind == JsonValueKind.Array ? Masked(raw) : raw);
            return;
        }

        shown.Append('{');
        foreach (JsonProperty property in value.EnumerateObject())
            Write(shown, property.Name, property.Value);
        shown.Append('}');
    }

    /// <summary>Where the last property begins that can be read before a fault.</summary>
    private static int FaultOf(ReadOnlySpan<byte> json)
    {
        int at = 0;
        try
        {
            Utf8JsonReader reader = new(json, isFinalBlock: false, default);
            while (reader.Read())
                at = reader.TokenType == JsonTokenType.PropertyName ? (int)reader.TokenStartIndex : at;
        }
        catch (JsonException)
        {
            // The fault that is looked for.
        }

        return at;
    }

    private static string Masked(string text) =>
        Property().Replace(text[..Math.Min(text.Length, CharsMax)], m => IsPersonal(m.Groups["name"].Value) ? "…" : m.Value);

    [GeneratedRegex("""
        "(?<name>[^"]{1,60})"\s*:\s*("(?:[^"\\]|\\.)*"?|[^,{}\[\]]*)
        """, RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Property();
}
