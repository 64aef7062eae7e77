using System.Text.Json;
using Segue.Catalogue;
using Segue.Export;
using Segue.ModelFiles;
using Segue.Recommending;
using Segue.Recommending.Playlists;
using Profile = Segue.Interactions.Profile;

namespace Segue.Asking;

/// <content>Playlists: a ranking, a ranking arranged along a curve or to a length, a path from one song to another.</content>
public sealed partial class Recommender
{
    /// <summary>A sequence chooses among so many times the songs it needs, and at least so many.</summary>
    private const int PoolFactor = 8, PoolMin = 200;

    /// <summary>For estimating how many songs some minutes are; the median of the Spotify tracks is 213 s.</summary>
    private const double TypicalSeconds = 200;

    private const int ReasonsNoted = 3;

    /// <summary>Songs in an order to be played.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <exception cref="InvalidRequestException">The request cannot be asked.</exception>
    /// <exception cref="ModelNotFoundException">There is no database of songs, or no taste model although a listener asks.</exception>
    /// <exception cref="UnknownNameException">A listener, song, artist or genre that is not there; the nearest are named.</exception>
    /// <exception cref="SegueException">No song is left, nothing of the wish was understood, or a model is damaged.</exception>
    public PlaylistAnswer MakePlaylist(PlaylistRequest request, CancellationToken cancellationToken = default)
    {
        Check.ThrowIfAny(request.Validate());
        using Lease<LoadedModels> lease = Acquire();
        SongQuery query = new(request.Songs, lease.Value, Home, cancellationToken);
        Draft draft = request.IsPath ? PathOf(request, query) : RankingOf(request, query);
        Tracks tracks = query.Songs.Tracks;
        PlaylistTrack[] songs = [.. draft.Songs.Select(s => PlaylistTrack.Of(tracks, s.Track, query.Locations.GetValueOrDefault(s.Track, ""), s.Why))];
        Playlist playlist = new()
        {
            Title = request.Title ?? draft.Title,
            Annotation = draft.Annotation,
            Tracks = songs,
            Unresolved = draft.Unresolved,
            Graph = draft.Graph(tracks),
        };
        return new PlaylistAnswer(playlist.Title, playlist.Unresolved, playlist.Annotation, [.. songs.Select((song, i) => RowOf(song, draft.Songs[i], i))])
        {
            Playlist = playlist,
            Warnings = query.Warnings,
        };
    }

    private static PlaylistRow RowOf(PlaylistTrack song, DraftSong of, int place)
    {
        PlaylistRow row = new()
        {
            Rank = place + 1,
            TrackId = song.Id,
            Title = song.Title,
            Artists = song.Artists,
            Seconds = double.IsFinite(song.Seconds) ? Rounded.To6(song.Seconds) : null,
            Location = song.Location.Length > 0 ? song.Location : null,
            Why = of.Why,
        };
        foreach ((string name, double value) in of.Facts)
            row.Facts.Add(name, JsonSerializer.SerializeToElement(Rounded.To6(value), AnswerContext.Default.Double));
        return row;
    }

    private static Draft PathOf(PlaylistRequest request, SongQuery query)
    {
        Tracks tracks = query.Songs.Tracks;
        int from = tracks.Songs.Resolve(request.From!), to = tracks.Songs.Resolve(request.To!);
        SongPathOptions options = new() { Steps = request.Steps, MaxPerArtist = request.Songs.MaxPerArtist };
        IReadOnlyList<PathSong> path = SongPath.Find(query.Songs, from, to, options, query.Filter);
        double longest = path.Max(s => s.Step), mean = path.Skip(1).Average(s => s.Step);
        return new Draft(
            $"From {tracks.DisplayName(from)} to {tracks.DisplayName(to)}",
            $"{options.Steps} steps, the longest {longest / mean:0.0} times the mean.",
            [
                .. path.Select((song, i) => new DraftSong(
                    song.Track,
                    i == 0 ? "the start" : $"like the one before {song.Likeness:0%}",
                    [("step", song.Step), ("likeness", song.Likeness)])),
            ]);
    }

