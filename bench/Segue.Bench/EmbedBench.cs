using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Segue.Catalogue;
using Segue.Embedding;
using Segue.Import;
using Segue.Onnx;

namespace Segue.Bench;

/// <summary>Descriptions a second: of the whole catalogue with the static embedder, of a sample of it with the others.</summary>
internal static class EmbedBench
{
    public static int Run(string[] args)
    {
        Arguments arguments = new(args, "embedder", "tracks", "texts", "threads");
        EmbedderSpec spec = EmbedderSpec.Parse(arguments.Get("embedder", "static"));
        int threads = arguments.Int("threads", Environment.ProcessorCount);
        long opening = Stopwatch.GetTimestamp();
        using IEmbeddingGenerator<string, Embedding<float>> generator =
            Embedders.Known.WithOnnx().CreateAsync(spec, new EmbedderContext { Threads = threads }).GetAwaiter().GetResult();
        double openMs = Stopwatch.GetElapsedTime(opening).TotalMilliseconds;
        Tracks tracks = Importer.ReadTracks(arguments.Require("tracks")).Tracks;
        bool isStatic = generator is StaticEmbeddingGenerator;
        int texts = arguments.Int("texts", isStatic ? tracks.Count : 4096);
        int step = Math.Max(1, tracks.Count / texts);
        string[] descriptions = [.. Enumerable.Range(0, Math.Min(texts, tracks.Count)).Select(i => Description.Of(tracks, i * step))];

        // Once for the compiler; a server or a network also has its own first time.
        if (generator is StaticEmbeddingGenerator cold)
            EmbedAll(cold, descriptions, threads);
        else
            generator.GenerateAsync(descriptions.Take(64)).GetAwaiter().GetResult();
        long began = Stopwatch.GetTimestamp();
        if (generator is StaticEmbeddingGenerator table)
            EmbedAll(table, descriptions, threads);
        else
            generator.GenerateAsync(descriptions).GetAwaiter().GetResult();
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;

        double? wholeSeconds = null;
        if (isStatic)
        {
            began = Stopwatch.GetTimestamp();
            TrackEmbedder.EmbedAsync(tracks, generator, threads: threads).GetAwaiter().GetResult();
            wholeSeconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        }

        Console.WriteLine(JsonSerializer.Serialize(new
        {
            embedder = Embedders.IdOf(generator),
            threads,
            texts = descriptions.Length,
            charactersPerText = Math.Round(descriptions.Average(d => d.Length), 1),
            tokensPerText = Math.Round(TokensPerText(descriptions), 1),
            openMs = Math.Round(openMs, 1),
            seconds = Math.Round(seconds, 3),
            textsPerSecond = Math.Round(descriptions.Length / seconds),
            describeAndEmbedTracksPerSecond = wholeSeconds is { } s ? Math.Round(tracks.Count / s) : (double?)null,
            reopenMs = isStatic ? Math.Round(ReopenMs(), 2) : (double?)null,
            peakMemoryBytes = Process.GetCurrentProcess().PeakWorkingSet64,
        }));
        return 0;
    }

    private static void EmbedAll(StaticEmbeddingGenerator table, string[] texts, int threads)
    {
        const int Piece = 512;
        Parallel.For(0, (texts.Length + Piece - 1) / Piece, new ParallelOptions { MaxDegreeOfParallelism = threads }, piece =>
        {
            float[] vector = new float[table.Dimensions];
            for (int i = piece * Piece; i < Math.Min(texts.Length, (piece + 1) * Piece); i++)
                table.Embed(texts[i], vector);
        });
    }

    private static double ReopenMs()
    {
        long began = Stopwatch.GetTimestamp();
        StaticVectors.OpenBuiltIn();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static double TokensPerText(string[] texts)
    {
        WordPieceTokenizer tokenizer = StaticVectors.OpenBuiltIn().Tokenizer;
        int[] ids = new int[512];
        return texts.Average(t => (double)tokenizer.Encode(t, ids));
    }
}
