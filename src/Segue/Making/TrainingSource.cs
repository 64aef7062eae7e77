using Segue.Import;
using Segue.Interactions;
using Segue.ModelFiles;

namespace Segue.Making;

/// <summary>What a taste model learns from: plays of a file or of the home folder, with the tags and friends that go with them.</summary>
public sealed record TrainingSource
{
    /// <summary>A file or folder with plays; null for those imported into the home folder.</summary>
    public string? PlaysPath { get; init; }

    /// <summary>A file with the artists' names, where the plays have only ids; goes with <see cref="PlaysPath"/>.</summary>
    public string? ArtistsPath { get; init; }

    /// <summary>Who gave which artist which tag; null for what was imported with the plays.</summary>
    public string? TagsPath { get; init; }

    /// <summary>Who is whose friend; null for what was imported with the plays.</summary>
    public string? FriendsPath { get; init; }

    /// <summary>Use no tags and no friends, also where they were imported with the plays.</summary>
    public bool PlaysOnly { get; init; }

    internal IEnumerable<RequestFault> Faults()
    {
        if (PlaysPath is null && ArtistsPath is not null)
            yield return new("artistsPath", "names artists of a file of plays, which is missing", "with plays");
        if (PlaysOnly && (TagsPath ?? FriendsPath) is not null)
            yield return new("playsOnly", "goes with neither a file of tags nor one of friends");
    }

    /// <summary>Reads what is asked for.</summary>
    /// <param name="home">The home folder.</param>
    /// <param name="files">Owns what is mapped of it.</param>
    /// <param name="notes">Receives what became of the rows.</param>
    /// <param name="progress">Told while files are read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    internal (Plays Plays, SideInformation? Side) Load(
        SegueHome home, MappedFiles files, List<string> notes, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        if (PlaysPath is string path)
        {
            Imported found = Importer.Read(ArtistsPath is null ? [path] : [path, ArtistsPath], null, progress, cancellationToken);
            notes.AddRange(found.Ledger.Summary());
            Plays plays = found.Plays ?? throw new DataException(path, 0, "holds tracks, but plays (listener, artist, count) are wanted here");
            return (plays, SideOf(plays, found.Side, cancellationToken));
        }

        (_, string folder) = home.PlaysData.Find();
        Plays imported = DataFiles.LoadPlays(Path.Combine(folder, DataFiles.PlaysName), files);
        return (imported, SideOf(imported, PlaysOnly ? null : SideFiles.LoadInformation(imported, folder, files), cancellationToken));
    }

    /// <summary>The tags and friends to use with these plays, or null: those of the files named, else those found with the plays.</summary>
    internal SideInformation? SideOf(Plays plays, SideInformation? found, CancellationToken cancellationToken)
    {
        if (PlaysOnly)
            return null;
        SideInformation side = SideTables.Read(plays, TagsPath, FriendsPath, cancellationToken);
        if (found is not null)
        {
            side = side with
            {
                Taggings = TagsPath is null ? found.Taggings : side.Taggings,
                TagNames = TagsPath is null ? found.TagNames : side.TagNames,
                Friends = side.Friends ?? found.Friends,
            };
        }

        if (TagsPath is not null && side.Taggings.Count == 0)
            throw new DataException(TagsPath, 0, "tags none of the artists of the plays; are both of the same data set?");
        if (FriendsPath is not null && side.Friends is not { Nonzeros: > 0 })
            throw new DataException(FriendsPath, 0, "knows none of the listeners of the plays; are both of the same data set?");
        return side.IsEmpty ? null : side;
    }

    /// <summary>"12,000 tags of artists, 25,434 friendships".</summary>
    internal static string Describe(SideInformation side) => string.Join(", ", new[]
    {
        side.Taggings.Count > 0 ? $"{side.Taggings.Count:N0} tags of artists" : null,
        side.Friends is { } friends ? $"{friends.Nonzeros / 2:N0} friendships" : null,
    }.OfType<string>());
}
