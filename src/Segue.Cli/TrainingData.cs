using System.CommandLine;
using Segue.Import;
using Segue.Interactions;
using Segue.ModelFiles;

namespace Segue.Cli;

/// <summary>What a taste model learns from: plays of a file or of the home folder, with the tags and friends that go with them.</summary>
internal static class TrainingData
{
    public static readonly Option<string?> Tags = new("--artist-tags")
    {
        Description = "Who gave which artist which tag (user_taggedartists.dat; default: what was imported with the plays)",
        HelpName = "FILE",
    };

    public static readonly Option<string?> Friends = new("--friends")
    {
        Description = "Who is whose friend (user_friends.dat; default: what was imported with the plays)",
        HelpName = "FILE",
    };

    public static readonly Option<bool> PlaysOnly = new("--plays-only") { Description = "Use no tags and no friends, also where they were imported with the plays" };

    /// <param name="path">File or folder with plays; null for those of the home folder.</param>
    /// <param name="artists">File with the artists' names, or null.</param>
    public static (Plays Plays, SideInformation? Side) Load(Session session, string? path, string? artists = null)
    {
        if (path is null && artists is not null)
            throw new WrongUsageException("--artists goes with --plays");
        if (path is not null)
        {
            Imported found = Importing.Read(session, artists is null ? [path] : [path, artists]);
            Plays plays = found.Plays ?? throw new DataFormatException(path, 0, "holds tracks, but plays (listener, artist, count) are wanted here");
            return (plays, SideOf(session, plays, found.Side));
        }

        (_, string folder) = session.Home.PlaysData.Find(null, "import some with 'segue data import PATH', or name a file with --plays");
        Plays imported = DataFiles.LoadPlays(Path.Combine(folder, DataFiles.PlaysName));
        return (imported, SideOf(session, imported, session.Get(PlaysOnly) ? null : SideFiles.LoadInformation(imported, folder)));
    }

    /// <summary>The tags and friends to use with these plays, or null: those of the files named, else those found with the plays.</summary>
    public static SideInformation? SideOf(Session session, Plays plays, SideInformation? found)
    {
        (string? tags, string? friends) = (session.Get(Tags), session.Get(Friends));
        if (session.Get(PlaysOnly))
            return tags is null && friends is null ? null : throw new WrongUsageException("--plays-only goes with neither --artist-tags nor --friends");
        SideInformation side = SideTables.Read(plays, tags, friends, session.Cancellation);
        if (found is not null)
        {
            side = side with
            {
                Taggings = tags is null ? found.Taggings : side.Taggings,
                TagNames = tags is null ? found.TagNames : side.TagNames,
                Friends = side.Friends ?? found.Friends,
            };
        }

        if (tags is not null && side.Taggings.Count == 0)
            throw new DataFormatException(tags, 0, "tags none of the artists of the plays; are both of the same data set?");
        if (friends is not null && side.Friends is not { Nonzeros: > 0 })
            throw new DataFormatException(friends, 0, "knows none of the listeners of the plays; are both of the same data set?");
        return side.IsEmpty ? null : side;
    }

    /// <summary>"12,000 tags of artists, 25,434 friendships".</summary>
    public static string Describe(SideInformation side) => string.Join(", ", new[]
    {
        side.Taggings.Count > 0 ? $"{side.Taggings.Count:N0} tags of artists" : null,
        side.Friends is { } friends ? $"{friends.Nonzeros / 2:N0} friendships" : null,
    }.OfType<string>());
}
