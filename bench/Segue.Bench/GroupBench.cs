using System.Text.Json;
using Segue.Factorization;
using Segue.Interactions;
using Segue.ModelFiles;
using Segue.Recommending;

namespace Segue.Bench;

/// <summary>
/// <c>group --home DIR [--groups N] [--count N]</c>: groups of two to four random listeners; by strategy the satisfaction of the least-served and of
/// all, and the spread between the best and the least served.
/// </summary>
internal static class GroupBench
{
    public static int Run(string[] args)
    {
        var arguments = new Arguments(args, "home", "groups", "count");
        SegueHome home = new(arguments.Require("home"));
        using MappedFiles files = new();
        SongIndex songs = VdbFiles.Load(home.VdbModels.Find().Folder, files);
        string folder = home.AlsModels.Find().Folder;
        Plays plays = DataFiles.LoadPlays(Path.Combine(folder, DataFiles.PlaysName), files);
        AlsModel als = AlsFiles.Load(folder, files);
        Pipeline pipeline = new(als, plays, songs);
        int groups = int.Parse(arguments.Get("groups", "100"));
        SelectionOptions selection = new() { Count = int.Parse(arguments.Get("count", "20")) };
        Random random = new(1);
        Profile[][] members = [.. Enumerable.Range(0, groups).Select(g =>
            Enumerable.Range(0, 2 + g % 3).Select(_ => Profile.OfUser(plays, random.Next(plays.Counts.Rows))).ToArray())];
        foreach ((string strategy, Func<double[][], int, int[]> choose) in GroupStrategies.All)
        {
            double[][] satisfaction = [.. members.Select(m => GroupRecommender.Recommend(
                pipeline, songs, m, null, new PipelineOptions(), new SongFilter(), selection, choose).Satisfaction.ToArray())];
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                strategy,
                groups,
                leastServed = Math.Round(satisfaction.Average(s => s.Min()), 4),
                worstGroup = Math.Round(satisfaction.Min(s => s.Min()), 4),
                mean = Math.Round(satisfaction.Average(s => s.Average()), 4),
                spread = Math.Round(satisfaction.Average(s => s.Max() - s.Min()), 4),
            }));
        }

        return 0;
    }
}
