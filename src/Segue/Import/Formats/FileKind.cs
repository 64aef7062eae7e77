namespace Segue.Import;

/// <summary>What a file holds, whatever its format is called.</summary>
internal enum FileKind
{
    /// <summary>Who played what.</summary>
    Plays,

    /// <summary>Songs with their audio features.</summary>
    Tracks,

    /// <summary>What one listener played.</summary>
    History,

    /// <summary>Names of the artists whose ids the plays have.</summary>
    ArtistNames,

    /// <summary>Which listener tagged which artist.</summary>
    Tags,

    /// <summary>Names of the tags.</summary>
    TagNames,

    /// <summary>Which listeners are friends.</summary>
    Friends,
}

/// <summary>What follows from a kind.</summary>
internal static class FileKinds
{
    /// <summary>Whether a file of this kind says nothing without plays beside it.</summary>
    public static bool IsCompanion(this FileKind kind) => kind is FileKind.ArtistNames or FileKind.Tags or FileKind.TagNames or FileKind.Friends;

    /// <summary>What a companion is called: there is one format of each.</summary>
    public static string CompanionName(this FileKind kind) => kind switch
    {
        FileKind.ArtistNames => "Last.fm-2K artists",
        FileKind.Tags => "Last.fm-2K tags of artists",
        FileKind.TagNames => "Last.fm-2K names of tags",
        FileKind.Friends => "Last.fm-2K friends",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "is no companion of plays"),
    };
}
