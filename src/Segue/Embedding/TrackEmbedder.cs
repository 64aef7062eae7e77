using Microsoft.Extensions.AI;
using Segue.Catalogue;
using Segue.Numerics;

namespace Segue.Embedding;

/// <summary>A track that got no vector, and why.</summary>
/// <param name="Track">0-based index in the catalogue.</param>
/// <param name="Text">Its description.</param>
/// <param name="Reason">What was wrong.</param>
internal sealed record EmbeddingFailure(int Track, string Text, string Reason);

/// <summary>How far the work is.</summary>
/// <param name="Done">Tracks that have a vector or failed.</param>
/// <param name="Total">All tracks.</param>
/// <param name="Embedded">Texts that the embedder was asked for in this run.</param>
internal readonly record struct EmbeddingProgress(int Done, int Total, int Embedded);

/// <summary>The vectors of a catalogue's tracks.</summary>
/// <param name="EmbedderId">Who made them, as <see cref="Embedders.IdOf"/> gives it.</param>
/// <param name="Vectors">One row a track that got a vector; every row finite and of length 1.</param>
/// <param name="Tracks">The track of each row, ascending.</param>
/// <param name="Failures">The other tracks.</param>
/// <param name="Embedded">Texts that the embedder was asked for.</param>
/// <param name="FromCache">Tracks whose vector an earlier run, or an equal description in this one, had made.</param>
internal sealed record EmbeddedTracks(
    string EmbedderId, MatrixView Vectors, ReadOnlyMemory<int> Tracks, IReadOnlyList<EmbeddingFailure> Failures, int Embedded, int FromCache);

/// <summary>
/// Describes all tracks and embeds the descriptions. A vector that is missing, of another size or not finite makes its track an entry in the
/// report, never a row of zeros. With a cache folder each finished chunk is kept: after a kill the same call goes on from there.
/// </summary>
internal static class TrackEmbedder
{
    // Enough for sorting by length to pay (the longest of 32 neighbors is nearly as long as the others), and a few seconds of work to lose.
    private const int ChunkTexts = 2048;
    private const int TracksAPiece = 512;

    /// <param name="tracks">The catalogue.</param>
    /// <param name="generator">An embedder that says who it is. Its vectors may have any length; their dimensions are measured where it does not say
    /// them.</param>
    /// <param name="cacheFolder">Where vectors are kept between runs, or null. The static embedder is faster than any cache and uses none.</param>
    /// <param name="resume">Use what earlier runs of this embedder kept? False begins its cache anew; those of others stay.</param>
    /// <param name="threads">Threads of the static embedder; 0 is one a core.</param>
    /// <exception cref="SegueException">The embedder cannot work, or no track at all got a vector.</exception>
    public static async Task<EmbeddedTracks> EmbedAsync(
        Tracks tracks, IEmbeddingGenerator<string, Embedding<float>> generator, string? cacheFolder = null, bool resume = true, int threads = 0,
        IProgress<EmbeddingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        string id = Embedders.IdOf(generator); // First: an embedder that nothing is known of is not asked, and paid, for nothing.
        Rows rows = generator is StaticEmbeddingGenerator table
            ? await Task.Run(() => EmbedHere(tracks, table, threads, progress, cancellationToken), cancellationToken)
            : await EmbedThereAsync(tracks, generator, cacheFolder, resume, progress, cancellationToken);
        if (rows.Failures.Count == tracks.Count && tracks.Count > 0)
            throw new EmbedderException($"none of {tracks.Count} tracks got a vector; the first: {rows.Failures[0].Reason}");
        return rows.Compact(id);
    }

