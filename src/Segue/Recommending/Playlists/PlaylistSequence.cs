using System.Collections;
using Segue.Catalogue;

namespace Segue.Recommending.Playlists;

/// <summary>What a sequence of songs is to be.</summary>
internal sealed record SequenceOptions
{
    /// <summary>How many songs, where <see cref="Seconds"/> is not given.</summary>
    public int Count { get; init; } = 10;

    /// <summary>How long in all, instead of how many songs; songs of unknown length are left out then.</summary>
    public double? Seconds { get; init; }

    /// <summary>How much shorter or longer than <see cref="Seconds"/> it may be.</summary>
    public double ToleranceSeconds { get; init; } = 30;

    /// <summary>Null keeps the order of the recommendation.</summary>
    public PlaylistCurve? Curve { get; init; }
}

/// <summary>A song in its place.</summary>
/// <param name="Target">What the curve asked for here, in the feature's own unit; NaN without a curve.</param>
internal sealed record SequencedSong(SongRecommendation Item, double Target);

/// <summary>Songs in order.</summary>
/// <param name="Seconds">Their length in all; songs of unknown length count nothing.</param>
/// <param name="IsMet">Whether there are as many songs, or minutes, as were asked for.</param>
internal sealed record Sequence(IReadOnlyList<SequencedSong> Songs, double Seconds, bool IsMet);

/// <summary>
/// From a ranking to a playlist with a curve, a length, or both: which of the ranked songs, in which order. The curve runs between the values that a
/// tenth of the ranked songs have less and a tenth have more of, so that it can be drawn by these songs; at the middle of each song, in time, it says
/// the target. Minimized is Σ ((value − target) / range)² + 0.15 (1 − score / best score) + 0.5 d², d the distance in sound from the song before
/// (<see cref="SoundSpace"/>): first the curve, then what was asked for, then transitions. No artist follows itself unless nothing else is left.
/// <para>Method: beam search, song by song. A beam of 64 comes within 5% of the best of all orders on small pools (<c>PlaylistSequenceTests</c> tries
/// them all). Without a curve only the length is to be met: the songs keep their order, and as few as possible of the best are passed over.</para>
/// </summary>
internal static class PlaylistSequence
{
    private const int Beam = 64, PerLastSong = 4;
    private const double ScoreWeight = 0.15, TransitionWeight = 0.5, SameArtist = 10;

    /// <param name="songs">The catalogue.</param>
    /// <param name="ranked">The recommendation, best first; several times as many songs as wanted leave a choice.</param>
    /// <exception cref="SegueException">The feature of the curve is unknown of all songs, or no song fits into the time.</exception>
    public static Sequence Arrange(SongIndex songs, IReadOnlyList<SongRecommendation> ranked, SequenceOptions options)
    {
        Pool pool = new(songs, ranked, options);
        List<State> beam = [State.Empty(pool.Count)];
        State? best = null, longest = null;
        while (beam.Count > 0)
        {
            List<State> next = [];
            foreach (State state in beam)
                Extend(pool, state, next);
            beam = Keep(next);
            foreach (State state in beam)
            {
                if (pool.IsDone(state) && (best is null || pool.Value(state) < pool.Value(best)))
                    best = state;
                if (longest is null || state.Seconds > longest.Seconds || state.Length > longest.Length && options.Seconds is null)
                    longest = state;
            }

            beam.RemoveAll(pool.IsFull);
        }

        State? chosen = best ?? longest;
        return chosen is null
            ? throw new SegueException("no song fits into the time; ask for more minutes, or loosen the filters")
            : new Sequence([.. chosen.Songs().Select(s => new SequencedSong(pool.Items[s.Song], s.Target))], chosen.Seconds, best is not null);
    }

    private static void Extend(Pool pool, State state, List<State> next)
    {
        for (int song = pool.HasCurve || state.Last < 0 ? 0 : state.Last + 1; song < pool.Count; song++)
        {
            if (state.Used[song] || !pool.Fits(state, song))
                continue;
            (double cost, double target) = pool.Cost(state, song);
            next.Add(new State(state, song, state.Cost + cost, state.Seconds + pool.Seconds(song), target));
        }
    }

    /// <summary>The best states, not too many of which end with one song; only they get a set of their own.</summary>
    private static List<State> Keep(List<State> states)
    {
        states.Sort((a, b) => a.Cost != b.Cost ? a.Cost.CompareTo(b.Cost) : a.Last.CompareTo(b.Last));
        Dictionary<int, int> ofLast = [];
        List<State> kept = [];
        foreach (State state in states)
        {
            int count = ofLast.GetValueOrDefault(state.Last);
            if (kept.Count == Beam)
                break;
            if (count == PerLastSong)
                continue;
            ofLast[state.Last] = count + 1;
            state.Own();
            kept.Add(state);
        }

        return kept;
    }

