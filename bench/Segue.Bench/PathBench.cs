using System.Diagnostics;
using System.Text.Json;
using Segue.ModelFiles;
using Segue.Recommending;
using Segue.Recommending.Playlists;

namespace Segue.Bench;

/// <summary>
/// <c>path --home DIR [--pairs N] [--steps N] [--widths 20,80,200]</c>: paths between random songs: the likeness of neighbors, the mean step,
/// and the longest step over the mean of its path.
/// </summary>
internal static class PathBench
{
    public static int Run(string[] args)
    {
        var arguments = new Arguments(args, "home", "pairs", "steps", "widths");
        using MappedFiles files = new();
        SongIndex songs = VdbFiles.Load(new SegueHome(arguments.Require("home")).VdbModels.Find().Folder, files);
        int pairs = int.Parse(arguments.Get("pairs", "50"));
        SongPathOptions options = new() { Steps = int.Parse(arguments.Get("steps", "10")) };
        foreach (int width in arguments.Get("widths", "20,80,200").Split(',').Select(int.Parse))
        {
            Random random = new(1);
            List<double> longest = [], mean = [], likeness = [], ms = [];
            for (int i = 0; i < pairs; i++)
            {
                int from = random.Next(songs.Tracks.Count), to = random.Next(songs.Tracks.Count);
                long start = Stopwatch.GetTimestamp();
                IReadOnlyList<PathSong> path = SongPath.Find(songs, from, to, options, new SongFilter(), width);
                ms.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                longest.Add(path.Skip(1).Max(s => s.Step));
                mean.Add(path.Skip(1).Average(s => s.Step));
                likeness.Add(path.Skip(1).Average(s => s.Likeness));
            }

            double[] ratio = [.. longest.Zip(mean, (l, m) => l / m).Order()];
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                width,
                pairs,
                options.Steps,
                likeness = Math.Round(likeness.Average(), 4),
                meanStep = Math.Round(mean.Average(), 4),
                longestStep = Math.Round(longest.Average(), 4),
                longestOverMean = new { median = Math.Round(ratio[pairs / 2], 3), p90 = Math.Round(ratio[pairs * 9 / 10], 3), max = Math.Round(ratio[^1], 3) },
                medianMs = Math.Round(ms.Order().ElementAt(pairs / 2)),
            }));
        }

        return 0;
    }
}
