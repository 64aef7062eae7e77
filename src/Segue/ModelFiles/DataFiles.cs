using System.IO.Hashing;
using System.Runtime.InteropServices;
using Segue.Catalogue;
using Segue.Interactions;
using Segue.Numerics;

namespace Segue.ModelFiles;

/// <summary>Plays and tracks as tensor files: what an import leaves in <c>data/</c>, and what models keep beside their factors and vectors.</summary>
internal static class DataFiles
{
    public const string PlaysName = "plays.safetensors";
    public const string TracksName = "tracks.safetensors";

    private const int PlaysVersion = 1, TracksVersion = 1;

    public static void SavePlays(Plays plays, string path)
    {
        TensorWriter file = new("plays", PlaysVersion);
        file.Add("users", plays.UserIds);
        file.Add("users", plays.ByUserId);
        file.Add("artists", plays.Artists.Ids);
        file.Add("artists", plays.Artists.ById);
        file.Add("names", plays.Artists.Names);
        file.Add("names", plays.Artists.ByName);
        file.Add("row_starts", plays.Counts.Starts);
        file.Add("columns", plays.Counts.Indices);
        file.Add("counts", plays.Counts.Values);
        if (!plays.FirstPlayedMinutes.IsEmpty)
            file.Add("first_played", plays.FirstPlayedMinutes);
        file.Save(path);
    }

    /// <param name="files">Owns the mapping: the plays are good until it is disposed.</param>
    /// <exception cref="ModelFileException">Missing, damaged or foreign.</exception>
    public static Plays LoadPlays(string path, MappedFiles files)
    {
        TensorFile file = files.Open(path, "plays", PlaysVersion);
        TextColumn users = file.ReadText("users"), ids = file.ReadText("artists"), names = file.ReadText("names");
        return Columns.Checked(file, () => new Plays(
            users,
            new Artists(ids, names, file.ReadNameIndex("artists", ids), file.ReadNameIndex("names", names)),
            new CsrMatrix(users.Count, ids.Count, file.Read<int>("row_starts"), file.Read<int>("columns"), file.Read<float>("counts")),
            file.ReadNameIndex("users", users))
        {
            FirstPlayedMinutes = file.Has("first_played") ? file.Read<int>("first_played") : default,
        });
    }

    public static void SaveTracks(Tracks tracks, string path)
    {
        TracksColumns c = tracks.Columns;
        TensorWriter file = new("tracks", TracksVersion);
        file.Add("ids", c.Ids);
        file.Add("ids", c.ById);
        file.Add("titles", c.Titles);
        file.Add("titles", c.ByTitle);
        file.Add("albums", c.Albums);
        file.Add("artists", c.ArtistNames);
        file.Add("artists", c.ByArtistName);
        file.Add("artists_of", c.ArtistsOf);
        file.Add("genres", c.GenreNames);
        file.Add("genres_of", c.GenresOf);
        file.Add("features", c.Features.Memory, c.Features.Rows, c.Features.Columns);
        file.Add("explicit", c.Explicit);
        file.Add("song_of", c.SongOf);
        if (!c.Years.IsEmpty)
            file.Add("years", c.Years);
        file.Save(path);
    }

    /// <param name="files">Owns the mapping: the tracks are good until it is disposed.</param>
    /// <exception cref="ModelFileException">Missing, damaged or foreign.</exception>
    public static Tracks LoadTracks(string path, MappedFiles files)
    {
        TensorFile file = files.Open(path, "tracks", TracksVersion);
        TextColumn ids = file.ReadText("ids"), titles = file.ReadText("titles"), artists = file.ReadText("artists");
        return Columns.Checked(file, () => new Tracks(new TracksColumns
        {
            Ids = ids,
            ById = file.ReadNameIndex("ids", ids),
            Titles = titles,
            ByTitle = file.ReadNameIndex("titles", titles),
            Albums = file.ReadText("albums"),
            ArtistNames = artists,
            ByArtistName = file.ReadNameIndex("artists", artists),
            ArtistsOf = file.ReadRagged<int>("artists_of"),
            GenreNames = file.ReadText("genres"),
            GenresOf = file.ReadRagged<int>("genres_of"),
            Features = file.ReadMatrix("features"),
            Explicit = file.Read<byte>("explicit"),
            SongOf = file.Read<int>("song_of"),
            Years = file.Has("years") ? file.Read<short>("years") : default,
        }));
    }

    /// <summary>A fingerprint of the data (XXH128, hex): equal when users, artists, counts and dates are equal.</summary>
    public static string Fingerprint(Plays plays)
    {
        XxHash128 hash = new();
        Append(hash, plays.UserIds);
        Append(hash, plays.Artists.Ids);
        Append(hash, plays.Artists.Names);
        hash.Append(MemoryMarshal.AsBytes(plays.Counts.Starts.Span));
        hash.Append(MemoryMarshal.AsBytes(plays.Counts.Indices.Span));
        hash.Append(MemoryMarshal.AsBytes(plays.Counts.Values.Span));
        hash.Append(MemoryMarshal.AsBytes(plays.FirstPlayedMinutes.Span));
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>A fingerprint of the tracks (XXH128, hex): equal when ids, names, artists, genres, features, explicit marks and years
    /// are equal.</summary>
    public static string Fingerprint(Tracks tracks)
    {
        XxHash128 hash = new();
        Append(hash, tracks.Ids);
        Append(hash, tracks.Titles);
        Append(hash, tracks.Albums);
        Append(hash, tracks.ArtistNames);
        Append(hash, tracks.GenreNames);
        Append(hash, tracks.ArtistsOf);
        Append(hash, tracks.GenresOf);
        hash.Append(MemoryMarshal.AsBytes(tracks.Columns.Features.Values));
        hash.Append(tracks.Columns.Explicit.Span);
        hash.Append(MemoryMarshal.AsBytes(tracks.Years));
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static void Append(XxHash128 hash, TextColumn texts) => Append(hash, texts.Utf8);

    /// <summary>Offsets too: "ab" and "c" are not "a" and "bc".</summary>
    private static void Append<T>(XxHash128 hash, Ragged<T> lists)
        where T : unmanaged
    {
        hash.Append(MemoryMarshal.AsBytes(lists.Starts.Span));
        hash.Append(MemoryMarshal.AsBytes(lists.Values.Span));
    }
}
