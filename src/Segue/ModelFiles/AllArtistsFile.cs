using Segue.Recommending;
using Segue.Writing;

namespace Segue.ModelFiles;

/// <summary>
/// The artists of a taste model joined with those of a database of songs (<see cref="SongArtists"/>): half a second of work that depends on the two
/// versions alone. So it is done once, at the first start with them, and kept in <c>cache/</c>, from where later starts map it. Nothing is lost with
/// that folder, and where it cannot be written each start does the work again.
/// </summary>
internal static class AllArtistsFile
{
    private const string Magic = "all-artists", Als = "als", Vdb = "vdb", Factors = "factors", Ids = "ids", Names = "names", Prefix = "artists-";

    /// <summary>Rises, too, when <see cref="SongArtists.Join"/> comes to other vectors.</summary>
    private const int Version = 1;

    /// <summary>What an earlier start has kept, or null: it was not made, or is damaged or of other versions, and is to be made anew.</summary>
    /// <param name="files">Owns the mapping: the artists are good until it is disposed.</param>
    public static AllArtists? Find(SegueHome home, string als, string vdb, MappedFiles files)
    {
        string path = PathOf(home, als, vdb);
        if (!File.Exists(path))
            return null;
        try
        {
            TensorFile file = files.Open(path, Magic, Version);
            if (file.Version != Version || file.Metadata.GetValueOrDefault(Als) != als || file.Metadata.GetValueOrDefault(Vdb) != vdb)
                return null;
            Catalogue.TextColumn ids = file.ReadText(Ids), names = file.ReadText(Names);
            return Columns.Checked(file, () => new AllArtists(
                file.ReadMatrix(Factors),
                new Catalogue.Artists(ids, names, file.ReadNameIndex(Ids, ids), file.ReadNameIndex(Names, names))));
        }
        catch (ModelFileException)
        {
            return null;
        }
    }

    /// <summary>Keeps them for later starts, in the place of those of other versions; leaves it where the folder cannot be written.</summary>
    public static void Keep(SegueHome home, string als, string vdb, AllArtists joined)
    {
        TensorWriter file = new(Magic, Version);
        file.Metadata[Als] = als;
        file.Metadata[Vdb] = vdb;
        file.Add(Factors, joined.Factors.Memory, joined.Factors.Rows, joined.Factors.Columns);
        file.Add(Ids, joined.Artists.Ids);
        file.Add(Ids, joined.Artists.ById);
        file.Add(Names, joined.Artists.Names);
        file.Add(Names, joined.Artists.ByName);
        string path = PathOf(home, als, vdb);
        try
        {
            Directory.CreateDirectory(home.CacheFolder);
            AtomicFile.Write(path, file.Save);
            foreach (string other in Directory.GetFiles(home.CacheFolder, Prefix + "*"))
            {
                if (other != path)
                    File.Delete(other);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Read-only, full, or mapped by a process on Windows: the next start tries again.
        }
    }

    private static string PathOf(SegueHome home, string als, string vdb) => Path.Combine(home.CacheFolder, $"{Prefix}{als}-{vdb}.safetensors");
}
