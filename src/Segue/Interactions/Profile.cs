namespace Segue.Interactions;

/// <summary>
/// One listener's history as the model sees it: artists (dense indices, ascending, each once) with how often they were played, and artists
/// they do not want. Models take any, whether they were trained on this listener or not.
/// </summary>
internal sealed record Profile
{
    /// <summary>What the listener is called in answers: a user id, a file name, or null for someone made of --like.</summary>
    public string? Name { get; init; }

    /// <summary>Dense index of the user of the plays that this is, with whatever was added to their history; -1 for anybody else. Friends are found
    /// by it.</summary>
    public int User { get; init; } = -1;

    /// <exception cref="ArgumentException">They do not ascend: whoever looks for an artist in them would miss some, and recommend what was heard.</exception>
    public required int[] Artists
    {
        get;
        init
        {
            for (int k = 1; k < value.Length; k++)
            {
                if (value[k] <= value[k - 1])
                    throw new ArgumentException($"A profile has artist {value[k]} after artist {value[k - 1]}; they must ascend, each once.", nameof(value));
            }

            field = value;
        }
    }

    /// <summary>Plays of each of <see cref="Artists"/>; positive and finite.</summary>
    public required float[] Plays { get; init; }

    /// <summary>
    /// Days from the last play of each of <see cref="Artists"/> to the newest play of the history: 0 for what was played last, NaN where there is no
    /// date. Null for a history without dates.
    /// </summary>
    public float[]? DaysSince { get; init; }

    /// <summary>Artists the listener dislikes: confident zeros, never recommended.</summary>
    public int[] Disliked { get; init; } = [];

    /// <summary>What was liked or disliked by a name that nobody knows: it counts for nothing, and the answer says so.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];

    /// <summary>The model was fitted to this very history: such a listener is regularized as in the training, others less.</summary>
    public bool InTraining { get; init; }

    /// <summary>A user of the training data.</summary>
    public static Profile OfUser(Plays plays, int user) => new()
    {
        Name = plays.UserIds[user],
        User = user,
        Artists = plays.Counts.RowIndices(user).ToArray(),
        Plays = plays.Counts.RowValues(user).ToArray(),
        InTraining = true,
    };

    /// <summary>From pairs in any order; plays of one artist are added up.</summary>
    public static Profile Of(IEnumerable<(int Artist, float Plays)> history, IEnumerable<int>? disliked = null, string? name = null)
    {
        SortedDictionary<int, float> sums = [];
        foreach ((int artist, float plays) in history)
            sums[artist] = sums.GetValueOrDefault(artist) + plays;
        return new Profile { Name = name, Artists = [.. sums.Keys], Plays = [.. sums.Values], Disliked = [.. (disliked ?? []).Distinct().Order()] };
    }

    /// <summary>Two histories as one: plays of an artist are added, the later date counts, and who the listener is stays as in the first.</summary>
    /// <remarks>Days are kept as they are, so the newest play of each history counts as now.</remarks>
    public static Profile Join(Profile first, Profile second)
    {
        Profile both = Of(first.Artists.Zip(first.Plays).Concat(second.Artists.Zip(second.Plays)), first.Disliked.Concat(second.Disliked), first.Name ?? second.Name);
        return both with
        {
            User = first.User,
            Unknown = [.. first.Unknown.Union(second.Unknown)],
            DaysSince = first.DaysSince is null && second.DaysSince is null ? null : [.. both.Artists.Select(a => Earlier(DaysOf(first, a), DaysOf(second, a)))],
        };
    }

    /// <summary>The history without some artists.</summary>
    public Profile Without(IReadOnlyCollection<int> removed)
    {
        int[] kept = [.. Enumerable.Range(0, Artists.Length).Where(k => !removed.Contains(Artists[k]))];
        return this with
        {
            Artists = [.. kept.Select(k => Artists[k])],
            Plays = [.. kept.Select(k => Plays[k])],
            DaysSince = DaysSince is { } days ? [.. kept.Select(k => days[k])] : null,
        };
    }

    private static float DaysOf(Profile profile, int artist) =>
        profile.DaysSince is { } days && Array.BinarySearch(profile.Artists, artist) is >= 0 and var k ? days[k] : float.NaN;

    private static float Earlier(float a, float b) => float.IsNaN(a) ? b : float.IsNaN(b) ? a : Math.Min(a, b);
}
