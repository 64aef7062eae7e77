using Segue.Catalogue;

namespace Segue.Import;

/// <summary>Where a listen was written down. Two exports of one kind agree to the second; two kinds do not, and are compared with
/// tolerance.</summary>
internal enum HistorySource
{
    /// <summary>A list made by hand or a table of counts; no dates.</summary>
    List,
    SpotifyAccount,
    SpotifyExtended,
    Lastfm,
    ListenBrainz,
    Maloja,
    ScrobblerLog,
    Table,
}

/// <summary>One play or skip, or an undated total. Nothing personal is in it: no account, address, device or place.</summary>
internal readonly record struct Listen
{
    public required string Artist { get; init; }

    /// <summary>The outside id of the artist where the source has nothing but ids.</summary>
    public string? ArtistId { get; init; }

    public string? Title { get; init; }

    public string? Album { get; init; }

    /// <summary>Spotify's track id.</summary>
    public string? TrackId { get; init; }

    /// <summary>When it was played (UTC), to the second; null in lists.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Seconds that it lasted, or -1 where the source does not say.</summary>
    public int Seconds { get; init; } = -1;

    /// <summary>1 for a single play; the total in tables of counts; 0 for a skip.</summary>
    public float Plays { get; init; } = 1;

    public bool Skipped => Plays == 0;

    public HistorySource Source { get; init; }

    public Listen()
    {
    }
}

/// <summary>All listens of one song (or, where no titles are known, of one artist).</summary>
/// <param name="Artist">As written in the source.</param>
/// <param name="ArtistId">Outside id of the artist, where there is one.</param>
/// <param name="Title">Null where only the artist is known.</param>
/// <param name="TrackId">Spotify's id, where there is one.</param>
/// <param name="Plays">How often it was played; with a half-life, older plays count less.</param>
/// <param name="Skips">How often it was skipped.</param>
/// <param name="LastPlayed">The latest play, or null where the source has no dates.</param>
internal sealed record HistoryEntry(string Artist, string? ArtistId, string? Title, string? TrackId, double Plays, int Skips, DateTimeOffset? LastPlayed);

/// <summary>What one listener played, in order of time, each listen once. Immutable.</summary>
internal sealed class History
{
    internal History(IReadOnlyList<Listen> listens) => Listens = listens;

    /// <summary>Undated totals first, then by time.</summary>
    public IReadOnlyList<Listen> Listens { get; }

    /// <summary>The time of the last play, or null where there are no dates.</summary>
    public DateTimeOffset? LastPlayed => Listens.Count == 0 ? null : Listens[^1].At;

    /// <summary>The listens added up by artist and title, most played first.</summary>
    /// <param name="halfLife">With it, a play counts half when it is so much older than the last play of the history.</param>
    public IReadOnlyList<HistoryEntry> Entries(TimeSpan? halfLife = null)
    {
        if (halfLife is { } h && h <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(halfLife), "A half-life is longer than no time.");
        Dictionary<(string, string), HistoryEntry> entries = [];
        foreach (Listen listen in Listens)
        {
            double weight = halfLife is { } half && listen.At is { } at && LastPlayed is { } last ? Math.Pow(0.5, (last - at) / half) : 1;
            (string, string) key = (NameKey.Of(listen.Artist), listen.Title is null ? "" : NameKey.Of(listen.Title));
            HistoryEntry e = entries.GetValueOrDefault(key) ?? new(listen.Artist, listen.ArtistId, listen.Title, listen.TrackId, 0, 0, null);
            entries[key] = e with
            {
                Plays = e.Plays + weight * listen.Plays,
                Skips = e.Skips + (listen.Skipped ? 1 : 0),
                LastPlayed = listen.Skipped || listen.At is null ? e.LastPlayed : listen.At,
                TrackId = e.TrackId ?? listen.TrackId,
            };
        }

        return [.. entries.Values.OrderByDescending(e => e.Plays).ThenBy(e => e.Artist, StringComparer.Ordinal).ThenBy(e => e.Title, StringComparer.Ordinal)];
    }
}

