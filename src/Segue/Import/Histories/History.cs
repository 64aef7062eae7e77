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
    YouTubeMusic,
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

    /// <summary>
    /// The listens added up by artist and title, most played first. An undated total holds the dated plays of the same song, and that of an artist
    /// those of all their songs: it counts as far as it is larger.
    /// </summary>
    /// <param name="halfLife">With it, a play counts half when it is so much older than the last play of the history.</param>
    public IReadOnlyList<HistoryEntry> Entries(TimeSpan? halfLife = null)
    {
        if (halfLife is { } h && h <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(halfLife), "A half-life is longer than no time.");
        Dictionary<(string Artist, string Song), Sum> entries = [];
        foreach (Listen listen in Listens)
        {
            double weight = halfLife is { } half && listen.At is { } at && LastPlayed is { } last ? Math.Pow(0.5, (last - at) / half) : 1;
            (string, string) key = (NameKey.Of(listen.Artist), listen.Title is null ? "" : NameKey.Of(listen.Title));
            if (!entries.TryGetValue(key, out Sum? sum))
                entries.Add(key, sum = new Sum(listen));
            sum.Add(listen, weight);
        }

        Dictionary<string, double> ofSongs = [];
        foreach (((string artist, string song), Sum sum) in entries)
        {
            if (song.Length > 0)
                ofSongs[artist] = ofSongs.GetValueOrDefault(artist) + Math.Max(sum.Total, sum.Dated);
        }

        return
        [
            .. entries.Select(e => e.Value.Entry(e.Key.Song.Length > 0 ? 0 : ofSongs.GetValueOrDefault(e.Key.Artist)))
                .OrderByDescending(e => e.Plays).ThenBy(e => e.Artist, StringComparer.Ordinal).ThenBy(e => e.Title, StringComparer.Ordinal),
        ];
    }

    /// <summary>What is known of one song.</summary>
    private sealed class Sum(Listen first)
    {
        private string? _id = first.TrackId;
        private double _weighted;
        private int _skips;
        private DateTimeOffset? _last;

        public double Total { get; private set; }

        public double Dated { get; private set; }

        public void Add(in Listen listen, double weight)
        {
            _id ??= listen.TrackId;
            _skips += listen.Skipped ? 1 : 0;
            if (listen.At is null)
                Total += listen.Plays;
            else
                (Dated, _weighted) = (Dated + listen.Plays, _weighted + weight * listen.Plays);
            if (!listen.Skipped && listen.At is not null)
                _last = listen.At;
        }

        /// <param name="elsewhere">Plays of the artist's songs, which an artist's total holds.</param>
        public HistoryEntry Entry(double elsewhere) =>
            new(first.Artist, first.ArtistId, first.Title, _id, _weighted + Math.Max(0, Total - Dated - elsewhere), _skips, _last);
    }
}
