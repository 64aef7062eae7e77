using System.Globalization;
using System.Text;
using Segue.Catalogue;
using Segue.Interactions;

namespace Segue.Import;

/// <summary>The sample: plays and tracks of an invented world, and what is true in it.</summary>
/// <param name="Plays">About 400 listeners and 300 artists.</param>
/// <param name="Tracks">3,000 tracks, ten an artist.</param>
/// <param name="CommunityOfUser">The taste community of each listener, by dense index.</param>
/// <param name="CommunityOfArtist">The taste community of each artist, by dense index.</param>
/// <param name="CommunityNames">What the communities are called: their genres.</param>
internal sealed record SampleWorld(Plays Plays, Tracks Tracks, int[] CommunityOfUser, int[] CommunityOfArtist, string[] CommunityNames);

/// <summary>
/// Makes a small world with known right answers, so that everything can be tried with no data at hand. All of it is invented: no listener,
/// artist or song in it exists.
///
/// Artists belong to one of twelve communities of related genres. Within a community the k-th artist is liked with weight 1/√(k+1), so there are
/// stars and unknowns. A listener belongs to one community, leans to a second, and hears a little of everything: of the artists in a history, 75%
/// come from the first, 15% from the second, 10% from anywhere. How often an artist is played is log-normal around the listener's own habit. Tracks
/// measure as their genre does (<see cref="SampleGenre"/>), moved by what is the artist's own.
/// </summary>
internal static class Sample
{
    public const string Notice = "The sample is invented: no listener, artist or song in it exists.";

    private const int Listeners = 400, ArtistCount = 300, TracksPerArtist = 10;
    private const double OwnShare = 0.75, SecondShare = 0.15;

    /// <summary>The world of a seed, the same bytes on every machine.</summary>
    public static SampleWorld Generate(int seed = 1)
    {
        SampleRandom random = new((ulong)(uint)seed + 1);
        SampleNames names = new(random);
        int communities = SampleGenre.CommunityCount;
        string[] artists = new string[ArtistCount];
        int[] communityOfArtist = new int[ArtistCount];
        for (int a = 0; a < ArtistCount; a++)
            (artists[a], communityOfArtist[a]) = (names.Artist(), a % communities);
        int[] communityOfUser = new int[Listeners];
        for (int u = 0; u < Listeners; u++)
            communityOfUser[u] = random.Below(communities);

        Plays plays = MakePlays(random, artists, communityOfUser, communities);
        Tracks tracks = MakeTracks(random, names, artists);
        string[] communityNames = [.. Enumerable.Range(0, communities).Select(c => string.Join(", ", SampleGenre.All.Where(g => g.Community == c).Select(g => g.Name)))];
        return new SampleWorld(plays, tracks, communityOfUser, communityOfArtist, communityNames);
    }

    private static Plays MakePlays(SampleRandom random, string[] artists, int[] communityOfUser, int communities)
    {
        using PlaysBuilder builder = new();
        for (int a = 0; a < artists.Length; a++)
            builder.Name(Id(a), Encoding.UTF8.GetBytes(artists[a]));
        for (int u = 0; u < communityOfUser.Length; u++)
        {
            int own = communityOfUser[u], second = (own + 1 + random.Below(communities - 1)) % communities;
            int wanted = 12 + (int)(Math.Abs(random.Normal()) * 14);
            double habit = 3.5 + 0.8 * random.Normal();
            HashSet<int> heard = [];
            while (heard.Count < wanted)
            {
                double where = random.Unit();
                int community = where < OwnShare ? own : where < OwnShare + SecondShare ? second : random.Below(communities);
                int artist = ArtistOf(random, community, communities);
                if (!heard.Add(artist))
                {
                    wanted--; // The stars are soon all heard: a listener of narrow taste has a shorter history.
                    continue;
                }

                // e to the power of a normal, by repeated multiplication: no libm.
                double plays = Power(2.718281828, habit + (community == own ? 0.5 : 0) + random.Normal());
                builder.Add(Id(u), Id(artist), (float)Math.Max(1, Math.Floor(plays)));
            }
        }

        return builder.Build(out _);
    }

