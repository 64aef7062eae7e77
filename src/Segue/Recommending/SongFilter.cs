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

    /// <summary>0..100; songs of unknown popularity pass when this is 0.</summary>
    public double PopularityMin { get; init; }

    /// <summary>0..100; songs of unknown popularity pass when this is 100.</summary>
    public double PopularityMax { get; init; } = 100;

    /// <summary>Only songs of a tempo in this range; null for any.</summary>
    public TempoRange? Tempo { get; init; }

    /// <summary>Only songs that came out in these years, and the year of each (0: unknown, which is none of them); null for any.</summary>
    public (YearRange Range, ReadOnlyMemory<short> OfSongs)? Years { get; init; }

    /// <summary>Only these tracks (dense indices), or null for all.</summary>
    public IReadOnlyCollection<int>? Among { get; init; }

    /// <summary>One byte a track: 1 where it passes.</summary>
    /// <exception cref="UnknownNameException">A genre or an artist that the catalogue does not have.</exception>
    public bool[] Allowed(Tracks tracks)
    {
        bool[] allowed = new bool[tracks.Count];
        if (Among is null)
            Array.Fill(allowed, true);
        else
            foreach (int track in Among)
                allowed[track] = true;

        if (Genres.Count > 0)
        {
            bool[] wanted = GenreSet(tracks, Genres);
            Keep(allowed, track => Any(tracks.GenresOf[track], wanted));
        }

        if (NotGenres.Count > 0)
        {
            bool[] unwanted = GenreSet(tracks, NotGenres);
            Keep(allowed, track => !Any(tracks.GenresOf[track], unwanted));
        }

        foreach (string name in NotArtists)
        {
            foreach (int artist in ResolveArtists(tracks, name))
            {
                foreach (int track in tracks.TracksOfArtist[artist])
                    allowed[track] = false;
            }
        }

        if (!AllowExplicit)
            Keep(allowed, track => !tracks.IsExplicit(track));
        if (Tempo is { } tempo)
            Keep(allowed, track => !double.IsNaN(tempo.Felt(tracks.Feature(AudioFeature.Tempo)[track])));
        if (Years is (YearRange range, ReadOnlyMemory<short> years))
            Keep(allowed, track => range.Contains(years.Span[track]));
        if (PopularityMin > 0 || PopularityMax < 100)
            KeepPopularity(tracks, allowed);
        return allowed;
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

    private void KeepPopularity(Tracks tracks, bool[] allowed)
    {
        ReadOnlySpan<float> popularity = tracks.Feature(AudioFeature.Popularity);
        for (int track = 0; track < allowed.Length; track++)
        {
            float p = popularity[track];
            if (float.IsNaN(p) ? PopularityMin > 0 && PopularityMax < 100 : p < PopularityMin || p > PopularityMax)
                allowed[track] = false;
        }
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
