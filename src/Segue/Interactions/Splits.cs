using Segue.Catalogue;

namespace Segue.Interactions;

/// <summary>Plays to learn from and plays held out, users × artists with the same indices on both sides. Immutable.</summary>
/// <param name="Kind">How it was made: "random 80/20", "leave-1-out", "leave-last-1-out", "temporal, from 2009-01-01 00:00 on", "files".</param>
internal sealed record Split(CsrMatrix Train, CsrMatrix Test, string Kind)
{
    public CsrMatrix Train { get; } = Train.Rows == Test.Rows && Train.Columns == Test.Columns
        ? Train
        : throw new ArgumentException($"The training part is {Train.Rows} × {Train.Columns}, but the test part {Test.Rows} × {Test.Columns}.", nameof(Train));
}

/// <summary>One listen with its time.</summary>
/// <param name="UnixSeconds">When, in seconds since 1970 (UTC).</param>
internal readonly record struct DatedPlay(int User, int Artist, long UnixSeconds, float Plays);

/// <summary>
/// Ways to hold plays out. All are decided by a hash of (seed, user, artist), so that the same data and seed give the same split on every machine,
/// and a cell's fate does not depend on the order in which files came.
/// </summary>
internal static class Splits
{
    /// <summary>Holds out a share of all interactions, drawn evenly; a listener may lose all or none of theirs.</summary>
    /// <param name="testShare">0..1, exactly this share of the cells up to rounding.</param>
    public static Split Random(CsrMatrix plays, double testShare = 0.2, int seed = 1)
    {
        if (!(testShare is > 0 and < 1))
            throw new SegueException($"the share to hold out is {testShare}, but must lie between 0 and 1");
        ulong[] keys = Keys(plays, seed);
        ulong[] sorted = [.. keys];
        Array.Sort(sorted);
        int held = (int)Math.Round(testShare * keys.Length);
        ulong limit = held == 0 ? 0 : sorted[held - 1];
        return Divide(plays, k => held > 0 && keys[k] <= limit, $"random {100 * (1 - testShare):0.##}/{100 * testShare:0.##}");
    }

    /// <summary>Holds out the same share of every listener's artists, rounded to the nearest whole number; nobody loses all of theirs.</summary>
    /// <param name="testShare">0..1.</param>
    public static Split OfEach(CsrMatrix plays, double testShare = 0.2, int seed = 1)
    {
        if (!(testShare is > 0 and < 1))
            throw new SegueException($"the share to hold out is {testShare}, but must lie between 0 and 1");
        ulong[] keys = Keys(plays, seed);
        bool[] test = new bool[keys.Length];
        for (int user = 0; user < plays.Rows; user++)
        {
            int length = plays.RowLength(user), held = Math.Min(length - 1, (int)Math.Round(testShare * length));
            foreach (int k in Enumerable.Range(plays.Starts.Span[user], length).OrderBy(k => keys[k]).Take(Math.Max(0, held)))
                test[k] = true;
        }

        return Divide(plays, k => test[k], $"{100 * testShare:0.##}% of each listener's artists held out");
    }

    /// <summary>Holds out <paramref name="count"/> artists of every listener who knows more than that.</summary>
    public static Split LeaveOut(CsrMatrix plays, int count = 1, int seed = 1)
    {
        if (count < 1)
            throw new SegueException($"{count} artists cannot be held out; expected 1 or more");
        ulong[] keys = Keys(plays, seed);
        bool[] test = new bool[keys.Length];
        ReadOnlySpan<int> starts = plays.Starts.Span;
        for (int user = 0; user < plays.Rows; user++)
        {
            int start = starts[user], length = plays.RowLength(user);
            if (length <= count)
                continue;
            foreach (int k in Enumerable.Range(start, length).OrderBy(k => keys[k]).Take(count))
                test[k] = true;
        }

        return Divide(plays, k => test[k], $"leave-{count}-out");
    }

