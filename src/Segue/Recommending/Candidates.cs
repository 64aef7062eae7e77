using System.Collections.Concurrent;
using Segue.Catalogue;
using Segue.Factorization;
using Segue.Interactions;

namespace Segue.Recommending;

/// <summary>
/// The songs that may answer a listener, each with the ways that led to it. A way is a name (<see cref="CandidateSources"/>) and some songs; a new
/// one is one more line in <see cref="For"/>. Candidates do not depend on how the sides are weighed, so that a weight moves songs up and down, never
/// in and out.
/// </summary>
internal sealed class Candidates(IExplainedTaste taste, SongIndex songs, SongJoin join)
{
    /// <summary>Artists taken from taste's ranking, the listener's own artists, and songs of each.</summary>
    private const int TasteArtistsMax = 200, OwnArtistsMax = 60, SongsPerArtist = 12;

    /// <summary>Of so many best-loved artists, so many similar ones, so many songs. An artist of one listener is similar by accident.</summary>
    private const int LovedArtists = 5, SimilarEach = 20, SongsPerSimilar = 6, SimilarListenersMin = 3;

    /// <summary>
    /// Neighbors of so many loved songs, so many each: a flat index reads all of its vectors for each of them.
    /// </summary>
    private const int SeedsAsked = 3, NeighborsEach = 100;

    private const int MoodSongs = 500, PopularSongs = 60, PopularSongsAlone = 500;

    /// <summary>Answers that do not depend on who asks are kept, up to so many: the songs and artists that people love most are the same.</summary>
    private const int KeptMax = 20_000;

    private readonly ConcurrentDictionary<int, int[]> _neighbors = [], _similar = [];
    private readonly AlsModel? _factors = taste as AlsModel ?? (taste as SideInformed)?.Als;
    private readonly Lazy<int[]> _byPopularity = new(() => ByPopularity(songs));

    /// <param name="listener">Who asks, with what taste and mood say of them.</param>
    /// <param name="allowed">One a track: false is never a candidate.</param>
    /// <param name="ownToo">Songs of artists the listener knows are wanted.</param>
    /// <param name="asked">A track that is a candidate even where it is not allowed; -1 for none.</param>
    /// <returns>Tracks, ascending, and their sources.</returns>
    public (int[] Tracks, CandidateSources[] Sources) For(ListenerView listener, bool[] allowed, bool ownToo, int asked = -1)
    {
        (CandidateSources Source, IEnumerable<int> Songs)[] ways =
        [
            (CandidateSources.Taste, BestArtists(listener, ownToo).SelectMany(a => join.BestKnown(a, SongsPerArtist, allowed))),
            (CandidateSources.Own, ownToo ? listener.ByLove.Take(OwnArtistsMax).SelectMany(a => join.BestKnown(a, SongsPerArtist, allowed)) : []),
            (CandidateSources.Neighbor, Seeds(listener).SelectMany(Neighbors)),
            (CandidateSources.Mood, listener.Mood?.Best(MoodSongs, allowed) ?? []),
            (CandidateSources.SimilarArtist, listener.ByLove.Take(LovedArtists).SelectMany(Similar).SelectMany(a => join.BestKnown(a, SongsPerSimilar, allowed))),
            (CandidateSources.Popular, _byPopularity.Value.Where(t => allowed[t]).Take(listener.IsKnown ? PopularSongs : PopularSongsAlone)),
        ];
        SortedDictionary<int, CandidateSources> found = [];
        foreach ((CandidateSources source, IEnumerable<int> way) in ways)
        {
            foreach (int track in way)
            {
                if (allowed[track] && (!listener.HasWish || listener.Mood!.IsMetBy(track)))
                    found[track] = found.GetValueOrDefault(track) | source;
            }
        }

        if (asked >= 0)
            found[asked] = found.GetValueOrDefault(asked) | CandidateSources.Asked;
        return ([.. found.Keys], [.. found.Values]);
    }

    /// <summary>The artists that taste ranks highest and that have songs here; those without cost nothing.</summary>
    private IEnumerable<int> BestArtists(ListenerView listener, bool ownToo)
    {
        float[] keys = [.. listener.Taste];
        foreach (int artist in ownToo ? listener.Profile.Disliked : listener.Profile.Artists.Concat(listener.Profile.Disliked))
            keys[artist] = float.NegativeInfinity;
        int[] order = [.. Enumerable.Range(0, keys.Length)];
        for (int i = 0; i < keys.Length; i++)
            keys[i] = -keys[i];
        Array.Sort(keys, order);
        return order.TakeWhile((_, i) => !float.IsPositiveInfinity(keys[i])).Where(a => join.SongsOf(a).Length > 0).Take(TasteArtistsMax);
    }

    private static IEnumerable<int> Seeds(ListenerView listener) => listener.OwnMood?.Centers.OrderByDescending(c => c.Share).Select(c => c.Song).Take(SeedsAsked) ?? [];

    private int[] Neighbors(int song) => Kept(_neighbors, song, s => [.. songs.Neighbors(s, NeighborsEach)]);

    private int[] Similar(int artist) => Kept(_similar, artist, a =>
        [.. _factors?.SimilarArtists(a, SimilarEach, new AlsSimilarityOptions(ListenersMin: SimilarListenersMin)).Select(n => n.Index) ?? []]);

