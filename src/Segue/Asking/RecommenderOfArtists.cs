using Segue.Catalogue;
using Segue.Factorization;
using Segue.ModelFiles;
using Segue.Recommending;
using Profile = Segue.Interactions.Profile;

namespace Segue.Asking;

/// <content>Artists: for a listener, like an artist, and why.</content>
public sealed partial class Recommender
{
    private const int CounterfactualsMax = 5;

    /// <summary>Artists for a listener, each with the artists of the history that speak for it.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <exception cref="InvalidRequestException">The request cannot be asked.</exception>
    /// <exception cref="ModelNotFoundException">There is no taste model, or no database of songs although songs are filtered.</exception>
    /// <exception cref="UnknownNameException">A listener, artist or genre that is not there.</exception>
    /// <exception cref="SegueException">A history cannot be read, or a model is damaged.</exception>
    public ArtistAnswer RecommendArtists(ArtistRequest request, CancellationToken cancellationToken = default)
    {
        Check.ThrowIfAny(request.Validate());
        using Lease<LoadedModels> lease = Acquire();
        TasteModel taste = lease.Value.Taste;
        List<string> warnings = [];
        Profile profile = new ListenerProfile(Home, taste.Plays, warnings, cancellationToken).Of(request.For);
        cancellationToken.ThrowIfCancellationRequested();
        ArtistOptions options = new() { Count = request.Count, ExcludeHeard = request.ExcludeHeard, Allowed = Allowed(request, lease.Value) };
        IReadOnlyList<ArtistRecommendation> items = ArtistRecommender.Recommend(taste.Model, taste.Plays, profile, options);
        if (items.Count == 0)
            warnings.Add(WhyNone(request, lease.Value));
        return new ArtistAnswer(AskedFor.Of(request.For), new ModelVersions(Als: taste.Version), Rows(items, taste.Plays.Artists))
        {
            ArtistsHeard = profile.Artists.Length,
            Warnings = warnings,
        };
    }

    /// <summary>Artists played by the same people.</summary>
    /// <param name="request">What is asked.</param>
    /// <exception cref="InvalidRequestException">The request cannot be asked.</exception>
    /// <exception cref="ModelNotFoundException">There is no taste model.</exception>
    /// <exception cref="UnknownNameException">The artist is not there; the nearest are named.</exception>
    public ArtistAnswer SimilarArtists(SimilarArtistsRequest request)
    {
        Check.ThrowIfAny(request.Validate());
        using Lease<LoadedModels> lease = Acquire();
        TasteModel taste = lease.Value.Taste;
        Artists artists = taste.Plays.Artists;
        int artist = taste.Plays.MainOf(artists.Resolve(request.Artist));
        int others = taste.Plays.TwinCount; // Under other ids: they take places, and are left out.
        IReadOnlyList<AlsNeighbor> near = taste.Als.SimilarArtists(
            artist, Math.Min(request.Count + others, artists.Count - 1), new AlsSimilarityOptions(Centered: request.Niche));
        near = [.. near.Where(n => n.Index != artist && taste.Plays.MainOf(n.Index) == n.Index).Take(request.Count)];
        IReadOnlyList<ArtistRecommendation> items = [.. near.Select((n, i) => new ArtistRecommendation(i + 1, n.Index, n.Similarity, []))];
        return new ArtistAnswer(new AskedFor { Artist = artists.Names[artist] }, new ModelVersions(Als: taste.Version), Rows(items, artists));
    }

