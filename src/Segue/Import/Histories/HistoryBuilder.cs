using Segue.Catalogue;

namespace Segue.Import;

/// <summary>
/// Collects listens so that none counts twice, however often exports overlap, and whatever the order of their rows. Dated listens of one kind of
/// source are the same when time, song and duration are; across kinds (a scrobble has the start of a play, Spotify its end, and some only the
/// minute) when the song is the same and the times are within the play's length and a minute and a half. Undated totals of several files are not
/// added: the larger one stands.
/// <para>Kinds are compared in the end, song by song, by sweeping over both in order of time (<see cref="Pairs"/>): the same song played 80,000 times
/// costs no more than 80,000 songs.</para>
/// </summary>
internal sealed class HistoryBuilder
{
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_unknownLength = TimeSpan.FromMinutes(5);

    /// <summary>Which of two kinds stays where both have a play: the one that knows more of it.</summary>
    private static readonly HistorySource[] s_bestFirst =
    [
        HistorySource.SpotifyExtended, HistorySource.SpotifyAccount, HistorySource.ListenBrainz, HistorySource.Lastfm, HistorySource.Maloja,
        HistorySource.YouTubeMusic, HistorySource.ScrobblerLog, HistorySource.Table, HistorySource.List,
    ];

    private readonly Dictionary<string, int> _songs = new(StringComparer.Ordinal);
    private readonly List<Dated> _dated = [];
    private readonly Dictionary<(long At, HistorySource Source, int Song, int Seconds), int> _exact = [];
    private readonly Dictionary<int, Listen> _totals = [];
    private readonly Dictionary<int, float> _inThisFile = [];
    private readonly HashSet<int> _knownTotals = [];
    private LedgerFile? _file;

    public int Count => _dated.Count + _totals.Count;

    public static HistoryBuilder From(History? history)
    {
        HistoryBuilder builder = new();
        foreach (Listen listen in history?.Listens ?? [])
            builder.AddKnown(listen);
        return builder;
    }

    /// <summary>Totals of what follows are of another file.</summary>
    /// <param name="file">Whose books the listens are in; null where nobody keeps any.</param>
    public void NextFile(LedgerFile? file)
    {
        _inThisFile.Clear();
        _file = file;
    }

    /// <returns>False when it was there already.</returns>
    public bool Add(Listen listen)
    {
        int song = SongOf(listen);
        if (listen.At is not { } at)
            return AddTotal(song, listen);
        (long, HistorySource, int, int) key = (at.ToUnixTimeSeconds(), listen.Source, song, listen.Seconds);
        if (_exact.TryAdd(key, _dated.Count))
        {
            _dated.Add(new Dated(listen, song, IsKnown: false, _file));
            return true;
        }

        int same = _exact[key];
        if (!_dated[same].IsKnown && IsFuller(listen, _dated[same].Listen))
            _dated[same] = _dated[same] with { Listen = listen };
        return false;
    }

    /// <summary>The history; listens of which two kinds of sources tell are merged in the books now.</summary>
    public History Build()
    {
        bool[] twice = Twice();
        IEnumerable<Listen> dated = _dated.Where((_, i) => !twice[i]).Select(d => d.Listen);
        for (int i = 0; i < twice.Length; i++)
        {
            if (twice[i])
                _dated[i].File?.MergeAccepted(1);
        }

        return new History(
        [
            .. _totals.Values.OrderBy(t => t.Artist, StringComparer.Ordinal).ThenBy(t => t.Title, StringComparer.Ordinal),
            .. dated.OrderBy(d => d.At)
                .ThenBy(d => d.Artist, StringComparer.Ordinal).ThenBy(d => d.Title, StringComparer.Ordinal)
                .ThenBy(d => d.Seconds).ThenBy(d => d.Source),
        ]);
    }

    /// <summary>What a history holds already has been compared: it is not again.</summary>
    private void AddKnown(Listen listen)
    {
        int song = SongOf(listen);
        if (listen.At is not { } at)
        {
            _totals[song] = listen;
            _knownTotals.Add(song);
            return;
        }

        _exact[(at.ToUnixTimeSeconds(), listen.Source, song, listen.Seconds)] = _dated.Count;
        _dated.Add(new Dated(listen, song, IsKnown: true, null));
    }

