using Segue.Interactions;

namespace Segue.Evaluation;

/// <summary>
/// A user of the community who may be the very listener that is tested. A model trained on them has seen the answers: their later plays. Whether two
/// histories are one person's is judged by the cosine of log(1 + plays) · log(users / users who play the artist), so that rare artists that both play
/// a lot weigh most.
/// </summary>
/// <param name="User">Dense index in the community's plays.</param>
/// <param name="Likeness">The cosine, 0..1.</param>
/// <param name="LaterLoves">How many of the loves to foretell this user plays.</param>
internal sealed record SameListener(int User, double Likeness, int LaterLoves)
{
    /// <summary>
    /// The same listener has a likeness of 0.5 or more, and stands out: kindred listeners come in crowds, so the fifth likest sets the scale. On 300
    /// listeners of Last.fm-2K a random half of a history is told to be the whole one's in all cases, a third in 88%; 1% of the others look like
    /// somebody else. To leave a kindred listener out of the training costs little, to leave the very one in gives all away.
    /// </summary>
    private const double LikenessMin = 0.5, StandsOut = 1.25;

    private const int Crowd = 5;

    /// <param name="community">Users × artists.</param>
    /// <param name="history">All that the listener ever played; artists that the community does not know are passed over.</param>
    /// <param name="loves">What is to be foretold (artists).</param>
    /// <returns>The likest first.</returns>
    public static IReadOnlyList<SameListener> Find(CsrMatrix community, IReadOnlyList<DatedPlay> history, IReadOnlySet<int> loves)
    {
        double[] rarity = [.. Evaluator.ListenersOf(community).Select(n => Math.Log(community.Rows / (double)Math.Max(1, n)))];
        double[] own = new double[community.Columns];
        foreach (DatedPlay play in history.Where(p => p.Artist < own.Length))
            own[play.Artist] += play.Plays;
        for (int artist = 0; artist < own.Length; artist++)
            own[artist] = Math.Log(1 + own[artist]) * rarity[artist];
        double ownLength = Math.Sqrt(own.Sum(x => x * x));

        SameListener[] all = new SameListener[community.Rows];
        for (int user = 0; user < community.Rows; user++)
        {
            double dot = 0, squares = 0;
            ReadOnlySpan<int> artists = community.RowIndices(user);
            for (int k = 0; k < artists.Length; k++)
            {
                double theirs = Math.Log(1 + community.RowValues(user)[k]) * rarity[artists[k]];
                (dot, squares) = (dot + theirs * own[artists[k]], squares + theirs * theirs);
            }

            all[user] = new SameListener(user, dot > 0 ? dot / (ownLength * Math.Sqrt(squares)) : 0, artists.ToArray().Count(loves.Contains));
        }

        SameListener[] likest = [.. all.OrderByDescending(f => f.Likeness).ThenBy(f => f.User)];
        double least = Math.Max(LikenessMin, StandsOut * (likest.ElementAtOrDefault(Crowd - 1)?.Likeness ?? 0));
        return [.. likest.TakeWhile(f => f.Likeness >= least)];
    }

    /// <summary>The community without these users: their rows are empty, everybody keeps their index.</summary>
    public static CsrMatrix LeaveOut(CsrMatrix community, IEnumerable<SameListener> listeners)
    {
        int[] users = [.. listeners.Select(l => l.User)];
        int[] row = [.. users.SelectMany(u => Enumerable.Repeat(u, community.RowLength(u)))];
        int[] column = [.. users.SelectMany(u => community.RowIndices(u).ToArray())];
        return Splits.Without(community, CsrMatrix.FromEntries(community.Rows, community.Columns, row, column, new float[row.Length]));
    }
}
