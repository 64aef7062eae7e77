using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Segue.Catalogue;
using Segue.Embedding;
using Segue.ModelFiles;
using Segue.Mood;
using Segue.Numerics;
using Segue.Onnx;
using Segue.Recommending;
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

    public static Command Create() => new Command(
            "build-vdb", "Makes the vector database of songs: descriptions, their vectors, an index, and how each song's features rank")
        .With(s_tracks, s_embedder, s_pull, s_resume)
        .WithExamples(
            "segue build-vdb                                    # on what 'segue data import' took in",
            "segue build-vdb --tracks dataset.csv --embedder onnx:models/all-MiniLM-L6-v2",
            "segue build-vdb --embedder ollama:all-minilm --pull")
        .Runs(session =>
        {
            JsonObject report = Build(session, LoadTracks(session), session.Get(s_embedder), session.Get(s_pull), session.Get(s_resume));
            if (session.Json)
                session.WriteJson(report);
        });

    /// <summary>Builds, saves, and tells; also what the demo does.</summary>
    public static JsonObject Build(Session session, Tracks tracks, string spec, bool pull = false, bool resume = true)
    {
        long started = session.Terminal.Time.GetTimestamp();
        EmbeddedTracks embedded = Embed(session, tracks, EmbedderSpec.Parse(spec), pull, resume);
        FlatIndex index = new(embedded.Vectors, Metric.Cosine);
        SongIndex songs = new(tracks, FeaturePercentiles.Compute(tracks), Regions(session, tracks), index, embedded.Tracks, embedded.EmbedderId);
        string version = Save(session, songs);
        double seconds = session.Terminal.Time.GetElapsedTime(started).TotalSeconds;
        session.Say($"Built models/vdb/{version}: {tracks.Count:N0} tracks, {index.Dimensions} dimensions by {embedded.EmbedderId}, in {seconds:0.0} s.");
        foreach (EmbeddingFailure failure in embedded.Failures.Take(5))
            session.Note($"no vector for {tracks.Ids[failure.Track]} ({tracks.DisplayName(failure.Track)}): {failure.Reason}");
        if (embedded.Failures.Count > 5)
            session.Note($"{embedded.Failures.Count:N0} tracks in all have no vector; their features are used all the same");
        return new JsonObject
        {
            ["tracks"] = tracks.Count,
            ["songs"] = Distinct(tracks.SongOf),
            ["embedder"] = embedded.EmbedderId,
            ["dimensions"] = index.Dimensions,
            ["index"] = "flat",
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
    }

    private static EmbeddedTracks Embed(Session session, Tracks tracks, EmbedderSpec spec, bool pull, bool resume)
    {
        using Progress progress = session.Progress("embedding");
        progress.Report(0, $"{tracks.Count:N0} tracks with {spec}", always: true);
        EmbedderContext context = new()
        {
            Threads = session.Threads,
            PullMissing = pull,
            Progress = new Relay<string>(line => progress.Report(-1, line)),
        };
        Relay<EmbeddingProgress> relay = new(p => progress.Report((double)p.Done / Math.Max(1, p.Total), $"{p.Done:N0} of {p.Total:N0} tracks"));
        using IEmbeddingGenerator<string, Embedding<float>> generator =
            Embedders.Known.WithOnnx().CreateAsync(spec, context, session.Cancellation).GetAwaiter().GetResult();
        string cache = Path.Combine(session.Home.Folder, "cache", "embeddings");
        if (!resume && Directory.Exists(cache))
            Directory.Delete(cache, recursive: true);
        return TrackEmbedder.EmbedAsync(tracks, generator, cache, session.Threads, relay, session.Cancellation).GetAwaiter().GetResult();
    }

    private static MoodRegions Regions(Session session, Tracks tracks)
    {
        using Progress progress = session.Progress("moods");
        progress.Report(-1, "learning from names where the songs of a mood lie", always: true);
        MatrixView values = MoodRegions.Learn(tracks, FeaturePercentiles.Compute(tracks), StaticWords.Embed, session.Cancellation);
        return new MoodRegions(values, Lexicon.Default);
    }

    private static Tracks LoadTracks(Session session)
    {
        if (session.Get(s_tracks) is string path)
            return Importing.ReadTracks(session, path);
        (_, string folder) = session.Home.TracksData.Find(null, "import some with 'segue data import PATH', or name a file with --tracks");
        return DataFiles.LoadTracks(Path.Combine(folder, DataFiles.TracksName));
    }

    private static string Save(Session session, SongIndex songs)
    {
        ModelCard card = new()
        {
            Kind = "vdb",
            Data = DataFiles.Fingerprint(songs.Tracks),
            Parameters = new JsonObject { ["embedder"] = songs.Embedder, ["index"] = "flat", ["metric"] = "cosine" },
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