    private static int[] Kept(ConcurrentDictionary<int, int[]> kept, int key, Func<int, int[]> find)
    {
        if (kept.Count >= KeptMax)
            kept.Clear();
        return kept.GetOrAdd(key, find);
    }

    private static int[] ByPopularity(SongIndex songs)
    {
        float[] keys = [.. songs.Percentiles.Row((int)AudioFeature.Popularity)];
        int[] order = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort(order, (a, b) => keys[a] != keys[b] ? keys[b].CompareTo(keys[a]) : a.CompareTo(b));
        return order;
    }
}

/// <summary>A listener as one request sees them: what taste says of every artist, what they love, and their moods.</summary>
internal sealed class ListenerView
{
    /// <summary>Loved artists whose songs stand for the listener's own mood, and songs of each.</summary>
    private const int MoodArtistsMax = 20, MoodSongsPerArtist = 3, VersionsLookedAt = 8;

    /// <summary>Songs of each disliked artist to keep away from.</summary>
    private const int DislikedSongs = 12;

    /// <summary>
    /// Played lately is what was played in the last 60 days of the history; where that is all of it, it says nothing beyond taste. A guess.
    /// </summary>
    private const float LatelyDays = 60;

    public ListenerView(IExplainedTaste model, SongIndex songs, SongJoin join, Profile profile, ISongMood? wish)
    {
        foreach (int artist in profile.Artists.Concat(profile.Disliked))
        {
            if ((uint)artist >= (uint)model.ArtistCount)
                throw new SegueException($"a profile has artist {artist}, but the model knows {model.ArtistCount}; was it made for another model?");
        }

        Profile = profile;
        Taste = TasteByNames.Of(ArtistRecommender.Score(model, profile), model, songs, join, profile);
        Lately = LatelyOf(profile);
        Recent = Lately is null ? null : TasteByNames.Of(ArtistRecommender.Score(model, Lately), model, songs, join, Lately);
        ByLove = [.. profile.Artists.Zip(profile.Plays).OrderByDescending(a => a.Second).ThenBy(a => a.First).Select(a => a.First).Except(profile.Disliked)];
        (int Track, double Weight)[] loved = [.. LovedSongs(songs, join)];
        OwnMood = loved.Length > 0 ? new ListenerMood(songs, loved) : null;
        bool isNarrowed = wish is { OnlyRulesOut: true } && OwnMood is not null;
        HasWish = wish is not null && !isNarrowed;
        ISongMood? mood = isNarrowed ? new NarrowedMood(OwnMood!, wish!) : wish ?? OwnMood;
        int[] away = [.. profile.Disliked.SelectMany(a => join.BestKnown(a, DislikedSongs))];
        Mood = away.Length == 0 ? mood : new RepelledMood(mood, songs, away);
    }

    public Profile Profile { get; }

    /// <summary>Whether anything is known that they like.</summary>
    public bool IsKnown => Profile.Artists.Length > 0;

    /// <summary>Whether the mood is a wish, not their own or that narrowed by one.</summary>
    public bool HasWish { get; }

    /// <summary>The taste for each artist of the plays.</summary>
    public float[] Taste { get; }

    /// <summary>The part of the history that was played lately; null where there are no dates, or nothing else.</summary>
    public Profile? Lately { get; }

    /// <summary>What the taste would be if the listener had played nothing else.</summary>
    public float[]? Recent { get; }

    /// <summary>The listener's artists, most played first.</summary>
    public int[] ByLove { get; }

    /// <summary>The listener's own moods; null where no song of theirs is known.</summary>
    public ListenerMood? OwnMood { get; }

    /// <summary>What songs are judged by: the wish or the own moods, and away from what is disliked; null for nothing.</summary>
    public ISongMood? Mood { get; }

    /// <summary>How well the listener knows an artist, 0..1: the rank by plays in the history; 0 for artists they never played.</summary>
    public double Knows(int artist) => Array.IndexOf(ByLove, artist) is >= 0 and var place ? 1 - (double)place / ByLove.Length : 0;

    /// <summary>Best known songs of the artists played most. Weights fall with the artist's rank, from 1 to 1/2: plays span decades, love does
    /// not.</summary>
    private IEnumerable<(int Track, double Weight)> LovedSongs(SongIndex songs, SongJoin join)
    {
        string BareTitle(int track) => SongTitle.Bare(songs.Tracks.Titles[track]);
        HashSet<int> taken = [];
        int[] artists = [.. ByLove.Where(a => join.SongsOf(a).Length > 0).Take(MoodArtistsMax)];
        for (int place = 0; place < artists.Length; place++)
        {
            int[] best = [.. join.BestKnown(artists[place], VersionsLookedAt).DistinctBy(BareTitle).Where(taken.Add).Take(MoodSongsPerArtist)];
            foreach (int track in best)
                yield return (track, (1 - 0.5 * place / artists.Length) / best.Length);
        }
    }

    private static Profile? LatelyOf(Profile profile)
    {
        if (profile.DaysSince is not { } days)
            return null;
        int[] earlier = [.. profile.Artists.Where((_, k) => !(days[k] <= LatelyDays))];
        return earlier.Length == 0 || earlier.Length == profile.Artists.Length ? null : profile.Without(earlier) with { InTraining = false };
    }
}