    private int SongOf(in Listen listen)
    {
        string song = NameKey.Of(listen.Artist) + "\n" + (listen.Title is null ? "" : NameKey.Of(listen.Title));
        if (!_songs.TryGetValue(song, out int index))
            _songs.Add(song, index = _songs.Count);
        return index;
    }

    private bool AddTotal(int song, Listen listen)
    {
        float inFile = _inThisFile[song] = _inThisFile.GetValueOrDefault(song) + listen.Plays;
        bool isNew = !_totals.TryGetValue(song, out Listen known);
        if (isNew)
            known = listen;
        else if (!_knownTotals.Contains(song) && IsFuller(listen, known))
            known = listen with { Plays = known.Plays };
        _totals[song] = known with { Plays = isNew ? inFile : Math.Max(inFile, known.Plays) };
        return isNew;
    }

    /// <summary>Of two ways to write one listen the one that says more, and else the first by spelling: not the one that came first.</summary>
    private static bool IsFuller(in Listen a, in Listen b)
    {
        static (bool, bool, string) Rank(in Listen l) => (l.TrackId is null, l.Album is null, $"{l.Artist}\n{l.Title}\n{l.Album}\n{l.TrackId}");
        (bool NoId, bool NoAlbum, string Text) first = Rank(a), second = Rank(b);
        return first.NoId != second.NoId ? second.NoId
            : first.NoAlbum != second.NoAlbum ? second.NoAlbum
            : string.CompareOrdinal(first.Text, second.Text) < 0;
    }

    /// <summary>For each dated listen, whether another kind of source tells of it too.</summary>
    private bool[] Twice()
    {
        bool[] twice = new bool[_dated.Count];
        foreach (var song in Enumerable.Range(0, _dated.Count).GroupBy(i => (_dated[i].Song, _dated[i].Listen.Skipped)))
        {
            List<int> kept = [.. song.Where(i => _dated[i].IsKnown)];
            foreach (HistorySource source in s_bestFirst)
            {
                int[] ofSource = [.. song.Where(i => !_dated[i].IsKnown && _dated[i].Listen.Source == source)];
                if (ofSource.Length == 0)
                    continue;
                foreach (int again in Pairs([.. kept.Where(i => _dated[i].Listen.Source != source)], ofSource))
                    twice[again] = true;
                kept.AddRange(ofSource.Where(i => !twice[i]));
            }
        }

        return twice;
    }

    /// <summary>
    /// Those of the second that are the same plays as some of the first, each of which stands for one. Whichever knows how long its plays were makes
    /// spans, the other points in time; in order of time each point takes the span that ends first.
    /// </summary>
    private IEnumerable<int> Pairs(int[] kept, int[] others)
    {
        if (kept.Length == 0)
            yield break;
        bool keptAreSpans = kept.Any(i => _dated[i].Listen.Seconds >= 0) || others.All(i => _dated[i].Listen.Seconds < 0);
        (int[] spans, int[] points) = keptAreSpans ? (kept, others) : (others, kept);
        int[] byStart = [.. spans.OrderBy(i => At(i) - Reach(i)).ThenBy(i => i)], byTime = [.. points.OrderBy(At).ThenBy(i => i)];
        PriorityQueue<int, DateTimeOffset> open = new();
        int next = 0;
        foreach (int point in byTime)
        {
            for (; next < byStart.Length && At(byStart[next]) - Reach(byStart[next]) <= At(point); next++)
                open.Enqueue(byStart[next], At(byStart[next]) + Reach(byStart[next]));
            while (open.TryPeek(out _, out DateTimeOffset end) && end < At(point))
                open.Dequeue();
            if (open.TryDequeue(out int span, out _))
                yield return keptAreSpans ? point : span;
        }
    }

    private DateTimeOffset At(int listen) => _dated[listen].Listen.At!.Value;

    /// <summary>How far from its time another may tell of the same play.</summary>
    private TimeSpan Reach(int listen) =>
        s_slack + (_dated[listen].Listen.Seconds is >= 0 and var seconds ? TimeSpan.FromSeconds(seconds) : s_unknownLength);

    private readonly record struct Dated(Listen Listen, int Song, bool IsKnown, LedgerFile? File);
}
