using System.Text.Json;
using Segue.Catalogue;
using Segue.ModelFiles;
using Segue.Mood;
using Segue.Recommending;

namespace Segue.Bench;

/// <summary>
/// <c>contrast --home DIR [--pairs N]</c>: what "like X, less like Y" does for growing γ. Pairs of well-stocked artists that share a genre (the hard
/// case:
/// near and far overlap); of the top 20, the mean likeness (<see cref="SongLikeness"/>, which sees description vectors too and is not what ranks) to
/// ten songs of X and to ten of Y, and the songs that are Y's own.
/// </summary>
internal static class ContrastBench
{
    private const int Top = 20, SongsOfArtist = 10, SongsMin = 20;

    public static int Run(string[] args)
    {
        var arguments = new Arguments(args, "home", "pairs");
        using MappedFiles files = new();
        SongIndex songs = VdbFiles.Load(new SegueHome(arguments.Require("home")).VdbModels.Find().Folder, files);
        (int Near, int Far)[] pairs = [.. Pairs(songs.Tracks).Take(int.Parse(arguments.Get("pairs", "200")))];
        foreach (float away in (float[])[0, 0.1f, 0.2f, 0.35f, 0.5f, 0.75f, 1, 1.5f, 2])
        {
            MoodScorer scorer = new(songs.Tracks, songs.Percentiles, songs.Regions) { Away = away };
            double[][] rows = [.. pairs.AsParallel().AsOrdered().Select(p => Measure(songs, scorer, p.Near, p.Far))];
            double near = rows.Average(r => r[0]), far = rows.Average(r => r[1]), own = rows.Average(r => r[2]);
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                gamma = Math.Round(away, 2),
                pairs = pairs.Length,
                likeNear = Math.Round(near, 4),
                likeFar = Math.Round(far, 4),
                contrast = Math.Round(near - far, 4),
                songsOfFar = Math.Round(own, 3),
            }));
        }

        return 0;
    }

    private static double[] Measure(SongIndex songs, MoodScorer scorer, int near, int far)
    {
        Tracks tracks = songs.Tracks;
        Wish wish = Wish.Nothing with
        {
            References =
            [
                new WishReference(ReferenceKind.Artist, [.. tracks.TracksOfArtist[near]], tracks.ArtistNames[near], Use.Resemble),
                new WishReference(ReferenceKind.Artist, [.. tracks.TracksOfArtist[far]], tracks.ArtistNames[far], Use.Avoid),
            ],
        };
        int[] top = [.. scorer.Rank(wish, Top).Items.Select(i => i.Track)];
        return [Likeness(songs, near, top), Likeness(songs, far, top), top.Count(t => tracks.ArtistsOf[t].Contains(far))];
    }

    private static double Likeness(SongIndex songs, int artist, int[] top)
    {
        double[] likeness = new double[top.Length];
        int[] own = songs.Tracks.TracksOfArtist[artist].ToArray();
        int[] spread = [.. Enumerable.Range(0, SongsOfArtist).Select(i => own[i * own.Length / SongsOfArtist])];
        new SongLikeness(songs).ToSeeds(spread, top, toAll: true, likeness, new int[top.Length]);
        return likeness.Average();
    }

    /// <summary>Neighbors in the list of artists of one genre, so that each artist is near once and far once.</summary>
    private static IEnumerable<(int, int)> Pairs(Tracks tracks) => Enumerable.Range(0, tracks.ArtistNames.Count)
        .Where(a => tracks.TracksOfArtist[a].Length >= SongsMin)
        .GroupBy(a => tracks.GenreNamesOf(tracks.TracksOfArtist[a][0]).FirstOrDefault() ?? "")
        .SelectMany(g => g.Zip(g.Skip(1)));
}
