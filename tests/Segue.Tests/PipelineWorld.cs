using Segue.Catalogue;
using Segue.Factorization;
using Segue.Interactions;
using Segue.Mood;
using Segue.Numerics;
using Segue.Recommending;
using Segue.VectorSearch;

namespace Segue.Tests;

/// <summary>
/// A small random world with all that goes wrong in large ones: artists without songs, songs of artists nobody plays, several artists a song, one
/// song under several ids and in several versions, songs of unknown popularity and without a vector, explicit ones, several genres.
/// </summary>
internal sealed class PipelineWorld
{
    private const int ArtistCount = 36, UserCount = 24, SongCount = 220, Dimensions = 4;

    private static readonly string[] s_genres = ["rock", "pop", "jazz", "ambient", "metal"];

    public PipelineWorld(int seed)
    {
        Random random = new(seed);
        Plays = PlaysOf(random);
        Songs = SongsOf(random);
        Als = AlsTrainer.Train(Plays.Counts, new AlsOptions { Factors = 8, Threads = 1, Seed = seed }).Model;
        Pipeline = new Pipeline(Als, Plays, Songs);
        Random = random;
    }

    public Plays Plays { get; }

    public SongIndex Songs { get; }

    public AlsModel Als { get; }

    public Pipeline Pipeline { get; }

    /// <summary>For what is drawn after the world itself.</summary>
    public Random Random { get; }

    /// <summary>A user, somebody with likes and dislikes, or nobody; with dates or without.</summary>
    public Profile Listener()
    {
        int[] some = [.. Enumerable.Range(0, ArtistCount).Where(_ => Random.Next(5) == 0)];
        Profile profile = Random.Next(4) switch
        {
            0 => Profile.OfUser(Plays, Random.Next(UserCount)),
            1 => Profile.Of([]),
            2 => Profile.OfUser(Plays, Random.Next(UserCount)) with { Disliked = [.. some.Take(2)] },
            _ => Profile.Of(some.Skip(2).Select(a => (a, 1f + Random.Next(50))), some.Take(2)),
        };
        return Random.Next(3) == 0 ? Dated(profile) : profile;
    }

    public Profile Dated(Profile profile) => profile with { DaysSince = [.. profile.Artists.Select(_ => Random.Next(5) == 0 ? float.NaN : Random.Next(200))] };

    public PipelineOptions Options() => new()
    {
        Taste = Random.NextDouble(),
        Popularity = 0.3 * Random.NextDouble(),
        Discovery = Random.Next(2) * Random.NextDouble(),
        ExcludeHeard = Random.Next(2) == 0,
    };

    public SongFilter Filter() => Random.Next(2) == 0 ? new SongFilter() : new SongFilter
    {
        Genres = Random.Next(3) == 0 ? ["rock", "jazz"] : [],
        NotGenres = Random.Next(3) == 0 ? ["pop"] : [],
        NotArtists = Random.Next(3) == 0 ? ["Artist 3"] : [],
        AllowExplicit = Random.Next(2) == 0,
        PopularityMin = Random.Next(3) == 0 ? 20 : 0,
        PopularityMax = Random.Next(3) == 0 ? 70 : 100,
        Among = Random.Next(4) == 0 ? [.. Enumerable.Range(0, Songs.Tracks.Count).Where(_ => Random.Next(2) == 0)] : null,
    };

    public SelectionOptions Selection() => new()
    {
        Count = 1 + Random.Next(30),
        MaxPerArtist = 1 + Random.Next(4),
        MaxPerGenre = Random.Next(2) == 0 ? int.MaxValue : 1 + Random.Next(6),
        Diversity = Random.Next(2) * Random.NextDouble(),
    };

    public ISongMood? Wish() => Random.Next(2) == 0 ? null : new SongsMood(Songs, [Random.Next(Songs.Tracks.Count)], toAll: true);

    private static Plays PlaysOf(Random random)
    {
        List<int> users = [], artists = [];
        List<float> plays = [];
        for (int user = 0; user < UserCount; user++)
        {
            // Two communities, so that there is a taste to find.
            foreach (int artist in Enumerable.Range(0, ArtistCount).Where(a => random.Next(a % 2 == user % 2 ? 3 : 12) == 0))
            {
                users.Add(user);
                artists.Add(artist);
                plays.Add(1 + random.Next(100));
            }
        }

        CsrMatrix counts = CsrMatrix.FromEntries(UserCount, ArtistCount, users.ToArray(), artists.ToArray(), plays.ToArray());
        TextColumn Names(string what, int count) => TextColumn.From([.. Enumerable.Range(0, count).Select(i => what + i)]);
        return new Plays(Names("user", UserCount), new Artists(Names("a", ArtistCount), Names("Artist ", ArtistCount)), counts);
    }

    private static SongIndex SongsOf(Random random)
    {
        TracksBuilder builder = new();
        for (int song = 0; song < SongCount; song++)
        {
            // Artists 30 to 35 have no songs, 36 to 45 are played by nobody.
            int artist = random.Next(40) is var a && a < 30 ? a : a + 6;
            string[] names = random.Next(6) == 0 ? [$"Artist {artist}", $"ARTIST  {(artist + 7) % 30}"] : [$"Artist {artist}"];
            string title = $"Song {random.Next(60)}" + (random.Next(5) switch { 0 => " - 2011 Remaster", 1 => " (Live)", _ => "" });
            float[] features = new float[Catalogue.Tracks.FeatureCount];
            for (int f = 0; f < features.Length; f++)
                features[f] = random.NextSingle();
            features[(int)AudioFeature.Popularity] = random.Next(15) == 0 ? float.NaN : random.Next(101);
            builder.Add(new TrackRow($"id{song}", title, "Album", names, s_genres[random.Next(s_genres.Length)], random.Next(4) == 0, features));
        }

        Tracks tracks = builder.Build();
        int[] embedded = [.. Enumerable.Range(0, tracks.Count).Where(_ => random.Next(20) > 0)];
        float[] vectors = [.. Enumerable.Range(0, embedded.Length * Dimensions).Select(_ => random.NextSingle() - 0.5f)];
        FlatIndex index = new(new MatrixView(vectors, embedded.Length, Dimensions), Metric.Cosine);
        return new SongIndex(tracks, FeaturePercentiles.Compute(tracks), null, index, embedded, "random");
    }
}
