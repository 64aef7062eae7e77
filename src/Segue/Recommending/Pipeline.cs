using Segue.Catalogue;
using Segue.Factorization;
using Segue.Interactions;

namespace Segue.Recommending;

/// <summary>
/// The way through: candidates from both sides (<see cref="CandidateSources"/>), one score, a choice that is varied, and reasons.
/// <para>Each candidate has a few raw scores, each put on a percentile scale over the candidates, weighted, and added:
/// <code>score = (1 − p − d) (τ ((1 − r) taste + r recency) + (1 − τ) mood) + p popularity + d discovery</code>
/// τ is <see cref="PipelineOptions.Taste"/>, p and d come from <see cref="PipelineOptions.Popularity"/> and <see cref="PipelineOptions.Discovery"/>,
/// r is
/// <see cref="RecencyShare"/> where the history has dates, else 0. A row's parts are these summands, so they add up to its score.</para>
/// <para>Taste is the model's score of the song's artist; a song whose artists nobody plays inherits a share of the taste for the loved artist whose
/// song it is most like. Recency is the score the model would give if the listener had played nothing but what they played lately. Mood is the wish,
/// or the listener's own moods (<see cref="ListenerMood"/>), less likeness to what they dislike (<see cref="RepelledMood"/>). Discovery is how few
/// know the song, and how little the listener knows its artist. Artist names join plays and songs (<see cref="NameKey"/>).</para>
/// Immutable but for what it has looked up before; safe for many threads.
/// </summary>
internal sealed class Pipeline(IExplainedTaste als, Plays plays, SongIndex songs)
{
    /// <summary>
    /// Share of an artist's taste score that a song of an unknown artist near its songs inherits. A quarter puts a stranger that sounds like a loved
    /// artist among the middling recommendations: it needs the mood to come first.
    /// </summary>
    private const double InheritedTaste = 0.25;

    /// <summary>What was played lately has a fifth of the weight of taste. A guess: the public data sets with songs have no dates to find it
    /// by.</summary>
    private const double RecencyShare = 0.2;

    /// <summary>
    /// Weight of being little known at discovery 1: as much as all else together. It grows with the square of discovery: taste lies close together
    /// among its best, and in a straight line a quarter of discovery would already be nearly all of it.
    /// </summary>
    private const double DiscoveryWeight = 0.5;

    /// <summary>Nobody's answer without a wish is what is popular, so it should at least be varied.</summary>
    private const double DiversityForNobody = 0.4;

    private readonly SongJoin _join = new(plays, songs);
    private Candidates? _candidates;

    private UnaskedSongs Unasked => new(songs, _join);

    /// <param name="profile">The listener; may be empty, then popular songs are ranked by the wish, or chosen to differ where there is none.</param>
    /// <param name="wish">The mood; null for the listener's own moods.</param>
    /// <param name="options">How taste, mood, popularity and discovery are weighed.</param>
    /// <param name="filter">What may be recommended.</param>
    /// <param name="selection">How many, how varied.</param>
    /// <returns>Best first; fewer than wanted where filters leave fewer.</returns>
    /// <exception cref="SegueException">The profile does not fit the model, or a filter names what the catalogue does not have.</exception>
    public IReadOnlyList<SongRecommendation> Recommend(Profile profile, ISongMood? wish, PipelineOptions options, SongFilter filter, SelectionOptions selection)
    {
        Ranking ranking = Rank(profile, wish, options, filter, heard: profile.Artists);
        if (ranking.Listener is { IsKnown: false, Mood: null })
            selection = selection with { Diversity = Math.Max(selection.Diversity, DiversityForNobody) };
        SongLikeness likeness = new(songs);
        List<int> chosen = Selection.Choose(songs.Tracks, ranking.Tracks, [.. ranking.Parts.Select(p => p.Sum)], selection, likeness.Of, songs.SongOf);
        SongReasons reasons = new(als, plays, songs, _join, options);
        SongParts[]? without = WithoutDislikes(ranking, wish, options);
        return [.. chosen.Select((c, i) =>
        {
            (int track, SongParts parts) = (ranking.Tracks[c], ranking.Parts[c]);
            IReadOnlyList<Reason> why = reasons.Of(ranking.Listener, track, without is null ? null : parts - without[c]);
            return new SongRecommendation(i + 1, track, parts.Sum, parts, why) { Sources = ranking.Sources[c], Wish = wish?.Parts(track) ?? [] };
        })];
    }

