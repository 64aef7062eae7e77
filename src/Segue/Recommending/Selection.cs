using Segue.Catalogue;

namespace Segue.Recommending;

/// <summary>How many songs, and how varied.</summary>
internal sealed record SelectionOptions
{
    /// <summary>How many rows; <see cref="int.MaxValue"/> ranks every candidate, other versions of a song too.</summary>
    public int Count { get; init; } = 10;

    /// <summary>At most this many songs of any one artist.</summary>
    public int MaxPerArtist { get; init; } = 3;

    /// <summary>At most this many songs of any one genre; a song of several counts in each.</summary>
    public int MaxPerGenre { get; init; } = int.MaxValue;

    /// <summary>0 ranks by score alone; towards 1 a song must also differ from those above it.</summary>
    public double Diversity { get; init; }

    /// <summary>Every song in the order of the scores, one version of each.</summary>
    internal static readonly SelectionOptions AllSongs = new() { Count = int.MaxValue - 1, MaxPerArtist = int.MaxValue };
}

/// <summary>
/// From scored candidates to the rows of an answer: best first, one version of a song, a few songs an artist and a genre, and with
/// <see cref="SelectionOptions.Diversity"/> maximal marginal relevance (Carbonell and Goldstein 1998): the next row maximizes
/// (1 − d) · score − d · redundancy, redundancy being half the likeness to the likest row above and half the share of rows above that are of its
/// genre. Likeness alone spreads what neighbors do, not what the whole list does. Scores are not changed, only the order.
/// </summary>
internal static class Selection
{
    /// <param name="tracks">The catalogue.</param>
    /// <param name="candidates">Tracks, each once.</param>
    /// <param name="scores">The score of each candidate, 0..1.</param>
    /// <param name="likeness">How alike two tracks are, 0..1; asked only when diversity is wanted.</param>
    /// <param name="songOf">What tells songs apart; main artist and bare title where it is left out.</param>
    /// <returns>Positions in <paramref name="candidates"/>, first row first.</returns>
    public static List<int> Choose(Tracks tracks, ReadOnlySpan<int> candidates, ReadOnlySpan<double> scores, SelectionOptions options, Func<int, int, double> likeness,
        Func<int, (int Artist, string Title)>? songOf = null)
    {
        int[] order = Order(tracks, candidates, scores);
        Caps caps = new(tracks, options, songOf ?? (track => SongVersion.Of(tracks, track)));
        List<int> chosen = [];
        if (options.Diversity <= 0)
        {
            foreach (int c in order)
            {
                if (chosen.Count == options.Count)
                    break;
                if (caps.Take(candidates[c]))
                    chosen.Add(c);
            }

            return chosen;
        }

        return Varied(tracks, candidates, scores, options, likeness, order, caps);
    }

    /// <summary>
    /// Maximal marginal relevance over all candidates: a candidate's value is at most (1 − d) · its score, so that in the order of scores the rest
    /// need not be looked at once one is better than that. So a shorter answer is the beginning of a longer one.
    /// </summary>
    private static List<int> Varied(
        Tracks tracks, ReadOnlySpan<int> candidates, ReadOnlySpan<double> scores, SelectionOptions options, Func<int, int, double> likeness, int[] order, Caps caps)
    {
        List<int> chosen = [];
        bool[] taken = new bool[order.Length];
        double[] nearest = new double[order.Length];
        int[] compared = new int[order.Length], ofGenre = new int[tracks.GenreNames.Count];
        while (chosen.Count < options.Count)
        {
            int best = -1;
            double bestValue = double.NegativeInfinity;
            for (int i = 0; i < order.Length && (1 - options.Diversity) * scores[order[i]] > bestValue; i++)
            {
                int track = candidates[order[i]];
                if (taken[i] || !caps.Allows(track))
                    continue;
                for (; compared[i] < chosen.Count; compared[i]++)
                    nearest[i] = Math.Max(nearest[i], likeness(candidates[chosen[compared[i]]], track));
                double redundancy = (nearest[i] + MostOf(ofGenre, tracks.GenresOf[track]) / (double)Math.Max(1, chosen.Count)) / 2;
                double value = (1 - options.Diversity) * scores[order[i]] - options.Diversity * redundancy;
                if (value > bestValue)
                    (best, bestValue) = (i, value);
            }

            if (best < 0)
                break;
            taken[best] = true;
            chosen.Add(order[best]);
            caps.Take(candidates[order[best]]);
            foreach (int genre in tracks.GenresOf[candidates[order[best]]])
                ofGenre[genre]++;
        }

        return chosen;
    }

    private static int MostOf(int[] counts, ReadOnlySpan<int> members)
    {
        int most = 0;
        foreach (int m in members)
            most = Math.Max(most, counts[m]);
        return most;
    }

    /// <summary>By score; where scores are equal the better known version first, then the lower index.</summary>
    private static int[] Order(Tracks tracks, ReadOnlySpan<int> candidates, ReadOnlySpan<double> scores)
    {
        int[] order = [.. Enumerable.Range(0, candidates.Length)];
        int[] track = candidates.ToArray();
        double[] score = scores.ToArray();
        float[] popularity = [.. candidates.ToArray().Select(c => tracks.Feature(AudioFeature.Popularity)[c] is var p && float.IsNaN(p) ? -1 : p)];
        Array.Sort(order, (a, b) =>
        {
            int byScore = score[b].CompareTo(score[a]);
            int byPopularity = byScore != 0 ? byScore : popularity[b].CompareTo(popularity[a]);
            return byPopularity != 0 ? byPopularity : track[a].CompareTo(track[b]);
        });
        return order;
    }

    private sealed class Caps(Tracks tracks, SelectionOptions options, Func<int, (int Artist, string Title)> songOf)
    {
        private readonly HashSet<int> _songs = [];
        private readonly HashSet<(int Artist, string Title)> _versions = [];
        private readonly Dictionary<int, int> _ofArtist = [], _ofGenre = [];
        private readonly bool _all = options.Count == int.MaxValue;

        public bool Allows(int track)
        {
            if (_all)
                return true;
            if (_songs.Contains(tracks.SongOf[track]) || _versions.Contains(songOf(track)))
                return false;
            foreach (int artist in tracks.ArtistsOf[track])
            {
                if (_ofArtist.GetValueOrDefault(artist) >= options.MaxPerArtist)
                    return false;
            }

            foreach (int genre in tracks.GenresOf[track])
            {
                if (_ofGenre.GetValueOrDefault(genre) >= options.MaxPerGenre)
                    return false;
            }

            return true;
        }

        public bool Take(int track)
        {
            if (!Allows(track))
                return false;
            _songs.Add(tracks.SongOf[track]);
            _versions.Add(songOf(track));
            foreach (int artist in tracks.ArtistsOf[track])
                _ofArtist[artist] = _ofArtist.GetValueOrDefault(artist) + 1;
            foreach (int genre in tracks.GenresOf[track])
                _ofGenre[genre] = _ofGenre.GetValueOrDefault(genre) + 1;
            return true;
        }
    }
}
