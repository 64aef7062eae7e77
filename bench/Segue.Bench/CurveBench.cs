using System.Diagnostics;
using System.Text.Json;
using Segue.Catalogue;
using Segue.ModelFiles;
using Segue.Mood;
using Segue.Recommending;
using Segue.Recommending.Playlists;

namespace Segue.Bench;

/// <summary>
/// <c>curve --home DIR [--count N]</c>: for wishes and every shape, how far the songs are from the curve (root mean square, share of its range), what
/// they lose in score against the ranking's first, their mean step in sound against the same songs by rank, and the time.
/// </summary>
internal static class CurveBench
{
    private static readonly string[] s_wishes = ["calm", "party", "rock", "sad and slow", "jazz", "electronic", "happy", "dark"];

    public static int Run(string[] args)
    {
        var arguments = new Arguments(args, "home", "count");
        using MappedFiles files = new();
        SongIndex songs = VdbFiles.Load(new SegueHome(arguments.Require("home")).VdbModels.Find().Folder, files);
        int count = int.Parse(arguments.Get("count", "20"));
        SoundSpace space = new(songs);
        float[] energy = songs.Tracks.Feature(AudioFeature.Energy).ToArray();
        foreach (string shape in PlaylistCurve.Shapes)
        {
            List<double> off = [], lost = [], step = [], ranked = [], ms = [];
            foreach (string text in s_wishes)
            {
                WishMood wish = new(songs, WishReader.For(songs.Tracks).Read(text));
                IReadOnlyList<SongRecommendation> pool = SongRecommender.Recommend(songs, wish, new SongFilter(), new SelectionOptions { Count = 8 * count });
                long start = Stopwatch.GetTimestamp();
                Sequence sequence = PlaylistSequence.Arrange(songs, pool, new SequenceOptions { Count = count, Curve = PlaylistCurve.Parse(shape) });
                ms.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                double[] sorted = [.. pool.Select(p => (double)energy[p.Track]).Order()];
                double range = sorted[sorted.Length * 9 / 10] - sorted[sorted.Length / 10];
                off.Add(Math.Sqrt(sequence.Songs.Average(s => Math.Pow((energy[s.Item.Track] - s.Target) / range, 2))));
                lost.Add(1 - sequence.Songs.Average(s => s.Item.Score) / pool.Take(count).Average(p => p.Score));
                step.Add(MeanStep([.. sequence.Songs.Select(s => s.Item.Track)]));
                ranked.Add(MeanStep([.. sequence.Songs.OrderBy(s => s.Item.Rank).Select(s => s.Item.Track)]));
            }

            Console.WriteLine(JsonSerializer.Serialize(new
            {
                shape,
                count,
                offCurve = Math.Round(off.Average(), 3),
                scoreLost = Math.Round(lost.Average(), 3),
                step = Math.Round(step.Average(), 3),
                stepByRank = Math.Round(ranked.Average(), 3),
                medianMs = Math.Round(ms.Order().ElementAt(ms.Count / 2)),
            }));
        }

        return 0;

        double MeanStep(int[] tracks) => tracks.Zip(tracks.Skip(1), (a, b) => (double)space.Distance(a, b)).Average();
    }
}
