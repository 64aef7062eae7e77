using Segue.Catalogue;

namespace Segue.Interactions;

/// <summary>Who played what, how often: users × artists, with the outside ids of both. Immutable.</summary>
internal sealed class Plays
{
    private readonly NameIndex _users;
    private readonly Lazy<Dictionary<int, int>> _mains;

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
        _mains = new(Mains);
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

    /// <summary>The artist that stands for another in answers: of those that have one name under several ids, the one whom most listeners
    /// played.</summary>
    public int MainOf(int artist) => _mains.Value.GetValueOrDefault(artist, artist);

    /// <summary>How many artists another of their name stands for.</summary>
    public int TwinCount => _mains.Value.Count;

    /// <summary>The artists that stand for these, each once, ascending.</summary>
    /// <param name="artists">Ascending.</param>
    public int[] MainsOf(ReadOnlySpan<int> artists) => TwinCount > 0 ? [.. artists.ToArray().Select(MainOf).Distinct().Order()] : artists.ToArray();

    /// <summary>A listener's history with each artist once, whatever the ids they were played under: what was heard was heard.</summary>
    public Profile WithMains(Profile profile)
    {
        if (TwinCount == 0 || !profile.Artists.Concat(profile.Disliked).Any(_mains.Value.ContainsKey))
            return profile;
        Profile mains = Profile.Of(profile.Artists.Select(MainOf).Zip(profile.Plays), profile.Disliked.Select(MainOf));
        Dictionary<int, float> days = [];
        for (int k = 0; profile.DaysSince is { } since && k < since.Length; k++)
        {
            int main = MainOf(profile.Artists[k]);
            days[main] = days.TryGetValue(main, out float known) && !(since[k] < known) ? known : since[k];
        }

        return profile with
        {
            Artists = mains.Artists,
            Plays = mains.Plays,
            Disliked = mains.Disliked,
            DaysSince = profile.DaysSince is null ? null : [.. mains.Artists.Select(a => days[a])],
        };
    }

    /// <summary>Of each artist that another stands for.</summary>
    private Dictionary<int, int> Mains()
    {
        int[][] groups = [.. Artists.OfOneName()];
        Dictionary<int, int> listeners = groups.SelectMany(g => g).ToDictionary(a => a, _ => 0);
        foreach (int artist in groups.Length == 0 ? [] : Counts.Indices.Span)
        {
            if (listeners.TryGetValue(artist, out int count))
                listeners[artist] = count + 1;
        }

        Dictionary<int, int> mains = [];
        foreach (int[] group in groups)
        {
            int main = group.OrderByDescending(a => listeners[a]).ThenBy(a => a).First();
            foreach (int other in group.Where(a => a != main))
                mains.Add(other, main);
        }

        return mains;
    }

    /// <summary>The dense index of an outside user id, or -1.</summary>
    public int IndexOfUser(string id) => _users.FindExact(id);

    /// <exception cref="UnknownNameException">There is no such user.</exception>
    public int ResolveUser(string id) =>
        IndexOfUser(id) is >= 0 and var index ? index : throw new UnknownNameException("user", id, [.. _users.Nearest(id, 2).Select(n => UserIds[n.Row])]);
}
