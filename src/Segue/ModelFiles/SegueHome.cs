namespace Segue.ModelFiles;

/// <summary>The home folder: <c>data/</c> with what was imported, <c>models/</c> with what was made of it.</summary>
internal sealed class SegueHome(string folder)
{
    public string Folder { get; } = Path.GetFullPath(folder);

    /// <summary>What is made again where it is missing.</summary>
    public string CacheFolder => Path.Combine(Folder, "cache");

    /// <summary>Imported plays.</summary>
    public VersionStore PlaysData => new(Path.Combine(Folder, "data"), "plays");

    /// <summary>Imported tracks.</summary>
    public VersionStore TracksData => new(Path.Combine(Folder, "data"), "tracks");

    /// <summary>Taste models.</summary>
    public VersionStore AlsModels => new(Path.Combine(Folder, "models"), "als");

    /// <summary>Vector databases of tracks.</summary>
    public VersionStore VdbModels => new(Path.Combine(Folder, "models"), "vdb");
}
