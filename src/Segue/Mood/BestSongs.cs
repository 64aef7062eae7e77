namespace Segue.Mood;

/// <summary>The best of many scores, each song once.</summary>
internal static class BestSongs
{
    /// <summary>At most <paramref name="count"/> tracks by falling score, equal ones by index; −∞ and NaN stay out.</summary>
    public static IReadOnlyList<(int Track, float Score)> Of(ReadOnlySpan<float> scores, ReadOnlySpan<int> songOf, int count, Func<int, bool>? allowed)
    {
        if (count <= 0)
            return [];
        return count <= 1000 ? Few(scores, songOf, count, allowed) : Many(scores, songOf, count, allowed);
    }

    // A short sorted list: nearly every track fails the first comparison, so that the pass costs what reading the scores costs.
    private static List<(int Track, float Score)> Few(ReadOnlySpan<float> scores, ReadOnlySpan<int> songOf, int count, Func<int, bool>? allowed)
    {
        List<(int Track, float Score)> best = new(count + 1);
        float least = float.NegativeInfinity;
        for (int i = 0; i < scores.Length; i++)
        {
            float score = scores[i];
            if (!(score > least) || allowed is not null && !allowed(i))
                continue;
            int song = songOf[i], other = -1;
            for (int j = 0; other < 0 && j < best.Count; j++)
                other = songOf[best[j].Track] == song ? j : -1;
            if (other >= 0 && best[other].Score >= score)
                continue;
            if (other >= 0)
                best.RemoveAt(other);
            int at = best.Count;
            while (at > 0 && best[at - 1].Score < score)
                at--;
            best.Insert(at, (i, score));
            if (best.Count > count)
                best.RemoveAt(count);
            least = best.Count == count ? best[^1].Score : float.NegativeInfinity;
        }

        return best;
    }

    private static List<(int Track, float Score)> Many(ReadOnlySpan<float> scores, ReadOnlySpan<int> songOf, int count, Func<int, bool>? allowed)
    {
        List<(int Track, float Score)> all = [];
        for (int i = 0; i < scores.Length; i++)
        {
            if (scores[i] > float.NegativeInfinity && (allowed is null || allowed(i)))
                all.Add((i, scores[i]));
        }

        all.Sort((a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Track.CompareTo(b.Track));
        HashSet<int> songs = [];
        List<(int Track, float Score)> best = [];
        foreach ((int track, float score) in all)
        {
            if (best.Count < count && songs.Add(songOf[track]))
                best.Add((track, score));
        }

        return best;
    }
}
