using Segue.Catalogue;
using Segue.ModelFiles;
using Segue.Recommending;
using Profile = Segue.Interactions.Profile;

namespace Segue.Asking;

/// <content>Songs: for a listener or several, for a wish, like songs, and why.</content>
public sealed partial class Recommender
{
    /// <summary>Songs: for a listener, for a wish, like other songs, or all of these together; one ranking that explains every row.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <exception cref="InvalidRequestException">The request cannot be asked.</exception>
    /// <exception cref="ModelNotFoundException">There is no database of songs, or no taste model although a listener asks.</exception>
    /// <exception cref="UnknownNameException">A listener, song, artist or genre that is not there; the nearest are named.</exception>
    /// <exception cref="SegueException">Nothing of the wish was understood, a history cannot be read, or a model is damaged.</exception>
    public SongAnswer RecommendSongs(SongRequest request, CancellationToken cancellationToken = default)
    {
        Check.ThrowIfAny(request.Validate());
        using Lease<LoadedModels> lease = Acquire();
        SongQuery query = new(request, lease.Value, Home, cancellationToken);
        return request.For switch
        {
            null => Search(query),
            { IsGroup: true } => ForGroup(query),
            _ => ForListener(query),
        };
    }

    /// <summary>Why a song has its score and place for a listener, and what both would be without each of the artists that speak most for
    /// it.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <exception cref="InvalidRequestException">The request cannot be asked.</exception>
    /// <exception cref="ModelNotFoundException">There is no taste model or no database of songs.</exception>
    /// <exception cref="UnknownNameException">A listener, song or artist that is not there; the nearest are named.</exception>
    /// <exception cref="SegueException">Nothing of the wish was understood, a history cannot be read, or a model is damaged.</exception>
    public SongExplanation ExplainSong(ExplainSongRequest request, CancellationToken cancellationToken = default)
    {
        Check.ThrowIfAny(request.Validate());
        using Lease<LoadedModels> lease = Acquire();
        SongQuery query = new(request.Asked, lease.Value, Home, cancellationToken);
        Tracks tracks = query.Songs.Tracks;
        Profile profile = query.ProfileOf(request.Asked.For!);
        WishMood? wish = query.Wish();
        cancellationToken.ThrowIfCancellationRequested();
        TrackExplanation why = lease.Value.Pipeline.Explain(
            profile, wish, query.Weights, query.Filter, tracks.Songs.Resolve(request.Song), request.Count);
        SongRecommendation item = new(why.Rank, why.Track, why.Score, why.Parts, why.Reasons) { Sources = why.Sources };
        return new SongExplanation(
            RowsOf.Song(item, query.Songs),
            query.For(wish),
            query.Models(withTaste: true),
            why.Of,
            why.LeftOut,
            [.. why.Counterfactuals.Select(c => new SongCounterfactual(c.Without, c.Name, c.Score, c.Rank))])
        {
            Reading = wish is null ? null : WishReading.Of(wish),
            Warnings = query.Warnings,
        };
    }

    /// <summary>Without a listener: songs that meet the wish, or are like all of the songs named.</summary>
    private static SongAnswer Search(SongQuery query)
    {
        Tracks tracks = query.Songs.Tracks;
        int[] seeds = query.Seeds();
        WishMood? wish = query.Wish(seeds);
        IReadOnlyList<SongRecommendation> items = wish is null ? query.Like(seeds) : query.Meeting(wish);
        query.ExplainIfEmpty(items.Count);
        return new SongAnswer(
            wish is null ? new AskedFor { Songs = [.. seeds.Select(s => RowsOf.Name(s, tracks))] } : new AskedFor { Mood = wish.Text },
            query.Models(withTaste: false),
            [.. items.Select(i => RowsOf.Song(i, query.Songs))])
        {
            Reading = wish is null ? null : WishReading.Of(wish),
            Warnings = query.Warnings,
        };
    }

    private static SongAnswer ForListener(SongQuery query)
    {
        WishMood? wish = query.Wish(query.Seeds());
        Profile profile = query.ProfileOf(query.Request.For!);
        query.CancellationToken.ThrowIfCancellationRequested();
        Pipeline pipeline = query.Loaded.Pipeline;
        IReadOnlyList<SongRecommendation> items = pipeline.Recommend(profile, wish, query.Weights, query.Filter, query.Selection);
        query.ExplainIfEmpty(items.Count);
        (int joined, double share) = pipeline.Joined(profile);
        bool judgedByOwnMoods = (wish is null || wish.OnlyRulesOut) && profile.Artists.Length > 0;
        return new SongAnswer(query.For(wish), query.Models(withTaste: true), [.. items.Select(i => RowsOf.Song(i, query.Songs))])
        {
            Reading = wish is null ? null : WishReading.Of(wish),
            Moods = judgedByOwnMoods ? MoodsOf(pipeline.Moods(profile), query.Songs.Tracks) : null,
            Joined = new JoinedArtists(joined, profile.Artists.Length, share),
            Warnings = query.Warnings,
        };
    }

    private static SongAnswer ForGroup(SongQuery query)
    {
        WishMood? wish = query.Wish(query.Seeds());
        (IReadOnlyList<string> names, GroupAnswer answer) = query.ForGroup(wish, query.Selection);
        query.ExplainIfEmpty(answer.Rows.Count);
        return new SongAnswer(query.For(wish), query.Models(withTaste: true), [.. answer.Rows.Select(r => RowsOf.Group(r, names, query.Songs))])
        {
            Reading = wish is null ? null : WishReading.Of(wish),
            Listeners =
            [
                .. names.Select((name, l) => new ServedListener(name, answer.Satisfaction[l], answer.Rows.Count(r => r.For.Contains(l)))),
            ],
            Warnings = query.Warnings,
        };
    }

    private static IReadOnlyList<OwnMood> MoodsOf(IReadOnlyList<MoodCenter> moods, Tracks tracks) =>
    [
        .. moods.OrderByDescending(m => m.Share).Select(m => new OwnMood(
            m.Share, m.Feel, tracks.DisplayName(m.Song), tracks.Ids[m.Song], [.. m.Songs.Select(tracks.DisplayName)])),
    ];
}
