using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Segue.Catalogue;
using Segue.Embedding;
using Segue.ModelFiles;
using Segue.Mood;
using Segue.Mood.Knowledge;
using Segue.Numerics;
using Segue.Onnx;
using Segue.Recommending;
using Segue.Redis;
using Segue.VectorSearch;

namespace Segue.Cli.Commands;

/// <summary>tracks -> models/vdb.</summary>
internal static class BuildVdbCommand
{
    private static readonly Option<string?> s_tracks = new("--tracks")
    {
        Description = "File with tracks and audio features (default: the tracks imported into the home folder)",
        HelpName = "PATH",
    };
    private static readonly Option<string> s_embedder = new("--embedder")
    {
        Description = "What makes vectors of descriptions: static (built in), onnx:DIR, ollama:MODEL or openai:MODEL",
        HelpName = "SPEC",
        DefaultValueFactory = _ => "static",
    };
    private static readonly Option<bool> s_pull = new("--pull") { Description = "Let an Ollama server fetch the model when it does not have it" };
    private static readonly Option<bool> s_resume = new("--resume")
    {
        Description = "Go on where a stopped run was, and embed only what changed (on for embedders slower than the built-in one)",
        DefaultValueFactory = _ => true,
    };
    private static readonly Option<string> s_index = new Option<string>("--index")
    {
        Description = "flat looks at every vector; hnsw walks a graph, for a million and more",
        DefaultValueFactory = _ => "flat",
    }.AcceptOnlyFromAmong("flat", "hnsw");
    private static readonly Option<string> s_quantization = new Option<string>("--quantization")
    {
        Description = "int8 looks at a quarter of the bytes first (hnsw always does)",
        DefaultValueFactory = _ => "none",
    }.AcceptOnlyFromAmong("none", "int8");

    public static Command Create() => new Command(
            "build-vdb", "Makes the vector database of songs: descriptions, their vectors, an index, and how each song's features rank")
        .With(s_tracks, s_embedder, s_index, s_quantization, s_pull, s_resume, StoreUpload.Store)
        .WithExamples(
            "segue build-vdb                                    # on what 'segue data import' took in",
            "segue build-vdb --tracks dataset.csv --embedder onnx:models/all-MiniLM-L6-v2",
            "segue build-vdb --embedder ollama:all-minilm --pull",
            "segue build-vdb --store redis://127.0.0.1:6379       # and a copy for other programs to search")
        .Runs(session =>
        {
            VdbOptions options = new(session.Get(s_embedder), session.Get(s_index), session.Get(s_quantization), session.Get(s_pull), session.Get(s_resume))
            {
                Store = StoreUpload.AddressOf(session.Get(StoreUpload.Store)),
            };
            JsonObject report = Build(session, LoadTracks(session), options);
            if (session.Json)
                session.WriteJson(report);
        });

    /// <summary>Builds, saves, and tells; also what the demo does.</summary>
    public static JsonObject Build(Session session, Tracks tracks, VdbOptions options)
    {
        long started = session.Terminal.Time.GetTimestamp();
        using StoreUpload? store = StoreUpload.Open(session, options.Store);
        EmbeddedTracks embedded = Embed(session, tracks, options);
        IVectorIndex index = Index(session, embedded.Vectors, options);
        MatrixView percentiles = FeaturePercentiles.Compute(tracks);
        SongKnowledge knowledge = Knowledge(session, tracks, percentiles);
        SongIndex songs = new(tracks, percentiles, Regions(session, tracks, percentiles), index, embedded.Tracks, embedded.EmbedderId, knowledge);
        string version = Save(session, songs, options);
        double seconds = session.Terminal.Time.GetElapsedTime(started).TotalSeconds;
        session.Say($"Built models/vdb/{version}: {tracks.Count:N0} tracks, {index.Dimensions} dimensions by {embedded.EmbedderId}, in {seconds:0.0} s.");
        foreach (EmbeddingFailure failure in embedded.Failures.Take(5))
            session.Note($"no vector for {tracks.Ids[failure.Track]} ({tracks.DisplayName(failure.Track)}): {failure.Reason}");
        if (embedded.Failures.Count > 5)
            session.Note($"{embedded.Failures.Count:N0} tracks in all have no vector; their features are used all the same");
        JsonObject report = new()
        {
            ["tracks"] = tracks.Count,
            ["songs"] = Distinct(tracks.SongOf),
            ["embedder"] = embedded.EmbedderId,
            ["dimensions"] = index.Dimensions,
            ["index"] = options.Index,
            ["quantization"] = options.Quantization,
            ["embedded"] = embedded.Embedded,
            ["fromCache"] = embedded.FromCache,
            ["errors"] = new JsonArray([.. embedded.Failures.Select(f => (JsonNode?)new JsonObject
            {
                ["trackId"] = tracks.Ids[f.Track],
                ["text"] = f.Text,
                ["problem"] = f.Reason,
            })]),
            ["seconds"] = JsonShapes.Round(seconds),
            ["peakMemoryBytes"] = System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64,
            ["model"] = version,
        };
        if (store is not null)
            report["store"] = store.Send(tracks, embedded, version, options.Quantization == "int8");
        return report;
    }

