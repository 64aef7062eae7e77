namespace Segue.ModelFiles;

/// <summary>
/// Owns the mapped files of one loaded model. What is loaded through it lies in those files and is good until <see cref="Dispose"/>, which gives
/// every mapping back at once; whoever uses such a part afterwards gets an <see cref="ObjectDisposedException"/>.
/// <para>Dispose waits for nobody. Where threads may still be reading, they hold a lease (<see cref="Shared{T}"/>). An owner that is forgotten
/// keeps its mappings until the process ends: that wastes address space, and never lets anybody read freed memory.</para>
/// <para>A file of a version must be the one that the version's card lists, and the card the one that its name speaks of: a whole file of another
/// version in its place would be read without a fault and be wrong.</para>
/// </summary>
internal sealed class MappedFiles : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<TensorFile> _files = [];
    private bool _isDisposed;

    /// <inheritdoc cref="TensorFile.Open"/>
    /// <exception cref="ObjectDisposedException">The owner was disposed before.</exception>
    public TensorFile Open(string path, string magic, int versionMax)
    {
        lock (_lock)
            ObjectDisposedException.ThrowIf(_isDisposed, this);
        TensorFile file = TensorFile.Open(path, magic, versionMax); // Reads all of it for the checksum: not under the lock.
        try
        {
            CheckAgainstCard(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        lock (_lock)
        {
            if (!_isDisposed)
            {
                _files.Add(file);
                return file;
            }
        }

        file.Dispose();
        throw new ObjectDisposedException(nameof(MappedFiles));
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            foreach (TensorFile file in _files)
                file.Dispose();
            _files.Clear();
        }
    }

    /// <summary>Costs the reading of a card of a few kilobytes: the checksums are there already.</summary>
    private static void CheckAgainstCard(TensorFile file)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file.Path))!, name = Path.GetFileName(file.Path);
        if (!VersionStore.HasCard(folder))
            return;
        ModelCard card = VersionStore.ReadCard(folder);
        if (!card.Files.TryGetValue(name, out (long Bytes, string Sha256) listed))
            throw new ModelFileException(file.Path, "is not of this version: its card does not list it");
        if (listed.Bytes != file.LengthBytes || card.Checksums.GetValueOrDefault(name, file.Checksum) != file.Checksum)
            throw new ModelFileException(file.Path, "is a whole file, but not the one of this version: it does not agree with the card");
    }
}