    private static Rows EmbedHere(Tracks tracks, StaticEmbeddingGenerator table, int threads, IProgress<EmbeddingProgress>? progress, CancellationToken cancellationToken)
    {
        Rows rows = new(tracks.Count, table.Dimensions) { Embedded = tracks.Count };
        bool[] failed = new bool[tracks.Count];
        int done = 0;
        ParallelOptions parallel = new() { CancellationToken = cancellationToken, MaxDegreeOfParallelism = threads > 0 ? threads : -1 };
        Parallel.For(0, (tracks.Count + TracksAPiece - 1) / TracksAPiece, parallel, () => new System.Text.StringBuilder(), (piece, _, text) =>
        {
            int first = piece * TracksAPiece, end = Math.Min(tracks.Count, first + TracksAPiece);
            char[] buffer = new char[512];
            for (int i = first; i < end; i++)
            {
                text.Clear();
                Description.Append(text, tracks, i);
                if (buffer.Length < text.Length)
                    buffer = new char[text.Length * 2];
                text.CopyTo(0, buffer, text.Length);
                failed[i] = !table.Embed(buffer.AsSpan(0, text.Length), rows.Row(i));
            }

            progress?.Report(new EmbeddingProgress(Interlocked.Add(ref done, end - first), tracks.Count, done));
            return text;
        }, _ => { });
        for (int i = 0; i < tracks.Count; i++)
        {
            if (failed[i])
                rows.Fail(i, Description.Of(tracks, i), "no piece of the text is known to the static embedder");
        }

        return rows;
    }

    /// <summary>
    /// What is computed here has the bytes of this machine's vector width. A server's vectors are those of the whole address: behind one host, two
    /// paths may lead to two models of one name. Who is asking there (user and password) makes no other vectors.
    /// </summary>
    internal static string CacheIdOf(IEmbeddingGenerator<string, Embedding<float>> generator) =>
        generator.GetService<EmbeddingGeneratorMetadata>()?.ProviderUri is { IsAbsoluteUri: true } address
            ? $"{Embedders.IdOf(generator)}, {address.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped)}"
            : $"{Embedders.IdOf(generator)}, {VectorWidth.Name}";

    private static async Task<Rows> EmbedThereAsync(
        Tracks tracks, IEmbeddingGenerator<string, Embedding<float>> generator, string? cacheFolder, bool resume,
        IProgress<EmbeddingProgress>? progress, CancellationToken cancellationToken)
    {
        int dimensions = await DimensionsOf(generator, cancellationToken);
        Rows rows = new(tracks.Count, dimensions);
        using EmbeddingCache? cache = cacheFolder is null ? null : EmbeddingCache.Open(cacheFolder, CacheIdOf(generator), dimensions, resume);
        List<Pending> chunk = new(ChunkTexts);
        Dictionary<UInt128, int> firstWith = []; // of equal descriptions only one is embedded
        List<(int Track, int Of)> copies = [];
        int done = 0;
        for (int i = 0; i < tracks.Count; i++)
        {
            string text = Description.Of(tracks, i);
            UInt128 key = EmbeddingCache.KeyOf(text);
            if (cache is not null && cache.TryGet(key, rows.Row(i)))
                (done, rows.FromCache) = (done + 1, rows.FromCache + 1);
            else if (!firstWith.TryAdd(key, i))
                copies.Add((i, firstWith[key]));
            else
                chunk.Add(new Pending(i, text, key));

            if (chunk.Count == ChunkTexts || i == tracks.Count - 1 && chunk.Count > 0)
            {
                await EmbedChunkAsync(chunk, generator, rows, cache, cancellationToken);
                done += chunk.Count;
                chunk.Clear();
                progress?.Report(new EmbeddingProgress(done, tracks.Count, rows.Embedded));
            }
        }

        foreach ((int track, int of) in copies)
            rows.Copy(of, track, () => Description.Of(tracks, track));
        progress?.Report(new EmbeddingProgress(tracks.Count, tracks.Count, rows.Embedded));
        return rows;
    }

    private static async Task EmbedChunkAsync(
        List<Pending> chunk, IEmbeddingGenerator<string, Embedding<float>> generator, Rows rows, EmbeddingCache? cache, CancellationToken cancellationToken)
    {
        rows.Embedded += chunk.Count;
        foreach ((Pending text, ReadOnlyMemory<float> vector, string? problem) in await AskAsync(chunk, generator, cancellationToken))
        {
            Span<float> row = rows.Row(text.Track);
            if ((problem ?? Take(vector.Span, row)) is { } reason)
                rows.Fail(text.Track, text.Text, reason);
            else
                cache?.Add(text.Key, row);
        }

        cache?.Flush();
    }

