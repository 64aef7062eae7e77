using Segue.Catalogue;
using Segue.Numerics;

namespace Segue.Recommending.Playlists;

/// <summary>How a path is to be.</summary>
internal sealed record SongPathOptions
{
    /// <summary>So many steps from the first song to the last: one song less stands in between.</summary>
    public int Steps { get; init; } = 10;

    /// <summary>At most this many songs of any one artist; the ends are given and not counted.</summary>
    public int MaxPerArtist { get; init; } = 3;
}

/// <summary>A song of a path.</summary>
/// <param name="Track">Dense index of the track.</param>
/// <param name="Step">How differently it sounds from the song before, 0..1 (<see cref="SoundSpace"/>); 0 for the first.</param>
/// <param name="Likeness">How alike the two are with genre and description (<see cref="SongLikeness"/>), 0..1; 1 for the first.</param>
internal sealed record PathSong(int Track, double Step, double Likeness);

/// <summary>
/// A path from one song to another on which each song follows from the one before.
/// <list type="number">
/// <item>On a shortest way of length D between the ends a and b (<see cref="SoundSpace"/>), the point at share f has the distances fD and (1 − f)D.
/// So a song is
/// |d(a) − fD| + |d(b) − (1 − f)D| off the place at f.</item>
/// <item>The places are equidistant, and deal in turns: each takes the song least off it that nobody has taken yet, in one version, until it has
/// enough. So no song can come twice, and a place that lies far from everything still has the nearest there are.</item>
/// <item>The shortest longest step B of any way through the places (bottleneck path) is found by dynamic programming, and then, among the ways with
/// no step longer than 1.25 B, the one whose neighbors are most alike in genre and description too: the least Σ (1 − likeness)². Both exact for the
/// songs that were taken. No step leads to a song that shares an artist with the one before.</item>
/// </list>
/// No step can be much longer than the mean: the mean is at least D / steps, and B comes near to that (<c>bench/run path</c>).
/// </summary>
internal static class SongPath
{
    /// <summary>Songs taken by each place.</summary>
    private const int Width = 80;

    /// <summary>How much longer than the shortest longest step a step may be, so that genres can hold together.</summary>
    private const double Slack = 1.25;

    /// <param name="songs">The catalogue.</param>
    /// <param name="from">The first song.</param>
    /// <param name="to">The last one.</param>
    /// <param name="filter">What may stand in between.</param>
    /// <returns>Steps + 1 songs, the first and the last as given.</returns>
    /// <exception cref="SegueException">Both ends are one song, or there are too few songs between them for so many steps.</exception>
    public static IReadOnlyList<PathSong> Find(SongIndex songs, int from, int to, SongPathOptions options, SongFilter filter) =>
        Find(songs, from, to, options, filter, Width);

    internal static IReadOnlyList<PathSong> Find(SongIndex songs, int from, int to, SongPathOptions options, SongFilter filter, int width)
    {
        Tracks tracks = songs.Tracks;
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Steps, 1);
        if (SongVersion.Of(tracks, from) == SongVersion.Of(tracks, to))
            throw new SegueException($"a path needs two songs, and both ends are '{tracks.DisplayName(from)}'");
        SongLikeness likeness = new(songs);
        SoundSpace space = new(songs);
        if (options.Steps == 1)
            return [new PathSong(from, 0, 1), new PathSong(to, space.Distance(from, to), likeness.Of(from, to))];

        int[][] places = Places(tracks, space, from, to, options.Steps - 1, filter, width) ?? throw new SegueException(
            $"{options.Steps} steps are too many between '{tracks.DisplayName(from)}' and '{tracks.DisplayName(to)}': the filters leave fewer songs; "
            + "ask for fewer steps, or loosen the filters");
        Layers layers = new(tracks, space, likeness, [[from], .. places, [to]]);
        int[]? path = layers.Best();
        // Too many songs of one artist: the one least on the line may not be used, and the next best way is sought.
        while (path is not null && layers.OneTooMany(path, options.MaxPerArtist) is (int layer, int at))
        {
            layers.Ban(layer, at);
            path = layers.Best();
        }

