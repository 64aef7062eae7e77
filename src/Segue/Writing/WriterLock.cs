namespace Segue.Writing;

/// <summary>
/// The right to write in a folder: one process has it at a time, by holding <c>.lock</c> open (the system lets go of it when the process dies,
/// however it dies);
/// <c>.writer</c> beside it says which one. Letting go leaves the lock file there: deleting it would open a gap for two writers.
/// </summary>
internal sealed class WriterLock : IDisposable
{
    private readonly FileStream _stream;
    private readonly string _owner;

    private WriterLock(FileStream stream, string owner) => (_stream, _owner) = (stream, owner);

    /// <param name="folder">Is there already.</param>
    /// <param name="what">What is written, for the one who comes second: "the als", "a profile".</param>
    /// <exception cref="SegueException">Another process is writing; the message says which, and since when.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static WriterLock Take(string folder, string what)
    {
        string owner = Path.Combine(folder, ".writer");
        FileStream stream;
        try
        {
            stream = new FileStream(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsHeldByAnother(e))
        {
            throw new SegueException($"{folder}: {WhoWrites(owner)} is writing {what} right now; try again when it is done", e);
        }

        try
        {
            // Beside the lock, not in it: a locked file cannot be read by others.
            File.WriteAllText(owner, $"process {Environment.ProcessId} ({Path.GetFileName(Environment.ProcessPath)})\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A courtesy to the one who comes second. On a full disk there must still be a way to delete.
        }

        return new WriterLock(stream, owner);
    }

    public void Dispose()
    {
        try
        {
            File.Delete(_owner);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It says nothing once the lock is free.
        }

        _stream.Dispose();
    }

    /// <summary>EWOULDBLOCK on Linux and macOS, a sharing violation on Windows; a read-only or full disk is another matter.</summary>
    private static bool IsHeldByAnother(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);

    /// <summary>The holder's own words, and since when: the time at which it wrote them.</summary>
    private static string WhoWrites(string owner)
    {
        try
        {
            string who = File.ReadAllText(owner).Trim();
            return who.Length == 0 ? "another process" : $"{who}, since {File.GetLastWriteTime(owner):HH:mm:ss},";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process"; // It has the lock and has not said who it is, or is done already.
        }
    }
}