    private static Draft RankingOf(PlaylistRequest request, SongQuery query)
    {
        List<string> unresolved = [];
        int[] seeds = query.SeedsThatExist(unresolved);
        WishMood? wish = query.Wish(seeds);
        unresolved.AddRange(wish?.Wish.NotUnderstood ?? []);
        SequenceOptions? sequence = SequenceOf(request);
        SelectionOptions selection = sequence is null ? query.Selection : query.Selection with { Count = PoolOf(sequence) };
        (string title, IReadOnlyList<SongRecommendation> items) = request.Songs.For switch
        {
            not null => ForListener(query, wish, selection),
            null when wish is not null => (wish.Text, query.Meeting(wish, selection)),
            null => ($"Like {string.Join("; ", seeds.Select(query.Songs.Tracks.DisplayName))}", query.Like(seeds, selection)),
        };
        if (items.Count == 0)
            throw new SegueException($"no song is left for \"{title}\"; loosen the filters");
        string read = wish is null ? "" : $"Read as {wish.Wish}.";
        Draft draft = sequence is null ? new Draft(title, read, [.. items.Select(Ranked)]) : Arranged(query.Songs, title, read, items, sequence);
        return draft with { Unresolved = unresolved };
    }

    /// <summary>What curve, minutes and count ask of the order; null when the ranking is the order.</summary>
    private static SequenceOptions? SequenceOf(PlaylistRequest request) => !request.IsArranged ? null : new SequenceOptions
    {
        Count = request.Songs.Count,
        Seconds = request.Minutes * 60,
        Curve = request.Curve is string curve ? PlaylistCurve.Parse(curve) : null,
    };

    private static int PoolOf(SequenceOptions sequence) => Math.Max(PoolMin, PoolFactor * (int)(sequence.Seconds / TypicalSeconds ?? sequence.Count));

    private static (string Title, IReadOnlyList<SongRecommendation> Items) ForListener(
        SongQuery query, WishMood? wish, SelectionOptions selection)
    {
        Listener listener = query.Request.For!;
        string title = $"For {listener}{(wish is null ? "" : $": {wish.Text}")}";
        if (listener.IsGroup)
            return (title, [.. query.ForGroup(wish, selection).Answer.Rows.Select(r => r.Item)]);
        Profile profile = query.ProfileOf(listener);
        query.CancellationToken.ThrowIfCancellationRequested();
        return (title, query.Loaded.Pipeline.Recommend(profile, wish, query.Weights, query.Filter, selection));
    }

    private static DraftSong Ranked(SongRecommendation item) =>
        new(item.Track, string.Join("; ", item.Reasons.Take(ReasonsNoted).Select(r => r.ToString())), [("score", item.Score)]);

    private static Draft Arranged(SongIndex songs, string title, string read, IReadOnlyList<SongRecommendation> items, SequenceOptions options)
    {
        Sequence sequence = PlaylistSequence.Arrange(songs, items, options);
        AudioFeature drawn = options.Curve?.Feature ?? AudioFeature.Energy;
        float[] values = songs.Tracks.Feature(drawn).ToArray();
        string curve = options.Curve is null ? "" : $"The curve: {options.Curve}.";
        string length = $"{TimeSpan.FromSeconds(sequence.Seconds):h\\:mm\\:ss} in all";
        string missed = sequence.IsMet ? "."
            : options.Seconds is double all ? $", not the {TimeSpan.FromSeconds(all):h\\:mm\\:ss} that were asked for: the filters leave too few songs."
            : $", and {sequence.Songs.Count} songs instead of {options.Count}: the filters leave no more.";
        string about = string.Join(' ', new[] { read, curve, length + missed }.Where(t => t.Length > 0));
        return new Draft(title, about,
        [
            .. sequence.Songs.Select(s => Ranked(s.Item) with
            {
                Facts = [("score", s.Item.Score), (drawn.ToString().ToLowerInvariant(), values[s.Item.Track]), ("target", s.Target)],
            }),
        ])
        {
            Drawn = drawn,
            Targets = options.Curve is null ? [] : [.. sequence.Songs.Select(s => s.Target)],
        };
    }

    /// <summary>A playlist before its songs have names.</summary>
    private sealed record Draft(string Title, string Annotation, IReadOnlyList<DraftSong> Songs)
    {
        public IReadOnlyList<string> Unresolved { get; init; } = [];

        /// <summary>The feature that moves, and what was asked of it in each place (NaN: nothing).</summary>
        public AudioFeature Drawn { get; init; } = AudioFeature.Energy;

        public IReadOnlyList<double> Targets { get; init; } = [];

        /// <summary>The feature that moves, or the energy, over these songs.</summary>
        public PlaylistGraph Graph(Tracks tracks)
        {
            float[] values = tracks.Feature(Drawn).ToArray();
            return new PlaylistGraph(Drawn.ToString().ToLowerInvariant(), [.. Songs.Select(s => (double)values[s.Track])], Targets);
        }
    }

    private sealed record DraftSong(int Track, string Why, IReadOnlyList<(string Name, double Value)> Facts);
}
