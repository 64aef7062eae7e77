using Segue.Catalogue;
using Segue.Import;
using Segue.Interactions;

namespace Segue.Notebooks;

/// <summary>What a notebook works on: the built-in sample, or Last.fm-2K and the Spotify tracks. Read when first asked for.</summary>
internal sealed class NotebookData
{
    private readonly Lazy<Plays> _plays;
    private readonly Lazy<Tracks> _tracks;

    private NotebookData(string name, string? folder, Func<Plays> plays, Func<Tracks> tracks) =>
        (Name, Folder, _plays, _tracks) = (name, folder, new Lazy<Plays>(plays), new Lazy<Tracks>(tracks));

    public string Name { get; }

    /// <summary>The folder of real data; null for the sample.</summary>
    public string? Folder { get; }

    public bool IsSample => Folder is null;

    public Plays Plays => _plays.Value;

    public Tracks Tracks => _tracks.Value;

    internal static NotebookData Sample()
    {
        Lazy<SampleWorld> world = new(() => Import.Sample.Generate(1));
        return new NotebookData("the built-in sample", null, () => world.Value.Plays, () => world.Value.Tracks);
    }

    internal static NotebookData Of(string folder) => Directory.Exists(folder)
        ? new NotebookData("Last.fm-2K and the Spotify tracks", Path.GetFullPath(folder),
            () => Importer.ReadPlays(Path.Combine(folder, "lastfm-2k", "user_artists.dat")).Plays,
            () => Importer.ReadTracks(Path.Combine(folder, "spotify-tracks", "dataset.csv")).Tracks)
        : throw new SegueException($"{folder}: is no folder; --data takes one with lastfm-2k/user_artists.dat and spotify-tracks/dataset.csv in it");
}
