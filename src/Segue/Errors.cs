namespace Segue;

/// <summary>
/// Something a person can mend: bad input, a missing or damaged file, an unknown name. The message is one line and says what was got,
/// what was expected, where, and what to do. Callers print it as it is; anything else that is thrown is a bug.
/// </summary>
public class SegueException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A file or a row of it is not what it should be. The message starts with <c>file:line:</c> where a line is known.</summary>
public sealed class DataFormatException : SegueException
{
    /// <param name="path">The file, as the user named it.</param>
    /// <param name="line">The 1-based line, or 0 when the file as a whole is meant.</param>
    /// <param name="problem">What was found, what was expected, and what to do.</param>
    public DataFormatException(string path, long line, string problem, Exception? inner = null)
        : base(line > 0 ? $"{path}:{line}: {problem}" : $"{path}: {problem}", inner) => (Path, Line) = (path, line);

    public string Path { get; }

    public long Line { get; }
}

/// <summary>A model or data file of ours is missing, damaged, foreign, or of a version that this program does not read.</summary>
public sealed class ModelFileException(string path, string problem, Exception? inner = null) : SegueException($"{path}: {problem}", inner)
{
    public string Path { get; } = path;
}

/// <summary>A user, artist, track or genre that is not there, with the nearest that are.</summary>
public sealed class UnknownNameException : SegueException
{
    /// <param name="kind">What was looked for: "artist", "user", "song" ...</param>
    /// <param name="name">What the user wrote.</param>
    /// <param name="nearest">The nearest existing names, best first; may be empty.</param>
    public UnknownNameException(string kind, string name, IReadOnlyList<string> nearest)
        : base($"unknown {kind} '{Shorten(name)}'" + (nearest.Count == 0 ? "" : $"; did you mean {string.Join(" or ", nearest.Select(n => $"'{Shorten(n)}'"))}?")) =>
        (Kind, Name, Nearest) = (kind, name, nearest);

    public string Kind { get; }

    public string Name { get; }

    public IReadOnlyList<string> Nearest { get; }

    private static string Shorten(string s) => s.Length <= 80 ? s : s[..77] + "...";
}
