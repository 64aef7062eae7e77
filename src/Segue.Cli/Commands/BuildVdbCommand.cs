using System.CommandLine;
using Segue.Embedding;
using Segue.Making;
using Segue.ModelFiles;
using Segue.Onnx;
using Segue.Redis;

namespace Segue.Cli.Commands;

/// <summary>tracks -> models/vdb.</summary>
internal static class BuildVdbCommand
{
    private const int ProblemsShown = 5;

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
        .Runs(Run);

    private static void Run(Session session)
    {
        BuildRequest request = new()
        {
            TracksPath = session.Get(s_tracks),
            Embedder = session.Get(s_embedder),
            Embedders = Embedders.Known.WithOnnx(),
            Index = session.Get(s_index),
            Quantization = session.Get(s_quantization),
            Pull = session.Get(s_pull),
            Resume = session.Get(s_resume),
            Threads = session.Threads,
        };
        RedisAddress? address = StoreUpload.AddressOf(session.Get(StoreUpload.Store));
        using MappedFiles files = new();
        BuildReport report;
        using (ProgressBars bars = session.Bars())
        using (StoreUpload? store = StoreUpload.Open(session, address))
        {
            BuiltDatabase built = session.Maker.BuildAsync(request, files, bars, session.Cancellation).GetAwaiter().GetResult();
            report = store is null ? built.Report : built.Report with { Store = store.Send(built, request.Quantization == "int8", bars) };
        }

        session.Notes(report.Notes);
        if (session.Json)
            session.WriteText(MakingJson.Write(report));
        else
            Say(session, report);
        Warn(session, report.Errors);
    }

    /// <summary>What a build made, in a line; also what the demo tells.</summary>
    public static void Say(Session session, BuildReport report)
    {
        session.Say($"Built models/vdb/{report.Model}: {report.Tracks:N0} tracks, {report.Dimensions} dimensions by {report.Embedder}, in {report.Seconds:0.0} s.");
        if (report.Store is { } store)
            session.Say($"{store["address"]} holds {(int)store["vectors"]!:N0} vectors; {(int)store["sent"]!:N0} were sent, in {(double)store["seconds"]!:0.0} s.");
    }

    private static void Warn(Session session, IReadOnlyList<TrackProblem> problems)
    {
        foreach (TrackProblem problem in problems.Take(ProblemsShown))
            session.Warn($"no vector for {problem.TrackId} ({problem.Name}): {problem.Problem}");
        if (problems.Count > ProblemsShown)
            session.Warn($"{problems.Count:N0} tracks in all have no vector; their features are used all the same");
    }
}