/// <summary>
/// Collects listens so that none counts twice, however often exports overlap. Dated listens of one kind of source are the same when time, song and
/// duration are; across kinds (a scrobble has the start of a play, Spotify its end, and some only the minute) when the song is the same and
/// the times are within the play's length and a minute and a half. Undated totals of several files are not added: the larger one stands.
/// </summary>
internal sealed class HistoryBuilder
{
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_unknownLength = TimeSpan.FromMinutes(5);

    private readonly List<Listen> _dated = [];
    private readonly HashSet<(long At, HistorySource, string Song, int Seconds)> _exact = [];
    private readonly Dictionary<string, List<int>> _bySong = new(StringComparer.Ordinal);
    private readonly HashSet<(int, HistorySource)> _paired = []; // Listens that already stand for one of that other source.
    private readonly Dictionary<string, Listen> _totals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, float> _inThisFile = new(StringComparer.Ordinal);

    public int Count => _dated.Count + _totals.Count;

    public static HistoryBuilder From(History? history)
    {
        HistoryBuilder builder = new();
        foreach (Listen listen in history?.Listens ?? [])
            builder.AddKnown(listen);
        return builder;
    }

    /// <summary>Totals of what follows are of another file.</summary>
    public void NextFile() => _inThisFile.Clear();

    /// <returns>False when it was there already.</returns>
    public bool Add(Listen listen)
    {
        string song = SongOf(listen);
        if (listen.At is not { } at)
            return AddTotal(song, listen);
        if (!_exact.Add((at.ToUnixTimeSeconds(), listen.Source, song, listen.Seconds)))
            return false;
        if (!_bySong.TryGetValue(song, out List<int>? others))
            _bySong.Add(song, others = []);
        foreach (int other in others)
        {
            if (_dated[other].Source == listen.Source || !IsSame(_dated[other], listen) || !_paired.Add((other, listen.Source)))
                continue;
            return false;
        }

        others.Add(_dated.Count);
        _dated.Add(listen);
        return true;
    }

    /// <summary>What a history holds already has been compared: it is not again.</summary>
    private void AddKnown(Listen listen)
    {
        string song = SongOf(listen);
        if (listen.At is not { } at)
        {
            _totals[song] = listen;
            return;
        }

        _exact.Add((at.ToUnixTimeSeconds(), listen.Source, song, listen.Seconds));
        if (!_bySong.TryGetValue(song, out List<int>? others))
            _bySong.Add(song, others = []);
        others.Add(_dated.Count);
        _dated.Add(listen);
    }

    private static string SongOf(in Listen listen) => NameKey.Of(listen.Artist) + "\n" + (listen.Title is null ? "" : NameKey.Of(listen.Title));

    public History Build() => new([
        .. _totals.Values.OrderBy(t => t.Artist, StringComparer.Ordinal).ThenBy(t => t.Title, StringComparer.Ordinal),
        .. _dated.OrderBy(d => d.At).ThenBy(d => d.Artist, StringComparer.Ordinal).ThenBy(d => d.Title, StringComparer.Ordinal).ThenBy(d => d.Seconds),
    ]);

    private bool AddTotal(string song, Listen listen)
    {
        float inFile = _inThisFile[song] = _inThisFile.GetValueOrDefault(song) + listen.Plays;
        bool isNew = !_totals.TryGetValue(song, out Listen known);
        if (isNew || inFile > known.Plays)
            _totals[song] = (isNew ? listen : known) with { Plays = inFile };
        return isNew;
    }

    private static bool IsSame(in Listen a, in Listen b)
    {
        TimeSpan length = a.Seconds >= 0 ? TimeSpan.FromSeconds(a.Seconds) : b.Seconds >= 0 ? TimeSpan.FromSeconds(b.Seconds) : s_unknownLength;
        return a.Skipped == b.Skipped && (a.At!.Value - b.At!.Value).Duration() <= length + s_slack;
    }
}
