using Segue.Numerics;

namespace Segue.Catalogue;

/// <summary>
/// The tracks (songs) that can be recommended, column by column and immutable. A track keeps its own id even where another id is the same
/// song: <see cref="SongOf"/> says which belong together.
/// </summary>
internal sealed class Tracks
{
    public static readonly int FeatureCount = Enum.GetValues<AudioFeature>().Length;

    private readonly TracksColumns _columns;
    private readonly Lazy<Ragged<int>> _byArtist;

    /// <exception cref="ArgumentException">Columns of different length, or an index out of range.</exception>
    public Tracks(TracksColumns columns)
    {
        int n = columns.Ids.Count;
        Check(columns.Titles.Count == n && columns.Albums.Count == n && columns.ArtistsOf.Count == n && columns.GenresOf.Count == n
            && columns.Features.Rows == FeatureCount && columns.Features.Columns == n && columns.Explicit.Length == n && columns.SongOf.Length == n
            && (columns.Years.IsEmpty || columns.Years.Length == n),
            $"columns of different length ({n} ids)");
        CheckIndices(columns.ArtistsOf.Values.Span, columns.ArtistNames.Count, "artist");
        CheckIndices(columns.GenresOf.Values.Span, columns.GenreNames.Count, "genre");
        CheckIndices(columns.SongOf.Span, n, "song");
        _columns = columns;
        _byArtist = new(() => Invert(columns.ArtistsOf, columns.ArtistNames.Count));
        (ByNearArtistName, Songs) = (new NearNames(ArtistNames, ByArtistName), new SongNames(this));
    }

    public int Count => _columns.Ids.Count;

    public TracksColumns Columns => _columns;

    /// <summary>Outside ids, e.g. Spotify's.</summary>
    public TextColumn Ids => _columns.Ids;

    public TextColumn Titles => _columns.Titles;

    public TextColumn Albums => _columns.Albums;

    /// <summary>Distinct names of all tracks' artists; indexes of <see cref="ArtistsOf"/> point here.</summary>
    public TextColumn ArtistNames => _columns.ArtistNames;

    /// <summary>Distinct genre names; indexes of <see cref="GenresOf"/> point here.</summary>
    public TextColumn GenreNames => _columns.GenreNames;

    /// <summary>The artists of each track, the main one first.</summary>
    public Ragged<int> ArtistsOf => _columns.ArtistsOf;

    /// <summary>The genres of each track, in order of appearance; may be empty.</summary>
    public Ragged<int> GenresOf => _columns.GenresOf;

    /// <summary>The first track (lowest index) with the same title and artists: equal for all versions under several ids.</summary>
    public ReadOnlySpan<int> SongOf => _columns.SongOf.Span;

    public NameIndex ByTitle => _columns.ByTitle;

    public NameIndex ByArtistName => _columns.ByArtistName;

    /// <summary>Artists by names as people write them.</summary>
    public NearNames ByNearArtistName { get; }

    /// <summary>Tracks by title and artist as people write them.</summary>
    public SongNames Songs { get; }

    /// <summary>The tracks of each artist, ascending. Computed at the first use.</summary>
    public Ragged<int> TracksOfArtist => _byArtist.Value;

    /// <summary>One audio feature of all tracks; NaN where unknown.</summary>
    public ReadOnlySpan<float> Feature(AudioFeature feature) => _columns.Features.Row((int)feature);

    public bool IsExplicit(int track) => _columns.Explicit.Span[track] != 0;

    /// <summary>The year in which each track was released, 0 where unknown; empty where none is known.</summary>
    public ReadOnlySpan<short> Years => _columns.Years.Span;

    public int IndexOfId(string id) => _columns.ById.FindExact(id);

    public IEnumerable<string> ArtistNamesOf(int track)
    {
        int[] artists = ArtistsOf[track].ToArray();
        return artists.Select(a => ArtistNames[a]);
    }

    public IEnumerable<string> GenreNamesOf(int track)
    {
        int[] genres = GenresOf[track].ToArray();
        return genres.Select(g => GenreNames[g]);
    }

    /// <summary>"Title - Artist, Artist": how a track is named in messages.</summary>
    public string DisplayName(int track) => $"{Titles[track]} - {string.Join(", ", ArtistNamesOf(track))}";

    private static void CheckIndices(ReadOnlySpan<int> indices, int count, string what)
    {
        foreach (int i in indices)
        {
            if ((uint)i >= (uint)count)
                Check(false, $"{what} {i} of {count}");
        }
    }

    private static void Check(bool holds, string problem)
    {
        if (!holds)
            throw new ArgumentException($"The track columns do not fit together: {problem}.");
    }

    private static Ragged<int> Invert(Ragged<int> lists, int count)
    {
        int[] starts = new int[count + 1];
        foreach (int v in lists.Values.Span)
            starts[v + 1]++;
        for (int i = 0; i < count; i++)
            starts[i + 1] += starts[i];
        int[] fill = starts[..count];
        int[] values = new int[lists.Values.Length];
        for (int i = 0; i < lists.Count; i++)
        {
            foreach (int v in lists[i])
                values[fill[v]++] = i;
        }

        return new Ragged<int>(starts, values);
    }
}

/// <summary>The columns of <see cref="Tracks"/> as they are saved and mapped.</summary>
internal sealed record TracksColumns
{
    public required TextColumn Ids { get; init; }

    public required TextColumn Titles { get; init; }

    public required TextColumn Albums { get; init; }

    public required TextColumn ArtistNames { get; init; }

    public required Ragged<int> ArtistsOf { get; init; }

    public required TextColumn GenreNames { get; init; }

    public required Ragged<int> GenresOf { get; init; }

    /// <summary>One row a feature (<see cref="AudioFeature"/>), one column a track.</summary>
    public required MatrixView Features { get; init; }

    public required ReadOnlyMemory<byte> Explicit { get; init; }

    public required ReadOnlyMemory<int> SongOf { get; init; }

    /// <summary>One a track, 0 where unknown; empty where no track has one.</summary>
    public ReadOnlyMemory<short> Years { get; init; }

    public required NameIndex ById { get; init; }

    public required NameIndex ByTitle { get; init; }

    public required NameIndex ByArtistName { get; init; }
}
