using Segue.Catalogue;
using Segue.Factorization;
using Segue.Interactions;

namespace Segue.Recommending;

/// <summary>How the two sides are weighed.</summary>
public sealed record PipelineOptions
{
    /// <summary>0 listens to the mood alone, 1 to taste alone.</summary>
    public double Taste { get; init; } = 0.5;

    /// <summary>Weight of popularity beside the two. A tenth: between songs that fit alike, the known one; never more than that.</summary>
    public double Popularity { get; init; } = 0.1;

    /// <summary>Leave out songs of artists the listener has heard.</summary>
    public bool ExcludeHeard { get; init; } = true;

    /// <summary>How many artists of the history a row names as its reasons.</summary>
    public int ReasonsMax { get; init; } = 2;
}

/// <summary>
/// The way through: a listener's artists → the artists that taste adds → their songs → songs near them in mood → one ranking.
/// Each candidate has three raw scores, each put on a percentile scale over the candidates, weighted, and added:
/// score = (1 − p)(τ · taste + (1 − τ) · mood) + p · popularity. The parts of a row are these summands.
/// Artist names join the two worlds (<see cref="NameKey"/>); a song whose artists the plays do not know inherits a share of the taste for the
/// artist whose song it is near.
/// </summary>
public sealed class Pipeline(IExplainedTaste als, Plays plays, SongIndex songs)
{
    /// <summary>Artists taken from taste's ranking, songs of each, and songs of heard artists that stand for the listener's own mood.</summary>
    private const int ArtistsMax = 200, SongsPerArtist = 12, HeardArtistsMax = 30, MoodSeeds = 24;

    /// <summary>How many songs the mood adds by itself.</summary>
    private const int MoodCandidates = 500;

    /// <summary>
    /// Share of an artist's taste score that a song of an unknown artist near its songs inherits. A quarter puts a stranger that sounds like a loved
    /// artist among the middling recommendations: it needs the mood to come first.
    /// </summary>
    private const double InheritedTaste = 0.25;

    private readonly Dictionary<int, int> _playedArtist = [];
    private readonly Lock _joining = new();

    /// <param name="profile">The listener; may be empty.</param>
    /// <param name="wish">The mood; null for the listener's own, which is that of the songs of the artists they play most.</param>
    public IReadOnlyList<SongRecommendation> Recommend(Profile profile, ISongMood? wish, PipelineOptions options, SongFilter filter, SelectionOptions selection)
    {
        Tracks tracks = songs.Tracks;
        float[] tasteOf = ArtistRecommender.Score(als, profile);
        bool[] allowed = filter.Allowed(tracks);
        ExcludeArtists(profile.Disliked, allowed);
        if (options.ExcludeHeard)
            ExcludeArtists(profile.Artists, allowed);

        int[] own = OwnSongs(profile);
        ISongMood? mood = wish ?? (own.Length > 0 ? new SongsMood(songs, own, toAll: false) : null);
        HashSet<int> found = [];
        foreach (int artist in BestArtists(profile, tasteOf, options.ExcludeHeard))
            found.UnionWith(BestKnown(artist, SongsPerArtist, allowed));
        found.UnionWith(mood?.Best(MoodCandidates, allowed) ?? MostPopular(allowed));
        int[] candidates = [.. found.Order()];

        double[] moods = new double[candidates.Length];
        mood?.Score(candidates, moods);
        SongParts[] parts = Parts(candidates, TasteOf(candidates, own, tasteOf), moods, options, hasMood: mood is not null);
        SongLikeness likeness = new(songs);
        List<int> chosen = Selection.Choose(tracks, candidates, [.. parts.Select(p => p.Sum)], selection, likeness.Of);
        return [.. chosen.Select((c, i) => new SongRecommendation(i + 1, candidates[c], parts[c].Sum, parts[c], Reasons(profile, candidates[c], mood, options)))];
    }

    /// <summary>The played artist of this name for an artist of the catalogue, or -1.</summary>
    public int PlayedArtist(int catalogueArtist)
    {
        lock (_joining)
        {
            if (!_playedArtist.TryGetValue(catalogueArtist, out int played))
                _playedArtist.Add(catalogueArtist, played = plays.Artists.ByName.Find(songs.Tracks.ArtistNames[catalogueArtist]));
            return played;
        }
    }

    /// <summary>How many of the listener's artists, and of their plays, have songs in the catalogue.</summary>
    public (int Artists, double PlaysShare) Joined(Profile profile)
    {
        int joined = 0;
        double playsJoined = 0, playsAll = 0;
        for (int i = 0; i < profile.Artists.Length; i++)
        {
            bool has = SongsOf(profile.Artists[i]).Any();
            joined += has ? 1 : 0;
            playsJoined += has ? profile.Plays[i] : 0;
            playsAll += profile.Plays[i];
        }

        return (joined, playsAll > 0 ? playsJoined / playsAll : 0);
    }

    private SongParts[] Parts(int[] candidates, double[] taste, double[] moods, PipelineOptions options, bool hasMood)
    {
        double[] tasteScale = PercentileScale.Of(taste);
        double[] moodScale = hasMood ? PercentileScale.Of(moods) : new double[candidates.Length];
        double[] popularity = [.. candidates.Select(c => (double)songs.Percentiles.Row((int)AudioFeature.Popularity)[c])];
        double[] popularityScale = PercentileScale.Of(popularity);
        double share = 1 - options.Popularity, weight = hasMood ? options.Taste : 1;
        return [.. candidates.Select((_, c) => new SongParts(
            share * weight * tasteScale[c], share * (1 - weight) * moodScale[c], options.Popularity * popularityScale[c]))];
    }

