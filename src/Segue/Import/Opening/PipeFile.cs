namespace Segue.Import;

/// <summary>
/// What comes through a pipe (<c>&lt;(zcat plays.gz)</c>, /dev/stdin, a named pipe), laid down in a temporary file: the formats are told from the
/// beginning and then read from it again, which a pipe does not offer.
/// </summary>
internal static class PipeFile
{
    private const long BytesMax = 16L << 30;
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits for the pipe's writer, and reads to the end.</summary>
    /// <exception cref="DataException">More comes than a temporary file may hold.</exception>
    /// <exception cref="OperationCanceledException">The wait was broken off.</exception>
    public static FileStream ReadAll(string path, CancellationToken cancellation)
    {
        FileStream file = SpoolFile.Create(file =>
        {
            // On a thread of its own, which no request to stop can reach: a pipe whose writer is silent, or not there, holds it for ever.
            Exception? failed = null;
            Thread reader = new(() =>
            {
                try
                {
                    Copy(path, file, cancellation);
                }
                catch (Exception e)
                {
                    failed = e;
                }
            })
            { IsBackground = true, Name = "pipe" };
            reader.Start();
            while (!reader.Join(s_lookEvery))
                cancellation.ThrowIfCancellationRequested();
            if (failed is not null)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failed);
        });
        file.Position = 0;
        return file;
    }

    private static void Copy(string path, FileStream file, CancellationToken cancellation)
    {
        using FileStream pipe = InputFile.OpenFile(path);
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = pipe.Read(buffer)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            if (file.Position + read > BytesMax)
                throw new DataException(path, 0, $"more than {BytesMax >> 30} GB came through the pipe; write them to a file and name that");
            file.Write(buffer, 0, read);
        }
    }
}
