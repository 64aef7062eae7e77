using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Segue.Import;

/// <summary>Lines of a plain text file or a pipe (<c>&lt;(...)</c>, /dev/stdin), each given out as soon as it is there.</summary>
internal static class TextLines
{
    private const int LinesAheadMax = 1024;

    /// <param name="path">A file or a pipe, in UTF-8.</param>
    /// <param name="cancellation">Ends the wait for a writer that is silent, or not there.</param>
    /// <returns>The lines in their order, without line ends; to be gone through once.</returns>
    /// <exception cref="SegueException">It is not there, cannot be read, or is a folder, socket or device.</exception>
    public static IEnumerable<string> Read(string path, CancellationToken cancellation = default)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new SegueException("a path is empty; name a text file or a pipe");
        PathKind kind = PathKinds.Of(path);
        if (kind is PathKind.Folder or PathKind.Socket or PathKind.Device)
            throw new SegueException($"{path}: is a {kind.ToString().ToLowerInvariant()}; expected a text file or a pipe");
        return kind == PathKind.Pipe ? OfPipe(path, cancellation) : OfFile(path);
    }

    private static IEnumerable<string> OfFile(string path)
    {
        using StreamReader reader = new(InputFile.OpenFile(path));
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    /// <summary>Read on a thread of its own, which no request to stop can reach while it waits for the writer.</summary>
    private static IEnumerable<string> OfPipe(string path, CancellationToken cancellation)
    {
        BlockingCollection<string> lines = new(LinesAheadMax); // Not disposed: the thread may outlive the one who reads.
        ExceptionDispatchInfo? failed = null;
        Thread thread = new(() =>
        {
            try
            {
                foreach (string line in OfFile(path))
                    lines.Add(line, cancellation);
            }
            catch (Exception e)
            {
                failed = ExceptionDispatchInfo.Capture(e);
            }

            lines.CompleteAdding();
        })
        { IsBackground = true, Name = "pipe" };
        thread.Start();
        foreach (string line in lines.GetConsumingEnumerable(cancellation))
            yield return line;
        failed?.Throw();
    }
}