    /// <summary>Asks for all; when the embedder refuses the texts, for the halves, until what it refuses stands alone.</summary>
    private static async Task<List<(Pending Text, ReadOnlyMemory<float> Vector, string? Problem)>> AskAsync(
        List<Pending> texts, IEmbeddingGenerator<string, Embedding<float>> generator, CancellationToken cancellationToken)
    {
        try
        {
            GeneratedEmbeddings<Embedding<float>> embeddings = await generator.GenerateAsync(texts.Select(t => t.Text), cancellationToken: cancellationToken);
            if (embeddings.Count != texts.Count)
                throw new EmbedderException($"the embedder gave {embeddings.Count} vectors for {texts.Count} texts");
            return [.. texts.Select((t, k) => (t, embeddings[k].Vector, (string?)null))];
        }
        catch (TextRejectedException e) when (texts.Count == 1)
        {
            return [(texts[0], default, e.Message)];
        }
        catch (TextRejectedException)
        {
            int half = texts.Count / 2;
            return [.. await AskAsync(texts[..half], generator, cancellationToken), .. await AskAsync(texts[half..], generator, cancellationToken)];
        }
    }

    /// <summary>Takes a vector at length 1 into its row; what is of that length but for rounding stays as it came.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    private static string? Take(ReadOnlySpan<float> vector, Span<float> row)
    {
        const double Rounding = 1e-5;
        if (vector.IsEmpty)
            return "the embedder gave no usable vector for it";
        if (vector.Length != row.Length)
            return $"the embedder gave a vector of {vector.Length} dimensions instead of {row.Length}";
        vector.CopyTo(row);
        double squares = UnitLength.SquaredLength(row);
        if (!double.IsFinite(squares))
            return "its vector is not finite";
        return Math.Abs(squares - 1) <= Rounding || UnitLength.TryNormalize(row) ? null : "its vector is zero and has no direction";
    }

    /// <summary>What the embedder says, or, where it does not, how long a vector of it is.</summary>
    private static async Task<int> DimensionsOf(IEmbeddingGenerator<string, Embedding<float>> generator, CancellationToken cancellationToken)
    {
        if (generator.GetService<EmbeddingGeneratorMetadata>()?.DefaultModelDimensions is { } said)
            return said;
        GeneratedEmbeddings<Embedding<float>> measured = await generator.GenerateAsync(["music"], cancellationToken: cancellationToken);
        return measured is [{ Vector.Length: > 0 and int length }]
            ? length
            : throw new EmbedderException("the embedder does not say how many dimensions its vectors have, and gave no vector for the word 'music'");
    }

    private readonly record struct Pending(int Track, string Text, UInt128 Key);

    /// <summary>A row a track while the work is going on.</summary>
    private sealed class Rows(int count, int dimensions)
    {
        private readonly float[] _values = Room(count, dimensions);
        private readonly SortedDictionary<int, EmbeddingFailure> _failures = [];

        /// <summary>Asked before it is taken: how long vectors are is what a server says.</summary>
        private static float[] Room(int count, int dimensions)
        {
            long values = (long)count * dimensions, bytes = values * sizeof(float);
            if (values <= Array.MaxLength && bytes <= GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
                return new float[values];
            throw new EmbedderException($"the vectors of {count:N0} tracks with {dimensions:N0} dimensions would take {bytes / 1e9:N0} GB, "
                + "which is more than can be held here; does the embedder name the right dimensions?");
        }

        public int Dimensions => dimensions;

        public int Embedded { get; set; }

        public int FromCache { get; set; }

        public IReadOnlyList<EmbeddingFailure> Failures => [.. _failures.Values];

        public Span<float> Row(int track) => _values.AsSpan(track * dimensions, dimensions);

        public void Fail(int track, string text, string reason) => _failures[track] = new EmbeddingFailure(track, text, reason);

        public void Copy(int from, int to, Func<string> text)
        {
            if (_failures.TryGetValue(from, out EmbeddingFailure? failure))
                Fail(to, text(), failure.Reason);
            else
                Row(from).CopyTo(Row(to));
            FromCache++;
        }

        public EmbeddedTracks Compact(string embedderId)
        {
            int[] kept = [.. Enumerable.Range(0, count).Where(i => !_failures.ContainsKey(i))];
            for (int row = 0; row < kept.Length; row++)
            {
                if (kept[row] != row)
                    Row(kept[row]).CopyTo(Row(row));
            }

            MatrixView vectors = new(_values.AsMemory(0, kept.Length * dimensions), kept.Length, dimensions);
            return new EmbeddedTracks(embedderId, vectors, kept, Failures, Embedded, FromCache);
        }
    }
}
