using Segue.Numerics;

namespace Segue.Catalogue;

/// <summary>One track as a reader found it. Features are indexed by <see cref="AudioFeature"/>; NaN where the source has none.</summary>
public readonly record struct TrackRow(string Id, string Title, string Album, IReadOnlyList<string> Artists, string? Genre, bool Explicit, float[] Features);

/// <summary>
/// Collects track rows into <see cref="Tracks"/>. A row with an id that was seen before adds its genre to that track and changes nothing
/// else; rows of other ids with the same title and artists stay tracks of their own that know they are one song.
/// </summary>
public sealed class TracksBuilder
{
    private readonly List<TrackRow> _rows = [];
    private readonly Dictionary<string, int> _byId = new(StringComparer.Ordinal);
    private readonly List<List<int>> _genresOf = [];
    private readonly Interner _genres = new();
    private readonly Interner _artists = new();
    private readonly List<int[]> _artistsOf = [];

    public int Count => _rows.Count;

    /// <returns>False when the id was there already: the row was merged.</returns>
    public bool Add(in TrackRow row)
    {
        if (row.Features.Length != Tracks.FeatureCount)
            throw new ArgumentException($"A track has {Tracks.FeatureCount} features, not {row.Features.Length}.", nameof(row));
        bool isNew = !_byId.TryGetValue(row.Id, out int index);
        if (isNew)
        {
            index = _rows.Count;
            _byId.Add(row.Id, index);
            _rows.Add(row);
            _genresOf.Add([]);
            _artistsOf.Add([.. row.Artists.Select(_artists.IndexOf).Distinct()]);
        }

        if (!string.IsNullOrWhiteSpace(row.Genre) && _genres.IndexOf(row.Genre.Trim()) is var genre && !_genresOf[index].Contains(genre))
            _genresOf[index].Add(genre);
        return isNew;
    }

    public Tracks Build()
    {
        int n = _rows.Count;
        float[] features = new float[Tracks.FeatureCount * n];
        byte[] isExplicit = new byte[n];
        int[] songOf = new int[n];
        Dictionary<string, int> songs = new(StringComparer.Ordinal);
        for (int i = 0; i < n; i++)
        {
            for (int f = 0; f < Tracks.FeatureCount; f++)
                features[f * n + i] = _rows[i].Features[f];
            isExplicit[i] = _rows[i].Explicit ? (byte)1 : (byte)0;
            string song = NameKey.Of(_rows[i].Title) + "\n" + string.Join('\n', _artistsOf[i].Select(a => NameKey.Of(_artists.Names[a])).Order(StringComparer.Ordinal));
            songOf[i] = songs.TryAdd(song, i) ? i : songs[song];
        }

        TextColumn ids = TextColumn.From(_rows.Select(r => r.Id)), titles = TextColumn.From(_rows.Select(r => r.Title)), artistNames = TextColumn.From(_artists.Names);
        return new Tracks(new TracksColumns
        {
            Ids = ids,
            Titles = titles,
            Albums = TextColumn.From(_rows.Select(r => r.Album)),
            ArtistNames = artistNames,
            ArtistsOf = Ragged<int>.From(_artistsOf),
            GenreNames = TextColumn.From(_genres.Names),
            GenresOf = Ragged<int>.From(_genresOf),
            Features = new MatrixView(features, Tracks.FeatureCount, n),
            Explicit = isExplicit,
            SongOf = songOf,
            ById = NameIndex.Build(ids),
            ByTitle = NameIndex.Build(titles),
            ByArtistName = NameIndex.Build(artistNames),
        });
    }
}

/// <summary>Distinct strings by order of first appearance.</summary>
public sealed class Interner
{
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    public IReadOnlyList<string> Names => _names;

    public int IndexOf(string name)
    {
        if (!_index.TryGetValue(name, out int index))
        {
            _index.Add(name, index = _names.Count);
            _names.Add(name);
        }

        return index;
    }
}
