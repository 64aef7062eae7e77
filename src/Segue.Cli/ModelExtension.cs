using System.Text.Json.Nodes;
using Segue.Factorization;
using Segue.Interactions;
using Segue.ModelFiles;

namespace Segue.Cli;

/// <summary>New listeners and artists for the current taste model, without training all of it again.</summary>
internal static class ModelExtension
{
    /// <param name="newer">Plays in which there are listeners or artists that the model does not know.</param>
    /// <param name="side">Tags and friends that belong to <paramref name="newer"/>.</param>
    /// <returns>The report; its "model" is the current version when there was nothing to add.</returns>
    public static JsonObject Extend(Session session, Plays newer, SideInformation? side)
    {
        TasteModel old = TasteModel.Load(session.Home);
        PlaysExtension extension = PlaysExtension.Of(old.Plays, newer);
        string version = old.Version;
        IExplainedTaste model = old.Model;
        double seconds = 0;
        if (extension.NewPairs == 0)
        {
            session.Say($"models/als/{version} knows all of these listeners and artists; nothing was added.{Rest(extension)}");
        }
        else
        {
            SideInformation? all = SideOf(old, extension, side);
            CsrMatrix counts = extension.Plays.Counts;
            long started = session.Terminal.Time.GetTimestamp();
            using (Progress progress = session.Progress("extending"))
            {
                progress.Report(0, $"{extension.NewUsers:N0} new listeners, {extension.NewArtists:N0} new artists, {extension.NewPairs:N0} new pairs", always: true);
                AlsSideRows? rows = all is null ? null : SideInformed.Rows(counts, all);
                AlsModel als = AlsTrainer.Extend(old.Als, counts, rows, threads: session.Threads, cancel: session.Cancellation);
                model = all is null ? als : SideInformed.Of(als, counts, all);
            }

            seconds = session.Terminal.Time.GetElapsedTime(started).TotalSeconds;
            version = Save(session.Home, old.Version, extension, model);
            session.Say($"Extended models/als/{old.Version} to models/als/{version}: {extension.NewUsers:N0} listeners, {extension.NewArtists:N0} artists and "
                + $"{extension.NewPairs:N0} pairs are new, in {seconds:0.0} s; what was known keeps its vectors.{Rest(extension)}");
        }

        return new JsonObject
        {
            ["users"] = model.UserCount,
            ["items"] = model.ArtistCount,
            ["nonzeros"] = extension.Plays.Counts.Nonzeros,
            ["factors"] = old.Als.Options.Factors,
            ["seconds"] = JsonShapes.Round(seconds),
            ["model"] = version,
            ["kind"] = model.Name,
            ["extended"] = new JsonObject
            {
                ["from"] = old.Version,
                ["newUsers"] = extension.NewUsers,
                ["newItems"] = extension.NewArtists,
                ["newPairs"] = extension.NewPairs,
                ["leftOut"] = extension.LeftOut,
            },
        };
    }

    private static string Rest(PlaysExtension extension) => extension.LeftOut == 0 ? "" :
        $" {extension.LeftOut:N0} pairs of known listeners and known artists differ from what was trained on and were left out; 'segue train-als' learns from them.";

    /// <summary>Tags and friends of all plays, as many kinds as the model knows; null for one that knows plays alone.</summary>
    private static SideInformation? SideOf(TasteModel old, PlaysExtension extension, SideInformation? side)
    {
        if (old.Model is not SideInformed informed)
            return null;
        SideInformation moved = (side ?? new SideInformation([], Catalogue.TextColumn.From([]), null)).Moved(extension);
        if ((informed.KnowsTags && moved.Taggings.Count == 0) || (informed.KnowsFriends && moved.Friends is null))
        {
            throw new SegueException($"models/als/{old.Version} is {informed.Name}, but these plays come without that; "
                + "name the files with --artist-tags and --friends, or train anew");
        }

        return moved with { Taggings = informed.KnowsTags ? moved.Taggings : [], Friends = informed.KnowsFriends ? moved.Friends : null };
    }

    private static string Save(SegueHome home, string from, PlaysExtension extension, IExplainedTaste model)
    {
        ModelCard card = home.AlsModels.Verify(from) with
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
        return home.AlsModels.Write(card, to =>
        {
            AlsFiles.Save(model is SideInformed informed ? informed.Als : (AlsModel)model, to);
            DataFiles.SavePlays(extension.Plays, Path.Combine(to, DataFiles.PlaysName));
            if (model is SideInformed side)
                SideFiles.Save(side, to);
        });
    }
}