    private static EmbeddedTracks Embed(Session session, Tracks tracks, VdbOptions options)
    {
        using Progress progress = session.Progress("embedding");
        EmbedderSpec spec = EmbedderSpec.Parse(options.Embedder);
        progress.Report(0, $"{tracks.Count:N0} tracks with {spec}", always: true);
        EmbedderContext context = new()
        {
            Threads = session.Threads,
            PullMissing = options.Pull,
            Progress = new Relay<string>(line => progress.Report(-1, line)),
        };
        Relay<EmbeddingProgress> relay = new(p => progress.Report((double)p.Done / Math.Max(1, p.Total), $"{p.Done:N0} of {p.Total:N0} tracks"));
        using IEmbeddingGenerator<string, Embedding<float>> generator =
            Embedders.Known.WithOnnx().CreateAsync(spec, context, session.Cancellation).GetAwaiter().GetResult();
        string cache = Path.Combine(session.Home.Folder, "cache", "embeddings");
        if (!options.Resume && Directory.Exists(cache))
            Directory.Delete(cache, recursive: true);
        return TrackEmbedder.EmbedAsync(tracks, generator, cache, session.Threads, relay, session.Cancellation).GetAwaiter().GetResult();
    }

    private static IVectorIndex Index(Session session, MatrixView vectors, VdbOptions options)
    {
        if (options.Index == "flat")
            return new FlatIndex(vectors, Metric.Cosine, options.Quantization == "int8" ? Quantization.Int8 : Quantization.None);
        using Progress progress = session.Progress("indexing");
        Relay<int> relay = new(done => progress.Report((double)done / vectors.Rows, $"{done:N0} of {vectors.Rows:N0} vectors"));
        return HnswIndex.Build(vectors, Metric.Cosine, threads: session.Threads, progress: relay, cancellation: session.Cancellation);
    }

    private static MoodRegions Regions(Session session, Tracks tracks, MatrixView percentiles)
    {
        using Progress progress = session.Progress("moods");
        progress.Report(-1, "learning from names where the songs of a mood lie", always: true);
        MatrixView values = MoodRegions.Learn(tracks, percentiles, StaticWords.Embed, session.Cancellation);
        return new MoodRegions(values, Lexicon.Default);
    }

    /// <summary>What listeners say of the artists comes from the plays of the home folder, where there are any.</summary>
    private static SongKnowledge Knowledge(Session session, Tracks tracks, MatrixView percentiles)
    {
        using Progress progress = session.Progress("knowledge");
        ListenerEvidence? listeners = ListenerEvidenceFiles.Load(session.Home, session.Threads, session.Cancellation);
        progress.Report(-1, listeners is null ? "labels, names and compilations; there are no plays to learn from" : "tags, labels, names and compilations", always: true);
        return SongKnowledge.Learn(tracks, percentiles, listeners, session.Cancellation);
    }

    private static Tracks LoadTracks(Session session)
    {
        if (session.Get(s_tracks) is string path)
            return Importing.ReadTracks(session, path);
        (_, string folder) = session.Home.TracksData.Find(null, "import some with 'segue data import PATH', or name a file with --tracks");
        return DataFiles.LoadTracks(Path.Combine(folder, DataFiles.TracksName));
    }

    private static string Save(Session session, SongIndex songs, VdbOptions options)
    {
        ModelCard card = new()
        {
            Kind = "vdb",
            Data = DataFiles.Fingerprint(songs.Tracks),
            Parameters = new JsonObject { ["embedder"] = songs.Embedder, ["index"] = options.Index, ["quantization"] = options.Quantization },
            Metrics = new JsonObject { ["tracks"] = songs.Tracks.Count, ["vectors"] = songs.Vectors.Count, ["dimensions"] = songs.Vectors.Dimensions },
        };
        return session.Home.VdbModels.Write(card, folder => VdbFiles.Save(songs, folder));
    }

    private static int Distinct(ReadOnlySpan<int> songOf)
    {
        int count = 0;
        for (int i = 0; i < songOf.Length; i++)
            count += songOf[i] == i ? 1 : 0;
        return count;
    }
}

/// <summary>How a vector database is made.</summary>
internal sealed record VdbOptions(string Embedder = "static", string Index = "flat", string Quantization = "none", bool Pull = false, bool Resume = true)
{
    /// <summary>A server that gets the vectors too; null for none.</summary>
    public RedisAddress? Store { get; init; }
}