    private sealed class State(State? before, int last, double cost, double seconds, double target)
    {
        public BitArray Used { get; private set; } = before?.Used ?? new BitArray(0);

        public int Last => last;

        public double Cost => cost;

        public double Seconds => seconds;

        public int Length { get; } = before is null ? 0 : before.Length + 1;

        public static State Empty(int count) => new(null, -1, 0, 0, double.NaN) { Used = new BitArray(count) };

        /// <summary>A set of its own, with the last song in it: until here it was that of the state before.</summary>
        public void Own() => (Used = new BitArray(Used))[last] = true;

        public IEnumerable<(int Song, double Target)> Songs() => before is null ? [] : before.Songs().Append((last, target));
    }

    /// <summary>The ranked songs, and what each costs where.</summary>
    private sealed class Pool
    {
        private readonly SequenceOptions _options;
        private readonly SoundSpace _space;
        private readonly Tracks _tracks;
        private readonly double[] _values = [];
        private readonly double _low, _range = 1, _bestScore;
        private readonly int _count;

        public Pool(SongIndex songs, IReadOnlyList<SongRecommendation> ranked, SequenceOptions options)
        {
            (_options, _space, _tracks) = (options, new SoundSpace(songs), songs.Tracks);
            float[] seconds = _tracks.Feature(AudioFeature.Duration).ToArray();
            Items = [.. options.Seconds is null ? ranked : ranked.Where(r => seconds[r.Track] > 0)];
            if (options.Curve is { } curve)
            {
                float[] feature = _tracks.Feature(curve.Feature).ToArray();
                Items = [.. Items.Where(i => float.IsFinite(feature[i.Track]))];
                if (Items.Count == 0)
                    throw new SegueException($"no song has a known {curve.Feature.ToString().ToLowerInvariant()}, so that no curve can be drawn");
                _values = [.. Items.Select(i => (double)feature[i.Track])];
                double[] sorted = [.. _values.Order()];
                _low = sorted[(int)(0.1 * (sorted.Length - 1))];
                double high = sorted[(int)Math.Ceiling(0.9 * (sorted.Length - 1))];
                _range = Math.Max(high - _low, 1e-6);
            }

            _bestScore = Math.Max(1e-9, Items.Count == 0 ? 1 : Items.Max(i => i.Score));
            _count = Math.Min(options.Count, Items.Count);
        }

        public IReadOnlyList<SongRecommendation> Items { get; }

        public int Count => Items.Count;

        public bool HasCurve => _options.Curve is not null;

        public double Seconds(int song) => _tracks.Feature(AudioFeature.Duration)[Items[song].Track] is > 0 and var s ? s : 0;

        public bool Fits(State state, int song) => _options.Seconds is not double all || state.Seconds + Seconds(song) <= all + _options.ToleranceSeconds;

        public bool IsDone(State state) =>
            _options.Seconds is double all ? Math.Abs(state.Seconds - all) <= _options.ToleranceSeconds : state.Length == _options.Count;

        public bool IsFull(State state) => _options.Seconds is double all ? state.Seconds >= all : state.Length == _count;

        /// <summary>What done states are compared by: the mean cost of a song, and a little for missing the time.</summary>
        public double Value(State state) =>
            state.Cost / state.Length + (_options.Seconds is double all ? 0.02 * Math.Abs(state.Seconds - all) / _options.ToleranceSeconds : 0);

        /// <summary>What it costs that a song comes next, and what the curve asks for there.</summary>
        public (double Cost, double Target) Cost(State state, int song)
        {
            double cost = ScoreWeight * (1 - Items[song].Score / _bestScore), target = double.NaN;
            if (_options.Curve is { } curve)
            {
                double share = _options.Seconds is double all
                    ? Math.Min(1, (state.Seconds + Seconds(song) / 2) / all)
                    : _count == 1 ? 0.5 : (double)state.Length / (_count - 1);
                target = _low + curve.At(share) * _range;
                double off = (_values[song] - target) / _range;
                cost += off * off;
                if (state.Last >= 0)
                    cost += Transition(Items[state.Last].Track, Items[song].Track);
            }

            return (cost, target);
        }

        private double Transition(int a, int b)
        {
            double step = _space.Distance(a, b);
            return TransitionWeight * step * step + (SongVersion.ShareArtist(_tracks, a, b) ? SameArtist : 0);
        }
    }
}
