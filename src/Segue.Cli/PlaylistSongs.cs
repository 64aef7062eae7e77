using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Catalogue;
using Segue.Cli.Commands;
using Segue.Interactions;
using Segue.Recommending;
using Segue.Recommending.Playlists;

namespace Segue.Cli;

/// <summary>One song of a playlist, and what is told of it.</summary>
/// <param name="Track">Dense index of the track.</param>
/// <param name="Note">Why it is here.</param>
internal sealed record PlaylistRow(int Track, string Note)
{
    /// <summary>What this way to ask knows of the song besides, by the name it has in JSON.</summary>
    public IReadOnlyDictionary<string, JsonNode> Facts { get; init; } = new Dictionary<string, JsonNode>();
}

/// <summary>The songs of a playlist in their order, whichever way they were asked for.</summary>
internal sealed record PlaylistSongs(string Title, string Annotation, IReadOnlyList<PlaylistRow> Rows)
{
    public static readonly Option<string[]> Song = new("--song")
    {
        Description = "Songs like this one (repeatable)",
        HelpName = "\"TITLE - ARTIST\"",
        DefaultValueFactory = _ => [],
    };

    public static readonly Option<string?> From = new("--from") { Description = "A path of songs that starts with this one", HelpName = "\"TITLE - ARTIST\"" };

    public static readonly Option<string?> To = new("--to") { Description = "And ends with this one", HelpName = "\"TITLE - ARTIST\"" };

    public static readonly Option<int> Steps = new Option<int>("--steps")
    {
        Description = "In so many steps",
        HelpName = "N",
        DefaultValueFactory = _ => new SongPathOptions().Steps,
    }.AtLeast(1);

    public static readonly Option<string?> Curve = new("--curve")
    {
        Description = $"The energy, or another feature, moves over the list: {string.Join(", ", PlaylistCurve.Shapes)}, or such as valence=fall",
        HelpName = "[FEATURE=]SHAPE",
    };

    public static readonly Option<double> Minutes = new Option<double>("--minutes")
    {
        Description = "So long in all, within half a minute, instead of -n songs",
        HelpName = "N",
    }.Between(1, 12 * 60);

    public static readonly Option[] Options = [Song, From, To, Steps, Curve, Minutes];

    private const int StepsMax = 200, SequenceMax = 1000;

    /// <summary>A sequence chooses among so many times the songs it needs, and at least so many.</summary>
    private const int PoolFactor = 8, PoolMin = 200;

    /// <summary>For estimating how many songs some minutes are; the median of the Spotify tracks is 213 s.</summary>
    private const double TypicalSeconds = 200;

    /// <summary>What was asked for and is not there, as the user wrote it.</summary>
    public IReadOnlyList<string> Unresolved { get; init; } = [];

    /// <summary>The feature that moves, and what was asked of it in each place (NaN: nothing).</summary>
    public AudioFeature Drawn { get; init; } = AudioFeature.Energy;

    public IReadOnlyList<double> Targets { get; init; } = [];

    /// <exception cref="WrongUsageException">The options say nothing, or too much.</exception>
    public static PlaylistSongs Ask(Session session, MoodModel model)
    {
        if (!session.Has(From) && !session.Has(To) && !session.Has(Steps))
            return Recommend(session, model);
        if (!session.Has(From) || !session.Has(To))
            throw new WrongUsageException("a path has two ends: say both --from and --to");
        if (ListenerOptions.AnyIn(session) || MoodOptions.AnyIn(session) || new Option[] { Song, FilterOptions.Count, Curve, Minutes }.Any(session.Has))
            throw new WrongUsageException("a path is between --from and --to in --steps; leave out the listener, the mood, --song, -n, --curve and --minutes");
        return session.Get(Steps) <= StepsMax ? Path(session, model) : throw new WrongUsageException($"--steps is at most {StepsMax}, not {session.Get(Steps)}");
    }

    /// <summary>The feature that moves, or the energy, over these songs.</summary>
    public PlaylistGraph Graph(Tracks tracks)
    {
        float[] values = tracks.Feature(Drawn).ToArray();
        return new PlaylistGraph(Drawn.ToString().ToLowerInvariant(), [.. Rows.Select(r => (double)values[r.Track])], Targets);
    }

    private static PlaylistSongs Path(Session session, MoodModel model)
    {
        Tracks tracks = model.Songs.Tracks;
        int from = SongNames.Resolve(tracks, session.Get(From)!), to = SongNames.Resolve(tracks, session.Get(To)!);
        SongPathOptions options = new() { Steps = session.Get(Steps), MaxPerArtist = session.Get(FilterOptions.MaxPerArtist) };
        IReadOnlyList<PathSong> path = SongPath.Find(model.Songs, from, to, options, FilterOptions.Filter(session, tracks));
        double longest = path.Max(s => s.Step), mean = path.Skip(1).Average(s => s.Step);
        return new PlaylistSongs(
            $"From {tracks.DisplayName(from)} to {tracks.DisplayName(to)}",
            $"{options.Steps} steps, the longest {longest / mean:0.0} times the mean.",
            [.. path.Select((song, i) => new PlaylistRow(song.Track, i == 0 ? "the start" : $"like the one before {song.Likeness:0%}")
            {
                Facts = new Dictionary<string, JsonNode> { ["step"] = JsonShapes.Round(song.Step), ["likeness"] = JsonShapes.Round(song.Likeness) },
            })]);
    }

