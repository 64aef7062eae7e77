using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Segue.Asking;
using Segue.Catalogue;
using Segue.Embedding;
using Segue.ModelFiles;
using Segue.Mood;
using Segue.Mood.Knowledge;
using Segue.Numerics;
using Segue.Recommending;
using Segue.VectorSearch;

namespace Segue.Making;

/// <content>Tracks -> <c>models/vdb</c>.</content>
public sealed partial class ModelMaker
{
    /// <summary>Makes the database of songs, and switches to it: descriptions, their vectors, an index, and how each song's features rank.</summary>
    /// <param name="request">From what, and how.</param>
    /// <param name="progress">Told while it works; null for nobody.</param>
    /// <param name="cancellationToken">Stops the work; vectors made so far are kept for <see cref="BuildRequest.Resume"/>.</param>
    /// <exception cref="InvalidRequestException">The request cannot be made.</exception>
    /// <exception cref="ModelNotFoundException">There are no tracks in the home folder.</exception>
    /// <exception cref="SegueException">A file cannot be read, the embedder cannot work, or the folder cannot be written.</exception>
    public async Task<BuildReport> BuildDatabaseAsync(
        BuildRequest request, IProgress<MakingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using MappedFiles files = new();
        return (await BuildAsync(request, files, progress, cancellationToken)).Report;
    }

    /// <summary>The same, with what was made of the tracks, which lie in <paramref name="files"/>.</summary>
    internal async Task<BuiltDatabase> BuildAsync(BuildRequest request, MappedFiles files, IProgress<MakingProgress>? progress, CancellationToken cancellationToken)
    {
        Check.ThrowIfAny(request.Validate());
        List<string> notes = [];
        Tracks tracks;
        if (request.TracksPath is string path)
        {
            tracks = ReadFiles([path], progress, notes, cancellationToken).Tracks
                ?? throw new DataException(path, 0, "holds plays, but tracks with audio features are wanted here");
        }
        else
        {
            (_, string folder) = _home.TracksData.Find();
            tracks = DataFiles.LoadTracks(Path.Combine(folder, DataFiles.TracksName), files);
        }

        return await BuildAsync(tracks, request, progress, notes, cancellationToken);
    }

    /// <summary>The same of tracks at hand.</summary>
    internal async Task<BuiltDatabase> BuildAsync(
        Tracks tracks, BuildRequest request, IProgress<MakingProgress>? progress, List<string> notes, CancellationToken cancellationToken)
    {
        long started = _time.GetTimestamp();
        EmbeddedTracks embedded = await EmbedAsync(tracks, request, progress, cancellationToken);
        IVectorIndex index = IndexOf(embedded.Vectors, request, progress, cancellationToken);
        MatrixView percentiles = FeaturePercentiles.Compute(tracks);
        progress?.Report(new MakingProgress("moods", -1, "learning from names where the songs of a mood lie") { IsMilestone = true });
        using MappedFiles listenerFiles = new();
        ListenerEvidence? listeners = ListenerEvidenceFiles.Load(_home, listenerFiles, request.Threads, cancellationToken);
        string learnt = listeners is null ? "labels, names and compilations; there are no plays to learn from" : "tags, labels, names and compilations";
        progress?.Report(new MakingProgress("knowledge", -1, learnt) { IsMilestone = true });
        SongKnowledge knowledge = SongKnowledge.Learn(tracks, percentiles, listeners, cancellationToken);
        MoodRegions regions = new(MoodRegions.Learn(tracks, percentiles, StaticWords.Embed, cancellationToken), Lexicon.Default);
        SongIndex songs = new(tracks, percentiles, regions, index, embedded.Tracks, embedded.EmbedderId, knowledge);
        string version = Save(songs, request);
        TrackProblem[] problems =
        [
            .. embedded.Failures.Select(f => new TrackProblem(tracks.Ids[f.Track], f.Text, f.Reason) { Name = tracks.DisplayName(f.Track) }),
        ];
        BuildReport report = new(
            tracks.Count,
            SongsIn(tracks.SongOf),
            embedded.EmbedderId,
            index.Dimensions,
            request.Index,
            request.Quantization,
            embedded.Embedded,
            embedded.FromCache,
            problems,
            Rounded.To6(SecondsSince(started)),
            PeakMemoryBytes(),
            version)
        {
            Notes = notes,
        };
        return new BuiltDatabase(report, tracks, embedded);
    }

    private async Task<EmbeddedTracks> EmbedAsync(Tracks tracks, BuildRequest request, IProgress<MakingProgress>? progress, CancellationToken cancellationToken)
    {
        const string work = "embedding";
        EmbedderSpec spec = EmbedderSpec.Parse(request.Embedder);
        progress?.Report(new MakingProgress(work, 0, $"{tracks.Count:N0} tracks with {spec}") { IsMilestone = true });
        EmbedderContext context = new()
        {
            Threads = request.Threads,
            PullMissing = request.Pull,
            Progress = Relay<string>.To(progress, line => new MakingProgress(work, -1, line)),
        };
        using IEmbeddingGenerator<string, Embedding<float>> generator = await request.Embedders.CreateAsync(spec, context, cancellationToken);
        string cache = Path.Combine(Home, "cache", "embeddings");
        IProgress<EmbeddingProgress>? each = Relay<EmbeddingProgress>.To(
            progress, p => new MakingProgress(work, (double)p.Done / Math.Max(1, p.Total), $"{p.Done:N0} of {p.Total:N0} tracks"));
        return await TrackEmbedder.EmbedAsync(tracks, generator, cache, request.Resume, request.Threads, each, cancellationToken);
    }

    private static IVectorIndex IndexOf(MatrixView vectors, BuildRequest request, IProgress<MakingProgress>? progress, CancellationToken cancellationToken)
    {
        if (request.Index == BuildRequest.Flat)
            return new FlatIndex(vectors, Metric.Cosine, request.Quantization == BuildRequest.Int8 ? Quantization.Int8 : Quantization.None);
        IProgress<int>? each = Relay<int>.To(
            progress, done => new MakingProgress("indexing", (double)done / vectors.Rows, $"{done:N0} of {vectors.Rows:N0} vectors"));
        return HnswIndex.Build(vectors, Metric.Cosine, threads: request.Threads, progress: each, cancellation: cancellationToken);
    }

    private string Save(SongIndex songs, BuildRequest request)
    {
        ModelCard card = new()
        {
            Kind = "vdb",
            Data = DataFiles.Fingerprint(songs.Tracks),
            Parameters = new JsonObject
            {
                ["embedder"] = songs.Embedder,
                ["index"] = request.Index,
                ["quantization"] = request.Quantization,
                ["vectorWidth"] = VectorWidth.Name,
            },
            Metrics = new JsonObject { ["tracks"] = songs.Tracks.Count, ["vectors"] = songs.Vectors.Count, ["dimensions"] = songs.Vectors.Dimensions },
        };
        return _home.VdbModels.Write(card, folder => VdbFiles.Save(songs, folder));
    }

    /// <summary>A song is the first of its tracks.</summary>
    private static int SongsIn(ReadOnlySpan<int> songOf)
    {
        int count = 0;
        for (int i = 0; i < songOf.Length; i++)
            count += songOf[i] == i ? 1 : 0;
        return count;
    }
}
