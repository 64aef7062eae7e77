using System.Diagnostics;
using System.Text.Json.Nodes;
using Segue.Import;
using Segue.ModelFiles;

namespace Segue.Bench;

/// <summary>How long a file takes to become what training reads, and how much memory at most. One JSON line.</summary>
internal static class ImportBench
{
    public static int Run(string[] args)
    {
        Arguments given = new(args, "path", "home");
        Stopwatch clock = Stopwatch.StartNew();
        Imported found = Importer.Read([given.Require("path")]);
        double read = clock.Elapsed.TotalSeconds;
        SegueHome home = new(given.Get("home", Path.Combine(Path.GetTempPath(), "segue-bench-home")));
        if (found.Plays is { } plays)
        {
            home.PlaysData.Write(
                new ModelCard { Kind = "plays", Data = DataFiles.Fingerprint(plays) }, f => DataFiles.SavePlays(plays, Path.Combine(f, DataFiles.PlaysName)));
        }

        if (found.Tracks is { } tracks)
        {
            home.TracksData.Write(
                new ModelCard { Kind = "tracks", Data = DataFiles.Fingerprint(tracks) }, f => DataFiles.SaveTracks(tracks, Path.Combine(f, DataFiles.TracksName)));
        }

        double all = clock.Elapsed.TotalSeconds;
        long peak = Process.GetCurrentProcess().PeakWorkingSet64;
        Ledger ledger = found.Ledger;
        Console.WriteLine(new JsonObject
        {
            ["rows"] = ledger.RowsRead,
            ["accepted"] = ledger.Accepted,
            ["merged"] = ledger.Merged,
            ["skipped"] = ledger.Skipped,
            ["rejected"] = ledger.Rejected,
            ["users"] = found.Plays?.UserIds.Count,
            ["items"] = found.Plays?.Artists.Count ?? found.Tracks?.Count,
            ["secondsRead"] = Math.Round(read, 2),
            ["seconds"] = Math.Round(all, 2),
            ["peakMemoryBytes"] = peak,
        }.ToJsonString());
        return 0;
    }
}