    /// <summary>
    /// Why a song has its score and rank for a listener, and what both would be without each of the artists that speak most for it, without each
    /// dislike, and without the wish. Nothing is estimated: for each, the whole way is gone again with a listener who never played that artist; what
    /// they heard stays left out.
    /// </summary>
    /// <param name="count">How many artists to try without.</param>
    /// <exception cref="SegueException">The profile does not fit the model, or a filter names what the catalogue does not have.</exception>
    public TrackExplanation Explain(Profile profile, ISongMood? wish, PipelineOptions options, SongFilter filter, int track, int count = 5)
    {
        Ranking ranking = Rank(profile, wish, options, filter, profile.Artists, asked: track);
        int at = Array.BinarySearch(ranking.Tracks, track);
        SongReasons reasons = new(als, plays, songs, _join, options);
        SongParts[]? without = WithoutDislikes(ranking, wish, options);
        List<TrackCounterfactual> others = [];
        foreach (int artist in reasons.SpeakingFor(ranking.Listener, track, count))
            others.Add(Otherwise("artist", plays.Artists.Names[artist], profile.Without([artist]), wish));
        foreach (int artist in profile.Disliked)
            others.Add(Otherwise("dislike", plays.Artists.Names[artist], profile with { Disliked = [.. profile.Disliked.Where(d => d != artist)] }, wish));
        if (wish is not null)
            others.Add(Otherwise("mood", (wish as WishMood)?.Text ?? "the mood", profile, null));
        (int rank, int of) = RankOf(ranking, track);
        return new TrackExplanation(track, ranking.Parts[at].Sum, rank, of, LeftOut(profile, wish, options, filter, track), ranking.Parts[at],
            ranking.Sources[at], reasons.Of(ranking.Listener, track, without is null ? null : ranking.Parts[at] - without[at]), others);

        TrackCounterfactual Otherwise(string kind, string name, Profile other, ISongMood? mood)
        {
            Ranking then = Rank(other, mood, options, filter, profile.Artists, asked: track, forbidden: profile.Disliked);
            int place = Array.BinarySearch(then.Tracks, track);
            return new TrackCounterfactual(kind, name, then.Parts[place].Sum, RankOf(then, track).Rank);
        }
    }

    /// <summary>The moods that live in a listener: what their songs are judged by where there is no wish. Empty when no song of theirs is
    /// known.</summary>
    public IReadOnlyList<MoodCenter> Moods(Profile profile) => new ListenerView(als, songs, _join, profile, null).OwnMood?.Centers ?? [];

    /// <summary>The played artist of this name for an artist of the catalogue, or -1.</summary>
    public int PlayedArtist(int catalogueArtist) => _join.PlayedArtist(catalogueArtist);

    /// <summary>The songs of a played artist in the catalogue, one version each, the best known first; none where the names do not join.</summary>
    public IReadOnlyList<int> SongsOf(int playedArtist, int count = int.MaxValue) => [.. _join.BestKnown(playedArtist, count)];

    /// <summary>How many of the listener's artists, and of their plays, have songs in the catalogue.</summary>
    public (int Artists, double PlaysShare) Joined(Profile profile)
    {
        int joined = 0;
        double playsJoined = 0, playsAll = 0;
        for (int i = 0; i < profile.Artists.Length; i++)
        {
            bool has = _join.SongsOf(profile.Artists[i]).Length > 0;
            joined += has ? 1 : 0;
            playsJoined += has ? profile.Plays[i] : 0;
            playsAll += profile.Plays[i];
        }

        return (joined, playsAll > 0 ? playsJoined / playsAll : 0);
    }