        return path is not null
            ? layers.Songs(path)
            : throw new SegueException($"no path of {options.Steps} steps from '{tracks.DisplayName(from)}' to '{tracks.DisplayName(to)}' changes the artist "
                + "at every step; ask for another number of steps, or loosen the filters");
    }

    /// <summary>The songs of each place between two songs, least off first; null when they are too few.</summary>
    private static int[][]? Places(Tracks tracks, SoundSpace space, int from, int to, int places, SongFilter filter, int width)
    {
        bool[] mayStand = filter.Allowed(tracks);
        SongRecommender.ExcludeSong(tracks, from, mayStand);
        SongRecommender.ExcludeSong(tracks, to, mayStand);
        int[] allowed = [.. Enumerable.Range(0, mayStand.Length).Where(t => mayStand[t])];
        float[] toStart = [.. allowed.Select(t => space.Distance(from, t))], toEnd = [.. allowed.Select(t => space.Distance(to, t))];
        float length = space.Distance(from, to);
        int depth = (int)Math.Min(allowed.Length, (long)width * places);
        Queue<int>[] near = [.. Enumerable.Range(1, places).Select(place =>
        {
            float share = (float)place / (places + 1);
            float[] nearness = [.. toStart.Zip(toEnd, (a, b) => -(Math.Abs(a - share * length) + Math.Abs(b - (1 - share) * length)))];
            return new Queue<int>(Largest.Indices(nearness, depth).Select(i => allowed[i]));
        })];
        List<int>[] taken = [.. near.Select(_ => new List<int>())];
        HashSet<int> gone = [];
        HashSet<(int, string)> versions = [];
        for (int round = 0; round < width; round++)
        {
            for (int place = 0; place < places; place++)
            {
                while (near[place].TryDequeue(out int track))
                {
                    if (!gone.Add(track) || !versions.Add(SongVersion.Of(tracks, track)))
                        continue;
                    taken[place].Add(track);
                    break;
                }
            }
        }

        return taken.All(t => t.Count > 0) ? [.. taken.Select(t => t.ToArray())] : null;
    }

    /// <summary>Songs place after place, and the steps between neighboring places.</summary>
    private sealed class Layers
    {
        private readonly Tracks _tracks;
        private readonly int[][] _songs;
        private readonly bool[][] _banned;

        /// <summary>[place][from, to]: the step from a song to one of the next place, infinite where they share an artist; and how unlike they
        /// are.</summary>
        private readonly double[][,] _steps, _unlike;

        public Layers(Tracks tracks, SoundSpace space, SongLikeness likeness, int[][] songs)
        {
            (_tracks, _songs) = (tracks, songs);
            _banned = [.. songs.Select(s => new bool[s.Length])];
            (_steps, _unlike) = (new double[songs.Length - 1][,], new double[songs.Length - 1][,]);
            for (int place = 0; place + 1 < songs.Length; place++)
            {
                int[] next = songs[place + 1];
                double[,] steps = _steps[place] = new double[songs[place].Length, next.Length], unlike = _unlike[place] = new double[songs[place].Length, next.Length];
                double[] like = new double[next.Length];
                for (int i = 0; i < songs[place].Length; i++)
                {
                    int song = songs[place][i];
                    likeness.ToSeeds([song], next, toAll: true, like, new int[next.Length]);
                    for (int j = 0; j < next.Length; j++)
                    {
                        steps[i, j] = SongVersion.ShareArtist(tracks, song, next[j]) ? double.PositiveInfinity : space.Distance(song, next[j]);
                        unlike[i, j] = 1 - like[j];
                    }
                }
            }
        }

        /// <summary>The song of each place on the best path; null when there is none.</summary>
        public int[]? Best()
        {
            (_, double bottleneck) = Walk((sofar, step, _) => Math.Max(sofar, step), double.MaxValue);
            return double.IsInfinity(bottleneck) ? null : Walk((sofar, _, unlike) => sofar + unlike * unlike, Slack * bottleneck).Path;
        }

        /// <summary>The least cost to the end over steps no longer than <paramref name="longest"/>.</summary>
        private (int[] Path, double Cost) Walk(Func<double, double, double, double> add, double longest)
        {
            double[] cost = [0];
            int[][] from = new int[_songs.Length][];
            for (int place = 1; place < _songs.Length; place++)
            {
                double[] next = new double[_songs[place].Length];
                from[place] = new int[next.Length];
                for (int j = 0; j < next.Length; j++)
                {
                    next[j] = double.PositiveInfinity;
                    for (int i = 0; i < cost.Length && !_banned[place][j]; i++)
                    {
                        double step = _steps[place - 1][i, j], all = step <= longest ? add(cost[i], step, _unlike[place - 1][i, j]) : double.PositiveInfinity;
                        if (all < next[j])
                            (next[j], from[place][j]) = (all, i);
                    }
                }

                cost = next;
            }

            int[] path = new int[_songs.Length];
            for (int place = _songs.Length - 1; place > 0; place--)
                path[place - 1] = from[place][path[place]];
            return (path, cost[0]);
        }

        /// <summary>A song between the ends of an artist who has too many: of theirs, the one that stands farthest down in its place.</summary>
        public (int Place, int At)? OneTooMany(int[] path, int maxPerArtist)
        {
            IGrouping<int, int>? artist = Enumerable.Range(1, path.Length - 2)
                .SelectMany(place => _tracks.ArtistsOf[_songs[place][path[place]]].ToArray(), (place, a) => (place, a))
                .GroupBy(p => p.a, p => p.place).FirstOrDefault(g => g.Count() > maxPerArtist);
            return artist is null ? null : artist.Select(place => (place, path[place])).MaxBy(p => p.Item2);
        }

        public void Ban(int place, int at) => _banned[place][at] = true;

        public IReadOnlyList<PathSong> Songs(int[] path) => [.. path.Select((at, place) => place == 0
            ? new PathSong(_songs[0][at], 0, 1)
            : new PathSong(_songs[place][at], _steps[place - 1][path[place - 1], at], 1 - _unlike[place - 1][path[place - 1], at]))];
    }
}
