using System.Text.Json.Nodes;
using Segue.Asking;
using Segue.Catalogue;
using Segue.Import;
using Segue.Interactions;
using Segue.ModelFiles;

namespace Segue.Making;

/// <content>Files -> <c>data/</c>.</content>
public sealed partial class ModelMaker
{
    /// <summary>Reads files as an import would, and keeps nothing.</summary>
    /// <param name="request">Which files, and how they are read.</param>
    /// <param name="progress">Told while it reads; null for nobody.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidRequestException">The request cannot be made.</exception>
    /// <exception cref="SegueException">A file cannot be read or used.</exception>
    public static DataReport CheckFiles(ImportRequest request, IProgress<MakingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Check.ThrowIfAny(request.Validate());
        return DataReport.Of(Importer.Read(request.Paths, request.Options(), Reading(progress, "checking"), cancellationToken));
    }

    /// <summary>Takes in plays, tracks, or one listener's own history. The same data again is the same version: nothing changes.</summary>
    /// <param name="request">Which files, and how they are read.</param>
    /// <param name="progress">Told while it reads; null for nobody.</param>
    /// <param name="cancellationToken">Stops the import; nothing is kept then but what makes the next try faster.</param>
    /// <exception cref="InvalidRequestException">The request cannot be made.</exception>
    /// <exception cref="SegueException">A file cannot be read or used, or the folder cannot be written.</exception>
    public DataReport Import(ImportRequest request, IProgress<MakingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Check.ThrowIfAny(request.Validate());
        return request.ProfileName is string name
            ? ImportHistory(request, name, progress, cancellationToken)
            : ImportData(request, progress, cancellationToken);
    }

    /// <summary>Makes the built-in sample of an invented world, and takes it in.</summary>
    public DataReport MakeSample(int seed = 1)
    {
        SampleWorld world = Sample.Generate(seed);
        return Keep(world.Plays, world.Tracks, null);
    }

    /// <summary>Downloads a public data set and takes it in.</summary>
    /// <param name="source">Which.</param>
    /// <param name="from">A copy at hand (file or folder), or a mirror's address; null for its public home.</param>
    /// <param name="sha256">The checksum that the file must have, for a set whose owners publish none; null trusts the first copy.</param>
    /// <param name="progress">Told while it fetches and reads; null for nobody.</param>
    /// <param name="cancellationToken">Stops the work; what was fetched is kept for the next try.</param>
    /// <exception cref="SegueException">It cannot be fetched, is not what it should be, or the folder cannot be written.</exception>
    public async Task<DataReport> DownloadAsync(
        DataSource source, string? from = null, string? sha256 = null, IProgress<MakingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        string folder = Path.Combine(Home, "data", "downloads", source.Name);
        List<string> notes = [];
        using HttpClient client = Segue.Import.Download.NewClient(); // Silence is timed by the download; HTTPS_PROXY and NO_PROXY are honoured.
        DataFetcher fetcher = new(client, new DownloadOptions(), _time);
        IProgress<(long Bytes, long? Total)>? fetching = Relay<(long Bytes, long? Total)>.To(progress, p => new MakingProgress(
            $"fetching {source.Name}", p.Total is > 0 and var total ? (double)p.Bytes / total : -1, $"{p.Bytes / 1e6:0.0} MB"));
        Imported? found = null;
        void Read(IReadOnlyList<string> files) => found = Importer.Read(files, null, Reading(progress), cancellationToken);
        await fetcher.GetAsync(source, folder, from, fetching, cancellationToken, sha256, notes.Add, Read);
        return Keep(found!.Plays, found.Tracks, found.Side) with { Ledger = found.Ledger, Notes = notes };
    }

    private DataReport ImportData(ImportRequest request, IProgress<MakingProgress>? progress, CancellationToken cancellationToken)
    {
        using ImportParts? parts = ImportParts.AreMany(request.Paths) ? ImportParts.Open(Home) : null;
        Imported found = Importer.Read(request.Paths, request.Options() with { Parts = parts }, Reading(progress), cancellationToken);
        if (found.Plays is null && found.Tracks is null)
            throw new SegueException($"{request.Paths[0]}: is one listener's history ({found.Ledger.Files[0].Format}); say whose with --as NAME, such as --as me");
        DataReport kept = Keep(found.Plays, found.Tracks, found.Side);
        parts?.Clear();
        return kept with
        {
            Ledger = found.Ledger,
            Notes = found.History is null ? [] : ["a listener's history was among the files and is not kept; import it by itself with --as NAME"],
        };
    }

    private DataReport ImportHistory(ImportRequest request, string name, IProgress<MakingProgress>? progress, CancellationToken cancellationToken)
    {
        Ledger? ledger = null;
        History history = new ListenerProfiles(Home).Update(name, before =>
        {
            (History all, ledger) = HistoryReader.Read(request.Paths, before, request.Options(), Reading(progress), cancellationToken);
            return all;
        });
        return new DataReport { Profile = name, History = HistorySummary.Of(history), Ledger = ledger };
    }

    /// <summary>Writes what there is as new versions, which come into use together.</summary>
    private DataReport Keep(Plays? plays, Tracks? tracks, SideInformation? side)
    {
        PlaysSummary? ofPlays = plays is null ? null : PlaysSummary.Of(plays, side);
        TracksSummary? ofTracks = tracks is null ? null : TracksSummary.Of(tracks);
        List<VersionDraft> drafts = [];
        if (plays is not null)
        {
            ModelCard card = new() { Kind = "plays", Data = DataFiles.Fingerprint(plays), Metrics = MetricsOf(ofPlays!) };
            drafts.Add(new VersionDraft(_home.PlaysData, card, folder =>
            {
                DataFiles.SavePlays(plays, Path.Combine(folder, DataFiles.PlaysName));
                if (side is not null)
                    SideFiles.SaveInformation(side, folder);
            }));
        }

        if (tracks is not null)
        {
            JsonObject sizes = new() { ["tracks"] = ofTracks!.Tracks, ["artists"] = ofTracks.Artists, ["genres"] = ofTracks.Genres };
            ModelCard card = new() { Kind = "tracks", Data = DataFiles.Fingerprint(tracks), Metrics = sizes };
            drafts.Add(new VersionDraft(_home.TracksData, card, folder => DataFiles.SaveTracks(tracks, Path.Combine(folder, DataFiles.TracksName))));
        }

        string[] versions = drafts.Count == 0 ? [] : VersionStore.WriteTogether(drafts);
        return new DataReport
        {
            Plays = ofPlays is null ? null : ofPlays with { Version = versions[0] },
            Tracks = ofTracks is null ? null : ofTracks with { Version = versions[^1] },
        };
    }

    private static JsonObject MetricsOf(PlaysSummary plays)
    {
        JsonObject sizes = new() { ["users"] = plays.Users, ["artists"] = plays.Artists, ["nonzeros"] = plays.Nonzeros };
        if (plays.Taggings is int taggings)
            sizes["taggings"] = taggings;
        if (plays.Friendships is int friendships)
            sizes["friendships"] = friendships;
        return sizes;
    }
}
