namespace Segue.Interactions;

/// <summary>
/// One listener's history as the model sees it: artists (dense indices, ascending, each once) with how often they were played, and artists
/// they do not want. Models take any, whether they were trained on this listener or not.
/// </summary>
public sealed record Profile
{
    /// <summary>What the listener is called in answers: a user id, a file name, or null for someone made of --like.</summary>
    public string? Name { get; init; }

    /// <summary>Dense index of the user of the plays that this is, with whatever was added to their history; -1 for anybody else. Friends are found by it.</summary>
    public int User { get; init; } = -1;

    public required int[] Artists { get; init; }

    /// <summary>Plays of each of <see cref="Artists"/>; positive and finite.</summary>
    public required float[] Plays { get; init; }

    /// <summary>Artists the listener dislikes: confident zeros, never recommended.</summary>
    public int[] Disliked { get; init; } = [];

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
}