    /// <summary>A listener's candidates, for <see cref="GroupRecommender"/>; parameters as in <see cref="Rank"/>.</summary>
    internal int[] Candidates(Profile profile, ISongMood? wish, PipelineOptions options, SongFilter filter, int[] heard, int[] forbidden) =>
        Find(new ListenerView(als, songs, _join, profile, wish), wish, options, filter, heard, forbidden).Tracks;

    /// <summary>What a listener makes of given tracks, whoever's candidates they are.</summary>
    internal Judgement Judge(int[] tracks, Profile profile, ISongMood? wish, PipelineOptions options)
    {
        ListenerView listener = new(als, songs, _join, profile, wish);
        SongReasons reasons = new(als, plays, songs, _join, options);
        return new Judgement(Score(tracks, listener, options), track => reasons.Of(listener, track, null));
    }

    /// <summary>All candidates with their parts.</summary>
    /// <param name="heard">Artists that are left out where the options exclude what was heard.</param>
    /// <param name="asked">A track that is a candidate whatever else holds; -1 for none.</param>
    /// <param name="forbidden">Artists to leave out; null for the disliked.</param>
    private Ranking Rank(Profile profile, ISongMood? wish, PipelineOptions options, SongFilter filter, int[] heard, int asked = -1, int[]? forbidden = null)
    {
        ListenerView listener = new(als, songs, _join, profile, wish);
        (int[] tracks, CandidateSources[] sources) = Find(listener, wish, options, filter, heard, forbidden ?? profile.Disliked, asked);
        return new Ranking(listener, tracks, sources, Score(tracks, listener, options));
    }

    private (int[] Tracks, CandidateSources[] Sources) Find(
        ListenerView listener, ISongMood? wish, PipelineOptions options, SongFilter filter, int[] heard, int[] forbidden, int asked = -1)
    {
        bool[] allowed = filter.Allowed(songs.Tracks);
        Forbid(forbidden, allowed);
        if (options.ExcludeHeard)
            Forbid(heard, allowed);
        for (int track = 0; wish is not null && track < allowed.Length; track++)
            allowed[track] &= !wish.Forbids(track);
        if (wish is null && Unasked.KeptFrom(listener.Profile) is { } kept)
        {
            for (int track = 0; track < allowed.Length; track++)
                allowed[track] &= !kept(track);
        }

        Candidates candidates = LazyInitializer.EnsureInitialized(ref _candidates, () => new Candidates(als, songs, _join));
        return candidates.For(listener, allowed, ownToo: !options.ExcludeHeard, asked);
    }

    /// <summary>What the same candidates would score if the listener disliked nobody; null where that is so.</summary>
    private SongParts[]? WithoutDislikes(Ranking ranking, ISongMood? wish, PipelineOptions options)
    {
        Profile profile = ranking.Listener.Profile;
        return profile.Disliked.Length == 0
            ? null
            : Score(ranking.Tracks, new ListenerView(als, songs, _join, profile with { Disliked = [] }, wish), options);
    }

    private SongParts[] Score(int[] tracks, ListenerView listener, PipelineOptions options)
    {
        double[] taste = PercentileScale.Of(TasteOf(tracks, listener, listener.Taste));
        double[] recency = listener.Recent is { } recent ? PercentileScale.Of(TasteOf(tracks, listener, recent)) : new double[tracks.Length];
        double[] mood = new double[tracks.Length];
        listener.Mood?.Score(tracks, mood);
        mood = listener.Mood is null ? mood : PercentileScale.Of(mood);
        if (listener is { HasWish: true, IsKnown: true })
            (taste, mood) = (Both(taste), Both(mood));
        double[] popular = [.. tracks.Select(t => (double)songs.Percentiles.Row((int)AudioFeature.Popularity)[t])];
        double[] popularity = PercentileScale.Of(popular);
        double[] discovery = options.Discovery > 0
            ? PercentileScale.Of([.. tracks.Select((t, c) => (1 - popular[c]) * (1 - Knows(listener, t)))])
            : new double[tracks.Length];

        double p = options.Popularity * (1 - options.Discovery), d = DiscoveryWeight * options.Discovery * options.Discovery;
        double r = listener.Recent is null ? 0 : RecencyShare, rest = 1 - p - d;
        double tau = listener.Mood is null ? 1 : options.TasteFor(listener.IsKnown, listener.HasWish);
        return [.. tracks.Select((_, c) => new SongParts(
            rest * tau * (1 - r) * taste[c], rest * (1 - tau) * mood[c], p * popularity[c], rest * tau * r * recency[c], d * discovery[c]))];
    }

