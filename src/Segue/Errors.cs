namespace Segue;

/// <summary>
/// Something a person can mend: bad input, a missing or damaged file, an unknown name. The message is one line and says what was got,
/// what was expected, where, and what to do. Callers print it as it is; anything else that is thrown is a bug.
/// </summary>
public class SegueException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A file or a row of it is not what it should be. The message starts with <c>file:line:</c> where a line is known.</summary>
public sealed class DataException : SegueException
{
    /// <param name="path">The file, as the user named it.</param>
    /// <param name="line">The 1-based line, or 0 when the file as a whole is meant.</param>
    /// <param name="problem">What was found, what was expected, and what to do.</param>
    /// <param name="inner">What the system said, if it did.</param>
    public DataException(string path, long line, string problem, Exception? inner = null)
        : base(line > 0 ? $"{path}:{line}: {problem}" : $"{path}: {problem}", inner) => (Path, Line) = (path, line);

    /// <summary>The file, as the user named it.</summary>
    public string Path { get; }

    /// <summary>1-based; 0 when the file as a whole is meant.</summary>
    public long Line { get; }
}

/// <summary>A model or data file of ours is damaged, foreign, or of a version that this program does not read.</summary>
/// <param name="path">The file.</param>
/// <param name="problem">What is wrong with it.</param>
/// <param name="inner">What the system said, if it did.</param>
public sealed class ModelFileException(string path, string problem, Exception? inner = null) : SegueException($"{path}: {problem}", inner)
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;
}

/// <summary>There is no model, or no data, of a kind in a home folder, or none of its versions is in use. What to do about it is for the caller to
/// say.</summary>
/// <param name="kind">"als", "vdb", "plays" or "tracks".</param>
/// <param name="problem">What is missing, and where.</param>
/// <param name="hasVersions">Whether there are versions, none of which is in use.</param>
public sealed class ModelNotFoundException(string kind, string problem, bool hasVersions = false) : SegueException(problem)
{
    /// <summary>"als", "vdb", "plays" or "tracks".</summary>
    public string Kind { get; } = kind;

    /// <summary>Whether there are versions, none of which is in use: one of them can be chosen.</summary>
    public bool HasVersions { get; } = hasVersions;
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

    /// <summary>What was looked for: "artist", "user", "song" ...</summary>
    public string Kind { get; }

    /// <summary>What the user wrote.</summary>
    public string Name { get; }

    /// <summary>The nearest existing names, best first; may be empty.</summary>
    public IReadOnlyList<string> Nearest { get; }

    private static string Shorten(string s) => s.Length <= 80 ? s : s[..77] + "...";
}

/// <summary>One thing wrong with a request.</summary>
/// <param name="Parameter">The request's property, as JSON writes it: "popularityMin".</param>
/// <param name="Problem">What follows the parameter's name in a sentence: "must be from 0 to 100, not 200".</param>
/// <param name="Allowed">What would be right: "0..100", "a name"; empty where the problem says it all.</param>
public sealed record RequestFault(string Parameter, string Problem, string Allowed = "");

/// <summary>A request asks for what cannot be asked. <see cref="Faults"/> has every fault; the message is theirs.</summary>
/// <param name="faults">At least one.</param>
public sealed class InvalidRequestException(IReadOnlyList<RequestFault> faults) : SegueException(Sentences(faults, name => name))
{
    /// <summary>At least one.</summary>
    public IReadOnlyList<RequestFault> Faults { get; } = faults;

    /// <summary>The same message with the names that a door has for the parameters.</summary>
    public string Describe(Func<string, string> nameOf) => Sentences(Faults, nameOf);

    private static string Sentences(IReadOnlyList<RequestFault> faults, Func<string, string> nameOf) =>
        string.Join("; ", faults.Select(f => $"{nameOf(f.Parameter)} {f.Problem}"));
}
