using Segue.Catalogue;
using Segue.Interactions;

namespace Segue.Import;

/// <summary>A name of a history that the catalogue does not have.</summary>
/// <param name="Name">As written.</param>
/// <param name="Plays">How much it weighs in the history.</param>
/// <param name="Nearest">The catalogue's nearest name, or null when nothing is close.</param>
internal sealed record Unmatched(string Name, double Plays, string? Nearest);

/// <summary>How much of a history the catalogue knows.</summary>
/// <param name="Exact">Names found as they are (up to case, white space and Unicode form).</param>
/// <param name="Careful">Names found after accents, "The", "feat." or a version mark were taken away, and found only once.</param>
/// <param name="Missing">Names not found, the most played first.</param>
/// <param name="PlaysShare">The share of all plays that was found (0..1).</param>
internal sealed record MatchReport(int Exact, int Careful, IReadOnlyList<Unmatched> Missing, double PlaysShare)
{
    /// <summary>One line for a person.</summary>
    public override string ToString() => $"{Exact + Careful} of {Exact + Careful + Missing.Count} names known ({PlaysShare:0%} of the plays)"
        + (Missing.Count == 0 ? "" : "; not known: " + string.Join(", ", Missing.Take(3).Select(m => m.Nearest is null ? m.Name : $"{m.Name} (nearest: {m.Nearest})")));
}

/// <summary>The dated part of a history.</summary>
/// <param name="Plays">In order of time; user 0. Artists that the catalogue does not have are numbered from its count on.</param>
/// <param name="Unknown">Their names: number count + n has the n-th.</param>
/// <param name="Undated">Entries of the history without a date.</param>
internal sealed record DatedHistory(IReadOnlyList<DatedPlay> Plays, IReadOnlyList<string> Unknown, int Undated);

/// <summary>
/// Finds the artists and tracks of a history in a catalogue, as everything finds them (<see cref="NearNames"/>, <see cref="SongNames"/>): as they are
/// written, else without accents, punctuation, "The", guests and the marks of versions, and then only when one name alone is so near. What is merely
/// spelt alike is not matched but reported as the nearest.
/// </summary>
internal static class HistoryMatcher
{
    private const int NearestShown = 20;

    /// <summary>The history as artists of a catalogue.</summary>
    /// <param name="halfLife">With it, a play counts half when it is so much older than the last one.</param>
    /// <param name="name">What the profile is called.</param>
    public static (Profile Profile, MatchReport Report) ToArtists(History history, Artists artists, TimeSpan? halfLife = null, string? name = null)
    {
        List<(int, float)> found = [];
        Dictionary<int, float> days = [];
        Tally tally = new();
        foreach (IGrouping<string, HistoryEntry> entries in history.Entries(halfLife).GroupBy(e => NameKey.Of(e.Artist), StringComparer.Ordinal))
        {
            HistoryEntry first = entries.First();
            double plays = entries.Sum(e => e.Plays);
            if (plays <= 0)
                continue; // Only skipped.
            (int artist, bool exact) = FindArtist(first, artists);
            if (artist >= 0)
                found.Add((artist, (float)plays));
            if (artist >= 0 && history.LastPlayed is { } newest && entries.Max(e => e.LastPlayed) is { } last)
                days[artist] = Math.Min(days.GetValueOrDefault(artist, float.MaxValue), (float)(newest - last).TotalDays);
            tally.Count(first.Artist, plays, artist, exact);
        }

        Profile profile = Profile.Of(found, name: name);
        float[]? since = days.Count == 0 ? null : [.. profile.Artists.Select(a => days.GetValueOrDefault(a, float.NaN))];
        return (profile with { DaysSince = since }, tally.Report(artists.ByName, artists.Names));
    }

    /// <summary>Each dated play of the history as one of a catalogue's artists. Skips are no plays; undated totals are left out, and
    /// counted.</summary>
    public static DatedHistory ToDatedPlays(History history, Artists artists)
    {
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        List<string> unknown = [];
        List<DatedPlay> plays = [];
        foreach (Listen listen in history.Listens.Where(l => !l.Skipped && l.At is not null))
        {
            string key = NameKey.Of(listen.Artist);
            if (!numbers.TryGetValue(key, out int artist))
            {
                HistoryEntry entry = new(listen.Artist, listen.ArtistId, listen.Title, listen.TrackId, 0, 0, null);
                artist = FindArtist(entry, artists).Artist;
                if (artist < 0)
                {
                    artist = artists.Count + unknown.Count;
                    unknown.Add(listen.Artist);
                }

                numbers.Add(key, artist);
            }

            plays.Add(new DatedPlay(0, artist, listen.At!.Value.ToUnixTimeSeconds(), listen.Plays));
        }

        return new DatedHistory(plays, unknown, history.Listens.Count(l => !l.Skipped && l.At is null));
    }

    /// <summary>The history as tracks of a catalogue, most played first; entries without title are left out.</summary>
    public static (IReadOnlyList<(int Track, double Plays)> Played, MatchReport Report) ToTracks(History history, Tracks tracks, TimeSpan? halfLife = null)
    {
        Dictionary<int, double> found = [];
        Tally tally = new();
        foreach (HistoryEntry entry in history.Entries(halfLife).Where(e => e.Title is not null && e.Plays > 0))
        {
            int track = entry.TrackId is null ? -1 : tracks.IndexOfId(entry.TrackId);
            bool exact = track >= 0;
            if (track < 0)
                (track, exact) = tracks.Songs.Match(entry.Title!, entry.Artist);
            if (track >= 0)
                found[tracks.SongOf[track]] = found.GetValueOrDefault(tracks.SongOf[track]) + entry.Plays;
            tally.Count($"{entry.Title} - {entry.Artist}", entry.Plays, track, exact);
        }

        return ([.. found.OrderByDescending(f => f.Value).ThenBy(f => f.Key).Select(f => (f.Key, f.Value))], tally.Report(tracks.ByTitle, null));
    }

    private static (int Artist, bool Exact) FindArtist(HistoryEntry entry, Artists artists)
    {
        int artist = entry.ArtistId is null ? -1 : artists.IndexOfId(entry.ArtistId);
        if (artist < 0)
            artist = artists.ByName.Find(entry.Artist);
        if (artist < 0 && entry.Title is not null)
            artist = artists.ByName.Find($"{entry.Artist} - {entry.Title}"); // A name with a dash in a plain list.
        return artist >= 0 ? (artist, true) : (artists.ByNearName.FindOnly(entry.Artist), false);
    }

    private sealed class Tally
    {
        private readonly List<(string Name, double Plays)> _missing = [];
        private int _exact, _careful;
        private double _found, _all;

        public void Count(string name, double plays, int row, bool exact)
        {
            _all += plays;
            _found += row >= 0 ? plays : 0;
            if (row < 0)
                _missing.Add((name, plays));
            else if (exact)
                _exact++;
            else
                _careful++;
        }

        public MatchReport Report(NameIndex index, TextColumn? names)
        {
            IEnumerable<Unmatched> missing = _missing.OrderByDescending(m => m.Plays).Select((m, i) =>
                new Unmatched(m.Name, m.Plays, i < NearestShown && names is { } n && index.Nearest(m.Name, 1) is [var near] ? n[near.Row] : null));
            return new MatchReport(_exact, _careful, [.. missing], _all > 0 ? _found / _all : 0);
        }
    }
}
