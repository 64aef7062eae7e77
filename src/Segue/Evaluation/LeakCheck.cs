using Segue.Interactions;

namespace Segue.Evaluation;

/// <summary>Something that would let a model see its answers.</summary>
/// <param name="Kind">"held-out cell in training", "second account", or "trained on other plays".</param>
/// <param name="Count">How many cells or listeners.</param>
/// <param name="User">The user of the first of them (dense index), -1 where there is none.</param>
/// <param name="Artist">The artist of the first of them, likewise.</param>
/// <param name="Meaning">What it does to the figures.</param>
internal sealed record Leak(string Kind, int Count, int User, int Artist, string Meaning);

/// <summary>
/// Looks for answers in the training part: (1) cells that are both trained on and asked for; (2) two accounts of one person, one of which holds what
/// the other is asked for; (3) a model whose own counts of listeners are not the training part's, i.e. one that was trained on something else.
/// </summary>
internal static class LeakCheck
{
    /// <summary>
    /// Two accounts that share so much of ten artists or more are one person: a random 80/20 split leaves 0.8 of one history in another copy's
    /// training part. Last.fm-2K has two listeners whose whole history is in another's, and two who share 40 of 50 artists; few others come near.
    /// </summary>
    private const double SameShare = 0.6;

    private const int SameArtistsMin = 10, RarestArtists = 5, ListenersMax = 200;

    /// <param name="listenersOfModel">For each artist, the listeners that the model counted in its training; empty when it does not say.</param>
    public static IReadOnlyList<Leak> Find(Split split, ReadOnlySpan<int> listenersOfModel = default)
    {
        List<Leak> leaks = [];
        int cells = 0, firstUser = -1, firstArtist = -1;
        for (int user = 0; user < split.Train.Rows; user++)
        {
            ReadOnlySpan<int> known = split.Train.RowIndices(user);
            foreach (int artist in split.Test.RowIndices(user))
            {
                if (known.BinarySearch(artist) < 0)
                    continue;
                if (cells++ == 0)
                    (firstUser, firstArtist) = (user, artist);
            }
        }

        if (cells > 0)
            leaks.Add(new Leak("held-out cell in training", cells, firstUser, firstArtist, "these are not asked for: a listener is not recommended what they know"));
        if (SecondAccounts(split) is { Count: > 0 } twins)
            leaks.Add(new Leak("second account", twins.Count, twins[0], -1, "another listener's training part holds nearly all of theirs and what they are asked for"));
        if (!listenersOfModel.IsEmpty && FirstDifference(split.Train, listenersOfModel) is (>= 0 or -2) and var artistOf)
            leaks.Add(new Leak("trained on other plays", 1, -1, artistOf, "the model counts other listeners of this artist than the training part has"));
        return leaks;
    }

    /// <summary>Listeners whose training history lies almost whole in another's training history, together with at least half of what they are asked
    /// for.</summary>
    private static List<int> SecondAccounts(Split split)
    {
        List<int> found = [];
        CsrMatrix listeners = split.Train.Transpose();
        for (int user = 0; user < split.Train.Rows; user++)
        {
            ReadOnlySpan<int> known = split.Train.RowIndices(user), asked = split.Test.RowIndices(user);
            if (known.Length < SameArtistsMin || asked.IsEmpty)
                continue;
            // A twin knows most of these artists, so it is hardly ever missing from all of these short lists.
            int[] rarest = [.. known.ToArray().Where(a => listeners.RowLength(a) <= ListenersMax).OrderBy(a => listeners.RowLength(a)).Take(RarestArtists)];
            HashSet<int> candidates = [];
            foreach (int artist in rarest)
            {
                foreach (int other in listeners.RowIndices(artist))
                    candidates.Add(other);
            }

            candidates.Remove(user);
            foreach (int other in candidates)
            {
                ReadOnlySpan<int> theirs = split.Train.RowIndices(other);
                if (Overlap(known, theirs) >= SameShare * known.Length && 2 * Overlap(asked, theirs) >= asked.Length)
                {
                    found.Add(user);
                    break;
                }
            }
        }

        return found;
    }

    private static int Overlap(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        int count = 0;
        for (int i = 0, j = 0; i < a.Length && j < b.Length;)
        {
            if (a[i] == b[j])
                count++;
            (i, j) = a[i] == b[j] ? (i + 1, j + 1) : a[i] < b[j] ? (i + 1, j) : (i, j + 1);
        }

        return count;
    }

    /// <summary>The first artist whose listeners differ, -1 when none does, -2 when there are not as many artists.</summary>
    private static int FirstDifference(CsrMatrix train, ReadOnlySpan<int> listenersOfModel)
    {
        if (train.Columns != listenersOfModel.Length)
            return -2;
        int[] count = new int[train.Columns];
        foreach (int artist in train.Indices.Span)
            count[artist]++;
        return count.AsSpan().SequenceEqual(listenersOfModel) ? -1 : count.AsSpan().CommonPrefixLength(listenersOfModel);
    }
}
