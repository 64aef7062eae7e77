namespace Segue.Catalogue;

/// <summary>Where songs lie: paths of any system, addresses, ids.</summary>
internal static class SongPlace
{
    private static readonly string[] s_sounds =
    [
        ".mp3", ".flac", ".m4a", ".m4b", ".mp4", ".ogg", ".oga", ".opus", ".aac", ".wav", ".wma", ".aif", ".aiff", ".ape", ".alac", ".wv", ".mpc",
        ".webm",
    ];

    private static readonly string[] s_schemes = ["spotify:", "file:"];

    /// <summary>Whether a text says where a song lies, or which id it has, and not what it is called.</summary>
    public static bool IsPlace(string text) => IsAddress(text) || IsAbsolute(text) || IsSound(text);

    /// <summary>Whether a path starts at a root, of this system or of another: /music, C:\Music, \\nas\music.</summary>
    public static bool IsAbsolute(string path) => path.StartsWith('/') || IsWindows(path);

    public static bool IsAddress(string text) =>
        text.Contains("://", StringComparison.Ordinal) || s_schemes.Any(s => text.StartsWith(s, StringComparison.Ordinal));

    public static bool IsSound(string text) => s_sounds.Any(s => text.EndsWith(s, StringComparison.OrdinalIgnoreCase));

    /// <summary>An absolute path of Windows: a drive or a share.</summary>
    public static bool IsWindows(string path) =>
        path.StartsWith("\\\\", StringComparison.Ordinal) || path is [>= 'A' and <= 'Z' or >= 'a' and <= 'z', ':', '\\' or '/', ..];
}