    /// <summary>
    /// Holds out the <paramref name="count"/> artists that every listener who knows more than that came to last. Artists without a date count as
    /// known from the beginning; of artists first played in one minute a hash decides.
    /// </summary>
    /// <exception cref="SegueException">The plays have no dates.</exception>
    public static Split LeaveLastOut(Plays plays, int count = 1, int seed = 1)
    {
        if (count < 1)
            throw new SegueException($"{count} artists cannot be held out; expected 1 or more");
        int[] first = Dates(plays);
        ulong[] keys = Keys(plays.Counts, seed);
        bool[] test = new bool[keys.Length];
        ReadOnlySpan<int> starts = plays.Counts.Starts.Span;
        for (int user = 0; user < plays.Counts.Rows; user++)
        {
            int start = starts[user], length = plays.Counts.RowLength(user);
            if (length <= count)
                continue;
            IEnumerable<int> latest = Enumerable.Range(start, length).OrderByDescending(k => first[k]).ThenBy(k => keys[k]).Take(count);
            foreach (int k in latest.Where(k => first[k] >= 0))
                test[k] = true;
        }

        return Divide(plays.Counts, k => test[k], $"leave-last-{count}-out");
    }

    /// <summary>
    /// Holds out the artists that a listener played for the first time at or after a time, and learns from those known before. Of these all plays
    /// count, later ones too: plays keep when a pair began, and how often it was played in all.
    /// </summary>
    /// <exception cref="SegueException">The plays have no dates, or all of them lie on one side of the time.</exception>
    public static Split Temporal(Plays plays, DateTimeOffset cut)
    {
        int[] first = Dates(plays);
        int minute = (int)(cut.ToUnixTimeSeconds() / 60);
        Split split = Divide(plays.Counts, k => first[k] >= minute, FormattableString.Invariant($"temporal, from {cut:yyyy-MM-dd HH:mm} on"));
        if (split.Train.Nonzeros > 0 && split.Test.Nonzeros > 0)
            return split;
        DateTimeOffset At(int minutes) => DateTimeOffset.FromUnixTimeSeconds(minutes * 60L);
        throw new SegueException(FormattableString.Invariant($"no pair began {(split.Test.Nonzeros == 0 ? "after" : "before")} {cut:yyyy-MM-dd}; ")
            + FormattableString.Invariant($"they began from {At(first.Where(m => m >= 0).Min()):yyyy-MM-dd} to {At(first.Max()):yyyy-MM-dd}"));
    }

    /// <summary>The time from which on a share of the dated pairs began.</summary>
    /// <exception cref="SegueException">The plays have no dates.</exception>
    public static DateTimeOffset TimeBefore(Plays plays, double share)
    {
        int[] dated = [.. Dates(plays).Where(m => m >= 0).Order()];
        return DateTimeOffset.FromUnixTimeSeconds(dated[Math.Clamp((int)Math.Round((1 - share) * dated.Length), 0, dated.Length - 1)] * 60L);
    }

    private static int[] Dates(Plays plays) => plays.FirstPlayedMinutes.Span.ContainsAnyExceptInRange(int.MinValue, -1)
        ? plays.FirstPlayedMinutes.ToArray()
        : throw new SegueException("the plays have no dates, which this split needs: import a log with a line a play (listener, time, artist), "
            + "or take another split");

    /// <summary>
    /// Two sets of plays that somebody else divided, brought to common indices by outside id: users and artists of either. Cells that stand in both
    /// are kept in both, so that <c>LeakCheck</c> can see them.
    /// </summary>
    public static (Split Split, Plays All) OfFiles(Plays train, Plays test)
    {
        (TextColumn userIds, int[] trainUsers, int[] testUsers) = Union(train.UserIds, test.UserIds);
        (TextColumn artistIds, int[] trainArtists, int[] testArtists) = Union(train.Artists.Ids, test.Artists.Ids);
        string[] names = new string[artistIds.Count];
        for (int i = 0; i < test.Artists.Count; i++)
            names[testArtists[i]] = test.Artists.Names[i];
        for (int i = 0; i < train.Artists.Count; i++)
            names[trainArtists[i]] = train.Artists.Names[i];
        CsrMatrix a = Moved(train.Counts, trainUsers, trainArtists, userIds.Count, artistIds.Count);
        CsrMatrix b = Moved(test.Counts, testUsers, testArtists, userIds.Count, artistIds.Count);
        return (new Split(a, b, "files"), new Plays(userIds, new Artists(artistIds, TextColumn.From(names)), a));
    }

