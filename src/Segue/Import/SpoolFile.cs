namespace Segue.Import;

/// <summary>Temporary files, for what does not fit in memory or must be read in any order. They lie in TMPDIR and are gone with the process, however that ends.</summary>
internal static class SpoolFile
{
    /// <summary>Creates a file and lets it be filled.</summary>
    /// <exception cref="SegueException">It cannot be written.</exception>
    public static FileStream Create(Action<FileStream> fill)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".segue");
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 20, FileOptions.DeleteOnClose);
            fill(file);
            file.Flush();
            return file;
        }
        catch (IOException e)
        {
            file?.Dispose();
            throw new SegueException($"{path}: cannot write what does not fit in memory ({e.Message}); set TMPDIR to a folder with more room", e);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }
}
