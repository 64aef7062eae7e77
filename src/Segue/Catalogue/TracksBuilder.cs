using System.IO.Hashing;
using System.Runtime.InteropServices;
using Segue.Numerics;

namespace Segue.Catalogue;

/// <summary>One track as a reader found it. Features are indexed by <see cref="AudioFeature"/>; NaN where the source has none.</summary>
internal readonly record struct TrackRow(string Id, string Title, string Album, IReadOnlyList<string> Artists, string? Genre, bool Explicit, float[] Features)
{
    /// <summary>Of its release; 0 where unknown.</summary>
    public short Year { get; init; }
}

/// <summary>
/// Collects track rows into <see cref="Tracks"/>. A row with an id that was seen before adds its genre to that track and changes nothing
/// else; rows of other ids with the same title and artists stay tracks of their own that know they are one song. Kept column by column, so that
/// a million rows are a dozen growing blocks and not ten million objects for the garbage collector to walk over.
/// </summary>
internal sealed class TracksBuilder
{
    private readonly Dictionary<string, int> _byId = new(StringComparer.Ordinal);
    private readonly TextColumnBuilder _ids = new(), _titles = new(), _albums = new();
    private readonly Interner _genres = new(), _artists = new();
    private readonly List<string> _artistKeys = []; // The name of each artist as songs compare it.
    private readonly List<int> _artistStarts = [0], _artistsOf = [];
    private readonly List<int> _genreOf = []; // The first genre of each track, or -1.
    private readonly Dictionary<int, List<int>> _furtherGenresOf = [];
    private readonly HashSet<(int Track, int Genre)> _furtherGenres = [];
    private readonly List<float> _features = []; // A row a track.
    private readonly List<byte> _explicit = [];
    private readonly List<short> _years = [];
    private readonly List<int> _songOf = [];
    private readonly Dictionary<UInt128, int> _songs = [];

    public int Count => _songOf.Count;

    /// <returns>False when the id was there already: the row was merged.</returns>
    public bool Add(in TrackRow row)
    {
        if (row.Features.Length != Tracks.FeatureCount)
            throw new ArgumentException($"A track has {Tracks.FeatureCount} features, not {row.Features.Length}.", nameof(row));
        int genre = string.IsNullOrWhiteSpace(row.Genre) ? -1 : _genres.IndexOf(row.Genre.Trim());
        if (_byId.TryGetValue(row.Id, out int known))
        {
            AddGenre(known, genre);
            return false;
        }

        int index = Count;
        _byId.Add(row.Id, index);
        _ids.Add(row.Id);
        _titles.Add(row.Title);
        _albums.Add(row.Album);
        _genreOf.Add(genre);
        _features.AddRange(row.Features);
        _explicit.Add(row.Explicit ? (byte)1 : (byte)0);
        _years.Add(row.Year);
        AddArtists(row.Artists);
        UInt128 song = SongKey(row.Title, _artistStarts[^2]);
        _songOf.Add(_songs.TryAdd(song, index) ? index : _songs[song]);
        return true;
    }

    public Tracks Build()
    {
        int n = Count;
        float[] features = new float[Tracks.FeatureCount * n];
        for (int i = 0; i < n; i++)
        {
            for (int f = 0; f < Tracks.FeatureCount; f++)
                features[f * n + i] = _features[i * Tracks.FeatureCount + f];
        }

        TextColumn ids = _ids.Build(), titles = _titles.Build(), artistNames = TextColumn.From(_artists.Names);
        NameIndex[] indexes = new NameIndex[3];
        Parallel.Invoke(
            () => indexes[0] = NameIndex.Build(ids),
            () => indexes[1] = NameIndex.Build(titles),
            () => indexes[2] = NameIndex.Build(artistNames));
        return new Tracks(new TracksColumns
        {
            Ids = ids,
            Titles = titles,
            Albums = _albums.Build(),
            ArtistNames = artistNames,
            ArtistsOf = new Ragged<int>(_artistStarts.ToArray(), _artistsOf.ToArray()),
            GenreNames = TextColumn.From(_genres.Names),
            GenresOf = Ragged<int>.From(Enumerable.Range(0, n).Select(GenresOf)),
            Features = new MatrixView(features, Tracks.FeatureCount, n),
            Explicit = _explicit.ToArray(),
            SongOf = _songOf.ToArray(),
            Years = _years.TrueForAll(y => y == 0) ? default : _years.ToArray(),
            ById = indexes[0],
            ByTitle = indexes[1],
            ByArtistName = indexes[2],
        });
    }

    private void AddGenre(int track, int genre)
    {
        if (genre < 0 || _genreOf[track] == genre)
            return;
        if (_genreOf[track] < 0)
            _genreOf[track] = genre;
        else if (!_furtherGenres.Add((track, genre)))
            return;
        else if (_furtherGenresOf.TryGetValue(track, out List<int>? further))
            further.Add(genre);
        else
            _furtherGenresOf.Add(track, [genre]);
    }

    private IReadOnlyList<int> GenresOf(int track) => _genreOf[track] < 0
        ? []
        : _furtherGenresOf.TryGetValue(track, out List<int>? further) ? [_genreOf[track], .. further] : [_genreOf[track]];

    private void AddArtists(IReadOnlyList<string> names)
    {
        const int Few = 16; // Looking through a few is faster than a set; a row of a megabyte may name a hundred thousand.
        int start = _artistsOf.Count;
        HashSet<int>? seen = names.Count > Few ? [] : null;
        for (int k = 0; k < names.Count; k++)
        {
            int artist = _artists.IndexOf(names[k]);
            if (artist == _artistKeys.Count)
                _artistKeys.Add(NameKey.Of(names[k]));
            if (seen?.Add(artist) ?? _artistsOf.IndexOf(artist, start) < 0)
                _artistsOf.Add(artist);
        }

        _artistStarts.Add(_artistsOf.Count);
    }

    /// <summary>A hash of title and artists in any order; 128 bits, so that equal hashes are equal songs.</summary>
    private UInt128 SongKey(string title, int artistsFrom)
    {
        string[] artists = new string[_artistsOf.Count - artistsFrom];
        for (int k = 0; k < artists.Length; k++)
            artists[k] = _artistKeys[_artistsOf[artistsFrom + k]];
        Array.Sort(artists, StringComparer.Ordinal);
        string song = NameKey.Of(title) + "\n" + string.Join('\n', artists);
        return XxHash128.HashToUInt128(MemoryMarshal.AsBytes(song.AsSpan()));
    }
}

/// <summary>Distinct strings by order of first appearance.</summary>
internal sealed class Interner
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