    /// <summary>The plays of at most so many listeners, drawn by a hash; where some are left out, artists whom none of the others plays drop out with them.</summary>
    public static CsrMatrix SomeListeners(CsrMatrix plays, int countMax, int seed)
    {
        if (plays.Rows <= countMax)
            return plays;
        int[] drawn = [.. Enumerable.Range(0, plays.Rows).OrderBy(u => Mix(Mix((ulong)(uint)seed + 0x9E3779B97F4A7C15) ^ (uint)u)).Take(countMax).Order()];
        int[] columns = new int[plays.Columns];
        foreach (int user in drawn)
        {
            foreach (int artist in plays.RowIndices(user))
                columns[artist] = 1;
        }

        int artists = 0;
        for (int artist = 0; artist < columns.Length; artist++)
            columns[artist] = columns[artist] == 1 ? artists++ : -1;
        int[] starts = new int[countMax + 1];
        List<int> indices = [];
        List<float> values = [];
        for (int u = 0; u < countMax; u++)
        {
            foreach (int artist in plays.RowIndices(drawn[u]))
                indices.Add(columns[artist]);
            values.AddRange(plays.RowValues(drawn[u]));
            starts[u + 1] = indices.Count;
        }

        return new CsrMatrix(countMax, artists, starts, indices.ToArray(), values.ToArray());
    }

    /// <summary>The cells of one matrix that do not stand in another.</summary>
    public static CsrMatrix Without(CsrMatrix plays, CsrMatrix other)
    {
        bool[] keep = new bool[plays.Nonzeros];
        ReadOnlySpan<int> starts = plays.Starts.Span;
        for (int user = 0; user < plays.Rows; user++)
        {
            ReadOnlySpan<int> known = other.RowIndices(user), row = plays.RowIndices(user);
            for (int k = 0; k < row.Length; k++)
                keep[starts[user] + k] = known.BinarySearch(row[k]) < 0;
        }

        return Part(plays, keep, true);
    }

    private static (TextColumn All, int[] First, int[] Second) Union(TextColumn first, TextColumn second)
    {
        Dictionary<string, int> rows = new(StringComparer.Ordinal);
        int[] a = new int[first.Count], b = new int[second.Count];
        for (int i = 0; i < a.Length; i++)
            a[i] = rows.TryGetValue(first[i], out int row) ? row : rows[first[i]] = rows.Count;
        for (int i = 0; i < b.Length; i++)
            b[i] = rows.TryGetValue(second[i], out int row) ? row : rows[second[i]] = rows.Count;
        return (TextColumn.From([.. rows.Keys]), a, b);
    }

    private static CsrMatrix Moved(CsrMatrix plays, int[] users, int[] artists, int rows, int columns)
    {
        int[] row = new int[plays.Nonzeros], column = new int[plays.Nonzeros];
        int k = 0;
        for (int user = 0; user < plays.Rows; user++)
        {
            foreach (int artist in plays.RowIndices(user))
                (row[k], column[k++]) = (users[user], artists[artist]);
        }

        return CsrMatrix.FromEntries(rows, columns, row, column, plays.Values.Span);
    }

    private static ulong[] Keys(CsrMatrix plays, int seed)
    {
        ulong[] keys = new ulong[plays.Nonzeros];
        int k = 0;
        for (int user = 0; user < plays.Rows; user++)
        {
            foreach (int artist in plays.RowIndices(user))
                keys[k++] = Mix(Mix((ulong)(uint)seed + 0x9E3779B97F4A7C15) ^ (((ulong)(uint)user << 32) | (uint)artist));
        }

        return keys;
    }

    /// <summary>splitmix64's finalizer: a bijection, so no two cells share a key.</summary>
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private static Split Divide(CsrMatrix plays, Func<int, bool> inTest, string kind)
    {
        bool[] test = new bool[plays.Nonzeros];
        for (int k = 0; k < test.Length; k++)
            test[k] = inTest(k);
        return new Split(Part(plays, test, false), Part(plays, test, true), kind);
    }

    private static CsrMatrix Part(CsrMatrix plays, bool[] flags, bool wanted)
    {
        int[] starts = new int[plays.Rows + 1];
        int count = flags.Count(f => f == wanted), at = 0;
        int[] indices = new int[count];
        float[] values = new float[count];
        ReadOnlySpan<int> from = plays.Starts.Span, artists = plays.Indices.Span;
        ReadOnlySpan<float> counts = plays.Values.Span;
        for (int user = 0; user < plays.Rows; user++)
        {
            for (int k = from[user]; k < from[user + 1]; k++)
            {
                if (flags[k] == wanted)
                    (indices[at], values[at++]) = (artists[k], counts[k]);
            }

            starts[user + 1] = at;
        }

        return new CsrMatrix(plays.Rows, plays.Columns, starts, indices, values);
    }
}
