namespace Segue;

/// <summary>
/// An address as it may be shown: without user and password, and without what stands behind a question mark, where keys and signatures are. The one
/// way in which addresses reach messages, reports and logs.
/// </summary>
internal static class MaskedUrl
{
    private const int LengthMax = 200;

    public static string Of(Uri address) => address.IsAbsoluteUri ? Of(address.AbsoluteUri) : WithoutQuery(address.OriginalString);

    /// <summary>Of a text that was meant as an address, be it none: all up to the last @ may be part of a password.</summary>
    public static string Of(string text) => Short(WithoutQuery(WithoutUser(text)));

    /// <summary>The same with what stands behind the question mark, for kinds of address that have settings there and no secrets.</summary>
    public static string WithSettings(string text) => Short(WithoutUser(text));

    private static string WithoutUser(string text)
    {
        int at = text.LastIndexOf('@'), scheme = text.IndexOf("://", StringComparison.Ordinal);
        return at < 0 ? text : (scheme < 0 || scheme > at ? "" : text[..(scheme + 3)]) + "...@" + text[(at + 1)..];
    }

    private static string WithoutQuery(string text) =>
        text.IndexOfAny(['?', '#']) is >= 0 and var end && end < text.Length - 1 ? text[..end] + "?..." : text;

    private static string Short(string text) => text.Length <= LengthMax ? text : text[..(LengthMax - 3)] + "...";
}
