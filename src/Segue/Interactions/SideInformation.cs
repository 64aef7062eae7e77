using Segue.Catalogue;

namespace Segue.Interactions;

/// <summary>One person gave one artist one tag (dense indices; user -1 for somebody without plays).</summary>
internal readonly record struct Tagging(int User, int Artist, int Tag);

/// <summary>What data sets know beside plays: tags that people gave to artists, and who is whose friend. Immutable.</summary>
/// <param name="Taggings">Each person, artist and tag at most once.</param>
/// <param name="TagNames">By tag index.</param>
/// <param name="Friends">Users × users, 1 where they are friends, both ways; null when it is not known.</param>
internal sealed record SideInformation(IReadOnlyList<Tagging> Taggings, TextColumn TagNames, CsrMatrix? Friends)
{
    public bool IsEmpty => Taggings.Count == 0 && Friends is null;

    /// <summary>Without the tags that a listener gave to an artist that is held out of their own history: such a tag gives the answer away.</summary>
    public SideInformation Without(CsrMatrix heldOut) => this with
    {
        Taggings = [.. Taggings.Where(t => t.User < 0 || heldOut.RowIndices(t.User).BinarySearch(t.Artist) < 0)],
    };

    /// <summary>The same about all plays of an extension, where this is about the newer ones.</summary>
    public SideInformation Moved(PlaysExtension extension)
    {
        (int[] users, int[] artists, int count) = (extension.Users, extension.Artists, extension.Plays.Counts.Rows);
        CsrMatrix? friends = null;
        if (Friends is not null)
        {
            int[] rows = [.. users.SelectMany((to, user) => Enumerable.Repeat(to, Friends.RowLength(user)))];
            int[] columns = [.. users.SelectMany((_, user) => Friends.RowIndices(user).ToArray().Select(friend => users[friend]))];
            friends = CsrMatrix.FromEntries(count, count, rows, columns, Friends.Values.Span);
        }

        return this with
        {
            Taggings = [.. Taggings.Select(t => new Tagging(t.User < 0 ? t.User : users[t.User], artists[t.Artist], t.Tag))],
            Friends = friends,
        };
    }

    /// <summary>Tags × artists: how many people gave the tag to the artist; only tags on at least <paramref name="artistsMin"/> artists have a
    /// row.</summary>
    /// <returns>The matrix, and the name of each of its rows.</returns>
    public (CsrMatrix People, string[] Names) People(int artists, int artistsMin)
    {
        CsrMatrix all = CsrMatrix.FromEntries(TagNames.Count, artists,
            [.. Taggings.Select(t => t.Tag)], [.. Taggings.Select(t => t.Artist)], [.. Taggings.Select(_ => 1f)]);
        List<int> rows = [], columns = [];
        List<float> values = [];
        List<string> names = [];
        for (int tag = 0; tag < all.Rows; tag++)
        {
            if (all.RowLength(tag) < artistsMin)
                continue;
            for (int k = 0; k < all.RowLength(tag); k++)
            {
                rows.Add(names.Count);
                columns.Add(all.RowIndices(tag)[k]);
                values.Add(all.RowValues(tag)[k]);
            }

            names.Add(TagNames[tag]);
        }

        return (CsrMatrix.FromEntries(names.Count, artists, rows.ToArray(), columns.ToArray(), values.ToArray()), [.. names]);
    }
}
