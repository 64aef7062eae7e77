using Segue.Catalogue;

namespace Segue.Recommending;

/// <summary>Which songs may be recommended at all. Every condition holds for every row of an answer.</summary>
internal sealed record SongFilter
{
    /// <summary>At least one of these genres; empty for any. Names as in the catalogue, case does not count.</summary>
    public IReadOnlyList<string> Genres { get; init; } = [];

    /// <summary>None of these genres.</summary>
    public IReadOnlyList<string> NotGenres { get; init; } = [];

    /// <summary>No song of these artists.</summary>
    public IReadOnlyList<string> NotArtists { get; init; } = [];

    /// <summary>False leaves explicit songs out.</summary>
    public bool AllowExplicit { get; init; } = true;

    /// <summary>0..100; songs of unknown popularity pass where this is 0 and <see cref="PopularityMax"/> 100: where nothing is asked of it.</summary>
    public double PopularityMin { get; init; }

    /// <summary>0..100, not below <see cref="PopularityMin"/>.</summary>
    public double PopularityMax { get; init; } = 100;

    /// <summary>Only songs of a tempo in this range; null for any.</summary>
    public TempoRange? Tempo { get; init; }

    /// <summary>Only songs that came out in these years, and the year of each (0: unknown, which is none of them); null for any.</summary>
    public (YearRange Range, ReadOnlyMemory<short> OfSongs)? Years { get; init; }

    /// <summary>Only these tracks (dense indices), or null for all.</summary>
    public IReadOnlyCollection<int>? Among { get; init; }

    /// <summary>One flag a track: whether it passes.</summary>
    /// <exception cref="UnknownNameException">A genre or an artist that the catalogue does not have.</exception>
    public bool[] Allowed(Tracks tracks)
    {
        bool[] allowed = Everything(tracks);
        foreach ((_, Func<int, bool> passes) in Conditions(tracks))
            Keep(allowed, passes);
        return allowed;
    }

    /// <summary>Which condition leaves no song, one after the other: "none of 12 has the tempo", where 12 pass the conditions before it.</summary>
    /// <returns>Null where songs are left.</returns>
    /// <exception cref="UnknownNameException">A genre or an artist that the catalogue does not have.</exception>
    public string? WhyNone(Tracks tracks)
    {
        bool[] allowed = Everything(tracks);
        int before = allowed.Count(a => a);
        foreach ((string what, Func<int, bool> passes) in Conditions(tracks))
        {
            Keep(allowed, passes);
            int left = allowed.Count(a => a);
            if (left == 0)
                return $"no song is left: none of {before:N0} {what}";
            before = left;
        }

        return before == 0 ? "no song is left: the list to choose from has none" : null;
    }

    private bool[] Everything(Tracks tracks)
    {
        bool[] all = new bool[tracks.Count];
        if (Among is null)
            Array.Fill(all, true);
        else
            foreach (int track in Among)
                all[track] = true;
        return all;
    }

    /// <summary>What is asked of each song, in the order in which an empty answer is explained; <c>What</c> completes "none ...".</summary>
    private IEnumerable<(string What, Func<int, bool> Passes)> Conditions(Tracks tracks)
    {
        if (Genres.Count > 0)
        {
            bool[] wanted = GenreSet(tracks, Genres);
            yield return ($"is {string.Join(" or ", Genres)}", track => Any(tracks.GenresOf[track], wanted));
        }

        if (NotGenres.Count > 0)
        {
            bool[] unwanted = GenreSet(tracks, NotGenres);
            yield return ($"is anything but {string.Join(" or ", NotGenres)}", track => !Any(tracks.GenresOf[track], unwanted));
        }

        if (NotArtists.Count > 0)
        {
            bool[] theirs = new bool[tracks.Count];
            foreach (int artist in NotArtists.SelectMany(name => ResolveArtists(tracks, name)))
            {
                foreach (int track in tracks.TracksOfArtist[artist])
                    theirs[track] = true;
            }

            yield return ($"is by anybody but {string.Join(" or ", NotArtists)}", track => !theirs[track]);
        }

        if (!AllowExplicit)
            yield return ("is free of explicit words", track => !tracks.IsExplicit(track));
        if (Tempo is { } tempo)
            yield return ("has the tempo", track => !double.IsNaN(tempo.Felt(tracks.Feature(AudioFeature.Tempo)[track])));
        if (Years is (YearRange range, ReadOnlyMemory<short> years))
            yield return ($"came out in {range}", track => range.Contains(years.Span[track]));
        if (PopularityMin > 0 || PopularityMax < 100)
        {
            yield return (FormattableString.Invariant($"has a known popularity of {PopularityMin:0.#} to {PopularityMax:0.#}"),
                track => tracks.Feature(AudioFeature.Popularity)[track] is var p && p >= PopularityMin && p <= PopularityMax);
        }
    }

    /// <summary>All artists of the catalogue that have this name.</summary>
    /// <exception cref="UnknownNameException">There is none.</exception>
    public static IReadOnlyList<int> ResolveArtists(Tracks tracks, string name)
    {
        IReadOnlyList<int> found = tracks.ByArtistName.FindAll(name);
        return found.Count > 0
            ? found
            : throw new UnknownNameException("artist", name, [.. tracks.ByArtistName.Nearest(name, 3).Select(n => tracks.ArtistNames[n.Row])]);
    }

    private static bool[] GenreSet(Tracks tracks, IReadOnlyList<string> names)
    {
        string[] known = [.. Enumerable.Range(0, tracks.GenreNames.Count).Select(g => tracks.GenreNames[g])];
        bool[] set = new bool[known.Length];
        foreach (string name in names)
        {
            string key = NameKey.Of(name);
            int genre = Array.FindIndex(known, g => NameKey.Of(g) == key || NameKey.Of(g).Replace('-', ' ') == key);
            if (genre < 0)
            {
                throw new UnknownNameException("genre", name, [.. known
                    .Select(g => (Genre: g, Likeness: Spelling.Similarity(key, NameKey.Of(g)))).Where(g => g.Likeness >= 0.5)
                    .OrderByDescending(g => g.Likeness).Take(3).Select(g => g.Genre)]);
            }

            set[genre] = true;
        }

        return set;
    }

    private static void Keep(bool[] allowed, Func<int, bool> condition)
    {
        for (int i = 0; i < allowed.Length; i++)
            allowed[i] = allowed[i] && condition(i);
    }

    private static bool Any(ReadOnlySpan<int> members, bool[] set)
    {
        foreach (int m in members)
        {
            if (set[m])
                return true;
        }

        return false;
    }
}
