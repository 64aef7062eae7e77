using System.Globalization;
using Segue;
using Segue.Bench;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// Every benchmark: a name, what it measures, and a method that takes its arguments and prints JSON lines.
(string Name, string About, Func<string[], int> Run)[] benchmarks =
[
    ("embed", "descriptions a second (--embedder static|onnx:DIR|ollama:MODEL|openai:MODEL --tracks FILE --texts N --threads N)", EmbedBench.Run),
    ("make-static", "the static embedder's table from a model (--model DIR --tracks FILE --tags FILE --phrases FILE --out FILE)", MakeStatic.Run),
    ("topk", "top 10 for every user: users per second, one user's latency, the naive twin (--plays FILE --factors N --threads N)", TopKBench.Run),
    ("synth-plays", "invented plays in the shape of Last.fm-360K (--out FILE --users N --artists N --nonzeros N --seed N)", SynthPlays.Run),
    ("als", "training: seconds an iteration, loss, memory (--plays FILE --factors N --iterations N --threads N --solver segue|classic|cholesky)", AlsBench.Run),
    ("import-gen", "writes a large file of invented data (--shape 360k|1k|parquet|tracks --rows N --out FILE)", ImportGenerator.Run),
    ("import", "reads files into training-ready form: seconds, rows a second, peak memory (--path FILE --home DIR)", ImportBench.Run),
    ("judge", "wishes judged by people's playlists, by rules and by audio features (--home DIR --playlists FILE --rules FILE --audio FILE --show 10 --ablate yes)",
        JudgeBench.Run),
    ("mood", "how well wishes are met (--queries FILE.json --tracks FILE.csv --embedder static|none)", MoodBench.Run),
    ("commands", "whole processes: starts, training from file to model, everybody (--cli FILE --home DIR --plays FILE --factors N)",
        CommandBench.Run),
    ("latency", "one listener: fold-in, explanation, top 10, an answer with reasons (--plays FILE --factors N --history N)", LatencyBench.Run),
    ("pipeline", "songs for listeners with hidden artists: recall, mood, time (--plays FILE --tracks FILE --grid taste|popularity --n 50)", PipelineBench.Run),
    ("taste-stack", "als, ease and rp3beta stacked, weights chosen on validation (--plays FILE --splits 5)", TasteStackBench.Run),
    ("taste-cold", "listeners with few known artists: what tags and friends do (--plays FILE --artist-tags FILE --friends FILE)", ColdListenersBench.Run),
    ("taste-defaults", "als at its defaults beside ease and itemknn on data of many kinds (--plays FILE,FILE --splits 3 --exponents yes|no)", TasteDefaultsBench.Run),
    ("taste-quality", "every taste model on the same splits (--plays FILE --splits 5 --artist-tags FILE --friends FILE)", TasteQualityBench.Run),
    ("index", "vector indexes: build, file, recall@10 against speed (--base FILE.f32 --query FILE.f32 --truth FILE.i32 --dim N --threads N)", IndexBench.Run),
    ("contrast", "like X, less like Y: how near and how far for growing weights of the second (--home DIR --pairs N)", ContrastBench.Run),
    ("backtest", "later loves foretold, over many listeners with invented dates (--home DIR with both models, --listeners N)", BacktestBench.Run),
    ("path", "paths between songs: how smooth, how long it takes (--home DIR --pairs N --steps N --widths 20,80,200)", PathBench.Run),
    ("curve", "playlists with a curve: how near to it, at what price in score (--home DIR --count N)", CurveBench.Run),
    ("group", "several listeners at once: how well each strategy serves the least served (--home DIR --groups N)", GroupBench.Run),
    ("import-fuzz", "damaged files at every reader: any crash, hang or lost row is a bug (--inputs N --from N)", ImportFuzz.Run),
];

if (args.Length == 0 || benchmarks.FirstOrDefault(b => b.Name == args[0]) is not { Run: not null } chosen)
{
    Console.Error.WriteLine("usage: ./bench/run NAME [options]");
    foreach ((string name, string about, _) in benchmarks)
        Console.Error.WriteLine($"  {name,-14} {about}");
    return 2;
}

try
{
    return chosen.Run(args[1..]);
}
catch (SegueException e)
{
    Console.Error.WriteLine($"bench: {e.Message}");
    return 1;
}