    /// <summary>Raw taste of each candidate: the best of its artists' scores, or inherited, or −∞ where nothing is known.</summary>
    private double[] TasteOf(int[] candidates, int[] own, float[] tasteOf)
    {
        double[] taste = new double[candidates.Length];
        List<int> strangers = [];
        for (int c = 0; c < candidates.Length; c++)
        {
            taste[c] = double.NegativeInfinity;
            foreach (int artist in songs.Tracks.ArtistsOf[candidates[c]])
            {
                if (PlayedArtist(artist) is >= 0 and var played)
                    taste[c] = Math.Max(taste[c], tasteOf[played]);
            }

            if (double.IsNegativeInfinity(taste[c]))
                strangers.Add(c);
        }

        if (own.Length == 0 || strangers.Count == 0)
            return taste;
        double[] likeness = new double[strangers.Count];
        int[] nearest = new int[strangers.Count];
        new SongLikeness(songs).ToSeeds(own, [.. strangers.Select(s => candidates[s])], toAll: false, likeness, nearest);
        for (int s = 0; s < strangers.Count; s++)
        {
            double seed = songs.Tracks.ArtistsOf[nearest[s]].ToArray().Select(PlayedArtist).Where(a => a >= 0).Select(a => (double)tasteOf[a]).DefaultIfEmpty(0).Max();
            taste[strangers[s]] = InheritedTaste * likeness[s] * seed;
        }

        return taste;
    }

    private List<Reason> Reasons(Profile profile, int track, ISongMood? mood, PipelineOptions options)
    {
        List<Reason> reasons = [];
        int artist = songs.Tracks.ArtistsOf[track].ToArray().Select(PlayedArtist).FirstOrDefault(a => a >= 0, -1);
        if (artist >= 0 && Array.BinarySearch(profile.Artists, artist) >= 0)
            reasons.Add(new Reason(Reason.YouPlay, Artist: plays.Artists.Names[artist]));
        else if (artist >= 0 && profile.Artists.Length > 0)
            reasons.AddRange(ArtistRecommender.Reasons(als, plays, profile, artist, options.ReasonsMax));
        if (mood is not null)
            reasons.AddRange(mood.Reasons(track));
        if (reasons.Count == 0)
            reasons.Add(new Reason(Reason.Popular));
        return reasons;
    }

    /// <summary>The best known songs of the artists the listener plays most: what their own mood is read from.</summary>
    private int[] OwnSongs(Profile profile)
    {
        int[] byPlays = [.. profile.Artists.Zip(profile.Plays).OrderByDescending(a => a.Second).ThenBy(a => a.First).Select(a => a.First)];
        bool[] all = new bool[songs.Tracks.Count];
        Array.Fill(all, true);
        int[][] songsOf = [.. byPlays.Select(a => BestKnown(a, 3, all).ToArray()).Where(s => s.Length > 0).Take(HeardArtistsMax)];
        // The first song of each artist, then the second of each: many artists rather than one in depth.
        return [.. Enumerable.Range(0, 3).SelectMany(k => songsOf.Where(s => s.Length > k).Select(s => s[k])).Distinct().Take(MoodSeeds)];
    }

    private IEnumerable<int> BestArtists(Profile profile, float[] tasteOf, bool excludeHeard)
    {
        HashSet<int> excluded = [.. profile.Disliked];
        if (excludeHeard)
            excluded.UnionWith(profile.Artists);
        int[] order = [.. Enumerable.Range(0, tasteOf.Length).Where(a => !excluded.Contains(a))];
        Array.Sort(order, (a, b) => tasteOf[a] != tasteOf[b] ? tasteOf[b].CompareTo(tasteOf[a]) : a.CompareTo(b));
        // Artists without songs here cost nothing: look on until enough have some.
        return order.Where(a => SongsOf(a).Any()).Take(ArtistsMax);
    }

    private IEnumerable<int> BestKnown(int playedArtist, int count, bool[] allowed)
    {
        int[] own = [.. SongsOf(playedArtist).Where(t => allowed[t])];
        float[] popularity = [.. own.Select(t => songs.Percentiles.Row((int)AudioFeature.Popularity)[t])];
        return own.Zip(popularity).OrderByDescending(t => float.IsNaN(t.Second) ? -1 : t.Second).ThenBy(t => t.First).Select(t => t.First)
            .DistinctBy(t => songs.Tracks.SongOf[t]).Take(count);
    }

    private IEnumerable<int> SongsOf(int playedArtist) =>
        songs.Tracks.ByArtistName.FindAll(plays.Artists.Names[playedArtist]).SelectMany(a => songs.Tracks.TracksOfArtist[a].ToArray());

    private IEnumerable<int> MostPopular(bool[] allowed)
    {
        float[] popularity = songs.Percentiles.Row((int)AudioFeature.Popularity).ToArray();
        return Enumerable.Range(0, allowed.Length).Where(t => allowed[t]).OrderByDescending(t => float.IsNaN(popularity[t]) ? -1 : popularity[t]).Take(MoodCandidates);
    }

    private void ExcludeArtists(IEnumerable<int> played, bool[] allowed)
    {
        foreach (int track in played.SelectMany(SongsOf))
            allowed[track] = false;
    }
}
