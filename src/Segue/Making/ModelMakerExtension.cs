using System.Text.Json.Nodes;
using Segue.Asking;
using Segue.Catalogue;
using Segue.Factorization;
using Segue.Interactions;
using Segue.ModelFiles;

namespace Segue.Making;

/// <content>New listeners and artists for the current taste model, without training all of it again.</content>
public sealed partial class ModelMaker
{
    /// <summary>Adds the listeners and artists that the current model does not know, and leaves the rest of it as it is.</summary>
    /// <param name="source">Plays in which there are listeners or artists that the model does not know.</param>
    /// <param name="threads">Threads to use; 0 for one a core. The bytes do not depend on it.</param>
    /// <param name="progress">Told while it works; null for nobody.</param>
    /// <param name="cancellationToken">Stops the work; nothing is changed then.</param>
    /// <exception cref="InvalidRequestException">The source cannot be.</exception>
    /// <exception cref="ModelNotFoundException">There is no taste model, or no plays in the home folder.</exception>
    /// <exception cref="SegueException">
    /// A file cannot be read, the model needs tags or friends that do not come with the plays, or the folder cannot be written.
    /// </exception>
    public ExtendReport Extend(TrainingSource source, int threads = 0, IProgress<MakingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Check.ThrowIfAny([.. source.Faults()]);
        using MappedFiles files = new();
        List<string> notes = [];
        (Plays newer, SideInformation? side) = source.Load(_home, files, notes, Reading(progress), cancellationToken);
        TasteModel old = TasteModel.Load(_home, files);
        PlaysExtension extension = PlaysExtension.Of(old.Plays, newer);
        string version = old.Version;
        IExplainedTaste model = old.Model;
        double seconds = 0;
        if (extension.NewPairs > 0)
        {
            progress?.Report(new MakingProgress("extending", 0,
                $"{extension.NewUsers:N0} new listeners, {extension.NewArtists:N0} new artists, {extension.NewPairs:N0} new pairs")
            {
                IsMilestone = true,
            });
            SideInformation? all = SideOf(old, extension, side);
            CsrMatrix counts = extension.Plays.Counts;
            long started = _time.GetTimestamp();
            AlsSideRows? rows = all is null ? null : SideInformed.Rows(counts, all);
            AlsModel als = AlsTrainer.Extend(old.Als, counts, rows, threads: threads, cancel: cancellationToken);
            model = all is null ? als : SideInformed.Of(als, counts, all);
            seconds = SecondsSince(started);
            version = SaveExtended(old.Version, extension, model);
        }

        return new ExtendReport(
            model.UserCount,
            model.ArtistCount,
            extension.Plays.Counts.Nonzeros,
            old.Als.Options.Factors,
            Rounded.To6(seconds),
            version,
            model.Name,
            new Extension(old.Version, extension.NewUsers, extension.NewArtists, extension.NewPairs, extension.LeftOut))
        {
            Notes = notes,
        };
    }

    /// <summary>Tags and friends of all plays, as many kinds as the model knows; null for one that knows plays alone.</summary>
    private static SideInformation? SideOf(TasteModel old, PlaysExtension extension, SideInformation? side)
    {
        if (old.Model is not SideInformed informed)
            return null;
        SideInformation moved = (side ?? new SideInformation([], TextColumn.From([]), null)).Moved(extension);
        if ((informed.KnowsTags && moved.Taggings.Count == 0) || (informed.KnowsFriends && moved.Friends is null))
        {
            throw new SegueException($"models/als/{old.Version} is {informed.Name}, but these plays come without that; "
                + "name the files with --artist-tags and --friends, or train anew");
        }

        return moved with { Taggings = informed.KnowsTags ? moved.Taggings : [], Friends = informed.KnowsFriends ? moved.Friends : null };
    }

    private string SaveExtended(string from, PlaysExtension extension, IExplainedTaste model)
    {
        ModelCard card = _home.AlsModels.Verify(from) with
        {
            Files = new(StringComparer.Ordinal),
            Data = DataFiles.Fingerprint(extension.Plays),
            Metrics = new JsonObject
            {
                ["users"] = model.UserCount,
                ["items"] = model.ArtistCount,
                ["nonzeros"] = extension.Plays.Counts.Nonzeros,
                ["extendedFrom"] = from,
            },
        };
        SideInformed? informed = model as SideInformed;
        return _home.AlsModels.Write(card, folder => SaveTaste(informed?.Als ?? (AlsModel)model, informed, extension.Plays, folder));
    }
}