    private static PlaylistSongs Recommend(Session session, MoodModel model)
    {
        Tracks tracks = model.Songs.Tracks;
        List<string> unresolved = [];
        int[] seeds = [.. Seeds(tracks, session.Get(Song), unresolved).Distinct()];
        bool listener = ListenerOptions.AnyIn(session);
        WishMood? wish = MoodOptions.AnyIn(session) || listener && seeds.Length > 0
            ? MoodOptions.Read(session, model, session.Get(MoodOptions.Mood) ?? "", seeds)
            : null;
        unresolved.AddRange(wish?.Wish.NotUnderstood ?? []);
        SongFilter filter = FilterOptions.Filter(session, tracks);
        SequenceOptions? sequence = SequenceOf(session);
        SelectionOptions selection = FilterOptions.Selection(session);
        if (sequence is not null)
            selection = selection with { Count = PoolOf(sequence) };
        (string title, IReadOnlyList<SongRecommendation> items) = (listener, wish) switch
        {
            (true, _) => ForListener(session, model, wish, filter, selection),
            (_, not null) => (wish.Text, SongRecommender.Recommend(model.Songs, wish, filter, selection, wish.Seeds)),
            _ when seeds.Length > 0 => ($"Like {string.Join("; ", seeds.Select(tracks.DisplayName))}",
                SongRecommender.Recommend(model.Songs, new SongsMood(model.Songs, seeds, toAll: true), filter, selection, seeds)),
            _ => throw new WrongUsageException(
                "say what the playlist is for: a listener (--user, --history, --like), --mood, --target, --more-like or --song; or --from and --to"),
        };
        if (items.Count == 0)
            throw new SegueException($"no song is left for \"{title}\"; loosen the filters");
        string read = wish is null ? "" : $"Read as {wish.Wish}.";
        PlaylistSongs ranked = sequence is null
            ? new PlaylistSongs(title, read, [.. items.Select(ToRow)])
            : Arrange(model.Songs, title, read, items, sequence);
        return ranked with { Unresolved = unresolved };
    }

    /// <summary>What --curve, --minutes and -n ask of the order; null when the ranking is the order.</summary>
    private static SequenceOptions? SequenceOf(Session session)
    {
        if (session.Has(Minutes) && session.Has(FilterOptions.Count))
            throw new WrongUsageException("say how long with --minutes, or how many songs with -n, not both");
        if (!session.Has(Curve) && !session.Has(Minutes))
            return null;
        return new SequenceOptions
        {
            Count = FilterOptions.CountOf(session) is var count && count <= SequenceMax
                ? count
                : throw new WrongUsageException($"a curve is drawn by at most {SequenceMax:N0} songs; say -n"),
            Seconds = session.Has(Minutes) ? session.Get(Minutes) * 60 : null,
            Curve = session.Get(Curve) is string curve ? PlaylistCurve.Parse(curve) : null,
        };
    }

    private static int PoolOf(SequenceOptions sequence) =>
        Math.Max(PoolMin, PoolFactor * (int)(sequence.Seconds / TypicalSeconds ?? sequence.Count));

    private static PlaylistSongs Arrange(SongIndex songs, string title, string read, IReadOnlyList<SongRecommendation> items, SequenceOptions options)
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
        return new PlaylistSongs(title, about, [.. sequence.Songs.Select(s => ToRow(s.Item) with
        {
            Facts = new Dictionary<string, JsonNode>
            {
                ["score"] = JsonShapes.Round(s.Item.Score),
                [drawn.ToString().ToLowerInvariant()] = JsonShapes.Round(values[s.Item.Track]),
                ["target"] = JsonShapes.Round(s.Target),
            },
        })])
        {
            Drawn = drawn,
            Targets = options.Curve is null ? [] : [.. sequence.Songs.Select(s => s.Target)],
        };
    }

    private static PlaylistRow ToRow(SongRecommendation item) => new(item.Track, string.Join("; ", item.Reasons.Take(3).Select(r => r.ToString())))
    {
        Facts = new Dictionary<string, JsonNode> { ["score"] = JsonShapes.Round(item.Score) },
    };

    private static (string Title, IReadOnlyList<SongRecommendation> Items) ForListener(
        Session session, MoodModel model, WishMood? wish, SongFilter filter, SelectionOptions selection)
    {
        TasteModel taste = TasteModel.Load(session.Home).With(model.Songs);
        PipelineOptions options = RecommendCommand.OptionsOf(session);
        if (ListenerOptions.IsGroup(session))
        {
            (IReadOnlyList<string> names, GroupAnswer answer) = GroupAnswers.Recommend(session, taste, model, wish, options, selection);
            return ($"For {string.Join(" and ", names)}{(wish is null ? "" : $": {wish.Text}")}", [.. answer.Rows.Select(r => r.Item)]);
        }

        Profile profile = ListenerOptions.Profile(session, taste.Plays);
        string title = $"For {ListenerOptions.Describe(session)}{(wish is null ? "" : $": {wish.Text}")}";
        return (title, new Pipeline(taste.Model, taste.Plays, model.Songs).Recommend(profile, wish, options, filter, selection));
    }

    /// <summary>A song that is not there leaves the others their playlist; none at all is an error.</summary>
    private static List<int> Seeds(Tracks tracks, string[] songs, List<string> unresolved)
    {
        List<int> found = [];
        UnknownNameException? problem = null;
        foreach (string song in songs)
        {
            try
            {
                found.Add(SongNames.Resolve(tracks, song));
            }
            catch (UnknownNameException e)
            {
                problem ??= e;
                unresolved.Add(song);
            }
        }

        return found.Count > 0 || problem is null ? found : throw problem;
    }
}