    /// <summary>
    /// p (2 − p): what is missing weighs the more the more of it is missing, so that a song that is fairly to the taste and fairly meets the wish
    /// comes before one that has all of the one and nothing of the other: whoever loves metal means a party with it.
    /// </summary>
    private static double[] Both(double[] percentiles) => [.. percentiles.Select(p => p * (2 - p))];

    /// <summary>Raw taste of each candidate: its main artist's score, or inherited, or −∞ where nothing is known.</summary>
    private double[] TasteOf(int[] tracks, ListenerView listener, float[] tasteOf)
    {
        double[] taste = new double[tracks.Length];
        List<int> strangers = [];
        for (int c = 0; c < tracks.Length; c++)
        {
            taste[c] = _join.MainArtistOf(tracks[c]) is >= 0 and var artist ? tasteOf[artist] : double.NegativeInfinity;
            if (double.IsNegativeInfinity(taste[c]))
                strangers.Add(c);
        }

        if (listener.OwnMood is null || strangers.Count == 0)
            return taste;
        (int Song, double Likeness)[] nearest = listener.OwnMood.Nearest([.. strangers.Select(s => tracks[s])]);
        for (int s = 0; s < strangers.Count; s++)
            taste[strangers[s]] = InheritedTaste * nearest[s].Likeness * tasteOf[_join.MainArtistOf(nearest[s].Song)];
        return taste;
    }

    /// <summary>1-based place in the answer that leaves no song out, where a song has the place of its best version; and how long that answer
    /// is.</summary>
    private (int Rank, int Of) RankOf(Ranking ranking, int track)
    {
        List<int> answer = Selection.Choose(songs.Tracks, ranking.Tracks, [.. ranking.Parts.Select(p => p.Sum)], SelectionOptions.AllSongs, (_, _) => 0, songs.SongOf);
        return (answer.FindIndex(c => songs.SongOf(ranking.Tracks[c]) == songs.SongOf(track)) + 1, answer.Count);
    }

    private string? LeftOut(Profile profile, ISongMood? wish, PipelineOptions options, SongFilter filter, int track)
    {
        int[] artists = [.. _join.PlayedArtistsOf(track)];
        return artists.Intersect(profile.Disliked).Any() ? "the listener dislikes the artist"
            : options.ExcludeHeard && artists.Intersect(profile.Artists).Any() ? "the listener knows the artist"
            : !filter.Allowed(songs.Tracks)[track] ? "a filter leaves it out"
            : wish?.Forbids(track) == true ? "the wish rules it out"
            : wish is null && Unasked.KeptFrom(profile)?.Invoke(track) == true ? $"it is {Unasked.NameOf(track)}, which nobody asked for"
            : null;
    }

    private double Knows(ListenerView listener, int track) => _join.MainArtistOf(track) is >= 0 and var artist ? listener.Knows(artist) : 0;

    private void Forbid(IEnumerable<int> played, bool[] allowed)
    {
        foreach (int track in played.SelectMany(_join.SongsOf))
            allowed[track] = false;
    }

    /// <summary>The candidates of one request, in no order of merit.</summary>
    private sealed record Ranking(ListenerView Listener, int[] Tracks, CandidateSources[] Sources, SongParts[] Parts);
}