    /// <summary>An artist of a community, the k-th with weight 1/√(k+1): the share of the first k is about √(k/n).</summary>
    private static int ArtistOf(SampleRandom random, int community, int communities)
    {
        double u = random.Unit();
        int inCommunity = ArtistCount / communities;
        return (int)(u * u * inCommunity) * communities + community;
    }

    private static Tracks MakeTracks(SampleRandom random, SampleNames names, string[] artists)
    {
        TracksBuilder builder = new();
        int communities = SampleGenre.CommunityCount;
        for (int a = 0; a < artists.Length; a++)
        {
            SampleGenre[] genres = [.. SampleGenre.All.Where(g => g.Community == a % communities)];
            SampleGenre main = random.Pick(genres), other = random.Pick(genres);
            double[] lean = [.. main.Features.Select(_ => random.Normal())];
            int rank = a / communities;
            string[] albums = [names.Title(0.5, 0.5), names.Title(0.7, 0.4)];
            for (int t = 0; t < TracksPerArtist; t++)
            {
                SampleGenre genre = t % 4 == 3 ? other : main;
                float[] features = Features(random, genre, lean, rank);
                string title = names.Title(features[(int)AudioFeature.Energy], features[(int)AudioFeature.Valence]);
                string id = string.Create(CultureInfo.InvariantCulture, $"sample-{a * TracksPerArtist + t + 1:0000}");
                IReadOnlyList<string> by = t == TracksPerArtist - 1 && a >= communities ? [artists[a], artists[a % communities]] : [artists[a]];
                builder.Add(new TrackRow(id, title, albums[t % 2], by, genre.Name, genre.Name == "hip-hop" && random.Below(3) == 0, features));
            }
        }

        return builder.Build();
    }

    private static float[] Features(SampleRandom random, SampleGenre genre, double[] lean, int rank)
    {
        // Half of what sets a track apart is its artist's own.
        double Of(SampleGenre.Column column, double min, double max) => Math.Round(
            Math.Clamp(genre[column].Mean + genre[column].Spread * (0.7 * lean[(int)column] + 0.7 * random.Normal()), min, max), 4);

        float[] features = new float[Tracks.FeatureCount];
        void Set(AudioFeature feature, double value) => features[(int)feature] = (float)value;
        Set(AudioFeature.Danceability, Of(SampleGenre.Column.Danceability, 0.06, 0.98));
        Set(AudioFeature.Energy, Of(SampleGenre.Column.Energy, 0.01, 1));
        Set(AudioFeature.Loudness, Of(SampleGenre.Column.Loudness, -45, 0));
        Set(AudioFeature.Speechiness, Of(SampleGenre.Column.Speechiness, 0.025, 0.9));
        Set(AudioFeature.Acousticness, Of(SampleGenre.Column.Acousticness, 0.0001, 0.995));
        Set(AudioFeature.Instrumentalness, Of(SampleGenre.Column.Instrumentalness, 0, 0.98));
        Set(AudioFeature.Liveness, Of(SampleGenre.Column.Liveness, 0.02, 0.98));
        Set(AudioFeature.Valence, Of(SampleGenre.Column.Valence, 0.02, 0.98));
        Set(AudioFeature.Tempo, Of(SampleGenre.Column.Tempo, 45, 215));
        Set(AudioFeature.Duration, Math.Floor(Of(SampleGenre.Column.Seconds, 60, 900)));
        Set(AudioFeature.Mode, random.Unit() < genre[SampleGenre.Column.MajorShare].Mean ? 1 : 0);
        Set(AudioFeature.Key, random.Below(12));
        Set(AudioFeature.TimeSignature, random.Below(10) == 0 ? 3 : 4);
        Set(AudioFeature.Popularity, Math.Floor(Math.Clamp(80 - 2 * rank + 12 * random.Normal(), 0, 100)));
        return features;
    }

    private static double Power(double e, double exponent)
    {
        double result = 1;
        for (int i = 0; i < (int)Math.Floor(exponent); i++)
            result *= e;
        double x = exponent - Math.Floor(exponent), term = 1, series = 1; // Taylor's series for the rest, below 1.
        for (int k = 1; k < 14; k++)
            series += term *= x / k;
        return exponent < 0 ? series / e : result * series;
    }

    private static byte[] Id(int index) => Encoding.UTF8.GetBytes((index + 1).ToString(CultureInfo.InvariantCulture));
}