    /// <summary>Why an artist has its score for a listener: parts that add up, and what it would be without each.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <exception cref="InvalidRequestException">The request cannot be asked.</exception>
    /// <exception cref="ModelNotFoundException">There is no taste model.</exception>
    /// <exception cref="UnknownNameException">A listener or artist that is not there.</exception>
    /// <exception cref="SegueException">A history cannot be read, or the model is damaged.</exception>
    public ArtistExplanation ExplainArtist(ExplainArtistRequest request, CancellationToken cancellationToken = default)
    {
        Check.ThrowIfAny(request.Validate());
        using Lease<LoadedModels> lease = Acquire();
        TasteModel taste = lease.Value.Taste;
        Artists artists = taste.Plays.Artists;
        List<string> warnings = [];
        Profile profile = new ListenerProfile(Home, taste.Plays, warnings, cancellationToken).Of(request.For);
        int artist = taste.Plays.MainOf(artists.Resolve(request.Artist));
        AlsExplanation why = taste.Model.Explain(profile, artist);
        List<ArtistCounterfactual> without = [];
        foreach (AlsPart part in why.Parts.Where(p => p.Artist != artist).Take(CounterfactualsMax))
        {
            cancellationToken.ThrowIfCancellationRequested();
            AlsCounterfactual then = taste.Model.Without(profile, artist, part.Artist);
            without.Add(new ArtistCounterfactual(artists.Names[part.Artist], then.Score, then.Rank));
        }

        return new ArtistExplanation(
            AskedFor.Of(request.For),
            new ModelVersions(Als: taste.Version),
            artists.Ids[artist],
            artists.Names[artist],
            why.Score,
            taste.Model.Without(profile, artist).Rank,
            [.. why.Parts.Select(p => new ArtistPart(artists.Ids[p.Artist], artists.Names[p.Artist], p.Part, p.Confidence))],
            [.. why.Tags.Select(t => new TagShare(t.Tag, t.Part))],
            why.Friends.Of == 0 ? null : new FriendsShare(why.Friends.Playing, why.Friends.Of, why.Friends.Part),
            without)
        {
            IsHeard = Array.BinarySearch(profile.Artists, artist) >= 0,
            Unheard = artists.Count - profile.Artists.Length,
            Warnings = warnings,
        };
    }

    private static IReadOnlyList<ArtistRow> Rows(IReadOnlyList<ArtistRecommendation> items, Artists artists) =>
        [.. items.Select(i => new ArtistRow(i.Rank, artists.Ids[i.Artist], artists.Names[i.Artist], i.Score, i.Reasons))];

    /// <summary>Which artists may be named; null for all. An artist passes a filter of songs when one of their songs does.</summary>
    private static bool[]? Allowed(ArtistRequest request, LoadedModels models)
    {
        if (request.NotArtists.Length == 0 && !request.AsksOfSongs)
            return null;
        Artists artists = models.Taste.Plays.Artists;
        bool[] allowed = new bool[artists.Count];
        Array.Fill(allowed, !request.AsksOfSongs);
        if (request.AsksOfSongs)
        {
            Tracks tracks = models.Mood.Songs.Tracks;
            bool[] songs = FilterOf(request).Allowed(tracks);
            for (int a = 0; a < tracks.ArtistNames.Count; a++)
            {
                if (tracks.TracksOfArtist[a].ToArray().Any(t => songs[t]) && artists.ByName.Find(tracks.ArtistNames[a]) is >= 0 and var artist)
                    allowed[models.Taste.Plays.MainOf(artist)] = true;
            }
        }

        foreach (string name in request.NotArtists)
            allowed[models.Taste.Plays.MainOf(artists.Resolve(name))] = false;
        return allowed;
    }

    private static string WhyNone(ArtistRequest request, LoadedModels models) =>
        (request.AsksOfSongs ? FilterOf(request).WhyNone(models.Mood.Songs.Tracks) : null) is { } why
            ? $"no artist is left, as {why}"
            : "no artist is left: the listener has heard or dislikes all that pass the filters";

    private static SongFilter FilterOf(ArtistRequest request) => new()
    {
        Genres = request.Genres,
        NotGenres = request.NotGenres,
        AllowExplicit = request.Explicit,
        PopularityMin = request.PopularityMin,
        PopularityMax = request.PopularityMax,
    };
}
