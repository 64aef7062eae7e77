using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Segue.Catalogue;
using Segue.Interactions;
using Segue.ModelFiles;
using Segue.Mood;
using Segue.Mood.Knowledge;
using Segue.Recommending;

namespace Segue.Bench;

/// <summary>
/// <c>judge --home DIR [--playlists FILE] [--rules FILE] [--audio FILE]</c>: how good answers to wishes are, by what people put into playlists under
/// a word, by wishes with
/// rules, and by the older audio benchmark. <c>--show N</c> prints the first N songs of each wish, for reading; <c>--ablate yes</c> takes away one
/// kind of evidence after
/// the other; <c>--time yes</c> measures how long a wish takes the first time and again.
/// </summary>
internal static class JudgeBench
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static int Run(string[] args)
    {
        Arguments arguments = new(args, "home", "playlists", "rules", "audio", "show", "ablate", "means", "time");
        SegueHome home = new(arguments.Require("home"));
        using MappedFiles files = new();
        SongIndex songs = VdbFiles.Load(home.VdbModels.Find().Folder, files);
        SongKnowledge knowledge = songs.Knowledge ?? throw new SegueException("this index was made before there was knowledge of songs; run 'segue build-vdb' again");
        IJudge[] judges = [.. Judges(arguments, home, songs, files)];
        if (arguments.Get("time", "no") != "no")
        {
            Time(judges, songs, knowledge);
            return 0;
        }

        int show = arguments.Int("show", 0);
        EvidenceParts[] taken = arguments.Get("ablate", "no") == "no" ? [EvidenceParts.None]
            : [EvidenceParts.None, .. Enum.GetValues<EvidenceParts>().Where(p => p is not (EvidenceParts.None or EvidenceParts.All))];
        foreach (EvidenceParts part in taken)
        {
            SongKnowledge known = knowledge.With(EvidenceParts.All & ~part);
            MoodScorer scorer = new(songs.Tracks, songs.Percentiles, songs.Regions, known);
            WishReader reader = WishReader.For(songs.Tracks, vocabulary: known);
            foreach (IJudge judge in judges)
                Report(judge, reader, scorer, part == EvidenceParts.None ? "all" : $"without {part.ToString().ToLowerInvariant()}",
                    show, taken.Length == 1 && arguments.Get("means", "no") == "no");
        }

        return 0;
    }

    /// <summary>A wish read and answered the first time, with nothing kept of its concepts, and again; the program is warm.</summary>
    private static void Time(IJudge[] judges, SongIndex songs, SongKnowledge knowledge)
    {
        string[] wishes = [.. judges.SelectMany(j => j.Wishes)];
        for (int round = 0; round < 2; round++)
        {
            MoodScorer scorer = new(songs.Tracks, songs.Percentiles, songs.Regions, knowledge.With(EvidenceParts.All));
            WishReader reader = WishReader.For(songs.Tracks, vocabulary: knowledge);
            List<double> first = [], again = [];
            foreach (string wish in wishes)
            {
                first.Add(Once(scorer, reader, wish));
                again.Add(Once(scorer, reader, wish));
            }

            if (round == 1)
                Print(new { bench = "wishes", wishes = wishes.Length, firstMs = Of(first), againMs = Of(again) });
        }

        static double Once(MoodScorer scorer, WishReader reader, string wish)
        {
            long start = Stopwatch.GetTimestamp();
            scorer.Rank(reader.Read(wish), 10);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        static object Of(List<double> ms)
        {
            double[] sorted = [.. ms.Order()];
            return new { median = Math.Round(sorted[sorted.Length / 2], 2), p95 = Math.Round(sorted[(int)(sorted.Length * 0.95)], 2), most = Math.Round(sorted[^1], 2) };
        }
    }

    private static IEnumerable<IJudge> Judges(Arguments arguments, SegueHome home, SongIndex songs, MappedFiles files)
    {
        if (arguments.Get("playlists", "") is { Length: > 0 } playlists)
            yield return new PlaylistJudge(songs.Tracks, playlists);
        if (arguments.Get("rules", "") is { Length: > 0 } rules)
        {
            (Artists? artists, SideInformation? side) = Tags(home, files);
            yield return new RuleJudge(songs.Tracks, songs.Percentiles, rules, artists, side);
        }

        if (arguments.Get("audio", "") is { Length: > 0 } audio)
        {
            foreach (string path in audio.Split(','))
                yield return new AudioJudge(songs.Percentiles, path);
        }
    }

    private static (Artists?, SideInformation?) Tags(SegueHome home, MappedFiles files)
    {
        if (home.PlaysData.Current() is null)
            return (null, null);
        string folder = home.PlaysData.Find().Folder;
        Plays plays = DataFiles.LoadPlays(Path.Combine(folder, DataFiles.PlaysName), files);
        return (plays.Artists, SideFiles.LoadInformation(plays, folder, files));
    }

    private static void Report(IJudge judge, WishReader reader, MoodScorer scorer, string setting, int show, bool each)
    {
        List<Judged> all = [];
        for (int w = 0; w < judge.Wishes.Count; w++)
        {
            Judged judged = judge.Judge(w, reader, scorer);
            all.Add(judged);
            if (each)
                Print(new { judge = judge.Name, wish = judged.Wish, kind = judged.Kind, values = Rounded(judged.Values) });
            foreach (int track in judged.Top.Take(show))
                Console.WriteLine($"    {scorer.Tracks.DisplayName(track)}  [{string.Join(", ", scorer.Tracks.GenreNamesOf(track))}]");
        }

        foreach (IGrouping<string, Judged> kind in all.GroupBy(j => j.Kind).Where(_ => each))
            Print(new { setting, judge = judge.Name, kind = kind.Key, wishes = kind.Count(), means = Rounded(Means(kind)) });
        Print(new { setting, judge = judge.Name, wishes = all.Count, means = Rounded(Means(all)) });
    }

    private static Dictionary<string, double> Means(IEnumerable<Judged> judged) =>
        judged.SelectMany(j => j.Values).GroupBy(v => v.Key).ToDictionary(v => v.Key, v => v.Average(x => x.Value));

    private static Dictionary<string, double> Rounded(IReadOnlyDictionary<string, double> values) => values.ToDictionary(v => v.Key, v => Math.Round(v.Value, 4));

    private static void Print(object line) => Console.WriteLine(JsonSerializer.Serialize(line, s_json));
}
