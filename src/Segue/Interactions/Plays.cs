using Segue.Catalogue;

namespace Segue.Interactions;

/// <summary>Who played what, how often: users × artists, with the outside ids of both. Immutable.</summary>
internal sealed class Plays
{
    private readonly NameIndex _users;

    /// <param name="userIds">Outside user ids by dense index.</param>
    /// <param name="artists">The artists by dense index.</param>
    /// <param name="counts">Play counts, one row a user and one column an artist.</param>
    /// <exception cref="ArgumentException">The matrix has another shape, e.g. because it is transposed.</exception>
    public Plays(TextColumn userIds, Artists artists, CsrMatrix counts, NameIndex? users = null)
    {
        if (counts.Rows != userIds.Count || counts.Columns != artists.Count)
        {
            throw new ArgumentException(
                $"The matrix is {counts.Rows} × {counts.Columns}, but there are {userIds.Count} users and {artists.Count} artists.", nameof(counts));
        }

        (UserIds, Artists, Counts, _users) = (userIds, artists, counts, users ?? NameIndex.Build(userIds));
    }

    public TextColumn UserIds { get; }

    public Artists Artists { get; }

    /// <summary>Play counts, users × artists.</summary>
    public CsrMatrix Counts { get; }

    /// <summary>
    /// When each pair was first played, in the order of <see cref="Counts"/>: minutes since 1970 (UTC), -1 where no play of it has a date. Empty
    /// where no play at all has one: most public sets are counts.
    /// </summary>
    /// <exception cref="ArgumentException">There are not as many as pairs.</exception>
    public ReadOnlyMemory<int> FirstPlayedMinutes
    {
        get;
        init => field = value.Length == 0 || value.Length == Counts.Nonzeros
            ? value
            : throw new ArgumentException($"{value.Length} dates do not go with {Counts.Nonzeros} pairs.", nameof(value));
    }

    public NameIndex ByUserId => _users;

    /// <summary>The dense index of an outside user id, or -1.</summary>
    public int IndexOfUser(string id) => _users.FindExact(id);

    /// <exception cref="UnknownNameException">There is no such user.</exception>
    public int ResolveUser(string id) =>
        IndexOfUser(id) is >= 0 and var index ? index : throw new UnknownNameException("user", id, [.. _users.Nearest(id, 2).Select(n => UserIds[n.Row])]);
}
