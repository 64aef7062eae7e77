using Segue.Catalogue;
using Segue.Mood;
using Segue.Recommending;
using Profile = Segue.Interactions.Profile;

namespace Segue.Asking;

/// <summary>A <see cref="SongRequest"/> with one set of models: its names resolved to what the rooms below understand, each once.</summary>
/// <param name="Request">What is asked; already checked.</param>
/// <param name="Loaded">The models.</param>
/// <param name="Home">Where profiles are kept.</param>
/// <param name="CancellationToken">Ends the work between its steps.</param>
internal sealed record SongQuery(SongRequest Request, LoadedModels Loaded, string Home, CancellationToken CancellationToken)
{
    private SongListMatch? _own;
    private SongFilter? _filter;

    public SongIndex Songs => Loaded.Mood.Songs;

    /// <summary>What a person should know of the answer; grows as names are resolved.</summary>
    public List<string> Warnings { get; } = [];

    public PipelineOptions Weights => new() { Taste = Request.Taste, Discovery = Request.Discovery, ExcludeHeard = Request.ExcludeHeard };

    public SelectionOptions Selection => new()
    {
        Count = Request.Count,
        MaxPerArtist = Request.MaxPerArtist,
        MaxPerGenre = Request.MaxPerGenre ?? int.MaxValue,
        Diversity = Request.Diversity,
    };

    public SongFilter Filter => _filter ??= new SongFilter
    {
        Genres = Request.Genres,
        NotGenres = Request.NotGenres,
        NotArtists = Request.NotArtists,
        AllowExplicit = Request.Explicit,
        PopularityMin = Request.PopularityMin,
        PopularityMax = Request.PopularityMax,
        Tempo = Request.Tempo is string tempo ? TempoRange.Parse(tempo) : null,
        Years = YearsAsked,
        Among = Own?.Tracks,
    };

    private (YearRange, ReadOnlyMemory<short>)? YearsAsked => Request.Years is not string years ? null
        : Songs.SongYears is { IsEmpty: false } known ? (YearRange.Parse(years), known)
        : throw new SegueException($"no song of the catalogue has a year, so that none can be from {years}; import tracks from a table with a column "
            + "'year' or 'release_date'");

    /// <summary>Where songs of the request's own list lie; empty without one.</summary>
    public IReadOnlyDictionary<int, string> Locations => Own?.Locations ?? new Dictionary<int, string>();

    private SongListMatch? Own
    {
        get
        {
            if (_own is null && Request.Among is { } list)
            {
                _own = SongListMatch.Find(list, Songs.Tracks);
                if (_own.Note is string note)
                    Warnings.Add(note);
            }

            return _own;
        }
    }

    public AskedFor For(WishMood? wish) => AskedFor.Of(Request.For!) with { Mood = wish?.Text };

    public ModelVersions Models(bool withTaste) => new(withTaste ? Loaded.Taste.Version : null, Loaded.Mood.Version);

    public Profile ProfileOf(Listener listener) =>
        new ListenerProfile(Home, Loaded.Taste.Plays, Warnings, CancellationToken).Of(listener, Request.AsksForMood || Request.NamesSongs);

    /// <summary>An answer without rows says why it has none.</summary>
    public void ExplainIfEmpty(int rows)
    {
        if (rows > 0)
            return;
        Warnings.Add(Filter.WhyNone(Songs.Tracks)
            ?? "no song is left: all that pass the filters are by artists that the listener has heard or dislikes, or are the songs that were named");
    }

    /// <summary>The songs to be like, each once.</summary>
    /// <exception cref="UnknownNameException">One is not there.</exception>
    public int[] Seeds() =>
    [
        .. Request.Songs.Select(Songs.Tracks.Songs.Resolve).Concat(Request.SongIds.Select(id => TrackId.Resolve(Songs.Tracks, id))).Distinct(),
    ];

    /// <summary>The songs to be like that are there; the others are told, unless none is there.</summary>
    public int[] SeedsThatExist(List<string> unresolved)
    {
        List<int> found = [];
        UnknownNameException? problem = null;
        foreach (string song in Request.Songs)
        {
            try
            {
                found.Add(Songs.Tracks.Songs.Resolve(song));
            }
            catch (UnknownNameException e)
            {
                problem ??= e;
                unresolved.Add(song);
            }
        }

        return found.Count > 0 || problem is null ? [.. found.Distinct()] : throw problem;
    }

    /// <summary>
    /// The mood that is asked for: words, targets, shifts, what to be like and unlike; null where none is. Songs named beside a wish, or for a
    /// listener, are what it is relative to.
    /// </summary>
    /// <exception cref="SegueException">Nothing in the wish was understood, or a name is not in the catalogue.</exception>
    public WishMood? Wish(params IReadOnlyList<int> seeds)
    {
        if (!Request.AsksForMood && (Request.For is null || seeds.Count == 0))
            return null;
        Tracks tracks = Songs.Tracks;
        string text = Request.Mood ?? "";
        FeatureTarget[] targets = [.. Request.Targets.Select(FeatureTarget.Parse)];
        FeatureShift[] shifts = [.. Request.Shifts.Select(FeatureShift.Parse)];
        WishReference[] named =
        [
            .. Mood.Wish.FromTracks(tracks, seeds).References,
            .. Request.MoreLike.Select(name => WishReference.Resolve(tracks, name, Use.Resemble)),
            .. Request.LessLike.Select(name => WishReference.Resolve(tracks, name, Use.Avoid)),
        ];
        IEnumerable<string> near = named.Where(n => n.Use == Use.Resemble).Select(n => n.Name), far = named.Where(n => n.Use == Use.Avoid).Select(n => n.Name);
        if (near.Intersect(far).FirstOrDefault() is string both)
            throw new InvalidRequestException([new RequestFault("lessLike", $"names '{both}', which the answers shall be like; name it once", "another name")]);
        string asked = string.Join(", ", named.Select(n => n.ToString()).Append(text).Concat(targets.Select(t => t.ToString()))
            .Concat(shifts.Select(s => s.ToString())).Where(t => t.Length > 0));
        Wish wish = Loaded.WishReader.Read(text, named).With(targets).With(shifts) with { Text = asked };
        WishMood mood = new(Songs, wish);
        return wish.IsEmpty ? throw new SegueException(string.Join("; ", mood.Verdict().Messages)) : mood;
    }

    /// <summary>Songs like all of these.</summary>
    public IReadOnlyList<SongRecommendation> Like(int[] seeds, SelectionOptions? selection = null) =>
        SongRecommender.Recommend(Songs, new SongsMood(Songs, seeds, toAll: true), Filter, selection ?? Selection, seeds);

    /// <summary>Songs that meet a wish.</summary>
    public IReadOnlyList<SongRecommendation> Meeting(WishMood wish, SelectionOptions? selection = null) =>
        SongRecommender.Recommend(Songs, wish, Filter, selection ?? Selection, wish.Seeds);

    /// <summary>Songs for a group, and what its listeners are called in the answer.</summary>
    public (IReadOnlyList<string> Names, GroupAnswer Answer) ForGroup(WishMood? wish, SelectionOptions selection)
    {
        IReadOnlyList<Listener> members = Request.For!.Members;
        // Each as somebody from outside the training: their dislikes are not in it, and one rule holds for users and histories.
        Profile[] profiles = [.. members.Select(m => Profile.Join(ProfileOf(m), Profile.Of([])))];
        CancellationToken.ThrowIfCancellationRequested();
        return ([.. members.Select(m => m.ShortName)],
            GroupRecommender.Recommend(Loaded.Pipeline, Songs, profiles, wish, Weights, Filter, selection));
    }
}
