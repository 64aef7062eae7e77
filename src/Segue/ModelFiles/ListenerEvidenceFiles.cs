using Segue.Factorization;
using Segue.Interactions;
using Segue.Mood.Knowledge;

namespace Segue.ModelFiles;

/// <summary>What the home folder knows of listeners, for learning about songs: the plays and tags that were imported last, and vectors of the
/// artists.</summary>
internal static class ListenerEvidenceFiles
{
    /// <summary>
    /// The current plays with their tags; the vectors are those of the current taste model where it was trained on these very plays, else they are
    /// trained here. Null where no plays were imported.
    /// </summary>
    /// <exception cref="ModelFileException">A file is damaged or foreign.</exception>
    public static ListenerEvidence? Load(SegueHome home, MappedFiles files, int threads = 0, CancellationToken cancel = default)
    {
        if (home.PlaysData.Current() is null)
            return null;
        (_, string folder) = home.PlaysData.Find();
        Plays plays = DataFiles.LoadPlays(Path.Combine(folder, DataFiles.PlaysName), files);
        SideInformation? side = SideFiles.LoadInformation(plays, folder, files);
        AlsModel als = Trained(home, plays, files) ?? Train(plays, side, threads, cancel);
        return new ListenerEvidence(plays.Artists, als.Listeners.ToArray(), als.ArtistFactors, side);
    }

    private static AlsModel? Trained(SegueHome home, Plays plays, MappedFiles files)
    {
        if (home.AlsModels.Current() is null)
            return null;
        (string version, string folder) = home.AlsModels.Find();
        return home.AlsModels.Verify(version).Data == DataFiles.Fingerprint(plays) ? AlsFiles.Load(folder, files) : null;
    }

    private static AlsModel Train(Plays plays, SideInformation? side, int threads, CancellationToken cancel)
    {
        AlsRun run = new() { TrackLoss = false, Side = side is null ? null : SideInformed.Rows(plays.Counts, side) };
        return AlsTrainer.Train(plays.Counts, new AlsOptions { Threads = threads }, run, cancel).Model;
    }
}
